//! All servers of all accounts, from memory at once and from the store after a restart, whatever OVHcloud is doing.
//!
//! What is learned is in memory when a call returns; the store follows in batches. A crash costs at most what was learned
//! since the last batch, and OVHcloud can be asked for that again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use bernard_domain::{
    access::UserId,
    hindrance::Matter,
    inventory::{
        boots::{BootPlace, Boots},
        known::{Care, Known, Servers},
        listed::{Merged, Naming},
    },
    server::{Boot, Server, ServiceName, start::Unfit},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::{About, Store};
use jiff::Timestamp;

/// How many of a person's latest servers are remembered: more are never looked at in one list.
const RECENT: usize = 10;
/// How many servers are written down in one go.
const PART: usize = 500;
/// How far back a person's servers are looked for after a restart, in days.
const RECENT_DAYS: i64 = 30;

/// The inventory's handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Inventory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    shelf: RwLock<Shelf>,
    dirty: Mutex<BTreeSet<ServiceName>>,
    accounts: Mutex<BTreeMap<String, Account>>,
    recent: Mutex<BTreeMap<UserId, Vec<ServiceName>>>,
    /// The last transaction of which it is known what it wrote here; replicas number them.
    followed: AtomicI64,
}

#[derive(Debug)]
struct Shelf {
    /// The configuration's. What is still being read of another one when its answer comes is not learned.
    configured: BTreeSet<String>,
    servers: Arc<Servers>,
    boots: Arc<Boots>,
}

/// How it goes with reading one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// When its servers were last listed, by our clock.
    pub listed: Option<Timestamp>,
    /// The latest list was much shorter than what is known, and was not believed.
    pub short: Option<ShortList>,
    /// Why they could not be listed since; `None` when the last attempt worked.
    pub trouble: Option<Trouble>,
    /// Why what changes seldom (expiry, planned interventions) could not be read.
    pub care: Option<Trouble>,
    /// Servers that OVHcloud lists and does not describe: expired, or in some other trouble; and its words.
    pub silent: BTreeMap<ServiceName, String>,
}

/// A list that was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortList {
    /// How many servers were known.
    pub known: usize,
    /// How many it has.
    pub listed: usize,
}

/// Something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When, by our clock.
    pub at: Timestamp,
    /// OVHcloud's words.
    pub said: String,
}

impl Trouble {
    /// What an error says, now.
    pub fn now(error: &ovh::Error) -> Self {
        Self { at: clock::now(), said: error.to_string() }
    }
}

