use super::{
    roster::{Occurrence, Person, folded, schedule},
    *,
};

const ANN: UserId = UserId(1);
const BEN: UserId = UserId(2);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

fn shift(start: i64, end: i64, person: UserId) -> Shift {
    Shift { start: at(start), end: at(end), people: [person].into() }
}

fn read(shifts: Vec<Shift>, read_at: Timestamp) -> Oncall {
    let events = shifts.len();
    let schedule = Schedule { shifts, unknown: BTreeSet::new(), events };
    let mark = Mark { read_at, digest: "0123456789ab".into() };
    Oncall {
        stale_after: Some(SignedDuration::from_secs(100)),
        reading: Some(Reading { schedule, mark }),
        trouble: None,
    }
}

#[test]
fn at_a_handover_exactly_one_of_two_is_on_duty_and_overlapping_shifts_count_both() {
    let oncall = read(vec![shift(0, 10, ANN), shift(10, 30, BEN), shift(20, 30, ANN)], at(0));
    let on = |seconds| oncall.at(at(seconds)).people();
    assert_eq!(on(-1), BTreeSet::new());
    assert_eq!((on(0), on(9)), ([ANN].into(), [ANN].into()));
    assert_eq!(on(10), [BEN].into());
    assert_eq!(on(20), [ANN, BEN].into());
    assert_eq!(on(30), BTreeSet::new());
}

#[test]
fn a_reading_that_is_too_old_or_empty_or_was_never_made_puts_nobody_on_duty_and_says_which() {
    let oncall = read(vec![shift(-1_000, 1_000, ANN)], at(0));
    assert!(oncall.at(at(100)).of(ANN).is_some());
    assert_eq!(oncall.at(at(101)), Duty::Nobody(Unknown::Stale { read_at: at(0) }));
    assert_eq!(oncall.at(at(101)).without().read_at(), Some(at(0)));
    assert_eq!(read(vec![], at(0)).at(at(1)), Duty::Nobody(Unknown::Empty { read_at: at(0) }));
    let unread = Oncall { reading: None, ..oncall.clone() };
    assert_eq!(unread.at(at(1)), Duty::Nobody(Unknown::NeverRead));
    let unconfigured = Oncall { stale_after: None, ..oncall };
    assert_eq!(unconfigured.at(at(1)), Duty::NoSchedule);
}

#[test]
fn whoever_is_on_duty_is_called_instead_of_the_role_and_the_role_where_nobody_is() {
    let oncall = read(vec![shift(0, 10, ANN)], at(0));
    assert_eq!(oncall.at(at(5)).called(Some(9)), [Who::User(ANN)]);
    assert_eq!(oncall.at(at(15)).called(Some(9)), [Who::Role(9)]);
    assert_eq!(oncall.at(at(500)).called(Some(9)), [Who::Role(9)], "a stale reading calls nobody by name");
    assert_eq!(Duty::NoSchedule.called(None), []);
}

#[test]
fn the_next_change_and_the_next_people_are_those_that_come() {
    let schedule = read(vec![shift(0, 10, ANN), shift(10, 20, ANN), shift(20, 40, BEN), shift(30, 60, ANN)], at(0));
    let schedule = schedule.reading.unwrap().schedule;
    assert_eq!(schedule.next_change(at(5)), Some((at(20), [BEN].into())), "two shifts in a row are one");
    assert_eq!(schedule.next(at(5)), Some((at(20), [BEN].into())));
    assert_eq!(schedule.next(at(25)), Some((at(30), [ANN].into())));
    assert_eq!((schedule.next_change(at(60)), schedule.next(at(60))), (None, None));
}

fn people() -> Vec<Person> {
    let person = |user, words: &[&str]| Person { user, words: words.iter().map(|word| folded(word)).collect() };
    vec![person(ANN, &["ann@example.org", "Ann Martin"]), person(BEN, &["ben@example.org", "Ben  LÉGER"])]
}

fn event(attendees: &[&str], summary: &str, description: &str) -> Occurrence {
    let attendees = attendees.iter().map(|text| (*text).to_owned()).collect();
    let (summary, description) = (summary.into(), description.into());
    Occurrence { start: at(0), end: at(10), attendees, declined: Vec::new(), summary, description }
}

fn found(event: Occurrence) -> BTreeSet<UserId> {
    schedule(&people(), &[event], 1).at(at(0))
}

