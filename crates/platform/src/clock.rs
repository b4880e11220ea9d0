//! The two clocks, and the only place that reads either.
//!
//! The wall clock is read once, when the process first asks; from then on [`now`] goes by the clock that counts since the machine
//! started. So whoever sets the wall clock neither puts anything to sleep nor has anything expire; [`set_by`] says that it was set.
//! [`BootInstant`] is for distances: it never jumps, and it keeps counting while the machine sleeps or the process is stopped, so
//! "at most five seconds ago" stays true after a suspended night.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// What the wall clock showed when this process first asked.
#[derive(Clone, Copy, Debug)]
struct Origin {
    wall: Timestamp,
    at: BootInstant,
}

static ORIGIN: OnceLock<Origin> = OnceLock::new();
/// How far the clock that is gone by is ahead of this machine's, in milliseconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);
/// Less than this is no difference that anybody would notice.
const UNNOTICED: SignedDuration = SignedDuration::from_secs(1);

impl Origin {
    fn get() -> Self {
        *ORIGIN.get_or_init(|| Self { wall: Timestamp::now(), at: BootInstant::now() })
    }

    /// The time at a moment, whatever the wall clock shows then.
    fn time_at(self, moment: BootInstant) -> Timestamp {
        self.wall.saturating_add(moment.since(self.at)).unwrap_or(Timestamp::MAX)
    }
}

/// The time, for people and for what is stored. It may be wrong, if the wall clock was wrong when the process began; within the
/// process it never jumps.
pub fn now() -> Timestamp {
    gone_by(ours())
}

/// The same by this machine's clock.
fn ours() -> Timestamp {
    Origin::get().time_at(BootInstant::now())
}

fn gone_by(ours: Timestamp) -> Timestamp {
    ours.saturating_add(SignedDuration::from_millis(AHEAD.load(Ordering::Relaxed))).unwrap_or(ours)
}

/// From now on the time is that of another clock, which shows `theirs` now: several machines that have to agree go by it. To be called
/// before anything goes by the time. What it comes to, unless nobody would notice.
pub fn go_by(theirs: Timestamp) -> Option<SignedDuration> {
    let ahead = theirs.duration_since(ours());
    if ahead.abs() < UNNOTICED {
        return None;
    }
    AHEAD.store(i64::try_from(ahead.as_millis()).unwrap_or_default(), Ordering::Relaxed);
    Some(ahead)
}

/// How long the machine has run without its sleep: what a service manager counts by (`CLOCK_MONOTONIC`).
pub fn monotonic() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// When this process first asked for the time.
pub fn started() -> Timestamp {
    gone_by(Origin::get().wall)
}

/// How far the wall clock was set since then: above zero when it was set ahead.
pub fn set_by() -> SignedDuration {
    Timestamp::now().duration_since(ours())
}

/// How long it is from `now` until `next`: nothing when that has been, at most `longest`, and that when there is no such moment.
pub fn until(next: Option<Timestamp>, now: Timestamp, longest: Duration) -> Duration {
    next.map_or(longest, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default().min(longest))
}

/// Whether the wall clock was set so far that [`now`] may be another time than everybody else's: nothing is given by the hour then.
/// What goes by another machine's clock has no doubt about this one's.
pub fn is_in_doubt() -> bool {
    const FAR: SignedDuration = SignedDuration::from_secs(60);
    AHEAD.load(Ordering::Relaxed) == 0 && set_by().abs() > FAR
}

/// A moment that the store has. One that has not been yet was written by a clock that was ahead, and has been set back since: it
/// counts as the start of this process, so that whatever waits since then waits no longer than it should from here on.
pub fn not_ahead(moment: Timestamp) -> Timestamp {
    /// Below this it is a clock that was nudged, and nothing waits longer for it than that.
    const NUDGE: SignedDuration = SignedDuration::from_secs(2);
    if moment > now() + NUDGE { started() } else { moment }
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

    /// How long it is after another; zero if it is before.
    fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
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
    fn the_time_goes_on_by_itself_wherever_the_wall_clock_is_set() {
        let hour = Duration::from_secs(3_600);
        let at = BootInstant(hour);
        // Whatever the wall clock shows an hour later, it is an hour later.
        for wall in [Timestamp::UNIX_EPOCH, Timestamp::now()] {
            assert_eq!(Origin { wall, at }.time_at(BootInstant(hour * 2)), wall + hour);
            assert_eq!(Origin { wall, at }.time_at(BootInstant(Duration::ZERO)), wall, "never before its start");
        }
        assert!(now() >= started() && set_by().abs() < SignedDuration::from_secs(5));
    }

    #[test]
    fn a_moment_that_has_not_been_yet_counts_as_the_start() {
        let past = now() - SignedDuration::from_hours(1);
        assert_eq!(not_ahead(past), past);
        assert_eq!(not_ahead(now() + SignedDuration::from_hours(1)), started());
    }

    #[test]
    fn a_clock_that_shows_nearly_the_same_is_not_gone_by() {
        assert_eq!(go_by(now()), None);
        assert_eq!(AHEAD.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn boot_time_never_runs_backwards() {
        let first = BootInstant::now();
        let second = BootInstant::now();
        assert!(second >= first);
        assert!(first.before(Duration::from_millis(1)).elapsed() >= Duration::from_millis(1));
        let awake = monotonic();
        assert!(monotonic() >= awake && awake <= BootInstant::now().0, "it counts no more than all there was");
    }
}
