//! A ticket with OVHcloud's support in words: its exact text, the card that shows it, and what became of it.
//!
//! The text is plain, for OVHcloud's people. What OVHcloud said itself goes in only without links and ids, and nothing that a person of
//! ours typed goes in at all: no reason, no display name.

use bernard_domain::{
    locale::Locale,
    mark::Mark,
    operation::{
        Operation, OperationId, Wish,
        event::{Event, Taken},
        state::{Outcome, Phase},
        ticket::{TicketWish, Trouble},
    },
    others::OthersWork,
    server::{QueryId, Server, start::Start},
};
use bernard_engine::support::Dossier;
use bernard_text::{named, say};
use bernard_untrusted::{
    shown::{self, span::code},
    sieve::one_line,
};
use jiff::Timestamp;

use super::{
    button, confirmation,
    wording::{self, small},
};
use crate::component::Button;

/// The longest body: with its card it fits into one message of Discord's, whole.
const LONGEST: usize = 1_200;
/// How many query ids are named, the latest.
const QUERIES: usize = 5;

/// Whether OVHcloud's support can be asked about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Nobody may.
    Closed,
    /// Whoever may is offered it.
    Open,
    /// It was: by this operation, under this number.
    Asked(OperationId, u64),
}

/// What happened that OVHcloud is asked about.
pub(crate) struct Happened<'a> {
    /// What OVHcloud's people may have to look at.
    pub(crate) trouble: Trouble,
    /// The operation that it happened to, and its events, if it was one.
    pub(crate) operation: Option<(&'a Operation, &'a [(Timestamp, Event)])>,
}

/// The ticket, word for word as it will be sent. `reference` is no other ticket's.
pub(crate) fn compose(
    happened: &Happened<'_>,
    server: &Server,
    dossier: &Dossier,
    reference: Mark,
    locale: Locale,
) -> TicketWish {
    let name = server.name.as_str();
    let reference = reference.to_string();
    let subject = match happened.trouble {
        Trouble::TaskFailed => say!(locale, "ticket-subject-task-failed", server = name, reference = reference),
        Trouble::TaskStands => say!(locale, "ticket-subject-task-stands", server = name, reference = reference),
        Trouble::NotBack => say!(locale, "ticket-subject-not-back", server = name, reference = reference),
        Trouble::Held => say!(locale, "ticket-subject-held", server = name, reference = reference),
    };
    let mut lines = what_happened(happened, server, locale);
    lines.push(String::new());
    lines.extend(how_it_is(server, dossier, locale));
    let about = happened.operation.map(|(operation, _)| operation.id);
    TicketWish { about, subject, body: shown::cut(&plain(&lines.join("\n")), LONGEST) }
}

/// Nothing in it ends the block of code that it is shown in: what is shown is what is sent.
fn plain(text: &str) -> String {
    text.replace('`', "'")
}

fn what_happened(happened: &Happened<'_>, server: &Server, locale: Locale) -> Vec<String> {
    let Some((operation, events)) = happened.operation else {
        return vec![say!(locale, "ticket-held", state = one_line(&server.state))];
    };
    let facts = &operation.state.facts;
    let mut lines = Vec::new();
    let task = facts.task.as_ref().map(|(task, _)| task.to_string()).unwrap_or_else(|| "?".to_owned());
    match (&operation.state.phase, happened.trouble) {
        (Phase::Ended(Outcome::TaskFailed { status, comment }), _) => {
            lines.push(say!(locale, "ticket-task-failed", task = task, status = one_line(status.as_str())));
            lines.extend(comment.as_ref().map(|said| say!(locale, "ticket-comment", said = one_line(said))));
        }
        (_, Trouble::TaskStands) => {
            let status = facts.task.as_ref().map(|(_, status)| one_line(status.as_str())).unwrap_or_default();
            lines.push(say!(locale, "ticket-task-stands", task = task, status = status));
        }
        (_, Trouble::NotBack) => lines.push(say!(locale, "ticket-not-back", task = task)),
        _ => lines.push(say!(locale, "ticket-held", state = one_line(&server.state))),
    }
    let intended = facts.last_intent.as_ref().map(|intent| say!(locale, "ticket-asked-at", at = utc(intent.at)));
    let dark = facts.port_closed.map(|at| say!(locale, "ticket-dark-at", at = utc(at)));
    lines.extend(intended.into_iter().chain(dark));
    let queries: Vec<&str> = events.iter().flat_map(|(_, event)| queries(event)).map(QueryId::as_str).collect();
    if !queries.is_empty() {
        let latest = queries[queries.len().saturating_sub(QUERIES)..].join(", ");
        lines.push(say!(locale, "ticket-queries", queries = latest));
    }
    lines
}

/// OVHcloud's names for the requests that an event tells of.
fn queries(event: &Event) -> Vec<&QueryId> {
    match event {
        Event::BootSet { queries, .. } | Event::WrittenBack { queries } | Event::PutBack { queries, .. } => {
            queries.iter().collect()
        }
        Event::RebootAccepted { query, .. }
        | Event::RebootNotDone { query, .. }
        | Event::RebootUnknown { query, .. }
        | Event::ConsoleTestAsked { query, .. }
        | Event::ConsoleAsked { query, .. }
        | Event::SessionsAccepted(Taken { query, .. })
        | Event::SettingRefused { query, .. }
        | Event::SettingInDoubt { query, .. } => query.iter().collect(),
        _ => Vec::new(),
    }
}

