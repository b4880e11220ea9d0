//! Races against a real SQLite file: whoever comes second is told so, and nothing is lost.

use std::collections::BTreeSet;

use bernard_domain::{
    access::{Because, UserId},
    console::ConsoleMinutes,
    locale::Locale,
    operation::{
        ChannelId, Ends, Entry, Intent, Kind, Operation, OperationId, Plan, Request, Snapshot, Wish,
        approval::{Approval, Guard},
        event::{Event, Problem},
        ticket::TicketWish,
    },
    server::{Boot, BootId},
};
use bernard_store::{Append, Card, CardId, CardRefusal, Open, Store};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// One moment is as good as another.
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

async fn store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    (Store::open(&folder.path().join("bernard.db")).await.expect("a store"), folder)
}

fn request(kind: Kind) -> Request {
    let boot = || Boot { id: BootId(1), boot_type: "harddisk".into(), kernel: "hd".into(), description: String::new() };
    Request {
        wish: match kind {
            Kind::Restore => {
                Wish::Restore { into: boot().into(), despite: Vec::new(), ends: Ends::default(), instead: None }
            }
            Kind::Adopt => Wish::Adopt { lease: jiff::SignedDuration::from_hours(4) },
            Kind::HandOver => Wish::HandOver { lease: OperationId(1), from: UserId(200), to: UserId(201) },
            Kind::PutBack => Wish::PutBack { into: boot().into(), despite: Vec::new(), instead: None },
            Kind::Link => Wish::Link { sources: Vec::new() },
            Kind::Console => Wish::Console { minutes: ConsoleMinutes::One, ip: None },
            Kind::FreeSessions => Wish::FreeSessions { about: OperationId(1) },
            Kind::Ticket => Wish::Ticket(TicketWish { about: None, subject: "s".into(), body: "b".into() }),
            Kind::Enable | Kind::Reboot => Wish::Reboot { into: Some(boot().into()) },
        },
        server: "ns1111111.ip-203-0-113.eu".to_owned().try_into().expect("a name"),
        account: "main".into(),
        label: "web-1".into(),
        requester: UserId(200),
        locale: Locale::En,
        channel: ChannelId(500),
        place: ChannelId(500),
        reason: None,
        rule: "role 1".into(),
        guard: Guard::Unprotected,
        known_as: None,
        beside: None,
        runbooks: Vec::new(),
    }
}

async fn opened(store: &Store, kind: Kind) -> Operation {
    match store.open_from_press(1, &request(kind), NOW).await.expect("the store writes") {
        Open::Accepted(operation, _) => *operation,
        other => panic!("{other:?}"),
    }
}

