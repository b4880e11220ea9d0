//! Which DMs with links are to be wiped, and what became of that. A wipe is done when the message is gone or says something else;
//! what Discord refuses is due again later, and the audit says so.

use bernard_domain::{
    access::UserId,
    notice::{Letter, Owed},
    operation::{ChannelId, OperationId},
    server::ServiceName,
    wiping::{Later, LinkDm, Wiped},
};
use jiff::Timestamp;

use super::{
    Delivery, Error, Store, audit, counted,
    database::{Row, query, query_as},
    id, millis, notices, time,
};

/// A DM that is to be wiped now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wipe {
    /// The DM.
    pub delivery: Delivery,
    /// How often that was tried already.
    pub tries: u32,
    /// When it was tried first.
    pub since: Option<Timestamp>,
}

impl Store {
    /// The DMs that are to be wiped by `now` and are not yet.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn deliveries_to_wipe(&self, now: Timestamp) -> Result<Vec<Wipe>, Error> {
        let rows = query(
            "SELECT operation, person, channel, message, expires_at, wipe_tries, wipe_since FROM deliveries
             WHERE wiped_at IS NULL AND wipe_given_up_at IS NULL AND (wipe = 1 OR expires_at <= $1)
             AND (wipe_due_at IS NULL OR wipe_due_at <= $1)",
        )
        .bind(millis(now))
        .fetch_all(&self.pool)
        .await?;
        let wipe = |row: &Row| Wipe {
            delivery: Delivery {
                operation: OperationId(row.get(0)),
                person: UserId(row.get::<i64, _>(1).cast_unsigned()),
                channel: ChannelId(row.get::<i64, _>(2).cast_unsigned()),
                message: row.get::<i64, _>(3).cast_unsigned(),
                expires: row.get::<Option<i64>, _>(4).map(time),
            },
            tries: u32::try_from(row.get::<i64, _>(5)).unwrap_or(u32::MAX),
            since: row.get::<Option<i64>, _>(6).map(time),
        };
        Ok(rows.iter().map(wipe).collect())
    }

    /// The DM holds no link any more.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn mark_wiped(&self, channel: ChannelId, message: u64, how: Wiped, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let wiped: Option<Row3> = query_as(
            "UPDATE deliveries SET wipe = 1, wiped_at = $3 WHERE channel = $1 AND message = $2 AND wiped_at IS NULL
             RETURNING operation, server, person",
        )
        .bind(id(channel.0))
        .bind(id(message))
        .bind(millis(now))
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = wiped {
            audit::append(&mut tx, &dm(channel, row).wiped(how, now)).await?;
            counted::dm("wiped");
        }
        tx.commit().await?;
        Ok(())
    }

    /// The DM could not be wiped: `why`, in plain words; `tell`: who hears of it, once.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn wipe_failed(
        &self,
        wipe: &Wipe,
        later: Later,
        why: &str,
        tell: Option<&Letter>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Delivery { channel, message, operation, .. } = &wipe.delivery;
        let (due, given_up) = match later {
            Later::Again(due) => (Some(millis(due)), None),
            Later::Never => (None, Some(millis(now))),
        };
        let mut tx = self.write().await?;
        let failed: Option<Row3> = query_as(
            "UPDATE deliveries SET wipe_tries = wipe_tries + 1, wipe_since = COALESCE(wipe_since, $3), wipe_due_at = $4,
             wipe_given_up_at = $5 WHERE channel = $1 AND message = $2 AND wiped_at IS NULL
             RETURNING operation, server, person",
        )
        .bind(id(channel.0))
        .bind(id(*message))
        .bind(millis(now))
        .bind(due)
        .bind(given_up)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(entry) = failed.and_then(|row| dm(*channel, row).not_wiped(later, wipe.tries, why, now)) {
            audit::append(&mut tx, &entry).await?;
            if later == Later::Never {
                counted::dm("wipe_given_up");
            }
        }
        if let Some(letter) = tell {
            let origin = format!("dm-stands:{}:{message}", operation.0);
            notices::write(&mut tx, &Owed { origin, letter: letter.clone() }, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Operation, server and person.
type Row3 = (i64, String, i64);

fn dm(channel: ChannelId, (operation, server, person): Row3) -> LinkDm {
    LinkDm {
        operation: OperationId(operation),
        server: ServiceName::try_from(server).ok(),
        person: UserId(person.cast_unsigned()),
        channel,
    }
}
