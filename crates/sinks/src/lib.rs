//! The audit on its way out of the house: every line to each sink, in order, each until it was acknowledged; and its head once a day as a
//! signed note.
//!
//! The audit's table is the outbox, and a sink's place in it a row of the store that is moved only after the acknowledgement: what was
//! sent without one is sent again, by this process or the next. So a sink gets every line at least once, and who drops what has a number
//! and hash that it has already got has each exactly once. Nothing waits for a sink, and one sink for no other.
//!
//! The program alone depends on it. It knows no configuration and no sentence, and decides nothing: what is sent next, and what an answer
//! means, is `bernard_domain::audit::shipping`.
//!
//! In reading order: `shipping` (one sink's loop) · `sender` (either wire), `reached`, `web`, `syslog`, `frame` (what syslog gets) · `anchors` and
//! `note` (the audit's head, signed) · `dice`.

mod anchors;
mod dice;
mod frame;
pub mod note;
mod reached;
mod sender;
mod shipping;
mod syslog;
mod web;

use std::fmt;

use secrecy::SecretString;

pub use anchors::{NotePlace, SignedAnchors};
pub use reached::Reached;
pub use sender::reach;
pub use shipping::{Shipping, ShippingSettings};

/// Somebody who gets every line of the audit.
#[derive(Clone, Debug)]
pub struct Sink {
    /// Its name in the store: nobody else's.
    pub name: String,
    /// Where it is.
    pub to: Destination,
}

/// Where a sink is.
#[derive(Clone)]
pub enum Destination {
    /// Lines as JSON are posted there.
    Web {
        /// An http or https URL, which may hold a secret.
        url: SecretString,
        /// Sent as a bearer token.
        token: Option<SecretString>,
    },
    /// A syslog server.
    Syslog {
        /// Its name or IP address.
        host: String,
        /// Its port.
        port: u16,
        /// How the way there is protected.
        wire: Wire,
    },
}

/// How the way to a syslog server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Not at all.
    Clear,
    /// By TLS.
    Tls,
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web { .. } => f.write_str("Web"),
            Self::Syslog { host, port, wire } => write!(f, "Syslog({host} {port} {wire:?})"),
        }
    }
}
