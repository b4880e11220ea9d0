//! `[audit]` and `[[audit.sink]]`: where the audit and its anchors go.

use std::{fmt, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::{
    problem::{At, Problem, Wrong},
    section::Section,
    source::{Kind, Value},
    value,
};

/// The port of syslog over TCP, and that over TLS (RFC 5425), unless the address has one.
const SYSLOG_PORTS: (u16, u16) = (514, 6514);
/// The longest name of a sink.
const LONGEST_NAME: usize = 32;

/// How long the seed of a key is, in bytes.
const SEED: usize = 32;
/// The longest name of a key.
const LONGEST_KEY_NAME: usize = 128;

/// `[audit]`
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The channel in which the audit chain's latest link is posted for later comparison. Default: none.
    pub anchor_channel: Option<u64>,
    /// Where the same is kept as a signed note. Default: nowhere.
    pub notes: Option<Notes>,
    /// `[[audit.sink]]`: who gets every line; each has a name of its own.
    pub sinks: Vec<Sink>,
}

/// The audit's anchors as signed notes.
#[derive(Clone, Debug)]
pub struct Notes {
    /// The seed of the Ed25519 key that signs them, 32 bytes in base64. No default.
    pub key: SecretString,
    /// The key's name, which is the notes' first line. Default: `bernard/audit`.
    pub name: String,
    /// The file to whose end they are written. Default: none.
    pub file: Option<PathBuf>,
    /// Where they are posted. Default: nowhere.
    pub url: Option<WebAddress>,
}

/// `[[audit.sink]]`
#[derive(Clone, Debug)]
pub struct Sink {
    /// What it is called in logs, figures and the store: letters, digits, `-` and `_`. No default.
    pub name: String,
    /// Where its lines go. No default.
    pub to: SinkAddress,
    /// Sent as a bearer token, over HTTP. Default: none.
    pub token: Option<SecretString>,
}

/// Where lines go.
#[derive(Clone, Debug)]
pub enum SinkAddress {
    /// By `POST` there.
    Web(WebAddress),
    /// To a syslog server.
    Syslog {
        /// Its name or IP address.
        host: String,
        /// Its port.
        port: u16,
        /// How that is protected.
        wire: Wire,
    },
}

/// How a syslog server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Over TCP alone: everybody on the way reads and changes it.
    Clear,
    /// Over TLS.
    Tls,
}

/// An http or https URL whose path and query may hold a secret: only its origin is ever shown.
#[derive(Clone)]
pub struct WebAddress {
    whole: SecretString,
    origin: String,
}

