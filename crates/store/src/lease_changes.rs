//! What changes a lease: only what is recorded together with it.

use bernard_domain::{
    access::UserId,
    audit::Entry,
    lease::{Effect, Lease, leads_out, past::Over},
    notice::{Doing, Letter},
    operation::{Operation, OperationId},
    server::ServiceName,
};
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{Error, Store, audit, foreign, json, leases::active, messages, millis, notices, past, replay};

/// What came of changing a lease.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is durable.
    Done,
    /// It ended or was changed meanwhile: read again and decide anew.
    Overtaken,
    /// This operation is leading the server out of rescue.
    Leaving(Box<Operation>),
}

impl Store {
    /// A lease becomes `changed`, with another deadline or owner, unless its server is being led out of rescue: `letter` is owed about it, and `entry` is in the audit. A new deadline has reminders of
    /// its own; the messages of the operation that began it are shown again.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing has changed.
    pub async fn change_lease(
        &self,
        lease: &Lease,
        changed: &Lease,
        letter: &Letter,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Change, Error> {
        let mut tx = self.write().await?;
        if active(&mut tx, &lease.server).await?.as_ref() != Some(lease) {
            return Ok(Change::Overtaken);
        }
        let others = replay::live(&mut tx, Some(&lease.server)).await?;
        if let Some(way_out) = others.into_iter().find(leads_out) {
            return Ok(Change::Leaving(Box::new(way_out)));
        }
        rewrite(&mut tx, changed).await?;
        if changed.deadline != lease.deadline {
            sqlx::query("UPDATE leases SET deadline = $2, since_at = $3, said = 0, due_at = NULL WHERE operation = $1")
                .bind(lease.operation.0)
                .bind(millis(changed.deadline))
                .bind(millis(now))
                .execute(&mut *tx)
                .await?;
        }
        show_again(&mut tx, &lease.server).await?;
        let origin = format!("change:{}:{}", lease.operation.0, now.as_nanosecond());
        notices::write(&mut tx, &origin, letter, now).await?;
        audit::append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Change::Done)
    }
}

/// What an event means for the leases, in its transaction, which is not to be committed after [`Change::Overtaken`].
pub(super) async fn apply(
    tx: &mut SqliteConnection,
    operation: &Operation,
    effect: Effect,
    now: Timestamp,
) -> Result<Change, Error> {
    match effect {
        Effect::Begin(lease) => begin(tx, operation, *lease, now).await?,
        Effect::Undo => undo(tx, operation, now).await?,
        Effect::Found(found) => {
            let held = active(&mut *tx, &operation.request.server).await?;
            if let Some(held) = held.filter(|held| held.operation == operation.id) {
                rewrite(&mut *tx, &Lease { found, ..held }).await?;
            }
        }
        Effect::HandOver { lease, from, to } => {
            return hand_over(tx, operation, Handover { lease, from, to }, now).await;
        }
        Effect::End => {
            let server = &operation.request.server;
            if let Some(ended) = active(&mut *tx, server).await? {
                tell_owner(&mut *tx, operation, &ended, Doing::Ended, now).await?;
            }
            end(tx, server, Over::By(operation.id), now).await?;
        }
    }
    Ok(Change::Done)
}

/// Whose lease becomes whose.
struct Handover {
    /// The operation that began it.
    lease: OperationId,
    /// Whose it was when this was asked for.
    from: UserId,
    /// Whose it is to be.
    to: UserId,
}

/// A lease goes from one owner to another, and both are told; unless it ended or is somebody else's by now.
async fn hand_over(
    tx: &mut SqliteConnection,
    operation: &Operation,
    Handover { lease, from, to }: Handover,
    now: Timestamp,
) -> Result<Change, Error> {
    let active = active(&mut *tx, &operation.request.server).await?;
    let Some(held) = active.filter(|held| held.operation == lease && held.owner == from) else {
        return Ok(Change::Overtaken);
    };
    let letter = Letter::handed_over(&held, to, operation.request.requester);
    rewrite(&mut *tx, &Lease { owner: to, ..held }).await?;
    show_again(&mut *tx, &operation.request.server).await?;
    notices::write(tx, &format!("hand-over:{}", operation.id.0), &letter, now).await?;
    Ok(Change::Done)
}

