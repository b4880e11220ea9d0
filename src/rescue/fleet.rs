//! The servers of all accounts: found in memory, read from OVHcloud right before anything is decided.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use super::server::{Server, ServiceName};
use crate::{clock, ovh, store::Store};

/// How many candidates are named when what was typed fits several.
const CANDIDATES: usize = 10;

/// The accounts' clients and what is known of their servers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fleet {
    clients: Arc<BTreeMap<String, ovh::Client>>,
    servers: Arc<RwLock<Arc<Vec<Server>>>>,
    store: Store,
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
        let clients: BTreeMap<_, _> = clients.into_iter().map(|client| (client.account().to_owned(), client)).collect();
        let mut servers = store.inventory().await?;
        servers.retain(|server| clients.contains_key(&server.account));
        Ok(Self { clients: Arc::new(clients), servers: Arc::new(RwLock::new(Arc::new(servers))), store })
    }

    /// The client of an account; `None` when the configuration no longer names it.
    pub fn client(&self, account: &str) -> Option<&ovh::Client> {
        self.clients.get(account)
    }

    /// The servers as they were last seen, in the order of their names.
    pub fn servers(&self) -> Arc<Vec<Server>> {
        self.servers.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |servers| servers.clone())
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

    /// Reads every server of every account, within the background's share of the budget, and remembers them.
    pub async fn refresh(&self) {
        for client in self.clients.values() {
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
        match self.servers.write() {
            Ok(mut servers) => *servers = Arc::new(all),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(all),
        }
    }

    async fn look_up(&self, typed: &str, servers: &[Server]) -> Result<Server, NotFound> {
        if let Ok(name) = ServiceName::try_from(typed.to_owned())
            && typed.contains('.')
        {
            for client in self.clients.values() {
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
        for client in self.clients.values() {
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
