mod model;
mod outsider;

use super::*;

/// A Monday.
const NOW: &str = "2026-11-30T12:00:00Z";

fn calendar(body: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{}END:VCALENDAR\r\n", body.replace('\n', "\r\n"))
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")
}

fn read_at(body: &str, now: &str) -> Result<Calendar, NotUnderstood> {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    read(calendar(body).as_bytes(), &zone, now.parse().unwrap())
}

/// Every time as `start/end summary`.
#[track_caller]
fn times(body: &str) -> Vec<String> {
    times_at(body, NOW)
}

#[track_caller]
fn times_at(body: &str, now: &str) -> Vec<String> {
    let all = read_at(body, now).expect("it is understood").occurrences;
    all.iter().map(|one| format!("{}/{} {}", one.start, one.end, one.summary)).collect()
}

fn refused(body: &str) -> NotUnderstood {
    read_at(body, NOW).expect_err("it is refused")
}

#[test]
fn a_feed_like_pagerdutys_is_read_with_its_folded_lines_and_bare_addresses() {
    let body = "X-WR-CALNAME:On Call Schedule for Ops\nBEGIN:VEVENT\nDTEND;VALUE=DATE-TIME:20261130T180000Z\n\
                DTSTART;VALUE=DATE-TIME:20261130T080000Z\nATTENDEE:jane@example.org\nSUMMARY:On Call - Jane Do\n \u{e9} - O\n ps\n\
                UID:Q1\nURL:https://example.org/schedules#P1\nEND:VEVENT\n";
    let read = read_at(body, NOW).unwrap();
    assert_eq!(read.events, 1);
    assert_eq!(read.occurrences[0].attendees, ["jane@example.org"]);
    assert_eq!(times(body), ["2026-11-30T08:00:00Z/2026-11-30T18:00:00Z On Call - Jane Do\u{e9} - Ops"]);
}

#[test]
fn a_line_may_be_folded_in_the_middle_of_a_letter() {
    let text = calendar(&event("DTSTART:20261130T080000Z\nDTEND:20261130T180000Z\nSUMMARY:Zo\u{eb}"));
    let at = text.find('\u{eb}').unwrap() + 1;
    let mut bytes = text.into_bytes();
    bytes.splice(at..at, *b"\r\n ");
    let read = read(&bytes, &TimeZone::UTC, NOW.parse().unwrap()).unwrap();
    assert_eq!(read.occurrences[0].summary, "Zo\u{eb}");
}

#[test]
fn attendees_lose_their_scheme_and_rooms_and_who_declined_are_none() {
    let body = event(
        "DTSTART:20261130T080000Z\nDTEND:20261130T180000Z\nATTENDEE;CN=\"Ann, M\";PARTSTAT=ACCEPTED:MAILTO:ann@example.org\n\
         ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org\nATTENDEE;CUTYPE=ROOM:mailto:room@example.org",
    );
    assert_eq!(read_at(&body, NOW).unwrap().occurrences[0].attendees, ["ann@example.org"]);
}

#[test]
fn local_times_dates_and_lengths_are_what_they_are_in_their_zone() {
    let times_of = |lines: &str| times(&event(lines)).join(" ");
    assert_eq!(
        times_of(
            "DTSTART;TZID=America/New_York:20261130T090000\nDTEND;TZID=America/New_York:20261130T170000\nSUMMARY:a"
        ),
        "2026-11-30T14:00:00Z/2026-11-30T22:00:00Z a"
    );
    assert_eq!(
        times_of("DTSTART:20261130T090000\nDURATION:PT90M\nSUMMARY:floating is the reader's"),
        "2026-11-30T08:00:00Z/2026-11-30T09:30:00Z floating is the reader's"
    );
    assert_eq!(
        times_of("DTSTART;VALUE=DATE:20261130\nSUMMARY:one day"),
        "2026-11-29T23:00:00Z/2026-11-30T23:00:00Z one day"
    );
    assert_eq!(
        times_of("DTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261202\nSUMMARY:the end is no part"),
        "2026-11-29T23:00:00Z/2026-12-01T23:00:00Z the end is no part"
    );
    assert_eq!(times_of("DTSTART:20261130T090000Z\nSUMMARY:no length"), "");
}

