//! The room that knows dialects: nothing outside of it names SQLite's or PostgreSQL's types.
//!
//! One text of SQL serves both. It has `$1` placeholders, whole numbers and texts, and `->> 'key'` for a field of a JSON text; what
//! is true is asked by a comparison, so that it reads as a `bool`. Where a text is NULL is said by its type.
//!
//! What waits here is boxed: whoever calls has room for a pointer, and not for both drivers.

mod connection;
mod memory;
mod postgres;
mod proof;
mod query;
mod row;
mod schema;
mod table;
mod value;

use std::{path::Path, time::Duration};

use futures_util::{
    FutureExt, TryFutureExt,
    future::{BoxFuture, ready},
};
use sqlx::{
    Connection as _, PgPool, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use self::postgres::{Address, Place, Promises, Tls};
pub(crate) use self::{
    connection::{Connection, Held},
    memory::Memory,
    query::{Query, query, query_as},
    row::Row,
    schema::{KNOWN, bring_up_to_date, version},
    table::{Part, Table, tables},
};

/// How long a writer waits for one of another process: five times what the slowest commit ever took on a poor disk.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What each connection keeps of the file, in KiB: the system keeps all of it once for all of them.
const CACHE_KIB: u32 = 512;
/// So many readers beside the one writer.
const READERS: u32 = 3;

/// Connections to the one database that a store is in.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    /// To SQLite.
    Sqlite(Sqlite),
    /// To PostgreSQL.
    Postgres(PgPool),
}

/// Connections to one SQLite database, which has one writer at a time. Writers wait in the order in which they came, for the only
/// connection that writes: SQLite itself would have them sleep and try again, whoever is lucky first, with all connections in their hands.
#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Pool {
    /// To the SQLite database at `path`, made if need be. What is committed is on the disk.
    pub(crate) async fn sqlite(path: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", format!("-{CACHE_KIB}"));
        // A file does not hang up: no connection is asked whether it is still there before it is used.
        let pool = |most| SqlitePoolOptions::new().max_connections(most).test_before_acquire(false);
        // Where SQLite itself undid a transaction, as on a full disk, the driver still takes it for open, and could begin none any more.
        let writer = pool(1).before_acquire(|connection, _| ready(Ok(!connection.is_in_transaction())).boxed());
        let writer = writer.connect_with(options.clone()).await?;
        // Whoever takes the file away is told so by its readers, which make no other one.
        let readers = pool(READERS).connect_lazy_with(options.create_if_missing(false));
        Ok(Self::Sqlite(Sqlite { writer, readers }))
    }

    /// One connection, without a transaction. On SQLite it reads, but for the steps of the schema.
    pub(crate) fn acquire(&self) -> BoxFuture<'_, Result<Connection, sqlx::Error>> {
        match self {
            Self::Sqlite(Sqlite { readers, .. }) => {
                readers.acquire().map_ok(|held| Connection::Sqlite(Held::Pooled(held))).boxed()
            }
            Self::Postgres(pool) => pool.acquire().map_ok(|held| Connection::Postgres(Held::Pooled(held))).boxed(),
        }
    }

    /// A transaction, when it is its turn. SQLite's is the only writer from its first moment.
    pub(crate) fn begin(&self) -> BoxFuture<'_, Result<Connection, sqlx::Error>> {
        match self {
            Self::Sqlite(Sqlite { writer, .. }) => {
                writer.begin_with("BEGIN IMMEDIATE").map_ok(|held| Connection::Sqlite(Held::Transaction(held))).boxed()
            }
            Self::Postgres(pool) => pool.begin().map_ok(|held| Connection::Postgres(Held::Transaction(held))).boxed(),
        }
    }

    /// Ends all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(Sqlite { writer, readers }) => {
                // The last connection to go puts all that was written into the one file, and two that go at once leave that to each
                // other. A writer that comes back to a pool which is being closed goes at once: so readers go first.
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// From now on this transaction may take as long as it takes.
pub(crate) async fn let_take_long(on: &mut Connection) -> Result<(), sqlx::Error> {
    if let Connection::Postgres(_) = on {
        let limits = "SELECT set_config('statement_timeout', '0', true),
                             set_config('idle_in_transaction_session_timeout', '0', true)";
        query(limits).fetch_one(on).await?;
    }
    Ok(())
}

