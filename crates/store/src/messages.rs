//! Which Discord messages belong to an operation, and where links went: ids only, never what they say.

use bernard_domain::{
    access::UserId,
    operation::{ChannelId, Operation, OperationId},
    server::ServiceName,
    wiping::is_wiped_on_arrival,
};
use jiff::Timestamp;

use super::{
    Error, Store,
    database::{Connection, query, query_as},
    id, millis, time,
};

/// The fact that names the last operation from before there were marks.
const LAST_UNMARKED: &str = "last unmarked";

/// A message of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Which of its messages: `card`, `end`, ….
    pub slot: String,
    /// Where it was tried.
    pub channel: ChannelId,
    /// Its id; `None` while an attempt's outcome is not known.
    pub message: Option<u64>,
    /// A digest of what it shows.
    pub shown: String,
    /// When it was posted, or its posting first tried, by our clock.
    pub attempted: Timestamp,
}

/// An operation whose messages do not show its latest state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unreported {
    /// Which.
    pub operation: OperationId,
    /// What was marked as shown when that was found out. Each reason to show it again is another mark.
    mark: i64,
    /// Where it was asked for.
    pub channel: ChannelId,
    /// Which of its states is to be shown.
    pub version: i64,
}

/// A DM that may hold a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The operation that sent it.
    pub operation: OperationId,
    /// Who received it.
    pub person: UserId,
    /// The DM's channel.
    pub channel: ChannelId,
    /// The message.
    pub message: u64,
    /// When the link means nothing any more, by our clock; `None`: when the server leaves rescue.
    pub expires: Option<Timestamp>,
}

/// A DM whose operation is over, and of which nobody knows whether it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriedDelivery {
    /// The operation.
    pub operation: OperationId,
    /// The latest attempt, by our clock.
    pub tried: Timestamp,
}

impl Store {
    /// The messages of an operation.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn messages(&self, operation: OperationId) -> Result<Vec<Posted>, Error> {
        let rows: Vec<(String, i64, Option<i64>, String, i64)> =
            query_as("SELECT slot, channel, message, shown, attempted_at FROM messages WHERE operation = $1")
                .bind(operation.0)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(slot, channel, message, shown, attempted)| Posted {
                slot,
                channel: ChannelId(channel.cast_unsigned()),
                message: message.map(i64::cast_unsigned),
                shown,
                attempted: time(attempted),
            })
            .collect())
    }

    /// Where the cards of these operations stand: each one's channel and message, the newest if it went on in another message. Not of
    /// one that went to its requester alone.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn cards(&self, of: &[OperationId]) -> Result<Vec<(OperationId, ChannelId, u64)>, Error> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(i64, i64, i64)> = query_as(
            "SELECT id, messages.channel, message FROM messages JOIN operations ON id = operation
             WHERE operation IN ($list) AND slot = 'card' AND message IS NOT NULL
             AND messages.channel = CAST(request ->> 'channel' AS BIGINT) ORDER BY id",
        )
        .bind_list(of.iter().map(|operation| operation.0))
        .fetch_all(&self.pool)
        .await?;
        let card = |(operation, channel, message): (i64, i64, i64)| {
            (OperationId(operation), ChannelId(channel.cast_unsigned()), message.cast_unsigned())
        };
        Ok(rows.into_iter().map(card).collect())
    }

    /// Whether a message is known to be of this store: an operation's, a notice, or a DM with a link.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn has_posted(&self, channel: ChannelId, message: u64) -> Result<bool, Error> {
        let known: bool = query_as(
            "SELECT EXISTS (SELECT 1 FROM messages WHERE channel = $1 AND message = $2)
                 OR EXISTS (SELECT 1 FROM notices WHERE channel = $1 AND message = $2)
                 OR EXISTS (SELECT 1 FROM deliveries WHERE channel = $1 AND message = $2)",
        )
        .bind(id(channel.0))
        .bind(id(message))
        .fetch_one(&self.pool)
        .await?;
        Ok(known)
    }

    /// Whether the operation is from before there were marks, so that its DM may carry none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn was_unmarked(&self, operation: OperationId) -> Result<bool, Error> {
        let last = self.fact(LAST_UNMARKED).await?.and_then(|last| last.parse().ok());
        Ok(last.is_some_and(|last: i64| operation.0 <= last))
    }

    /// Remembers what a message of an operation shows now, or that posting it is about to be tried.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn save_message(&self, operation: OperationId, posted: &Posted) -> Result<(), Error> {
        query(
            "INSERT INTO messages (operation, slot, channel, message, shown, attempted_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (operation, slot) DO UPDATE SET channel = $3, message = $4, shown = $5, attempted_at = $6",
        )
        .bind(operation.0)
        .bind(&posted.slot)
        .bind(id(posted.channel.0))
        .bind(posted.message.map(id))
        .bind(&posted.shown)
        .bind(millis(posted.attempted))
        .execute_alone(self)
        .await?;
        Ok(())
    }

    /// The operations whose messages do not show their latest state, and where they are shown.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn unreported(&self) -> Result<Vec<Unreported>, Error> {
        let rows: Vec<(i64, i64, i64, i64)> = query_as(
            "SELECT id, reported, CAST(request ->> 'channel' AS BIGINT), version FROM operations WHERE reported < version ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        let found = |(id, mark, channel, version): (i64, i64, i64, i64)| Unreported {
            operation: OperationId(id),
            mark,
            channel: ChannelId(channel.cast_unsigned()),
            version,
        };
        Ok(rows.into_iter().map(found).collect())
    }

    /// The messages of the operation show its state as of `version`; unless something else that they show, such as the lease,
    /// changed since it was found unreported: then it stays so.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn mark_reported(&self, found: Unreported, version: i64) -> Result<(), Error> {
        query("UPDATE operations SET reported = $2 WHERE id = $1 AND reported = $3")
            .bind(found.operation.0)
            .bind(version)
            .bind(found.mark)
            .execute_alone(self)
            .await?;
        Ok(())
    }

    /// After a start every live operation is shown again, so that an edit that was lost heals itself. Messages that only point
    /// to a newer one stay: they are too old to be edited often.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn distrust_messages(&self) -> Result<(), Error> {
        let mut tx = self.write().await?;
        query(
            "UPDATE messages SET shown = ''
             WHERE slot NOT LIKE 'old-%' AND operation IN (SELECT id FROM operations WHERE live = 1)",
        )
        .execute(&mut tx)
        .await?;
        query("UPDATE operations SET reported = -1 WHERE live = 1").execute(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Remembers where a link went, so that it can be wiped; at once, if its operation was taken over while it was on its way.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn save_delivery(&self, delivery: &Delivery, server: &ServiceName) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let is_live: Option<bool> = query_as("SELECT live = 1 FROM operations WHERE id = $1")
            .bind(delivery.operation.0)
            .fetch_optional(&mut *tx)
            .await?;
        query(
            "INSERT INTO deliveries (operation, server, person, channel, message, expires_at, wipe)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (channel, message) DO NOTHING",
        )
        .bind(delivery.operation.0)
        .bind(server.as_str())
        .bind(id(delivery.person.0))
        .bind(id(delivery.channel.0))
        .bind(id(delivery.message))
        .bind(delivery.expires.map(millis))
        .bind(i64::from(is_wiped_on_arrival(is_live)))
        .execute(&mut tx)
        .await?;
        forget_tried(&mut tx, delivery.operation).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The DMs that are to be looked for by `now`: their operations are over, and nobody knows whether they arrived.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn deliveries_to_look_for(&self, now: Timestamp) -> Result<Vec<TriedDelivery>, Error> {
        let rows: Vec<(i64, i64)> = query_as(
            "SELECT operation, tried_at FROM tried_deliveries JOIN operations ON id = operation
             WHERE live = 0 AND tried_deliveries.due_at <= $1",
        )
        .bind(millis(now))
        .fetch_all(&self.pool)
        .await?;
        let tried = |(id, tried): (i64, i64)| TriedDelivery { operation: OperationId(id), tried: time(tried) };
        Ok(rows.into_iter().map(tried).collect())
    }

    /// A DM that may still arrive is looked for again at `due`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn look_for_delivery_at(&self, operation: OperationId, due: Timestamp) -> Result<(), Error> {
        query("UPDATE tried_deliveries SET due_at = $2 WHERE operation = $1")
            .bind(operation.0)
            .bind(millis(due))
            .execute_alone(self)
            .await?;
        Ok(())
    }

    /// A DM has certainly not arrived.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn no_delivery(&self, operation: OperationId) -> Result<(), Error> {
        let mut tx = self.write().await?;
        forget_tried(&mut tx, operation).await?;
        tx.commit().await
    }

    /// Whether a DM with a link to the rescue of the operation's server went out before it, or may have, and had not been wiped
    /// when it was accepted.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn has_link_out(&self, operation: &Operation) -> Result<bool, Error> {
        let out: i64 = query_as(
            "SELECT (SELECT COUNT(*) FROM deliveries
                     WHERE server = $1 AND operation < $2 AND expires_at IS NULL
                     AND (wiped_at IS NULL OR wiped_at >= $3))
                  + (SELECT COUNT(*) FROM tried_deliveries JOIN operations ON id = operation
                     WHERE server = $1 AND operation < $2)",
        )
        .bind(operation.request.server.as_str())
        .bind(operation.id.0)
        .bind(millis(operation.approved))
        .fetch_one(&self.pool)
        .await?;
        Ok(out > 0)
    }
}

