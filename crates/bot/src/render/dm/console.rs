//! The DM that leads to a console.
//!
//! What leads to the screen is a secret like the link to a password: the DM's first 200 characters do not hold it, and the DM
//! is wiped when the session has ended. The one address that may use it is the requester's own: only they see it.

use bernard_domain::{
    console::ConsoleKind,
    locale::Locale,
    operation::{Operation, Wish},
};
use bernard_engine::link::SecretLink;
use bernard_text::{named, say, since_epoch};
use bernard_untrusted::shown::span::code;

use super::{LINK_FILE, Letter, link_file, open_link};
use crate::{
    component::Button,
    render::{
        button,
        console::name,
        message::{File, Plain},
    },
};

/// The file that starts the Java application.
const JNLP: &str = "console.jnlp";

/// The DM, and the file if a file is what starts it.
pub(super) fn message(operation: &Operation, link: Option<&SecretLink>) -> Letter {
    let locale = operation.request.locale;
    let mut buttons = way_in(operation, link, locale);
    buttons.push(Button::DeleteMessage(operation.marked()).create(locale));
    letter(operation, link, buttons)
}

/// The same for those who take no DMs.
pub(super) fn revealed(operation: &Operation, link: &SecretLink) -> Letter {
    letter(operation, Some(link), way_in(operation, Some(link), operation.request.locale))
}

fn letter(operation: &Operation, link: Option<&SecretLink>, buttons: Vec<button::Button>) -> Letter {
    let message = Plain::with_buttons(content(operation, link), buttons);
    Letter { message, files: file(operation, link).into_iter().collect() }
}

fn content(operation: &Operation, link: Option<&SecretLink>) -> String {
    let (locale, facts) = (operation.request.locale, &operation.state.facts);
    let kind = facts.console.unwrap_or(ConsoleKind::KvmHtml5);
    let server = named(&operation.request.label);
    let mut lines = vec![
        say!(locale, "console-title", server = server, id = operation.id.to_string()),
        say!(locale, "console-keep"),
    ];
    lines.extend(facts.console_until.map(|until| say!(locale, "console-until", until = since_epoch(until))));
    if let Wish::Console { ip: Some(ip), .. } = &operation.request.wish {
        lines.push(say!(locale, "console-only-from", ip = code(&ip.to_string())));
    }
    let kind_name = name(kind, locale);
    match (kind, link) {
        (ConsoleKind::KvmJnlp, _) => lines.push(say!(locale, "console-file", kind = kind_name, file = code(JNLP))),
        (_, Some(link)) => lines.push(match link_file(link) {
            None => say!(locale, "console-link", kind = kind_name, link = link.expose_to_requester()),
            Some(_) => say!(locale, "console-link-file", kind = kind_name, file = code(LINK_FILE)),
        }),
        (_, None) => {}
    }
    lines.push(say!(locale, "console-keyboard"));
    lines.join("\n")
}

/// The link as a button, unless a file is what leads there.
fn way_in(operation: &Operation, link: Option<&SecretLink>, locale: Locale) -> Vec<button::Button> {
    let by_file = operation.state.facts.console == Some(ConsoleKind::KvmJnlp);
    link.filter(|_| !by_file).map(|link| open_link(link, say!(locale, "button-open-console"))).into_iter().collect()
}

fn file(operation: &Operation, link: Option<&SecretLink>) -> Option<File> {
    let by_file = operation.state.facts.console == Some(ConsoleKind::KvmJnlp);
    match by_file {
        true => link.map(|file| File::new(JNLP, file.expose_to_requester().as_bytes())),
        false => link.and_then(link_file),
    }
}
