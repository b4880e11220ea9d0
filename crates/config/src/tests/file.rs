//! `config/bernard.toml` against the code.

use std::collections::BTreeSet;

use bernard_ovh::Credentials;

use super::{LEAST, MANUAL, OPERATORS_ENVIRONMENT, OPERATORS_FILE, config, warned, with};
use crate::{
    read_root,
    section::Reader,
    source::{self, Environment, Kind, Table},
};

/// The operator's file with its examples (`#key = …`, `#[section]`) switched on.
pub(super) fn uncommented() -> String {
    let is_example = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
    let line = |line: &'static str| line.strip_prefix('#').filter(|rest| is_example(rest)).unwrap_or(line);
    OPERATORS_FILE.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_operators_file_can_be_used_as_it_is_and_with_everything_switched_on() {
    assert_eq!(warned(OPERATORS_FILE, OPERATORS_ENVIRONMENT), Vec::<String>::new());
    let all = config(&uncommented(), OPERATORS_ENVIRONMENT);
    assert_eq!(all.ovh.len(), 2);
    assert!(all.digest.is_some() && all.audit.sinks.len() == 1);
    assert!(matches!(all.ovh[1].credentials, Credentials::OAuth2 { .. }));
}

#[test]
fn the_operators_file_holds_every_key_there_is_and_no_other() {
    let mut reader = Reader::new(Environment::new(OPERATORS_ENVIRONMENT.iter().copied()));
    let table = source::parse(&uncommented()).unwrap_or_default();
    let mut written = BTreeSet::new();
    collect_keys("", &table, &mut written);
    read_root(&mut reader, table);
    assert_eq!(written, reader.known);
}

#[test]
fn the_manual_has_every_key_there_is_and_no_other() {
    let mut reader = Reader::new(Environment::new(OPERATORS_ENVIRONMENT.iter().copied()));
    read_root(&mut reader, source::parse(&uncommented()).unwrap_or_default());
    let is_section = |key: &str| reader.known.iter().any(|other| other.starts_with(&format!("{key}.")));
    let known: BTreeSet<&str> = reader.known.iter().map(String::as_str).filter(|key| !is_section(key)).collect();
    let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|row| row.split(" | ").next());
    let written: BTreeSet<&str> = rows.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|key| is_key(key)).collect();
    assert_eq!(written, known);
}

/// Whether it is a key, and no word between keys.
fn is_key(text: &str) -> bool {
    text.contains('.') || ["locale", "time_zone", "log", "log_level"].contains(&text)
}

fn collect_keys(prefix: &str, table: &Table, keys: &mut BTreeSet<String>) {
    for (key, entry) in table {
        let path = format!("{prefix}{key}");
        match &entry.value.kind {
            Kind::Table(inner) if !inner.contains_key("env") => collect_keys(&format!("{path}."), inner, keys),
            Kind::List(items) => {
                for item in items {
                    if let Kind::Table(inner) = &item.kind {
                        collect_keys(&format!("{path}."), inner, keys);
                    }
                }
            }
            _ => {}
        }
        keys.insert(path);
    }
}

#[test]
fn the_operators_file_shows_the_defaults() {
    let shown = config(OPERATORS_FILE, OPERATORS_ENVIRONMENT);
    let least = config(LEAST, &[]);
    assert_eq!((shown.locale, shown.log), (least.locale, least.log));
    assert_eq!(shown.time_zone, least.time_zone);
    assert_eq!((&shown.discord.api_url, &shown.discord.mode), (&least.discord.api_url, &least.discord.mode));
    assert_eq!((&shown.discord.channels, shown.discord.oncall_role), (&least.discord.channels, None));
    assert_eq!((&shown.ovh[0].name, &shown.ovh[0].endpoint), (&least.ovh[0].name, &least.ovh[0].endpoint));
    assert_eq!(shown.ovh[0].requests_per_minute, least.ovh[0].requests_per_minute);
    assert_eq!(format!("{:?}", shown.store), format!("{:?}", least.store));
    assert_eq!((shown.http, shown.rescue), (least.http, least.rescue));
    assert_eq!((shown.pace, shown.limits), (least.pace, least.limits));
    assert_eq!(shown.digest, least.digest);
    assert!(!shown.audit.differs_from(&least.audit));
    let digest = config(&uncommented(), OPERATORS_ENVIRONMENT).digest;
    assert_eq!(digest, config(&with("[digest]\nchannel = '200000000000000001'"), &[]).digest);
    let protect = &config(&with("[[protect]]\nservers = ['tag:env=prod']"), &[]).protections[0];
    assert_eq!(protect.actions, shown.protections[0].actions);
    assert_eq!((protect.approvals, protect.expires), (shown.protections[0].approvals, shown.protections[0].expires));
}

#[test]
fn an_empty_text_is_as_good_as_an_absent_key_wherever_none_is_needed() {
    let more = "[traces]\nendpoint = 'http://127.0.0.1:4318'\ntoken = ''\n[audit]\nanchor_channel = ''\n";
    let text = with(more).replace("[discord]\n", "[discord]\noncall_role = ''\npublic_key = ''\n");
    let text = text.replace("[[ovh]]\n", "[[ovh]]\nclient_id = ''\nclient_secret = ''\ntoken_url = ''\n");
    let config = config(&text, &[]);
    assert!(config.traces.is_some_and(|traces| traces.token.is_none()));
    assert!(matches!(config.ovh[0].credentials, Credentials::Keys { .. }));
    assert_eq!((config.discord.oncall_role, config.audit.anchor_channel), (None, None));
}
