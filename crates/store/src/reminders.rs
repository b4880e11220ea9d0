//! What is due of leases, and what comes round by the clock. Moving on and owing the notice are one transaction, so that
//! neither happens without the other and nothing is said twice.

use bernard_domain::{
    consequences::moved_on,
    lease::Lease,
    notice::{Letter, Owed},
    operation::{OperationId, Request},
};
use jiff::Timestamp;

use super::{
    Error, Open, Store, consequences,
    database::{Connection, Row, query, query_as},
    from_json, millis, notices, operations, time,
};

/// A lease, and how far its reminders are.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledLease {
    /// The lease.
    pub lease: Lease,
    /// When its present deadline was set.
    pub since: Timestamp,
    /// How many reminders of that deadline are behind it.
    pub said: u32,
    /// When it is looked at next; `None` when that was not planned yet.
    pub due: Option<Timestamp>,
    /// Whether it comes from a copy that was put back: nobody knows what became of it since, so no clock ends it.
    pub in_doubt: bool,
}

/// Where a lease goes on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextReminder {
    /// How many reminders are behind it then.
    pub said: u32,
    /// When it is looked at next.
    pub due: Timestamp,
}

impl Store {
    /// The active leases that are due or not planned, the longest waiting first.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn due_leases(&self, now: Timestamp) -> Result<Vec<ScheduledLease>, Error> {
        let rows = query(
            "SELECT lease, since_at, said, due_at FROM leases
             WHERE ended_at IS NULL AND (due_at IS NULL OR due_at <= $1) ORDER BY due_at NULLS FIRST, operation",
        )
        .bind(millis(now))
        .fetch_all(&self.pool)
        .await?;
        let until = self.in_doubt_until().await?;
        rows.iter().map(|row| kept(row, until)).collect()
    }

    /// The active leases whose deadline has passed and was told of, and that no deadline's restore was begun for: they are not due.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn barred_leases(&self, now: Timestamp) -> Result<Vec<ScheduledLease>, Error> {
        let rows = query(
            "SELECT lease, since_at, said, due_at FROM leases
             WHERE ended_at IS NULL AND deadline <= $1 AND said > 1 AND NOT EXISTS (
                 SELECT 1 FROM operations WHERE origin = 'deadline:' || leases.operation || ':' || leases.deadline)
             ORDER BY deadline, operation",
        )
        .bind(millis(now))
        .fetch_all(&self.pool)
        .await?;
        let until = self.in_doubt_until().await?;
        rows.iter().map(|row| kept(row, until)).collect()
    }

    /// A lease goes on, and what is to be said of that is owed; `false` when it ended or was changed meanwhile, and nothing is.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing has changed.
    pub async fn move_lease_on(
        &self,
        kept: &ScheduledLease,
        to: NextReminder,
        owing: Option<Owed>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        if !move_on(&mut tx, kept, to, now).await? {
            return Ok(false);
        }
        if let Some(owed) = owing {
            notices::write(&mut tx, &owed, now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Accepts the restore that a passed deadline asks for, once for each deadline; `notice` makes what is owed about it.
    ///
    /// `None` when the lease ended or was changed meanwhile: nothing was accepted.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing was accepted.
    pub async fn open_at_deadline(
        &self,
        kept: &ScheduledLease,
        to: NextReminder,
        request: &Request,
        notice: impl Fn(OperationId) -> Letter + Send,
        now: Timestamp,
    ) -> Result<Option<Open>, Error> {
        let mut tx = self.write().await?;
        if !move_on(&mut tx, kept, to, now).await? {
            return Ok(None);
        }
        let origin = format!("deadline:{}:{}", kept.lease.operation.0, millis(kept.lease.deadline));
        let opened = operations::open(&mut tx, &origin, request, now).await?;
        if let Open::Accepted(operation, _) = &opened {
            notices::write(&mut tx, &Owed { letter: notice(operation.id), origin }, now).await?;
            tx.commit().await?;
        }
        Ok(Some(opened))
    }

    /// When something comes round next; `None` when that was never said.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn appointment(&self, name: &str) -> Result<Option<Timestamp>, Error> {
        let due: Option<i64> =
            query_as("SELECT due_at FROM appointments WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        Ok(due.map(time))
    }

    /// It comes round next at `due`, and what there was to say is owed.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing has changed.
    pub async fn keep_appointment(
        &self,
        name: &str,
        due: Timestamp,
        owing: Option<Owed>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        query("INSERT INTO appointments (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET due_at = $2")
            .bind(name)
            .bind(millis(due))
            .execute(&mut tx)
            .await?;
        if let Some(owed) = owing {
            notices::write(&mut tx, &owed, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Whether the lease is still as it was read, and its owner's; then it goes on.
async fn move_on(tx: &mut Connection, kept: &ScheduledLease, to: NextReminder, now: Timestamp) -> Result<bool, Error> {
    let moved: Option<String> = query_as(
        "UPDATE leases SET said = $4, due_at = $5
         WHERE operation = $1 AND ended_at IS NULL AND deadline = $2 AND said = $3 RETURNING lease",
    )
    .bind(kept.lease.operation.0)
    .bind(millis(kept.lease.deadline))
    .bind(kept.said)
    .bind(to.said)
    .bind(millis(to.due))
    .fetch_optional(&mut *tx)
    .await?;
    let Some(moved) = moved else { return Ok(false) };
    let moved: Lease = from_json(&moved, || "a lease".to_owned())?;
    if moved.owner != kept.lease.owner {
        return Ok(false);
    }
    consequences::write(tx, &kept.lease.server, &moved_on(&kept.lease, now), now).await?;
    Ok(true)
}

/// A row of a lease; what began with operation `until` or before is in doubt.
fn kept(row: &Row, until: OperationId) -> Result<ScheduledLease, Error> {
    let lease: Lease = from_json(row.get(0), || "a lease".to_owned())?;
    let since = row.get::<Option<i64>, _>(1).map_or(lease.started, time);
    let due = row.get::<Option<i64>, _>(3).map(time);
    let in_doubt = lease.operation <= until;
    let said = u32::try_from(row.get::<i64, _>(2)).unwrap_or(u32::MAX);
    Ok(ScheduledLease { since, lease, said, due, in_doubt })
}