impl WebAddress {
    /// The whole URL, to be sent to.
    pub fn expose(&self) -> &str {
        self.whole.expose_secret()
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl fmt::Debug for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SinkAddress {
    /// Without what may be secret in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(address) => address.fmt(f),
            Self::Syslog { host, port, wire: Wire::Clear } => write!(f, "syslog+tcp://{}:{port}", bracketed(host)),
            Self::Syslog { host, port, wire: Wire::Tls } => write!(f, "syslog+tls://{}:{port}", bracketed(host)),
        }
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

impl Audit {
    /// All that two configurations may differ in, secrets included: to be compared, never to be shown.
    pub fn differs_from(&self, other: &Self) -> bool {
        let all = |audit: &Self| {
            let secrets = audit.sinks.iter().map(|sink| {
                let token = sink.token.as_ref().map(|token| token.expose_secret().to_owned());
                let address = match &sink.to {
                    SinkAddress::Web(address) => address.expose().to_owned(),
                    syslog @ SinkAddress::Syslog { .. } => syslog.to_string(),
                };
                (sink.name.clone(), address, token)
            });
            let notes = audit.notes.as_ref().map(|notes| {
                let url = notes.url.as_ref().map(|url| url.expose().to_owned());
                (notes.key.expose_secret().to_owned(), notes.name.clone(), notes.file.clone(), url)
            });
            (audit.anchor_channel, notes, secrets.collect::<Vec<_>>())
        };
        all(self) != all(other)
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Audit {
    let anchor_channel = section.read_optional("anchor_channel", value::id);
    let notes = read_notes(section);
    let sinks = section.tables("sink", |section, index| {
        let at = section.at_of("name");
        read_sink(section).map(|sink| (index, at, sink))
    });
    section.reader.problems.extend(twice(&sinks));
    Audit { anchor_channel, notes, sinks: sinks.into_iter().map(|(_, _, sink)| sink).collect() }
}

fn read_notes(section: &mut Section<'_>) -> Option<Notes> {
    let (key_at, file_at) = (section.at_of("anchor_key"), section.at_of("anchor_file"));
    let (has_key, has_url, url_at) =
        (section.has("anchor_key"), section.has("anchor_url"), section.at_of("anchor_url"));
    let key = section.secret("anchor_key").filter(|key| {
        let is_seed = STANDARD.decode(key.expose_secret()).is_ok_and(|seed| seed.len() == SEED);
        if !is_seed {
            let right = "have `bernard audit anchor-key` write one: 32 bytes in base64";
            section.complain("anchor_key", key_at.clone(), Wrong::new("is no seed of an Ed25519 key", right));
        }
        is_seed
    });
    let name = section.read_optional("anchor_name", key_name).unwrap_or_else(|| "bernard/audit".to_owned());
    let file = section.read_optional("anchor_file", value::non_empty).map(PathBuf::from);
    let url = match has_url {
        true => posted_to(section),
        // Asked for all the same, so that it is known.
        false => section.identifier("anchor_url").and(None),
    };
    match (has_key, file.is_some(), has_url) {
        (false, true, _) => unsigned(section, "anchor_file", file_at),
        (false, false, true) => unsigned(section, "anchor_url", url_at),
        (true, false, false) => {
            let what = "signs nothing, for there is neither anchor_file nor anchor_url";
            section.warn("anchor_key", key_at, Wrong::new(what, "say where the signed anchors are kept"));
        }
        (true, ..) | (false, false, false) => {}
    }
    let kept = file.is_some() || url.is_some();
    key.filter(|_| kept).map(|key| Notes { key, name, file, url })
}

fn unsigned(section: &mut Section<'_>, key: &str, at: At) {
    let right = "have `bernard audit anchor-key` make a key, and name it in anchor_key";
    section.complain(key, at, Wrong::new("is given, and no anchor_key that signs", right));
}

fn posted_to(section: &mut Section<'_>) -> Option<WebAddress> {
    let at = section.at_of("anchor_url");
    let value = Value { kind: Kind::Text(section.identifier("anchor_url")?), at: at.clone() };
    let address = web_address(&value, r#"write it like "https://anchors.example.org/bernard""#);
    address.map_err(|wrong| section.complain("anchor_url", at, wrong)).ok()
}

/// The name of a key of signed notes (C2SP): no spaces, and no plus.
fn key_name(value: &Value) -> Result<String, Wrong> {
    let text = value::non_empty(value)?;
    match text.len() <= LONGEST_KEY_NAME && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+') {
        true => Ok(text),
        false => {
            Err(Wrong::new("is no name for a key", "write at most 128 letters, digits and signs, without spaces and +"))
        }
    }
}

/// What is wrong between the sinks: two of one name would move each other's place.
fn twice(sinks: &[(usize, At, Sink)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, (index, at, sink)) in sinks.iter().enumerate() {
        if let Some((other, ..)) = sinks[..place].iter().find(|(_, _, earlier)| earlier.name == sink.name) {
            problems.push(Problem {
                at: at.clone(),
                key: format!("audit.sink[{index}].name"),
                what: format!("is that of audit.sink[{other}] too"),
                right: "give every sink a name of its own".to_owned(),
            });
        }
    }
    problems
}

fn read_sink(section: &mut Section<'_>) -> Option<Sink> {
    if !section.has("name") {
        section.missing("name", r#"write a short name, such as "siem""#);
    }
    let name = section.read_optional("name", name);
    let token_at = section.at_of("token");
    let token = section.secret("token");
    let to = address(section, "url");
    if let (Some(token), Some(to)) = (&token, &to) {
        token_fits(section, token_at, token, to);
    }
    Some(Sink { name: name?, to: to?, token })
}

fn name(value: &Value) -> Result<String, Wrong> {
    let text = value::text(value)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match text.len() <= LONGEST_NAME && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new("is no name for a sink", "write at most 32 letters, digits, - and _")),
    }
}

/// A sink's token is sent as a header, and to nobody who listens on the way.
fn token_fits(section: &mut Section<'_>, at: At, token: &SecretString, to: &SinkAddress) {
    let wrong = match to {
        SinkAddress::Syslog { .. } => Some(Wrong::new("is given, and syslog has no token", "leave it away")),
        SinkAddress::Web(address) if value::is_in_the_clear(address.expose()) => {
            Some(Wrong::new("would cross the network unencrypted, for its url is http", "use https"))
        }
        SinkAddress::Web(_) if !token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') => {
            Some(Wrong::new("has characters that no header takes", "write it on one line, as it was given to you"))
        }
        SinkAddress::Web(_) => None,
    };
    if let Some(wrong) = wrong {
        section.complain("token", at, wrong);
    }
}

fn address(section: &mut Section<'_>, key: &'static str) -> Option<SinkAddress> {
    let right = r#"write it like "https://siem.example.org/ingest" or "syslog+tls://siem.example.org""#;
    if !section.has(key) {
        section.missing(key, right);
    }
    let at = section.at_of(key);
    let text = section.identifier(key)?;
    let value = Value { kind: Kind::Text(text), at: at.clone() };
    match sink_address(&value, right) {
        Err(wrong) => {
            section.complain(key, at, wrong);
            None
        }
        Ok(to) => {
            let clear = match &to {
                SinkAddress::Web(address) => value::is_in_the_clear(address.expose()),
                SinkAddress::Syslog { host, wire, .. } => *wire == Wire::Clear && !is_loopback(host),
            };
            if clear {
                let what = "is not protected, so everybody on the way can read the audit";
                section.warn(key, at, Wrong::new(what, "use https, or syslog+tls"));
            }
            Some(to)
        }
    }
}

fn sink_address(value: &Value, right: &str) -> Result<SinkAddress, Wrong> {
    let text = value::text(value)?;
    let wrong = |what: &str| Wrong::new(what, right);
    let url = Url::parse(text).map_err(|_| wrong("is not a URL"))?;
    let syslog = match url.scheme() {
        "http" | "https" => return web_address(value, right).map(SinkAddress::Web),
        "syslog+tcp" => (Wire::Clear, SYSLOG_PORTS.0),
        "syslog+tls" => (Wire::Tls, SYSLOG_PORTS.1),
        _ => return Err(wrong("is of no kind that Bernard sends to")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has a user or password in it"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has more than a host and a port in it"));
    }
    let host = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        _ => return Err(wrong("has no host in it")),
    };
    let (wire, port) = syslog;
    Ok(SinkAddress::Syslog { host, port: url.port().unwrap_or(port), wire })
}

/// An address to post to.
fn web_address(value: &Value, right: &str) -> Result<WebAddress, Wrong> {
    let url = value::web(value::text(value)?, |what| Wrong::new(what, right))?;
    if url.fragment().is_some() {
        return Err(Wrong::new("has a fragment in it, which is never sent", right));
    }
    Ok(WebAddress { origin: url.origin().ascii_serialization(), whole: String::from(url).into() })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
