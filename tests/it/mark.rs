//! One request among many, at which a crash story stops the program.

use std::time::Duration;

use sim::{
    discord::OPS,
    net::{Faults, Hold},
};

use crate::{bot::TestBot, crash::Moment};

#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Ovh,
    Discord,
}

/// One request among many.
pub(crate) struct Mark {
    pub(crate) end: End,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// Requests with these paths are others.
    pub(crate) others: &'static [&'static str],
    /// So many come before it.
    pub(crate) nth: usize,
}

impl Mark {
    pub(crate) fn ovh(method: &'static str, path: &str) -> Self {
        Self { end: End::Ovh, method, path: path.to_owned(), others: &[], nth: 0 }
    }

    pub(crate) fn discord(method: &'static str, path: String) -> Self {
        Self { end: End::Discord, method, path, others: &[], nth: 0 }
    }

    /// The server itself is read, after so many earlier reads of it.
    pub(crate) fn server_read(nth: usize) -> Self {
        Self { others: &["/boot", "/task"], nth, ..Self::ovh("GET", "/dedicated/server/ns1111111") }
    }

    /// The end is told; the card came before it, and what asked others before that.
    pub(crate) fn end_told(after_card: usize) -> Self {
        Self { nth: after_card, ..Self::discord("POST", format!("/channels/{OPS}/messages")) }
    }

    /// Has the request wait for ever, before it happens or after.
    pub(crate) fn hold(&self, bot: &TestBot, moment: Moment) -> Hold {
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
