//! What arrived, in order, and what was answered.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
};
use tokio::sync::watch;

use super::{PATIENCE, lock};

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its method.
    pub method: Method,
    /// Its path with its query, exactly as sent.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its whole body.
    pub body: Bytes,
    /// The status that was answered; `None` while there is no answer, and for ever if it was lost.
    pub status: Option<StatusCode>,
    /// When its body had arrived.
    pub at: Instant,
}

impl Seen {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// One header's value, if it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn is(&self, method: &str, path_part: &str) -> bool {
        (method == "*" || self.method.as_str() == method) && self.path.contains(path_part)
    }
}

/// Every request that a server has received; clones read the same journal.
#[derive(Clone)]
pub struct Journal {
    entries: Arc<Mutex<Vec<Seen>>>,
    count: Arc<watch::Sender<usize>>,
}

impl Journal {
    pub(super) fn new() -> Self {
        Self { entries: Arc::default(), count: Arc::new(watch::Sender::new(0)) }
    }

    /// Writes a request down and says where.
    pub(super) fn note(&self, seen: Seen) -> usize {
        let count = {
            let mut entries = lock(&self.entries);
            entries.push(seen);
            entries.len()
        };
        self.count.send_replace(count);
        count - 1
    }

    pub(super) fn answered(&self, entry: usize, status: StatusCode) {
        if let Some(seen) = lock(&self.entries).get_mut(entry) {
            seen.status = Some(status);
        }
    }

    /// Every request so far, in order of arrival.
    pub fn all(&self) -> Vec<Seen> {
        lock(&self.entries).clone()
    }

    /// The newest requests, at most `count`, in order of arrival, and how many came before them.
    pub fn newest(&self, count: usize) -> (usize, Vec<Seen>) {
        let entries = lock(&self.entries);
        let before = entries.len().saturating_sub(count);
        (before, entries[before..].to_vec())
    }

    /// The requests with this method (`*`: any) whose path or query holds `path_part`, in order of arrival.
    pub fn matching(&self, method: &str, path_part: &str) -> Vec<Seen> {
        lock(&self.entries).iter().filter(|seen| seen.is(method, path_part)).cloned().collect()
    }

    /// How many requests match, as [`Journal::matching`] does.
    pub fn count(&self, method: &str, path_part: &str) -> usize {
        lock(&self.entries).iter().filter(|seen| seen.is(method, path_part)).count()
    }

    /// The requests that were answered by this status, in order of arrival.
    pub fn with_status(&self, status: u16) -> Vec<Seen> {
        let is = |seen: &&Seen| seen.status.is_some_and(|said| said == status);
        lock(&self.entries).iter().filter(is).cloned().collect()
    }

    /// Waits until at least `count` requests match, and answers them.
    ///
    /// # Panics
    ///
    /// After [`PATIENCE`], with the requests that came.
    pub async fn wait_for(&self, method: &str, path_part: &str, count: usize) -> Vec<Seen> {
        let mut news = self.count.subscribe();
        let arrived = async {
            loop {
                let found = self.matching(method, path_part);
                if found.len() >= count {
                    return found;
                }
                if news.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        match tokio::time::timeout(PATIENCE, arrived).await {
            Ok(found) => found,
            Err(_) => {
                let came: Vec<_> = self.all().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
                panic!("waited for {count} × {method} …{path_part}…; what came: {came:#?}")
            }
        }
    }
}
