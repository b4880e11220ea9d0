//! The servers of all accounts: found in memory, read from OVHcloud right before anything is decided.

pub mod inventory;
pub mod refresh;
pub mod kernels;
mod lists;
pub mod details;
pub mod network;
pub mod doctor;
pub mod foreign_finder;
mod works;

use core::net::Ipv4Addr;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bernard_domain::{
    console::ConsoleMinutes,
    inventory::{
        known::{Known, Servers},
        named::{Named, named},
    },
    lease::Lease,
    operation::{Plan, Wish, event::Problem, exact_call::ExactCall},
    server::{Boot, HARD_REBOOT, Server, ServiceName, TaskId, start::Start},
};
use bernard_ovh as ovh;
use bernard_platform::{clock, live::Live};
use bernard_store::Store;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::plan::{self, Aim, Proposal};
use crate::{
    exact_calls,
    fleet::{inventory::Inventory, kernels::Kernels, network::Refusals, works::Works},
};

/// How many candidates are named when what was typed fits several.
pub const CANDIDATES: usize = 10;
/// How many servers that were never read are read for one person who waits: a part of what a minute's budget lets through at once.
const UNREAD_AT_ONCE: usize = 20;
/// How many of those are read at the same time.
const PARALLEL: usize = 4;

/// The accounts' clients and what is known of their servers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fleet {
    clients: Live<BTreeMap<String, ovh::Client>>,
    inventory: Inventory,
    kernels: Kernels,
    works: Works,
    /// Of the credentials of this moment: what others were refused is forgotten with them.
    refusals: Live<Refusals>,
}

/// What was typed names no one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// Nothing has that name; these come near, each by what finds it. Whoever knows what the asker may see fills them in.
    Unknown(Vec<String>),
    /// Several have it.
    Ambiguous(Vec<ServiceName>),
    /// No server that was read has it, and not all were read yet.
    StillReading {
        /// How many were read.
        read: usize,
        /// How many there are.
        all: usize,
    },
    /// It is not in memory, and OVHcloud could not be asked.
    Unreadable(String),
}

