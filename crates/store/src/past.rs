//! Rescues that are over, and the messages that still say that they run: what is recorded here is told by edits, late rather than
//! never.

use bernard_domain::{
    access::UserId,
    lease::past::{EndedBy, Ending, Over, Past, Spoken},
    notice::{Letter, Place},
    operation::{ChannelId, Kind, Operation, OperationId},
};

use super::{
    Error, NoticeId, Store,
    database::{Row, query, query_as},
    from_json, leases, millis, time,
};

/// How many notices are handed out at once.
const MOST: i64 = 200;

/// A posted notice that says of a rescue that it runs, which is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Stale {
    /// Its number.
    pub id: NoticeId,
    /// Where it stands.
    pub channel: ChannelId,
    /// Its message.
    pub message: u64,
    /// What it says, and to whom.
    pub letter: Letter,
    /// At which of its two places it stands.
    pub place: Place,
    /// The rescue.
    pub past: Past,
}

impl Store {
    /// The rescue that an operation's messages speak of, once it is over; `None` while it runs, when they speak of none, and when
    /// nobody kept how it ended.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn past_of(&self, operation: &Operation) -> Result<Option<Past>, Error> {
        let Some(lease) = self.spoken_of(operation).await? else { return Ok(None) };
        let past = self.past(lease).await?;
        Ok(past.filter(|past| past.ended != Ending::Undone))
    }

    /// Whether the rescue that an operation's messages speak of is over, or has been rebooted or taken over by a later operation of
    /// ours where it had no lease: what was made for it means nothing any more.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn is_rescue_over(&self, operation: &Operation) -> Result<bool, Error> {
        if let Some(lease) = self.spoken_of(operation).await? {
            let over: Option<bool> =
                query_as("SELECT ended_at IS NOT NULL OR over_at IS NOT NULL FROM leases WHERE operation = $1")
                    .bind(lease.0)
                    .fetch_optional(&self.pool)
                    .await?;
            if let Some(over) = over {
                return Ok(over);
            }
        }
        let rebooted: bool = query_as(
            "SELECT EXISTS (SELECT 1 FROM operations JOIN events ON operation = id
                            WHERE server = $1 AND id > $2 AND event ->> 'event' = 'reboot_intended')",
        )
        .bind(operation.request.server.as_str())
        .bind(operation.id.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(rebooted)
    }

    /// The operation that began the rescue that an operation's messages speak of.
    async fn spoken_of(&self, operation: &Operation) -> Result<Option<OperationId>, Error> {
        match Spoken::by(operation) {
            Spoken::Of(lease) => Ok(Some(lease)),
            Spoken::AtOpening => self.rescue_at(operation).await,
            Spoken::None => Ok(None),
        }
    }

    /// The latest rescue of an operation's server that had begun before it and was not over when it was opened.
    async fn rescue_at(&self, operation: &Operation) -> Result<Option<OperationId>, Error> {
        let lease: Option<i64> = query_as(
            "SELECT MAX(operation) FROM leases WHERE server = $1 AND operation < $2
             AND (over_at IS NULL OR (over_at >= $3 AND over_how <> $4))",
        )
        .bind(operation.request.server.as_str())
        .bind(operation.id.0)
        .bind(millis(operation.opened))
        .bind(Over::Undone.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(lease.map(OperationId))
    }

    /// The rescue that this operation began, once it is over.
    pub(super) async fn past(&self, lease: OperationId) -> Result<Option<Past>, Error> {
        let row = query(
            "SELECT lease, over_at, over_how, over_by, kind, requester, origin LIKE 'deadline:%' FROM leases
             LEFT JOIN operations ON id = over_by WHERE operation = $1 AND over_how IS NOT NULL",
        )
        .bind(lease.0)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let ended = ending(&row);
        Ok(Some(Past { lease: leases::read(row.get(0))?, to: time(row.get(1)), ended }))
    }

    /// The posted notices that say of a rescue that it runs, which is over; the oldest first, at most 200. What was told after a
    /// server had left without us says so already, until the rest is put back.
    ///
    /// # Errors
    /// [`Error::Database`]. What cannot be read hides nothing else.
    pub async fn stale_notices(&self) -> Result<Vec<Stale>, Error> {
        let rows = query(
            "SELECT notices.id, notices.channel, notices.message, letter, place, about
             FROM notices JOIN leases ON leases.operation = about
             WHERE message IS NOT NULL AND over_how IS NOT NULL AND (ended_at IS NOT NULL OR written_at < over_at)
             ORDER BY notices.id LIMIT $1",
        )
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            match self.stale(&row).await {
                Ok(stale) => all.extend(stale),
                Err(error @ Error::Unreadable { .. }) => tracing::error!(%error, "a notice stays as it is"),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn stale(&self, row: &Row) -> Result<Option<Stale>, Error> {
        let number: i64 = row.get(0);
        let letter = from_json(row.get(3), || format!("notice {number}"))?;
        let Some(past) = self.past(OperationId(row.get(5))).await? else { return Ok(None) };
        Ok(Some(Stale {
            id: NoticeId(number),
            channel: ChannelId(row.get::<i64, _>(1).cast_unsigned()),
            message: row.get::<i64, _>(2).cast_unsigned(),
            letter,
            place: Place::of(row.get(4)),
            past,
        }))
    }

    /// A notice says no more that a rescue runs, and offers nothing; or it cannot be told.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn notice_is_told(&self, notice: NoticeId) -> Result<(), Error> {
        query("UPDATE notices SET about = NULL, offers = NULL WHERE id = $1")
            .bind(notice.0)
            .execute_alone(self)
            .await?;
        Ok(())
    }
}

fn ending(row: &Row) -> Ending {
    let by = row.get::<Option<i64>, _>(3).map(OperationId);
    let who = row.get::<Option<i64>, _>(5).map(|who| UserId(who.cast_unsigned()));
    let ended_by = by.zip(who).map(|(operation, who)| EndedBy {
        operation,
        who,
        kind: row.get::<Option<&str>, _>(4).and_then(Kind::of),
        at_deadline: row.get::<Option<bool>, _>(6) == Some(true),
    });
    Ending::of(Over::of(row.get(2), by), ended_by)
}
