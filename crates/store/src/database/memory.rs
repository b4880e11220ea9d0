//! What a PostgreSQL database was when it was last written to, so that one which lost its last commits is known for it.
//!
//! Three things are remembered: which cluster it is (the system identifier), its timeline, which a promotion and a restore to a
//! point in time change, and the sequence of the last transaction. The timeline is read from the WAL file's name: the control
//! file tells the old one until the next checkpoint. A snapshot that was put back keeps the first two; its sequence is lower.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::{PgConnection, Row as _};

/// What is told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Database {
    /// Cluster and timeline, as one word; empty where the server does not tell.
    line: String,
    /// The last transaction of a replica.
    sequence: i64,
    /// How often it was found to lack something.
    doubts: i64,
}

/// What this process knows of the database.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    last: Mutex<Database>,
    /// How often it had been found to lack something, before it was now.
    changed: Mutex<Option<i64>>,
}

impl Memory {
    /// Holds the database of a new connection against what is remembered, and remembers it.
    pub(crate) async fn look(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        // Before it is read: what is written meanwhile may only be more.
        let before = self.last();
        let line = line(connection).await?;
        let (sequence, doubts) = sqlx::query_as("SELECT sequence, doubts FROM leader").fetch_one(connection).await?;
        let now = Database { line, sequence, doubts };
        if lacks(&before, &now) {
            tracing::error!(?before, ?now, "the database is another one, or lacks what was written to it");
            if self.changed().replace(before.doubts).is_none() {
                metrics::counter!(bernard_platform::metrics::DATABASE_DOUBTS).increment(1);
            }
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == before {
            *last = now;
        }
        Ok(())
    }

    /// This transaction is committed.
    pub(crate) fn note(&self, sequence: i64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.sequence = last.sequence.max(sequence);
    }

    /// Whether the database is another one, or lacks what was written to it: then how often that had been found before.
    pub(crate) fn doubts_before(&self) -> Option<i64> {
        *self.changed()
    }

    /// What follows from its having changed is written.
    pub(crate) fn settle(&self) {
        *self.changed() = None;
    }

    /// Cluster and timeline of the latest connection; empty where the server does not tell.
    pub(crate) fn line(&self) -> String {
        self.last().line
    }

    fn changed(&self) -> MutexGuard<'_, Option<i64>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last(&self) -> Database {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether what was remembered is not in what there is.
fn lacks(before: &Database, now: &Database) -> bool {
    let known = *before != Database::default();
    known && (before.line != now.line || now.sequence < before.sequence)
}

/// Cluster and timeline. Some services do not tell everybody.
async fn line(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let told = sqlx::query(
        "SELECT system_identifier::text, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()",
    )
    .fetch_one(connection)
    .await;
    match told {
        Ok(row) => Ok(format!("{}/{}", row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?)),
        Err(sqlx::Error::Database(refused)) if refused.code().as_deref() == Some("42501") => {
            tracing::warn!(
                "the database does not tell its cluster and timeline: a failover is known by its sequence alone"
            );
            Ok(String::new())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_timeline_and_a_lower_sequence_lack_something() {
        let at = |line: &str, sequence| Database { line: line.to_owned(), sequence, doubts: 0 };
        assert!(!lacks(&Database::default(), &at("7/1", 9)), "nothing was known");
        assert!(!lacks(&at("7/1", 9), &at("7/1", 9)));
        assert!(!lacks(&at("7/1", 9), &at("7/1", 12)));
        assert!(lacks(&at("7/1", 9), &at("7/1", 8)), "a snapshot was put back");
        assert!(lacks(&at("7/1", 9), &at("7/2", 9)), "a standby was promoted");
        assert!(lacks(&at("7/1", 9), &at("8/1", 9)), "a dump was loaded");
    }
}
