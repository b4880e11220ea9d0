//! How a copy is known for one, and what is not taken for one.

use std::{fs, path::Path, path::PathBuf};

use bernard_platform::clock;

use super::*;
use crate::{file, witness};

/// A start on this store: it is opened, looked at, and has its line in the audit; what was found in it.
async fn started(path: &Path) -> Option<CopyFound> {
    let store = Store::open(path).await.expect("it opens");
    let found = store.look_for_copy(None, clock::now()).await.expect("it is looked at");
    store.audit(Entry::act(Act::Started, clock::now())).await.expect("it is written");
    store.close().await;
    found
}

async fn sign(path: &Path) -> Option<Sign> {
    started(path).await.map(|found| found.sign)
}

fn store_in(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("bernard.db")
}

fn put_back(copy: &Path, path: &Path) {
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(file::beside(path, end));
    }
    fs::copy(copy, path).expect("it is copied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_goes_on_is_no_copy_however_it_was_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = store_in(&folder);
    for _ in 0..3 {
        assert_eq!(sign(&path).await, None);
    }
    // What died between a commit and its witness is a line ahead of it.
    let witnessed = fs::read(file::beside(&path, witness::END)).expect("it is there");
    assert_eq!(sign(&path).await, None);
    fs::write(file::beside(&path, witness::END), witnessed).expect("it is written");
    assert_eq!(sign(&path).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_copy_is_known_however_it_was_made_and_only_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = store_in(&folder);
    assert_eq!(sign(&path).await, None);
    let (plain, sealed) = (folder.path().join("plain.db"), folder.path().join("sealed.db"));
    fs::copy(&path, &plain).expect("a copy of a store at rest");
    let now = clock::now();
    super::super::copy(&path, &sealed, now).await.expect("it is copied");
    assert_eq!(sign(&path).await, None, "the store itself goes on");
    put_back(&plain, &path);
    assert_eq!(sign(&path).await, Some(Sign::Behind));
    assert_eq!(sign(&path).await, None, "from now on it is the store");
    put_back(&sealed, &path);
    let Some(Sign::Sealed(made)) = sign(&path).await else { panic!("it says so itself") };
    assert_eq!(made.as_millisecond(), now.as_millisecond());
    assert_eq!(sign(&path).await, None);
    // A copy of a copy that nobody ever ran is one too.
    let again = folder.path().join("again.db");
    super::super::copy(&sealed, &again, now).await.expect("it is copied");
    assert!(matches!(sign(&again).await, Some(Sign::Sealed(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_run_elsewhere_is_in_doubt_unless_its_witness_came_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = store_in(&folder);
    assert_eq!(sign(&path).await, None);
    let (alone, with) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    fs::copy(&path, store_in(&alone)).expect("it is copied");
    assert_eq!(sign(&store_in(&alone)).await, Some(Sign::NoWitness));
    fs::copy(&path, store_in(&with)).expect("it is copied");
    fs::copy(file::beside(&path, witness::END), file::beside(&store_in(&with), witness::END)).expect("it is copied");
    assert_eq!(sign(&store_in(&with)).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_before_there_were_witnesses_and_a_new_one_in_a_lost_ones_place_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = store_in(&folder);
    let store = Store::open(&path).await.expect("it opens");
    store.audit(Entry::act(Act::Started, clock::now())).await.expect("it is written");
    store.close().await;
    drop(store);
    fs::remove_file(file::beside(&path, witness::END)).expect("an earlier program made none");
    assert_eq!(sign(&path).await, None);
    fs::remove_file(&path).expect("it is lost");
    put_back_nothing(&path);
    assert_eq!(sign(&path).await, None, "nothing in it is in doubt");
    assert_eq!(sign(&path).await, None);
}

fn put_back_nothing(path: &Path) {
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(file::beside(path, end));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_is_in_the_audit_and_told_only_where_something_is_in_doubt() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, out) = (store_in(&folder), folder.path().join("copy.db"));
    assert_eq!(sign(&path).await, None);
    super::super::copy(&path, &out, clock::now()).await.expect("it is copied");
    let store = Store::open(&out).await.expect("it opens");
    let found = store.look_for_copy(None, clock::now()).await.expect("it is looked at").expect("a copy");
    assert_eq!((found.operations.len(), found.leases), (0, 0));
    let page = store.audit_page(&crate::AuditFilter::default(), usize::MAX, |_| true).await.expect("they read");
    assert!(page.lines.last().is_some_and(|line| line.entry.contains("copy_found")), "{page:?}");
    assert_eq!(store.due_notices(Timestamp::MAX).await.expect("they read").0, [], "nobody is to know");
    store.close().await;
    drop(store);
    // The same, with a channel for such things.
    let again = folder.path().join("again.db");
    super::super::copy(&path, &again, clock::now()).await.expect("it is copied");
    let store = Store::open(&again).await.expect("it opens");
    store.look_for_copy(Some(ChannelId(7)), clock::now()).await.expect("it is looked at").expect("a copy");
    let owed = store.due_notices(Timestamp::MAX).await.expect("they read").0;
    assert!(matches!(owed[0].letter.notice, Notice::CopyFound { made: Some(_), operations: 0, leases: 0 }), "{owed:?}");
}