#[test]
fn a_weekly_shift_stays_at_nine_when_clocks_are_set() {
    let weekly = event(
        "UID:1\nDTSTART;TZID=Europe/Paris:20261005T090000\nDTEND;TZID=Europe/Paris:20261012T090000\n\
         RRULE:FREQ=WEEKLY;INTERVAL=2\nSUMMARY:ann",
    );
    let times = times_at(&weekly, "2026-10-20T12:00:00Z");
    assert_eq!(times[0], "2026-10-19T07:00:00Z/2026-10-26T08:00:00Z ann", "nine in summer, nine in winter");
    assert_eq!(times[1], "2026-11-02T08:00:00Z/2026-11-09T08:00:00Z ann");
}

#[test]
fn the_hour_that_is_left_out_has_no_instance_and_of_the_hour_that_comes_twice_the_first_counts() {
    let nightly = event(
        "UID:1\nDTSTART;TZID=Europe/Paris:20260301T023000\nDTEND;TZID=Europe/Paris:20260301T043000\nRRULE:FREQ=DAILY\nSUMMARY:n",
    );
    let spring = times_at(&nightly, "2026-03-29T00:00:00Z");
    assert_eq!(
        spring[..2],
        ["2026-03-28T01:30:00Z/2026-03-28T03:30:00Z n", "2026-03-30T00:30:00Z/2026-03-30T02:30:00Z n"]
    );
    let autumn = times_at(&nightly, "2026-10-25T00:00:00Z");
    assert_eq!(autumn[1], "2026-10-25T00:30:00Z/2026-10-25T03:30:00Z n");
}

#[test]
fn instances_are_left_out_added_moved_and_cancelled() {
    let series = event(
        "UID:1\nDTSTART;TZID=Europe/Paris:20261130T090000\nDTEND;TZID=Europe/Paris:20261130T170000\n\
         RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/Paris:20261201T090000\nRDATE;TZID=Europe/Paris:20261210T090000\nSUMMARY:ann",
    );
    let moved =
        event("UID:1\nRECURRENCE-ID:20261202T080000Z\nDTSTART:20261202T100000Z\nDTEND:20261202T110000Z\nSUMMARY:ben");
    let cancelled = event(
        "UID:1\nRECURRENCE-ID;TZID=Europe/Paris:20261203T090000\nDTSTART;TZID=Europe/Paris:20261203T090000\n\
         DTEND;TZID=Europe/Paris:20261203T170000\nSTATUS:CANCELLED\nSUMMARY:ann",
    );
    let expected = [
        "2026-11-30T08:00:00Z/2026-11-30T16:00:00Z ann",
        "2026-12-02T10:00:00Z/2026-12-02T11:00:00Z ben",
        "2026-12-04T08:00:00Z/2026-12-04T16:00:00Z ann",
        "2026-12-10T08:00:00Z/2026-12-10T16:00:00Z ann",
    ];
    assert_eq!(times(&(series.clone() + &moved + &cancelled)), expected);
    assert_eq!(times(&(cancelled + &moved + &series)), expected, "in whatever order they stand");
}

#[test]
fn a_change_of_this_and_all_later_instances_changes_those() {
    let series =
        event("UID:1\nDTSTART:20261130T080000Z\nDTEND:20261130T120000Z\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:ann");
    let later = event(
        "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261201T080000Z\nDTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nSUMMARY:ben",
    );
    assert_eq!(
        times(&(series + &later)),
        [
            "2026-11-30T08:00:00Z/2026-11-30T12:00:00Z ann",
            "2026-12-01T09:00:00Z/2026-12-01T10:00:00Z ben",
            "2026-12-02T09:00:00Z/2026-12-02T10:00:00Z ben",
        ]
    );
}

