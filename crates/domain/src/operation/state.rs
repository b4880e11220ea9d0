//! Where an operation is: a fold over its events, and the only place that knows what may follow what.
//!
//! Two promises stand on [`State::next`]: a reboot is intended at most once per approval, and nothing follows an end.

mod facts;
mod meanwhile;
mod outcome;
mod word;

use jiff::Timestamp;

pub use facts::Facts;
pub use outcome::{Link, Outcome};

use super::{
    approval::{Mandate, Round, RoundEnd},
    event::{Doubt, Event},
};
use crate::access::UserId;
use crate::{
    console::ConsoleKind,
    operation::{Intent, Kind, Request, Source},
    server::{TaskId, TaskStatus},
};

/// An operation's phase, and what was seen on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What is asked for; it decides what comes after the reboot.
    pub kind: Kind,
    /// Who asked for it.
    pub requester: UserId,
    /// Where it is.
    pub phase: Phase,
    /// In whose name the next reboot is done.
    pub mandate: Mandate,
    /// What is known: the card is made of this.
    pub facts: Facts,
}

/// Where an operation is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Others must approve it first, or one more reboot of it.
    AwaitingApproval,
    /// Accepted, and approved if need be; nothing was read yet.
    Opened,
    /// The plan is recorded; the setting may or may not be written.
    Prepared,
    /// The setting was read back; the reboot is next.
    Ready,
    /// The reboot was intended: it may or may not have been sent.
    Intended(Intent),
    /// The call was made and the answer is not known.
    Unsettled(Intent),
    /// A person with `reboot` must decide.
    Undecided {
        /// What was known before the call.
        intent: Intent,
        /// New tasks, if several.
        candidates: Vec<TaskId>,
    },
    /// What was set is being put back; then it ends.
    PuttingBack(Outcome),
    /// OVHcloud's task is being followed.
    Rebooting(TaskId),
    /// OVHcloud's task has not ended in all the time that it had. It is followed on; a rescue's link is looked for meanwhile.
    Standing(TaskId),
    /// OVHcloud's own test of the console is asked for, or its task is followed.
    TestingConsole(ConsoleKind, Option<TaskId>),
    /// A console's session is asked for: it may or may not have been asked for already.
    AskingConsole(ConsoleKind),
    /// OVHcloud's task that opens the console's session is being followed.
    OpeningConsole(TaskId),
    /// Whoever asks may; the ticket is sent next.
    TicketReady,
    /// The ticket was intended at this moment of OVHcloud's clock: it may or may not have been sent.
    TicketIntended(Timestamp),
    /// The call was made and the answer is not known.
    TicketUnsettled(Timestamp),
    /// Whoever asks may; the end of all console sessions is asked for next.
    SessionsReady,
    /// It was intended: it may or may not have been asked for.
    SessionsIntended(Intent),
    /// The call was made and the answer is not known.
    SessionsUnsettled(Intent),
    /// OVHcloud's task that ends the sessions is being followed.
    FreeingSessions(TaskId),
    /// The task is over; the link is looked for.
    Searching,
    /// A DM was tried, with the link found there (none: a key opens this rescue); whether it arrived is not known.
    Delivering(Option<Source>),
    /// No DM reaches the person; **Reveal link** waits in the channel.
    AwaitingReveal(Source),
    /// The reboot's task is over; the machine is watched until it answers.
    Watching,
    /// Over.
    Ended(Outcome),
}

/// An event that cannot follow the present state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow {phase}")]
pub struct IllegalEvent {
    /// The event's word.
    pub event: String,
    /// The phase's word.
    pub phase: &'static str,
}

impl State {
    /// The state of an operation that was just accepted: one reboot is approved, unless others must approve it first.
    pub fn new(request: &Request) -> Self {
        let rounds: Vec<Round> = request
            .guard
            .approval()
            .into_iter()
            .map(|approval| Round::new(request.requester, approval.clone()))
            .collect();
        let (phase, reboots_approved) =
            if rounds.is_empty() { (Phase::Opened, 1) } else { (Phase::AwaitingApproval, 0) };
        Self {
            kind: request.kind(),
            requester: request.requester,
            phase,
            mandate: Mandate::of_one(request.requester),
            facts: Facts { rounds, reboots_approved, ..Facts::default() },
        }
    }

