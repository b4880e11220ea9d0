//! What a card says of the link: where it went, where it was looked for, or which key opens the rescue instead.

use bernard_domain::{
    locale::Locale,
    operation::{Operation, state::Link},
    server::System,
};
use bernard_text::{mention, say};
use bernard_untrusted::shown::span::code;

use crate::render::wording;

/// What became of the link, and where to log in.
pub(super) fn line(operation: &Operation, link: Link, locale: Locale) -> String {
    let user = operation.rescue().map_or(System::Linux, |(system, _)| system).user();
    let source = operation.state.facts.source.map(|found| wording::source(found, locale)).unwrap_or_default();
    match link {
        Link::Delivered => say!(locale, "end-link-delivered", source = source, user = code(user)),
        Link::Revealed => say!(locale, "end-link-revealed", source = source, user = code(user)),
        Link::NotNeeded => by_key_line(operation, user, locale),
        Link::NotFound => not_found_line(operation, locale),
        Link::NotTaken => say!(locale, "end-link-not-taken"),
        Link::Withheld => say!(locale, "end-link-withheld", who = mention(operation.request.requester)),
    }
}

/// How one logs in where no password exists. The DM says it too, if it arrived.
fn by_key_line(operation: &Operation, user: &str, locale: Locale) -> String {
    let address = operation.rescue().and_then(|(_, address)| address);
    let line = match operation.key() {
        Some(key) => say!(locale, "end-opens-by-key", key = code(&key)),
        None => say!(locale, "end-link-not-needed", user = code(user)),
    };
    match address {
        Some(address) => {
            let command = code(&format!("ssh {user}@{address}"));
            format!("{line}\n{}", say!(locale, "end-log-in", command = command))
        }
        None => line,
    }
}

/// What was searched, and what went wrong there.
fn not_found_line(operation: &Operation, locale: Locale) -> String {
    let facts = &operation.state.facts;
    let searched: Vec<String> = facts.searched.iter().map(|searched| wording::source(*searched, locale)).collect();
    let line = say!(locale, "end-link-not-found", searched = searched.join(", "));
    match &facts.search_trouble {
        Some(said) => format!("{line}\n{}", say!(locale, "end-link-trouble", said = code(said))),
        None => line,
    }
}
