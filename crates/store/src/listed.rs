//! Posted lists of what is in rescue: which rescues each of them names, and which of its rows are no longer true.

use bernard_domain::{
    inventory::foreign::{Foreign, ForeignId},
    lease::{Lease, past::Past},
    notice::{Letter, Listed, Offer, Place},
    operation::{ChannelId, OperationId},
    server::ServiceName,
};
use jiff::Timestamp;

use super::{
    Error, NoticeId, Store,
    database::{Row, query},
    from_json, leases, millis, time,
};

/// How many lists are handed out at once.
const MOST: i64 = 50;
/// Every row of a list with its rescue. It is over: one of ours as for every other notice, one of others once nobody finds it any more.
macro_rules! rows_now {
    () => {
        "SELECT notice, number, ours, told, leases.lease AS lease, listed_rescues.server AS server,
                CASE WHEN ours IS NULL
                     THEN NOT EXISTS (SELECT 1 FROM foreign_rescues WHERE foreign_rescues.id = others)
                     ELSE over_how IS NOT NULL AND (ended_at IS NOT NULL OR written_at < over_at)
                END AS is_over, others
         FROM listed_rescues JOIN notices ON notices.id = notice LEFT JOIN leases ON leases.operation = ours"
    };
}

/// A posted list that says of a rescue that it runs, which is over.
#[derive(Clone, Debug, PartialEq)]
pub struct StaleList {
    /// Its number.
    pub id: NoticeId,
    /// Where it stands.
    pub channel: ChannelId,
    /// Its message.
    pub message: u64,
    /// What it is, and to whom.
    pub letter: Letter,
    /// At which of its two places it stands.
    pub place: Place,
    /// When it was so, by our clock.
    pub at: Timestamp,
    /// What its buttons are about, if it still has any.
    pub offer: Option<Offer>,
    /// Its rows, as they are now.
    pub rows: Vec<ListedNow>,
    /// The numbers of those that are over.
    over: Vec<i64>,
}

/// How it stands with a rescue that a list names.
#[derive(Clone, Debug, PartialEq)]
pub enum ListedNow {
    /// It is ours, and runs.
    Ours(Lease),
    /// It was ours, and is over.
    Over(Past),
    /// Somebody else began it, and it runs.
    Foreign(Foreign),
    /// Somebody else began it, and it is over, or has an owner now.
    Gone(ServiceName),
}

impl Store {
    /// The posted lists with a row that says of a rescue that it runs, which is over; the oldest first, at most 50.
    ///
    /// # Errors
    /// [`Error::Database`]. What cannot be read hides nothing else.
    pub async fn stale_lists(&self) -> Result<Vec<StaleList>, Error> {
        let rows = query(concat!(
            "SELECT id, channel, message, letter, place, (SELECT MAX(at) FROM listed_rescues WHERE notice = notices.id), offers
             FROM notices
             WHERE message IS NOT NULL AND id IN (SELECT notice FROM (",
            rows_now!(),
            ") AS now WHERE told = 0 AND is_over) ORDER BY id LIMIT $1"
        ))
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            match self.stale_list(&row).await {
                Ok(stale) => all.push(stale),
                Err(error @ Error::Unreadable { .. }) => tracing::error!(%error, "a list stays as it is"),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn stale_list(&self, row: &Row) -> Result<StaleList, Error> {
        let number: i64 = row.get(0);
        let (rows, over) = self.rows_now(number).await?;
        Ok(StaleList {
            id: NoticeId(number),
            channel: ChannelId(row.get::<i64, _>(1).cast_unsigned()),
            message: row.get::<i64, _>(2).cast_unsigned(),
            letter: from_json(row.get(3), || format!("notice {number}"))?,
            place: Place::of(row.get(4)),
            at: time(row.get(5)),
            offer: row.get::<Option<i64>, _>(6).map(|_| Offer::Fleet),
            rows,
            over,
        })
    }

    /// The rows of a list as they are now, and the numbers of those that are over.
    async fn rows_now(&self, notice: i64) -> Result<(Vec<ListedNow>, Vec<i64>), Error> {
        let rows = query(concat!(rows_now!(), " WHERE notice = $1 ORDER BY number"))
            .bind(notice)
            .fetch_all(&self.pool)
            .await?;
        let over = rows.iter().filter(|row| row.get("is_over")).map(|row| row.get("number")).collect();
        let mut now = Vec::with_capacity(rows.len());
        for row in &rows {
            now.extend(self.row_now(row).await?);
        }
        Ok((now, over))
    }

    /// One row; `None` of what is nowhere any more.
    async fn row_now(&self, row: &Row) -> Result<Option<ListedNow>, Error> {
        let (ours, others) = (row.get::<Option<i64>, _>("ours"), row.get::<Option<i64>, _>("others"));
        match (ours, others, row.get("is_over")) {
            (Some(ours), _, true) => Ok(self.past(OperationId(ours)).await?.map(ListedNow::Over)),
            (Some(_), _, false) => {
                let lease: Option<&str> = row.get("lease");
                lease.map(|lease| leases::read(lease).map(ListedNow::Ours)).transpose()
            }
            (None, Some(others), false) => Ok(self.foreign_rescue(ForeignId(others)).await?.map(ListedNow::Foreign)),
            (None, ..) => {
                let server: Option<String> = row.get("server");
                Ok(server.and_then(|server| ServiceName::try_from(server).ok()).map(ListedNow::Gone))
            }
        }
    }

    /// Remembers which rescues a list names that is posted, and when that was so.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn save_list(&self, notice: NoticeId, at: Timestamp, rows: &[Listed]) -> Result<(), Error> {
        let mut tx = self.write().await?;
        query("DELETE FROM listed_rescues WHERE notice = $1").bind(notice.0).execute(&mut tx).await?;
        for (number, row) in (0_i64..).zip(rows) {
            let (ours, others, server) = match row {
                Listed::Ours(operation) => (Some(operation.0), None, None),
                Listed::Foreign { id, server } => (None, Some(id.0), Some(server.as_str())),
            };
            query(
                "INSERT INTO listed_rescues (notice, number, at, ours, others, server) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(notice.0)
            .bind(number)
            .bind(millis(at))
            .bind(ours)
            .bind(others)
            .bind(server)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A list says of its rescues how they are now; or it cannot be told.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn list_is_told(&self, list: &StaleList) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for number in &list.over {
            query("UPDATE listed_rescues SET told = 1 WHERE notice = $1 AND number = $2")
                .bind(list.id.0)
                .bind(*number)
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
