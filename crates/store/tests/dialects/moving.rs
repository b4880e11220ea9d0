//! A store moves from a file into PostgreSQL and back: every table, row by row, and the numbers go on.

use std::path::{Path, PathBuf};

use bernard_platform::clock;
use bernard_store::{Error, Location, Store, TransferError, Transferred, transfer};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::{address, cluster, opened, replica, started, writes};

/// More than one batch.
const MANY: i64 = 1_203;

fn file(path: &Path) -> Location {
    Location::File(path.to_owned())
}

fn postgres(url: &str) -> Location {
    Location::Postgres(address(url))
}

async fn moves(from: &Location, to: &Location) -> Result<Transferred, TransferError> {
    transfer(from, to, clock::now(), &mut |_| ()).await
}

async fn sqlite(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("it opens")
}

/// Every table that moves with its columns, and whether they hold numbers.
async fn tables(on: &mut SqliteConnection) -> Vec<(String, Vec<(String, bool)>)> {
    let rows = sqlx::query(
        "SELECT m.name, c.name, LOWER(c.type) <> 'text' FROM sqlite_master m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.name <> '_sqlx_migrations'
         ORDER BY m.name, c.cid",
    )
    .fetch_all(on)
    .await
    .expect("they are told");
    let mut tables: Vec<(String, Vec<(String, bool)>)> = Vec::new();
    for row in rows {
        let (table, column): (String, (String, bool)) = (row.get(0), (row.get(1), row.get(2)));
        // What replicas say to each other stays where they are.
        if ["replicas", "work", "taken_interactions", "rates"].contains(&table.as_str()) {
            continue;
        }
        match tables.last_mut().filter(|(name, _)| *name == table) {
            Some((_, columns)) => columns.push(column),
            None => tables.push((table, vec![column])),
        }
    }
    tables
}

/// Rows in every table but the audit, which has its own. Their texts are JSON, sorted otherwise by a collation than by their bytes.
async fn fill(path: &Path) {
    let mut on = sqlite(path).await;
    // Each row's parent is there in the end.
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut on).await.expect("off");
    for (table, columns) in tables(&mut on).await.into_iter().filter(|(table, _)| table != "audit") {
        let rows = if table == "inventory" { MANY } else { 3 };
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let places: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        for row in 1..=rows {
            let mut inserting = sqlx::query(AssertSqlSafe(sql.clone()));
            for (name, is_number) in &columns {
                inserting = match (name.as_str(), is_number) {
                    // None is under way, as only one holds a server; and a move makes all readings of the fleet old.
                    ("live" | "holds" | "written", _) => inserting.bind(0),
                    (_, true) => inserting.bind(row),
                    (_, false) => {
                        let text = ["Zoë", "anna", "Élan"][usize::try_from(row % 3).expect("small")];
                        inserting.bind(serde_json::json!(format!("{text}-{row} ä'\"\\")).to_string())
                    }
                };
            }
            inserting.execute(&mut on).await.unwrap_or_else(|error| panic!("{table}: {error}"));
        }
    }
    // Rows with these numbers were there, and are gone.
    sqlx::query("UPDATE sqlite_sequence SET seq = 41").execute(&mut on).await.expect("it is written");
    on.close().await.expect("it ends");
}

/// Every row of every table, but for what a move adds.
async fn rows(path: &Path) -> Vec<String> {
    let mut on = sqlite(path).await;
    let mut all = Vec::new();
    for (table, columns) in tables(&mut on).await {
        let values: Vec<String> = columns.iter().map(|(name, _)| format!("quote(\"{name}\")")).collect();
        let but = match table.as_str() {
            "audit" => "WHERE entry NOT LIKE '%store_moved%'",
            "facts" => "WHERE name <> 'moved to'",
            _ => "",
        };
        let sql = format!("SELECT {} FROM {table} {but}", values.join(" || '|' || "));
        let mut rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut on).await.expect("they read");
        assert!(!rows.is_empty(), "{table} has rows");
        rows.sort();
        all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_rows_in_every_table_goes_there_and_back_and_its_numbers_go_on() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (here, back): (PathBuf, PathBuf) = (folder.path().join("here.db"), folder.path().join("back.db"));
    let store = Store::open(&here).await.expect("it opens");
    started(&store).await;
    store.close().await;
    drop(store);
    fill(&here).await;
    let before = rows(&here).await;
    assert!(before.len() > MANY as usize + 30);
    let moved = moves(&file(&here), &postgres(&url)).await.expect("it is moved");
    let count = |table: &str| moved.tables.iter().find(|(name, _)| name == table).map(|(_, rows)| *rows);
    assert_eq!((count("inventory"), count("audit")), (Some(MANY as u64), Some(1)), "{moved:?}");
    let moved = moves(&postgres(&url), &file(&back)).await.expect("it is moved");
    assert_eq!(moved.head.map(|head| head.number), Some(2));
    assert_eq!(rows(&back).await, before);
    let store = Store::open(&back).await.expect("it may be run");
    assert_eq!(opened(&store, 7).await.id.0, 42);
    store.close().await;
    drop(store);
    // And once more into the database that it came from.
    moves(&file(&back), &postgres(&url)).await.expect("it is moved");
    let store = replica(&url, folder.path()).await;
    assert_eq!(opened(&store, 8).await.id.0, 43);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_on_which_somebody_works_is_neither_left_nor_filled_and_one_that_was_left_is_worked_on_no_more() {
    let Some(url) = cluster::database().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("here.db");
    let store = replica(&url, folder.path()).await;
    store.beat().await.expect("it is there");
    started(&store).await;
    let other_replica = replica(&url, folder.path()).await;
    let refused = moves(&postgres(&url), &file(&path)).await;
    assert!(matches!(refused, Err(TransferError::Working { .. })), "{refused:?}");
    assert!(!path.exists());
    let other = folder.path().join("other.db");
    Store::open(&other).await.expect("it opens").close().await;
    let refused = moves(&file(&other), &postgres(&url)).await;
    assert!(matches!(refused, Err(TransferError::Working { .. })), "{refused:?}");
    writes(&store).await.expect("it goes on");
    store.close().await;
    drop(store);
    let refused = moves(&file(&other), &postgres(&url)).await;
    assert!(matches!(refused, Err(TransferError::NotEmpty { .. })), "{refused:?}");
    moves(&postgres(&url), &file(&path)).await.expect("nobody works");
    // One that was on its way all the while: it neither writes nor stays.
    let refused = other_replica.beat().await;
    assert!(matches!(&refused, Err(Error::Moved { .. })), "{refused:?}");
    let refused = writes(&other_replica).await;
    assert!(matches!(&refused, Err(Error::Moved { to, .. }) if to.ends_with("here.db")), "{refused:?}");
    let store = Store::open(&path).await.expect("it may be run");
    writes(&store).await.expect("it goes on there");
    store.close().await;
}
