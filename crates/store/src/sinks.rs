//! How far each sink of the audit has come. A sink's place is moved only from where it was, only forward, and only by whoever ships.

use bernard_domain::{
    audit::{Anchor, GENESIS, Hash, Line, NotALine, sink_trouble::Trouble},
    notice::Owed,
};
use jiff::Timestamp;

use super::{
    Error, Store,
    audit::head,
    audit_reader,
    database::{Connection, query, query_as},
    from_json, id, json, millis, notices, time,
};

/// How it stands with one sink.
#[derive(Clone, Debug, PartialEq)]
pub struct SinkStanding {
    /// Its name.
    pub name: String,
    /// How many lines it does not have.
    pub behind: u64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// What keeps it from them, and since when.
    pub trouble: Option<(Trouble, Timestamp)>,
}

impl Store {
    /// The last line that this sink acknowledged; `None`: none.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::BrokenAudit`] when the row was changed by hand.
    pub async fn sink_cursor(&self, name: &str) -> Result<Option<Anchor>, Error> {
        let row: Option<(i64, String)> = query_as("SELECT number, hash FROM audit_sinks WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?;
        let Some((number, hash)) = row.filter(|(number, _)| *number > 0) else { return Ok(None) };
        let hash = hash.parse().map_err(|_| NotALine::Field("hash"))?;
        Ok(Some(Anchor { number: number.cast_unsigned(), hash }))
    }

    /// At most so many lines of the audit from this number on, in their order. A line that cannot be read is an `Err`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn audit_from(&self, number: u64, most: usize) -> Result<Vec<Result<Line, NotALine>>, Error> {
        let rows = query("SELECT n, entry, previous, hash FROM audit WHERE n >= $1 ORDER BY n LIMIT $2")
            .bind(id(number))
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(audit_reader::read).collect())
    }

    /// What names this chain wherever its lines are: the hash of line 1; `None`: there is none yet.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::BrokenAudit`].
    pub async fn audit_chain(&self) -> Result<Option<Hash>, Error> {
        let hash: Option<String> = query_as("SELECT hash FROM audit WHERE n = 1").fetch_optional(&self.pool).await?;
        Ok(hash.map(|hash| hash.parse().map_err(|_| NotALine::Field("hash"))).transpose()?)
    }

    /// The last line of the audit; `None`: there is none yet.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::BrokenAudit`].
    pub async fn audit_head(&self) -> Result<Option<Anchor>, Error> {
        head(&mut self.pool.acquire().await?).await
    }

    /// This sink has acknowledged everything up to `to`, which comes after `from`; what troubled it is over. False: its place was not `from`,
    /// and stays.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::WorkLost`]: its place stays.
    pub async fn move_sink(&self, name: &str, from: Option<Anchor>, to: Anchor) -> Result<bool, Error> {
        let from = from.unwrap_or(Anchor { number: 0, hash: GENESIS });
        let mut tx = self.write().await?;
        begin(&mut tx, name).await?;
        let moved = query(
            "UPDATE audit_sinks SET number = $4, hash = $5, trouble = NULL, troubled_at = NULL
             WHERE name = $1 AND number = $2 AND hash = $3 AND number < $4",
        )
        .bind(name)
        .bind(id(from.number))
        .bind(from.hash.to_string())
        .bind(id(to.number))
        .bind(to.hash.to_string())
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(moved > 0)
    }

    /// Something keeps this sink from the next line, and this is owed about it; what is the same as before keeps its beginning.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::WorkLost`]: nothing is written.
    pub async fn trouble_sink(
        &self,
        name: &str,
        trouble: &Trouble,
        owed: Option<&Owed>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        begin(&mut tx, name).await?;
        query("UPDATE audit_sinks SET trouble = $2, troubled_at = COALESCE(troubled_at, $3) WHERE name = $1")
            .bind(name)
            .bind(json(trouble))
            .bind(millis(now))
            .execute(&mut tx)
            .await?;
        if let Some(owed) = owed {
            notices::write(&mut tx, owed, now).await?;
        }
        tx.commit().await
    }

    /// How it stands with the sinks of these names, in their order.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Unreadable`] when a row was changed by hand.
    pub async fn sinks(&self, names: &[String]) -> Result<Vec<SinkStanding>, Error> {
        let mut standings = Vec::with_capacity(names.len());
        for name in names {
            standings.push(self.sink(name).await?);
        }
        Ok(standings)
    }

    async fn sink(&self, name: &str) -> Result<SinkStanding, Error> {
        let row: Option<(i64, Option<String>, Option<i64>)> =
            query_as("SELECT number, trouble, troubled_at FROM audit_sinks WHERE name = $1")
                .bind(name)
                .fetch_optional(&self.pool)
                .await?;
        let (number, trouble, since) = row.unwrap_or_default();
        let (last, oldest): (Option<i64>, Option<String>) = query_as(
            "SELECT (SELECT MAX(n) FROM audit), (SELECT entry ->> 'at' FROM audit WHERE n > $1 ORDER BY n LIMIT 1)",
        )
        .bind(number)
        .fetch_one(&self.pool)
        .await?;
        let trouble = trouble.map(|text| from_json(&text, || format!("what troubles the sink {name}"))).transpose()?;
        Ok(SinkStanding {
            name: name.to_owned(),
            behind: last.unwrap_or_default().saturating_sub(number).max(0).cast_unsigned(),
            oldest: oldest.and_then(|at| at.parse().ok()),
            trouble: trouble.map(|trouble| (trouble, time(since.unwrap_or_default()))),
        })
    }
}

/// A sink that was never heard of has a place too: before line 1.
async fn begin(tx: &mut Connection, name: &str) -> Result<(), Error> {
    query("INSERT INTO audit_sinks (name, number, hash) VALUES ($1, 0, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(GENESIS.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
