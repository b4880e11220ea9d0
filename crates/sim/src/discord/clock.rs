//! The simulated Discord's clock: real time plus what tests added to it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Id;

/// Milliseconds from the Unix epoch to Discord's, the first second of 2015.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// A clock that runs at the real pace, never backwards, and can be moved forward.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Timestamp,
    running: Instant,
    added: Duration,
    ids: u64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { started: Timestamp::now(), running: Instant::now(), added: Duration::ZERO, ids: 0 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.started + self.running.elapsed() + self.added
    }

    /// Time since the start, for paces and deadlines.
    pub(crate) fn elapsed(&self) -> Duration {
        self.running.elapsed() + self.added
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.added += by;
    }

    /// An id that holds the current time, as Discord's do, and that no other thing has.
    pub(crate) fn id(&mut self) -> Id {
        self.ids += 1;
        let milliseconds = u64::try_from(self.now().as_millisecond()).unwrap_or_default().saturating_sub(DISCORD_EPOCH);
        Id((milliseconds << 22) | (self.ids & 0x3f_ffff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_within_a_millisecond() {
        let mut clock = Clock::new();
        let ids: Vec<Id> = (0..1_000).map(|_| clock.id()).collect();
        assert!(ids.is_sorted());
        clock.advance(Duration::from_secs(60));
        assert!(clock.id() > ids[999]);
    }
}
