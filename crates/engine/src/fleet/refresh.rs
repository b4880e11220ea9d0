//! Keeps the inventory fresh in the background, one request at a time and only with what the budget leaves over.
//!
//! Each account has a loop of its own, so one that is away delays no other. Names are known after one request, and where OVHcloud
//! gives whole lists, what they are called and start after a few more (`lists`). Otherwise the servers are read one by one, new
//! ones first, then the oldest: ten thousand servers at the background's share of 60 requests a minute take five hours once, and
//! are a slow round from then on.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use bernard_domain::{
    inventory::{
        boots::BootPlace,
        known::{Care, Known, Witness},
        looks::{CarePace, Look, Pace, next_look},
    },
    server::{BootId, ServiceName},
};
use bernard_ovh as ovh;
use bernard_platform::{clock, keyed_tasks::UnderWay};
use tokio::sync::watch;

use super::{
    inventory::{Inventory, Trouble},
    lists::{Offer, Offers, after},
};
use crate::fleet::Fleet;

/// How much is learned at most before it is written down.
const BATCH: usize = 50;
/// How long something learned waits at most to be written down.
const BATCH_AGE: Duration = Duration::from_secs(5);
/// How long a netboot entry counts as read: OVHcloud announces in its description when it will be removed.
const BOOT_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Every so many looks, one is for what changes seldom, if some of it is due: so a large fleet gets to it at all.
const CARE_TURN: u32 = 4;
/// The longest pause before new accounts of the configuration are noticed.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long an account is left alone that could not be reached.
const TROUBLE_PAUSE: Duration = Duration::from_secs(15);
/// How long a program that has just been started leaves to people what is in no hurry.
const SETTLING: Duration = Duration::from_secs(60);

/// Whether this process is the one that looks at the servers one by one: where replicas share a store, one does, and the others learn
/// from there what it has read. Clones are the same.
#[derive(Clone, Debug)]
pub struct Reading(Arc<watch::Sender<bool>>);

/// It is, until this is dropped.
#[derive(Debug)]
pub struct On(Reading);

impl Default for Reading {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Reading {
    /// From now on this process is the one.
    pub fn on(&self) -> On {
        self.0.send_replace(true);
        On(self.clone())
    }

    fn is_on(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is, at most so long.
    async fn wait(&self, longest: Duration) {
        let mut on = self.0.subscribe();
        tokio::time::timeout(longest, on.wait_for(|on| *on)).await.ok();
    }
}

impl Drop for On {
    fn drop(&mut self) {
        self.0.0.send_replace(false);
    }
}

/// Lists the accounts now and again, and reads each server about once in `every` while this process is the one that does, until it is
/// dropped.
pub async fn keep(fleet: Fleet, every: Duration, reading: Reading) {
    let pause = every.min(LONGEST_PAUSE);
    let mut keepers = UnderWay::new(pause);
    loop {
        for account in fleet.accounts() {
            keepers.begin(account.clone(), Keeper::new(fleet.clone(), account, every, reading.clone()).run());
        }
        let ends = async {
            while keepers.ended().await.is_some() {}
            std::future::pending::<()>().await;
        };
        tokio::time::timeout(pause, ends).await.ok();
    }
}

struct Keeper {
    fleet: Fleet,
    account: String,
    every: Duration,
    reading: Reading,
    began: Instant,
    looks: u32,
    tried: BTreeMap<LookKey, Instant>,
    boots_read: BTreeMap<BootPlace, Instant>,
    saved: Instant,
    offers: Offers,
}

type LookKey = (u8, ServiceName);

fn key(look: &Look) -> LookKey {
    match look {
        Look::Server(name) => (0, name.clone()),
        Look::Boot(name, _) => (1, name.clone()),
        Look::Care(name) => (2, name.clone()),
    }
}

impl Keeper {
    fn new(fleet: Fleet, account: String, every: Duration, reading: Reading) -> Self {
        let now = Instant::now();
        Self {
            fleet,
            account,
            every,
            reading,
            began: now,
            looks: 0,
            tried: BTreeMap::new(),
            boots_read: BTreeMap::new(),
            saved: now,
            offers: Offers::default(),
        }
    }

