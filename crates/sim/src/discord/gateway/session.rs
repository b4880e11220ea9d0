//! Sessions: what each was sent and keeps for a resume, and the connection that it is on.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use tokio::sync::mpsc;

/// How many events a session keeps for a resume.
const KEPT: usize = 1_000;
/// Identifies a day, as Discord allows them.
const IDENTIFIES: usize = 1_000;

/// All sessions, what is scripted, and what was counted.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// The base of the simulator's own address, `http://…`.
    pub(crate) base: String,
    pub(super) all: BTreeMap<String, Session>,
    pub(super) acks: Acks,
    pub(super) resumes: Resumes,
    pub(super) identified: usize,
    pub(super) resumed: usize,
    pub(super) heartbeats: usize,
    pub(super) lines: usize,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) seq: u64,
    pub(super) intents: u64,
    pub(super) log: VecDeque<(u64, Value)>,
    /// The connection that it is on now, if any.
    pub(super) line: Option<(usize, mpsc::Sender<Frame>)>,
}

/// What goes to a client.
#[derive(Clone, Debug)]
pub(super) enum Frame {
    Send(Value),
    Close(u16),
}

/// Whether heartbeats are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acks {
    Sent,
    Withheld,
}

/// Whether sessions can be resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumes {
    Taken,
    Refused,
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
    pub(super) fn publish(&mut self, event: &str, intent: u64, data: &Value) {
        let wanting = self.all.values_mut().filter(|session| intent == 0 || session.intents & intent != 0);
        wanting.for_each(|session| session.publish(event, data));
    }

    /// Sends an event to every session.
    pub(crate) fn publish_to_all(&mut self, event: &str, data: &Value) {
        self.publish(event, 0, data);
    }

    /// The frames go to every connected session.
    pub(super) fn send_to_connected(&mut self, frame: &Frame) {
        for (_, wire) in self.all.values().filter_map(|session| session.line.as_ref()) {
            // A connection that is full or going away is found out by its own loop.
            wire.try_send(frame.clone()).ok();
        }
    }

    pub(super) fn connected(&self) -> usize {
        self.all.values().filter(|session| session.line.is_some()).count()
    }
}

impl Session {
    pub(super) fn publish(&mut self, event: &str, data: &Value) {
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
