//! What changes a lease from outside of any operation: somebody's word, or a server that has left.

use bernard_domain::{
    audit::Entry,
    consequences::Changed,
    lease::{Lease, past::Over},
    notice::{Letter, Owed},
    operation::Operation,
};
use jiff::Timestamp;

use super::{Error, Store, consequences, replay};

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
    /// A lease becomes `changed`, with another deadline or owner, unless its server is being led out of rescue: `letter` is owed about
    /// it, and `entry` is in the audit. A new deadline has reminders of its own; the messages of the operation that began it are shown
    /// again.
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
        let rescues = consequences::rescues(&mut tx, &lease.server, None).await?;
        let live = replay::live(&mut tx, Some(&lease.server)).await?;
        let follows = match rescues.change(lease, changed, &live) {
            Changed::Done(follows) => follows,
            Changed::Overtaken => return Ok(Change::Overtaken),
            Changed::Leaving(way_out) => return Ok(Change::Leaving(way_out)),
        };
        let origin = format!("change:{}:{}", lease.operation.0, now.as_nanosecond());
        let follows = follows.owing([Owed { origin, letter: letter.clone() }]).audited(entry.clone());
        consequences::write(&mut tx, &lease.server, &follows, now).await?;
        tx.commit().await?;
        Ok(Change::Done)
    }

    /// A lease ends with its server, which has left: `letter` is owed about it, and `entry` is in the audit; `false` when it ended or
    /// was changed meanwhile, and nothing is.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing has changed.
    pub async fn end_lease(
        &self,
        lease: &Lease,
        letter: &Letter,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rescues = consequences::rescues(&mut tx, &lease.server, None).await?;
        if !rescues.holds(lease) {
            return Ok(false);
        }
        let origin = format!("left:{}", lease.operation.0);
        let follows = rescues.end(Over::ServerLeft, now);
        let follows = follows.owing([Owed { origin, letter: letter.clone() }]).audited(entry.clone());
        consequences::write(&mut tx, &lease.server, &follows, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}
