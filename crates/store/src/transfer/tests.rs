//! What is moved, what is refused, and what is left by a move that did not come to its end. Between files, which is the same code.

use std::{fs, path::Path};

use bernard_platform::clock;

use super::*;
use crate::{AuditFilter, copy, database::query, file, witness};

/// A folder with a store in it on which something was done, and a place beside it.
async fn world() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let (here, there) = (folder.path().join("here.db"), folder.path().join("there.db"));
    started(&here).await;
    (folder, here, there)
}

/// A start on this store, which has its line in the audit; whether it was known for a copy.
async fn started(path: &Path) -> bool {
    let store = Store::open(path).await.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let found = store.look_for_copy(None, clock::now()).await.expect("it is looked at");
    store.audit(Entry::act(Act::Started, clock::now())).await.expect("it is written");
    store.close().await;
    found.is_some()
}

async fn moves(from: &Path, to: &Path) -> Result<Transferred, TransferError> {
    let (from, to) = (Location::File(from.to_owned()), Location::File(to.to_owned()));
    transfer(&from, &to, clock::now(), &mut |_| ()).await
}

async fn acts(path: &Path) -> Vec<String> {
    let store = Store::held(path).await.expect("it opens");
    let page = store.audit_page(&AuditFilter::default(), usize::MAX, |_| true).await.expect("it reads");
    store.close().await;
    page.lines.iter().filter_map(|line| line.text("what")).collect()
}

/// Carries out a statement on a store that nobody runs.
async fn done(path: &Path, sql: &'static str) {
    let store = Store::held(path).await.expect("it opens");
    let mut tx = store.write().await.expect("it is ours");
    query(sql).execute(&mut tx).await.expect(sql);
    tx.commit().await.expect("it is written");
    store.close().await;
}

