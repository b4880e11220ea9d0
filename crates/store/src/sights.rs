//! What others did to a rescue, as it was noticed: kept with the lease, told once, and in the audit, in one transaction.

use std::collections::BTreeSet;

use bernard_domain::{
    audit::Entry,
    lease::{Lease, past::Over},
    notice::Letter,
    operation::{
        Kind, Operation, OperationId,
        event::{Event, Problem},
    },
    server::{ServiceName, TaskId},
};
use jiff::Timestamp;

use super::{Append, Error, Store, audit, lease_changes, leases, messages, millis, notices, operations, past, replay};

/// What was noticed of a lease.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The lease as it was.
    pub lease: &'a Lease,
    /// The lease as it is.
    pub changed: &'a Lease,
    /// Whether it is over with that.
    pub ends: bool,
    /// What is owed about it, once for ever by its name.
    pub letter: Option<(&'a str, &'a Letter)>,
    /// The audit's line.
    pub entry: &'a Entry,
}

impl Store {
    /// The tasks of a server that are our own, of all operations that there were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tasks_of(&self, server: &ServiceName) -> Result<BTreeSet<TaskId>, Error> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT e.event ->> '$.task' FROM events e JOIN operations o ON o.id = e.operation
             WHERE o.server = $1 AND e.event ->> '$.event' IN ('reboot_accepted', 'task_adopted', 'console_asked')",
        )
        .bind(server.as_str())
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().filter_map(|id| u64::try_from(id).ok()).map(TaskId).collect())
    }

    /// Whether a reboot that an operation of ours asked for on this server since that moment is still unknown: then a reboot's task that
    /// nobody knows may be ours.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn may_have_rebooted(&self, server: &ServiceName, since: Timestamp) -> Result<bool, Error> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM operations o WHERE o.server = $1 AND o.changed_at >= $2
             AND EXISTS (SELECT 1 FROM events e WHERE e.operation = o.id AND e.event ->> '$.event' = 'reboot_intended')
             AND NOT EXISTS (SELECT 1 FROM events e WHERE e.operation = o.id
                             AND e.event ->> '$.event' IN ('reboot_accepted', 'task_adopted', 'reboot_not_done'))",
        )
        .bind(server.as_str())
        .bind(millis(since))
        .fetch_one(&self.pool)
        .await?;
        Ok(count > 0)
    }

    /// The operations of this kind that were asked for a server since the one that began its lease, in their order.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn operations_since(&self, lease: &Lease, kind: Kind) -> Result<Vec<Operation>, Error> {
        let ids: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM operations WHERE server = $1 AND id > $2 AND kind = $3 ORDER BY id")
                .bind(lease.server.as_str())
                .bind(lease.operation.0)
                .bind(kind.as_str())
                .fetch_all(&self.pool)
                .await?;
        let mut all = Vec::new();
        for id in ids {
            all.extend(self.operation(OperationId(id)).await?);
        }
        Ok(all)
    }

    /// Whether an operation of ours has the server of a lease in its hands, or had it since that moment: then what was seen of it
    /// says nothing. The one that began the lease only while it holds the server.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn is_in_our_hands(&self, lease: &Lease, since: Timestamp) -> Result<bool, Error> {
        let mut connection = self.pool.acquire().await?;
        in_our_hands(&mut connection, lease, since).await
    }

    /// Records what was noticed; `false` when the lease ended or was changed meanwhile, or an operation of ours was at work on its
    /// server since `began`: then nothing is recorded.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing has changed.
    pub async fn see_lease(&self, sighting: Sighting<'_>, began: Timestamp, now: Timestamp) -> Result<bool, Error> {
        let Sighting { lease, changed, ends, letter, entry } = sighting;
        let mut tx = self.write().await?;
        let same = leases::active(&mut tx, &lease.server).await?.as_ref() == Some(lease);
        if !same || in_our_hands(&mut tx, lease, began).await? {
            return Ok(false);
        }
        lease_changes::rewrite(&mut tx, changed).await?;
        if changed.seen.has_left() {
            // A link that is found now leads nowhere.
            for other in replay::live(&mut tx, Some(&lease.server)).await? {
                if other.state.seeks_link() {
                    let event = Event::FoundImpossible { problem: Problem::LeftRescue };
                    match operations::append(&mut tx, &other, &event, now).await? {
                        // It was read in this transaction, and whatever seeks a link can end so.
                        Append::Done(_) | Append::Overtaken | Append::Illegal(_) => {}
                    }
                }
            }
            messages::wipe_of(&mut tx, &lease.server).await?;
            past::all_over(&mut tx, &lease.server, Over::Others, now).await?;
        } else {
            past::not_over(&mut tx, lease.operation).await?;
        }
        match ends {
            true => lease_changes::end(&mut tx, &lease.server, Over::Others, now).await?,
            false => lease_changes::show_again(&mut tx, &lease.server).await?,
        }
        if let Some((origin, letter)) = letter {
            notices::write(&mut tx, origin, letter, now).await?;
        }
        audit::append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn in_our_hands(connection: &mut sqlx::SqliteConnection, lease: &Lease, since: Timestamp) -> Result<bool, Error> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM operations WHERE server = $1 AND (holds = 1 OR
         (id <> $2 AND kind IN ('enable', 'restore', 'reboot', 'putback', 'adopt') AND changed_at >= $3))",
    )
    .bind(lease.server.as_str())
    .bind(lease.operation.0)
    .bind(millis(since))
    .fetch_one(connection)
    .await?;
    Ok(count > 0)
}
