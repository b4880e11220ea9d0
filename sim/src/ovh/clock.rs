//! OVHcloud's clock: real time, moved on demand; and its way of writing dates.

use jiff::{
    SignedDuration, Timestamp,
    tz::{self, TimeZone},
};
use tokio::time::Instant;

/// The simulated wall clock. It runs with [`Instant`], so what is computed from instants agrees with it.
pub(super) struct Clock {
    begun: Instant,
    begun_at: Timestamp,
    skew: SignedDuration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { begun: Instant::now(), begun_at: Timestamp::now(), skew: SignedDuration::ZERO }
    }

    /// From now on, it is this many seconds ahead of real time (behind, if negative).
    pub(super) fn skew(&mut self, seconds: i64) {
        self.skew = SignedDuration::from_secs(seconds);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.at(Instant::now())
    }

    /// What the clock shows at an instant, past or future.
    pub(super) fn at(&self, instant: Instant) -> Timestamp {
        let later = instant.saturating_duration_since(self.begun);
        let earlier = self.begun.saturating_duration_since(instant);
        self.begun_at + later - earlier + self.skew
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

    #[tokio::test]
    async fn a_skewed_clock_moves_past_and_future_alike() {
        let mut clock = Clock::start();
        let before = clock.at(clock.begun);
        clock.skew(-3600);
        assert_eq!(before.duration_since(clock.at(clock.begun)), SignedDuration::from_hours(1));
    }
}
