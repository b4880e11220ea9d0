use bernard_domain::{
    access::Who,
    audit::{Act, Entry, shipping::told},
    operation::ChannelId,
};
use bernard_platform::clock;

use super::*;

/// A store with so many lines in its audit.
async fn store(lines: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("bernard.db")).await.expect("it opens");
    for _ in 0..lines {
        store.audit(Entry::act(Act::Started, clock::now())).await.expect("it is written");
    }
    (folder, store)
}

async fn anchors(store: &Store) -> Vec<Anchor> {
    let lines = store.audit_from(1, 100).await.expect("they read");
    lines
        .into_iter()
        .map(|line| line.map(|line| Anchor { number: line.number, hash: line.hash }).expect("a line"))
        .collect()
}

#[tokio::test]
async fn a_place_is_moved_forward_from_where_it_was_and_from_nowhere_else() {
    let (_folder, store) = store(4).await;
    let lines = anchors(&store).await;
    assert_eq!(store.sink_cursor("siem").await.expect("it says"), None);
    assert!(store.move_sink("siem", None, lines[1]).await.expect("it writes"));
    assert!(!store.move_sink("siem", None, lines[3]).await.expect("it writes"), "somebody has moved it");
    assert!(!store.move_sink("siem", Some(lines[1]), lines[0]).await.expect("it writes"), "never back");
    let other = Anchor { number: 2, hash: lines[3].hash };
    assert!(!store.move_sink("siem", Some(other), lines[3]).await.expect("it writes"), "that was another line");
    assert_eq!(store.sink_cursor("siem").await.expect("it says"), Some(lines[1]));
    assert!(store.move_sink("siem", Some(lines[1]), lines[3]).await.expect("it writes"));
    assert_eq!(store.sink_cursor("siem").await.expect("it says"), Some(lines[3]));
    assert_eq!(store.sink_cursor("another").await.expect("it says"), None, "each has its own");
    assert_eq!(store.audit_chain().await.expect("it says"), Some(lines[0].hash));
}

#[tokio::test]
async fn what_is_missing_at_a_sink_is_counted_and_its_trouble_lasts_until_it_moves() {
    let (_folder, store) = store(3).await;
    let lines = anchors(&store).await;
    let names = ["siem".to_owned(), "never heard of".to_owned()];
    store.move_sink("siem", None, lines[0]).await.expect("it writes");
    let (began, later) = (clock::now(), clock::now() + jiff::SignedDuration::from_mins(5));
    let trouble = |number| Trouble::Line { number, said: "HTTP 400".to_owned() };
    let owed = told("siem", 1, &trouble(2), ChannelId(5), vec![Who::Role(4)]);
    for now in [began, later] {
        store.trouble_sink("siem", &trouble(2), owed.as_ref(), now).await.expect("it writes");
    }
    let (pending, _) = store.due_notices(later).await.expect("it says");
    assert_eq!(pending.len(), 1, "once: {pending:?}");
    let [siem, other] = store.sinks(&names).await.expect("it says").try_into().expect("two");
    assert_eq!((siem.behind, other.behind), (2, 3));
    assert!(siem.oldest.is_some() && other.trouble.is_none());
    assert_eq!(siem.trouble, Some((trouble(2), time(millis(began)))), "since it began");
    store.move_sink("siem", Some(lines[0]), lines[2]).await.expect("it writes");
    let siem = store.sinks(&names).await.expect("it says").swap_remove(0);
    assert_eq!((siem.behind, siem.oldest, siem.trouble), (0, None, None));
}