    /// The state after one more event.
    ///
    /// # Errors
    /// [`IllegalEvent`] when it cannot follow.
    pub fn next(&self, event: &Event) -> Result<Self, IllegalEvent> {
        let phase = self.phase_after(event).ok_or_else(|| self.illegal(event))?;
        let mut facts = self.facts.clone();
        facts.learn(event);
        if self.writes() && matches!(event, Event::Faulted) {
            facts.doubt.get_or_insert(Doubt::Stopped);
        }
        if phase.word() != self.phase.word() {
            facts.hindrance = None;
        }
        let mandate = self.mandate_after(event, &mut facts);
        if !matches!(phase, Phase::AwaitingApproval)
            && let Some(round) = facts.rounds.last_mut().filter(|round| round.end == RoundEnd::Open)
        {
            round.end = RoundEnd::Overtaken;
        }
        if matches!(phase, Phase::Undecided { .. }) && !matches!(self.phase, Phase::Undecided { .. }) {
            // However it came to it, each question has a number of its own: a late second press answers the one it was made for.
            facts.asked += 1;
        }
        Ok(Self { kind: self.kind, requester: self.requester, phase, mandate, facts })
    }

    /// Whoever agreed last to one more reboot answers for it.
    fn mandate_after(&self, event: &Event, facts: &mut Facts) -> Mandate {
        let mandate = match (event, facts.rounds.last()) {
            (Event::RebootAgainApproved { by, .. }, _) => Mandate::of_one(*by),
            (Event::ApprovalGiven { .. }, Some(round)) if round.end == RoundEnd::Approved => Mandate::of_round(round),
            _ => return self.mandate.clone(),
        };
        facts.reboots_approved += 1;
        mandate
    }