/// The facts that OVHcloud's own command line puts into its tickets.
fn how_it_is(server: &Server, dossier: &Dossier, locale: Locale) -> Vec<String> {
    let known =
        |text: Option<&str>| text.map(one_line).filter(|text| !text.is_empty()).unwrap_or_else(|| "?".to_owned());
    let flag = |flag: bool| if flag { say!(locale, "ticket-yes") } else { say!(locale, "ticket-no") };
    let bought = &dossier.bought;
    let tasks = dossier.beside.works.iter().filter_map(running);
    let planned = dossier.beside.works.iter().filter_map(planned);
    vec![
        say!(
            locale,
            "ticket-server",
            server = server.name.as_str(),
            ip = known(server.ip.as_deref()),
            reverse = known(server.reverse.as_deref())
        ),
        say!(
            locale,
            "ticket-place",
            datacenter = known(server.datacenter.as_deref()),
            rack = known(bought.rack.as_deref()),
            range = known(bought.range.as_deref()),
            level = known(bought.support_level.as_deref())
        ),
        say!(
            locale,
            "ticket-state",
            state = one_line(&server.state),
            power = known(server.power_state.as_deref()),
            os = known(Some(server.os.as_str()))
        ),
        say!(locale, "ticket-boot", boot = dossier.next.as_ref().map_or_else(|| "?".to_owned(), start)),
        say!(
            locale,
            "ticket-care",
            monitoring = server.monitoring.map_or_else(|| "?".to_owned(), flag),
            interventions = flag(!server.no_intervention)
        ),
        say!(locale, "ticket-tasks", tasks = list(tasks, locale)),
        say!(locale, "ticket-planned", planned = list(planned, locale)),
    ]
}

/// A script may hold anything: it is only said that there is one.
fn start(start: &Start) -> String {
    match start {
        Start::Netboot(boot) => format!("{} ({})", boot.id, one_line(&boot.kernel)),
        Start::Script(_) => "bootScript".to_owned(),
    }
}

fn running(work: &OthersWork) -> Option<String> {
    match work {
        OthersWork::Task { id, function, status } => {
            Some(format!("{id} ({}, {})", one_line(function), one_line(status.as_str())))
        }
        OthersWork::UnreadTask { id } => Some(id.to_string()),
        OthersWork::Planned { .. } | OthersWork::Intervention { .. } => None,
    }
}

fn planned(work: &OthersWork) -> Option<String> {
    match work {
        OthersWork::Planned { id, kind, .. } => Some(format!("{id} ({})", one_line(kind))),
        _ => None,
    }
}

fn list(words: impl Iterator<Item = String>, locale: Locale) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { say!(locale, "ticket-none") } else { words.join(", ") }
}

/// A moment as OVHcloud's people read it.
fn utc(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// The card: what will be sent, whole, and that it is sent once.
pub(crate) fn describe(ticket: &TicketWish, server: &Server, until: Timestamp, locale: Locale) -> String {
    [
        say!(locale, "ticket-title"),
        confirmation::machine(server),
        say!(locale, "ticket-exactly"),
        format!("```\n{}\n\n{}\n```", plain(&ticket.subject), ticket.body),
        confirmation::valid_until(until, locale),
    ]
    .join("\n")
}

/// **Ask OVHcloud**, where that may help.
pub(crate) fn ask_button(operation: &Operation, support: Support, locale: Locale) -> Option<button::Button> {
    let offers = support == Support::Open && operation.trouble().is_some();
    offers.then(|| Button::AskOvhcloud(operation.marked()).create(locale))
}

/// The ticket that was opened about it.
pub(crate) fn asked_line(support: Support, locale: Locale) -> Option<String> {
    match support {
        Support::Asked(by, number) => {
            Some(say!(locale, "ticket-asked", number = number.to_string(), id = by.to_string()))
        }
        Support::Open | Support::Closed => None,
    }
}

/// What became of a ticket that was sent.
pub(crate) fn end_lines(operation: &Operation, outcome: &Outcome, locale: Locale) -> Vec<String> {
    let Wish::Ticket(ticket) = &operation.request.wish else { return Vec::new() };
    let facts = &operation.state.facts;
    let subject = code(&ticket.subject);
    match outcome {
        Outcome::TicketOpened(number) => {
            let number = number.to_string();
            let found = facts.adopted.then(|| small(&say!(locale, "ticket-found")));
            [say!(locale, "ticket-opened", number = number, subject = subject)].into_iter().chain(found).collect()
        }
        Outcome::TicketUnknown => {
            let because = facts.unknown_because.as_ref().or(facts.search_trouble.as_ref());
            let because = because.map(|said| small(&wording::said(said)));
            [say!(locale, "ticket-unknown", subject = subject)].into_iter().chain(because).collect()
        }
        Outcome::NotDone(_, said) => vec![say!(locale, "ticket-not-sent", said = wording::said(said))],
        _ => Vec::new(),
    }
}

/// What a ticket's card shows while it is sent.
pub(crate) fn card_line(ticket: &TicketWish, locale: Locale) -> String {
    match ticket.about {
        Some(about) => say!(locale, "ticket-about", id = about.to_string(), subject = code(&ticket.subject)),
        None => say!(locale, "ticket-about-server", subject = code(&ticket.subject)),
    }
}

/// That it was asked already.
pub(crate) fn there(by: OperationId, number: u64, label: &str, locale: Locale) -> String {
    say!(locale, "ticket-there", number = number.to_string(), id = by.to_string(), server = named(label))
}
