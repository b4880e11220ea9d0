//! Alerts as Alertmanager (v4), Grafana and our own format write them. One that cannot be read hides no other.
//!
//! Of a group each alert's own status counts: the group fires while one of them does. Every text that is kept is bounded.

use std::{fmt, str::FromStr};

use bernard_domain::alert::Signal;
use bernard_untrusted::shown;
use jiff::Timestamp;
use serde_json::Value;

/// The most alerts of a request that are looked at.
pub const MOST: usize = 1_000;
/// How much of what an alert says is kept, in characters.
const SUMMARY: usize = 200;
/// How much of an address.
const LINK: usize = 200;
/// How much of a text that may name a server; longer ones name none.
const NAME: usize = 1_024;

/// How a source writes its alerts (`[[proposals]] format`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Alertmanager's webhook, version 4.
    Alertmanager,
    /// Grafana's webhook: the same, with more.
    Grafana,
    /// `{"id", "server", "summary", "status", "began", "url"?}`.
    Generic,
}

impl Format {
    /// All of them, by their words in the configuration.
    pub const ALL: [(&'static str, Self); 3] =
        [("alertmanager", Self::Alertmanager), ("grafana", Self::Grafana), ("generic", Self::Generic)];

    /// Where the server stands unless the configuration says otherwise.
    pub fn server_from(self) -> Vec<Path> {
        let paths = match self {
            Self::Alertmanager | Self::Grafana => vec!["labels.server", "labels.instance"],
            Self::Generic => vec!["server"],
        };
        paths.into_iter().filter_map(|path| path.parse().ok()).collect()
    }

    /// Where more stands of an alert, in the order in which it is looked for.
    fn links(self) -> &'static [&'static str] {
        match self {
            Self::Alertmanager => &["generatorURL"],
            Self::Grafana => &["panelURL", "dashboardURL", "generatorURL"],
            Self::Generic => &["url"],
        }
    }

    /// The alerts in a body; `None`: it is not written so at all.
    pub(crate) fn read(self, body: &Value, server_from: &[Path]) -> Option<Told> {
        if self == Self::Generic {
            let (said, mut names) = (self.said(body)?, names(server_from, body, body));
            // Wherever else it may stand, this format has a place for it.
            names.extend(body.get("server").and_then(Value::as_str).map(|name| name.trim().to_owned()));
            return Some(Told { alerts: vec![Named { said, names }], ..Told::default() });
        }
        let all = body.get("alerts")?.as_array()?;
        let mut told = Told { left_out: left_out(body, all.len()), ..Told::default() };
        for one in all.iter().take(MOST) {
            match self.said(one) {
                Some(said) => told.alerts.push(Named { said, names: names(server_from, one, body) }),
                None => told.unreadable += 1,
            }
        }
        Some(told)
    }

    fn said(self, one: &Value) -> Option<Said> {
        let text = |key: &str| one.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let signal = match text("status")? {
            "firing" => Signal::Firing,
            "resolved" => Signal::Resolved,
            _ => return None,
        };
        let (identity, began, summary) = match self {
            Self::Generic => (text("id")?.to_owned(), text("began")?, text("summary")?.to_owned()),
            Self::Alertmanager | Self::Grafana => (fingerprint(one)?, text("startsAt")?, words(one)),
        };
        let began: Timestamp = began.parse().ok()?;
        let link = self.links().iter().find_map(|key| text(key)).map(|link| bounded(link, LINK));
        Some(Said { identity, signal, summary: bounded(&summary, SUMMARY), began, link })
    }
}

/// What a body says, before its servers are known.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) alerts: Vec<Named>,
    pub(crate) unreadable: usize,
    pub(crate) left_out: u64,
}

/// An alert, before it is known of which server.
#[derive(Debug)]
pub(crate) struct Said {
    /// The sender's name for it.
    pub(crate) identity: String,
    pub(crate) signal: Signal,
    pub(crate) summary: String,
    pub(crate) began: Timestamp,
    pub(crate) link: Option<String>,
}

/// An alert, and what may name its server, in the order that counts.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) said: Said,
    pub(crate) names: Vec<String>,
}

/// A place in an alert, such as `labels.server`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

/// The text is no place in an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no place in an alert")]
pub struct NotAPath;

impl FromStr for Path {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let text = text.trim();
        let fine = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_control() || c.is_whitespace());
        if text.len() <= NAME && text.split('.').all(fine) { Ok(Self(text.to_owned())) } else { Err(NotAPath) }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Path {
    /// The text there; a key may itself have dots, as `host.name` has.
    fn text<'a>(&self, within: &'a Value) -> Option<&'a str> {
        at(within, &self.0)?.as_str().map(str::trim).filter(|text| !text.is_empty() && text.len() <= NAME)
    }
}

fn at<'a>(within: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(found) = within.get(path) {
        return Some(found);
    }
    let dots = path.match_indices('.').map(|(dot, _)| path.split_at(dot));
    dots.into_iter().find_map(|(key, rest)| at(within.get(key)?, &rest[1..]))
}

/// What stands at these places, in the alert or, for all of its group, beside it.
fn names(server_from: &[Path], one: &Value, group: &Value) -> Vec<String> {
    let found = server_from.iter().filter_map(|path| path.text(one).or_else(|| path.text(group)));
    found.map(str::to_owned).collect()
}

/// The sender's name for an alert; where it gives none, its labels, which are that name's origin.
fn fingerprint(one: &Value) -> Option<String> {
    if let Some(given) = one.get("fingerprint").and_then(Value::as_str).filter(|given| !given.is_empty()) {
        return Some(given.to_owned());
    }
    let mut labels: Vec<String> = one.get("labels")?.as_object()?.iter().map(|label| format!("{label:?}")).collect();
    labels.sort_unstable();
    (!labels.is_empty()).then(|| labels.join(","))
}

/// What an alert says: its name, and its summary or what comes nearest.
fn words(one: &Value) -> String {
    let within = |of: &str, key: &str| {
        let text = one.get(of).and_then(|of| of.get(key)).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty())
    };
    let name = within("labels", "alertname");
    let told = ["summary", "message", "description"].iter().find_map(|key| within("annotations", key));
    match (name, told) {
        (Some(name), Some(words)) if !words.contains(name) => format!("{name}: {words}"),
        (_, Some(words)) => words.to_owned(),
        (Some(name), None) => name.to_owned(),
        (None, None) => String::new(),
    }
}

/// How many alerts there are besides those that are looked at.
fn left_out(body: &Value, listed: usize) -> u64 {
    let cut = body.get("truncatedAlerts").and_then(Value::as_u64).unwrap_or_default();
    cut.saturating_add(u64::try_from(listed.saturating_sub(MOST)).unwrap_or(u64::MAX))
}

fn bounded(text: &str, most: usize) -> String {
    // First roughly, so that little is looked at sign by sign.
    let rough: String = text.chars().take(most * 4).collect();
    shown::cut(shown::visible(&rough).trim(), most)
}