impl Inventory {
    /// What the store remembers of these accounts.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: Store, accounts: &BTreeSet<String>) -> Result<Self, store::Error> {
        let followed = store.news().await?.map_or(0, |news| news.sequence);
        let mut known = store.inventory().await?;
        known.retain(|known| accounts.contains(&known.server.account));
        let servers = Servers::new(known.into_iter().map(Arc::new).collect());
        let boots = store.known_boots().await?;
        let since = clock::now() - jiff::SignedDuration::from_hours(24 * RECENT_DAYS);
        let recent = store.recent_servers(since, RECENT).await?;
        Ok(Self(Arc::new(Inner {
            store,
            shelf: RwLock::new(Shelf {
                configured: accounts.clone(),
                servers: Arc::new(servers),
                boots: Arc::new(boots.into_iter().collect()),
            }),
            dirty: Mutex::default(),
            accounts: Mutex::default(),
            recent: Mutex::new(recent),
            followed: AtomicI64::new(followed),
        })))
    }

    /// Learns what other replicas have read and written down, up to the transaction with this number. What was read here later stays.
    ///
    /// # Errors
    /// When the store cannot be read: it is tried again with the next one.
    pub async fn follow(&self, sequence: i64) -> Result<(), store::Error> {
        let since = self.0.followed.load(Ordering::Relaxed);
        let news = self.0.store.inventory_since(since).await?;
        let boots = self.0.store.known_boots_since(since).await?;
        self.0.followed.store(sequence, Ordering::Relaxed);
        if news.is_empty() && boots.is_empty() {
            return Ok(());
        }
        let dirty = self.0.dirty.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let is_news = |known: &Known| {
            let name = &known.server.name;
            let old = shelf.servers.get(name);
            shelf.configured.contains(&known.server.account)
                && !dirty.contains(name)
                && old.is_none_or(|old| known.seen >= old.seen && **old != *known)
        };
        let news: Vec<Arc<Known>> = news.into_iter().filter(is_news).map(Arc::new).collect();
        // Whoever looks whether something was learned goes by whether these are others.
        if !news.is_empty() {
            shelf.servers = Arc::new(shelf.servers.with(news));
        }
        if boots.iter().any(|(place, boot)| shelf.boots.at(place) != Some(boot)) {
            let mut all = Boots::clone(&shelf.boots);
            all.extend(boots);
            shelf.boots = Arc::new(all);
        }
        Ok(())
    }

    /// A call of this account worked: should its key be refused again, that is told again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) async fn account_works(&self, account: &str) -> Result<(), store::Error> {
        for matter in Matter::ALL.into_iter().filter(|matter| matter.is_the_accounts()) {
            self.0.store.end_trouble(About { account, matter, server: None }).await?;
        }
        Ok(())
    }

    /// The servers as they were last seen, in the natural order of what people call them.
    pub fn servers(&self) -> Arc<Servers> {
        Arc::clone(&self.0.shelf.read().unwrap_or_else(PoisonError::into_inner).servers)
    }

    /// What netboot ids mean, as far as they were read.
    pub fn boots(&self) -> Arc<Boots> {
        Arc::clone(&self.0.shelf.read().unwrap_or_else(PoisonError::into_inner).boots)
    }

    /// The netboot entry that a server had set when it was last seen, if both are known.
    pub fn boot_of(&self, known: &Known) -> Option<Arc<Boot>> {
        known.boot_in(&self.boots()).cloned()
    }

    /// The servers that were set to start where nobody gets, when they were last seen.
    pub fn dead_ends(&self) -> BTreeSet<ServiceName> {
        let (servers, boots) = (self.servers(), self.boots());
        let lost = |boot: &Arc<Boot>| matches!(boot.unfit(), Some(Unfit::PowerOff | Unfit::Unreachable));
        let lost = servers.known().filter(|known| known.boot_in(&boots).is_some_and(lost));
        lost.map(|known| known.server.name.clone()).collect()
    }

    /// A server was just read, by whomever.
    pub fn learn(&self, server: &Server) {
        self.learn_all([server.clone()]);
    }

    /// Servers were just read.
    pub(crate) fn learn_all(&self, servers: impl IntoIterator<Item = Server>) {
        let now = clock::now();
        self.change(|old| {
            let read = |server: Server| {
                let care = old.get(&server.name).and_then(|known| known.care.clone());
                Arc::new(Known::new(server, Some(now), care))
            };
            servers.into_iter().map(read).collect()
        });
    }

    /// What changes seldom was just read.
    pub(crate) fn learn_care(&self, name: &ServiceName, care: Care) {
        self.change(|old| {
            let known = old.get(name).map(|known| Known::clone(known).with_care(care));
            known.into_iter().map(Arc::new).collect()
        });
    }

    /// A netboot entry was read for a server: what it says itself, and its datacentre with it.
    ///
    /// # Errors
    /// When the store cannot be written; it is in memory all the same.
    pub(crate) async fn learn_boot(&self, of: &Server, boot: Boot) -> Result<(), store::Error> {
        let datacenter = of.datacenter.clone().unwrap_or_default();
        self.learn_boots(&of.account, &[of.name.to_string(), datacenter], vec![boot]).await
    }

    /// Netboot entries were read for these places of an account: datacentres, or servers.
    ///
    /// # Errors
    /// When the store cannot be written; they are in memory all the same.
    pub(crate) async fn learn_boots(
        &self,
        account: &str,
        places: &[String],
        boots: Vec<Boot>,
    ) -> Result<(), store::Error> {
        let read: Vec<Arc<Boot>> = boots.into_iter().map(Arc::new).collect();
        let learned: Vec<(BootPlace, Arc<Boot>)> = places
            .iter()
            .flat_map(|place| {
                read.iter().map(move |boot| ((account.to_owned(), place.clone(), boot.id), Arc::clone(boot)))
            })
            .collect();
        {
            let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
            let mut boots = Boots::clone(&shelf.boots);
            boots.extend(learned.iter().cloned());
            shelf.boots = Arc::new(boots);
        }
        self.0.store.save_known_boots(&learned).await
    }

    /// A whole list of an account was just read: what it says is put beside what is known.
    pub(crate) fn learn_list(&self, account: &str, rows: Vec<Server>) {
        self.merge(account, |servers| servers.beside_list(account, rows, clock::now()));
    }

    /// A list of names and tags was just read.
    pub(crate) fn learn_names(&self, account: &str, names: Vec<Naming>) {
        self.merge(account, |servers| servers.beside_names(account, names));
    }

    fn merge(&self, account: &str, beside: impl FnOnce(&Servers) -> Merged) {
        let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
        if !shelf.configured.contains(account) {
            return;
        }
        let Merged { servers, changed } = beside(&shelf.servers);
        shelf.servers = Arc::new(servers);
        self.0.dirty.lock().unwrap_or_else(PoisonError::into_inner).extend(changed);
    }

    /// An account was just listed; `short`: what its list said is not believed.
    pub(crate) fn was_listed(&self, account: &str, short: Option<ShortList>) {
        self.account(account, |account| {
            account.listed = Some(clock::now());
            account.trouble = None;
            account.short = short;
        });
    }

    /// OVHcloud lists exactly these servers in an account: new ones are known by their name from now on, others have left.
    ///
    /// # Errors
    /// When the store cannot be written; memory is right all the same.
    pub async fn listed(&self, account: &str, names: Vec<ServiceName>) -> Result<(), store::Error> {
        let names: BTreeSet<ServiceName> = names.into_iter().collect();
        let old = self.servers();
        let ours = old.names_of(account);
        let all: BTreeSet<&ServiceName> = old.iter().map(|server| &server.name).collect();
        let gone: Vec<ServiceName> =
            ours.iter().filter(|name| !names.contains(**name)).map(|name| (*name).clone()).collect();
        let new = names.iter().filter(|name| !all.contains(name));
        let new = new.map(|name| Known::new(Server::only_named(name.clone(), account), None, None));
        let new: Vec<Arc<Known>> = new.map(Arc::new).collect();
        self.account(account, |account| account.silent.retain(|name, _| names.contains(name)));
        if new.is_empty() && gone.is_empty() {
            return Ok(());
        }
        {
            let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
            if !shelf.configured.contains(account) {
                return Ok(());
            }
            shelf.servers = Arc::new(shelf.servers.without(account, &gone).with(new.clone()));
        }
        if !gone.is_empty() {
            self.0.store.forget_servers(account, &gone).await?;
        }
        self.save(&new).await
    }

    /// In parts, so that nobody waits long for the store behind a large fleet.
    async fn save(&self, news: &[Arc<Known>]) -> Result<(), store::Error> {
        for part in news.chunks(PART) {
            self.0.store.save_inventory(part).await?;
        }
        Ok(())
    }

    /// The configuration names these accounts and no others: the servers of others are known no more. What earlier credentials could not
    /// read says nothing of these, and is read at the next look.
    pub(crate) fn keep_accounts(&self, accounts: &BTreeSet<String>) {
        let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.servers = Arc::new(shelf.servers.of_accounts(accounts));
        shelf.configured.clone_from(accounts);
        let mut all = self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|name, _| accounts.contains(name));
        for account in all.values_mut() {
            account.care = None;
            account.silent.clear();
        }
    }

    /// OVHcloud lists a server and does not describe it: it stays, as far as it was ever read. Whether that is news.
    pub fn silent(&self, name: &ServiceName, account: &str, error: &ovh::Error) -> bool {
        self.account(account, |account| account.silent.insert(name.clone(), error.to_string()).is_none())
    }

    /// Whether OVHcloud lists a server and did not describe it lately.
    pub fn is_silent(&self, server: &Server) -> bool {
        self.account(&server.account, |account| account.silent.contains_key(&server.name))
    }

    /// Changes what is known of reading an account.
    pub fn account<T>(&self, account: &str, change: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        change(accounts.entry(account.to_owned()).or_default())
    }

    /// Writes what was learned since the last time into the store, in one go.
    ///
    /// # Errors
    /// When the store cannot be written: it is tried again with the next batch.
    pub async fn flush(&self) -> Result<(), store::Error> {
        let dirty = std::mem::take(&mut *self.0.dirty.lock().unwrap_or_else(PoisonError::into_inner));
        if dirty.is_empty() {
            return Ok(());
        }
        let servers = self.servers();
        let news: Vec<Arc<Known>> =
            servers.known().filter(|known| dirty.contains(&known.server.name)).cloned().collect();
        let saved = self.save(&news).await;
        if saved.is_err() {
            self.0.dirty.lock().unwrap_or_else(PoisonError::into_inner).extend(dirty);
        }
        saved
    }

    /// How much was learned since the last [`flush`](Self::flush).
    pub(crate) fn unsaved(&self) -> usize {
        self.0.dirty.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The servers that this person named lately, the latest first.
    pub fn recent(&self, person: UserId) -> Vec<ServiceName> {
        let recent = self.0.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.get(&person).cloned().unwrap_or_default()
    }

    /// This person named this server just now.
    pub fn named(&self, person: UserId, server: &ServiceName) {
        let mut recent = self.0.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let of_person = recent.entry(person).or_default();
        of_person.retain(|name| name != server);
        of_person.insert(0, server.clone());
        of_person.truncate(RECENT);
    }

    fn change(&self, news: impl FnOnce(&Servers) -> Vec<Arc<Known>>) {
        let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let mut news = news(&shelf.servers);
        news.retain(|known| shelf.configured.contains(&known.server.account));
        let names: Vec<ServiceName> = news.iter().map(|known| known.server.name.clone()).collect();
        shelf.servers = Arc::new(shelf.servers.with(news));
        self.0.dirty.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
    }
}
