//! The servers of all accounts: found in memory, read from OVHcloud right before anything is decided.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    calls::{self, ExactCall},
    event::Problem,
    lease::Lease,
    operation::{Plan, Wish},
    plan::{self, Aim, Proposal},
    server::{Boot, Server, ServiceName, Task},
};
use crate::{clock, ovh, store::Store};

/// How many running tasks are read at most.
const TASKS: usize = 5;
/// How many candidates are named when what was typed fits several.
const CANDIDATES: usize = 10;

/// The accounts' clients and what is known of their servers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fleet {
    clients: Arc<RwLock<Arc<BTreeMap<String, ovh::Client>>>>,
    servers: Arc<RwLock<Arc<Vec<Server>>>>,
    store: Store,
}

/// A server's near future.
#[derive(Clone, Debug)]
pub struct Look {
    /// What it starts next, if that is set and can be read.
    pub boot: Option<Boot>,
    /// The tasks that have not ended, the newest first; or why they cannot be read.
    pub running: Result<Vec<Task>, String>,
}

/// What was typed names no one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// Nothing has that name; these come near.
    Unknown(Vec<ServiceName>),
    /// Several have it.
    Ambiguous(Vec<ServiceName>),
    /// It is not in memory, and OVHcloud could not be asked.
    Unreadable(String),
}

