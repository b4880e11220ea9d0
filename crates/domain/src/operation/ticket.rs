//! A ticket with OVHcloud's support: when one may help, and what it says.
//!
//! Pure. Like a reboot it cannot be repeated: OVHcloud opens a second one for a second call. So its text is fixed when somebody is
//! shown it, its subject is like no other, the intent is recorded before the call, and what became of a lost answer is looked for by
//! that subject.

use serde::{Deserialize, Serialize};

use super::{
    Operation, OperationId,
    event::Problem,
    state::{Outcome, Phase},
};

/// What is sent, as somebody was shown it: nothing is added later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketWish {
    /// The operation that came to a bad end; `None` where the server itself is what is asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<OperationId>,
    /// Its subject, which no other ticket has.
    pub subject: String,
    /// Its text.
    pub body: String,
}

/// What OVHcloud's people may have to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its task failed.
    TaskFailed,
    /// Its task does not end.
    TaskStands,
    /// The machine went dark after the reboot, and was not seen to answer again.
    NotBack,
    /// OVHcloud itself holds the server.
    Held,
}

impl Operation {
    /// Why OVHcloud's support may be asked about this; `None` where there is nothing to ask it.
    pub fn trouble(&self) -> Option<Trouble> {
        match &self.state.phase {
            Phase::Standing(_) => Some(Trouble::TaskStands),
            Phase::Ended(Outcome::TaskFailed { .. }) => Some(Trouble::TaskFailed),
            Phase::Ended(Outcome::Impossible(Problem::HeldByOvhcloud { .. })) => Some(Trouble::Held),
            Phase::Ended(Outcome::Restored | Outcome::Rebooted) if self.state.facts.is_gone() => Some(Trouble::NotBack),
            _ => None,
        }
    }
}