impl Fleet {
    /// A fleet of these accounts, with what the store remembers of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(clients: Vec<ovh::Client>, store: Store) -> Result<Self, bernard_store::Error> {
        let clients = by_account(clients);
        let inventory = Inventory::load(store, &clients.keys().cloned().collect()).await?;
        let refusals = Live::new(Refusals::default());
        let (kernels, works) = (Kernels::default(), Works::default());
        Ok(Self { clients: Live::new(clients), inventory, kernels, works, refusals })
    }

    /// From now on, these accounts with these credentials. What is under way finishes with the old ones; what those were refused says
    /// nothing of the new ones.
    pub fn exchange(&self, clients: Vec<ovh::Client>) {
        let clients = by_account(clients);
        self.inventory.keep_accounts(&clients.keys().cloned().collect());
        self.clients.set(clients);
        self.refusals.set(Refusals::default());
        self.kernels.forget();
        self.works.forget();
    }

    /// The client of an account; `None` when the configuration no longer names it.
    pub fn client(&self, account: &str) -> Option<ovh::Client> {
        self.clients.get().get(account).cloned()
    }

    /// The accounts of the configuration.
    pub fn accounts(&self) -> Vec<String> {
        self.clients.get().keys().cloned().collect()
    }

    /// What is known of all servers, and how old it is.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The servers as they were last seen, in the natural order of what people call them.
    pub fn servers(&self) -> Arc<Servers> {
        self.inventory.servers()
    }

    /// The rescue kernels of a server as far as they are known; nobody waits for OVHcloud.
    pub fn kernels(&self, server: &Server) -> Vec<String> {
        let client = self.client(&server.account).map(|client| client.with_priority(ovh::Priority::Background));
        self.kernels.of(&server.name, client)
    }

    /// The server that `typed` names: its exact service name, or a display name, IP or reverse that is unique, without regard to case.
    ///
    /// A service name that is not in memory is looked up at OVHcloud, so a command works before the first inventory.
    ///
    /// # Errors
    /// [`NotFound`].
    pub async fn find(&self, typed: &str) -> Result<Server, NotFound> {
        let typed = typed.trim();
        match self.find_known(typed) {
            Err(NotFound::Unknown(_)) => self.look_up(typed).await,
            found => found,
        }
    }

    /// The same from memory alone.
    ///
    /// # Errors
    /// [`NotFound::Unknown`] and [`NotFound::Ambiguous`].
    pub fn find_known(&self, typed: &str) -> Result<Server, NotFound> {
        self.find_among(typed, |_| true)
    }

    /// The same among those that somebody `sees`: to them there are no others.
    ///
    /// # Errors
    /// [`NotFound::Unknown`] and [`NotFound::Ambiguous`].
    pub fn find_among(&self, typed: &str, sees: impl Fn(&Server) -> bool) -> Result<Server, NotFound> {
        let servers = self.servers();
        match named(servers.iter().filter(|server| sees(server)), typed) {
            Named::One(server) => Ok(server.clone()),
            Named::Nobody => Err(NotFound::Unknown(Vec::new())),
            Named::Several(several) => {
                let names = several.iter().take(CANDIDATES).map(|server| server.name.clone());
                Err(NotFound::Ambiguous(names.collect()))
            }
        }
    }

    /// Whether a server was ever read, by this process or one before.
    pub fn was_read(&self, server: &Server) -> bool {
        self.servers().get(&server.name).is_some_and(|known| known.seen.is_some())
    }

    /// What finds this server and no other of those that somebody `sees`: what people call it, where only one is called so; else
    /// its service name.
    pub fn unique_name(&self, server: &Server, sees: impl Fn(&Server) -> bool) -> String {
        let is_unique = self.find_among(server.label(), sees).is_ok_and(|found| found.name == server.name);
        if is_unique { server.label().to_owned() } else { server.name.to_string() }
    }

    /// A server as OVHcloud describes it now.
    ///
    /// # Errors
    /// [`plan::Error`]; a server that left the account is a problem for its asker, not an error.
    pub async fn read(&self, known: &Server) -> Result<Server, plan::Error> {
        let server = plan::read_server(&self.client_of(known)?, &known.name).await?;
        self.inventory.learn(&server);
        Ok(server)
    }

    /// The server of that name, in whichever account it is; `None` when OVHcloud says of each that it is not there.
    ///
    /// # Errors
    /// When it is in none that could be asked, and one could not: then nobody knows.
    pub(crate) async fn look_for(&self, name: &ServiceName) -> Result<Option<Server>, ovh::Error> {
        let mut trouble = None;
        for client in self.clients.get().values() {
            match client.server(name).await {
                Ok(server) => {
                    self.inventory.learn(&server);
                    return Ok(Some(server));
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => trouble = Some(error),
            }
        }
        trouble.map_or(Ok(None), Err)
    }

    /// What could not be read of a server lately, each thing once.
    pub fn oddities(&self, server: &Server) -> Vec<String> {
        let all = self.client(&server.account).map(|client| client.oddities()).unwrap_or_default();
        all.into_iter().filter(|odd| odd.server.as_ref() == Some(&server.name)).map(|odd| odd.said).collect()
    }

    /// What time it is for a lease, by OVHcloud's clock if ours was set since it began. Without OVHcloud ours has to do: nothing can be
    /// done to a rescue then anyway.
    pub async fn time_of(&self, lease: &Lease) -> Timestamp {
        /// A clock that is not known yet is one request away.
        const WITHIN: Duration = Duration::from_secs(5);
        let ours = clock::now();
        let Some(client) = self.client(&lease.account) else { return ours };
        match tokio::time::timeout(WITHIN, client.now()).await {
            Ok(Ok(theirs)) => lease.time(clock::now(), theirs),
            _ => ours,
        }
    }

    /// What would be done to `server` for `aim` now, with what the store remembers of its rescue.
    ///
    /// # Errors
    /// [`plan::Error`].
    pub async fn propose(&self, server: &Server, aim: Aim, lease: Option<&Lease>) -> Result<Proposal, plan::Error> {
        plan::propose(&self.client_of(server)?, server, aim, lease).await
    }

    /// Whether `wish` is still what would be done now.
    ///
    /// # Errors
    /// [`plan::Error`]; [`Problem::ChangedMeanwhile`] when it is not.
    pub async fn confirm(&self, server: &Server, wish: &Wish, lease: Option<&Lease>) -> Result<Plan, plan::Error> {
        plan::confirm(&self.client_of(server)?, server, wish, lease).await
    }

    /// The ids of every reboot of a server that OVHcloud lists now.
    ///
    /// # Errors
    /// [`plan::Error`].
    pub async fn reboots(&self, server: &Server) -> Result<Vec<TaskId>, plan::Error> {
        Ok(self.client_of(server)?.task_ids(&server.name, Some(HARD_REBOOT), None).await?)
    }

    /// The calls that would open a console of a server now; none when it has no console that is a link.
    ///
    /// # Errors
    /// [`plan::Error`].
    pub async fn console_calls(
        &self,
        server: &Server,
        minutes: ConsoleMinutes,
        ip: Option<Ipv4Addr>,
    ) -> Result<Vec<ExactCall>, plan::Error> {
        let kinds = self.client_of(server)?.consoles(&server.name).await?;
        let open = |kind| exact_calls::of_console(&server.name, kind, minutes, ip);
        Ok(kinds.first().copied().map(open).unwrap_or_default())
    }

    /// The account that has a lease's server: it may have moved since, or be called otherwise.
    pub(crate) fn account_of(&self, lease: &Lease) -> String {
        let servers = self.servers();
        servers.get(&lease.server).map_or(&lease.account, |known| &known.server.account).clone()
    }

    pub(super) fn client_of(&self, server: &Server) -> Result<ovh::Client, plan::Error> {
        self.client(&server.account).ok_or_else(|| Problem::NoAccount { account: server.account.clone() }.into())
    }

    /// The netboot entry that a server has set, read now.
    ///
    /// # Errors
    /// [`plan::Error`].
    pub async fn boot(&self, server: &Server) -> Result<Option<Boot>, plan::Error> {
        let Some(id) = server.boot else { return Ok(None) };
        let boot = self.client_of(server)?.boot(&server.name, id).await?;
        if let Err(error) = self.inventory.learn_boot(server, boot.clone()).await {
            tracing::error!(%error, "a netboot entry could not be stored");
        }
        Ok(Some(boot))
    }

    /// What a server starts next, as far as OVHcloud shows it now.
    ///
    /// # Errors
    /// [`plan::Error`] when the account is no longer configured.
    pub async fn next_start(&self, server: &Server) -> Result<plan::Next, plan::Error> {
        let next = plan::next_start(&self.client_of(server)?, server).await;
        if let Some(boot) = next.start.as_ref().and_then(Start::netboot).filter(|_| next.unread.is_none())
            && let Err(error) = self.inventory.learn_boot(server, boot.clone()).await
        {
            tracing::error!(%error, "a netboot entry could not be stored");
        }
        Ok(next)
    }

    async fn look_up(&self, typed: &str) -> Result<Server, NotFound> {
        if let Ok(name) = ServiceName::try_from(typed.to_owned())
            && typed.contains('.')
            && let Some(server) = self.look_for(&name).await.map_err(|error| NotFound::Unreadable(error.to_string()))?
        {
            return Ok(server);
        }
        let listed = self.list_first().await;
        if let Ok(listed) = self.find_known(typed) {
            return Ok(listed);
        }
        let read = self.read_unread(listed).await;
        match self.find_known(typed) {
            Err(NotFound::Unknown(_)) => Err(read.err().unwrap_or(NotFound::Unknown(Vec::new()))),
            found => found,
        }
    }

    /// Before the first inventory is complete: reads what is not known yet, for one person who waits for it.
    ///
    /// # Errors
    /// [`NotFound::StillReading`] when that is more than a person should wait for; [`NotFound::Unreadable`].
    pub async fn read_rest(&self) -> Result<(), NotFound> {
        let listed = self.list_first().await;
        self.read_unread(listed).await
    }

    /// Asks OVHcloud which servers there are, if nothing is known at all; gives back what went wrong.
    async fn list_first(&self) -> Option<ovh::Error> {
        let mut trouble = None;
        if self.servers().is_empty() {
            for client in self.clients.get().values() {
                trouble = self.list(client).await.err().or(trouble);
            }
        }
        trouble
    }

    /// A few servers are read for one person, many are not.
    async fn read_unread(&self, mut trouble: Option<ovh::Error>) -> Result<(), NotFound> {
        let servers = self.servers();
        // What OVHcloud lists and does not describe would be asked for in vain, again and again.
        let is_unread = |known: &Known| known.seen.is_none() && !self.inventory.is_silent(&known.server);
        let unread: Vec<Server> =
            servers.known().filter(|known| is_unread(known)).map(|known| known.server.clone()).collect();
        if unread.len() > UNREAD_AT_ONCE {
            return Err(NotFound::StillReading { read: servers.len() - unread.len(), all: servers.len() });
        }
        let reads = stream::iter(unread).map(|server| {
            let client = self.client(&server.account);
            async move {
                let read = match client {
                    Some(client) => client.server(&server.name).await.map(Some),
                    None => Ok(None),
                };
                (server, read)
            }
        });
        for (server, read) in reads.buffer_unordered(PARALLEL).collect::<Vec<_>>().await {
            match read {
                Ok(read) => self.inventory.learn_all(read),
                // One that cannot be read hides no other.
                Err(error) if error.is_of_one_thing() && !error.is_transient() => {
                    self.inventory.silent(&server.name, &server.account, &error);
                }
                Err(error) => trouble = Some(error),
            }
        }
        // The words of somebody else's server are not told: only what happened.
        trouble.map_or(Ok(()), |error| Err(NotFound::Unreadable(error.cause().to_string())))
    }
}

fn by_account(clients: Vec<ovh::Client>) -> BTreeMap<String, ovh::Client> {
    clients.into_iter().map(|client| (client.account().to_owned(), client)).collect()
}