    /// Until the configuration no longer names the account.
    async fn run(mut self) {
        while let Some(client) = self.fleet.client(&self.account) {
            let pause = self.round(&client).await;
            self.save().await;
            tokio::time::sleep(pause).await;
        }
    }

    /// Lists the account and looks at what is due until it is time to list it again; how long to rest then.
    async fn round(&mut self, client: &ovh::Client) -> Duration {
        let background = client.with_priority(ovh::Priority::Background);
        // While no names are known, people wait for them.
        let lists = if self.knows_names() { &background } else { client };
        let listed = Instant::now();
        if let Err(error) = self.fleet.list_whole(lists, &mut self.offers).await {
            tracing::warn!(account = self.account, %error, "the inventory could not be read");
            self.inventory().account(&self.account, |account| account.trouble = Some(Trouble::now(&error)));
            // Only somebody who mends it changes that: until then it is asked once a round.
            let pause = if error.is_credential() { LONGEST_PAUSE } else { TROUBLE_PAUSE };
            return self.every.min(pause);
        }
        if let Err(error) = self.inventory().account_works(&self.account).await {
            tracing::error!(account = self.account, %error, "the store does not take that the account works again");
        }
        while listed.elapsed() < self.every {
            if !self.reading.is_on() {
                // What people had read is written down all the same.
                self.save().await;
                self.reading.wait(self.every.saturating_sub(listed.elapsed()).min(BATCH_AGE)).await;
                continue;
            }
            let Some(look) = self.next() else { return self.every.saturating_sub(listed.elapsed()) };
            self.tried.insert(key(&look), Instant::now());
            self.look(&background, look).await;
            if self.inventory().unsaved() >= BATCH || self.saved.elapsed() >= BATCH_AGE {
                self.save().await;
            }
        }
        Duration::ZERO
    }

    fn knows_names(&self) -> bool {
        let servers = self.inventory().servers();
        let mut ours = servers.known().filter(|known| known.server.account == self.account).peekable();
        let is_told = |known: &Known| known.seen.is_some() || known.by == Witness::List;
        // What OVHcloud does not describe is waited for by nobody.
        ours.peek().is_some() && ours.all(|known| is_told(known) || self.inventory().is_silent(&known.server))
    }

    fn next(&mut self) -> Option<Look> {
        self.looks = self.looks.wrapping_add(1);
        let life = self.life();
        self.tried.retain(|_, at| at.elapsed() < life);
        let settled = self.began.elapsed() >= self.every.min(SETTLING);
        let barred = self.inventory().account(&self.account, |account| {
            account
                .care
                .as_ref()
                .is_some_and(|trouble| clock::now().duration_since(trouble.at) < jiff::SignedDuration::from_hours(24))
        });
        let care = match (settled, barred) {
            (false, _) => CarePace::Settling,
            (true, true) => CarePace::Never,
            (true, false) if self.looks.is_multiple_of(CARE_TURN) => CarePace::First,
            (true, false) => CarePace::Last,
        };
        let servers = self.inventory().servers();
        let fresh = |place: &BootPlace| self.boots_read.get(place).is_some_and(|at| at.elapsed() < BOOT_LIFE);
        let tried = |look: &Look| self.tried.contains_key(&key(look));
        next_look(&servers, &fresh, &self.account, &tried, Pace { life, care }, clock::now())
    }

    async fn look(&mut self, client: &ovh::Client, look: Look) {
        let looked = match &look {
            Look::Server(name) => self.read_server(client, name).await,
            Look::Boot(name, id) => self.read_boot(client, name, *id).await,
            Look::Care(name) => self.fleet.read_care(client, name).await.map(drop),
        };
        // Each look finds it again; the log hears of it once.
        match looked {
            Err(error) if error.is_of_one_thing() => client.note(&error),
            Err(error) => tracing::warn!(account = self.account, %error, "the inventory stays as it was in one place"),
            Ok(()) => {}
        }
    }

