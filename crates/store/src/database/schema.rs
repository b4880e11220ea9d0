//! The schema, step by step, in both dialects: both end in the same tables, columns and indexes, but for `leader`, which only
//! PostgreSQL has.

use std::time::Duration;

use sqlx::{
    PgConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{Connection, query::query_as};
use crate::Error;

/// How long it is waited for another replica that brings the schema up to date.
const PATIENCE: Duration = Duration::from_secs(60);
/// What PostgreSQL says to a transaction that it breaks off, as it waits for another one, and that one for it.
const DEADLOCK: &str = "40P01";

/// The steps in their order; one that was shipped is never changed.
macro_rules! steps {
    ($($number:literal $name:literal $file:literal),* $(,)?) => {
        [$((
            $number,
            $name,
            include_str!(concat!("../../migrations/sqlite/", $file)),
            include_str!(concat!("../../migrations/postgres/", $file)),
        )),*]
    };
}

const SCHEMA: [(i64, &str, &str, &str); 20] = steps![
    1 "first" "0001_first.sql",
    3 "audit" "0003_audit.sql",
    4 "leases" "0004_leases.sql",
    6 "fleet" "0006_fleet.sql",
    7 "expiring links" "0007_expiring_links.sql",
    8 "tried deliveries" "0008_tried_deliveries.sql",
    9 "notices that offer" "0009_notices_that_offer.sql",
    10 "marks" "0010_marks.sql",
    11 "wipes that fail" "0011_wipes_that_fail.sql",
    12 "cards that ask again" "0012_cards_that_ask_again.sql",
    13 "rescues that are over" "0013_rescues_that_are_over.sql",
    14 "what is usual" "0014_what_is_usual.sql",
    16 "lists of the fleet" "0016_lists_of_the_fleet.sql",
    17 "lists that were posted" "0017_lists_that_were_posted.sql",
    18 "ended operations" "0018_ended_operations.sql",
    19 "replicas" "0019_replicas.sql",
    20 "little among much" "0020_little_among_much.sql",
    22 "alert cards" "0022_alert_cards.sql",
    23 "audit sinks" "0023_audit_sinks.sql",
    24 "second factors" "0024_second_factors.sql",
];

/// The number of the last step that this Bernard knows.
pub(crate) const KNOWN: i64 = SCHEMA[SCHEMA.len() - 1].0;

/// The number of the last step that was taken in this database; `None`: none, there is no store in it.
pub(crate) async fn version(on: &mut Connection) -> Result<Option<i64>, sqlx::Error> {
    let there = match on {
        Connection::Sqlite(_) => "SELECT COUNT(*) > 0 FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Connection::Postgres(_) => "SELECT to_regclass('_sqlx_migrations') IS NOT NULL",
    };
    if !query_as::<bool>(there).fetch_one(&mut *on).await? {
        return Ok(None);
    }
    query_as("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(on).await
}

/// Brings the schema up to date.
pub(crate) async fn bring_up_to_date(on: &mut Connection) -> Result<(), Error> {
    // `run_direct`, as the compiler does not see of `run` that it may go on in another thread.
    let done = match on {
        Connection::Sqlite(on) => {
            let migrator = migrator(SCHEMA.map(|(number, name, sql, _)| (number, name, sql)));
            migrator.run_direct(None, &mut **on, false).await
        }
        Connection::Postgres(on) => {
            let migrator = migrator(SCHEMA.map(|(number, name, _, sql)| (number, name, sql)));
            // Whoever does it first has a lock meanwhile, without an end.
            tokio::time::timeout(PATIENCE, beside_replicas(&migrator, on)).await.map_err(|_| Error::SchemaHeld)?
        }
    };
    done.map_err(meant)
}

/// Takes the steps while replicas of an earlier version run: where one of them and a step wait for each other, PostgreSQL breaks one off.
/// A step that is broken off was not taken, and is begun again.
async fn beside_replicas(migrator: &Migrator, on: &mut PgConnection) -> Result<(), MigrateError> {
    loop {
        match migrator.run_direct(None, &mut *on, false).await {
            Err(MigrateError::ExecuteMigration(error, step)) if is_deadlock(&error) => {
                tracing::warn!(step, "the schema's next step and a replica waited for each other: it is taken again");
            }
            done => return done,
        }
    }
}

fn is_deadlock(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == DEADLOCK)
}

fn migrator(steps: [(i64, &'static str, &'static str); SCHEMA.len()]) -> Migrator {
    let migrations = steps.map(|(number, name, sql)| {
        Migration::new(number, name.into(), MigrationType::Simple, sqlx::SqlStr::from_static(sql), false)
    });
    Migrator::with_migrations(migrations.to_vec())
}

/// What it means that the schema could not be brought up to date.
fn meant(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(store) => Error::Newer { store, known: KNOWN },
        error => Error::Schema(error),
    }
}