    fn phase_after(&self, event: &Event) -> Option<Phase> {
        use Event as E;
        use Phase as P;
        Some(match (&self.phase, event) {
            (P::AwaitingApproval, E::ApprovalGiven { by, .. }) => {
                match self.round_for(|round| round.counts(self.requester, *by))?.lacks() {
                    0 | 1 => self.after_approval(),
                    _ => P::AwaitingApproval,
                }
            }
            (P::AwaitingApproval, E::ApprovalDenied { by, .. }) => {
                self.round_for(|round| round.may_judge(self.requester, *by))?;
                self.without_approval(Outcome::Denied(*by))
            }
            (P::AwaitingApproval, E::Withdrawn { by, .. }) => self.without_approval(Outcome::Cancelled(*by)),
            (P::AwaitingApproval, E::ApprovalExpired) => self.without_approval(Outcome::NotApproved),
            (P::AwaitingApproval, E::TaskAdopted { task }) if self.facts.intents > 0 => P::Rebooting(*task),
            (P::Undecided { .. }, E::RebootAgainAsked { .. }) => P::AwaitingApproval,
            (phase, E::DenialExplained { round, by, .. }) if self.facts.is_unexplained(*round, *by) => phase.clone(),
            (P::Opened, E::Prepared { plan, .. }) if self.kind.changes() && self.kind != Kind::Adopt => {
                match plan.change {
                    Some(_) => P::Prepared,
                    // Without a reboot there is nothing to do but the change.
                    None if self.kind == Kind::PutBack => return None,
                    None => P::Ready,
                }
            }
            (P::Opened, E::Adopted { .. }) if self.kind == Kind::Adopt => P::Ended(Outcome::Adopted),
            (P::Opened, E::HandedOver { to, .. }) if self.kind == Kind::HandOver => P::Ended(Outcome::HandedOver(*to)),
            (P::Opened, E::FoundImpossible { problem }) => P::Ended(Outcome::Impossible(problem.clone())),
            (P::Opened, E::RescueFound { .. }) if self.kind == Kind::Link => P::Searching,
            (P::Opened, E::ConsoleFound { kind }) if self.kind == Kind::Console => P::TestingConsole(*kind, None),
            (P::TestingConsole(kind, None), E::ConsoleTestAsked { task, .. }) => P::TestingConsole(*kind, Some(*task)),
            (P::TestingConsole(kind, _), E::ConsoleTested { .. }) => P::AskingConsole(*kind),
            (P::Opened, E::ConsoleChosen { kind }) if self.kind == Kind::Console => P::AskingConsole(*kind),
            (P::Opened, E::TicketPrepared) if self.kind == Kind::Ticket => P::TicketReady,
            (P::Opened, E::SessionsPrepared) if self.kind == Kind::FreeSessions => P::SessionsReady,
            (P::AskingConsole(_), E::ConsoleAsked { task, .. }) => P::OpeningConsole(*task),
            (
                P::TestingConsole(..) | P::AskingConsole(_) | P::TicketReady | P::SessionsReady,
                E::Expired | E::FoundImpossible { .. },
            ) => P::Ended(not_begun(event)?),
            (P::TicketReady, E::TicketIntended { at }) => P::TicketIntended(*at),
            (P::TicketIntended(_), E::TicketOpened { number, .. }) => P::Ended(Outcome::TicketOpened(*number)),
            (P::TicketIntended(_), E::TicketNotDone { why, said, .. }) => {
                P::Ended(Outcome::NotDone(*why, said.clone()))
            }
            (P::TicketIntended(at), E::TicketUnknown { .. }) => P::TicketUnsettled(*at),
            (P::SessionsReady, E::SessionsIntended(intent)) => P::SessionsIntended(intent.clone()),
            (P::SessionsIntended(_), E::SessionsAccepted(taken)) => P::FreeingSessions(taken.task),
            (P::SessionsIntended(_), E::SessionsNotDone(not)) => P::Ended(Outcome::NotDone(not.why, not.said.clone())),
            (P::SessionsIntended(intent), E::SessionsUnknown(_)) => P::SessionsUnsettled(intent.clone()),
            (P::SessionsIntended(_) | P::SessionsUnsettled(_), E::TaskAdopted { task }) => P::FreeingSessions(*task),
            (P::SessionsIntended(_) | P::SessionsUnsettled(_), E::NotSettled { .. }) => {
                P::Ended(Outcome::SessionsUnknown)
            }
            (P::TicketIntended(_) | P::TicketUnsettled(_), E::TicketFound { number, .. }) => {
                P::Ended(Outcome::TicketOpened(*number))
            }
            (P::TicketIntended(_) | P::TicketUnsettled(_), E::TicketNotFound { .. }) => {
                P::Ended(Outcome::TicketUnknown)
            }
            (P::Searching | P::Delivering(_), E::ConsoleOpened { .. }) if self.kind == Kind::Console => {
                self.phase.clone()
            }
            (P::Opened, E::Expired) => P::Ended(Outcome::Expired),
            (P::Prepared | P::Ready, E::Expired) if self.facts.intents == 0 => self.put_back_then(Outcome::Expired),
            (P::Prepared | P::Ready, E::FoundImpossible { problem }) if self.facts.intents == 0 => {
                self.put_back_then(Outcome::Impossible(problem.clone()))
            }
            (P::Prepared, E::BootSet { .. }) if self.kind == Kind::PutBack => P::Ended(Outcome::NetbootBack),
            (P::Prepared, E::BootSet { .. }) => P::Ready,
            (P::Prepared | P::PuttingBack(_), E::SettingInDoubt { .. }) if self.facts.doubt.is_none() => {
                self.phase.clone()
            }
            (P::PuttingBack(_), E::WrittenBack { .. }) => self.phase.clone(),
            (P::Prepared, E::SettingRefused { why, said, .. }) => P::PuttingBack(Outcome::NotDone(*why, said.clone())),
            (P::Opened, E::CancelAsked { by, .. }) => P::Ended(Outcome::Cancelled(*by)),
            (P::Prepared | P::Ready, E::CancelAsked { by, .. }) if self.can_be_cancelled() => {
                self.put_back_then(Outcome::Cancelled(*by))
            }
            (P::Ready, E::RebootNotDone { why, said, .. }) => match &self.facts.last_intent {
                None => self.put_back_then(Outcome::NotDone(*why, said.clone())),
                Some(intent) => P::Undecided { intent: intent.clone(), candidates: Vec::new() },
            },
            (P::Ready, E::RebootIntended { intent }) if self.facts.intents < self.facts.reboots_approved => {
                P::Intended(intent.clone())
            }
            (P::Intended(_), E::RebootAccepted { task, .. }) => P::Rebooting(*task),
            (P::Intended(intent), E::RebootNotDone { why, said, .. }) => match self.facts.intents {
                1 => self.put_back_then(Outcome::NotDone(*why, said.clone())),
                // An earlier reboot is still unknown: the machine may be on its way, so a person decides again.
                _ => P::Undecided { intent: intent.clone(), candidates: Vec::new() },
            },
            (P::Intended(intent), E::RebootUnknown { .. }) => P::Unsettled(intent.clone()),
            (P::Intended(_) | P::Unsettled(_) | P::Undecided { .. }, E::TaskAdopted { task }) => P::Rebooting(*task),
            (P::Ready, E::TaskAdopted { task }) if self.facts.intents > 0 => P::Rebooting(*task),
            (P::Intended(intent) | P::Unsettled(intent), E::NotSettled { candidates, .. }) => {
                P::Undecided { intent: intent.clone(), candidates: candidates.clone() }
            }
            (P::Ready, E::OthersAtWork { .. }) if self.facts.intents > 0 => self.without_approval(Outcome::Expired),
            (P::Undecided { .. }, E::QuestionUnanswered) if !self.is_on_calls() => self.phase.clone(),
            (P::Undecided { .. }, E::RequestLogged { .. }) if self.facts.logged.is_none() => self.phase.clone(),
            (P::Undecided { .. }, E::RebootAgainApproved { .. }) => P::Ready,
            (P::Undecided { .. }, E::LeftAlone { by, .. }) => P::Ended(Outcome::LeftAlone(*by)),
            (P::Standing(_), E::LeftAlone { by, .. }) if self.kind == Kind::Reboot => P::Ended(Outcome::LeftAlone(*by)),
            (P::PuttingBack(outcome), E::PutBack { .. }) => P::Ended(outcome.clone()),
            (phase, E::TaskSeen { status, comment }) if phase.task().is_some() => {
                self.after_task(status, comment.as_ref())
            }
            (phase, E::TaskVanished) if phase.task().is_some() => self.after_task_done(),
            (P::Rebooting(task) | P::OpeningConsole(task) | P::FreeingSessions(task), E::TaskStands) => {
                P::Standing(*task)
            }
            (P::Standing(_), E::StandingUnanswered) if !self.facts.standing_unanswered => self.phase.clone(),
            (P::Standing(_), E::DeliveryAttempted { source, .. }) if self.kind == Kind::Enable => {
                P::Delivering(*source)
            }
            (P::Standing(_), E::LinkWithheld) if self.kind == Kind::Enable => self.ended_with(Link::Withheld),
            (
                P::Rebooting(_) | P::Standing(_) | P::Searching | P::Delivering(_) | P::AwaitingReveal(_) | P::Watching,
                E::PortSeen { .. } | E::PowerSeen { .. },
            ) => self.phase.clone(),
            (P::Searching | P::Delivering(_), E::DeliveryAttempted { source, .. }) => P::Delivering(*source),
            (P::Searching | P::Delivering(_) | P::AwaitingReveal(_), E::FoundImpossible { problem })
                if self.kind != Kind::Console =>
            {
                P::Ended(Outcome::Impossible(problem.clone()))
            }
            (P::Delivering(Some(_)), E::LinkDelivered) => self.ended_with(Link::Delivered),
            (P::Delivering(None), E::LinkDelivered) => self.ended_with(Link::NotNeeded),
            (P::Delivering(Some(source)), E::DmClosed { .. }) => P::AwaitingReveal(*source),
            (P::Delivering(None), E::DmClosed { .. }) => self.ended_with(Link::NotNeeded),
            (P::AwaitingReveal(_), E::LinkRevealed { .. }) => self.ended_with(Link::Revealed),
            (P::AwaitingReveal(_), E::LinkGivenUp) => self.ended_with(Link::NotTaken),
            (P::Searching | P::Delivering(_), E::LinkNotFound { .. }) => self.ended_with(Link::NotFound),
            (P::Searching | P::Delivering(_), E::LinkWithheld) => self.ended_with(Link::Withheld),
            (P::Watching, E::Watched) => P::Ended(match self.kind {
                Kind::Restore => Outcome::Restored,
                _ => Outcome::Rebooted,
            }),
            (phase, E::LongerThanUsual) if self.awaits_what_is_usual() => phase.clone(),
            (phase, E::Faulted | E::Hindered { .. } | E::Unhindered) if !self.is_ended() => phase.clone(),
            (_, E::FoundInCopy) if !self.is_ended() => P::Ended(Outcome::InDoubt),
            (_, E::Superseded { by }) if self.can_be_superseded() => P::Ended(Outcome::Superseded(*by)),
            _ => return None,
        })
    }

