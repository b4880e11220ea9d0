//! What others did to a rescue, as it was noticed: kept with the lease, told once, and in the audit, in one transaction.

use std::collections::BTreeSet;

use bernard_domain::{
    audit::Entry,
    consequences::{Ends, in_vain},
    lease::{AtWork, Lease, is_in_our_hands},
    notice::Owed,
    operation::{Kind, Operation, OperationId},
    server::{ServiceName, TaskId},
};
use jiff::Timestamp;

use super::{
    Error, Store, consequences,
    database::{Connection, query_as},
    millis, operations, replay,
};

/// What was noticed of a lease.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The lease as it was.
    pub lease: &'a Lease,
    /// The lease as it is.
    pub changed: &'a Lease,
    /// When the lease ends, if its server has left its rescue.
    pub ends: Ends,
    /// What is owed about it, once for ever by its name.
    pub owed: Option<&'a Owed>,
    /// The audit's line.
    pub entry: &'a Entry,
}

impl Store {
    /// The tasks of a server that are our own, of all operations that there were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tasks_of(&self, server: &ServiceName) -> Result<BTreeSet<TaskId>, Error> {
        let ids: Vec<i64> = query_as(
            "SELECT DISTINCT CAST(e.event ->> 'task' AS BIGINT) FROM events e JOIN operations o ON o.id = e.operation
             WHERE o.server = $1 AND e.event ->> 'event' IN ('reboot_accepted', 'task_adopted', 'console_test_asked', 'console_asked')",
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
        let count: i64 = query_as(
            "SELECT COUNT(*) FROM operations o WHERE o.server = $1 AND o.changed_at >= $2
             AND EXISTS (SELECT 1 FROM events e WHERE e.operation = o.id AND e.event ->> 'event' = 'reboot_intended')
             AND NOT EXISTS (SELECT 1 FROM events e WHERE e.operation = o.id
                             AND e.event ->> 'event' IN ('reboot_accepted', 'task_adopted', 'reboot_not_done'))",
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
            query_as("SELECT id FROM operations WHERE server = $1 AND id > $2 AND kind = $3 ORDER BY id")
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
        let Sighting { lease, changed, ends, owed, entry } = sighting;
        let mut tx = self.write().await?;
        let rescues = consequences::rescues(&mut tx, &lease.server, None).await?;
        let Some(follows) = rescues.seen(lease, changed, ends, now) else { return Ok(false) };
        if in_our_hands(&mut tx, lease, began).await? {
            return Ok(false);
        }
        let live = replay::live(&mut tx, Some(&lease.server)).await?;
        operations::follow_up(&mut tx, in_vain(&changed.seen, &live), now).await?;
        let follows = follows.owing(owed.cloned()).audited(entry.clone());
        consequences::write(&mut tx, &lease.server, &follows, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Whether an operation of ours has the lease's server in its hands, or had it since that moment.
async fn in_our_hands(connection: &mut Connection, lease: &Lease, since: Timestamp) -> Result<bool, Error> {
    let rows: Vec<(i64, String, bool, bool)> = query_as(
        "SELECT id, kind, holds = 1, changed_at >= $2 FROM operations
         WHERE server = $1 AND (holds = 1 OR changed_at >= $2)",
    )
    .bind(lease.server.as_str())
    .bind(millis(since))
    .fetch_all(connection)
    .await?;
    let at_work = |(id, kind, holds, changed): (i64, String, bool, bool)| AtWork {
        operation: OperationId(id),
        kind: Kind::of(&kind),
        holds,
        changed,
    };
    Ok(is_in_our_hands(lease, &rows.into_iter().map(at_work).collect::<Vec<_>>()))
}
