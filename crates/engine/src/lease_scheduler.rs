//! Watches over leases: says what is due of them, once, late rather than never. Due times are rows, not sleeping tasks.
//!
//! With `on_deadline = "restore"` a passed deadline restores with the owner's rights of that moment. Whatever is in the way of
//! that (no right any more, a protection, somebody else's change) makes it a reminder like any other.

use std::{sync::Arc, time::Duration};

use bernard_domain::{
    audit::{Act, Entry},
    lease::{
        Lease, daily, leads_out,
        reminder::{self, Due, Moment, OnDeadline, Reminder},
        stands_in_the_way,
    },
    notice::{Letter, Notice, Owed, To},
    operation::{ChannelId, Kind, Operation, Request, Wish, approval::Guard, event::Problem, state::Phase},
    server::start::{Instead, Unfit},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use bernard_store::{Error, NextReminder, Open, ScheduledLease, Store};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use tokio_util::sync::CancellationToken;

use super::{
    beside::Scope,
    fleet::Fleet,
    lookout::{self, Lookout},
    matter::matter,
    plan::{self, Aim, Back},
    steps,
};
use crate::{
    intake::{self, Intake},
    liveness::Loop,
    messenger::NotTold,
    reauthorize::Rights,
    wakeups::Wakeups,
};

/// How long after a deadline something better than a reminder is tried: a restore that cannot be begun yet, or to hear from
/// OVHcloud that the server has left.
const BETTER_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// The longest that a look at one lease takes: OVHcloud is asked, but not waited for.
const LONGEST_LOOK: Duration = Duration::from_secs(5);
/// How many restores are begun at once.
const AT_ONCE: usize = 8;
/// The name of the digest among what comes round by the clock.
const DIGEST: &str = "digest";

/// The lease scheduler's habits.
#[derive(Clone, Debug)]
pub struct LeaseSchedulerSettings {
    /// Between two looks.
    pub tick: Duration,
    /// How often each rescue is looked at for what others do to it, at least.
    pub look_every: Duration,
    /// How long before a deadline its owner is reminded.
    pub remind_before: SignedDuration,
    /// What a passed deadline does.
    pub on_deadline: OnDeadline,
    /// How long whoever is at work on a server is left alone with it: what takes longer is said like anything else.
    pub patience: SignedDuration,
    /// Where the digest goes, and at what time of day.
    pub digest: Option<(ChannelId, Time)>,
    /// The operator's time zone.
    pub zone: TimeZone,
}

/// Watches over leases.
#[derive(Debug)]
pub struct LeaseScheduler {
    store: Store,
    fleet: Fleet,
    intake: Intake,
    rights: Rights,
    wakeups: Wakeups,
    lookout: Lookout,
    settings: LeaseSchedulerSettings,
}

/// What a look at a due lease comes to.
enum Turn {
    /// Say this.
    Remind(Due, Reminder),
    /// Put the server back.
    Restore(Due),
    /// Nothing yet; look again at this moment.
    Wait(Due),
}

/// What a deadline's restore came to.
enum Begun {
    /// It is under way, or the lease is over, or somebody is at work on the server; then it is looked at again.
    Yes,
    /// It cannot be done now, perhaps later.
    NotYet,
    /// It is not to be done.
    No,
}

impl LeaseScheduler {
    /// A lease scheduler of the leases in this store.
    pub fn new(
        store: Store,
        fleet: Fleet,
        intake: Intake,
        rights: Rights,
        wakeups: Wakeups,
        settings: LeaseSchedulerSettings,
    ) -> Self {
        let lookout = Lookout::new(store.clone(), fleet.clone(), wakeups.clone());
        Self { store, fleet, intake, rights, wakeups, lookout, settings }
    }

    /// Looks until `stop`. Restores have a loop of their own, so that no reminder waits for OVHcloud.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let reminders = async {
            loop {
                self.came_round();
                if let Err(error) = self.remind().await {
                    tracing::error!(%error, "the store does not say which reminders are due");
                }
                tokio::time::sleep(self.settings.tick).await;
            }
        };
        let restores = async {
            loop {
                if let Err(error) = self.restore().await {
                    tracing::error!(%error, "the store does not say which deadlines have passed");
                }
                tokio::time::sleep(self.settings.tick).await;
            }
        };
        let releases = async {
            loop {
                if let Err(error) = self.release().await {
                    tracing::error!(%error, "the lease of a server that has left could not be ended");
                }
                tokio::time::sleep(self.settings.tick).await;
            }
        };
        // What is dropped in the middle was not recorded, and is due again after the next start.
        let watch = self.lookout.clone().watch(self.settings.look_every, self.settings.tick);
        // Each on the heap: together they are more than a worker's stack should hold.
        let loops =
            async { tokio::join!(Box::pin(reminders), Box::pin(restores), Box::pin(releases), Box::pin(watch)) };
        stop.run_until_cancelled(loops).await;
    }

    /// Says what is due now, and plans what is not planned.
    ///
    /// # Errors
    /// When the store cannot be used; what was not said is still due.
    pub async fn remind(&self) -> Result<(), Error> {
        let now = clock::now();
        let kept = self.store.due_leases(now).await?;
        let live = if kept.is_empty() { Vec::new() } else { self.store.live_operations().await? };
        let turns = kept.into_iter().map(|kept| self.remind_one(kept, &live, now));
        stream::iter(turns).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        self.digest(now).await
    }

    /// The reminders go on: no look at one lease takes as long as this says.
    fn came_round(&self) {
        self.wakeups.liveness().came_round(Loop::Reminders, self.settings.tick.max(LONGEST_LOOK));
    }

    async fn remind_one(&self, kept: ScheduledLease, live: &[Operation], now: Timestamp) -> Result<(), Error> {
        self.came_round();
        match self.turn(&kept).await {
            // Whoever is at work on the server has its people's attention; afterwards it is said, or it is over.
            Turn::Remind(..) if live.iter().any(|operation| self.is_at_work(operation, &kept.lease, now)) => {}
            Turn::Remind(..) if self.is_being_looked_for(&kept.lease, now) => {}
            // What is no longer true is not told: it is noticed, and told instead.
            Turn::Remind(..) if self.lookout.now(&kept.lease).await?.is_none() => {}
            Turn::Remind(due, reminder) => self.say(&kept, due, reminder, now).await?,
            Turn::Wait(due) => drop(self.store.move_lease_on(&kept, onward(due), None, now).await?),
            Turn::Restore(_) => {}
        }
        Ok(())
    }

    /// Begins the restores of passed deadlines.
    ///
    /// # Errors
    /// When the store cannot be used; the deadlines are still due.
    pub async fn restore(&self) -> Result<(), Error> {
        if self.settings.on_deadline != OnDeadline::Restore {
            return Ok(());
        }
        let each =
            stream::iter(self.store.due_leases(clock::now()).await?).map(|kept| Box::pin(self.restore_one(kept)));
        each.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        for kept in self.store.barred_leases(clock::now()).await?.into_iter().filter(|kept| self.may_restore(kept)) {
            Box::pin(self.restore_late(kept)).await?;
        }
        Ok(())
    }

    /// A deadline that came while a task was under way, and was only told of: the task stands by now, so it bars nobody any more.
    async fn restore_late(&self, kept: ScheduledLease) -> Result<(), Error> {
        let now = self.fleet.time_of(&kept.lease).await;
        let live = self.store.live_on(&kept.lease.server).await?;
        let bars = |operation: &Operation| operation.state.stands() && !leads_out(operation);
        if kept.lease.deadline > now || !live.iter().any(bars) {
            return Ok(());
        }
        let next = kept.due.unwrap_or(now);
        let due = Due { reminder: None, deadline: Moment::Now, said: kept.said, next };
        self.begin_restore(&kept, due).await.map(drop)
    }

    /// Ends the rescues of servers that have left: their deadline has passed, the inventory does not know them, and every account
    /// says that it does not either. A rescue whose account the configuration no longer names stays: nobody can say of it.
    ///
    /// # Errors
    /// When the store cannot be used; those leases are still there.
    pub async fn release(&self) -> Result<(), Error> {
        let now = clock::now();
        let mut strays = self.store.leases().await?;
        strays.retain(|lease| lease.deadline <= now && self.is_stray(lease));
        let live = if strays.is_empty() { Vec::new() } else { self.store.live_operations().await? };
        for lease in strays {
            if live.iter().any(|operation| self.is_at_work(operation, &lease, now)) {
                continue;
            }
            match self.fleet.look_for(&lease.server).await {
                Ok(None) => self.end(&lease, clock::now()).await?,
                Ok(Some(_)) => {}
                Err(error) => tracing::warn!(server.name = %lease.server, %error, "nobody knows whether it has left"),
            }
        }
        Ok(())
    }

    async fn end(&self, lease: &Lease, now: Timestamp) -> Result<(), Error> {
        let Lease { operation, owner, channel, .. } = *lease;
        let notice = Notice::ServerLeft { lease: operation, label: lease.label.clone(), owner };
        let letter = Letter { to: To::Channel { channel, or_to: Some(owner) }, notice };
        let entry = Entry::act(Act::ServerLeft, now).on(&lease.server).at_place(channel);
        let entry = Entry { operation: Some(operation), account: Some(lease.account.clone()), ..entry };
        if self.store.end_lease(lease, &letter, &entry, now).await? {
            tracing::info!(operation.id = %operation, server.name = %lease.server, "a server in rescue has left");
            self.wakeups.notify();
        }
        Ok(())
    }

    /// Whether the inventory does not know the server of a lease whose account can be asked for it.
    fn is_stray(&self, lease: &Lease) -> bool {
        self.fleet.servers().get(&lease.server).is_none() && self.fleet.client(&lease.account).is_some()
    }

    /// Whether it may be heard soon that there is nothing to be reminded of.
    fn is_being_looked_for(&self, lease: &Lease, now: Timestamp) -> bool {
        let since = now.duration_since(lease.deadline);
        (SignedDuration::ZERO..BETTER_WITHIN).contains(&since) && self.is_stray(lease)
    }

    /// Whether an operation has the lease's server in its hands, and neither waits for a person nor for what does not come.
    fn is_at_work(&self, operation: &Operation, lease: &Lease, now: Timestamp) -> bool {
        operation.request.server == lease.server
            && operation.state.holds_server()
            && !matches!(operation.state.phase, Phase::Undecided { .. } | Phase::Standing(_))
            && now.duration_since(operation.since) < self.settings.patience
    }

    /// What there is to be done, by the clock that the lease was written with.
    async fn turn(&self, kept: &ScheduledLease) -> Turn {
        let deadline = kept.lease.deadline;
        let first = reminder::first(kept.since, deadline, self.settings.remind_before);
        let now = self.fleet.time_of(&kept.lease).await;
        let mut due = reminder::due(kept.said, first, deadline, now);
        // Rows are due by our clock.
        due.next = due.next.saturating_add(clock::now().duration_since(now)).unwrap_or(due.next);
        match due.reminder {
            None => Turn::Wait(due),
            // What came from a copy may be over, or somebody else's by now: a person decides.
            Some(_) if self.may_restore(kept) && due.deadline == Moment::Now => Turn::Restore(due),
            Some(reminder) => Turn::Remind(due, reminder),
        }
    }

    /// Whether a deadline may restore it.
    fn may_restore(&self, kept: &ScheduledLease) -> bool {
        self.settings.on_deadline == OnDeadline::Restore && !kept.in_doubt
    }

    async fn say(&self, kept: &ScheduledLease, due: Due, reminder: Reminder, now: Timestamp) -> Result<(), Error> {
        let Lease { operation, owner, channel, deadline, .. } = kept.lease;
        let to = match reminder {
            Reminder::Before => To::Person { person: owner, or_in: Some(channel) },
            Reminder::Deadline | Reminder::After(_) => match self.settings.digest {
                // Who is on call is rung all the same when the rescue's channel is gone.
                Some((and_in, _)) if and_in != channel => To::Call { channel, or_to: owner, and_in },
                _ => To::Channel { channel, or_to: Some(owner) },
            },
        };
        let letter = Letter { to, notice: Notice::Reminder { lease: operation, deadline, reminder } };
        let origin = format!("reminder:{}:{}:{}", operation.0, deadline.as_millisecond(), reminder.number());
        if self.store.move_lease_on(kept, onward(due), Some(Owed { origin, letter }), now).await? {
            tracing::info!(operation.id = %operation, server.name = %kept.lease.server, ?reminder, "a reminder is due");
            self.wakeups.notify();
        }
        Ok(())
    }

    async fn restore_one(&self, kept: ScheduledLease) -> Result<(), Error> {
        let now = clock::now();
        let Turn::Restore(due) = self.turn(&kept).await else { return Ok(()) };
        let late = self.fleet.time_of(&kept.lease).await.duration_since(kept.lease.deadline) > BETTER_WITHIN;
        match (self.begin_restore(&kept, due).await?, due.reminder) {
            (Begun::Yes, _) | (_, None) => Ok(()),
            (Begun::NotYet, _) if !late => Ok(()),
            (Begun::NotYet | Begun::No, Some(reminder)) => self.say(&kept, due, reminder, now).await,
        }
    }

    /// Opens the restore, with the owner's rights of this moment on the server as it is now.
    async fn begin_restore(&self, kept: &ScheduledLease, due: Due) -> Result<Begun, Error> {
        let lease = &kept.lease;
        let Some(origin) = self.store.operation(lease.operation).await? else { return Ok(Begun::No) };
        let live = self.store.live_on(&lease.server).await?;
        if live.iter().any(|operation| self.is_at_work(operation, lease, clock::now())) {
            return Ok(Begun::Yes);
        }
        if live.iter().any(|operation| stands_in_the_way(operation, Kind::Restore)) {
            return Ok(Begun::NotYet);
        }
        match Box::pin(self.lookout.look(lease, ovh::Priority::Person)).await {
            Ok(Some(seen)) if seen.seen.has_left() => return Ok(Begun::No),
            Ok(Some(_)) => {}
            Ok(None) => return Ok(Begun::Yes),
            Err(lookout::Failure::Store(error)) => return Err(error),
            Err(lookout::Failure::Ovh(error)) => return self.after(lease, &origin, &plan::Error::Ovh(error)).await,
        }
        let account = self.fleet.account_of(lease);
        let Some(client) = self.fleet.client(&account) else { return Ok(Begun::No) };
        let server = match plan::read_server(&client, &lease.server).await {
            Ok(server) => server,
            Err(error) => return self.after(lease, &origin, &error).await,
        };
        let place = origin.request.place;
        let grant = match self.rights.unattended(lease.owner, Kind::Restore, place, &server).await {
            Ok(Some(grant)) => grant,
            Ok(None) | Err(NotTold::NotNow) => return Ok(Begun::No),
            Err(NotTold::NobodyThere) => return Ok(Begun::NotYet),
        };
        let ours = self.store.tasks_of(&server.name).await?;
        let beside = Box::pin(self.fleet.beside(&server, &ours, None, Scope::Whole(SignedDuration::ZERO))).await;
        // A clock restarts nothing under others' hands, nor while nobody knows what they do.
        if !beside.knows_tasks() || beside.works.iter().any(|work| work.collides(clock::now())) {
            tracing::warn!(server.name = %server.name, "a deadline's restore waits for others");
            return Ok(Begun::NotYet);
        }
        let wish = match Box::pin(self.fleet.propose(&server, Aim::Restore(Back::Recorded), Some(lease))).await {
            Ok(proposal) => proposal.wish,
            Err(error) => return self.after(lease, &origin, &error).await,
        };
        match &wish {
            Wish::Restore { despite, .. } if !despite.is_empty() => return Ok(Begun::No),
            // What cannot be read now may be readable soon; if it is not, a person is asked.
            Wish::Restore { instead: Some(Instead { why: Unfit::Unread { .. }, .. }), .. } => return Ok(Begun::NotYet),
            _ => {}
        }
        let request = Request {
            wish,
            server: lease.server.clone(),
            account,
            label: lease.label.clone(),
            requester: lease.owner,
            locale: self.store.locale_of(lease.owner).await?.unwrap_or(origin.request.locale),
            channel: lease.channel,
            place,
            reason: None,
            rule: grant.rule(),
            guard: Guard::Unprotected,
            known_as: Some(server.identity()),
            beside: Some(beside),
            runbooks: Vec::new(),
        };
        Ok(match Box::pin(self.intake.open_at_deadline(&grant, kept, onward(due), &request)).await {
            Ok(Some(Open::Accepted(operation, _))) => {
                tracing::info!(operation.id = %operation.id, server.name = %lease.server, "a deadline restores");
                Begun::Yes
            }
            Ok(None) => Begun::Yes,
            Ok(Some(Open::Busy(_))) => Begun::NotYet,
            Ok(Some(Open::Refused(_))) => Begun::No,
            Err(intake::Error::Store(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a deadline's restore was not accepted");
                Begun::No
            }
        })
    }

    /// What trouble with OVHcloud means for a deadline's restore. Of what only the operator can mend, on-call hears.
    async fn after(&self, lease: &Lease, origin: &Operation, error: &plan::Error) -> Result<Begun, Error> {
        tracing::warn!(server.name = %lease.server, %error, "a deadline's restore could not be planned");
        let error = match error {
            plan::Error::Ovh(error) => error,
            // The list of disks may be readable soon; if it is not, a person is asked.
            plan::Error::Problem(Problem::ServerGone | Problem::NoDisk { .. }) => return Ok(Begun::NotYet),
            plan::Error::Problem(_) => return Ok(Begun::No),
        };
        let matter = matter(error);
        steps::tell_operator(&self.store, &self.wakeups, origin, matter, error.to_string()).await?;
        Ok(if error.is_transient() || matter.is_the_accounts() { Begun::NotYet } else { Begun::No })
    }

    /// The digest, when its time of day has come; one a day, however often we start.
    async fn digest(&self, now: Timestamp) -> Result<(), Error> {
        let Some((channel, at)) = self.settings.digest else { return Ok(()) };
        let name = format!("{DIGEST}@{at}");
        let next = daily::next(at, now, &self.settings.zone);
        match self.store.appointment(&name).await? {
            None => self.store.keep_appointment(&name, next, None, now).await,
            Some(due) if due <= now => {
                let day = daily::last_day(at, now, &self.settings.zone);
                let letter = Letter { to: To::Channel { channel, or_to: None }, notice: Notice::Digest { day } };
                let origin = format!("{DIGEST}:{day}");
                self.store.keep_appointment(&name, next, Some(Owed { origin, letter }), now).await?;
                self.wakeups.notify();
                Ok(())
            }
            // A clock that has been set back since would have it sleep until then.
            Some(due) if due > next => self.store.keep_appointment(&name, next, None, now).await,
            Some(_) => Ok(()),
        }
    }
}

fn onward(due: Due) -> NextReminder {
    NextReminder { said: due.said, due: due.next }
}