    async fn read_server(&self, client: &ovh::Client, name: &ServiceName) -> Result<(), ovh::Error> {
        match client.server(name).await {
            Ok(server) => {
                self.inventory().learn(&server);
                self.inventory().account(&self.account, |account| account.silent.remove(name));
                Ok(())
            }
            Err(error) => {
                if self.inventory().silent(name, &self.account, &error) {
                    tracing::warn!(account = self.account, server.name = %name, %error, "a server is listed and cannot be read");
                }
                Ok(())
            }
        }
    }

    async fn read_boot(&mut self, client: &ovh::Client, name: &ServiceName, id: BootId) -> Result<(), ovh::Error> {
        let servers = self.inventory().servers();
        let Some(known) = servers.get(name) else { return Ok(()) };
        // Where each server is asked, what a neighbour's entries mean would be too little.
        let may_share = servers.is_listed(&self.account) && !servers.asks_each(&self.account);
        if may_share && self.read_boots(client, known, id).await {
            return Ok(());
        }
        let boot = client.boot(name, id).await?;
        let datacenter = known.server.datacenter.clone().unwrap_or_default();
        for place in [datacenter, name.to_string()] {
            self.boots_read.insert((self.account.clone(), place, id), Instant::now());
        }
        if let Err(error) = self.inventory().learn_boot(&known.server, boot).await {
            tracing::error!(account = self.account, %error, "a netboot entry could not be stored");
        }
        Ok(())
    }

    /// Reads all netboot entries of a server at once, for all of its datacentre; whether that told what `wanted` means.
    async fn read_boots(&mut self, client: &ovh::Client, known: &Known, wanted: BootId) -> bool {
        if self.offers.boots == Offer::No {
            return false;
        }
        let boots = match client.whole_boots(&known.server.name).await {
            Ok(Some(boots)) => boots,
            Ok(None) => {
                self.offers.boots = Offer::No;
                return false;
            }
            Err(error) => {
                self.offers.boots = after(&error, self.offers.boots);
                return false;
            }
        };
        let datacenter = known.server.datacenter.clone().unwrap_or_default();
        let is_told = boots.iter().any(|boot| boot.id == wanted);
        for boot in &boots {
            self.boots_read.insert((self.account.clone(), datacenter.clone(), boot.id), Instant::now());
        }
        if let Err(error) = self.inventory().learn_boots(&self.account, &[datacenter], boots).await {
            tracing::error!(account = self.account, %error, "netboot entries could not be stored");
        }
        is_told
    }

    async fn save(&mut self) {
        self.saved = Instant::now();
        if let Err(error) = self.inventory().flush().await {
            tracing::error!(account = self.account, %error, "the inventory could not be stored");
        }
    }

    /// How old a reading may get. Less than a round, so that what was read during one round is due in the next.
    fn life(&self) -> Duration {
        self.every * 3 / 4
    }

    fn inventory(&self) -> &Inventory {
        self.fleet.inventory()
    }
}

impl Fleet {
    /// Reads what changes seldom of a server and remembers it: six requests, and one for each planned intervention. Credentials
    /// that do not allow it are remembered as well; then nobody asks in the background for a day.
    ///
    /// # Errors
    /// As every read.
    pub(super) async fn read_care(&self, client: &ovh::Client, name: &ServiceName) -> Result<Care, ovh::Error> {
        let read = care(client, name).await;
        match &read {
            Ok(care) => {
                self.inventory().learn_care(name, care.clone());
                self.inventory().account(client.account(), |account| account.care = None);
            }
            Err(error) if error.is_credential() => {
                let trouble = Trouble::now(error);
                self.inventory().account(client.account(), |account| account.care = Some(trouble));
            }
            Err(_) => {}
        }
        read
    }
}

async fn care(client: &ovh::Client, name: &ServiceName) -> Result<Care, ovh::Error> {
    let service = client.service(name).await?;
    let planned = match client.planned_interventions(name).await {
        Ok(planned) => planned.read,
        // What cannot be read hides the contract no more than it must.
        Err(error) if error.is_of_one_thing() && !error.is_credential() && !error.is_transient() => {
            client.note(&error);
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let ovh::Service { expires, renewed, contradicts } = service;
    Ok(Care { read: clock::now(), expires, renewed, contradicts, planned })
}
