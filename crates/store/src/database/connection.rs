//! One connection to either database, with or without a transaction on it.

use std::ops::{Deref, DerefMut};

use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{Database, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction, pool::PoolConnection};

/// One connection to either database.
#[derive(Debug)]
pub(crate) enum Connection {
    /// To SQLite.
    Sqlite(Held<Sqlite>),
    /// To PostgreSQL.
    Postgres(Held<Postgres>),
}

/// In whose hands a connection is.
#[derive(Debug)]
pub(crate) enum Held<D: Database> {
    /// Nobody else's: it was opened for this.
    Alone(Box<D::Connection>),
    /// It goes back to its pool.
    Pooled(PoolConnection<D>),
    /// It goes back to its pool, and what was written on it is undone unless it is committed.
    Transaction(Transaction<'static, D>),
}

impl<D: Database> Deref for Held<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        match self {
            Self::Alone(connection) => connection,
            Self::Pooled(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

impl<D: Database> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        match self {
            Self::Alone(connection) => connection,
            Self::Pooled(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

impl<D: Database> Held<D> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Transaction(transaction) => transaction.commit().await,
            Self::Alone(_) | Self::Pooled(_) => Ok(()),
        }
    }

    async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Alone(connection) => sqlx::Connection::close(*connection).await,
            Self::Pooled(connection) => connection.close().await,
            Self::Transaction(transaction) => transaction.rollback().await,
        }
    }
}

impl Connection {
    /// What was written in its transaction stays.
    pub(crate) fn commit(self) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        match self {
            Self::Sqlite(held) => held.commit().boxed(),
            Self::Postgres(held) => held.commit().boxed(),
        }
    }

    /// Ends it; what was written and not committed is undone.
    pub(crate) fn close(self) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        match self {
            Self::Sqlite(held) => held.close().boxed(),
            Self::Postgres(held) => held.close().boxed(),
        }
    }
}

impl From<SqliteConnection> for Connection {
    fn from(connection: SqliteConnection) -> Self {
        Self::Sqlite(Held::Alone(Box::new(connection)))
    }
}

impl From<PgConnection> for Connection {
    fn from(connection: PgConnection) -> Self {
        Self::Postgres(Held::Alone(Box::new(connection)))
    }
}
