//! OVHcloud's clock: real time, moved on demand; and its way of writing dates.

use std::time::Duration;

use jiff::{
    SignedDuration, Timestamp,
    tz::{self, TimeZone},
};
use tokio::time::Instant;

/// The account's time. Its instants say when things become due, and can stand still; its wall clock says what dates are
/// written and which signatures are fresh, and always runs.
pub(super) struct Clock {
    begun: Instant,
    begun_at: Timestamp,
    skew: SignedDuration,
    /// How far a test has moved time forward, in all.
    advanced: Duration,
    /// How long time has stood still, in all.
    lag: Duration,
    frozen: Option<Instant>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            begun: Instant::now(),
            begun_at: Timestamp::now(),
            skew: SignedDuration::ZERO,
            advanced: Duration::ZERO,
            lag: Duration::ZERO,
            frozen: None,
        }
    }

    /// From now on, the wall clock is this many seconds ahead of real time (behind, if negative).
    pub(super) fn skew(&mut self, seconds: i64) {
        self.skew = SignedDuration::from_secs(seconds);
    }

    /// Nothing becomes due any more until time is advanced or runs again.
    pub(super) fn freeze(&mut self) {
        self.frozen = Some(self.instant());
    }

    /// Time runs again from where it stood.
    pub(super) fn thaw(&mut self) {
        if let Some(frozen) = self.frozen.take() {
            self.lag = (Instant::now() + self.advanced).saturating_duration_since(frozen);
        }
    }

    /// So much time passes at once.
    pub(super) fn advance(&mut self, by: Duration) {
        self.advanced += by;
        self.frozen = self.frozen.map(|frozen| frozen + by);
    }

    /// The moment it is, for what becomes due.
    pub(super) fn instant(&self) -> Instant {
        self.frozen.unwrap_or_else(|| Instant::now() + self.advanced - self.lag)
    }

    /// What the wall clock shows.
    pub(super) fn now(&self) -> Timestamp {
        self.begun_at + self.begun.elapsed() + self.advanced + self.skew
    }

    /// What the wall clock showed at an earlier moment.
    pub(super) fn at(&self, instant: Instant) -> Timestamp {
        self.now() - SignedDuration::try_from(self.instant().saturating_duration_since(instant)).unwrap_or_default()
    }
}

/// A date as `/1.0` writes it: whole seconds with an offset, such as `2026-08-18T12:00:00+02:00`.
pub(super) fn date(at: Timestamp) -> String {
    let paris_in_summer = TimeZone::fixed(tz::offset(2));
    at.to_zoned(paris_in_summer).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A date as `/v2` writes it: whole seconds in UTC, such as `2026-08-18T10:00:00Z`.
pub(super) fn date_utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_whole_seconds_and_lose_the_fraction() {
        let at: Timestamp = "2026-08-18T10:00:00.987654321Z".parse().unwrap();
        assert_eq!(date(at), "2026-08-18T12:00:00+02:00");
        assert_eq!(date_utc(at), "2026-08-18T10:00:00Z");
        assert_eq!(date(at).parse::<Timestamp>().unwrap().as_second(), at.as_second());
    }

    #[test]
    fn time_stands_still_jumps_and_runs_on_from_there() {
        let mut clock = Clock::start();
        let begun = clock.instant();
        clock.freeze();
        let frozen = clock.instant();
        clock.advance(Duration::from_secs(3600));
        assert_eq!(clock.instant() - frozen, Duration::from_secs(3600));
        clock.thaw();
        assert!(clock.instant() - begun >= Duration::from_secs(3600));
        assert!(clock.instant() - begun < Duration::from_secs(7200));
        assert!(clock.now() >= clock.begun_at + Duration::from_secs(3600));
    }

    #[test]
    fn a_skewed_clock_moves_what_is_read_and_not_what_is_due() {
        let mut clock = Clock::start();
        clock.freeze();
        let (due, before) = (clock.instant(), clock.now());
        clock.skew(-7200);
        assert_eq!(clock.instant(), due);
        assert!(clock.now() < before && clock.at(due) < before);
    }
}
