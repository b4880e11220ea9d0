//! A simulated Discord, v10: gateway and REST on one loopback port, and the people who type and press.
//!
//! What it promises:
//!
//! - It speaks only the wire protocol. Whatever a client of Discord does not learn from Discord, it does not learn here.
//! - It refuses what Discord refuses, with Discord's status, code and shape.
//! - It forgets nothing: every version of every message, whom it was shown to and whom it rang, deleted ones included.
//! - Nothing happens by itself: outages, refusals and slowness are asked for.
//!
//! In reading order: [`Discord`] (the whole of it, and the questions tests ask), [`people`] (what people do), [`message`]
//! (what they see), `model` (what there is), the rule book, REST, the gateway.

mod client;
mod clock;
mod commands;
pub mod control;
mod endpoint;
mod gateway;
mod id;
mod interaction;
mod media;
mod mention;
pub mod message;
mod model;
mod pace;
mod patch;
pub mod people;
pub mod permission;
mod questions;
mod refusal;
mod render;
mod rest;
mod rules;
mod scripts;
mod world;

pub use gateway::{Gateway, Resumable};
pub use id::Id;
pub use message::{Audience, Message};
pub use model::{Dms, Mentions};
pub use pace::{Allowance, Scope};
pub use people::{Asked, Person};

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    panic::Location,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::Router;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::net::{Listener, PATIENCE, Server, lock};
use world::World;

/// The bot's token: a fake, of no use anywhere else.
pub const BOT_TOKEN: &str = "FAKE.BOT-TOKEN-OF-THE-SIMULATOR.not-a-secret";
/// The application, which is also the bot's user id.
pub const APPLICATION: Id = Id(300_000_000_000_000_001);
/// The bot's user id.
pub const BOT: Id = APPLICATION;
/// The bot's name.
pub const BOT_NAME: &str = "bernard";
/// The one guild, and its `@everyone` role.
pub const GUILD: Id = Id(100_000_000_000_000_001);
/// Whom the guild and the application belong to; they never say a word.
pub(crate) const OWNER: Id = Id(200_000_000_000_000_000);
/// A text channel.
pub const OPS: Id = Id(500_000_000_000_000_001);
/// A thread in [`OPS`].
pub const THREAD: Id = Id(500_000_000_000_000_002);
/// The role of who is on call: there from the start, and mentionable.
pub const ONCALL: Id = Id(400_000_000_000_000_009);
/// The bot's own role: its permissions come from here.
pub const BOT_ROLE: Id = Id(400_000_000_000_000_000);
/// A role for tests. Roles exist as soon as a person has them.
pub const ROLE: Id = Id(400_000_000_000_000_001);
/// The guild's locale.
pub const GUILD_LOCALE: &str = "en-US";

/// Every duration and pace. The defaults are Discord's own.
#[derive(Clone, Debug)]
pub struct Tempo {
    /// How long the bot has for its first answer.
    pub acknowledge: Duration,
    /// How long an interaction's token lives.
    pub token_life: Duration,
    /// The interval that the gateway asks heartbeats in.
    pub heartbeat: Duration,
    /// How long an enforced nonce is remembered.
    pub nonce: Duration,
    /// Edits of messages in one channel.
    pub edits: Allowance,
    /// All requests with the bot's token together.
    pub all: Allowance,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            acknowledge: Duration::from_secs(3),
            token_life: Duration::from_secs(15 * 60),
            heartbeat: Duration::from_millis(41_250),
            nonce: Duration::from_secs(3 * 60),
            edits: Allowance { count: 5, per: Duration::from_secs(5) },
            all: Allowance { count: 50, per: Duration::from_secs(1) },
        }
    }
}

/// A text that was shown to somebody: a version of a message, autocomplete choices or a modal.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// When.
    pub at: Timestamp,
    /// The message, or the interaction for choices and modals.
    pub message: Id,
    /// Where.
    pub channel: Id,
    /// For whom it was meant.
    pub audience: Audience,
    /// The people who could see it at that moment.
    pub viewers: Vec<Id>,
    /// Everything in it: text, embeds, labels, links, custom ids, names and contents of files.
    pub body: String,
}

