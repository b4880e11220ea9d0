//! How far an operation is and how long such a thing takes, on one line: it counts by itself, by Discord's own relative time.

use bernard_domain::{
    locale::Locale,
    operation::{Kind, Operation, Wish, state::Phase},
};
use bernard_text::{duration, from_now, say};
use jiff::SignedDuration;

use super::wording;

/// The steps done and to come, how long it usually takes, and since when; `None` when nothing is under way that has steps.
pub(crate) fn line(operation: &Operation, usual: Option<SignedDuration>, locale: Locale) -> Option<String> {
    let (step, steps) = step(operation)?;
    let usual = match usual {
        Some(usual) => say!(locale, "usual-known", length = duration(locale, usual)),
        None => say!(locale, "usual-minutes"),
    };
    let bar = "▰".repeat(step) + &"▱".repeat(steps - step);
    let began = from_now(operation.approved);
    Some(say!(locale, "card-progress", bar = bar, step = step, steps = steps, usual = usual, began = began))
}

/// How long it usually takes, once it was noticed that it takes longer.
pub(crate) fn longer_than(operation: &Operation, usual: Option<SignedDuration>) -> Option<SignedDuration> {
    step(operation)?;
    usual.filter(|_| operation.state.facts.longer_than_usual)
}

/// That it takes longer than usual, once that was noticed.
pub(crate) fn longer(operation: &Operation, usual: Option<SignedDuration>, locale: Locale) -> Option<String> {
    let usual = longer_than(operation, usual)?;
    Some(say!(locale, "card-longer", length = duration(locale, usual)))
}

/// Where the link is looked for and since when, while it is.
pub(crate) fn searching(operation: &Operation, locale: Locale) -> Option<String> {
    if operation.state.phase != Phase::Searching {
        return None;
    }
    let since = from_now(operation.since);
    Some(match &operation.request.wish {
        Wish::Link { sources } => {
            let places: Vec<String> = sources.iter().map(|source| wording::source(*source, locale)).collect();
            say!(locale, "card-searching-in", place = places.join(", "), since = since)
        }
        _ => say!(locale, "card-searching", since = since),
    })
}

/// The step that it is at, from 1, and how many there are.
fn step(operation: &Operation) -> Option<(usize, usize)> {
    let (kind, phase) = (operation.request.kind(), &operation.state.phase);
    let steps = match kind {
        Kind::Enable => 5,
        Kind::Restore | Kind::Reboot => 4,
        Kind::Console => 3,
        Kind::Link => 2,
        Kind::PutBack | Kind::Adopt | Kind::HandOver | Kind::Ticket | Kind::FreeSessions => return None,
    };
    let last = steps;
    let step = match phase {
        Phase::Opened | Phase::Prepared | Phase::TestingConsole(..) | Phase::AskingConsole(_) => 1,
        Phase::Ready | Phase::Intended(_) | Phase::Unsettled(_) | Phase::Undecided { .. } => 2,
        Phase::OpeningConsole(_) => 2,
        Phase::Rebooting(_) | Phase::Standing(_) if kind == Kind::Console => 2,
        Phase::Rebooting(_) | Phase::Standing(_) => 3,
        Phase::Searching => last - 1,
        Phase::Watching | Phase::Delivering(_) | Phase::AwaitingReveal(_) => last,
        Phase::AwaitingApproval
        | Phase::PuttingBack(_)
        | Phase::SessionsReady
        | Phase::SessionsIntended(_)
        | Phase::SessionsUnsettled(_)
        | Phase::FreeingSessions(_)
        | Phase::TicketReady
        | Phase::TicketIntended(_)
        | Phase::TicketUnsettled(_)
        | Phase::Ended(_) => return None,
    };
    Some((step.min(last), steps))
}
