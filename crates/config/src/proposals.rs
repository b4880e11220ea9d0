//! `[[proposals]]`: who may propose, read into the door's own type.

use std::{collections::BTreeMap, time::Duration};

use bernard_domain::{
    access::Role,
    alert::{AlertSource, Offered},
    operation::ChannelId,
};
use bernard_proposals::{
    Source,
    auth::{Auth, BadSecret, SIGNED},
    formats::{Format, NotAPath, Path},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Config,
    problem::{At, Problem, Wrong},
    section::Section,
    source::{Form, Value},
    value,
};

/// The section's name.
const SECTION: &str = "proposals";
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(3_600);
/// A shorter secret is taken, and warned of.
const LONG_ENOUGH: usize = 24;

pub(super) type Entry = (usize, At, Source);

pub(super) fn read(section: &mut Section<'_>, index: usize) -> Option<Entry> {
    let at = section.at_of("name");
    for (key, right) in [
        ("name", r#"write a word for its address, /proposals/NAME, such as "alertmanager""#),
        ("format", r#"write "alertmanager", "grafana" or "generic""#),
        ("secret", r#"write { env = "NAME" } or { file = "/path" }"#),
        ("channel", "write the id of the channel for its cards, in quotes"),
    ] {
        if !section.has(key) {
            section.missing(key, right);
        }
    }
    let name = section.read_optional("name", name);
    let format = section.read_optional("format", |value| value::word(value, &Format::ALL));
    let auth = auth(section, format);
    let channel = section.read_optional("channel", value::id);
    let server_from = server_from(section, format);
    let offers = offers(section);
    let max_age = section.read("max_age", Form::Text, value::length).unwrap_or(DEFAULT_MAX_AGE);
    let about = AlertSource { name: name?, channel: ChannelId(channel?), offers, max_age };
    Some((index, at, Source { about, format: format?, auth: auth?, server_from: server_from? }))
}

/// It stands in an address and in a label of a figure.
fn name(value: &Value) -> Result<String, Wrong> {
    /// So that it is no page of text.
    const LONGEST: usize = 64;
    let text = value::non_empty(value)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    match text.len() <= LONGEST && text.chars().all(plain) {
        true => Ok(text),
        false => Err(Wrong::new(
            "cannot stand in an address",
            "write at most 64 small letters, digits, hyphens and underscores",
        )),
    }
}

fn auth(section: &mut Section<'_>, format: Option<Format>) -> Option<Auth> {
    let at = section.at_of("secret");
    let (at_signature, at_timestamp) = (section.at_of("signature_header"), section.at_of("timestamp_header"));
    let secret = section.secret("secret");
    let signature = section.read_optional("signature_header", header);
    let timestamp = section.read_optional("timestamp_header", header);
    if signature.is_some() && format.is_some_and(|format| format != Format::Grafana) {
        let what = "is Grafana's, and this entry has another format";
        section.complain(
            "signature_header",
            at_signature,
            Wrong::new(what, r#"leave it out, or write format = "grafana""#),
        );
        return None;
    }
    let secret = secret?;
    let auth = match (signature, timestamp) {
        (Some(_), None) => {
            let right = "name the header in Grafana's webhook too: without a time a replay cannot be told";
            section.missing("timestamp_header", right);
            return None;
        }
        (None, Some(_)) => {
            let what = "stands without signature_header: what is not signed says no time";
            section.complain("timestamp_header", at_timestamp, Wrong::new(what, "name both headers, or neither"));
            return None;
        }
        (Some(_), Some(_)) if secret.expose_secret().starts_with(SIGNED) => {
            let what = "stands beside a secret for Standard Webhooks, whose headers have fixed names";
            section.complain(
                "signature_header",
                at_signature,
                Wrong::new(what, "leave it out, or take another secret"),
            );
            return None;
        }
        (Some(signature), Some(timestamp)) => Auth::of_grafana(secret.clone(), &signature, &timestamp),
        (None, None) => Auth::of(secret.clone()),
    };
    warn_if_short(section, &secret, at.clone());
    let wrong = |bad: BadSecret| Wrong::new(bad.to_string(), "make one with `openssl rand -base64 32`");
    auth.map_err(|bad| section.complain("secret", at, wrong(bad))).ok()
}

fn warn_if_short(section: &mut Section<'_>, secret: &SecretString, at: At) {
    let length = secret.expose_secret().trim_start_matches(SIGNED).len();
    if length < LONG_ENOUGH {
        let what = "is short for a secret that everybody on the network may guess at";
        section.warn("secret", at, Wrong::new(what, "make one with `openssl rand -base64 32`"));
    }
}

/// A header's name, of HTTP's letters.
fn header(value: &Value) -> Result<String, Wrong> {
    let text = value::non_empty(value)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match text.len() <= 128 && text.bytes().all(legal) {
        true => Ok(text),
        false => Err(Wrong::new("is no name of a header", r#"write it like "X-Grafana-Alerting-Signature""#)),
    }
}

fn server_from(section: &mut Section<'_>, format: Option<Format>) -> Option<Vec<Path>> {
    let at = section.at_of("server_from");
    let problems = section.reader.problems.len();
    let Some(list) = section.list("server_from", path) else {
        return (section.reader.problems.len() == problems)
            .then(|| format.map(Format::server_from).unwrap_or_default());
    };
    if list.is_empty() && section.reader.problems.len() == problems {
        let what = "is empty, so no alert is of any server";
        section.complain("server_from", at, Wrong::new(what, r#"write places, such as ["labels.instance"]"#));
    }
    (!list.is_empty()).then_some(list)
}

fn path(value: &Value) -> Result<Path, Wrong> {
    let right = r#"write keys with dots between them, such as "labels.instance""#;
    value::text(value)?.parse().map_err(|wrong: NotAPath| Wrong::new(wrong.to_string(), right))
}

/// Absent: all. Empty is legal: such cards can be looked at and quieted.
fn offers(section: &mut Section<'_>) -> Vec<Offered> {
    let words = Offered::ALL.map(|offered| (offered.as_str(), offered));
    let listed = section.list("offers", |value| value::word(value, &words));
    let offered = |one: &Offered| listed.as_ref().is_none_or(|listed| listed.contains(one));
    Offered::ALL.into_iter().filter(offered).collect()
}

/// What is wrong between the entries: two of one name.
pub(super) fn named_twice(entries: &[Entry]) -> Vec<Problem> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, at, source) in entries {
        if let Some(other) = first.insert(&source.about.name, index) {
            problems.push(Problem {
                at: at.clone(),
                key: format!("{SECTION}[{index}].name"),
                what: format!("is that of {SECTION}[{other}] too"),
                right: "give every entry a name of its own: it is its address".to_owned(),
            });
        }
    }
    problems
}

/// What is suspicious about the entries beside the rest: cards where nobody could press them. `at` says where each one's channel stands.
pub(super) fn warnings(config: &Config, at: impl Fn(&str) -> At) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for (index, source) in config.proposals.iter().enumerate() {
        let channel = source.about.channel.0;
        let key = format!("{SECTION}[{index}].channel");
        let is_served = config.discord.channels.is_empty() || config.discord.channels.contains(&channel);
        let serves = |role: &&Role| role.channels.is_empty() || role.channels.contains(&channel);
        let usable = |role: &Role| source.about.offers.iter().any(|offered| role.can.contains(&offered.capability()));
        let mut warn = |what: &str, right: &str| {
            warnings.push(Problem { at: at(&key), key: key.clone(), what: what.to_owned(), right: right.to_owned() });
        };
        let serving: Vec<&Role> = config.roles.iter().filter(serves).collect();
        if !is_served {
            warn("is not in discord.channels, so its cards' buttons are refused", "add it there");
        } else if serving.is_empty() {
            warn("is a channel in which no [[role]] may do anything", "add it to the channels of a [[role]]");
        } else if !source.about.offers.is_empty() && !serving.iter().any(|role| usable(role)) {
            warn(
                "is a channel in which no [[role]] may do what its cards offer",
                "give somebody the right there, or shorten `offers`",
            );
        }
    }
    warnings
}