    /// The round that is open, if it takes this.
    fn round_for(&self, takes: impl Fn(&Round) -> bool) -> Option<&Round> {
        self.facts.rounds.last().filter(|round| round.end == RoundEnd::Open && takes(round))
    }

    /// It begins; or the one more reboot is next.
    fn after_approval(&self) -> Phase {
        if self.facts.intents == 0 { Phase::Opened } else { Phase::Ready }
    }

    /// It ends; or the question stands again whether the machine is to be rebooted once more.
    fn without_approval(&self, outcome: Outcome) -> Phase {
        match &self.facts.last_intent {
            None => Phase::Ended(outcome),
            Some(intent) => Phase::Undecided { intent: intent.clone(), candidates: self.facts.candidates.clone() },
        }
    }

    /// What follows when nothing was rebooted: what was set goes back first, unless nothing was.
    fn put_back_then(&self, outcome: Outcome) -> Phase {
        let changed = self.facts.plan.as_ref().is_some_and(|plan| plan.change.is_some());
        if changed { Phase::PuttingBack(outcome) } else { Phase::Ended(outcome) }
    }

    fn ended_with(&self, link: Link) -> Phase {
        Phase::Ended(match self.kind {
            Kind::Console => Outcome::ConsoleOpen(link),
            _ => Outcome::InRescue(link),
        })
    }

    fn after_task(&self, status: &TaskStatus, comment: Option<&String>) -> Phase {
        match status {
            TaskStatus::Done => self.after_task_done(),
            TaskStatus::Cancelled | TaskStatus::CustomerError | TaskStatus::OvhError => {
                Phase::Ended(Outcome::TaskFailed { status: status.clone(), comment: comment.cloned() })
            }
            TaskStatus::Init | TaskStatus::Todo | TaskStatus::Doing | TaskStatus::Other(_) => self.phase.clone(),
        }
    }

    fn after_task_done(&self) -> Phase {
        match self.kind {
            Kind::FreeSessions => Phase::Ended(Outcome::SessionsFreed),
            kind if kind.seeks_link() => Phase::Searching,
            _ => Phase::Watching,
        }
    }

    fn illegal(&self, event: &Event) -> IllegalEvent {
        IllegalEvent { event: event.word(), phase: self.phase.word() }
    }
}

/// How something ends that was not begun; `None` for any other event.
fn not_begun(event: &Event) -> Option<Outcome> {
    match event {
        Event::Expired => Some(Outcome::Expired),
        Event::FoundImpossible { problem } => Some(Outcome::Impossible(problem.clone())),
        _ => None,
    }
}
