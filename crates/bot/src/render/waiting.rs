//! What an operation waits for, in words: a task of OVHcloud's that does not end, and whatever else does not work. And what became
//! of the link that was waited for.

use bernard_domain::{
    access::{UserId, Who},
    hindrance::{Hindrance, Matter},
    lease::Lease,
    locale::Locale,
    operation::{
        Kind, Operation,
        state::{Link, Outcome, Phase},
    },
};
use bernard_text::{mention, say};
use bernard_untrusted::shown::span::code;

use super::{
    rendering::{ChannelStyle, Rendering, rendering, title},
    ticket::{self, Support},
    wording::{self, Headline},
};
use crate::component::Button;

/// What the card says of what does not work.
pub(crate) fn lines(operation: &Operation, locale: Locale) -> Vec<String> {
    let facts = &operation.state.facts;
    let stands = operation.state.stands().then(|| next_line(operation, locale));
    let hindrance = facts.hindrance.as_ref().filter(|_| !operation.state.is_ended());
    let hindered = hindrance.map(|Hindrance { matter, said }| {
        let said = code(said);
        match matter {
            Matter::Key => say!(locale, "hindered-key", said = said),
            Matter::Right => say!(locale, "hindered-right", said = said),
            Matter::Clock => say!(locale, "hindered-clock", said = said),
            Matter::Service => say!(locale, "hindered-service", said = said),
            Matter::Account => say!(locale, "hindered-account", said = said),
            Matter::Refused => say!(locale, "hindered-refused", said = said),
            Matter::Weather => say!(locale, "hindered-weather", said = said),
        }
    });
    stands.into_iter().chain(hindered).collect()
}

/// That the task stands: to the requester, and to on-call if nobody reacts; each keeps its place when it is over.
pub(crate) fn messages(
    operation: &Operation,
    lease: Option<&Lease>,
    support: Support,
    manner: ChannelStyle,
) -> Vec<Rendering> {
    let facts = &operation.state.facts;
    let mut messages = Vec::new();
    if facts.stood {
        let requester = vec![Who::User(operation.request.requester)];
        messages.push(standing(
            "late",
            say!(manner.locale, "state-standing"),
            requester,
            operation,
            lease,
            support,
            manner.locale,
        ));
    }
    if facts.standing_unanswered {
        let called = manner.called(operation.request.requester);
        let state = say!(manner.locale, "state-standing-still");
        messages.push(standing("late-2", state, called, operation, lease, support, manner.locale));
    }
    messages
}

fn standing(
    slot: &str,
    state: String,
    called: Vec<Who>,
    operation: &Operation,
    lease: Option<&Lease>,
    support: Support,
    locale: Locale,
) -> Rendering {
    let mut lines = vec![title(operation, &Headline::new("🐌", state), locale), wording::each(&called)];
    let mut buttons = Vec::new();
    if operation.state.stands() {
        lines.extend(task_line(operation, locale));
        lines.push(next_line(operation, locale));
        if let Some(lease) = lease {
            lines.push(say!(locale, "standing-way-out"));
            buttons.push(Button::RestoreNow(lease.marked()).create(locale));
        }
        if operation.can_be_let_go() {
            lines.push(say!(locale, "standing-leave-it"));
            buttons.push(Button::LetGo(operation.marked()).create(locale));
        }
        lines.extend(ticket::asked_line(support, locale));
        buttons.extend(ticket::ask_button(operation, support, locale));
    } else {
        lines.push(over_line(operation, locale));
    }
    rendering(slot.to_owned(), lines, buttons, called)
}

/// What OVHcloud says of the task.
fn task_line(operation: &Operation, locale: Locale) -> Option<String> {
    let (task, status) = operation.state.facts.task.as_ref()?;
    Some(say!(locale, "standing-task", task = task.to_string(), status = code(status.as_str())))
}

/// What goes on meanwhile.
fn next_line(operation: &Operation, locale: Locale) -> String {
    match operation.request.kind() {
        Kind::Enable => say!(locale, "standing-next-rescue"),
        Kind::Console | Kind::FreeSessions => say!(locale, "standing-next-console"),
        _ => say!(locale, "standing-next"),
    }
}

/// How the wait ended.
fn over_line(operation: &Operation, locale: Locale) -> String {
    match (&operation.state.phase, &operation.state.facts.task) {
        (Phase::Ended(Outcome::Superseded(by)), _) => say!(locale, "standing-superseded", by = by.to_string()),
        (Phase::Ended(Outcome::LeftAlone(by)), _) => left_alone(operation, *by, locale),
        (_, Some((_, status))) if status.is_final() => {
            say!(locale, "standing-over", status = code(status.as_str()))
        }
        _ => say!(locale, "standing-past"),
    }
}

/// What a person left as it is: a task that stands, or what nobody knows.
pub(crate) fn left_alone(operation: &Operation, by: UserId, locale: Locale) -> String {
    let facts = &operation.state.facts;
    match facts.task.as_ref().filter(|_| facts.is_standing()) {
        Some((task, status)) => {
            let (task, status) = (task.to_string(), code(status.as_str()));
            say!(locale, "end-let-go", who = mention(by), task = task, status = status)
        }
        None => say!(locale, "end-left-alone", who = mention(by)),
    }
}

/// What stands beside what became of the link: which source refused to be asked for it, and a task that still stands.
pub(crate) fn beside_link(operation: &Operation, link: Link, locale: Locale) -> Vec<String> {
    let facts = &operation.state.facts;
    let refused = facts.search_trouble.as_ref().filter(|_| link != Link::NotFound);
    let refused = refused.map(|said| say!(locale, "end-link-beside", said = code(said)));
    let task = facts.task.as_ref().filter(|_| facts.is_standing());
    let standing = task
        .map(|(task, status)| say!(locale, "end-task-stands", task = task.to_string(), status = code(status.as_str())));
    [refused, standing].into_iter().flatten().collect()
}
