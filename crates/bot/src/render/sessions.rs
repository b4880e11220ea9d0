//! Stuck sessions of consoles in words: the card that asks whether they are to be freed, and what became of that.

use bernard_domain::{
    locale::Locale,
    operation::{Operation, Request, state::Outcome},
    server::Server,
};
use bernard_text::say;
use jiff::Timestamp;

use super::{
    approval_card, button, confirmation, others, runbook,
    wording::{self, small},
};
use crate::component::Button;

/// The card: the deed, the server, what is lost, what others are at, whose approval it needs.
pub(crate) fn describe(request: &Request, server: &Server, until: Timestamp) -> String {
    let locale = request.locale;
    let mut lines = vec![say!(locale, "sessions-title"), confirmation::machine(server), say!(locale, "sessions-lost")];
    lines.extend(request.beside.iter().flat_map(|beside| others::lines(beside, locale)));
    lines.extend(approval_card::forewarning(&request.guard, locale));
    lines.extend(runbook::lines(&request.runbooks, locale));
    lines.push(confirmation::valid_until(until, locale));
    lines.join("\n")
}

/// What became of it.
pub(crate) fn end_lines(operation: &Operation, outcome: &Outcome, locale: Locale) -> Vec<String> {
    let facts = &operation.state.facts;
    match outcome {
        Outcome::SessionsFreed if facts.task_vanished => vec![say!(locale, "card-task-vanished")],
        Outcome::SessionsFreed => vec![say!(locale, "sessions-freed")],
        Outcome::SessionsUnknown => {
            let because = facts.unknown_because.as_ref().or(facts.tasks_unread.as_ref());
            let because = because.map(|said| small(&wording::said(said)));
            [say!(locale, "sessions-unknown")].into_iter().chain(because).collect()
        }
        Outcome::NotDone(_, said) => vec![say!(locale, "sessions-not-freed", said = wording::said(said))],
        _ => Vec::new(),
    }
}

/// **Console**, once they are free or may be; and **Free stuck sessions**, where that may help.
pub(crate) fn buttons(operation: &Operation, outcome: &Outcome, locale: Locale) -> Vec<button::Button> {
    let marked = operation.marked();
    let opens = matches!(outcome, Outcome::SessionsFreed | Outcome::SessionsUnknown);
    let console = opens.then_some(Button::Console(marked));
    let free = operation.may_have_stuck_sessions().then_some(Button::FreeSessions(marked));
    console.into_iter().chain(free).map(|button| button.create(locale)).collect()
}
