//! Stores that earlier programs wrote: each is opened, brought up to date and read by this one. They hold made-up people, servers
//! and words, and no link.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bernard_domain::{
    audit::{Gaps, Start, Verifier},
    operation::{Kind, OperationId},
};
use bernard_store::{Ledger, Store};
use futures_util::StreamExt;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tempfile::TempDir;

use crate::{
    maker::store_of_today,
    root,
    sample::{ANN, BEN, CHANNEL, at, snapshot},
};

/// What later programs write beside.
const TICKET: (Kind, &str, &str) = (Kind::Ticket, "web-3", "ended");
const SESSIONS: (Kind, &str, &str) = (Kind::FreeSessions, "web-3", "ended");

/// The database that these statements make.
pub(crate) async fn made_of(sql: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bernard.db");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut database = SqliteConnection::connect(&url).await.expect("it is made");
    // Tables come before those that they refer to.
    let sql = format!("PRAGMA foreign_keys = OFF;\n{sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut database).await.expect("it is SQL");
    database.close().await.expect("it is written");
    (folder, path)
}

#[tokio::test]
async fn a_store_of_november_2026_is_read() {
    let sql = fs::read_to_string(root().join("tests/stores/2026-11-30.sql")).expect("it is there");
    is_read(&sql, &[]).await;
}

#[tokio::test]
async fn a_store_of_december_2026_is_read() {
    let sql = fs::read_to_string(root().join("tests/stores/2026-12-01.sql")).expect("it is there");
    is_read(&sql, &[TICKET]).await;
}

#[tokio::test]
async fn a_store_of_today_is_read_as_well() {
    is_read(&store_of_today().await, &[TICKET, SESSIONS]).await;
}

/// Reads a store that holds these operations beside those that every one holds.
async fn is_read(sql: &str, more: &[(Kind, &str, &str)]) {
    let (_folder, path) = made_of(sql).await;
    let store = Store::open(&path).await.expect("it opens and is brought up to date");

    let mut operations = Vec::new();
    for number in 1.. {
        let Some(operation) = store.operation(OperationId(number)).await.expect("it reads") else { break };
        let events = store.events(operation.id).await.expect("its events read");
        assert_eq!(i64::try_from(events.len()), Ok(operation.version), "{}", operation.id);
        operations.push(operation);
    }
    let phases: Vec<_> =
        operations.iter().map(|it| (it.request.kind(), it.request.label.as_str(), it.state.phase.word())).collect();
    let always = [
        (Kind::Enable, "web-1", "ended"),
        (Kind::Enable, "web-2", "ended"),
        (Kind::Restore, "web-2", "ended"),
        (Kind::Link, "web-1", "ended"),
        (Kind::Enable, "web-3", "ended"),
        (Kind::PutBack, "web-3", "ended"),
        (Kind::Reboot, "db-1", "undecided"),
        (Kind::Adopt, "db-2", "ended"),
        (Kind::HandOver, "db-2", "ended"),
        (Kind::Console, "db-3", "awaiting reveal"),
    ];
    assert_eq!(phases, [&always, more].concat());
    let later = |kind: &Kind| [TICKET, SESSIONS].iter().any(|(later, ..)| later == kind);
    for kind in Kind::ALL.into_iter().filter(|kind| !later(kind)) {
        assert!(phases.iter().any(|(there, ..)| *there == kind), "{kind:?}");
    }
    assert_eq!(operations[0].request.known_as, Some(crate::operations::server("web-1").identity()));
    let live = store.live_operations().await.expect("they read");
    assert_eq!(live.iter().map(|live| live.id.0).collect::<Vec<_>>(), [7, 10]);

    let leases = store.leases().await.expect("they read");
    let whose: Vec<_> =
        leases.iter().map(|lease| (lease.label.as_str(), lease.owner, lease.before == snapshot())).collect();
    assert_eq!(whose, [("web-1", ANN, true), ("db-2", BEN, true)]);
    assert_eq!(leases[0].mark, operations[0].mark, "buttons of then are still about this rescue");
    let past = store.past_of(&operations[1]).await.expect("it reads").expect("it is over");
    assert_eq!(past.lease.operation, OperationId(2));
    assert_eq!(store.messages(OperationId(1)).await.expect("they read").len(), 2);
    assert!(store.has_posted(CHANNEL, 9_003).await.expect("it reads"), "the DM with the link is known");

    let (owed, _) = store.due_notices(at(10_000)).await.expect("they read");
    assert!(!owed.is_empty() && owed.iter().all(|owed| owed.id.0 > 0), "{owed:?}");
    assert_eq!(store.pause().await.expect("it reads").expect("it stands").by, BEN);
    assert_eq!(store.foreign_rescues().await.expect("they read").len(), 1);
    assert_eq!(store.inventory().await.expect("it reads").len(), 2);
    assert_eq!(store.appointment("digest@08:00:00").await.expect("it reads"), Some(at(1_440)));
    for fact in ["policy", "anchor", "last unmarked", "commands", "trouble:right::main"] {
        assert!(store.fact(fact).await.expect("it reads").is_some(), "{fact}");
    }
    store.close().await;
    drop(store);
    assert!(lines_of_a_whole_audit(&path).await > 30);
}

/// How many lines the audit has; they are a chain from the first to the last.
pub(crate) async fn lines_of_a_whole_audit(path: &Path) -> u64 {
    let mut ledger = Ledger::open(path).await.expect("it opens");
    let mut verifier = Verifier::new(Start::Genesis, Gaps::Refused, []);
    let mut lines = std::pin::pin!(ledger.lines(None));
    while let Some(line) = lines.next().await {
        verifier.take(line.expect("it reads")).expect("the chain is whole");
    }
    verifier.end().expect("the chain is whole").lines
}
