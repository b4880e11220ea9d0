//! Replicas side by side: one has a piece of work at a time, and who lost it writes nothing more for it.

use std::time::Duration;

use bernard_domain::{
    access::UserId,
    operation::event::{Event, Problem},
};
use bernard_platform::clock;
use bernard_store::{Append, Error, Rate, Store, Taken};
use sqlx::{Connection, PgConnection};

use crate::{cluster, opened, replica, writes};

/// The leases are as if nobody had renewed them.
async fn run_out(url: &str) {
    let mut connection = PgConnection::connect(url).await.expect("it opens");
    sqlx::query("UPDATE work SET until = 1").execute(&mut connection).await.expect("it is written");
}

/// Two replicas of one database.
async fn two() -> Option<(String, tempfile::TempDir, Store, Store)> {
    let url = cluster::database().await?;
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (replica(&url, folder.path()).await, replica(&url, folder.path()).await);
    for store in [&one, &other] {
        store.beat().await.expect("it beats");
    }
    Some((url, folder, one, other))
}

fn ends() -> Event {
    Event::FoundImpossible { problem: Problem::LeftRescue }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_has_a_piece_of_work_and_who_lost_it_writes_nothing_more_for_it() {
    let Some((url, _folder, one, other)) = two().await else { return };
    let own = one.claim("cards").await.expect("it asks").expect("nobody has it");
    assert!(one.claim("cards").await.expect("it asks").is_some(), "it has it already");
    assert!(other.claim("cards").await.expect("it asks").is_none());
    writes(&own).await.expect("it writes");
    run_out(&url).await;
    writes(&own).await.expect("nobody has taken it");
    own.beat().await.expect("it beats");
    assert!(other.claim("cards").await.expect("it asks").is_none(), "it was renewed");
    run_out(&url).await;
    let others = other.claim("cards").await.expect("it asks").expect("its lease has run out");
    let refused = writes(&own).await;
    assert!(matches!(refused, Err(Error::WorkLost)), "{refused:?}");
    tokio::time::timeout(Duration::from_secs(60), own.lost()).await.expect("it hears of it");
    writes(&others).await.expect("it works");
    writes(&one).await.expect("what belongs to no such work anybody writes");
    one.beat().await.expect("it beats");
    assert!(one.claim("cards").await.expect("it asks").is_none());
    others.close().await;
    assert!(one.claim("cards").await.expect("it asks").is_some(), "who stops in order is followed at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_beats_learns_what_it_has_lost() {
    let Some((url, _folder, one, other)) = two().await else { return };
    let own = one.claim("cards").await.expect("it asks").expect("nobody has it");
    run_out(&url).await;
    other.claim("cards").await.expect("it asks").expect("its lease has run out");
    one.beat().await.expect("it beats");
    tokio::time::timeout(Duration::from_secs(60), own.lost()).await.expect("it hears of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_is_in_one_pair_of_hands_and_left_by_one_is_due_to_the_other() {
    let Some((url, _folder, one, other)) = two().await else { return };
    let id = opened(&one, 7).await.id;
    let now = clock::now();
    let due = async |store: &Store| store.due(now).await.expect("it says").0;
    assert_eq!((due(&one).await, due(&other).await), (vec![id], vec![id]), "nobody has it");
    let own = one.claim_operation(id, now).await.expect("it asks").expect("nobody has it");
    assert_eq!((due(&one).await, due(&other).await), (vec![id], Vec::new()));
    assert!(other.claim_operation(id, now).await.expect("it asks").is_none());
    assert_eq!(other.news().await.expect("it says").expect("a replica").orphans, 0);
    run_out(&url).await;
    assert_eq!(other.news().await.expect("it says").expect("a replica").orphans, 1);
    assert_eq!(due(&other).await, [id]);
    let theirs = other.claim_operation(id, now).await.expect("it asks").expect("its lease has run out");
    let read = own.operation(id).await.expect("it reads").expect("it is there");
    let refused = own.append(&read, &ends(), now).await;
    assert!(matches!(refused, Err(Error::WorkLost)), "{refused:?}");
    let ended = theirs.append(&read, &ends(), now).await.expect("it writes");
    assert!(matches!(ended, Append::Done(_)), "{ended:?}");
    other.beat().await.expect("it beats");
    let mut connection = PgConnection::connect(&url).await.expect("it opens");
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM work").fetch_one(&mut connection).await.expect("it says");
    assert_eq!(kept, 0, "what is over is in nobody's hands");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_claim_at_once_one_has_it() {
    let Some((_url, _folder, one, other)) = two().await else { return };
    for round in 0..20 {
        let name = format!("round {round}");
        let (first, second) = tokio::join!(one.claim(&name), other.claim(&name));
        let both = [first.expect("it asks").is_some(), second.expect("it asks").is_some()];
        assert_eq!(both.iter().filter(|has| **has).count(), 1, "{both:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_all_replicas_come_one_after_the_other_and_the_audit_is_one_chain() {
    let Some((_url, _folder, one, other)) = two().await else { return };
    let audits = (0..40).map(|n| crate::started(if n % 2 == 0 { &one } else { &other }));
    futures_util::future::join_all(audits).await;
    let page = one.audit_page(&bernard_store::AuditFilter::default(), usize::MAX, |_| true).await.expect("it reads");
    let numbers: Vec<u64> = page.lines.iter().map(|line| line.number).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "without a gap");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_is_one_replicas() {
    let Some((_url, _folder, one, other)) = two().await else { return };
    let (first, second) = tokio::join!(one.take_interaction(5), other.take_interaction(5));
    let both = [first.expect("it asks"), second.expect("it asks")];
    assert_eq!(both.iter().filter(|has| **has).count(), 1, "{both:?}");
    assert!(other.take_interaction(6).await.expect("it asks"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_may_take_is_taken_once_and_comes_back_with_time() {
    let Some((_url, _folder, one, other)) = two().await else { return };
    let rate = Rate { each: Duration::from_secs(600), burst: 10 };
    let mut taken = 0;
    for store in [&one, &other].into_iter().cycle().take(14) {
        taken += usize::from(matches!(store.take_rate("a", rate, 1).await.expect("it says"), Taken::Yes(_)));
    }
    assert_eq!(taken, 10);
    let Taken::Wait(wait) = other.take_rate("a", rate, 2).await.expect("it says") else { panic!("nothing is left") };
    assert!(wait <= rate.each * 2 && wait > rate.each, "{wait:?}");
    assert_eq!(one.take_rate("b", rate, 4).await.expect("it says"), Taken::Yes(6), "another name has its own");
    let quick = Rate { each: Duration::from_millis(1), burst: 1 };
    one.take_rate("c", quick, 1).await.expect("it says");
    let again = async || matches!(other.take_rate("c", quick, 1).await.expect("it says"), Taken::Yes(_));
    tokio::time::timeout(Duration::from_secs(60), async { while !again().await {} }).await.expect("it comes back");
    one.hold_rate("b", rate, Duration::from_secs(3_600)).await.expect("it is held");
    let Taken::Wait(wait) = other.take_rate("b", rate, 1).await.expect("it says") else { panic!("it is held") };
    assert!(wait > Duration::from_secs(3_500), "{wait:?}");
    assert!(
        one.rate_wait("b", rate, 1).await.expect("it says").is_some()
            && one.rate_wait("d", rate, 10).await.expect("it says").is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_offers_the_other_finds_until_its_time_is_over() {
    let Some((_url, _folder, one, other)) = two().await else { return };
    let (now, person) = (clock::now(), UserId(7));
    let until = now + Duration::from_secs(900);
    one.offer_ways("answer", person, "[]", until).await.expect("it is kept");
    assert_eq!(other.offered_ways("answer", now).await.expect("it says"), Some((person, "[]".to_owned())));
    assert_eq!(other.offered_ways("answer", until).await.expect("it says"), None);
    assert_eq!(other.offered_ways("another", now).await.expect("it says"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_know_of_each_other() {
    let Some((_url, _folder, one, other)) = two().await else { return };
    one.claim("cards").await.expect("it asks").expect("nobody has it");
    let seen = other.replicas().await.expect("they are read");
    let works: Vec<_> = seen.iter().map(|seen| (Some(seen.name.as_str()), seen.works)).collect();
    assert_eq!(works.len(), 2);
    assert!(works.contains(&(one.replica(), 1)) && works.contains(&(other.replica(), 0)), "{works:?}");
    one.close().await;
    let left = other.replicas().await.expect("they are read");
    assert_eq!(left.iter().map(|seen| seen.name.as_str()).collect::<Vec<_>>(), [other.replica().expect("a name")]);
}
