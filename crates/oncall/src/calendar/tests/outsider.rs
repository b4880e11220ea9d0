//! What somebody else's library (Python's `recurring-ical-events`) makes of the same file, kept as a table: `outsider.py` prints it.

use super::*;

#[test]
fn somebody_elses_library_finds_the_same_times() {
    let expected: Vec<&str> = include_str!("outsider.txt").lines().collect();
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let mut found = Vec::new();
    for now in ["2026-03-20T00:00:00Z", "2026-10-31T00:00:00Z"] {
        let all = read(include_bytes!("outsider.ics"), &zone, now.parse().unwrap()).unwrap().occurrences;
        found.extend(all.iter().map(|one| format!("{now} {} {} {}", one.start, one.end, one.summary)));
    }
    assert_eq!(found, expected);
    assert!(expected.len() > 40, "{}", expected.len());
}
