//! A model that knows no iCalendar: it walks the minutes of some weeks, looks at what the clock on the wall shows, and says whether
//! somebody is on duty. Over changes of the clock in three zones, one of which is set by half an hour.

use std::collections::BTreeMap;

use jiff::{ToSpan, Unit, civil::DateTime};
use proptest::prelude::*;

use super::*;

/// A zone, and days around a change of its clock: one forwards, one back.
const CHANGES: [(&str, &str); 6] = [
    ("Europe/Paris", "2026-03-29"),
    ("Europe/Paris", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
];
const WORDS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// What the clock shows in each minute from one moment to another.
struct Wall(BTreeMap<DateTime, (Timestamp, DateTime)>);

impl Wall {
    /// For each minute that a clock may show, when it first shows that or more, and what it showed a minute before.
    fn of(zone: &TimeZone, from: Timestamp, days: i64) -> Self {
        let mut first = BTreeMap::new();
        let mut before = zone.to_datetime(from);
        let mut highest = before;
        for minute in 1..days * 24 * 60 {
            let at = from + minute.minutes();
            let shows = zone.to_datetime(at);
            while highest < shows {
                highest = highest.checked_add(1.minute()).unwrap();
                first.insert(highest, (at, before));
            }
            before = shows;
        }
        Self(first)
    }

    /// The moment in which the clock shows this; in what it leaves out, as if it had not been set.
    fn moment(&self, local: DateTime) -> (Timestamp, bool) {
        let (at, before) = self.0[&local];
        let since = local.since((Unit::Minute, before)).unwrap().get_minutes();
        (at + (since - 1).minutes(), since == 1)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn whoever_walks_the_minutes_finds_the_same_people_on_duty(
        change in 0..CHANGES.len(),
        days in proptest::collection::btree_set(0_usize..7, 1..5),
        start in 0_i64..24 * 60,
        length in 1_i64..30 * 60,
    ) {
        let (name, day) = CHANGES[change];
        let zone = TimeZone::get(name).unwrap();
        let middle: DateTime = format!("{day}T00:00:00").parse().unwrap();
        let first = middle.checked_sub(8.days()).unwrap();
        let words: Vec<&str> = days.iter().map(|day| WORDS[*day]).collect();
        // Begins on a day that the rule names: a beginning is an instance whatever the rule says.
        let begins = (0..7).map(|more| first.checked_add(more.days()).unwrap());
        let is_named = |at: &DateTime| days.contains(&usize::try_from(at.weekday().to_monday_zero_offset()).unwrap());
        let begins = begins.clone().find(is_named).unwrap().checked_add(start.minutes()).unwrap();
        let ends = begins.checked_add(length.minutes()).unwrap();
        let stamp = |at: DateTime| at.strftime("%Y%m%dT%H%M%S").to_string();
        let body = event(&format!(
            "UID:1\nDTSTART;TZID={name}:{}\nDTEND;TZID={name}:{}\nRRULE:FREQ=WEEKLY;BYDAY={}\nSUMMARY:ann",
            stamp(begins), stamp(ends), words.join(",")
        ));
        let now = zone.to_timestamp(middle).unwrap();
        let read = read(calendar(&body).as_bytes(), &TimeZone::UTC, now).unwrap();

        let from = zone.to_timestamp(first).unwrap() - 48.hours();
        let wall = Wall::of(&zone, from, 28);
        let mut shifts = Vec::new();
        for day in 0..16_i64 {
            let at = begins.date().to_datetime(jiff::civil::Time::midnight()).checked_add(day.days()).unwrap();
            let at = at.checked_add(start.minutes()).unwrap();
            if is_named(&at) {
                let (starts, exists) = wall.moment(at);
                let (ends, _) = wall.moment(at.checked_add(length.minutes()).unwrap());
                if exists || day == 0 {
                    shifts.push((starts, ends));
                }
            }
        }
        // A day before the reading up to a week behind it.
        for minute in -24 * 60..7 * 24 * 60_i64 {
            let at = now + minute.minutes();
            let expected = shifts.iter().any(|(start, end)| *start <= at && at < *end);
            let found = read.occurrences.iter().any(|one| one.start <= at && at < one.end);
            prop_assert_eq!(found, expected, "{} {}: {}", name, at, body);
        }
    }
}
