//! The account's API log: every write that was let in, as late as it is.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Ovh, clock::date};

/// One request that was let in.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) at: Timestamp,
    pub(super) method: String,
    pub(super) path: String,
}

/// What there is of it.
#[derive(Clone, Debug, Default)]
pub(super) struct ApiLog {
    pub(super) entries: Vec<Entry>,
    delay: SignedDuration,
}

impl ApiLog {
    /// A request was let in.
    pub(super) fn note(&mut self, at: Timestamp, method: &str, path: &str) {
        let id = 600_001 + self.entries.len() as u64;
        self.entries.push(Entry { id, at, method: method.to_owned(), path: path.to_owned() });
    }

    /// What it shows by now.
    pub(super) fn shown(&self, now: Timestamp) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| now.duration_since(entry.at) >= self.delay)
    }
}

impl Entry {
    /// As the schema has it (`api.Log`).
    pub(super) fn body(&self, account: &str) -> Value {
        json!({
            "account": account,
            "date": date(self.at),
            "ip": "203.0.113.250",
            "logId": self.id,
            "method": self.method,
            "path": self.path,
            "route": self.path,
        })
    }
}

impl Ovh {
    /// What is asked shows up in the API log so much later.
    pub fn delay_api_log(&self, by: Duration) {
        self.world().api_log.delay = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    }
}