#[test]
fn a_windows_name_is_what_the_file_defines_and_refused_where_it_does_not() {
    let zone = "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\n\
                TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
                DTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\n\
                END:DAYLIGHT\nEND:VTIMEZONE\n";
    let shift = event(
        "DTSTART;TZID=W. Europe Standard Time:20261130T090000\nDTEND;TZID=W. Europe Standard Time:20261130T170000\nSUMMARY:a",
    );
    assert_eq!(times(&format!("{zone}{shift}")), ["2026-11-30T08:00:00Z/2026-11-30T16:00:00Z a"]);
    assert_eq!(refused(&shift), NotUnderstood::Zone("W. Europe Standard Time".into()));
    let minutely = zone.replace("FREQ=YEARLY;INTERVAL=1", "FREQ=MINUTELY");
    assert!(matches!(refused(&format!("{minutely}{shift}")), NotUnderstood::Zone(_)));
}

#[test]
fn what_is_cut_off_or_makes_no_sense_is_an_error_and_never_nobody() {
    let zone = TimeZone::UTC;
    let whole = calendar(&event("UID:1\nDTSTART:20261130T080000Z\nDTEND:20261130T180000Z\nSUMMARY:ann"));
    let now = NOW.parse().unwrap();
    for end in 0..whole.trim_end().len() {
        let read = read(&whole.as_bytes()[..end], &zone, now);
        assert!(read.is_err(), "cut at {end}: {:?}", &whole[..end]);
    }
    for bytes in [&b""[..], b"<html>login</html>", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n"] {
        assert!(read(bytes, &zone, now).is_err(), "{bytes:?}");
    }
    for lines in [
        "SUMMARY:no beginning",
        "DTSTART:20261330T080000Z",
        "DTSTART:tomorrow",
        "DTSTART:20261130T080000Z\nDTEND:later",
        "DTSTART:20261130T080000Z\nDURATION:long",
        "DTSTART:20261130T080000Z\nDTEND:20361130T080000Z\nRRULE:FREQ=DAILY",
    ] {
        assert!(matches!(refused(&event(lines)), NotUnderstood::Times(_)), "{lines}");
    }
    for rule in ["FREQ=SOMETIMES", "FREQ=SECONDLY", "FREQ=MINUTELY", "COUNT=3", "FREQ=DAILY;RSCALE=HEBREW"] {
        let body = event(&format!("DTSTART:20261130T080000Z\nDTEND:20261130T090000Z\nRRULE:{rule}"));
        assert!(matches!(refused(&body), NotUnderstood::Rule(_)), "{rule}");
    }
    assert_eq!(times(&event("DTSTART:20200101T000000Z\nDTEND:20990101T000000Z\nSUMMARY:always")).len(), 1);
    assert_eq!(times(""), Vec::<String>::new(), "without events it is empty, which is said elsewhere");
}

#[test]
fn what_is_more_than_a_schedule_is_refused_in_time() {
    let deep = "BEGIN:X\n".repeat(50_000) + &"END:X\n".repeat(50_000);
    assert_eq!(refused(&deep), NotUnderstood::TooMuch("components"));
    let long = event(&format!("SUMMARY:{}", "x".repeat(100_000)));
    assert!(matches!(refused(&long), NotUnderstood::TooMuch(_)));
    let old = event("DTSTART:00010101T080000Z\nDTEND:00010101T090000Z\nRRULE:FREQ=HOURLY");
    assert!(matches!(refused(&old), NotUnderstood::TooMuch(_)));
    let barren =
        event("DTSTART:20200101T080000Z\nDTEND:20200101T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:b");
    assert_eq!(times(&barren), Vec::<String>::new());
}

#[test]
fn overlaps_count_twice_and_the_same_time_once() {
    let one = event("UID:1\nDTSTART:20261130T080000Z\nDTEND:20261130T180000Z\nSUMMARY:[L1] ann");
    let two = event("UID:2\nDTSTART:20261130T080000Z\nDTEND:20261130T180000Z\nSUMMARY:[L2] ben");
    assert_eq!(times(&format!("{one}{one}{two}")).len(), 2);
}
