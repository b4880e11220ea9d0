//! What comes back: rows, and what is read of them.

use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    /// SQLite's.
    Sqlite(SqliteRow),
    /// PostgreSQL's.
    Postgres(PgRow),
}

/// What a column holds, in both dialects: `i64`, a text, or, of a comparison, `bool`; each perhaps NULL.
pub(crate) trait Column<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl<'r, T> Column<'r> for T where T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl Row {
    /// A column, by its place or its name. It panics where a statement of ours does not give that.
    pub(crate) fn get<'r, T, I>(&'r self, column: I) -> T
    where
        T: Column<'r>,
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        self.try_get(column).expect("our own statement gives that column")
    }

    /// A column, whatever somebody put into it.
    pub(crate) fn try_get<'r, T, I>(&'r self, column: I) -> Result<T, sqlx::Error>
    where
        T: Column<'r>,
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// What a whole row is read as.
pub(crate) trait FromRow: Sized + Send + Unpin + 'static {
    /// Reads it.
    fn from_row(row: Row) -> Result<Self, sqlx::Error>;
}

impl FromRow for Row {
    fn from_row(row: Row) -> Result<Self, sqlx::Error> {
        Ok(row)
    }
}

macro_rules! from_row {
    (one: $($kind:ty),*) => {$(
        impl FromRow for $kind {
            fn from_row(row: Row) -> Result<Self, sqlx::Error> {
                row.try_get(0)
            }
        }
    )*};
    (several: $($name:ident $place:tt),*) => {
        impl<$($name),*> FromRow for ($($name),*)
        where
            $($name: for<'r> Column<'r> + Send + Unpin + 'static),*
        {
            fn from_row(row: Row) -> Result<Self, sqlx::Error> {
                Ok(($(row.try_get($place)?),*))
            }
        }
    };
}

from_row!(one: i64, Option<i64>, String, Option<String>, bool);
from_row!(several: A 0, B 1);
from_row!(several: A 0, B 1, C 2);
from_row!(several: A 0, B 1, C 2, D 3);
from_row!(several: A 0, B 1, C 2, D 3, E 4);
