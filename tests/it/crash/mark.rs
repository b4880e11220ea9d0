//! One request among many, by which a crash finds its moment.

use std::time::Duration;

use sim::{
    discord::OPS,
    net::{Faults, Hold},
};

use super::point::Moment;
use crate::bot::TestBot;

#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Ovh,
    Discord,
}

/// One request among many.
pub(super) struct Mark {
    pub(super) end: End,
    pub(super) method: &'static str,
    pub(super) path: String,
    /// Requests with these paths are others.
    pub(super) others: &'static [&'static str],
    /// So many come before it.
    pub(super) nth: usize,
}

impl Mark {
    pub(super) fn ovh(method: &'static str, path: &str) -> Self {
        Self { end: End::Ovh, method, path: path.to_owned(), others: &[], nth: 0 }
    }

    pub(super) fn discord(method: &'static str, path: String) -> Self {
        Self { end: End::Discord, method, path, others: &[], nth: 0 }
    }

    /// The server itself is read, after so many earlier reads of it.
    pub(super) fn server_read(nth: usize) -> Self {
        let others = &["/boot", "/task", "/intervention", "/plannedIntervention"];
        Self { others, nth, ..Self::ovh("GET", "/dedicated/server/ns1111111") }
    }

    /// The end is told; the card came before it, and what asked others before that.
    pub(super) fn end_told(after_card: usize) -> Self {
        Self { nth: after_card, ..Self::discord("POST", format!("/channels/{OPS}/messages")) }
    }

    /// Has the request wait for ever, before it happens or after.
    pub(super) fn hold(&self, bot: &TestBot, moment: Moment) -> Hold {
        let faults: Faults = match self.end {
            End::Ovh => bot.ovh.faults(),
            End::Discord => bot.discord.faults(),
        };
        for other in self.others {
            faults.always().slow(self.method, other, Duration::ZERO);
        }
        faults.next(self.nth).slow(self.method, &self.path, Duration::ZERO);
        match moment {
            Moment::Before | Moment::Recorded => faults.hold_before(self.method, &self.path),
            Moment::After => faults.hold_answer(self.method, &self.path),
        }
    }
}
