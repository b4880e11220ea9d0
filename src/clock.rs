//! The two clocks, and the only place that reads either.
//!
//! [`now`] is for people and for what is stored. [`BootInstant`] is for distances: it never jumps, and it keeps counting
//! while the machine sleeps or the process is stopped, so "at most five seconds ago" stays true after a suspended night.

use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// The machine's idea of the time. It may be wrong, and it may jump: never measure a distance with it.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A moment since the machine started, by the clock that counts through sleep (`CLOCK_BOOTTIME`).
///
/// Means nothing to another machine or after a restart of this one; so it cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BootInstant(Duration);

impl BootInstant {
    /// This moment.
    pub fn now() -> Self {
        let time = clock_gettime(BOOT_CLOCK);
        // The kernel promises a time since boot: never negative, and below a second in the second part.
        Self(Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0)))
    }

    /// How long ago it was; zero if it lies ahead.
    pub fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }

    /// The moment so long before this one, or the machine's start if that came later.
    #[must_use]
    pub fn before(self, distance: Duration) -> Self {
        Self(self.0.saturating_sub(distance))
    }
}

/// Apple has no clock of that name; there the monotonic one counts through sleep.
#[cfg(not(target_vendor = "apple"))]
const BOOT_CLOCK: ClockId = ClockId::Boottime;
#[cfg(target_vendor = "apple")]
const BOOT_CLOCK: ClockId = ClockId::Monotonic;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boot_time_never_runs_backwards() {
        let first = BootInstant::now();
        let second = BootInstant::now();
        assert!(second >= first);
        assert!(first.before(Duration::from_millis(1)).elapsed() >= Duration::from_millis(1));
    }
}