impl Store {
    /// Where the DM of an operation stands: its channel and its message; `None` when none was sent, or it was wiped.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn delivery_of(&self, operation: OperationId) -> Result<Option<(ChannelId, u64)>, Error> {
        let row: Option<(i64, i64)> = query_as(
            "SELECT channel, message FROM deliveries WHERE operation = $1 AND wiped_at IS NULL
             ORDER BY message DESC LIMIT 1",
        )
        .bind(operation.0)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(channel, message)| (ChannelId(channel.cast_unsigned()), message.cast_unsigned())))
    }
}

/// A DM is about to be sent: from here on it may arrive.
pub(super) async fn delivery_tried(tx: &mut Connection, operation: OperationId, now: Timestamp) -> Result<(), Error> {
    query(
        "INSERT INTO tried_deliveries (operation, tried_at, due_at) VALUES ($1, $2, $2)
         ON CONFLICT (operation) DO UPDATE SET tried_at = $2, due_at = $2",
    )
    .bind(operation.0)
    .bind(millis(now))
    .execute(tx)
    .await?;
    Ok(())
}

/// What was delivered for the server's rescues, by operations before that one if one is named, is to be wiped.
pub(super) async fn wipe(tx: &mut Connection, server: &ServiceName, before: Option<i64>) -> Result<(), Error> {
    query(
        "UPDATE deliveries SET wipe = 1 WHERE server = $1 AND expires_at IS NULL AND operation < COALESCE($2, operation + 1)",
    )
    .bind(server.as_str())
    .bind(before)
    .execute(tx)
    .await?;
    Ok(())
}

async fn forget_tried(connection: &mut Connection, operation: OperationId) -> Result<(), Error> {
    query("DELETE FROM tried_deliveries WHERE operation = $1").bind(operation.0).execute(connection).await?;
    Ok(())
}
