//! Notices what others did to our rescues: before anything is told of one, when somebody asks about it, and after each look of the
//! inventory. What is noticed is kept with the lease, told once, and in the audit.
//!
//! A server that certainly has left ends its lease by itself, unless something of ours (mail, key) is still set on it: that goes by
//! one tap, without a reboot. While an operation of ours has the server in its hands, nothing is concluded.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use bernard_domain::{
    audit::{Act, Entry},
    consequences::Ends,
    lease::{
        Lease,
        sight::{Netboot, RESTARTS, Seen, Sight},
    },
    notice::{Letter, Notice, Owed, To},
    operation::{Kind, OperationId, starts},
    server::{Boot, Server, Task, TaskId},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::{Sighting, Store};
use futures_util::{StreamExt, future::try_join_all, stream};
use jiff::{SignedDuration, Timestamp};

use super::fleet::Fleet;
use crate::wakeups::Wakeups;

/// How many reboots of others are read in one look, the newest.
const REBOOTS: usize = 5;
/// How much older than its lease a task may look: OVHcloud's dates have whole seconds, and its clock is another one.
const SLACK: SignedDuration = SignedDuration::from_secs(60);
/// How old a reading may be that something is concluded from.
const FRESH: SignedDuration = SignedDuration::from_secs(10);
/// How long somebody who waits for something else waits for this.
const PATIENCE: Duration = Duration::from_secs(4);
/// How many rescues of a list are looked at, with three requests each: as many as a message has room for.
const OF_A_LIST: usize = 6;

/// Notices. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lookout {
    store: Store,
    fleet: Fleet,
    wakeups: Wakeups,
}

