//! Sessions on a server's consoles that are stuck: where freeing them may help.
//!
//! Pure. OVHcloud ends all sessions of the server at once, those of other people too. Like a reboot that cannot be taken back, so
//! somebody confirms it, and it is asked for once.

use super::{
    Kind, Operation,
    event::{NotDone, Problem},
    state::{Link, Outcome, Phase},
};
use crate::console::Health;

impl Operation {
    /// Whether it is a console's that is over, of which stuck sessions may be the cause: OVHcloud's test of it failed, or it came to no
    /// address. A reset that was not sent, or of which nobody knows what came, may be asked for once more.
    pub fn may_have_stuck_sessions(&self) -> bool {
        let Phase::Ended(outcome) = &self.state.phase else { return false };
        let facts = &self.state.facts;
        match self.request.kind() {
            Kind::Console => {
                let failed = matches!(facts.console_health, Some(Health::Fails { .. }));
                let no_address = match outcome {
                    Outcome::TaskFailed { .. } | Outcome::ConsoleOpen(Link::NotFound) => true,
                    Outcome::Impossible(Problem::Ovhcloud { .. }) => facts.console.is_some(),
                    _ => false,
                };
                let over = !matches!(outcome, Outcome::InDoubt | Outcome::Superseded(_));
                no_address || (failed && over)
            }
            Kind::FreeSessions => {
                matches!(outcome, Outcome::SessionsUnknown | Outcome::NotDone(NotDone::Unsent, _))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        console::{ConsoleKind, ConsoleMinutes},
        mark::Mark,
        operation::{
            Intent, OperationId, Wish,
            event::{Event, NoAnswer, NotTaken, Taken},
            fixture::request,
        },
        server::{TaskId, TaskStatus},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const TASK: TaskId = TaskId(7);

    fn opened(wish: Wish) -> Operation {
        Operation::open(OperationId(2), Mark::default(), request(wish), NOW)
    }

    /// An operation of which these things are known: all that may follow has followed.
    fn after(opened: &Operation, events: &[Event]) -> Operation {
        events.iter().fold(opened.clone(), |operation, event| operation.record(event, NOW).expect("it follows"))
    }

    fn freeing(events: &[Event]) -> Operation {
        let intent = Intent { at: NOW, known: vec![TaskId(6)] };
        let begun = [Event::SessionsPrepared, Event::SessionsIntended(intent)];
        after(&opened(Wish::FreeSessions { about: OperationId(1) }), &[&begun, events].concat())
    }

    fn task(status: TaskStatus) -> Event {
        Event::TaskSeen { status, comment: None }
    }

    fn unknown() -> Event {
        Event::SessionsUnknown(NoAnswer { said: "a time-out".into(), query: None })
    }

    fn not_sent(why: NotDone) -> Event {
        Event::SessionsNotDone(NotTaken { why, said: "no".into(), query: None })
    }

    fn not_settled() -> Event {
        Event::NotSettled { candidates: Vec::new(), trouble: None }
    }

    #[test]
    fn a_console_that_came_to_no_address_or_failed_its_test_may_have_stuck_sessions_and_no_other() {
        let may = |tested: Health, events: &[Event]| {
            let begun = [
                Event::ConsoleFound { kind: ConsoleKind::KvmHtml5 },
                Event::ConsoleTestAsked { task: TASK, until: NOW, query: None },
                Event::ConsoleTested { health: tested },
            ];
            let console = opened(Wish::Console { minutes: ConsoleMinutes::Five, ip: None });
            after(&console, &[&begun, events].concat()).may_have_stuck_sessions()
        };
        let fails = || Health::Fails { said: "no answer".into() };
        let asked = || Event::ConsoleAsked { task: TASK, query: None };
        let attempted = Event::DeliveryAttempted { source: None, query: None, refused: None };
        let delivered = [asked(), task(TaskStatus::Done), attempted, Event::LinkDelivered];
        let none = Event::LinkNotFound { searched: Vec::new(), trouble: None, query: None };
        let refused = Event::FoundImpossible { problem: Problem::Ovhcloud { said: "409".into(), query: None } };
        let gone = Event::FoundImpossible { problem: Problem::NoLongerAllowed };
        assert!(may(Health::Passes, &[asked(), task(TaskStatus::OvhError)]));
        assert!(may(Health::Passes, &[asked(), task(TaskStatus::Done), none]));
        assert!(may(Health::Passes, std::slice::from_ref(&refused)));
        assert!(may(fails(), &delivered), "it was opened and may stay dark");
        assert!(!may(Health::Passes, &delivered));
        assert!(!may(Health::Passes, &[gone]), "that is nobody's session");
        assert!(!may(fails(), &[asked()]), "it is still being opened");
        assert!(!may(fails(), &[asked(), Event::FoundInCopy]), "nobody knows what came of it");
    }

    #[test]
    fn what_was_refused_or_done_is_not_asked_for_again_and_what_was_lost_may_be() {
        let accepted = || Event::SessionsAccepted(Taken { task: TASK, query: None });
        assert!(freeing(&[unknown(), not_settled()]).may_have_stuck_sessions());
        assert!(freeing(&[not_settled()]).may_have_stuck_sessions(), "after a crash nobody knows what was said");
        assert!(freeing(&[not_sent(NotDone::Unsent)]).may_have_stuck_sessions());
        assert!(!freeing(&[not_sent(NotDone::Refused)]).may_have_stuck_sessions());
        assert!(!freeing(&[accepted(), task(TaskStatus::Done)]).may_have_stuck_sessions());
    }

    #[test]
    fn one_operation_asks_once_and_ends_as_its_task_does() {
        let adopted = freeing(&[unknown(), Event::TaskAdopted { task: TASK }]);
        assert_eq!(adopted.state.phase, Phase::FreeingSessions(TASK));
        assert!(adopted.state.facts.adopted && !adopted.state.holds_server());
        let again = Event::SessionsIntended(Intent { at: NOW, known: Vec::new() });
        for asked in [freeing(&[]), freeing(&[unknown()]), adopted.clone(), freeing(&[not_sent(NotDone::Unsent)])] {
            assert!(asked.record(&again, NOW).is_err(), "{:?}", asked.state.phase);
        }
        assert_eq!(adopted.state.facts.intents, 0, "no reboot was intended");
        let done = after(&adopted, &[task(TaskStatus::Done)]);
        assert_eq!(done.state.phase, Phase::Ended(Outcome::SessionsFreed));
        let vanished = after(&adopted, &[Event::TaskVanished]);
        assert!(!done.state.is_end_unseen() && vanished.state.is_end_unseen(), "no false done");
        let late = after(&adopted, &[Event::TaskStands, task(TaskStatus::Done)]);
        assert_eq!(late.state.phase, Phase::Ended(Outcome::SessionsFreed));
    }
}
