use std::sync::LazyLock;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::audit::{Act, Entry, Gaps, Start, Verifier};

const PAUSES: Pauses = Pauses { first: Duration::from_millis(200), longest: Duration::from_secs(60) };

/// A chain of so many lines, each with so long a text.
fn chain_of(count: u64, length: usize) -> Vec<Line> {
    let entry = Entry::act(Act::Refused, Timestamp::UNIX_EPOCH).saying("é".repeat(length));
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..count {
        let last = lines.last().map(|line| (line.number, line.hash));
        lines.push(Line::next(last, |number| entry.canonical(number, None)));
    }
    lines
}

fn at(line: &Line) -> Anchor {
    Anchor { number: line.number, hash: line.hash }
}

/// What the store reads from a place on.
fn read(lines: &[Line], cursor: Option<Anchor>) -> Vec<Result<Line, NotALine>> {
    let from = cursor.map_or(0, |cursor| cursor.number);
    lines.iter().filter(|line| line.number >= from).cloned().map(Ok).collect()
}

fn numbers(batch: &[Record]) -> Vec<u64> {
    batch.iter().map(|record| record.line.number).collect()
}

#[test]
fn lines_follow_the_one_that_was_acknowledged_and_no_batch_is_too_large() {
    let lines = chain_of(600, 1_000);
    let chain = lines[0].hash;
    let first = next(None, read(&lines, None), chain, MOST_LINES).expect("it goes on");
    let bytes: usize = first.iter().map(|record| record.json.len() + 1).sum();
    assert!(bytes <= MOST_BYTES && bytes > MOST_BYTES / 2, "{bytes}");
    assert_eq!(numbers(&first), (1..=first.len() as u64).collect::<Vec<_>>());
    let cursor = first.last().map(Record::anchor);
    let second = next(cursor, read(&lines, cursor), chain, 3).expect("it goes on");
    let last = first.len() as u64;
    assert_eq!(numbers(&second), [last + 1, last + 2, last + 3]);
    let end = lines.last().map(at);
    assert_eq!(next(end, read(&lines, end), chain, MOST_LINES), Ok(Vec::new()));
}

#[test]
fn a_chain_that_does_not_go_on_from_what_was_sent_is_not_sent() {
    let (lines, other) = (chain_of(9, 1), chain_of(9, 2));
    let (chain, cursor) = (lines[0].hash, Some(at(&lines[4])));
    let stopped = Err(Trouble::Chain { number: 5 });
    assert_eq!(next(cursor, read(&other, cursor), chain, 10), stopped, "it was written anew");
    assert_eq!(next(cursor, read(&lines[..3], cursor), chain, 10), stopped, "its end was cut off");
    let gap: Vec<_> =
        read(&lines, cursor).into_iter().filter(|line| line.as_ref().is_ok_and(|l| l.number != 6)).collect();
    assert_eq!(next(cursor, gap, chain, 10), stopped, "the next line is missing");
    let mut unreadable = read(&lines, cursor);
    unreadable[3] = Err(NotALine::NotJson);
    let up_to = next(cursor, unreadable, chain, 10).expect("what comes before is sent");
    assert_eq!(numbers(&up_to), [6, 7]);
    assert_eq!(next(None, read(&lines[1..], None), chain, 10), Err(Trouble::Chain { number: 0 }));
}

#[test]
fn a_record_is_a_line_that_names_its_chain_and_reads_back() {
    let lines = chain_of(3, 5);
    let mut verifier = Verifier::new(Start::Genesis, Gaps::Refused, []);
    for line in &lines {
        let record = Record::of(line.clone(), lines[0].hash);
        let json: Value = serde_json::from_str(&record.json).expect("JSON");
        assert_eq!((&json["chain"], &json["n"]), (&lines[0].hash.to_string().into(), &line.number.into()));
        assert_eq!(json["hash"], line.hash.to_string());
        verifier.take(Line::of_json(&record.json)).expect("it is the line");
        let spaced = record.json.replacen(',', ", ", 1);
        assert_eq!(Line::of_json(&spaced), Err(NotALine::Form));
    }
    assert_eq!(verifier.end().expect("whole").lines, 3);
}

#[test]
fn what_a_status_means() {
    let said = |status: u16| format!("HTTP {status}");
    for status in [200, 202, 204] {
        assert_eq!(Answer::of_status(status, None), Answer::Taken);
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        assert_eq!(Answer::of_status(status, None), Answer::Away { said: said(status), again: None });
    }
    for status in [301, 302, 307, 401, 403, 404, 405, 407, 410] {
        assert_eq!(Answer::of_status(status, None), Answer::Closed { said: said(status) });
    }
    for status in [400, 409, 411, 413, 415, 422, 431, 451] {
        assert_eq!(Answer::of_status(status, None), Answer::Refused { said: said(status) });
    }
}

