//! What a second person says: approve, deny, and why; and what takes a request back.
//!
//! A round of asking has a number, so that a press on an old message never answers a later question.

use bernard_domain::{
    access::{Capability, Grant},
    operation::{Operation, OperationId, event::Event},
};
use bernard_platform::clock;
use bernard_store::{Append, GivenStep};

use super::{Decided, Error, Intake, TRIES, by, covers, needed, rule};

/// What came of an approval.
#[derive(Clone, Debug, PartialEq)]
pub enum Approved {
    /// It is durable.
    Done(Box<Operation>),
    /// This operation holds the server, so the last approval cannot be given now.
    Busy(Box<Operation>),
    /// This person has approved it already, or is the one who asked.
    CountsNot,
    /// It comes too late: the operation has gone on.
    TooLate(Box<Operation>),
    /// The code that it was given for has counted by now.
    CodeUsed,
    /// There is no such operation.
    Unknown,
}

impl Intake {
    /// Records an approval; the last one that is needed takes the server, and the operation begins. Where it is given for a code, its
    /// step counts with it, or neither does.
    ///
    /// # Errors
    /// [`Error`]: nothing was approved.
    pub async fn approve(
        &self,
        grant: &Grant,
        id: OperationId,
        round: u32,
        code: Option<&GivenStep>,
    ) -> Result<Approved, Error> {
        for _ in 0..TRIES {
            let Some(operation) = self.store.operation(id).await? else { return Ok(Approved::Unknown) };
            may_judge(grant, &operation)?;
            let now = clock::now();
            let Some((asked, until)) = operation.open_round() else { break };
            if number(&operation) != round || until <= now {
                break;
            }
            if !asked.counts(operation.request.requester, by(grant)) {
                return Ok(Approved::CountsNot);
            }
            let given = Event::ApprovalGiven { by: by(grant), rule: rule(grant) };
            let appended = match code {
                None => self.store.append(&operation, &given, now).await?,
                Some(code) => match self.store.append_by_code(&operation, &given, code, now).await? {
                    Some(appended) => appended,
                    None => return Ok(Approved::CodeUsed),
                },
            };
            match appended {
                Append::Done(next) => {
                    self.wakeups.notify();
                    return Ok(Approved::Done(next));
                }
                Append::Busy(holder) => return Ok(Approved::Busy(holder)),
                Append::Overtaken => {}
                Append::Illegal(_) => break,
            }
        }
        let operation = self.store.operation(id).await?;
        Ok(operation.map_or(Approved::Unknown, |operation| Approved::TooLate(Box::new(operation))))
    }

    /// Denies it, at once.
    ///
    /// # Errors
    /// [`Error`]: nothing was denied.
    pub async fn deny(&self, grant: &Grant, id: OperationId, round: u32) -> Result<Decided, Error> {
        let event = |operation: &Operation| {
            is_open(operation, round).then(|| Event::ApprovalDenied { by: by(grant), rule: rule(grant) })
        };
        self.decide_with(None, id, |operation| may_judge(grant, operation), event).await
    }

    /// Adds the reason of a denial: only whoever denied it can, and once.
    ///
    /// # Errors
    /// [`Error`]: no reason was recorded.
    pub async fn explain(&self, grant: &Grant, id: OperationId, round: u32, reason: &str) -> Result<Decided, Error> {
        let event = |operation: &Operation| {
            let (by, rule, reason) = (by(grant), rule(grant), reason.to_owned());
            let open = operation.state.facts.is_unexplained(round, by);
            open.then_some(Event::DenialExplained { round, by, reason, rule })
        };
        self.decide_with(None, id, |operation| may_judge(grant, operation), event).await
    }

    /// Takes back what waits for others.
    ///
    /// # Errors
    /// [`Error`]: nothing was taken back.
    pub async fn withdraw(&self, grant: &Grant, id: OperationId, round: u32) -> Result<Decided, Error> {
        let event = |operation: &Operation| {
            is_open(operation, round).then(|| Event::Withdrawn { by: by(grant), rule: rule(grant) })
        };
        let covers = |operation: &Operation| covers(grant, &operation.request.server, needed_to_withdraw(operation));
        self.decide_with(None, id, covers, event).await
    }
}

/// What one must be allowed to take a request for approval back: to have made it.
pub fn needed_to_withdraw(operation: &Operation) -> Capability {
    if operation.state.facts.intents == 0 { needed(operation.request.kind()) } else { Capability::Reboot }
}

fn may_judge(grant: &Grant, operation: &Operation) -> Result<(), Error> {
    covers(grant, &operation.request.server, Capability::Approve)
}

fn number(operation: &Operation) -> u32 {
    u32::try_from(operation.state.facts.rounds.len()).unwrap_or(u32::MAX)
}

/// Whether the round with this number waits for somebody, and its time is not over.
fn is_open(operation: &Operation, round: u32) -> bool {
    let open = operation.open_round().is_some_and(|(_, until)| until > clock::now());
    open && number(operation) == round
}
