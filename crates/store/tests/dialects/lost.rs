//! A database that lost its last commits, with real clusters: what was under way is in doubt before anything is written.

use bernard_domain::operation::event::{Event, Problem};
use bernard_platform::clock;
use bernard_store::{Append, Error, Sign, Store};

use crate::{address, cluster::Cluster, opened, replica, started, writes};

/// A start: what was found, and how many operations that put in doubt.
async fn looked(store: &Store) -> Option<(Sign, usize)> {
    let found = store.look_for_copy(None, clock::now()).await.expect("it is looked at");
    found.map(|found| (found.sign, found.operations.len()))
}

/// A store on this cluster that lacks nothing, with one operation under way; and the folder of its witness.
async fn at_work(cluster: &Cluster) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = replica(&cluster.url("postgres"), folder.path()).await;
    assert_eq!(looked(&store).await, None);
    started(&store).await;
    opened(&store, 1).await;
    (folder, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_refused_and_one_that_was_promoted_without_the_last_commit_puts_all_in_doubt() {
    let Some(mut primary) = Cluster::start() else { return };
    let (folder, store) = at_work(&primary).await;
    let mut standby = primary.standby();
    let refused = Store::connect(&address(&standby.url("postgres")), &folder.path().join("other"), crate::LONG).await;
    assert!(matches!(refused, Err(Error::Standby)), "{refused:?}");
    standby.stop_following().await;
    opened(&store, 2).await;
    primary.kill();
    // It takes the primary's place, as a virtual address would have it.
    standby.promote();
    standby.stop();
    standby.run_at(primary.port());
    let refused = writes(&store).await;
    assert!(refused.is_err(), "its connections are gone, or it was seen: {refused:?}");
    let refused = writes(&store).await;
    assert!(matches!(refused, Err(Error::Changed)), "{refused:?}");
    let Some((Sign::Behind, 1)) = looked(&store).await else { panic!("the first operation is in doubt") };
    writes(&store).await.expect("it goes on");
    assert_eq!(store.live_operations().await.expect("they read"), []);
    store.close().await;
    // From then on it is the database.
    let again = replica(&standby.url("postgres"), folder.path()).await;
    assert_eq!(looked(&again).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_that_nobody_saw_is_known_at_the_next_start() {
    let Some(mut primary) = Cluster::start() else { return };
    let (_folder, store) = at_work(&primary).await;
    let standby = primary.standby();
    store.close().await;
    primary.kill();
    standby.promote();
    // Another machine, without a witness.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let store = replica(&standby.url("postgres"), elsewhere.path()).await;
    assert_eq!(looked(&store).await, Some((Sign::Behind, 1)));
    assert_eq!(looked(&store).await, None, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_was_put_back_is_known_by_who_ran_and_by_the_witness() {
    let Some(mut cluster) = Cluster::start() else { return };
    let (folder, store) = at_work(&cluster).await;
    cluster.stop();
    cluster.keep_snapshot();
    cluster.run();
    // Its connections went with the server.
    while writes(&store).await.is_err() {}
    opened(&store, 2).await;
    cluster.stop();
    cluster.put_snapshot_back();
    cluster.run();
    while !matches!(writes(&store).await, Err(Error::Changed)) {}
    assert_eq!(looked(&store).await, Some((Sign::Behind, 1)), "the process remembers");
    opened(&store, 3).await;
    store.close().await;
    cluster.stop();
    cluster.put_snapshot_back();
    cluster.run();
    let store = replica(&cluster.url("postgres"), folder.path()).await;
    assert_eq!(looked(&store).await, Some((Sign::Behind, 1)), "the witness remembers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_hangs_is_neither_yes_nor_no_and_the_next_try_learns_which() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = replica(&cluster.url("postgres"), folder.path()).await;
    let operation = opened(&store, 1).await;
    cluster.wait_for_standby("nobody").await;
    let ends = Event::FoundImpossible { problem: Problem::LeftRescue };
    let hanging = store.append(&operation, &ends, clock::now()).await;
    assert!(matches!(hanging, Err(Error::Unconfirmed)), "{hanging:?}");
    let seen = store.operation(operation.id).await.expect("it reads").expect("it is there");
    assert_eq!(seen.version, operation.version, "nobody sees it yet, which proves nothing");
    let again = store.append(&operation, &ends, clock::now()).await;
    assert!(again.is_err(), "it waits for the one that hangs: {again:?}");
    cluster.wait_for_standby("").await;
    let again = store.append(&operation, &ends, clock::now()).await.expect("it writes");
    assert!(matches!(again, Append::Overtaken), "it was written after all: {again:?}");
    assert_eq!(store.live_operations().await.expect("they read"), []);
}
