//! The gateway, v10: sessions that survive their connections, and the outages that tests ask for.
//!
//! A session keeps what it was sent, and what happened while nobody was connected, for a resume. Interactions go to every session.

mod deflate;
mod protocol;
mod socket;

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use tokio::sync::mpsc;

pub(super) use socket::upgrade;

use super::{
    Discord, GUILD, Id,
    world::{ChannelKind, World},
};

/// Intents by their bits.
const GUILDS: u64 = 1;
const GUILD_MESSAGES: u64 = 1 << 9;
const DIRECT_MESSAGES: u64 = 1 << 12;

/// How many events a session keeps for a resume.
const KEPT: usize = 1_000;
/// How many frames wait for a slow client before its connection is given up.
const WAITING: usize = 1_024;

/// Identifies a day, as Discord allows them.
const IDENTIFIES: usize = 1_000;

/// All sessions, what is scripted, and what was counted.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// The base of the simulator's own address, `http://…`.
    pub(crate) base: String,
    all: BTreeMap<String, Session>,
    acks: Acks,
    resumes: Resumes,
    identified: usize,
    resumed: usize,
    heartbeats: usize,
    lines: usize,
}

#[derive(Debug)]
struct Session {
    seq: u64,
    intents: u64,
    log: VecDeque<(u64, Value)>,
    /// The connection that it is on now, if any.
    line: Option<(usize, mpsc::Sender<Frame>)>,
}

/// What goes to a client.
#[derive(Clone, Debug)]
enum Frame {
    Send(Value),
    Close(u16),
}

/// Whether heartbeats are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acks {
    Sent,
    Withheld,
}

/// Whether sessions can be resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resumes {
    Taken,
    Refused,
}

/// Whether an invalidated session may still be resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumable {
    /// It may.
    Yes,
    /// It is gone: identify again.
    No,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            base: String::new(),
            all: BTreeMap::new(),
            acks: Acks::Sent,
            resumes: Resumes::Taken,
            identified: 0,
            resumed: 0,
            heartbeats: 0,
            lines: 0,
        }
    }
}

impl Sessions {
    /// `GET /gateway/bot`.
    pub(crate) fn advice(&self) -> Value {
        let left = IDENTIFIES.saturating_sub(self.identified);
        json!({
            "url": self.gateway_url(), "shards": 1,
            "session_start_limit": {
                "total": IDENTIFIES, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1,
            },
        })
    }

    pub(crate) fn gateway_url(&self) -> String {
        self.base.replacen("http", "ws", 1)
    }

    /// Sends an event to every session that wants it; who is away gets it at a resume.
    fn publish(&mut self, event: &str, intent: u64, data: &Value) {
        let wanting = self.all.values_mut().filter(|session| intent == 0 || session.intents & intent != 0);
        wanting.for_each(|session| session.publish(event, data));
    }

    /// Sends an event to every session.
    pub(crate) fn publish_to_all(&mut self, event: &str, data: &Value) {
        self.publish(event, 0, data);
    }

    /// The frames go to every connected session.
    fn send_to_connected(&mut self, frame: &Frame) {
        for (_, wire) in self.all.values().filter_map(|session| session.line.as_ref()) {
            // A connection that is full or going away is found out by its own loop.
            wire.try_send(frame.clone()).ok();
        }
    }

    fn connected(&self) -> usize {
        self.all.values().filter(|session| session.line.is_some()).count()
    }
}

impl Session {
    fn publish(&mut self, event: &str, data: &Value) {
        self.seq += 1;
        let frame = json!({ "op": 0, "t": event, "s": self.seq, "d": data });
        self.log.push_back((self.seq, frame.clone()));
        if self.log.len() > KEPT {
            self.log.pop_front();
        }
        let full = self.line.as_ref().is_some_and(|(_, wire)| wire.try_send(Frame::Send(frame)).is_err());
        if full {
            self.line = None;
        }
    }
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
