//! The DM to the one who asked: the link, how to connect, and what to do when finished.
//!
//! Its first 200 characters hold no link: a phone shows them on its lock screen.

mod console;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bernard_domain::{
    lease::Lease,
    locale::Locale,
    operation::{Kind, Operation, Source, event::Age},
    server::System,
};
use bernard_engine::link::SecretLink;
use bernard_text::{named, say};
use bernard_untrusted::shown::{self, size::length, span::code};

use super::{
    button, guide_controls,
    message::{File, Plain},
    wording::{self, small},
};
use crate::component::Button;

/// What somebody alone reads: it may hold a link.
#[derive(Debug)]
pub struct Letter {
    /// The text, the link as a button, what leads out of the rescue, and the guide.
    pub message: Plain,
    /// The files that go with it.
    pub files: Vec<File>,
}

/// The DM, and the file that goes with it on Windows.
pub fn message(operation: &Operation, lease: Option<&Lease>, link: Option<&(Source, Arc<SecretLink>)>) -> Letter {
    if operation.request.kind() == Kind::Console {
        return console::message(operation, link.map(|(_, link)| &**link));
    }
    let locale = operation.request.locale;
    let mut buttons = ways_in(operation, link, locale);
    buttons.push(Button::DeleteMessage(operation.marked()).create(locale));
    let message = Plain {
        content: content(operation, lease, link),
        buttons,
        menu: Some(guide_controls::opening(guide_controls::reader(operation), locale)),
        apart: ways_out(lease, locale),
    };
    Letter { message, files: files(operation, link) }
}

/// What the DM becomes when the rescue is over: nothing of it is left but this sentence.
pub fn wiped(operation: &Operation) -> String {
    let (locale, server) = (operation.request.locale, named(&operation.request.label));
    match operation.request.kind() {
        Kind::Console => say!(locale, "console-wiped", server = server),
        Kind::Enable
        | Kind::Restore
        | Kind::Reboot
        | Kind::Link
        | Kind::PutBack
        | Kind::Adopt
        | Kind::HandOver
        | Kind::Ticket
        | Kind::FreeSessions => say!(locale, "dm-wiped", server = server),
    }
}

/// The link for those who take no DMs, seen by the requester only.
pub fn revealed(operation: &Operation, lease: Option<&Lease>, link: &(Source, Arc<SecretLink>)) -> Letter {
    let locale = operation.request.locale;
    if operation.request.kind() == Kind::Console {
        return console::revealed(operation, &link.1);
    }
    let mut buttons = ways_in(operation, Some(link), locale);
    buttons.push(guide_controls::first_page(operation).create(locale));
    let content = content(operation, lease, Some(link));
    let message = Plain { apart: ways_out(lease, locale), ..Plain::with_buttons(content, buttons) };
    Letter { message, files: files(operation, Some(link)) }
}

/// The file that a remote desktop client opens; it holds no link.
pub(crate) const REMOTE_DESKTOP: &str = ".rdp";
/// The longest link that is shown as text: with it a message is still as long as Discord takes.
const LONGEST_LINK: usize = 1_000;
/// What a longer one comes in.
pub(crate) const LINK_FILE: &str = "link.txt";

/// A link that is too long to be shown, as a file.
pub(crate) fn link_file(link: &SecretLink) -> Option<File> {
    let link = link.expose_to_requester();
    (length(link) > LONGEST_LINK).then(|| File::new(LINK_FILE, link.as_bytes()))
}

pub(crate) fn open_link(link: &SecretLink, label: String) -> button::Button {
    button::Button::link(label, link.expose_to_requester().to_owned())
}

/// In the order of a tired reader: what it is, the password, how to connect, how to leave.
fn content(operation: &Operation, lease: Option<&Lease>, link: Option<&(Source, Arc<SecretLink>)>) -> String {
    let locale = operation.request.locale;
    let (system, address) = operation.rescue().unwrap_or((System::Linux, None));
    let address = address.and_then(shown::address);
    let server = named(&operation.request.label);
    let mut lines = vec![match system {
        System::Windows => say!(locale, "dm-title-windows", server = server, id = operation.id.to_string()),
        System::Linux => say!(locale, "dm-title-linux", server = server, id = operation.id.to_string()),
    }];
    lines.extend(password(operation, system, address, link, locale));
    lines.extend(connect(operation, system, address, locale));
    lines.push(match lease {
        Some(_) => say!(locale, "dm-finished"),
        None => {
            let restore = code(&format!("/restore server:{}", operation.request.typed()));
            say!(locale, "dm-finished-typed", command = restore)
        }
    });
    let mut channel = say!(locale, "dm-commands", channel = format!("<#{}>", operation.request.channel.0));
    if operation.request.kind() == Kind::Enable {
        // How long it is theirs changes; a message that holds a link is written once.
        channel = format!("{channel} {}", say!(locale, "dm-until"));
    }
    lines.push(small(&channel));
    lines.join("\n")
}

