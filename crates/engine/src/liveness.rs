//! Which loops still come round: what a watchdog asks before it says that the program lives.
//!
//! Each loop says how long it may rest; it hangs when it has not come round for longer than that and what it is allowed beside it.
//! Whatever waits for OVHcloud or Discord is not asked: they may be slow without anything being wrong here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A loop that must come round again and again, or what was promised is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loop {
    /// Takes the steps of operations.
    Runner,
    /// Keeps the messages of operations true.
    Reporter,
    /// Posts notices.
    Notifier,
    /// Looks for reminders that are due.
    Reminders,
}

impl Loop {
    /// Every one of them, in the order of their numbers.
    const ALL: [Self; 4] = [Self::Runner, Self::Reporter, Self::Notifier, Self::Reminders];

    /// Its name in a log line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runner => "runner",
            Self::Reporter => "reporter",
            Self::Notifier => "notifier",
            Self::Reminders => "reminders",
        }
    }
}

/// When each loop has to be back. Cheap to clone; counts from when it is made, so that a loop that never begins hangs too.
#[derive(Clone, Debug)]
pub struct Liveness {
    since: Instant,
    /// For each of [`Loop::ALL`], in milliseconds after `since`.
    back_by: Arc<[AtomicU64; Loop::ALL.len()]>,
}

impl Default for Liveness {
    fn default() -> Self {
        Self { since: Instant::now(), back_by: Arc::default() }
    }
}

impl Liveness {
    /// A loop has come round, and rests for `rest` at most before it does so again.
    pub fn came_round(&self, which: Loop, rest: Duration) {
        self.came_round_at(self.since.elapsed(), which, rest);
    }

    /// The loops that should have come round more than `allowance` ago.
    pub fn hung(&self, allowance: Duration) -> Vec<Loop> {
        self.hung_at(self.since.elapsed(), allowance)
    }

    fn came_round_at(&self, elapsed: Duration, which: Loop, rest: Duration) {
        self.back_by[which as usize].store(milliseconds(elapsed.saturating_add(rest)), Ordering::Relaxed);
    }

    fn hung_at(&self, elapsed: Duration, allowance: Duration) -> Vec<Loop> {
        let latest = milliseconds(elapsed.saturating_sub(allowance));
        Loop::ALL.into_iter().filter(|which| self.back_by[*which as usize].load(Ordering::Relaxed) < latest).collect()
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_loop_hangs_when_it_stays_away_for_longer_than_it_said_and_is_allowed() {
        let liveness = Liveness::default();
        assert!(liveness.hung_at(MINUTE, MINUTE).is_empty(), "they may still begin");
        assert_eq!(liveness.hung_at(MINUTE * 2, MINUTE), Loop::ALL, "none has come round yet");
        for which in Loop::ALL {
            liveness.came_round_at(MINUTE, which, Duration::ZERO);
        }
        liveness.came_round_at(MINUTE, Loop::Reminders, MINUTE * 60);
        assert!(liveness.hung_at(MINUTE * 2, MINUTE).is_empty());
        assert_eq!(liveness.hung_at(MINUTE * 3, MINUTE), [Loop::Runner, Loop::Reporter, Loop::Notifier]);
        assert_eq!(liveness.hung_at(MINUTE * 63, MINUTE), Loop::ALL);
    }

    #[test]
    fn the_numbers_of_the_loops_are_their_places() {
        for (place, which) in Loop::ALL.into_iter().enumerate() {
            assert_eq!(which as usize, place, "{}", which.name());
        }
    }
}