async fn refusal(path: &Path) -> String {
    Store::open(path).await.expect_err("it is refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_is_run_there_and_refused_here_until_it_comes_back() {
    let (_folder, here, there) = world().await;
    let moved = moves(&here, &there).await.expect("it is moved");
    assert_eq!(moved.head.map(|head| head.number), Some(1), "{moved:?}");
    let said = refusal(&here).await;
    assert!(said.contains("there.db") && said.contains("store.url"), "{said}");
    assert!(!started(&there).await, "it is no copy: the other one is not run any more");
    assert!(matches!(moves(&here, &there).await, Err(TransferError::Store { source: Error::Moved { .. }, .. })));
    let back = moves(&there, &here).await.expect("it comes back");
    assert_eq!(back.head.map(|head| head.number), Some(3));
    assert!(refusal(&there).await.contains("here.db"));
    assert!(!started(&here).await);
    assert_eq!(acts(&here).await, ["started", "store_moved", "started", "store_moved", "started"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_must_be_empty_or_have_been_moved_and_have_no_past_of_its_own() {
    let (folder, here, there) = world().await;
    started(&there).await;
    let refused = moves(&here, &there).await;
    assert!(matches!(&refused, Err(TransferError::NotEmpty { table, .. }) if table == "audit"), "{refused:?}");
    let elsewhere = folder.path().join("elsewhere.db");
    moves(&there, &elsewhere).await.expect("it is moved");
    let refused = moves(&here, &there).await;
    assert!(matches!(refused, Err(TransferError::AnotherPast { .. })), "{refused:?}");
    assert!(matches!(moves(&here, &here).await, Err(TransferError::Same(_))));
    let nothing = folder.path().join("nothing.db");
    assert!(matches!(moves(&nothing, &elsewhere).await, Err(TransferError::NoStore(_))));
    assert!(!nothing.exists(), "and none is made");
    assert!(!started(&here).await, "it can be run as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_moved_while_somebody_runs_either() {
    let (_folder, here, there) = world().await;
    for busy in [&here, &there] {
        let held = Store::open(busy).await.expect("it opens");
        let refused = moves(&here, &there).await;
        let in_use = matches!(&refused, Err(TransferError::Store { source: Error::InUse(_), .. }));
        assert!(in_use, "{}: {refused:?}", busy.display());
        held.close().await;
    }
    moves(&here, &there).await.expect("it is moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_schema_is_refused() {
    let (_folder, here, there) = world().await;
    done(&here, "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)").await;
    let refused = moves(&here, &there).await;
    assert!(matches!(refused, Err(TransferError::Older { .. })), "{refused:?}");
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (1000, 'later', TRUE, x'00', 0)";
    done(&here, newer).await;
    let refused = moves(&here, &there).await;
    assert!(matches!(refused, Err(TransferError::Store { source: Error::Newer { .. }, .. })), "{refused:?}");
    assert!(!there.exists(), "and nothing is made");
}

/// The first half of a move: the target is full, and the source does not know it. What is held is let go, as a death does it.
async fn dies_after_filling(from: &Path, to: &Path) -> (Side, Side, Writing) {
    let source = Side::source(&Location::File(from.to_owned())).await.unwrap_or_else(|error| panic!("{error}"));
    let target = Side::target(&Location::File(to.to_owned())).await.unwrap_or_else(|error| panic!("{error}"));
    let (_, reading) =
        fill(&source, &target, clock::now(), &mut |_| ()).await.unwrap_or_else(|error| panic!("{error}"));
    (source, target, reading)
}

async fn let_go(source: Side, target: Side) {
    source.store.close().await;
    target.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_died_before_the_source_knew_is_run_there_and_moved_once_more() {
    let (_folder, here, there) = world().await;
    let (source, target, reading) = dies_after_filling(&here, &there).await;
    drop(reading);
    let_go(source, target).await;
    assert!(refusal(&there).await.contains("not finished"));
    assert!(!started(&here).await, "the source goes on");
    let moved = moves(&here, &there).await.expect("it is moved, with what happened since");
    assert_eq!(moved.head.map(|head| head.number), Some(2));
    assert!(!started(&there).await);
    assert!(refusal(&here).await.contains("moved"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_died_before_the_target_was_opened_runs_nowhere_until_the_same_is_said_again() {
    let (folder, here, there) = world().await;
    let (source, target, reading) = dies_after_filling(&here, &there).await;
    leave(reading, &target, clock::now()).await.expect("it is left");
    let_go(source, target).await;
    assert!(refusal(&there).await.contains("not finished"));
    assert!(refusal(&here).await.contains("there.db"));
    let elsewhere = folder.path().join("elsewhere.db");
    assert!(moves(&here, &elsewhere).await.is_err(), "it belongs to the other one");
    assert!(moves(&there, &elsewhere).await.is_err(), "which is not finished");
    moves(&here, &there).await.expect("it comes to its end");
    assert!(!started(&there).await);
    assert!(refusal(&here).await.contains("there.db"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_stays_one_and_what_was_moved_can_be_copied_into_one() {
    let (folder, here, there) = world().await;
    let earlier = folder.path().join("earlier.db");
    fs::copy(&here, &earlier).expect("a copy of a store at rest");
    started(&here).await;
    fs::copy(&earlier, &here).expect("it is put back");
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(file::beside(&here, end));
    }
    let moved = moves(&here, &there).await.expect("it is moved");
    assert!(moved.is_copy, "nobody has looked at it yet");
    assert!(started(&there).await, "what was known by its witness is known where there is none");
    // The other database is lost: what is left is a copy.
    let saved = folder.path().join("saved.db");
    copy(&here, &saved, clock::now()).await.expect("it is copied");
    assert!(started(&saved).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_copy_in_the_place_of_what_was_moved_is_known_for_one() {
    let (folder, here, there) = world().await;
    let earlier = folder.path().join("earlier.db");
    fs::copy(&here, &earlier).expect("a copy of a store at rest");
    moves(&here, &there).await.expect("it is moved");
    fs::copy(&earlier, &here).expect("it is put back");
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(file::beside(&here, end));
    }
    assert!(file::beside(&here, witness::END).exists());
    assert!(started(&here).await, "it lacks that it was moved, and is known for a copy");
}