#[test]
fn one_that_is_away_is_tried_for_ever_with_growing_pauses_up_to_a_bound() {
    let mut shipper = Shipper::default();
    let away = |again| Answer::Away { said: "away".to_owned(), again };
    let pause = |shipper: &mut Shipper, again, dice| match shipper.after(away(again), 1, 9, PAUSES, dice) {
        Then::Waits(Trouble::Away { .. }, pause) => pause,
        other => panic!("{other:?}"),
    };
    let pauses: Vec<Duration> = (0..5).map(|_| pause(&mut shipper, None, 1.0)).collect();
    assert_eq!(pauses, [200, 400, 800, 1_600, 3_200].map(Duration::from_millis));
    for _ in 0..100 {
        pause(&mut shipper, None, 0.5);
    }
    assert_eq!(pause(&mut shipper, None, 1.0), PAUSES.longest);
    assert_eq!(pause(&mut shipper, None, 0.0), PAUSES.longest / 2);
    assert_eq!(pause(&mut shipper, Some(Duration::from_secs(90)), 1.0), Duration::from_secs(90), "as it asks");
    assert_eq!(
        pause(&mut shipper, Some(Duration::from_secs(9_999_999)), 1.0),
        LONGEST_ASKED,
        "but no longer than this"
    );
    assert_eq!(shipper.most(), MOST_LINES, "it is no matter of the lines");
    assert_eq!(shipper.after(Answer::Taken, 1, 9, PAUSES, 1.0), Then::Moves);
    assert_eq!(pause(&mut shipper, None, 1.0), PAUSES.first, "the next failure is a first one");
}

/// A sink that refuses some lines; what it took, and the line that stopped it.
fn shipped(lines: &[Line], poison: &[u64], hiccups: u32) -> (Vec<u64>, Option<Trouble>, u32) {
    let (mut shipper, mut cursor, mut taken) = (Shipper::default(), None, Vec::new());
    let (mut requests, mut hiccups) = (0, hiccups);
    loop {
        let batch = next(cursor, read(lines, cursor), lines[0].hash, shipper.most()).expect("the chain is whole");
        let Some(first) = batch.first() else { return (taken, None, requests) };
        requests += 1;
        let is_poisoned = batch.iter().any(|record| poison.contains(&record.line.number));
        let answer = if hiccups > 0 || is_poisoned { Answer::of_status(400, None) } else { Answer::Taken };
        hiccups = hiccups.saturating_sub(1);
        match shipper.after(answer, first.line.number, batch.len(), PAUSES, 1.0) {
            Then::Moves => {
                taken.extend(numbers(&batch));
                cursor = batch.last().map(Record::anchor);
            }
            Then::Fewer | Then::Waits(..) => {}
            Then::Stops(trouble) => return (taken, Some(trouble), requests),
        }
    }
}

/// The chain of which the property tries beginnings.
static LONG: LazyLock<Vec<Line>> = LazyLock::new(|| chain_of(1_100, 1));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_line_is_refused_is_found_and_all_before_it_are_taken_in_order(
        count in 1_u64..1_100, poison in 1_u64..1_200, hiccups in 0_u32..3,
    ) {
        let lines = &LONG[..usize::try_from(count).expect("it is small")];
        let (taken, trouble, requests) = shipped(lines, &[poison], hiccups);
        let last = if poison <= count { poison - 1 } else { count };
        prop_assert_eq!(taken, (1..=last).collect::<Vec<_>>());
        let stopped = (poison <= count).then(|| Trouble::Line { number: poison, said: "HTTP 400".to_owned() });
        prop_assert_eq!(trouble, stopped);
        // Halving finds it: nobody is asked line by line.
        prop_assert!(requests < 60, "{} requests", requests);
    }
}

#[test]
fn what_people_must_act_on_is_told_once_for_each_place_and_weather_is_not() {
    let told = |trouble| told("siem", 7, &trouble, ChannelId(5), vec![Who::Role(4)]);
    assert_eq!(told(Trouble::Away { said: "HTTP 503".to_owned() }), None);
    let line = told(Trouble::Line { number: 8, said: "HTTP 400".to_owned() }).expect("it is told");
    let closed = told(Trouble::Closed { said: "HTTP 401".to_owned() }).expect("it is told");
    assert_eq!((line.origin.as_str(), closed.origin.as_str()), ("sink:siem:line:7", "sink:siem:closed:7"));
    assert!(Trouble::Chain { number: 7 }.stops() && !Trouble::Closed { said: String::new() }.stops());
}
