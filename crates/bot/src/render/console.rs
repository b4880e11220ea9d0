//! A console in words: on the card.

use bernard_domain::{
    console::{ConsoleKind, Health},
    locale::Locale,
    operation::{
        Operation, Wish,
        state::{Link, Phase},
    },
};
use bernard_text::{from_now, mention, say, since_epoch};
use bernard_untrusted::shown::span::code;

/// Which console, on the card; `None` while that is not known.
pub(crate) fn card_line(operation: &Operation, locale: Locale) -> Option<String> {
    let Wish::Console { minutes, .. } = &operation.request.wish else { return None };
    let kind = operation.state.facts.console?;
    Some(say!(locale, "card-console", kind = name(kind, locale), minutes = minutes.get()))
}

/// What OVHcloud's own test of it says, as far as that helps: how long it is waited for, or that it failed.
pub(crate) fn health_line(operation: &Operation, locale: Locale) -> Option<String> {
    let facts = &operation.state.facts;
    match (&operation.state.phase, &facts.console_health) {
        (Phase::TestingConsole(..), _) => {
            facts.console_tested_until.map(|until| say!(locale, "console-test-waits", until = from_now(until)))
        }
        (_, Some(Health::Fails { said })) => Some(say!(locale, "console-test-fails", said = code(said))),
        _ => None,
    }
}

/// What became of it.
pub(crate) fn end_line(operation: &Operation, link: Link, locale: Locale) -> String {
    match link {
        Link::Delivered | Link::NotNeeded => {
            let until = operation.state.facts.console_until.map(since_epoch).unwrap_or_default();
            say!(locale, "end-console-delivered", until = until)
        }
        Link::Revealed => say!(locale, "end-console-revealed"),
        Link::NotFound => match &operation.state.facts.search_trouble {
            Some(said) => say!(locale, "end-console-trouble", said = code(said)),
            None => say!(locale, "end-console-not-found"),
        },
        Link::NotTaken => say!(locale, "end-console-not-taken"),
        Link::Withheld => say!(locale, "end-console-withheld", who = mention(operation.request.requester)),
    }
}

/// What it is called.
pub(crate) fn name(kind: ConsoleKind, locale: Locale) -> String {
    match kind {
        ConsoleKind::KvmHtml5 => say!(locale, "console-html5"),
        ConsoleKind::SerialOverLan => say!(locale, "console-serial"),
        ConsoleKind::KvmJnlp => say!(locale, "console-jnlp"),
    }
}
