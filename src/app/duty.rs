//! Keeps who is on duty known: reads the schedule again and again, and says what became of it.
//!
//! Every replica reads for itself, so none waits for another's sight. The last good reading is kept, in memory and in the store, with the
//! moment in which it was true: while the feed is away, and after a start, it counts until it is too old. A reading that breaks off
//! or makes no sense changes nothing but that it is said.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bernard_config::Config;
use bernard_domain::duty::{Mark, Oncall, Reading, Schedule, roster};
use bernard_engine::policy::SharedPolicy;
use bernard_oncall::{
    calendar::{self, Calendar},
    feed::{Feed, Fetched},
};
use bernard_platform::{clock, metrics as named};
use bernard_store::Store;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::renewed::{Configs, renewed};

/// The name of the fact that the last good reading is.
const FACT: &str = "oncall reading";
/// How soon a reading that failed is tried again, if readings are further apart than that.
const AGAIN: Duration = Duration::from_secs(30);
/// So many hexadecimal digits of a reading's digest are shown: enough to tell two apart.
const DIGITS: usize = 12;

/// What reads the schedule. It outlives the configuration of the moment.
struct Keeper {
    store: Store,
    policy: SharedPolicy,
    /// The last bytes that made sense: another configuration may name other people in them.
    last: Mutex<Option<Last>>,
}

#[derive(Clone)]
struct Last {
    /// Of which feed.
    feed: SecretString,
    bytes: Vec<u8>,
    read_at: Timestamp,
}

/// The last good reading, as the store has it.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of which feed, with which people: for others it means nothing.
    of: String,
    read_at: Timestamp,
    digest: String,
    schedule: Schedule,
}

/// Why a reading came to nothing. Never with the feed's address in it.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("{0}")]
    Unread(#[from] bernard_oncall::feed::Unread),
    #[error("{0}")]
    NotUnderstood(#[from] calendar::NotUnderstood),
}

/// Keeps who is on duty known by the configuration in force, until `stop`.
pub(super) async fn keep(store: Store, policy: SharedPolicy, configs: Configs, stop: CancellationToken) {
    let keeper = Arc::new(Keeper { store, policy, last: Mutex::default() });
    renewed(configs, stop, move |config: Arc<Config>, stop| {
        let keeper = Arc::clone(&keeper);
        async move { keeper.keep(&config, stop).await }
    })
    .await;
}

impl Keeper {
    /// Reads the schedule of this configuration until `stop`.
    async fn keep(&self, config: &Config, stop: CancellationToken) {
        let Some(oncall) = &config.oncall else {
            self.policy.oncall().set(Oncall::default());
            return stop.cancelled().await;
        };
        let of = digest_of(config);
        let reading = match self.again(config) {
            Some(reading) => Some(reading),
            None => self.kept(&of).await,
        };
        let stale_after = SignedDuration::try_from(oncall.stale_after).unwrap_or(SignedDuration::MAX);
        self.policy.oncall().set(Oncall { stale_after: Some(stale_after), reading, trouble: None });
        let mut feed = None;
        while !stop.is_cancelled() {
            let done = stop.run_until_cancelled(self.read(config, &oncall.feed, &mut feed)).await;
            let pause = match done {
                None => return,
                Some(Ok(reading)) => {
                    self.remember(&of, &reading).await;
                    self.tell(Some(reading), None);
                    oncall.refresh
                }
                Some(Err(failed)) => {
                    metrics::counter!(named::ONCALL_FAILURES).increment(1);
                    self.tell(None, Some(failed.to_string()));
                    oncall.refresh.min(AGAIN)
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Reads once; `feed` is made when it is first needed.
    async fn read(&self, config: &Config, at: &SecretString, feed: &mut Option<Feed>) -> Result<Reading, Failed> {
        let feed = match feed {
            Some(feed) => feed,
            None => feed.insert(Feed::new(at)?),
        };
        let fetched = feed.read().await?;
        let read_at = clock::now();
        let (bytes, version) = match fetched {
            Fetched::Whole(bytes, version) => (bytes, Some(version)),
            Fetched::Unchanged => (self.last().map(|last| last.bytes).unwrap_or_default(), None),
        };
        let reading = reading(&bytes, config, read_at)?;
        if let Some(version) = version {
            feed.took(version);
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Last { feed: at.clone(), bytes, read_at });
        Ok(reading)
    }

    fn last(&self) -> Option<Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was read last of the same feed, with the people of this configuration.
    fn again(&self, config: &Config) -> Option<Reading> {
        let feed = config.oncall.as_ref()?.feed.expose_secret();
        let last = self.last().filter(|last| last.feed.expose_secret() == feed)?;
        reading(&last.bytes, config, last.read_at).ok()
    }

    async fn kept(&self, of: &str) -> Option<Reading> {
        let text = match self.store.fact(FACT).await {
            Ok(text) => text?,
            Err(error) => {
                tracing::warn!(%error, "the store does not say how the schedule was");
                return None;
            }
        };
        let kept: Kept = serde_json::from_str(&text).ok()?;
        // A moment that has not been yet was told by a wrong clock: how old the reading is, nobody knows.
        let is_known = kept.of == of && clock::not_ahead(kept.read_at) == kept.read_at;
        let mark = Mark { read_at: kept.read_at, digest: kept.digest };
        is_known.then_some(Reading { schedule: kept.schedule, mark })
    }

    async fn remember(&self, of: &str, reading: &Reading) {
        let Mark { read_at, digest } = reading.mark.clone();
        let kept = Kept { of: of.to_owned(), read_at, digest, schedule: reading.schedule.clone() };
        let Ok(text) = serde_json::to_string(&kept) else { return };
        if let Err(error) = self.store.set_fact(FACT, &text).await {
            tracing::warn!(%error, "the schedule was read and could not be stored: a start would not know it");
        }
    }

    /// Everybody goes by this from now on; a change of fortune is logged once.
    fn tell(&self, reading: Option<Reading>, trouble: Option<String>) {
        let before = self.policy.oncall().get();
        match (&before.trouble, &trouble) {
            (None, Some(said)) => tracing::warn!(said, "the schedule of who is on duty could not be read"),
            (Some(_), None) => tracing::info!("the schedule of who is on duty can be read again"),
            _ => {}
        }
        let reading = reading.or_else(|| before.reading.clone());
        self.policy.oncall().set(Oncall { stale_after: before.stale_after, reading, trouble });
    }
}

/// What a feed says at a moment of the people that the configuration names.
pub(crate) fn reading(bytes: &[u8], config: &Config, read_at: Timestamp) -> Result<Reading, calendar::NotUnderstood> {
    let Calendar { occurrences, events } = calendar::read(bytes, &config.time_zone, clock::now())?;
    let schedule = roster::schedule(&config.people, &occurrences, events);
    let digest = hex::encode(Sha256::digest(bytes)).chars().take(DIGITS).collect();
    Ok(Reading { schedule, mark: Mark { read_at, digest } })
}

/// A digest of what a reading depends on beside the feed's text.
fn digest_of(config: &Config) -> String {
    let mut sha = Sha256::new();
    if let Some(oncall) = &config.oncall {
        sha.update(oncall.feed.expose_secret());
    }
    for person in &config.people {
        sha.update(format!("\n{} {:?}", person.user.0, person.words));
    }
    sha.update(zone_name(&config.time_zone));
    hex::encode(sha.finalize())
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or_default().to_owned()
}
