//! What an operation means for others meanwhile: what it holds, whether it can be taken over or cancelled, and what it waits for.

use super::{Outcome, Phase, State};
use crate::{operation::Kind, server::TaskId};

impl Phase {
    /// The task of OVHcloud's whose end it waits for.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::Rebooting(task) | Self::OpeningConsole(task) | Self::FreeingSessions(task) | Self::Standing(task) => {
                Some(*task)
            }
            _ => None,
        }
    }
}

impl State {
    /// Whether it only waits to be begun: nothing is done or held for it before others approve.
    pub fn waits_to_begin(&self) -> bool {
        matches!(self.phase, Phase::AwaitingApproval) && self.facts.intents == 0
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended(_))
    }

    /// Whether it keeps the server from the next operation: until its reboot's task has ended.
    pub fn holds_server(&self) -> bool {
        match self.phase {
            Phase::Opened
            | Phase::Prepared
            | Phase::Ready
            | Phase::Intended(_)
            | Phase::Unsettled(_)
            | Phase::Undecided { .. }
            | Phase::PuttingBack(_)
            | Phase::Rebooting(_)
            | Phase::Standing(_) => self.kind.changes(),
            // Nobody keeps a server from others by asking for it.
            Phase::AwaitingApproval => !self.waits_to_begin(),
            Phase::TestingConsole(..)
            | Phase::AskingConsole(_)
            | Phase::OpeningConsole(_)
            | Phase::SessionsReady
            | Phase::SessionsIntended(_)
            | Phase::SessionsUnsettled(_)
            | Phase::FreeingSessions(_)
            | Phase::TicketReady
            | Phase::TicketIntended(_)
            | Phase::TicketUnsettled(_)
            | Phase::Searching
            | Phase::Delivering(_)
            | Phase::AwaitingReveal(_)
            | Phase::Watching
            | Phase::Ended(_) => false,
        }
    }

    /// Whether it follows a task that has not ended in all the time that it had: that keeps nobody from the way out.
    pub fn stands(&self) -> bool {
        matches!(self.phase, Phase::Standing(_))
    }

    /// Whether nothing but the link of a rescue is missing yet.
    pub fn seeks_link(&self) -> bool {
        match self.phase {
            Phase::Opened => self.kind == Kind::Link,
            Phase::Searching | Phase::Delivering(_) | Phase::AwaitingReveal(_) => self.kind != Kind::Console,
            _ => false,
        }
    }

    /// Whether another may take over from it: it waits for a link, for a person's decision, or for a task that stands.
    pub(crate) fn can_be_superseded(&self) -> bool {
        let asks_again = matches!(self.phase, Phase::AwaitingApproval) && !self.waits_to_begin();
        let waits = matches!(self.phase, Phase::Undecided { .. } | Phase::Watching | Phase::Standing(_));
        asks_again || self.seeks_link() || waits
    }

    /// Whether its step may be writing the setting: if everything stops here, a change of ours may show up late.
    pub fn writes(&self) -> bool {
        matches!(self.phase, Phase::Prepared | Phase::PuttingBack(_))
    }

    /// Whether **Cancel** still means something: no reboot was intended since the last approval.
    pub fn can_be_cancelled(&self) -> bool {
        matches!(self.phase, Phase::Opened | Phase::Prepared | Phase::Ready) && self.facts.intents == 0
    }

    /// Whether the latest question went to on-call because nobody had answered it.
    pub fn is_on_calls(&self) -> bool {
        self.facts.unanswered.contains(&self.facts.asked)
    }

    /// Whether it ended as planned without anybody having seen the end: its task was purged, and no machine seen to come back.
    pub fn is_end_unseen(&self) -> bool {
        let as_planned =
            matches!(self.phase, Phase::Ended(Outcome::Restored | Outcome::Rebooted | Outcome::SessionsFreed));
        as_planned && self.facts.task_vanished && !self.facts.is_back()
    }
}
