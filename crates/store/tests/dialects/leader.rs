//! One replica works, the others stand by.

use bernard_store::{Error, Lead};

use sqlx::{Connection, PgConnection};

use crate::{LONG, cluster, opened, replica, working, writes};

/// The lease is as if nobody had renewed it.
async fn runs_out(url: &str) {
    let mut connection = PgConnection::connect(url).await.expect("it opens");
    sqlx::query("UPDATE leader SET until = 1").execute(&mut connection).await.expect("it is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_has_the_lease_writes_and_who_lost_it_never_again() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let first = replica(&url, folder.path()).await;
    let second = replica(&url, folder.path()).await;
    let refused = writes(&first).await;
    assert!(matches!(refused, Err(Error::NotLeader)), "nobody has the lease yet: {refused:?}");
    assert_eq!(first.lead(LONG).await.expect("it asks"), Lead::Ours);
    writes(&first).await.expect("it works");
    assert!(matches!(second.lead(LONG).await.expect("it asks"), Lead::Others(left) if left <= LONG));
    let refused = writes(&second).await;
    assert!(matches!(refused, Err(Error::NotLeader)), "{refused:?}");
    runs_out(&url).await;
    assert_eq!(second.lead(LONG).await.expect("it asks"), Lead::Ours);
    writes(&second).await.expect("it works");
    let refused = writes(&first).await;
    assert!(matches!(refused, Err(Error::NotLeader)), "{refused:?}");
    assert!(!first.renew(LONG).await.expect("it asks"));
    // What it read before does not help it.
    let operation = opened(&second, 7).await;
    let refused = first.park(&operation, bernard_platform::clock::now()).await;
    assert!(matches!(refused, Err(Error::NotLeader)), "{refused:?}");
    first.close().await;
    assert!(second.renew(LONG).await.expect("it asks"), "who has no lease gives none back");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_in_order_is_followed_at_once() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let first = working(&url, folder.path()).await;
    let second = replica(&url, folder.path()).await;
    assert!(matches!(second.lead(LONG).await.expect("it asks"), Lead::Others(_)));
    assert!(first.renew(LONG).await.expect("it asks"));
    first.close().await;
    assert_eq!(second.lead(LONG).await.expect("it asks"), Lead::Ours);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_come_one_after_the_other_and_of_two_that_open_the_same_one_wins() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = working(&url, folder.path()).await;
    let audits = (0..40).map(|_| crate::started(&store));
    futures_util::future::join_all(audits).await;
    let page = store.audit_page(&bernard_store::AuditFilter::default(), usize::MAX, |_| true).await.expect("it reads");
    let numbers: Vec<u64> = page.lines.iter().map(|line| line.number).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "without a gap");
}
