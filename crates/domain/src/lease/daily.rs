//! What comes at a time of day, in the operator's time zone.
//!
//! Pure. A time that the clocks skip in spring is the moment they jump to; one that comes twice in autumn is the first.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

/// The next moment after `after` at which it is this late; exactly that late does not count.
pub fn next(at: Time, after: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = after.to_zoned(zone.clone()).date();
    [Ok(today), today.tomorrow()]
        .into_iter()
        .flatten()
        .filter_map(|day| moment(at, day, zone))
        .find(|moment| *moment > after)
        .unwrap_or(Timestamp::MAX)
}

/// The day on which it was last this late, up to `now`: not yet today's before that time, however late we are for yesterday's.
pub fn last_day(at: Time, now: Timestamp, zone: &TimeZone) -> Date {
    let today = now.to_zoned(zone.clone()).date();
    match moment(at, today, zone) {
        Some(moment) if moment > now => today.yesterday().unwrap_or(today),
        _ => today,
    }
}

fn moment(at: Time, day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(zone.to_ambiguous_zoned(day.to_datetime(at)).compatible().ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").expect("it is known")
    }

    fn next_at(hour: i8, minute: i8, after: &str) -> String {
        let after: Timestamp = after.parse().expect("a moment");
        next(Time::constant(hour, minute, 0, 0), after, &paris()).to_string()
    }

    #[test]
    fn it_is_later_today_or_else_tomorrow() {
        assert_eq!(next_at(8, 0, "2026-01-15T03:00:00Z"), "2026-01-15T07:00:00Z");
        assert_eq!(next_at(8, 0, "2026-01-15T07:00:00Z"), "2026-01-16T07:00:00Z");
        assert_eq!(next_at(8, 0, "2026-12-31T23:30:00Z"), "2027-01-01T07:00:00Z");
    }

    #[test]
    fn the_clocks_may_change_in_the_night() {
        assert_eq!(next_at(8, 0, "2026-03-28T22:00:00Z"), "2026-03-29T06:00:00Z");
        assert_eq!(next_at(2, 30, "2026-03-28T22:00:00Z"), "2026-03-29T01:30:00Z");
        assert_eq!(next_at(2, 30, "2026-10-24T22:30:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next_at(2, 30, "2026-10-25T00:45:00Z"), "2026-10-26T01:30:00Z", "once a day");
    }

    #[test]
    fn what_comes_late_past_midnight_is_still_the_last_days() {
        let last_at = |hour, now: &str| {
            let now = now.parse().expect("a moment");
            last_day(Time::constant(hour, 0, 0, 0), now, &paris()).to_string()
        };
        assert_eq!(last_at(23, "2026-01-15T23:30:00Z"), "2026-01-15", "half past midnight in Paris");
        assert_eq!(last_at(23, "2026-01-16T22:00:00Z"), "2026-01-16");
        assert_eq!(last_at(0, "2026-01-15T23:30:00Z"), "2026-01-16");
        assert_eq!(last_at(2, "2026-03-29T00:59:59Z"), "2026-03-28", "it is not two o'clock on that day, but three");
        assert_eq!(last_at(2, "2026-03-29T01:00:00Z"), "2026-03-29");
    }
}