/// The lease is kept as it is now.
pub(super) async fn rewrite(tx: &mut SqliteConnection, lease: &Lease) -> Result<(), Error> {
    sqlx::query("UPDATE leases SET lease = $2 WHERE operation = $1")
        .bind(lease.operation.0)
        .bind(json(lease))
        .execute(tx)
        .await?;
    Ok(())
}

/// An active lease of the server hands on what was there before, and sleeps.
async fn begin(
    tx: &mut SqliteConnection,
    operation: &Operation,
    mut lease: Lease,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(earlier) = active(&mut *tx, &lease.server).await? {
        lease = lease.in_a_row_after(&earlier);
        show_again(&mut *tx, &lease.server).await?;
        tell_owner(&mut *tx, operation, &earlier, Doing::TakesOver, now).await?;
        sqlx::query("UPDATE leases SET ended_at = $2, replaced_by = $3 WHERE operation = $1")
            .bind(earlier.operation.0)
            .bind(millis(now))
            .bind(lease.operation.0)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("INSERT INTO leases (operation, server, lease, deadline) VALUES ($1, $2, $3, $4)")
        .bind(lease.operation.0)
        .bind(lease.server.as_str())
        .bind(json(&lease))
        .bind(millis(lease.deadline))
        .execute(&mut *tx)
        .await?;
    foreign::forget(tx, &lease.server).await
}

async fn undo(tx: &mut SqliteConnection, operation: &Operation, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE leases SET ended_at = $2, over_at = $2, over_how = $3 WHERE operation = $1")
        .bind(operation.id.0)
        .bind(millis(now))
        .bind(Over::Undone.as_str())
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE leases SET ended_at = NULL, replaced_by = NULL WHERE replaced_by = $1")
        .bind(operation.id.0)
        .execute(&mut *tx)
        .await?;
    if let Some(back) = active(&mut *tx, &operation.request.server).await? {
        show_again(&mut *tx, &back.server).await?;
        tell_owner(tx, operation, &back, Doing::GivesBack, now).await?;
    }
    Ok(())
}

/// The server is out of rescue: what was delivered for it is to be wiped, and the messages of its rescue, and of
/// what was tried since, lose their buttons and say that it is over.
pub(super) async fn end(
    tx: &mut SqliteConnection,
    server: &ServiceName,
    how: Over,
    now: Timestamp,
) -> Result<(), Error> {
    show_again(tx, server).await?;
    past::all_over(tx, server, how, now).await?;
    sqlx::query("UPDATE leases SET ended_at = $2 WHERE server = $1 AND ended_at IS NULL")
        .bind(server.as_str())
        .bind(millis(now))
        .execute(&mut *tx)
        .await?;
    // A console's link goes when its session ends, whatever the server boots.
    messages::wipe_of(&mut *tx, server).await?;
    foreign::forget(tx, server).await
}

/// The owner of a lease is owed a word about what somebody else's operation did to it; about their own, none.
async fn tell_owner(
    tx: &mut SqliteConnection,
    operation: &Operation,
    lease: &Lease,
    doing: Doing,
    now: Timestamp,
) -> Result<(), Error> {
    match Letter::of_others_doing(lease, doing, operation) {
        Some(letter) => notices::write(tx, &format!("{}:{}", doing.as_str(), operation.id.0), &letter, now).await,
        None => Ok(()),
    }
}

/// The messages of the server's rescue, and of what was tried since, say what is so now.
pub(super) async fn show_again(tx: &mut SqliteConnection, server: &ServiceName) -> Result<(), Error> {
    sqlx::query(
        "UPDATE operations SET reported = MIN(reported, 0) - 1
         WHERE server = $1 AND id >= (SELECT operation FROM leases WHERE server = $1 AND ended_at IS NULL)",
    )
    .bind(server.as_str())
    .execute(tx)
    .await?;
    Ok(())
}
