//! What a copy is, and what there is when there is none.

use std::os::unix::fs::PermissionsExt;

use bernard_domain::audit::{Act, Entry};
use bernard_platform::clock;

use super::*;
use crate::Store;

async fn store_in(folder: &Path) -> (Store, PathBuf) {
    let path = folder.join("bernard.db");
    let store = Store::open(&path).await.expect("the store opens");
    store.audit(Entry::act(Act::Started, clock::now())).await.expect("it is written");
    (store, path)
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("it is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_whole_its_owners_alone_and_says_that_it_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, path) = store_in(folder.path()).await;
    let backups = tempfile::tempdir().expect("a folder");
    let out = backups.path().join("copy.db");
    // Somebody writes all the while.
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for _ in 0..50 {
                store.audit(Entry::act(Act::Started, clock::now())).await.expect("nobody is kept from writing");
            }
        }
    });
    let copied = copy(&path, &out, clock::now()).await.expect("it is copied");
    writer.await.expect("no panic");
    assert_eq!(names_in(backups.path()), ["copy.db"], "nothing unfinished is left");
    let metadata = fs::metadata(&out).expect("it is there");
    assert_eq!((metadata.permissions().mode() & 0o777, metadata.len()), (0o600, copied.bytes));
    assert_eq!(store.fact(COPY).await.expect("it reads"), None, "the store itself is none");
    let head = copied.head.expect("a line");
    assert!((1..=51).contains(&head.number));
    let copy = Store::open(&out).await.expect("it opens");
    assert!(copy.fact(COPY).await.expect("it reads").is_some());
    let lines = copy.audit_page(&crate::AuditFilter::default(), usize::MAX, |_| true).await.expect("they read").lines;
    assert_eq!(lines.len() as u64, head.number, "all of one moment");
    assert_eq!(lines.last().map(|line| line.hash), Some(head.hash));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_and_what_fails_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, path) = store_in(folder.path()).await;
    let backups = tempfile::tempdir().expect("a folder");
    let taken = backups.path().join("taken");
    fs::write(&taken, "mine").expect("it is written");
    let dangling = backups.path().join("dangling");
    std::os::unix::fs::symlink(backups.path().join("nowhere"), &dangling).expect("a link");
    for out in [&taken, &dangling, &path] {
        let error = copy(&path, out, clock::now()).await.expect_err("it is there");
        assert!(matches!(error, CopyError::Taken(_)), "{error}");
        assert!(error.to_string().contains("nothing is overwritten"), "{error}");
    }
    assert_eq!(fs::read_to_string(&taken).expect("it is there"), "mine");
    let other = backups.path().join("other.db");
    let no_store = backups.path().join("none.db");
    let error = copy(&no_store, &other, clock::now()).await.expect_err("there is none");
    assert!(matches!(error, CopyError::NoStore(_)), "{error}");
    let error = copy(&taken, &other, clock::now()).await.expect_err("it is no database");
    assert!(matches!(error, CopyError::NotAStore { .. }), "{error}");
    let error = copy(&path, &backups.path().join("no/folder"), clock::now()).await.expect_err("there is no folder");
    assert!(matches!(error, CopyError::Write { .. }), "{error}");
    assert_eq!(names_in(backups.path()), ["dangling", "taken"]);
}

#[test]
fn a_name_that_somebody_else_took_meanwhile_stays_theirs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::write(&from, "new").expect("it is written");
    fs::write(&to, "theirs").expect("it is written");
    let error = publish(&from, &to).expect_err("it is taken");
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&to).expect("it is there"), "theirs");
}
