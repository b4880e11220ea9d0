//! The audit as an inspector reads it: from the file alone, changing nothing, beside a bot that runs or none.

use std::path::Path;

use bernard_domain::audit::{Line, NotALine};
use futures_util::{Stream, StreamExt};

use super::{
    Address, Error, database,
    database::{Connection, Row, query},
    file,
};

/// Lines by their numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// A store's audit, opened for reading only. It takes no lock file, and what is written meanwhile is not seen in a reading that has begun.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
}

impl Ledger {
    /// Opens the audit in the SQLite database at `path`, which may be read-only, in a folder that is read-only too.
    ///
    /// # Errors
    /// [`Error::Database`] when there is no such file, or it holds no audit.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { connection: read_only(path).await? })
    }

    /// Opens the audit in the PostgreSQL database at `address`.
    ///
    /// # Errors
    /// As [`Store::connect`](super::Store::connect); [`Error::Database`] when it holds no audit.
    pub async fn connect(address: &Address) -> Result<Self, Error> {
        Ok(Self { connection: with_audit(Ok(address.connect().await?)).await? })
    }

    /// The lines, one after the other, the oldest first. A line that cannot be read is an `Ok(Err(_))`.
    pub fn lines(&mut self, range: Option<Range>) -> impl Stream<Item = Result<Result<Line, NotALine>, Error>> {
        let whole = Range { from: 0, to: u64::MAX };
        let Range { from, to } = range.unwrap_or(whole);
        query("SELECT n, entry, previous, hash FROM audit WHERE n BETWEEN $1 AND $2 ORDER BY n")
            .bind(if range.is_some() { super::id(from) } else { i64::MIN })
            .bind(super::id(to))
            .fetch(&mut self.connection)
            .map(|row| Ok(read(&row?)))
    }

    /// The lines from the first that was written at `from` or later to the last that was written before `to`, both texts as in an
    /// entry's `at`. Without a gap, even if the clock was set back in between. `None`: there is no such line.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn period(&mut self, from: Option<&str>, to: Option<&str>) -> Result<Option<Range>, Error> {
        let row = query(
            "SELECT (SELECT n FROM audit WHERE $1 IS NULL OR entry ->> 'at' >= $1 ORDER BY n LIMIT 1),
                    (SELECT n FROM audit WHERE $2 IS NULL OR entry ->> 'at' < $2 ORDER BY n DESC LIMIT 1)",
        )
        .bind(from)
        .bind(to)
        .fetch_one(&mut self.connection)
        .await?;
        let ends: (Option<i64>, Option<i64>) = (row.get(0), row.get(1));
        let number = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
        Ok(match (number(ends.0), number(ends.1)) {
            (Some(from), Some(to)) if from <= to => Some(Range { from, to }),
            _ => None,
        })
    }
}

/// The SQLite database at `path`, opened for reading only, if it holds an audit; it may be read-only, in a folder that is read-only too.
pub(super) async fn read_only(path: &Path) -> Result<Connection, Error> {
    match with_audit(database::sqlite_to_read(path).await).await {
        Ok(connection) => Ok(connection),
        // Where nothing can be written, SQLite cannot make its index of what others write. If nobody writes, none is needed.
        Err(error) if is_at_rest(path) => with_audit(database::sqlite_at_rest(path).await).await.map_err(|_| error),
        Err(error) => Err(error),
    }
}

async fn with_audit(opened: Result<Connection, sqlx::Error>) -> Result<Connection, Error> {
    let mut connection = opened?;
    query("SELECT n FROM audit LIMIT 1").fetch_optional(&mut connection).await?;
    Ok(connection)
}

/// Whether nobody has left anything beside the file that belongs into it.
fn is_at_rest(path: &Path) -> bool {
    std::fs::metadata(file::beside(path, "-wal")).map_or(path.exists(), |log| log.len() == 0)
}

/// A row, whatever somebody put into it.
pub(super) fn read(row: &Row) -> Result<Line, NotALine> {
    let text = |column| row.try_get::<String, _>(column).map_err(|_| NotALine::Field(column));
    let line = Line::of_row(text("entry")?, &text("previous")?, &text("hash")?)?;
    let number: i64 = row.try_get("n").map_err(|_| NotALine::Field("n"))?;
    if u64::try_from(number) == Ok(line.number) { Ok(line) } else { Err(NotALine::Field("n")) }
}