/// The operations that keep a server from others.
async fn holders(store: &Store) -> usize {
    let live = store.live_operations().await.expect("the store reads");
    live.iter().filter(|operation| operation.state.holds_server()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_many_press_at_once_opens_one_operation() {
    let (store, _folder) = store().await;
    let card =
        Card { id: CardId::new(), request: request(Kind::Reboot), command: "/reboot server:web-1".into(), again: None };
    store.save_card(&card, NOW).await.expect("saved");
    let mut presses = JoinSet::new();
    for _ in 0..12 {
        let (store, card) = (store.clone(), card.clone());
        presses
            .spawn(async move { store.open_from_card(card.id, &card.request, NOW).await.expect("the store writes") });
    }
    let answers = presses.join_all().await;
    let accepted: Vec<OperationId> = answers
        .iter()
        .filter_map(|answer| if let Open::Accepted(operation, _) = answer { Some(operation.id) } else { None })
        .collect();
    let [first] = accepted.as_slice() else { panic!("{answers:?}") };
    let told = |answer: &&Open| matches!(answer, Open::Refused(CardRefusal::Answered(Some(id))) if id == first);
    assert_eq!(answers.iter().filter(told).count(), 11, "the others are told which operation it became: {answers:?}");
    assert_eq!(holders(&store).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_arrives_twice_opens_one_operation() {
    let (store, _folder) = store().await;
    let mut presses = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        presses.spawn(async move { store.open_from_press(77, &request(Kind::Link), NOW).await.expect("it writes") });
    }
    let answers = presses.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Open::Accepted(..))).count(), 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_at_the_same_moment_one_operation_holds_the_server() {
    let (store, _folder) = store().await;
    let mut presses = JoinSet::new();
    for interaction in 0..16 {
        let store = store.clone();
        let kind = Kind::ALL[interaction % Kind::ALL.len()];
        presses.spawn(async move {
            let press = u64::try_from(interaction).expect("few");
            let answer = store.open_from_press(press, &request(kind), NOW).await.expect("the store writes");
            assert!(holders(&store).await <= 1, "two hold the server");
            (kind, answer)
        });
    }
    let answers = presses.join_all().await;
    let holding = answers.iter().filter(|(kind, answer)| kind.changes() && matches!(answer, Open::Accepted(..)));
    assert_eq!(holding.count(), 1, "{answers:?}");
    assert_eq!(holders(&store).await, 1);
}

/// Records so many events, reading again whenever somebody else was faster.
async fn record(store: Store, id: OperationId, mut count: usize) {
    while count > 0 {
        let operation = store.operation(id).await.expect("it reads").expect("it is there");
        match store.append(&operation, &Event::Faulted, NOW).await.expect("the store writes") {
            Append::Done(_) => count -= 1,
            Append::Overtaken => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_read_again_when_overtaken_lose_nothing() {
    let (store, _folder) = store().await;
    let id = opened(&store, Kind::Reboot).await.id;
    let mut writers = JoinSet::new();
    for _ in 0..4 {
        writers.spawn(record(store.clone(), id, 5));
    }
    writers.join_all().await;
    let operation = store.operation(id).await.expect("it reads").expect("it is there");
    assert_eq!((operation.version, operation.state.facts.faults), (20, 20));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_writer_whose_picture_is_old_is_overtaken_and_changes_nothing(looks in vec(any::<prop::sample::Index>(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (store, _folder) = store().await;
            // Every picture that was ever true, and writers that each act on any of them.
            let mut pictures = vec![opened(&store, Kind::Reboot).await];
            for look in looks {
                let picture = look.get(&pictures).clone();
                let newest = pictures.last().expect("one").clone();
                let appended = store.append(&picture, &Event::Faulted, NOW).await.expect("the store writes");
                match appended {
                    Append::Done(next) if picture.version == newest.version => pictures.push(*next),
                    Append::Overtaken if picture.version < newest.version => {}
                    other => panic!("version {} of {}: {other:?}", picture.version, newest.version),
                }
                let stored = store.operation(newest.id).await.expect("it reads");
                assert_eq!(stored.as_ref(), pictures.last());
            }
            let versions: BTreeSet<i64> = pictures.iter().map(|picture| picture.version).collect();
            assert_eq!(versions.len(), pictures.len(), "no version twice");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_intend_one_reboot_one_gets_the_right_to_send_it() {
    let (store, _folder) = store().await;
    let operation = opened(&store, Kind::Reboot).await;
    let plan = Plan { before: Snapshot::default(), change: None, into: None, entry: Entry::Password };
    let prepared = Event::Prepared { plan: Box::new(plan), offset: None };
    let Append::Done(ready) = store.append(&operation, &prepared, NOW).await.expect("the store writes") else {
        panic!("it is not ready")
    };
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let (store, ready) = (store.clone(), ready.clone());
        writers.spawn(async move {
            let intent = Intent { at: NOW, known: Vec::new() };
            store.intend_reboot(&ready, intent, NOW).await.expect("the store writes")
        });
    }
    let proofs: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    let [(intended, proof)] = proofs.as_slice() else { panic!("{} may send", proofs.len()) };
    assert_eq!(proof.server(), &operation.request.server);
    assert_eq!(store.operation(operation.id).await.expect("it reads").as_ref(), Some(&**intended));
    let again = store.intend_reboot(intended, Intent { at: NOW, known: Vec::new() }, NOW).await;
    assert!(again.expect("the store answers").is_none(), "a second intent without an approval gives no right");
}

#[tokio::test]
async fn nothing_is_recorded_after_an_end() {
    let (store, _folder) = store().await;
    let operation = opened(&store, Kind::Reboot).await;
    let end = Event::FoundImpossible { problem: Problem::ServerGone };
    let Append::Done(ended) = store.append(&operation, &end, NOW).await.expect("the store writes") else {
        panic!("it did not end")
    };
    let after = store.append(&ended, &Event::Faulted, NOW).await.expect("the store answers");
    assert!(matches!(after, Append::Illegal(_)), "{after:?}");
    assert_eq!(store.operation(operation.id).await.expect("it reads"), Some(*ended));
    assert_eq!(holders(&store).await, 0);
}

/// An operation that so many others must approve.
async fn waiting(store: &Store, press: u64, count: u32) -> Operation {
    let approval = Approval {
        count,
        expires: SignedDuration::from_mins(15),
        rule: "protect 1".into(),
        because: Because::Matches,
        of: Vec::new(),
        calls: Vec::new(),
        second_factor: None,
    };
    let request = Request { guard: Guard::Approval(approval), ..request(Kind::Reboot) };
    match store.open_from_press(press, &request, NOW).await.expect("the store writes") {
        Open::Accepted(operation, _) => *operation,
        other => panic!("{other:?}"),
    }
}

/// Approves it, reading again whenever somebody else was faster; what came of it.
async fn approve(store: Store, id: OperationId, by: u64) -> Append {
    loop {
        let operation = store.operation(id).await.expect("it reads").expect("it is there");
        let given = Event::ApprovalGiven { by: UserId(by), rule: None };
        match store.append(&operation, &given, NOW).await.expect("the store writes") {
            Append::Overtaken => {}
            other => return other,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_approve_at_once_each_counts_once_and_only_as_many_as_are_needed() {
    let (store, _folder) = store().await;
    let id = waiting(&store, 1, 3).await.id;
    let mut presses = JoinSet::new();
    // The requester is 200; everybody presses twice.
    for by in [200, 201, 202, 203, 204, 200, 201, 202, 203, 204] {
        presses.spawn(approve(store.clone(), id, by));
    }
    let answers = presses.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Append::Done(_))).count(), 3, "{answers:?}");
    let operation = store.operation(id).await.expect("it reads").expect("it is there");
    let approvers: BTreeSet<UserId> = operation.state.mandate.approvers.iter().copied().collect();
    assert_eq!(approvers.len(), 3, "three people");
    assert!(!approvers.contains(&UserId(200)), "and not the one who asked");
    assert_eq!((operation.version, operation.state.facts.reboots_approved), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_are_approved_at_once_one_takes_the_server() {
    let (store, _folder) = store().await;
    let mut ids = Vec::new();
    for press in 0..6 {
        ids.push(waiting(&store, press, 1).await.id);
    }
    assert_eq!(holders(&store).await, 0, "who asks holds nothing");
    let mut presses = JoinSet::new();
    for id in ids {
        presses.spawn(approve(store.clone(), id, 201));
    }
    let answers = presses.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Append::Done(_))).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Append::Busy(_))).count(), 5, "{answers:?}");
    assert_eq!(holders(&store).await, 1);
}