#[test]
fn attendees_go_before_the_summary_and_that_before_the_description() {
    assert_eq!(found(event(&["Ann@Example.org"], "On Call - Ben Léger", "")), [ANN].into());
    assert_eq!(found(event(&["ann@example.org", "ben@example.org"], "", "")), [ANN, BEN].into());
    assert_eq!(found(event(&["room@example.org"], "[L1] ben léger", "Ann Martin")), [BEN].into());
    assert_eq!(found(event(&[], "Week 7", "primary: ann martin.")), [ANN].into());
    assert_eq!(found(event(&[], "Ann Martin / Ben Léger", "")), [ANN, BEN].into());
}

#[test]
fn a_part_of_a_name_or_of_an_address_is_nobody() {
    for summary in [
        "Joann Martin",
        "Ann Martinez",
        "Ann Martin-Dupont",
        "Mary-Ann Martin",
        "Ann Martin's team",
        "Ann  B. Martin",
        "xann@example.org",
        "ann@example.org.evil.example",
        "ann@example.orgx",
        "ann@example.org@evil.example",
        "o.ann@example.org",
        "Ann Marti\u{301}n",
        "Ann Martin\u{301}",
    ] {
        assert_eq!(found(event(&[], summary, "")), BTreeSet::new(), "{summary}");
        assert_eq!(found(event(&[summary], "", "")), BTreeSet::new(), "{summary}");
    }
    for summary in [
        "Ann Martin",
        "ANN\tMARTIN",
        "On Call - Ann Martin - Prod",
        "(Ann Martin)",
        "Oncall: Ann Martin.",
        "@Ann Martin!",
    ] {
        assert_eq!(found(event(&[], summary, "")), [ANN].into(), "{summary}");
    }
}

#[test]
fn what_names_nobody_is_kept_to_be_said_and_does_not_count_for_another_event() {
    let events =
        [event(&[], "Carla Conti", ""), event(&["carl@example.org"], "x", ""), event(&["ann@example.org"], "", "")];
    let schedule = schedule(&people(), &events, 3);
    assert_eq!(schedule.at(at(0)), [ANN].into());
    assert_eq!(schedule.unknown, ["Carla Conti".to_owned(), "carl@example.org".to_owned()].into());
    let many: Vec<Occurrence> = (0..100).map(|n| event(&[], &format!("{n} {}", "x".repeat(500)), "")).collect();
    let unknown = super::roster::schedule(&people(), &many, 100).unknown;
    assert!(unknown.len() == 20 && unknown.iter().all(|name| name.chars().count() <= 80));
}

#[test]
fn what_ends_before_it_begins_is_no_shift() {
    let backwards = Occurrence { start: at(10), end: at(10), ..event(&["ann@example.org"], "", "") };
    assert_eq!(schedule(&people(), &[backwards], 1).shifts, []);
}

#[test]
fn who_declined_is_not_meant_whatever_the_title_says() {
    let declined = |attendees: &[&str], summary| {
        let event = Occurrence { declined: vec!["Ann@example.org".to_owned()], ..event(attendees, summary, "") };
        schedule(&people(), &[event], 1).at(at(5))
    };
    assert_eq!(declined(&[], "On call: Ann Martin"), BTreeSet::new());
    assert_eq!(declined(&["somebody@example.org"], "On call: Ann Martin"), BTreeSet::new());
    assert_eq!(declined(&["ben@example.org"], "On call: Ann Martin"), BTreeSet::from([BEN]));
    assert_eq!(declined(&[], "Ann Martin, Ben Léger"), BTreeSet::from([BEN]));
}

#[test]
fn while_the_clock_is_in_doubt_nobody_is_on_duty() {
    let oncall = Oncall { stale_after: Some(SignedDuration::from_secs(100)), reading: None, trouble: None };
    assert_eq!(oncall.without_a_clock(), Duty::Nobody(Unknown::ClockSet));
    assert_eq!(Oncall::default().without_a_clock(), Duty::NoSchedule);
}

#[test]
fn whom_nobody_knows_beside_somebody_known_is_told() {
    let of = |attendees: &[&str], summary| schedule(&people(), &[event(attendees, summary, "")], 1).unknown;
    assert_eq!(of(&["ann@example.org", "zed@example.org"], ""), BTreeSet::from(["zed@example.org".to_owned()]));
    assert_eq!(of(&["rota@example.org"], "Ann Martin"), BTreeSet::new(), "a mailbox beside a name is nobody");
    assert_eq!(of(&["ann@example.org"], "On call"), BTreeSet::new());
}