/// The SQLite database at `path`, opened for reading only, whoever writes to it meanwhile.
pub(crate) async fn sqlite_to_read(path: &Path) -> Result<Connection, sqlx::Error> {
    Ok(SqliteConnection::connect_with(&read_only(path)).await?.into())
}

/// The same, which nobody changes meanwhile: then nothing need be written beside it.
pub(crate) async fn sqlite_at_rest(path: &Path) -> Result<Connection, sqlx::Error> {
    Ok(SqliteConnection::connect_with(&read_only(path).immutable(true)).await?.into())
}

/// The SQLite database at `path`, opened so that it is whole without anything beside it.
pub(crate) async fn sqlite_alone(path: &Path) -> Result<Connection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT);
    Ok(SqliteConnection::connect_with(&options).await?.into())
}

fn read_only(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::future::{join, join_all};

    use super::*;
    use crate::file;

    #[tokio::test]
    async fn writers_of_a_file_have_their_turn_as_they_came_and_readers_wait_for_none_of_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = Pool::sqlite(&folder.path().join("bernard.db")).await.expect("a database");
        let mut first = pool.begin().await.expect("the first writer");
        query("CREATE TABLE t (n INTEGER) STRICT").execute(&mut first).await.expect("a table");
        first.commit().await.expect("it stays");
        let first = pool.begin().await.expect("the first writer again");
        let served = Mutex::new(Vec::new());
        let writers = (0..40_i64).map(|n| {
            let (pool, served) = (&pool, &served);
            async move {
                let mut tx = pool.begin().await.expect("its turn");
                query("INSERT INTO t (n) VALUES ($1)").bind(n).execute(&mut tx).await.expect("it is written");
                served.lock().expect("no panic").push(n);
                tx.commit().await.expect("it stays");
            }
        });
        let reader = async {
            // Every writer waits by now: they were asked first.
            let count: i64 = query_as("SELECT COUNT(*) FROM t").fetch_one(&pool).await.expect("it is read");
            assert_eq!(count, 0, "nobody has written yet");
            first.commit().await.expect("it ends");
        };
        join(join_all(writers), reader).await;
        assert_eq!(served.into_inner().expect("no panic"), (0..40).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_disk_that_was_full_keeps_nobody_from_writing_once_it_has_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = Pool::sqlite(&folder.path().join("bernard.db")).await.expect("a database");
        let mut first = pool.begin().await.expect("the first writer");
        query("CREATE TABLE t (n TEXT) STRICT").execute(&mut first).await.expect("a table");
        first.commit().await.expect("it stays");
        for times in 1..=3 {
            let mut full = pool.begin().await.expect("it may begin");
            // A page holds 4 KiB: there is room for the table, and for nothing of this length.
            query("PRAGMA max_page_count = 4").execute(&mut full).await.expect("a small disk");
            let written = query("INSERT INTO t (n) VALUES ($1)").bind("x".repeat(1 << 22)).execute(&mut full).await;
            drop(written.expect_err("no room"));
            drop(full);
            let mut next = pool.begin().await.expect("it may begin after that");
            query("PRAGMA max_page_count = 1000000").execute(&mut next).await.expect("room");
            query("INSERT INTO t (n) VALUES ('kept')").execute(&mut next).await.expect("it is written");
            next.commit().await.expect("it stays");
            let count: i64 = query_as("SELECT COUNT(*) FROM t").fetch_one(&pool).await.expect("it is read");
            assert_eq!(count, times, "what had no room is not there");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_just_written_is_in_the_one_file_when_all_connections_have_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.db");
        for times in 0..100_i64 {
            let pool = Pool::sqlite(&path).await.expect("a database");
            let _: i64 = query_as("SELECT COUNT(*) FROM sqlite_schema").fetch_one(&pool).await.expect("it is read");
            let mut tx = pool.begin().await.expect("the writer");
            query("CREATE TABLE IF NOT EXISTS t (n INTEGER) STRICT").execute(&mut tx).await.expect("a table");
            query("INSERT INTO t (n) VALUES ($1)").bind(times).execute(&mut tx).await.expect("it is written");
            tx.commit().await.expect("it stays");
            pool.close().await;
            assert!(!file::beside(&path, "-wal").exists(), "the log is left behind, the {times}th time");
        }
    }
}
