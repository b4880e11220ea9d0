//! A console in words: on the card.

use bernard_domain::{
    console::ConsoleKind,
    locale::Locale,
    operation::{Operation, Wish, state::Link},
};
use bernard_text::{mention, say, since_epoch};
use bernard_untrusted::shown::span::code;

/// Which console, on the card; `None` while that is not known.
pub(crate) fn card_line(operation: &Operation, locale: Locale) -> Option<String> {
    let Wish::Console { minutes, .. } = &operation.request.wish else { return None };
    let kind = operation.state.facts.console?;
    Some(say!(locale, "card-console", kind = name(kind, locale), minutes = minutes.get()))
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
