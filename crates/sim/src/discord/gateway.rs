//! The gateway, v10: sessions that survive their connections, and the outages that tests ask for.
//!
//! A session keeps what it was sent, and what happened while nobody was connected, for a resume. Interactions go to every session.

mod deflate;
mod protocol;
pub(super) mod session;
mod socket;

use serde_json::{Value, json};

pub(super) use socket::upgrade;

use super::{Discord, GUILD, Id, model::ChannelKind, world::World};
use session::{Acks, Frame, Resumes, Sessions};

/// Intents by their bits.
const GUILDS: u64 = 1;
const GUILD_MESSAGES: u64 = 1 << 9;
const DIRECT_MESSAGES: u64 = 1 << 12;

/// How many frames wait for a slow client before its connection is given up.
const WAITING: usize = 1_024;

/// Whether an invalidated session may still be resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumable {
    /// It may.
    Yes,
    /// It is gone: identify again.
    No,
}

impl World {
    /// Tells the gateway about an interaction.
    pub(crate) fn tell_interaction(&mut self, payload: &Value) {
        self.sessions.publish("INTERACTION_CREATE", 0, payload);
    }

    /// Tells the gateway about a message.
    pub(crate) fn tell_about_message(&mut self, event: &str, data: Value) {
        let channel = data["channel_id"].as_str().and_then(|id| id.parse::<Id>().ok());
        let kind = channel.and_then(|id| self.channels.get(&id)).map(|channel| channel.kind);
        let intent = if matches!(kind, Some(ChannelKind::Dm { .. })) { DIRECT_MESSAGES } else { GUILD_MESSAGES };
        self.sessions.publish(event, intent, &data);
    }
}

/// The gateway's side of a test: what happens to connections and sessions, and how many there were.
#[derive(Clone, Debug)]
pub struct Gateway {
    discord: Discord,
}

impl Gateway {
    pub(super) fn of(discord: &Discord) -> Self {
        Self { discord: discord.clone() }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Sessions) -> T) -> T {
        self.discord.change(|world| change(&mut world.sessions))
    }

    /// Clients are told to come to this base address (`http://…`, `https://…`) instead of the simulator's own: a proxy's, say.
    pub fn reach_at(&self, base: &str) {
        self.change(|sessions| base.clone_into(&mut sessions.base));
    }

    /// Closes every connection with a code. 4004, 4007, 4009 and 4010 to 4014 end the sessions too.
    pub fn close_all(&self, code: u16) {
        self.change(|sessions| {
            sessions.send_to_connected(&Frame::Close(code));
            if protocol::ends_session(code) {
                sessions.all.clear();
            }
        });
    }

    /// Resets every TCP connection, those of REST included, without a word.
    pub fn reset_all(&self) {
        self.discord.server().reset_all();
    }

    /// Op 7: asks every client to connect again and resume.
    pub fn ask_to_reconnect(&self) {
        self.change(|sessions| sessions.send_to_connected(&Frame::Send(json!({ "op": 7, "d": null }))));
    }

    /// Op 9: tells every client that its session is invalid.
    pub fn invalidate(&self, resumable: Resumable) {
        let may = resumable == Resumable::Yes;
        self.change(|sessions| {
            sessions.send_to_connected(&Frame::Send(json!({ "op": 9, "d": may })));
            if !may {
                sessions.all.clear();
            }
        });
    }

    /// Heartbeats stay without an answer from now on.
    pub fn stop_acknowledging(&self) {
        self.change(|sessions| sessions.acks = Acks::Withheld);
    }

    /// Resumes meet an invalid session from now on.
    pub fn refuse_resumes(&self) {
        self.change(|sessions| sessions.resumes = Resumes::Refused);
    }

    /// From now on connections are taken and the upgrade is never answered, until the rule is cleared.
    pub fn hang_upgrades(&self) -> crate::net::Rule {
        self.discord.server().faults().always().hang("GET", "?v=10")
    }

    /// How many identifies were accepted.
    pub fn identifies(&self) -> usize {
        self.discord.read(|world| world.sessions.identified)
    }

    /// How many resumes were accepted.
    pub fn resumes(&self) -> usize {
        self.discord.read(|world| world.sessions.resumed)
    }

    /// How many heartbeats came.
    pub fn heartbeats(&self) -> usize {
        self.discord.read(|world| world.sessions.heartbeats)
    }

    /// How many sessions are connected now.
    pub fn connected(&self) -> usize {
        self.discord.read(|world| world.sessions.connected())
    }

    /// Waits until so many sessions are connected.
    ///
    /// # Panics
    ///
    /// If it does not happen within [`PATIENCE`](crate::net::PATIENCE).
    #[track_caller]
    pub fn wait_for_connected(&self, count: usize) -> impl Future<Output = ()> + use<> {
        let connected = move |world: &World| (world.sessions.connected() == count).then_some(());
        self.discord.wait(format!("{count} connected sessions"), connected)
    }

    /// Waits until so many identifies were accepted in all.
    ///
    /// # Panics
    ///
    /// If it does not happen within [`PATIENCE`](crate::net::PATIENCE).
    #[track_caller]
    pub fn wait_for_identifies(&self, count: usize) -> impl Future<Output = ()> + use<> {
        let enough = move |world: &World| (world.sessions.identified >= count).then_some(());
        self.discord.wait(format!("{count} identifies"), enough)
    }

    /// Waits until so many resumes were accepted in all.
    ///
    /// # Panics
    ///
    /// If it does not happen within [`PATIENCE`](crate::net::PATIENCE).
    #[track_caller]
    pub fn wait_for_resumes(&self, count: usize) -> impl Future<Output = ()> + use<> {
        let enough = move |world: &World| (world.sessions.resumed >= count).then_some(());
        self.discord.wait(format!("{count} resumes"), enough)
    }
}

/// The guild in READY: not yet available.
fn unavailable_guild() -> Value {
    json!({ "id": GUILD, "unavailable": true })
}
