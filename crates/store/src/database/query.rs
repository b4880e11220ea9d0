//! A statement with its values, and where it is carried out.

use std::{borrow::Cow, marker::PhantomData};

use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, future::BoxFuture, stream::BoxStream};
use sqlx::{AssertSqlSafe, Database, Encode, Postgres, Sqlite, Type};

use super::{
    Pool,
    connection::Connection,
    row::{FromRow, Row},
    value::Value,
};

/// A statement with its values; what comes back is read as `T`.
#[derive(Clone, Debug)]
#[must_use]
pub(crate) struct Query<T = Row> {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    read_as: PhantomData<fn() -> T>,
}

/// A statement whose rows are read by hand, or that gives none.
pub(crate) fn query(sql: &'static str) -> Query {
    query_as(sql)
}

/// A statement whose rows are read as `T`: a tuple of their columns, or the only one.
pub(crate) fn query_as<T: FromRow>(sql: &'static str) -> Query<T> {
    Query { sql: Cow::Borrowed(sql), values: Vec::new(), read_as: PhantomData }
}

/// A statement about a table that is known by name only at run time. Nothing but names of tables and columns may be put into its text.
pub(super) fn query_of<T: FromRow>(sql: String) -> Query<T> {
    Query { sql: Cow::Owned(sql), values: Vec::new(), read_as: PhantomData }
}

/// Where something is read: a connection, or any of a pool.
pub(crate) enum Readable<'c> {
    Pool(&'c Pool),
    Connection(&'c mut Connection),
}

impl<'c> From<&'c Pool> for Readable<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'c> From<&'c mut Connection> for Readable<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::Connection(connection)
    }
}

impl<T: FromRow> Query<T> {
    /// The next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The values of `IN ($list)`, which stands once in the statement and behind every other value; at least one, and few enough for
    /// both dialects: some ten thousand.
    pub(crate) fn bind_list(mut self, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let numbers: Vec<String> = (before + 1..=self.values.len()).map(|number| format!("${number}")).collect();
        self.sql = Cow::Owned(self.sql.replace("$list", &numbers.join(", ")));
        self
    }

    /// Carries it out; how many rows it touched. Only a connection takes it: who writes has a transaction.
    pub(crate) fn execute(self, on: &mut Connection) -> BoxFuture<'_, Result<u64, sqlx::Error>> {
        match on {
            Connection::Sqlite(on) => self.for_sqlite().execute(&mut **on).map_ok(|done| done.rows_affected()).boxed(),
            Connection::Postgres(on) => {
                self.for_postgres().execute(&mut **on).map_ok(|done| done.rows_affected()).boxed()
            }
        }
    }

    /// The rows, one after the other.
    pub(crate) fn fetch<'c>(self, on: impl Into<Readable<'c>>) -> BoxStream<'c, Result<T, sqlx::Error>> {
        let rows = match on.into() {
            Readable::Pool(Pool::Sqlite(on)) => self.for_sqlite().fetch(&on.readers).map_ok(Row::Sqlite).boxed(),
            Readable::Pool(Pool::Postgres(on)) => self.for_postgres().fetch(on).map_ok(Row::Postgres).boxed(),
            Readable::Connection(Connection::Sqlite(on)) => {
                self.for_sqlite().fetch(&mut **on).map_ok(Row::Sqlite).boxed()
            }
            Readable::Connection(Connection::Postgres(on)) => {
                self.for_postgres().fetch(&mut **on).map_ok(Row::Postgres).boxed()
            }
        };
        rows.map(|row| T::from_row(row?)).boxed()
    }

    /// All rows.
    pub(crate) async fn fetch_all(self, on: impl Into<Readable<'_>>) -> Result<Vec<T>, sqlx::Error> {
        self.fetch(on).try_collect().await
    }

    /// The first row; `None`: there is none.
    pub(crate) async fn fetch_optional(self, on: impl Into<Readable<'_>>) -> Result<Option<T>, sqlx::Error> {
        let mut rows = self.fetch(on);
        let first = rows.try_next().await?;
        // To its end, so that what goes wrong after the first row is said here.
        while rows.try_next().await?.is_some() {}
        Ok(first)
    }

    /// The first row, which must be there.
    pub(crate) async fn fetch_one(self, on: impl Into<Readable<'_>>) -> Result<T, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    fn for_sqlite<'q>(self) -> sqlx::query::Query<'q, Sqlite, <Sqlite as Database>::Arguments> {
        bound(sqlx::query(AssertSqlSafe(self.sql)), self.values)
    }

    /// PostgreSQL is told that a text of which a field is read is JSON, and takes no NUL in a text.
    fn for_postgres<'q>(self) -> sqlx::query::Query<'q, Postgres, <Postgres as Database>::Arguments> {
        let sql = AssertSqlSafe(self.sql.replace(" ->> ", "::json ->> "));
        let values = self.values.into_iter().map(|value| match value {
            Value::Text(Some(text)) if text.contains('\0') => Value::Text(Some(text.replace('\0', "\u{fffd}"))),
            value => value,
        });
        bound(sqlx::query(sql), values)
    }
}

fn bound<'q, D>(
    query: sqlx::query::Query<'q, D, D::Arguments>,
    values: impl IntoIterator<Item = Value>,
) -> sqlx::query::Query<'q, D, D::Arguments>
where
    D: Database,
    Option<i64>: for<'t> Encode<'t, D> + Type<D>,
    Option<String>: for<'t> Encode<'t, D> + Type<D>,
{
    values.into_iter().fold(query, |query, value| match value {
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
    })
}
