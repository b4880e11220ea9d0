//! What machines say, on both databases: a storm is one card, also where two replicas hear it; what was heard survives a restart.

use std::time::Duration;

use bernard_domain::{
    access::UserId,
    alert::{Alert, AlertCard, AlertSource, Closed, Episode, Offered, PlacedAlert, Signal},
    audit::{Act, Entry},
    operation::ChannelId,
    server::ServiceName,
};
use bernard_store::{HeardAlerts, ShownAlertCard, Store};
use jiff::Timestamp;

use crate::{cluster, replica};

const SERVER: &str = "ns1.example";

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).expect("a moment")
}

fn source() -> AlertSource {
    let max_age = Duration::from_secs(3_600);
    AlertSource { name: "test".to_owned(), channel: ChannelId(7), offers: Offered::ALL.to_vec(), max_age }
}

fn placed(id: &str, server: &str, signal: Signal) -> PlacedAlert {
    let (began, server) = (at(0), ServiceName::try_from(server.to_owned()).expect("a name"));
    let episode = Episode::of("test", &server, id, began);
    let link = Some("https://monitoring.example".to_owned());
    let alert = Alert { episode, signal, ends_by_name: false, summary: format!("{id} \u{0}down"), began, link };
    PlacedAlert { alert, server, label: "web-1".to_owned() }
}

async fn heard(store: &Store, ids: &[&str], signal: Signal, minute: i64) -> HeardAlerts {
    let alerts: Vec<_> = ids.iter().map(|id| placed(id, SERVER, signal)).collect();
    store.hear_alerts(&source(), &alerts, None, at(minute)).await.expect("it is written")
}

async fn cards(store: &Store) -> Vec<AlertCard> {
    let (due, _) = store.due_alert_cards(at(100_000)).await.expect("they read");
    due.into_iter().map(|due| due.card).collect()
}

/// The life of one server's alerts.
async fn life(store: &Store) {
    let first = heard(store, &["a", "b", "a"], Signal::Firing, 1).await;
    assert_eq!(first, HeardAlerts { opened: 1, counted: 2, ..HeardAlerts::default() });
    let replayed = |name: &'static str| async move {
        let alerts = [placed("c", SERVER, Signal::Firing)];
        store.hear_alerts(&source(), &alerts, Some(name), at(2)).await.expect("it is written")
    };
    assert_eq!(replayed("one").await.counted, 1);
    assert!(replayed("one").await.taken_before);
    assert_eq!(replayed("two").await.counted, 1);
    let card = cards(store).await.remove(0);
    assert_eq!((card.alerts, card.firing, card.repeats), (3, 3, 2));
    assert_eq!(
        (card.offers.len(), card.channel, card.link.as_deref()),
        (3, ChannelId(7), Some("https://monitoring.example"))
    );

    // Shown as it was; what was heard meanwhile makes it due again.
    let (due, _) = store.due_alert_cards(at(3)).await.expect("they read");
    store.alert_card_tried(card.id, "digest", at(3)).await.expect("it is written");
    heard(store, &["a"], Signal::Firing, 4).await;
    store.alert_card_shown(&due[0], ShownAlertCard::As(99)).await.expect("it is written");
    let (due, _) = store.due_alert_cards(at(5)).await.expect("they read");
    assert_eq!((due.len(), due[0].message, due[0].card.repeats), (1, Some(99), 3));
    store.alert_card_shown(&due[0], ShownAlertCard::As(99)).await.expect("it is written");
    assert!(cards(store).await.is_empty(), "it shows all");

    let entry = Entry::act(Act::AlertsQuieted, at(6)).by(UserId(1));
    let quiet =
        store.quiet_alert_card(card.id, UserId(1), &entry, at(6)).await.expect("it is written").expect("a card");
    assert_eq!(quiet.quieted, Some((UserId(1), at(6))));
    let again = store.quiet_alert_card(card.id, UserId(2), &entry, at(7)).await.expect("it reads").expect("a card");
    assert_eq!(again, quiet, "who was first stands");
    assert_eq!(heard(store, &["a"], Signal::Firing, 65).await.opened, 0);
    assert_eq!(heard(store, &["a", "b", "c"], Signal::Firing, 66).await.opened, 1, "they still fire after the hour");

    // One request that ends everything and begins anew.
    let all = [("a", Signal::Resolved), ("b", Signal::Resolved), ("c", Signal::Resolved), ("d", Signal::Firing)];
    let all = all.map(|(id, signal)| placed(id, SERVER, signal));
    let late = AlertSource { max_age: Duration::from_secs(86_400), ..source() };
    let heard_all = store.hear_alerts(&late, &all, None, at(70)).await.expect("it is written");
    assert_eq!((heard_all.over, heard_all.opened), (3, 1));
    let all = cards(store).await;
    let open: Vec<_> = all.iter().filter(|card| card.is_open()).collect();
    assert_eq!((open.len(), open[0].alerts), (1, 1));
    let (due, _) = store.due_alert_cards(at(71)).await.expect("they read");
    let last = due.iter().find(|due| due.card.id == open[0].id).expect("it is due");
    store.alert_card_shown(last, ShownAlertCard::Nowhere).await.expect("it is written");
    let gone = store.alert_card(last.card.id).await.expect("it reads").expect("it is there");
    assert_eq!(gone.closed, Some(Closed::Nowhere));
    assert_eq!(heard(store, &["d"], Signal::Firing, 72).await.opened, 1, "nobody ever saw that one");
}

