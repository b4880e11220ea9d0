//! What is asked reads no more than it is about: a store of years answers like a new one. SQLite says how it would go about each statement of
//! the sources.

use std::{fs, path::Path};

use bernard_store::Store;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

/// The tables that grow with what was done, by the names that statements give them.
const GROWING: [&str; 11] = [
    "alert_cards",
    "audit",
    "cards",
    "deliveries",
    "events",
    "heard_alerts",
    "leases",
    "messages",
    "notices",
    "old",
    "operations",
];
/// The indexes of what is still to be done, which may be read whole: they hold little.
const LITTLE: [&str; 8] = [
    "deliveries_that_stand",
    "due_leases",
    "due_operations",
    "live_operations",
    "notices_that_offer",
    "notices_that_speak",
    "one_operation_holds_a_server",
    "unreported_operations",
];
/// What reads much, and may: the beginning of the statement, and why.
const MAY: [(&str, &str); 8] = [
    ("SELECT entry, previous, hash, entry ->> 'server'", "somebody asks for the history"),
    ("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", "it stops at the first line"),
    ("SELECT (SELECT n FROM audit WHERE $1 IS NULL", "somebody exports the audit"),
    ("SELECT n FROM audit LIMIT 1", "it stops at the first line"),
    ("UPDATE cards SET answered_at = $1 WHERE answered_at IS NULL", "once, when a copy was put back"),
    ("SELECT CAST(lease ->> 'channel' AS BIGINT)", "once, when a copy was put back"),
    ("SELECT requester, server FROM operations", "once, at a start"),
    (
        "SELECT id, server, account, request ->> 'label', kind, opened_at FROM operations",
        "from its end on, and only so many",
    ),
];

/// Every statement that stands in a source.
fn statements(source: &str) -> Vec<String> {
    let plain = source.replace("\\\n", " ");
    let begins = |text: &&str| ["SELECT ", "UPDATE ", "DELETE "].iter().any(|verb| text.starts_with(verb));
    plain.split('"').filter(begins).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn sources(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            all.push(fs::read_to_string(&path).expect("it reads"));
        }
    }
    all
}

/// The steps that read a growing table from one end to the other.
async fn long_readings(on: &mut SqliteConnection, statement: &str) -> Option<Vec<String>> {
    let plan = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.replace("$list", "$1")));
    // What only PostgreSQL understands, and what is put together of parts, is not told.
    let steps = sqlx::query(plan).fetch_all(on).await.ok()?;
    let is_long = |step: &String| {
        let words: Vec<&str> = step.split_whitespace().collect();
        let is_little = words.last().is_some_and(|index| LITTLE.contains(index));
        words[0] == "SCAN" && GROWING.contains(&words[1]) && !is_little
    };
    Some(steps.iter().map(|step| step.get::<String, _>("detail")).filter(is_long).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_asked_again_and_again_reads_all_that_there_ever_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bernard.db");
    Store::open(&path).await.expect("it opens").close().await;
    let mut on = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("it opens");
    let (mut told, mut long, mut excused) = (0, Vec::new(), 0);
    for statement in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).iter().flat_map(|one| statements(one))
    {
        let Some(readings) = long_readings(&mut on, &statement).await else { continue };
        told += 1;
        match MAY.iter().any(|(begin, _)| statement.starts_with(begin)) {
            true => excused += 1,
            false if !readings.is_empty() => long.push(format!("{readings:?}: {statement}")),
            false => {}
        }
    }
    assert!(told > 80, "{told} were told");
    assert_eq!(excused, MAY.len(), "each excuse is about one statement");
    assert!(long.is_empty(), "{long:#?}");
}