/// A rescue could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// OVHcloud could not be asked.
    #[error(transparent)]
    Ovh(#[from] ovh::Error),
    /// The store could not be used.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Lookout {
    /// A lookout on this fleet.
    pub fn new(store: Store, fleet: Fleet, wakeups: Wakeups) -> Self {
        Self { store, fleet, wakeups }
    }

    /// Looks at each rescue once in `every`, and as soon as the inventory has read that its netboot is another one; for ever. The
    /// server is taken as the inventory has read it, so this asks for its tasks alone.
    pub async fn watch(self, every: Duration, tick: Duration) {
        let mut looked: BTreeMap<OperationId, Instant> = BTreeMap::new();
        loop {
            match self.store.leases().await {
                Ok(leases) => {
                    looked.retain(|id, _| leases.iter().any(|lease| lease.operation == *id));
                    for lease in leases {
                        let last = looked.get(&lease.operation);
                        if last.is_some_and(|at| at.elapsed() < every && !self.is_suspect(&lease, *at)) {
                            continue;
                        }
                        if let Err(failure) = self.look_from_afar(&lease, &mut looked).await {
                            tracing::warn!(server.name = %lease.server, error = %failure, "a rescue could not be looked at");
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "the store does not say which rescues there are"),
            }
            tokio::time::sleep(tick).await;
        }
    }

    /// A look with the inventory's reading, if that is younger than all that the rescue's own operation did.
    async fn look_from_afar(&self, lease: &Lease, looked: &mut BTreeMap<OperationId, Instant>) -> Result<(), Failure> {
        let servers = self.fleet.servers();
        let Some(known) = servers.get(&lease.server) else { return Ok(()) };
        let Some(operation) = self.store.operation(lease.operation).await? else { return Ok(()) };
        let background = ovh::Priority::Background;
        match known.read_itself() {
            Some(seen) if seen > operation.since && seen > lease.started => {
                looked.insert(lease.operation, Instant::now());
                self.look_at(lease, Some(&known.server), seen, background).await.map(drop)
            }
            // Of a rescue nothing is decided by a list.
            None if known.seen.is_some() => {
                looked.insert(lease.operation, Instant::now());
                self.look(lease, background).await.map(drop)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the inventory has read, since `looked`, that the server boots something else than the lease knows.
    fn is_suspect(&self, lease: &Lease, looked: Instant) -> bool {
        let known_boot = match &lease.seen.sight {
            Some(Sight::Left { boot, .. } | Sight::Leaving { boot }) => boot.as_ref().map(|boot| boot.id),
            Some(Sight::Rebooted { .. }) | None => lease.set.boot.netboot().map(|boot| boot.id),
        };
        let servers = self.fleet.servers();
        servers.get(&lease.server).is_some_and(|known| {
            let age = known.seen.map(|seen| clock::now().duration_since(seen));
            let newer = age.and_then(|age| Duration::try_from(age).ok()).is_some_and(|age| age < looked.elapsed());
            newer && known.server.boot != known_boot
        })
    }

    /// The server's lease as it is now, after a look; as it was, where OVHcloud cannot be asked in a few seconds.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn lease(&self, server: &Server) -> Result<Option<Lease>, store::Error> {
        let Some(lease) = self.store.lease(&server.name).await? else { return Ok(None) };
        let began = clock::now() - FRESH;
        self.in_time(&lease, self.look_at(&lease, Some(server), began, ovh::Priority::Person)).await
    }

    /// The same for these leases, in the order in which they are listed; those that are over are left out. However many they are, only the
    /// first few are looked at, as these are what is shown: the others are as they were last seen.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn leases(&self, mut leases: Vec<Lease>) -> Result<Vec<Lease>, store::Error> {
        let others = leases.split_off(leases.len().min(OF_A_LIST));
        let seen = try_join_all(leases.iter().map(|lease| self.now(lease))).await?;
        Ok(seen.into_iter().flatten().chain(others).collect())
    }

    /// One lease as it is now; `None` when it is over.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn now(&self, lease: &Lease) -> Result<Option<Lease>, store::Error> {
        self.in_time(lease, self.look_at(lease, None, clock::now(), ovh::Priority::Person)).await
    }

    /// The same, however long it takes.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn look(&self, lease: &Lease, whom: ovh::Priority) -> Result<Option<Lease>, Failure> {
        self.look_at(lease, None, clock::now(), whom).await
    }

    async fn in_time(
        &self,
        lease: &Lease,
        look: impl Future<Output = Result<Option<Lease>, Failure>>,
    ) -> Result<Option<Lease>, store::Error> {
        // On the heap: whoever waits for this has much of their own on the stack.
        match tokio::time::timeout(PATIENCE, Box::pin(look)).await {
            Ok(Ok(seen)) => Ok(seen),
            Ok(Err(Failure::Store(error))) => Err(error),
            Ok(Err(Failure::Ovh(error))) => {
                tracing::warn!(server.name = %lease.server, %error, "nobody knows whether its rescue still runs");
                Ok(Some(lease.clone()))
            }
            Err(_) => Ok(Some(lease.clone())),
        }
    }

    /// `server`, if it was read since `began`.
    async fn look_at(
        &self,
        lease: &Lease,
        server: Option<&Server>,
        began: Timestamp,
        whom: ovh::Priority,
    ) -> Result<Option<Lease>, Failure> {
        let account = self.fleet.account_of(lease);
        let Some(client) = self.fleet.client(&account) else { return Ok(Some(lease.clone())) };
        let client = client.with_priority(whom);
        if self.store.is_in_our_hands(lease, began).await? {
            return Ok(Some(lease.clone()));
        }
        let read = match server {
            Some(server) => Some(server.clone()),
            None => self.read(&client, lease).await?,
        };
        let Some(mut read) = read else { return Ok(Some(lease.clone())) };
        let reboots = self.reboots_of_others(&client, lease).await?;
        let mut seen = seen_of(&client, lease, &read, &reboots).await?;
        if seen != lease.seen && matches!(seen.sight, Some(Sight::Rebooted { .. })) {
            // Whoever leaves a rescue sets the netboot and then reboots. What was read before the reboot was seen may be what was
            // set before; and what once led into rescue counts so for ever.
            let Some(again) = self.read(&client, lease).await? else { return Ok(Some(lease.clone())) };
            read = again;
            seen = seen_of(&client, lease, &read, &reboots).await?;
        }
        if seen == lease.seen {
            return Ok(Some(lease.clone()));
        }
        self.record(lease, seen, &read, began).await
    }

    /// What is to be seen of a lease now; nothing is recorded.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn sight(&self, client: &ovh::Client, lease: &Lease, server: &Server) -> Result<Seen, Failure> {
        let reboots = self.reboots_of_others(client, lease).await?;
        Ok(seen_of(client, lease, server, &reboots).await?)
    }

    /// The lease's server as it is now; `None` when OVHcloud does not know it: whether it has left the account is the lease scheduler's matter.
    async fn read(&self, client: &ovh::Client, lease: &Lease) -> Result<Option<Server>, ovh::Error> {
        match client.server(&lease.server).await {
            Ok(server) => {
                self.fleet.inventory().learn(&server);
                Ok(Some(server))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The restarts that are not ours and began after the rescue's own.
    async fn reboots_of_others(&self, client: &ovh::Client, lease: &Lease) -> Result<Vec<Task>, Failure> {
        let mut ours = self.store.tasks_of(&lease.server).await?;
        for reboot in self.store.operations_since(lease, Kind::Reboot).await? {
            // A plain reboot of ours leads out like anybody's, if it did not boot a rescue.
            let facts = reboot.state.facts;
            let into = facts.plan.and_then(|plan| plan.into);
            if let Some((task, _)) = facts.task.filter(|_| !into.is_some_and(|boot| boot.is_rescue())) {
                ours.remove(&task);
            }
        }
        let (known, since) = self.baseline(lease).await?;
        let mut ids = BTreeSet::new();
        for function in RESTARTS {
            ids.extend(client.task_ids(&lease.server, Some(function), None).await?);
        }
        let new = ids.into_iter().rev().filter(|id| !ours.contains(id) && !known.contains(id));
        let reads: Vec<_> = new.take(REBOOTS).map(|id| client.task(&lease.server, id)).collect();
        let read: Vec<_> = stream::iter(reads).buffered(REBOOTS).collect().await;
        // One that cannot be read hides no other.
        let tasks = read.into_iter().filter_map(|task| task.ok().flatten());
        Ok(tasks.filter(|task| task.started.is_none_or(|started| started >= since - SLACK)).collect())
    }

    /// The reboots that were there before the rescue's own, and when that was.
    async fn baseline(&self, lease: &Lease) -> Result<(Vec<TaskId>, Timestamp), store::Error> {
        let Some(operation) = self.store.operation(lease.operation).await? else {
            return Ok((Vec::new(), lease.started));
        };
        let facts = operation.state.facts;
        Ok(match (facts.last_intent, facts.task) {
            (Some(intent), Some(_)) => (intent.known, intent.at),
            // What became of the rescue's own reboot is not known: only what came later is certainly another's.
            (Some(intent), None) => (intent.known.into_iter().chain(facts.candidates).collect(), operation.since),
            (None, _) => (Vec::new(), lease.started),
        })
    }

    /// Whether the netboot is as the server's latest operation set it.
    async fn is_our_doing(&self, lease: &Lease, server: &Server) -> Result<bool, store::Error> {
        let last = self.store.last_operation(&lease.server).await?;
        let set = last.and_then(|operation| operation.state.facts.plan).and_then(|plan| plan.change);
        Ok(set.is_some_and(|set| starts(server, &set.boot)))
    }

    async fn record(
        &self,
        lease: &Lease,
        seen: Seen,
        server: &Server,
        began: Timestamp,
    ) -> Result<Option<Lease>, Failure> {
        let now = clock::now();
        let remains = lease.is_still_set_on(server);
        let ends = if remains { Ends::OncePutBack } else { Ends::WithIt };
        let changed = Lease { seen, ..lease.clone() };
        let told = match &changed.seen.sight {
            // What an operation of ours set and did not boot was said by its end.
            Some(Sight::Leaving { .. }) if self.is_our_doing(lease, server).await? => None,
            sight => sight.as_ref().map(|sight| told(&changed, sight, remains)),
        };
        let entry = entry(&changed, now);
        let sighting = Sighting { lease, changed: &changed, ends, owed: told.as_ref(), entry: &entry };
        if !self.store.see_lease(sighting, began, now).await? {
            return Ok(self.store.lease(&lease.server).await?);
        }
        tracing::info!(operation.id = %lease.operation, server.name = %lease.server, sight = ?changed.seen.sight, "others changed a rescue");
        self.wakeups.notify();
        let is_over = changed.seen.has_left() && !remains;
        Ok((!is_over).then_some(changed))
    }
}

/// What is seen of a lease whose server is like this and was rebooted so by others.
async fn seen_of(client: &ovh::Client, lease: &Lease, server: &Server, reboots: &[Task]) -> Result<Seen, ovh::Error> {
    let netboot = netboot(client, lease, server).await?;
    Ok(netboot.map_or_else(|| lease.seen.clone(), |netboot| lease.seen.now(netboot, reboots)))
}

/// What the server boots next, as far as the lease is concerned; `None` when nobody can say.
async fn netboot(client: &ovh::Client, lease: &Lease, server: &Server) -> Result<Option<Netboot>, ovh::Error> {
    if starts(server, &lease.set.boot) {
        return Ok(Some(Netboot::Rescue));
    }
    if server.boot_script.is_some() {
        return Ok(Some(Netboot::Other(Some(Boot::script()))));
    }
    let Some(id) = server.boot else { return Ok(Some(Netboot::Other(None))) };
    Ok(match client.boot(&server.name, id).await {
        Ok(boot) if boot.is_rescue() => Some(Netboot::Rescue),
        Ok(boot) => Some(Netboot::Other(Some(boot))),
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error),
    })
}

/// What is told of a sight, and the name by which it is told once.
fn told(lease: &Lease, sight: &Sight, remains: bool) -> Owed {
    let Lease { operation, owner, channel, .. } = *lease;
    let label = lease.label.clone();
    let kernel = |boot: &Option<Boot>| boot.as_ref().map(|boot| boot.kernel.clone());
    let (origin, notice) = match sight {
        Sight::Left { boot, task } => (
            format!("out-of-rescue:{}:{task}", operation.0),
            Notice::LeftRescue { lease: operation, label, owner, boot: kernel(boot), task: *task, remains },
        ),
        Sight::Leaving { boot } => (
            format!("netboot-changed:{}:{}", operation.0, boot.as_ref().map_or(0, |boot| boot.id.0)),
            Notice::NetbootChanged { lease: operation, label, owner, boot: kernel(boot) },
        ),
        Sight::Rebooted { task } => (
            format!("rebooted-by-others:{}:{task}", operation.0),
            Notice::RebootedByOthers { lease: operation, label, owner, task: *task },
        ),
    };
    Owed { origin, letter: Letter { to: To::Channel { channel, or_to: Some(owner) }, notice } }
}

fn entry(lease: &Lease, now: Timestamp) -> Entry {
    let kernel = |boot: &Option<Boot>| boot.as_ref().map_or_else(|| "none".to_owned(), |boot| boot.kernel.clone());
    let (act, said, task) = match &lease.seen.sight {
        Some(Sight::Left { boot, task }) => (Act::RescueLeft, format!("netboot: {}", kernel(boot)), Some(*task)),
        Some(Sight::Leaving { boot }) => (Act::RescueChanged, format!("netboot: {}", kernel(boot)), None),
        Some(Sight::Rebooted { task }) => (Act::RescueChanged, "rebooted into rescue".to_owned(), Some(*task)),
        None => (Act::RescueChanged, "as it was".to_owned(), None),
    };
    let entry = Entry::act(act, now).on(&lease.server).at_place(lease.channel).saying(said);
    Entry { operation: Some(lease.operation), account: Some(lease.account.clone()), task, ..entry }
}