/// Who one is there, and the link to the password, or the key that opens it.
fn password(
    operation: &Operation,
    system: System,
    address: Option<IpAddr>,
    link: Option<&(Source, Arc<SecretLink>)>,
    locale: Locale,
) -> Vec<String> {
    let mut lines = vec![match (link, operation.key()) {
        (Some(_), _) => small(&say!(locale, "dm-keep")),
        (None, Some(key)) => say!(locale, "dm-key-named", key = code(&key)),
        (None, None) => say!(locale, "dm-key"),
    }];
    if operation.state.facts.age == Age::Unknown {
        lines.push(say!(locale, "end-link-old"));
    }
    let shown = address.map_or_else(|| "?".to_owned(), |address| address.to_string());
    lines.push(say!(locale, "dm-user", user = code(system.user()), address = code(&shown)));
    lines.extend(link.map(|(source, link)| {
        let source = wording::source(*source, locale);
        match link_file(link) {
            None => say!(locale, "dm-link", link = link.expose_to_requester(), source = source),
            Some(_) => say!(locale, "dm-link-file", file = code(LINK_FILE), source = source),
        }
    }));
    lines
}

/// A line for each way to connect. What is no address stands in no line that somebody copies into a shell.
fn connect(operation: &Operation, system: System, address: Option<IpAddr>, locale: Locale) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(address) = address {
        if system == System::Windows {
            lines.push(say!(locale, "dm-connect-rdp"));
        }
        let user = system.user();
        lines.push(say!(locale, "dm-connect-ssh", command = code(&format!("ssh {user}@{address}"))));
        lines.push(small(&say!(locale, "dm-host-key", command = code(&format!("ssh-keygen -R {address}")))));
    }
    let console = code(&format!("/console server:{}", operation.request.typed()));
    lines.push(say!(locale, "dm-connect-kvm", command = console));
    lines
}

/// The link, and where else it can be looked for.
fn ways_in(operation: &Operation, link: Option<&(Source, Arc<SecretLink>)>, locale: Locale) -> Vec<button::Button> {
    let open = link.map(|(_, link)| open_link(link, say!(locale, "button-open-link")));
    let mail = matches!(link, Some((Source::AuthenticationSecret, _)));
    let mail = mail.then(|| Button::TryMail(operation.marked()).create(locale));
    open.into_iter().chain(mail).collect()
}

/// What leads out of the rescue, or gives it more time.
fn ways_out(lease: Option<&Lease>, locale: Locale) -> Vec<button::Button> {
    let both = lease.map(|lease| [Button::Extend(lease.marked()), Button::RestoreNow(lease.marked())]);
    both.into_iter().flatten().map(|button| button.create(locale)).collect()
}

fn files(operation: &Operation, link: Option<&(Source, Arc<SecretLink>)>) -> Vec<File> {
    rdp(operation).into_iter().chain(link.and_then(|(_, link)| link_file(link))).collect()
}

/// What a tap opens in a remote desktop client; only for Windows, and only where the server's address is one.
fn rdp(operation: &Operation) -> Option<File> {
    let (system, address) = operation.rescue()?;
    let address = address.filter(|_| system == System::Windows).and_then(shown::address)?;
    Some(rdp_file(address, system, &shown::file_stem(&operation.request.label, "rescue")))
}

/// A file that a tap opens in a remote desktop client; it holds no password, and no word that somebody else wrote.
fn rdp_file(address: IpAddr, system: System, stem: &str) -> File {
    let lines = [
        format!("full address:s:{}", SocketAddr::new(address, system.port())),
        format!("username:s:{}", system.user()),
        "prompt for credentials:i:1".to_owned(),
        "administrative session:i:1".to_owned(),
        // The rescue's certificate is its own; warn, and let the person decide.
        "authentication level:i:2".to_owned(),
    ];
    File::new(format!("{stem}{REMOTE_DESKTOP}"), lines.join("\r\n") + "\r\n")
}
