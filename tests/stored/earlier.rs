//! Stores of every schema there ever was, with something in each table: each is brought up to date, and nothing in it is lost. And a
//! store of a schema that is yet to come is refused with a sentence.
//!
//! They are made from the migrations themselves: up to a number, filled with the rows of a store that an earlier program wrote, as far
//! as that schema has the columns.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bernard_domain::operation::OperationId;
use bernard_store::{Error, Store};
use sqlx::{
    AssertSqlSafe, Connection, SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{
    former::{lines_of_a_whole_audit, made_of},
    root,
};

/// What is read of a store, whatever its schema was.
#[derive(Debug, PartialEq)]
struct Held {
    /// Each operation's number, kind, phase and how many events it has.
    operations: Vec<(i64, &'static str, &'static str, usize)>,
    live: Vec<OperationId>,
    leases: Vec<(String, u64)>,
    messages: usize,
}

/// The migrations in their order, by number.
fn migrations() -> Vec<(i64, String)> {
    let folder = fs::read_dir(root().join("crates/store/migrations/sqlite")).expect("the migrations").flatten();
    let mut all: Vec<(i64, String)> = folder
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = name.split('_').next().and_then(|number| number.parse().ok()).expect("a number");
            (number, fs::read_to_string(entry.path()).expect("a text"))
        })
        .collect();
    all.sort_unstable();
    all
}

/// A database as the migrations up to `number` make it, empty.
async fn of_schema(number: i64, path: &Path) {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut database = SqliteConnection::connect(&url).await.expect("it is made");
    let step = |(number, sql): (i64, String)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(number, format!("step {number}").into(), MigrationType::Simple, sql, false)
    };
    let steps = migrations().into_iter().filter(|(step, _)| *step <= number).map(step).collect();
    Migrator::with_migrations(steps).run(&mut database).await.expect("it migrates");
    database.close().await.expect("it is written");
}

async fn columns(database: &mut SqliteConnection, schema: &str, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}', '{schema}')");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(database).await.expect("they are told")
}

/// Fills a database with the rows of another one, in the tables and columns that it has; how many rows each table got.
async fn fill(path: &Path, from: &Path) -> Vec<(String, u64)> {
    let mut database = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("it opens");
    for statement in [format!("ATTACH '{}' AS later", from.display()), "PRAGMA foreign_keys = OFF".to_owned()] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut database).await.expect("a statement");
    }
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut database)
    .await
    .expect("they are told");
    let mut filled = Vec::new();
    for table in tables {
        let later = columns(&mut database, "later", &table).await;
        let mut common = columns(&mut database, "main", &table).await;
        common.retain(|column| later.contains(column));
        let common = common.join(", ");
        let sql = format!("INSERT OR REPLACE INTO main.{table} ({common}) SELECT {common} FROM later.{table}");
        let rows = sqlx::query(AssertSqlSafe(sql)).execute(&mut database).await.expect("they are copied");
        filled.push((table, rows.rows_affected()));
    }
    // Before there were marks, no lease had one.
    if !columns(&mut database, "main", "operations").await.contains(&"mark".to_owned()) {
        for sql in
            ["UPDATE leases SET lease = json_remove(lease, '$.mark')", "DELETE FROM facts WHERE name = 'last unmarked'"]
        {
            sqlx::query(sql).execute(&mut database).await.expect("it is written");
        }
    }
    database.close().await.expect("it is written");
    filled
}

async fn held_by(path: &Path) -> Held {
    let store = Store::open(path).await.expect("it opens and is brought up to date");
    let mut operations = Vec::new();
    let mut messages = 0;
    while let Some(operation) = store.operation(OperationId(operations.len() as i64 + 1)).await.expect("it reads") {
        let events = store.events(operation.id).await.expect("they read").len();
        operations.push((operation.id.0, operation.request.kind().as_str(), operation.state.phase.word(), events));
        messages += store.messages(operation.id).await.expect("they read").len();
    }
    let live = store.live_operations().await.expect("they read").iter().map(|live| live.id).collect();
    let leases = store.leases().await.expect("they read");
    let operation_of = |id: OperationId| operations.iter().any(|(number, ..)| *number == id.0);
    assert!(leases.iter().all(|lease| operation_of(lease.operation)));
    let leases = leases.into_iter().map(|lease| (lease.label, lease.owner.0)).collect();
    store.due_notices(jiff::Timestamp::MAX).await.expect("they read");
    store.inventory().await.expect("it reads");
    store.foreign_rescues().await.expect("they read");
    store.pause().await.expect("it reads");
    store.close().await;
    Held { operations, live, leases, messages }
}

/// A store that an earlier program wrote.
async fn whole() -> (tempfile::TempDir, PathBuf) {
    let sql = fs::read_to_string(root().join("tests/stores/2026-11-30.sql")).expect("it is there");
    made_of(&sql).await
}

#[tokio::test]
async fn a_store_of_every_earlier_schema_is_opened_and_nothing_in_it_is_lost() {
    let (_folder, whole) = whole().await;
    let expected = held_by(&whole).await;
    assert!(expected.operations.len() >= 10 && expected.leases.len() == 2 && expected.messages > 0, "{expected:?}");
    let numbers: Vec<i64> = migrations().into_iter().map(|(number, _)| number).collect();
    assert!(numbers.len() >= 11, "{numbers:?}");
    for number in numbers {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.db");
        of_schema(number, &path).await;
        let filled = fill(&path, &whole).await;
        assert!(filled.iter().filter(|(_, rows)| *rows > 0).count() >= 6, "schema {number}: {filled:?}");
        assert_eq!(held_by(&path).await, expected, "schema {number}");
        // Again, as after the next start.
        assert_eq!(held_by(&path).await, expected, "schema {number}, opened again");
        let lines = lines_of_a_whole_audit(&path).await;
        assert_eq!(lines > 0, number >= 3, "schema {number}: the audit began with the third");
    }
}

#[tokio::test]
async fn a_store_of_a_schema_that_is_yet_to_come_is_refused_with_what_to_do_and_left_as_it_is() {
    let (_folder, path) = whole().await;
    let mut database = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("it opens");
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
               VALUES (9001, 'of tomorrow', 1, x'00', 0)";
    sqlx::query(sql).execute(&mut database).await.expect("it is written");
    database.close().await.expect("it is written");
    let before = fs::read(&path).expect("it reads");
    let error = Store::open(&path).await.expect_err("it is newer than this program");
    assert!(matches!(error, Error::Newer { store: 9001, .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("newer") && said.contains("9001") && said.contains("copy"), "{said}");
    let tables = |bytes: &[u8]| bytes.len();
    assert_eq!(tables(&fs::read(&path).expect("it reads")), tables(&before));
}
