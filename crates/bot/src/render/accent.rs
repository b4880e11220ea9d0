//! The colour of the frame around an operation's card: it says nothing that the card's words do not say.
//!
//! So it changes only where they do, and costs no edit of its own.

use bernard_domain::operation::{
    Kind, Operation,
    state::{Link, Outcome, Phase},
};
use jiff::SignedDuration;

use super::{layout::Accent, past::Tense, progress};

/// The colour of an operation, of which `usual` says how long such a thing takes.
pub(crate) fn of(operation: &Operation, tense: Tense<'_>, usual: Option<SignedDuration>) -> Accent {
    match &operation.state.phase {
        // A person is waited for, or nobody knows yet, or it stands.
        Phase::AwaitingApproval
        | Phase::AwaitingReveal(_)
        | Phase::Undecided { .. }
        | Phase::Unsettled(_)
        | Phase::TicketUnsettled(_)
        | Phase::SessionsUnsettled(_)
        | Phase::Standing(_) => Accent::Warning,
        Phase::Opened
        | Phase::Prepared
        | Phase::Ready
        | Phase::Intended(_)
        | Phase::PuttingBack(_)
        | Phase::Rebooting(_)
        | Phase::TestingConsole(..)
        | Phase::AskingConsole(_)
        | Phase::OpeningConsole(_)
        | Phase::TicketReady
        | Phase::TicketIntended(_)
        | Phase::SessionsReady
        | Phase::SessionsIntended(_)
        | Phase::FreeingSessions(_)
        | Phase::Searching
        | Phase::Delivering(_)
        | Phase::Watching => match is_hindered(operation, usual) {
            true => Accent::Warning,
            false => Accent::Live,
        },
        Phase::Ended(_) if operation.state.is_end_unseen() => Accent::Warning,
        Phase::Ended(ended) => of_end(ended, operation.request.kind(), tense),
    }
}

/// Whether what is under way takes long, or something is in its way.
fn is_hindered(operation: &Operation, usual: Option<SignedDuration>) -> bool {
    operation.state.facts.hindrance.is_some() || progress::longer_than(operation, usual).is_some()
}

