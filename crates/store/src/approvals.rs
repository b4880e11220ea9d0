//! The last approval takes the server, in the transaction that records it: waiting for it holds nothing.

use bernard_domain::{
    access::UserId,
    lease,
    operation::{Operation, event::Event, state::IllegalEvent},
};
use jiff::Timestamp;

use super::{Error, Store, operations, pause, replay};
use crate::Append;

/// What came of recording an approval.
#[derive(Debug)]
pub enum Approve {
    /// It is durable; if it was the last one needed, the operation has begun.
    Done(Box<Operation>),
    /// It would have been the last one, and this operation holds the server: nothing was recorded, and it can be given later.
    Busy(Box<Operation>),
    /// Somebody else recorded something first: read again and decide anew.
    Overtaken,
    /// It cannot follow.
    Illegal(IllegalEvent),
}

impl Store {
    /// Records that `by` approved `operation`, which is as its caller last read it; `rule` allowed them to.
    ///
    /// # Errors
    /// [`Error::Paused`] when it would begin, or reboot again, in a pause; [`Error::Database`]. Nothing was recorded.
    pub async fn approve(
        &self,
        operation: &Operation,
        by: UserId,
        rule: Option<String>,
        now: Timestamp,
    ) -> Result<Approve, Error> {
        let event = Event::ApprovalGiven { by, rule };
        let next = match operation.record(&event, now) {
            Ok(next) => next,
            Err(illegal) => return Ok(Approve::Illegal(illegal)),
        };
        let mut tx = self.write().await?;
        if next.state.facts.reboots_approved > operation.state.facts.reboots_approved {
            pause::check(&mut tx, operation.request.kind()).await?;
        }
        if operation.state.waits_to_begin() && !next.state.waits_to_begin() {
            let mut others = replay::live(&mut tx, Some(&operation.request.server)).await?;
            others.retain(|other| other.id != operation.id);
            let kind = operation.request.kind();
            if let Some(holder) = others.iter().find(|other| lease::stands_in_the_way(other, kind)) {
                return Ok(Approve::Busy(Box::new(holder.clone())));
            }
            operations::overtake(&mut tx, operation, &others, now).await?;
        }
        match operations::append(&mut tx, operation, &event, now).await? {
            Append::Done(approved) => {
                tx.commit().await?;
                Ok(Approve::Done(approved))
            }
            Append::Overtaken => Ok(Approve::Overtaken),
            Append::Illegal(illegal) => Ok(Approve::Illegal(illegal)),
        }
    }
}
