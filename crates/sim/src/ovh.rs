//! A simulated OVHcloud: an account with dedicated servers that really take time, reached only by URL.
//!
//! What it promises to a test:
//!
//! - Calls are checked as OVHcloud checks them: signatures, tokens, rights, bodies. Answers hold the field sets of
//!   OVHcloud's schemas, errors its shapes, dates whole seconds.
//! - An accepted `POST …/reboot` is one reboot, with the netboot that was set at that moment, whether its answer arrived
//!   or not. [`Ovh::reboots`] counts them.
//! - A task that is done is not a machine that is up: the machine goes dark after it, answers later, and its secret and
//!   mail exist later still ([`Tempo`]).
//! - Every secret id ever made is remembered ([`Ovh::secret_ids`]), and every attempt to redeem one is counted
//!   ([`Ovh::retrieved`]).
//!
//! Nothing in it runs by itself but the accept loop and real ports, if asked for: where things stand is computed when somebody looks.
//!
//! In reading order: [`ServerSpec`] (what to rent), the handle with its verbs (`script`, `console_script`) and its questions (`ask`),
//! `world` and `machine` (the state), `task` (its course), `access` (who may), `api` (the calls).

mod access;
mod api;
mod api_log;
mod ask;
mod clock;
mod console_script;
mod keys;
mod lists;
mod machine;
mod mail;
mod network;
mod panel;
mod port;
mod port_state;
mod refusal;
mod restart;
mod rows;
mod script;
mod spec;
mod spec_address;
mod support;
mod task;
mod tempo;
mod world;

pub use access::{APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY, DriftReadsAs};
pub use ask::TaskSeen;
pub use lists::{Lists, Offer};
pub use machine::{BOOT_SCRIPT, Running, Settings};
pub use mail::{Delivery, Language, LinkStyle, Mail};
pub use port_state::Port;
pub use spec::{Installed, Netboot, ServerSpec};
pub use support::Ticket;
pub use task::{By, Ending};
pub use tempo::Tempo;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::http::{HeaderMap, HeaderValue};

use crate::net::{Faults, Journal, Listener, Server, lock};
use world::World;

/// A running simulated OVHcloud; clones are the same one.
#[derive(Clone)]
pub struct Ovh {
    world: Arc<Mutex<World>>,
    server: Server,
}

impl Ovh {
    /// An account without servers, on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    pub async fn start() -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(free).await.expect("a free port on loopback")
    }

    /// An account without servers, at this address.
    ///
    /// # Errors
    ///
    /// If the address cannot be had.
    pub async fn start_at(address: SocketAddr) -> io::Result<Self> {
        let world = Arc::new(Mutex::new(World::new()));
        let server = Listener::start_at(address, api::router(&world), query_ids()).await?;
        Ok(Self { world, server })
    }

    /// An account with [`ServerSpec::fleet`]: `web-1`, `web-2`, `db-1`, `build-1`.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    pub async fn with_fleet() -> Self {
        let ovh = Self::start().await;
        for spec in ServerSpec::fleet() {
            ovh.add(spec);
        }
        ovh
    }

    /// The base URL of the API, ending in `/1.0`; `/v1` is the same, `/v2` beside it the newer branch.
    pub fn url(&self) -> String {
        format!("{}/1.0", self.server.url())
    }

    /// Where OAuth2 clients ask for tokens.
    pub fn token_url(&self) -> String {
        format!("{}/auth/oauth2/token", self.server.url())
    }

    /// Every request it received.
    pub fn journal(&self) -> Journal {
        self.server.journal()
    }

    /// What goes wrong on the wire.
    pub fn faults(&self) -> Faults {
        self.server.faults()
    }

    /// The web server itself: to refuse connections, to reset them, to stop.
    pub fn net(&self) -> &Server {
        &self.server
    }

    /// The world, brought up to now.
    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = lock(&self.world);
        world.settle();
        world
    }
}

/// A query id for every answer, none twice.
fn query_ids() -> impl Fn(&mut HeaderMap) + Send + Sync {
    let next = AtomicU64::new(1);
    move |headers| {
        let id = format!("EU.sim-1.{:08x}.4632.{}", next.fetch_add(1, Ordering::Relaxed), uuid::Uuid::new_v4());
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert("x-ovh-queryid", id);
        }
    }
}