fn of_end(ended: &Outcome, kind: Kind, tense: Tense<'_>) -> Accent {
    match ended {
        Outcome::InRescue(_) | Outcome::Adopted | Outcome::HandedOver(_) if tense.is_past() => Accent::Quiet,
        Outcome::InRescue(Link::NotFound | Link::NotTaken | Link::Withheld)
        | Outcome::ConsoleOpen(Link::NotFound | Link::NotTaken | Link::Withheld) => Accent::Warning,
        Outcome::InRescue(_) if kind == Kind::Link => Accent::Good,
        // The rescue runs.
        Outcome::InRescue(_) | Outcome::Adopted => Accent::Live,
        Outcome::HandedOver(_)
        | Outcome::ConsoleOpen(_)
        | Outcome::TicketOpened(_)
        | Outcome::SessionsFreed
        | Outcome::Restored
        | Outcome::Rebooted
        | Outcome::NetbootBack => Accent::Good,
        Outcome::TicketUnknown | Outcome::SessionsUnknown | Outcome::InDoubt => Accent::Warning,
        Outcome::Impossible(_) | Outcome::NotDone(..) | Outcome::TaskFailed { .. } => Accent::Bad,
        Outcome::Expired
        | Outcome::Denied(_)
        | Outcome::NotApproved
        | Outcome::Cancelled(_)
        | Outcome::LeftAlone(_)
        | Outcome::Superseded(_) => Accent::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        access::UserId,
        console::ConsoleKind,
        hindrance::{Hindrance, Matter},
        lease::{
            Lease,
            past::{Ending, Past},
            sight::Seen,
        },
        locale::Locale,
        mark::Mark,
        operation::{
            ChannelId, Intent, OperationId, Request, Setting, Snapshot, Source, Wish,
            approval::Guard,
            event::{NotDone, Problem},
        },
        server::{Boot, BootId, System, TaskId, TaskStatus},
    };
    use jiff::Timestamp;

    use super::*;
    use crate::render::card_links::CardLinks;

    const PERSON: UserId = UserId(7);
    const TASK: TaskId = TaskId(1);

    fn opened(wish: Wish) -> Operation {
        let request = Request {
            wish,
            server: "ns1111111.ip-203-0-113.eu".to_owned().try_into().expect("a name"),
            account: "main".into(),
            label: "web-1".into(),
            requester: PERSON,
            locale: Locale::En,
            channel: ChannelId(500),
            place: ChannelId(500),
            reason: None,
            rule: "role 1".into(),
            guard: Guard::Unprotected,
            known_as: None,
            beside: None,
            runbooks: Vec::new(),
        };
        Operation::open(OperationId(142), Mark::default(), request, Timestamp::UNIX_EPOCH)
    }

    fn at(phase: Phase) -> Operation {
        let mut operation = opened(Wish::Reboot { into: None });
        operation.state.phase = phase;
        operation
    }

    fn accent(operation: &Operation) -> Accent {
        of(operation, Tense::Present, Some(SignedDuration::from_mins(4)))
    }

    fn intent() -> Intent {
        Intent { at: Timestamp::UNIX_EPOCH, known: Vec::new() }
    }

    fn lease() -> Lease {
        let boot =
            Boot { id: BootId(1), boot_type: "rescue".into(), kernel: "rescue".into(), description: String::new() };
        Lease {
            operation: OperationId(142),
            mark: Mark::default(),
            server: "ns1111111.ip-203-0-113.eu".to_owned().try_into().expect("a name"),
            account: "main".into(),
            label: "web-1".into(),
            owner: PERSON,
            channel: ChannelId(500),
            started: Timestamp::UNIX_EPOCH,
            deadline: Timestamp::UNIX_EPOCH,
            before: Snapshot::default(),
            set: Setting::of(boot.into()),
            system: System::Linux,
            found: Vec::new(),
            offset: None,
            seen: Seen::default(),
        }
    }

    #[test]
    fn what_is_under_way_is_live_unless_somebody_should_look() {
        let undecided = Phase::Undecided { intent: intent(), candidates: Vec::new() };
        for phase in [
            Phase::AwaitingApproval,
            Phase::AwaitingReveal(Source::Mail),
            undecided,
            Phase::Unsettled(intent()),
            Phase::TicketUnsettled(Timestamp::UNIX_EPOCH),
            Phase::SessionsUnsettled(intent()),
            Phase::Standing(TASK),
        ] {
            assert_eq!(accent(&at(phase.clone())), Accent::Warning, "{phase:?}");
        }
        for phase in [
            Phase::Opened,
            Phase::Prepared,
            Phase::Ready,
            Phase::Intended(intent()),
            Phase::PuttingBack(Outcome::Expired),
            Phase::Rebooting(TASK),
            Phase::TestingConsole(ConsoleKind::ALL[0], None),
            Phase::AskingConsole(ConsoleKind::ALL[0]),
            Phase::OpeningConsole(TASK),
            Phase::TicketReady,
            Phase::TicketIntended(Timestamp::UNIX_EPOCH),
            Phase::SessionsReady,
            Phase::SessionsIntended(intent()),
            Phase::FreeingSessions(TASK),
            Phase::Searching,
            Phase::Delivering(None),
            Phase::Watching,
        ] {
            let mut operation = at(phase.clone());
            assert_eq!(accent(&operation), Accent::Live, "{phase:?}");
            operation.state.facts.hindrance = Some(Hindrance { matter: Matter::Key, said: "403".into() });
            assert_eq!(accent(&operation), Accent::Warning, "{phase:?}, and its key is refused");
        }
        let mut slow = at(Phase::Rebooting(TASK));
        slow.state.facts.longer_than_usual = true;
        assert_eq!(accent(&slow), Accent::Warning);
        assert_eq!(of(&slow, Tense::Present, None), Accent::Live, "its words say nothing of it either");
    }

    #[test]
    fn an_end_has_the_colour_of_what_came_of_it() {
        let ends = [
            (Accent::Live, vec![Outcome::InRescue(Link::Delivered), Outcome::InRescue(Link::Revealed)]),
            (Accent::Live, vec![Outcome::InRescue(Link::NotNeeded), Outcome::Adopted]),
            (Accent::Good, vec![Outcome::HandedOver(PERSON), Outcome::ConsoleOpen(Link::Delivered)]),
            (Accent::Good, vec![Outcome::TicketOpened(1), Outcome::SessionsFreed, Outcome::Restored]),
            (Accent::Good, vec![Outcome::Rebooted, Outcome::NetbootBack]),
            (Accent::Warning, vec![Outcome::TicketUnknown, Outcome::SessionsUnknown, Outcome::InDoubt]),
            (Accent::Warning, vec![Outcome::InRescue(Link::NotFound), Outcome::InRescue(Link::NotTaken)]),
            (Accent::Warning, vec![Outcome::InRescue(Link::Withheld), Outcome::ConsoleOpen(Link::NotFound)]),
            (Accent::Warning, vec![Outcome::ConsoleOpen(Link::NotTaken), Outcome::ConsoleOpen(Link::Withheld)]),
            (Accent::Bad, vec![Outcome::Impossible(Problem::ServerGone)]),
            (Accent::Bad, vec![Outcome::NotDone(NotDone::Refused, String::new())]),
            (Accent::Bad, vec![Outcome::TaskFailed { status: TaskStatus::OvhError, comment: None }]),
            (Accent::Quiet, vec![Outcome::Expired, Outcome::Denied(PERSON), Outcome::NotApproved]),
            (Accent::Quiet, vec![Outcome::Cancelled(PERSON), Outcome::LeftAlone(PERSON)]),
            (Accent::Quiet, vec![Outcome::Superseded(OperationId(143))]),
        ];
        for (colour, outcomes) in ends {
            for outcome in outcomes {
                assert_eq!(accent(&at(Phase::Ended(outcome.clone()))), colour, "{outcome:?}");
            }
        }
        let mut unseen = at(Phase::Ended(Outcome::Rebooted));
        unseen.state.facts.task_vanished = true;
        assert_eq!(accent(&unseen), Accent::Warning);
        let mut found = opened(Wish::Link { sources: vec![Source::Mail] });
        found.state.phase = Phase::Ended(Outcome::InRescue(Link::Delivered));
        assert_eq!(accent(&found), Accent::Good, "a link is not a rescue");
    }

    #[test]
    fn what_speaks_of_a_rescue_that_is_over_is_quiet_and_what_failed_stays_so() {
        let lease = lease();
        let past = Past { lease, to: Timestamp::UNIX_EPOCH, ended: Ending::Others };
        let links = CardLinks::default();
        let over = |outcome| of(&at(Phase::Ended(outcome)), Tense::Past(&past, &links), None);
        for spoke in [Outcome::InRescue(Link::Delivered), Outcome::InRescue(Link::NotFound), Outcome::Adopted] {
            assert_eq!(over(spoke.clone()), Accent::Quiet, "{spoke:?}");
        }
        assert_eq!(over(Outcome::TaskFailed { status: TaskStatus::OvhError, comment: None }), Accent::Bad);
    }
}
