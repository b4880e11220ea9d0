//! What messages say of a rescue that is over, in the place of saying that it runs: from when to when it was, and what ended it.

use bernard_domain::{
    lease::past::{Ending, Past},
    locale::Locale,
    notice::{Doing, Notice},
    operation::{
        Kind, Operation, OperationId,
        state::{Link, Outcome, Phase},
    },
};
use bernard_text::{from_to, mention, named, say, since_epoch};

use super::{
    card_links::CardLinks,
    standing,
    wording::{self, Headline},
};

/// From when to when it was, and what ended it.
fn line(past: &Past, links: &CardLinks, locale: Locale) -> String {
    let (from, to) = from_to(past.lease.started, past.to);
    say!(locale, "past-line", from = from, to = to, how = how(&past.ended, links, locale))
}

/// The same as a row of a list.
pub(crate) fn row(past: &Past, links: &CardLinks, locale: Locale) -> String {
    let (server, id) = (named(&past.lease.label), links.number(past.lease.operation));
    match past.ended {
        Ending::Undone => say!(locale, "past-undone", server = server, id = id),
        _ => say!(locale, "list-line-past", server = server, id = id, past = line(past, links, locale)),
    }
}

/// The operations that are named when a rescue is over.
pub(crate) fn named_by(past: &Past) -> impl Iterator<Item = OperationId> + use<> {
    let by = match past.ended {
        Ending::Restored { by, .. }
        | Ending::AtDeadline { by }
        | Ending::PutBack { by, .. }
        | Ending::TakenOver { by, .. } => Some(by),
        Ending::Others | Ending::ServerLeft | Ending::Undone => None,
    };
    [past.lease.operation].into_iter().chain(by)
}

/// The same of what may never have arrived in the rescue: only when it was over, and by what.
fn closed(past: &Past, links: &CardLinks, locale: Locale) -> String {
    say!(locale, "past-closed", at = since_epoch(past.to), how = how(&past.ended, links, locale))
}

/// What ended it, to stand behind “ended”.
pub(crate) fn how(ended: &Ending, links: &CardLinks, locale: Locale) -> String {
    match ended {
        Ending::Restored { by, who } => say!(locale, "past-by", id = links.number(*by), who = mention(*who)),
        Ending::AtDeadline { by } => say!(locale, "past-by-deadline", id = links.number(*by)),
        Ending::PutBack { by, who } => say!(locale, "past-by-put-back", id = links.number(*by), who = mention(*who)),
        Ending::TakenOver { by, who } => say!(locale, "past-by-rescue", id = links.number(*by), who = mention(*who)),
        Ending::ServerLeft => say!(locale, "past-by-leaving"),
        // What never was is told apart before.
        Ending::Others | Ending::Undone => say!(locale, "past-by-others"),
    }
}

/// What an ended operation's own messages say of the rescue they speak of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tense<'a> {
    /// What is so.
    Present,
    /// That it is over, and where the cards stand of what is named then.
    Past(&'a Past, &'a CardLinks),
}

impl<'a> Tense<'a> {
    /// That of an operation's messages.
    pub(crate) fn of(operation: &Operation, past: Option<&'a Past>, links: &'a CardLinks) -> Self {
        match past.filter(|_| operation.state.is_ended()) {
            Some(past) => Self::Past(past, links),
            None => Self::Present,
        }
    }

    /// Whether it is over.
    pub(crate) fn is_past(self) -> bool {
        matches!(self, Self::Past(..))
    }

    /// How an operation stands, or that its rescue is over.
    pub(crate) fn state(self, operation: &Operation, locale: Locale) -> Headline {
        match self {
            Self::Past(..) if says_in_rescue(operation) => Headline::new("🏁", say!(locale, "outcome-was-in-rescue")),
            Self::Past(..) | Self::Present => wording::state(operation, locale),
        }
    }

    /// What there is to say instead of how it stands.
    pub(crate) fn line(self, operation: &Operation, locale: Locale) -> Option<String> {
        match self {
            Self::Past(past, links) if says_in_rescue(operation) => Some(line(past, links, locale)),
            Self::Past(past, links) => Some(closed(past, links, locale)),
            Self::Present => None,
        }
    }
}

/// Whether an operation ended in a rescue that runs.
fn says_in_rescue(operation: &Operation) -> bool {
    match &operation.state.phase {
        Phase::Ended(Outcome::InRescue(Link::NotFound | Link::NotTaken | Link::Withheld) | Outcome::Adopted) => true,
        Phase::Ended(Outcome::InRescue(_)) => operation.request.kind() == Kind::Enable,
        _ => false,
    }
}

/// What a notice says now that its rescue is over: that, and what it was about.
pub(crate) fn notice(notice: &Notice, past: &Past, links: &CardLinks, locale: Locale) -> String {
    let (server, id) = (named(&past.lease.label), links.number(past.lease.operation));
    if past.ended == Ending::Undone {
        return say!(locale, "past-undone", server = server, id = id);
    }
    let title = say!(locale, "past-title", server = server, id = id);
    [Some(title), Some(line(past, links, locale)), was_about(notice, links, locale)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a notice told, as long as it is true of what is over.
fn was_about(notice: &Notice, links: &CardLinks, locale: Locale) -> Option<String> {
    Some(match notice {
        Notice::Reminder { deadline, .. } => say!(locale, "past-reminder", until = since_epoch(*deadline)),
        Notice::Extended { by, until, .. } => {
            say!(locale, "past-extended", who = mention(*by), until = since_epoch(*until))
        }
        Notice::HandedOver { from, to, by, .. } => {
            say!(locale, "past-handed-over", from = mention(*from), to = mention(*to), who = mention(*by))
        }
        Notice::NetbootChanged { boot, .. } => {
            say!(locale, "past-netboot-changed", boot = standing::named(boot.as_deref(), locale))
        }
        Notice::RebootedByOthers { task, .. } => say!(locale, "past-rebooted-by-others", task = task.to_string()),
        Notice::LeftRescue { boot, task, .. } => {
            let boot = standing::named(boot.as_deref(), locale);
            say!(locale, "past-left", boot = boot, task = task.to_string())
        }
        Notice::OthersDoing { doing: Doing::TakesOver, owner, by, .. } => {
            say!(locale, "past-taken-over", who = mention(*by), owner = mention(*owner))
        }
        Notice::OthersDoing { doing: Doing::GivesBack, by, operation, .. } => {
            say!(locale, "past-given-back", who = mention(*by), id = links.number(*operation))
        }
        Notice::OthersDoing { doing: Doing::Rebooted, by, operation, .. } => {
            say!(locale, "past-rebooted", who = mention(*by), id = links.number(*operation))
        }
        _ => return None,
    })
}