/// Of senders that keep no beginning an end is that of the name.
async fn ends_by_name(store: &Store) {
    let says = async |id: &str, began: i64, signal: Signal| {
        let mut placed = placed(id, "ns2.example", signal);
        placed.alert.episode = Episode::of("test", &placed.server, id, at(began));
        placed.alert.ends_by_name = true;
        store.hear_alerts(&source(), &[placed], None, at(10)).await.expect("it is written")
    };
    assert_eq!(says("backup", 1, Signal::Firing).await.opened, 1);
    assert_eq!(says("backup", 2, Signal::Firing).await.counted, 1);
    assert_eq!(says("other", 1, Signal::Firing).await.counted, 1);
    assert_eq!(says("backup", 3, Signal::Resolved).await.over, 2, "both of that name");
    let open =
        |cards: Vec<AlertCard>| cards.into_iter().find(|card| card.server.as_str() == "ns2.example" && card.is_open());
    assert_eq!(open(cards(store).await).map(|card| card.firing), Some(1));
    assert_eq!(says("backup", 4, Signal::Resolved).await.over, 1, "there is none any more");
    assert_eq!(says("other", 9, Signal::Resolved).await.over, 1);
    assert_eq!(open(cards(store).await), None, "all are over");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_alerts_of_a_server_are_counted_on_one_card_quieted_and_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bernard.db");
    let store = Store::open(&path).await.expect("it opens");
    life(&store).await;
    ends_by_name(&store).await;
    store.close().await;
    drop(store);
    let store = Store::open(&path).await.expect("it opens");
    assert_eq!(heard(&store, &["d"], Signal::Firing, 73).await.counted, 1, "it is known after a restart");
    assert_eq!(heard(&store, &["a"], Signal::Firing, 74).await.over, 1, "and so is what is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = replica(&url, folder.path()).await;
    life(&store).await;
    ends_by_name(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_hear_the_same_storm_make_one_card() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (replica(&url, folder.path()).await, replica(&url, folder.path()).await);
    let mut all = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        all.spawn(async move { heard(&store, &["a", "b", "c"], Signal::Firing, 1).await.opened });
    }
    let opened: u32 = all.join_all().await.into_iter().sum();
    assert_eq!(opened, 1);
    let card = cards(&one).await.remove(0);
    assert_eq!((card.alerts, card.repeats), (3, 57));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_servers_at_once_and_a_crowd_of_one_are_taken_and_bounded() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("bernard.db")).await.expect("it opens");
    let many: Vec<_> = (0..1_000).map(|number| placed("a", &format!("ns{number}.example"), Signal::Firing)).collect();
    let heard = store.hear_alerts(&source(), &many, Some("storm"), at(1)).await.expect("it is written");
    assert_eq!(heard.opened, 1_000);
    let crowd: Vec<_> = (0..1_000).map(|number| placed(&number.to_string(), SERVER, Signal::Firing)).collect();
    let heard = store.hear_alerts(&source(), &crowd, None, at(2)).await.expect("it is written");
    assert_eq!(heard.counted, 1_000);
    let ns1 = ServiceName::try_from(SERVER.to_owned()).expect("a name");
    let (due, _) = store.due_alert_cards(at(3)).await.expect("they read");
    assert_eq!(due.len(), 200, "handed out in parts");
    let card = due.iter().find(|due| due.card.server == ns1).map(|due| &due.card).expect("its card");
    assert_eq!((card.alerts, card.firing), (1_001, 1_000), "more are only counted");
}
