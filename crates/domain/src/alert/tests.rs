use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).expect("a moment")
}

fn alert(name: &str, signal: Signal, began: i64) -> Alert {
    let began = at(began);
    Alert {
        episode: Episode::of("test", &server(), name, began),
        signal,
        ends_by_name: false,
        summary: name.to_owned(),
        began,
        link: None,
    }
}

fn server() -> ServiceName {
    ServiceName::try_from("ns1.example.net".to_owned()).expect("a name")
}

fn card(minute: i64) -> AlertCard {
    AlertCard {
        id: AlertCardId(1),
        mark: Mark::default(),
        server: server(),
        label: "web-1".to_owned(),
        source: "test".to_owned(),
        channel: ChannelId(1),
        offers: Offered::ALL.to_vec(),
        summary: "down".to_owned(),
        link: None,
        began: at(minute),
        opened: at(minute),
        heard: at(minute),
        alerts: 1,
        firing: 1,
        repeats: 0,
        quieted: None,
        resolved: None,
        closed: None,
    }
}

const FIRING: SeenAlert = SeenAlert { card: AlertCardId(1), signal: Signal::Firing };

#[test]
fn an_episode_is_a_name_and_a_beginning_of_one_server_by_one_source() {
    let of = |source, identity, minute| Episode::of(source, &server(), identity, at(minute));
    let one = of("a", "x", 0);
    assert_eq!(one, of("a", "x", 0));
    let elsewhere = ServiceName::try_from("ns2.example.net".to_owned()).expect("a name");
    for other in [of("b", "x", 0), of("a", "y", 0), of("a", "x", 1), Episode::of("a", &elsewhere, "x", at(0))] {
        assert_ne!(one, other);
    }
    assert_ne!(of("ab", "c", 0), of("a", "bc", 0), "they do not run into one another");
    assert_eq!(one.name(), of("a", "x", 1).name(), "whenever it began");
    assert_ne!(one.name(), of("a", "y", 0).name());
    assert!(one.as_str().len() == 64 && one.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn what_began_too_long_ago_makes_no_card_unless_it_is_known() {
    let said = |began, seen| verdict(&alert("x", Signal::Firing, began), seen, None, HOUR, at(100));
    assert_eq!(said(40, None), Verdict::Opens);
    assert_eq!(said(39, None), Verdict::Nothing(Why::Old));
    assert_eq!(said(5_000, None), Verdict::Opens, "a clock that is ahead loses no alert");
    assert_eq!(said(-5000, Some(FIRING)), Verdict::Opens);
}

#[test]
fn a_quiet_hour_is_quiet_and_what_still_fires_after_it_makes_a_new_card() {
    let mut quiet = card(0);
    assert!(quiet.quiet(UserId(7), at(10)));
    assert!(!quiet.quiet(UserId(8), at(11)), "who was first stands");
    assert_eq!(quiet.quieted, Some((UserId(7), at(10))));
    let said = |name, seen, minute| verdict(&alert(name, Signal::Firing, 0), seen, Some((&quiet, 1)), HOUR, at(minute));
    assert_eq!(said("x", Some(FIRING), 69), Verdict::Repeats);
    assert_eq!(said("y", None, 20), Verdict::Joins);
    assert_eq!(said("x", Some(FIRING), 70), Verdict::Opens);
    let mut over = quiet.clone();
    over.settle(at(30));
    assert_eq!(over.resolved, Some(at(30)));
    assert!(over.takes_more(at(40)), "an hour is an hour");
}

#[test]
fn a_card_that_nothing_was_heard_of_is_replaced_and_one_that_flaps_is_opened_again() {
    let stale = card(0);
    let said = |card: &AlertCard, opened, minute| {
        verdict(&alert("y", Signal::Firing, minute), None, Some((card, opened)), HOUR, at(minute))
    };
    assert_eq!(said(&stale, 1, 26 * 60 - 1), Verdict::Joins);
    assert_eq!(said(&stale, 1, 26 * 60), Verdict::Opens);
    let mut over = card(0);
    over.settle(at(1));
    assert_eq!(said(&over, CARDS_AN_HOUR - 1, 2), Verdict::Opens);
    assert_eq!(said(&over, CARDS_AN_HOUR, 2), Verdict::Joins);
    let mut quiet = card(0);
    quiet.quiet(UserId(7), at(0));
    quiet.settle(at(1));
    assert_eq!(said(&quiet, CARDS_AN_HOUR, 60), Verdict::Opens, "what was quieted is not opened again");
    over.close(Closed::Nowhere);
    assert_eq!(said(&over, CARDS_AN_HOUR - 1, 2), Verdict::Opens, "nobody ever saw that one");
    assert_eq!(said(&over, CARDS_AN_HOUR, 2), Verdict::Joins, "where nothing can be posted it is not tried for ever");
}

#[test]
fn a_crowd_is_counted_and_not_told_apart() {
    let crowded = AlertCard { alerts: TOLD_APART, ..card(0) };
    let said = verdict(&alert("y", Signal::Firing, 1), None, Some((&crowded, 1)), HOUR, at(1));
    assert_eq!(said, Verdict::Crowds);
    let mut more = AlertCard { alerts: TOLD_APART + 1, firing: 1, ..card(0) };
    more.settle(at(2));
    assert!(more.is_open(), "of whom it is not known whether it goes on, nobody says that it is over");
    let over = AlertCard { resolved: Some(at(1)), ..crowded };
    let said = verdict(&alert("y", Signal::Firing, 2), None, Some((&over, CARDS_AN_HOUR)), HOUR, at(2));
    assert_eq!(said, Verdict::Opens, "what cannot be told apart is not opened again");
}

/// What a store keeps of one server, without a database.
#[derive(Default)]
struct Kept {
    cards: Vec<AlertCard>,
    alerts: BTreeMap<String, SeenAlert>,
}

impl Kept {
    fn hear(&mut self, alert: &Alert, now: Timestamp) -> Verdict {
        let seen = self.alerts.get(alert.episode.as_str()).copied();
        let hour = now - SignedDuration::from_hours(1);
        let recent = self.cards.iter().filter(|card| card.opened > hour).count();
        let latest = self.cards.last().map(|card| (card, u32::try_from(recent).expect("few")));
        let verdict = verdict(alert, seen, latest, HOUR, now);
        let note = |on: AlertCardId, signal| SeenAlert { card: on, signal };
        let key = alert.episode.as_str().to_owned();
        let number = self.cards.len();
        match verdict {
            Verdict::Opens => {
                if let Some(last) = self.cards.last_mut().filter(|last| last.is_open()) {
                    last.close(Closed::Replaced);
                }
                let id = AlertCardId(i64::try_from(number + 1).expect("few"));
                let fresh = AlertCard { id, opened: now, heard: now, began: alert.began, ..card(0) };
                self.alerts.insert(key, note(id, Signal::Firing));
                self.cards.push(fresh);
            }
            Verdict::Joins => {
                let last = self.cards.last_mut().expect("a card");
                last.join(true, now);
                self.alerts.insert(key, note(last.id, Signal::Firing));
            }
            Verdict::Crowds => self.cards.last_mut().expect("a card").join(false, now),
            Verdict::Repeats => self.cards.last_mut().expect("a card").repeat(now),
            Verdict::Settles(on) => {
                self.cards.iter_mut().find(|card| card.id == on).expect("its card").settle(now);
                self.alerts.insert(key, note(on, Signal::Resolved));
            }
            Verdict::Nothing(_) => {}
        }
        verdict
    }
}

#[derive(Clone, Debug)]
enum Happens {
    Says(u8, Signal),
    NotNow,
}

fn happening() -> impl Strategy<Value = (Happens, i64)> {
    let says = (0..4_u8, prop_oneof![3 => Just(Signal::Firing), 1 => Just(Signal::Resolved)]);
    let what =
        prop_oneof![12 => says.prop_map(|(name, signal)| Happens::Says(name, signal)), 1 => Just(Happens::NotNow)];
    (what, prop_oneof![8 => 0..20_i64, 1 => 60..2_000_i64])
}

proptest! {
    #[test]
    fn whatever_comes_a_server_has_one_open_card_and_its_counts_are_true(all in prop::collection::vec(happening(), 1..80)) {
        let (mut kept, mut minute) = (Kept::default(), 0);
        for (what, later) in all {
            minute += later;
            let now = at(minute);
            match what {
                Happens::Says(name, signal) => {
                    let quiet = kept.cards.last().and_then(AlertCard::quiet_until).is_some_and(|until| now < until);
                    let verdict = kept.hear(&alert(&name.to_string(), signal, minute / 45 * 45), now);
                    prop_assert!(!(quiet && verdict == Verdict::Opens), "it is quiet");
                }
                Happens::NotNow => {
                    if let Some(last) = kept.cards.last_mut() {
                        last.quiet(UserId(1), now);
                    }
                }
            }
            prop_assert!(kept.cards.iter().filter(|card| card.is_open()).count() <= 1);
            let last = kept.cards.last().map(|card| card.id);
            for card in &kept.cards {
                let on = |signal| kept.alerts.values().filter(|seen| seen.card == card.id && seen.signal == signal).count();
                prop_assert!(card.firing <= card.alerts);
                prop_assert!(card.alerts >= u32::try_from(on(Signal::Firing) + on(Signal::Resolved)).expect("few"));
                if Some(card.id) == last {
                    prop_assert_eq!(card.firing, u32::try_from(on(Signal::Firing)).expect("few"));
                    prop_assert_eq!(card.resolved.is_some(), card.firing == 0);
                }
            }
        }
    }
}