/// The simulated Discord. Clones are the same one. It lives as long as its runtime.
#[derive(Clone)]
pub struct Discord(Arc<Shared>);

struct Shared {
    world: Mutex<World>,
    changed: watch::Sender<u64>,
    server: OnceLock<Server>,
}

impl fmt::Debug for Discord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discord").field("url", &self.0.server.get().map(Server::url)).finish_non_exhaustive()
    }
}

impl Discord {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    pub async fn start() -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(free, |_| Router::new()).await.expect("a free port on loopback")
    }

    /// Starts one at an address, with more routes beside Discord's own.
    ///
    /// # Errors
    ///
    /// If the address cannot be had.
    pub async fn start_at(address: SocketAddr, extra: impl FnOnce(&Self) -> Router) -> io::Result<Self> {
        let (changed, _) = watch::channel(0);
        let discord = Self(Arc::new(Shared { world: Mutex::new(World::new()), changed, server: OnceLock::new() }));
        let router = rest::router(&discord, extra(&discord));
        let server = Listener::start_at(address, router, |_| {}).await?;
        discord.change(|world| world.sessions.base = server.url());
        discord.0.server.get_or_init(|| server);
        Ok(discord)
    }

    /// `http://127.0.0.1:PORT`: REST is under `/api/v10`, the gateway on the same port.
    pub fn url(&self) -> String {
        self.read(|world| world.sessions.base.clone())
    }

    /// The server below: its journal, faults, refusals and resets.
    pub fn server(&self) -> Server {
        self.0.server.get().expect("set before the simulator is handed out").clone()
    }

    /// Every request that came, from the server below.
    pub fn journal(&self) -> crate::net::Journal {
        self.server().journal()
    }

    /// What goes wrong on the wire, from the server below.
    pub fn faults(&self) -> crate::net::Faults {
        self.server().faults()
    }

    /// The gateway's side: outages and counts.
    pub fn gateway(&self) -> Gateway {
        Gateway::of(self)
    }

    /// Changes the state and wakes who waits for a condition.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let result = change(&mut lock(&self.0.world));
        self.0.changed.send_modify(|count| *count += 1);
        result
    }

    /// Ticks whenever something changes.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&lock(&self.0.world))
    }

    /// Waits until `condition` gives something. After [`PATIENCE`] it panics with everything seen so far.
    #[track_caller]
    pub(crate) fn wait<T, F>(&self, what: String, mut condition: F) -> impl Future<Output = T> + use<T, F>
    where
        F: FnMut(&World) -> Option<T>,
    {
        self.wait_outside(what, move |discord| discord.read(&mut condition))
    }

    /// Waits until one of `there` fits. A test's own question is asked while nothing is locked, so it may ask the simulator more.
    #[track_caller]
    pub(crate) fn wait_for_one<C, F>(
        &self,
        what: String,
        mut there: C,
        mut fits: F,
    ) -> impl Future<Output = Message> + use<C, F>
    where
        C: FnMut(&World) -> Vec<Message>,
        F: FnMut(&Message) -> bool,
    {
        self.wait_outside(what, move |discord| discord.read(&mut there).into_iter().find(|message| fits(message)))
    }

    #[track_caller]
    fn wait_outside<T, F>(&self, what: String, mut condition: F) -> impl Future<Output = T> + use<T, F>
    where
        F: FnMut(&Self) -> Option<T>,
    {
        let (discord, caller) = (self.clone(), Location::caller());
        async move {
            let mut changed = discord.0.changed.subscribe();
            let waiting = async {
                loop {
                    if let Some(found) = condition(&discord) {
                        return found;
                    }
                    // The sender lives in `discord`, so this does not fail.
                    changed.changed().await.ok();
                }
            };
            match tokio::time::timeout(PATIENCE, waiting).await {
                Ok(found) => found,
                Err(_) => panic!("{caller}: waited in vain for {what}\n{}", discord.account()),
            }
        }
    }
}
