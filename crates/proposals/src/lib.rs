//! What machines propose: who may send it, and what it says.
//!
//! The promise: whatever is sent, the most that comes out of here is a list of alerts of known servers, each bounded and untrusted. It is
//! proved by what this crate may know: no clock, no network, no store, and no client of OVHcloud ([`Servers`] is what memory has of
//! the fleet). Nobody learns from it why a request is not genuine; nothing in a request is looked up anywhere, and no name in it is
//! resolved.
//!
//! In reading order: [`auth`] (is it from whom the configuration names, and from now) · `json` (bounded) · [`formats`] (Alertmanager's,
//! Grafana's and our own) · [`host`] (the server that a text means).

pub mod auth;
pub mod formats;
pub mod host;
mod json;

use bernard_domain::{
    alert::{Alert, AlertSource, Episode, PlacedAlert},
    inventory::known::Servers,
};
use bernard_untrusted::shown;
use jiff::Timestamp;

use self::{
    auth::{Auth, Genuine, NotGenuine},
    formats::{Format, Named, Path, Said},
};

/// The largest request that is read, in bytes: Alertmanager's groups are large.
pub const LARGEST: usize = 256 << 10;
/// How much of a server's name is kept for `/doctor` that nobody knows.
const NAME: usize = 64;

/// One `[[proposals]]`.
#[derive(Clone, Debug)]
pub struct Source {
    /// What is the same for all of its alerts.
    pub about: AlertSource,
    /// How they are written.
    pub format: Format,
    /// How they are known to be from there.
    pub auth: Auth,
    /// Where in an alert the server stands, in the order in which it is looked for.
    pub server_from: Vec<Path>,
}

/// What a request says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Its alerts, in its order.
    pub alerts: Vec<PlacedAlert>,
    /// What it calls servers that nobody knows, each once; untrusted, and bounded.
    pub unknown: Vec<String>,
    /// How many of its alerts could not be read.
    pub unreadable: usize,
    /// How many more there are, by its own word or because there were too many.
    pub left_out: u64,
}

/// Nothing follows from a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not what its format says.
    #[error("it is not written as its format has it")]
    Malformed,
    /// None of its alerts is of a server that is known.
    #[error("it names no server that is known")]
    NoServer(Vec<String>),
}

impl Source {
    /// Whether a request is from there and from now; by its headers alone as far as that goes: see [`Auth::before_body`].
    ///
    /// # Errors
    /// [`NotGenuine`], whose reason is for us and not for whoever sent it.
    pub fn genuine<'h>(
        &self,
        header: &dyn Fn(&str) -> Option<&'h str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Genuine, NotGenuine> {
        let genuine = self.auth.check(header, body, now)?;
        Ok(Genuine { replay: genuine.replay.map(|replay| replay.from(&self.about.name)), ..genuine })
    }

    /// What a genuine request says of these servers.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn read(&self, body: &[u8], servers: &Servers) -> Result<Received, Unusable> {
        let value = json::bounded(body).ok_or(Unusable::Malformed)?;
        let told = self.format.read(&value, &self.server_from).ok_or(Unusable::Malformed)?;
        let mut received = Received { unreadable: told.unreadable, left_out: told.left_out, ..Received::default() };
        for Named { said, names } in told.alerts {
            match names.iter().find_map(|name| host::server(servers.iter(), name)) {
                Some(server) => {
                    let Said { identity, signal, summary, began, link } = said;
                    let episode = Episode::of(&self.about.name, &server.name, &identity, began);
                    let ends_by_name = self.format == Format::Generic;
                    let alert = Alert { episode, signal, ends_by_name, summary, began, link };
                    let (server, label) = (server.name.clone(), server.label().to_owned());
                    received.alerts.push(PlacedAlert { alert, server, label });
                }
                None => {
                    let name = names.first().map_or("", |name| name.trim());
                    let name = shown::cut(&shown::visible(name), NAME);
                    if !received.unknown.contains(&name) {
                        received.unknown.push(name);
                    }
                }
            }
        }
        match (received.alerts.is_empty(), received.unknown.is_empty()) {
            (false, _) => Ok(received),
            (true, false) => Err(Unusable::NoServer(received.unknown)),
            (true, true) => Err(Unusable::Malformed),
        }
    }
}

#[cfg(test)]
mod tests;
