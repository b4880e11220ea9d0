//! Signs of life: what the gateway's thread shows, and what can be concluded from it outside.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use serenity::model::id::ApplicationId;
use tokio::sync::watch;

use super::{GatewaySettings, Health, Stuck};

/// Shared by the thread, which writes, and everybody else, who reads. Nothing here ever waits for the other side.
#[derive(Debug)]
pub(super) struct Signs {
    beats: AtomicU64,
    messages: AtomicU64,
    heartbeat_ms: AtomicU64,
    application: OnceLock<ApplicationId>,
    health: watch::Sender<Health>,
    ended: watch::Sender<bool>,
}

impl Signs {
    pub(super) fn new() -> Self {
        Self {
            beats: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            heartbeat_ms: AtomicU64::new(0),
            application: OnceLock::new(),
            health: watch::Sender::new(Health::Connecting),
            ended: watch::Sender::new(false),
        }
    }

    pub(super) fn beat(&self) {
        self.beats.fetch_add(1, Relaxed);
    }

    pub(super) fn message(&self) {
        self.messages.fetch_add(1, Relaxed);
    }

    pub(super) fn hello(&self, heartbeat: Duration) {
        self.heartbeat_ms.store(u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// A session was established, for `application` if it said so.
    pub(super) fn connected(&self, application: Option<ApplicationId>) {
        if let Some(id) = application {
            self.application.get_or_init(|| id);
        }
        metrics::gauge!(bernard_platform::metrics::GATEWAY_CONNECTED).set(1.0);
        self.health.send_replace(Health::Connected);
    }

    /// The connection is gone. The moment is that of the first loss since the last session.
    pub(super) fn disconnected(&self) {
        metrics::gauge!(bernard_platform::metrics::GATEWAY_CONNECTED).set(0.0);
        self.health.send_if_modified(|health| {
            let was_connected = *health == Health::Connected;
            if was_connected {
                *health = Health::Disconnected { since: Instant::now() };
            }
            was_connected
        });
    }

    /// The last word: failed or stopped.
    pub(super) fn finished(&self, health: Health) {
        metrics::gauge!(bernard_platform::metrics::GATEWAY_CONNECTED).set(0.0);
        self.health.send_replace(health);
    }

    pub(super) fn end(&self) {
        self.ended.send_replace(true);
    }

    pub(super) fn health(&self) -> Health {
        self.health.borrow().clone()
    }

    pub(super) fn application(&self) -> Option<ApplicationId> {
        self.application.get().copied()
    }

    /// Waits until the health is as `wanted`.
    pub(super) async fn until(&self, wanted: impl FnMut(&Health) -> bool) {
        // The sender is `self`: it cannot be gone.
        let _ = self.health.subscribe().wait_for(wanted).await;
    }

    pub(super) async fn ended(&self) {
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }
}

/// Looks at the signs at every beat, and concludes.
pub(super) struct Watchdog {
    beat: Duration,
    beats_missed: u32,
    beats: Unmoved,
    messages: Unmoved,
}

/// A counter, and for how many looks it has not moved.
#[derive(Default)]
struct Unmoved {
    value: u64,
    looks: u32,
}

impl Unmoved {
    fn look(&mut self, value: u64) -> u32 {
        self.looks = if value == self.value { self.looks.saturating_add(1) } else { 0 };
        self.value = value;
        self.looks
    }
}

impl Watchdog {
    pub(super) fn new(settings: &GatewaySettings) -> Self {
        let (beat, beats_missed) = (settings.beat, settings.beats_missed);
        Self { beat, beats_missed, beats: Unmoved::default(), messages: Unmoved::default() }
    }

    /// To be called once a beat.
    pub(super) fn look(&mut self, signs: &Signs) -> Option<Stuck> {
        let health = signs.health();
        if matches!(health, Health::Failed(_) | Health::Stopped) {
            return None;
        }
        if *signs.ended.borrow() {
            return Some(Stuck::Died);
        }
        if self.beats.look(signs.beats.load(Relaxed)) > self.beats_missed {
            return Some(Stuck::Frozen);
        }
        let silent_for = self.beat * self.messages.look(signs.messages.load(Relaxed));
        let heartbeat = Duration::from_millis(signs.heartbeat_ms.load(Relaxed));
        let patience = heartbeat * 2 + self.beat * 10;
        if health == Health::Connected && silent_for > patience {
            return Some(Stuck::Silent);
        }
        if health != Health::Connected {
            self.messages.looks = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Fault, sender::SenderSettings};

    fn watchdog() -> Watchdog {
        let sender = SenderSettings::new("http://127.0.0.1:9", "fake-token".to_owned().into());
        Watchdog::new(&GatewaySettings::new(sender))
    }

    fn looks(watchdog: &mut Watchdog, signs: &Signs, count: u32, between: impl Fn(&Signs)) -> Option<Stuck> {
        (0..count).find_map(|_| {
            between(signs);
            watchdog.look(signs)
        })
    }

    #[test]
    fn a_thread_that_no_longer_beats_is_frozen_whatever_it_believes() {
        let (signs, mut watchdog) = (Signs::new(), watchdog());
        assert_eq!(looks(&mut watchdog, &signs, 100, Signs::beat), None);
        assert_eq!(looks(&mut watchdog, &signs, 30, |_| ()), None);
        assert_eq!(watchdog.look(&signs), Some(Stuck::Frozen));
    }

    #[test]
    fn silence_of_two_heartbeats_and_a_bit_is_stuck_only_while_connected() {
        let (signs, mut watchdog) = (Signs::new(), watchdog());
        signs.hello(Duration::from_secs(41));
        assert_eq!(looks(&mut watchdog, &signs, 1_000, Signs::beat), None);
        signs.connected(None);
        signs.message();
        assert_eq!(looks(&mut watchdog, &signs, 93, Signs::beat), None);
        assert_eq!(looks(&mut watchdog, &signs, 1, Signs::message), None);
        assert_eq!(looks(&mut watchdog, &signs, 92, Signs::beat), None);
        assert_eq!(looks(&mut watchdog, &signs, 2, Signs::beat), Some(Stuck::Silent));
    }

    #[test]
    fn a_thread_that_ended_unasked_died_but_a_fault_or_a_stop_is_no_death() {
        let signs = Signs::new();
        signs.end();
        assert_eq!(watchdog().look(&signs), Some(Stuck::Died));
        signs.finished(Health::Failed(Fault::BadToken));
        assert_eq!(watchdog().look(&signs), None);
        signs.finished(Health::Stopped);
        assert_eq!(watchdog().look(&signs), None);
    }
}