impl Fleet {
    /// A fleet of these accounts, with what the store remembers of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(clients: Vec<ovh::Client>, store: Store) -> Result<Self, crate::store::Error> {
        let clients = by_account(clients);
        let mut servers = store.inventory().await?;
        servers.retain(|server| clients.contains_key(&server.account));
        let (clients, servers) = (RwLock::new(Arc::new(clients)), RwLock::new(Arc::new(servers)));
        Ok(Self { clients: Arc::new(clients), servers: Arc::new(servers), store })
    }

    /// From now on, these accounts with these credentials. What is under way finishes with the old ones.
    pub fn exchange(&self, clients: Vec<ovh::Client>) {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(by_account(clients));
    }

    /// The client of an account; `None` when the configuration no longer names it.
    pub fn client(&self, account: &str) -> Option<ovh::Client> {
        self.clients().get(account).cloned()
    }

    fn clients(&self) -> Arc<BTreeMap<String, ovh::Client>> {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The servers as they were last seen, in the order of their names.
    pub fn servers(&self) -> Arc<Vec<Server>> {
        self.servers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The server that `typed` names: its exact service name, or a display name, IP or reverse that is unique, without regard to case.
    ///
    /// A service name that is not in memory is looked up at OVHcloud, so a command works before the first inventory.
    ///
    /// # Errors
    /// [`NotFound`].
    pub async fn find(&self, typed: &str) -> Result<Server, NotFound> {
        let typed = typed.trim();
        let servers = self.servers();
        if let Some(server) = servers.iter().find(|server| server.name.as_str().eq_ignore_ascii_case(typed)) {
            return Ok(server.clone());
        }
        let named: Vec<&Server> = servers.iter().filter(|server| answers_to(server, typed)).collect();
        match named.as_slice() {
            [one] => return Ok((*one).clone()),
            [] => {}
            several => return Err(NotFound::Ambiguous(names(several))),
        }
        self.look_up(typed, &servers).await
    }

    /// A server as OVHcloud describes it now.
    ///
    /// # Errors
    /// [`plan::Error`]; a server that left the account is a problem for its asker, not an error.
    pub async fn read(&self, known: &Server) -> Result<Server, plan::Error> {
        plan::read_server(&self.client_of(known)?, &known.name).await
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

    /// What a server starts next and what is being done to it now.
    ///
    /// # Errors
    /// [`plan::Error`]; tasks that cannot be read are said beside the rest.
    pub async fn look(&self, server: &Server) -> Result<Look, plan::Error> {
        let client = self.client_of(server)?;
        let boot = match server.boot {
            Some(id) => client.boot(&server.name, id).await.ok(),
            None => None,
        };
        let running = running_tasks(&client, server).await.map_err(|error| error.to_string());
        Ok(Look { boot, running })
    }

    /// The calls that would open a console of a server now; none when it has no console that is a link.
    ///
    /// # Errors
    /// [`plan::Error`].
    pub async fn console_calls(&self, server: &Server) -> Result<Vec<ExactCall>, plan::Error> {
        let kinds = self.client_of(server)?.consoles(&server.name).await?.kinds;
        let open = |kind| calls::of_console(&server.name, kind, ovh::ConsoleMinutes::Fifteen, None);
        Ok(kinds.first().copied().map(open).unwrap_or_default())
    }

    fn client_of(&self, server: &Server) -> Result<ovh::Client, plan::Error> {
        self.client(&server.account).ok_or_else(|| Problem::NoAccount { account: server.account.clone() }.into())
    }

    /// Reads every server of every account, within the background's share of the budget, and remembers them.
    pub async fn refresh(&self) {
        for client in self.clients().values() {
            match self.read_account(client).await {
                Ok(servers) => self.remember(client.account(), servers).await,
                Err(error) => tracing::warn!(account = client.account(), %error, "the inventory could not be read"),
            }
        }
    }

    async fn read_account(&self, client: &ovh::Client) -> Result<Vec<Server>, ovh::Error> {
        let client = client.with_priority(ovh::Priority::Background);
        let mut servers = Vec::new();
        for name in client.servers().await? {
            match client.server(&name).await {
                Ok(server) => servers.push(server),
                Err(error) if error.is_not_found() || error.is_expired_service() => {}
                Err(error) => {
                    // One server that cannot be read must not take the others away: what was known of it stays.
                    tracing::warn!(server.name = %name, %error, "a server could not be read for the inventory");
                    servers.extend(self.servers().iter().find(|known| known.name == name).cloned());
                }
            }
        }
        Ok(servers)
    }

    async fn remember(&self, account: &str, servers: Vec<Server>) {
        if let Err(error) = self.store.save_inventory(account, &servers, clock::now()).await {
            tracing::error!(account, %error, "the inventory could not be stored");
        }
        let mut all: Vec<Server> = self.servers().iter().filter(|known| known.account != account).cloned().collect();
        all.extend(servers);
        all.sort_by(|a, b| a.name.cmp(&b.name));
        *self.servers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
    }

    async fn look_up(&self, typed: &str, servers: &[Server]) -> Result<Server, NotFound> {
        if let Ok(name) = ServiceName::try_from(typed.to_owned())
            && typed.contains('.')
        {
            for client in self.clients().values() {
                match client.server(&name).await {
                    Ok(server) => return Ok(server),
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(NotFound::Unreadable(error.to_string())),
                }
            }
        }
        if servers.is_empty() {
            return self.look_up_by_list(typed).await;
        }
        Err(NotFound::Unknown(near(typed, servers)))
    }

    /// Before the first inventory: reads the fleet for this one person.
    async fn look_up_by_list(&self, typed: &str) -> Result<Server, NotFound> {
        let mut all = Vec::new();
        for client in self.clients().values() {
            let unreadable = |error: ovh::Error| NotFound::Unreadable(error.to_string());
            for name in client.servers().await.map_err(unreadable)? {
                all.push(client.server(&name).await.map_err(unreadable)?);
            }
        }
        let named: Vec<&Server> = all.iter().filter(|server| answers_to(server, typed)).collect();
        match named.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(NotFound::Unknown(near(typed, &all))),
            several => Err(NotFound::Ambiguous(names(several))),
        }
    }
}

fn by_account(clients: Vec<ovh::Client>) -> BTreeMap<String, ovh::Client> {
    clients.into_iter().map(|client| (client.account().to_owned(), client)).collect()
}

/// Whether the server has this display name, address or reverse.
fn answers_to(server: &Server, typed: &str) -> bool {
    let same = |name: &Option<String>| name.as_deref().is_some_and(|name| name.to_lowercase() == typed.to_lowercase());
    same(&server.display_name) || same(&server.ip) || same(&server.reverse)
}

/// The servers that what was typed is a part of: offered, never taken.
fn near(typed: &str, servers: &[Server]) -> Vec<ServiceName> {
    let typed = typed.to_lowercase();
    let holds = |name: &str| !typed.is_empty() && name.to_lowercase().contains(&typed);
    let near = servers.iter().filter(|server| {
        holds(server.name.as_str())
            || server.display_name.as_deref().is_some_and(holds)
            || server.reverse.as_deref().is_some_and(holds)
    });
    names(&near.collect::<Vec<_>>())
}

fn names(servers: &[&Server]) -> Vec<ServiceName> {
    servers.iter().take(CANDIDATES).map(|server| server.name.clone()).collect()
}

async fn running_tasks(client: &ovh::Client, server: &Server) -> Result<Vec<Task>, ovh::Error> {
    let mut running = Vec::new();
    for status in ["init", "todo", "doing"] {
        for id in client.task_ids(&server.name, None, Some(status)).await?.into_iter().take(TASKS) {
            running.extend(client.task(&server.name, id).await?);
        }
    }
    running.sort_by_key(|task| std::cmp::Reverse(task.id));
    running.truncate(TASKS);
    Ok(running)
}
