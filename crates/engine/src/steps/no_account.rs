//! An operation whose account the configuration no longer names. OVHcloud cannot be asked, so what was not begun ends, what
//! nobody knows becomes a question, what has its time ends with it, and what OVHcloud has in its hands waits for the account.

use bernard_domain::operation::{
    Operation,
    event::{Event, NotDone, Problem, PutBack},
    state::Phase,
};

use super::{Next, PATIENCE, Settings, link::is_past_revealing, waited};

/// What its step comes to.
pub(crate) fn without_account(operation: &Operation, settings: &Settings) -> Next {
    let account = operation.request.account.clone();
    let said = format!("the configuration no longer names the account {account}");
    let (state, waited) = (&operation.state, waited(operation));
    let event = match &state.phase {
        Phase::Ready if state.facts.intents > 0 => Event::RebootNotDone { why: NotDone::Unsent, said, query: None },
        Phase::Opened
        | Phase::TestingConsole(..)
        | Phase::AskingConsole(_)
        | Phase::TicketReady
        | Phase::SessionsReady
        | Phase::Prepared
        | Phase::Ready => Event::FoundImpossible { problem: Problem::NoAccount { account } },
        Phase::PuttingBack(_) => Event::PutBack { result: PutBack::Failed { said }, queries: Vec::new() },
        Phase::Intended(_) | Phase::Unsettled(_) | Phase::SessionsIntended(_) | Phase::SessionsUnsettled(_)
            if waited > settings.reboot_settle =>
        {
            Event::NotSettled { candidates: Vec::new(), trouble: Some(said) }
        }
        Phase::TicketIntended(_) | Phase::TicketUnsettled(_) if waited > settings.reboot_settle => {
            Event::TicketNotFound { trouble: Some(said) }
        }
        Phase::Undecided { .. } if !state.is_on_calls() && waited > settings.question_patience => {
            Event::QuestionUnanswered
        }
        Phase::Rebooting(_) | Phase::OpeningConsole(_) | Phase::FreeingSessions(_)
            if waited > settings.task_patience =>
        {
            Event::TaskStands
        }
        Phase::Standing(_)
            if !state.facts.standing_unanswered && waited > settings.task_patience.min(settings.question_patience) =>
        {
            Event::StandingUnanswered
        }
        Phase::Searching | Phase::Delivering(_) if waited > settings.secret_timeout => {
            Event::LinkNotFound { searched: Vec::new(), trouble: Some(said), query: None }
        }
        Phase::AwaitingReveal(_) if is_past_revealing(operation) => Event::LinkGivenUp,
        Phase::Watching if waited > settings.task_poll * PATIENCE => Event::Watched,
        _ => return Next::Wait(settings.task_poll),
    };
    Next::Record(event)
}
