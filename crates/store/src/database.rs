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

use futures_util::{FutureExt, TryFutureExt, future::BoxFuture};
use sqlx::{
    Connection as _, PgPool, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::connection::Held;
pub use self::postgres::{Address, Place, Promises, Tls};
pub(crate) use self::{
    connection::Connection,
    memory::Memory,
    query::{Query, query, query_as},
    row::Row,
    schema::{KNOWN, bring_up_to_date, version},
    table::{Part, Table, tables},
};

/// How long a writer waits for another one of this process: five times what the slowest commit ever took on a poor disk.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What each connection keeps of the file, in KiB: the system keeps all of it once for all of them.
const CACHE_KIB: u32 = 512;
/// Readers beside one writer; SQLite has one writer at a time.
const CONNECTIONS: u32 = 4;

/// Connections to the one database that a store is in.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    /// To SQLite.
    Sqlite(SqlitePool),
    /// To PostgreSQL.
    Postgres(PgPool),
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
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        Ok(Self::Sqlite(pool.connect_with(options).await?))
    }

    /// One connection, without a transaction.
    pub(crate) fn acquire(&self) -> BoxFuture<'_, Result<Connection, sqlx::Error>> {
        match self {
            Self::Sqlite(pool) => pool.acquire().map_ok(|held| Connection::Sqlite(Held::Pooled(held))).boxed(),
            Self::Postgres(pool) => pool.acquire().map_ok(|held| Connection::Postgres(Held::Pooled(held))).boxed(),
        }
    }

    /// A transaction. SQLite's is the only writer from its first moment.
    pub(crate) fn begin(&self) -> BoxFuture<'_, Result<Connection, sqlx::Error>> {
        match self {
            Self::Sqlite(pool) => {
                pool.begin_with("BEGIN IMMEDIATE").map_ok(|held| Connection::Sqlite(Held::Transaction(held))).boxed()
            }
            Self::Postgres(pool) => pool.begin().map_ok(|held| Connection::Postgres(Held::Transaction(held))).boxed(),
        }
    }

    /// Ends all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
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
