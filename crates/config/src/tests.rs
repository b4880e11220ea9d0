//! What the whole promises, read through its front door.

mod environment;
mod file;
mod never;
mod oncall;
mod proposals;
mod refused;

use super::{Config, Loaded, Problems};

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// As little as can be used.
const LEAST: &str = r#"
[discord]
token = "fake-token"
guild = "100000000000000001"
[[ovh]]
application_key = "fake-ak"
application_secret = "fake-as"
consumer_key = "fake-ck"
[[role]]
id = 400000000000000001
can = ["view", "approve"]
"#;

fn load(text: &str, environment: Pairs<'_>) -> Result<Loaded, Problems> {
    Config::from_text(text, environment.iter().copied())
}

#[track_caller]
fn config(text: &str, environment: Pairs<'_>) -> Config {
    load(text, environment).unwrap_or_else(|problems| panic!("{problems}")).config
}

/// The least configuration with more at its end (or, for lines of `[discord]`, in its middle).
fn with(more: &str) -> String {
    format!("{LEAST}{more}")
}

#[track_caller]
fn problems(text: &str, environment: Pairs<'_>) -> String {
    load(text, environment).expect_err("should be refused").to_string()
}

/// Asserts that the only problem is printed like this.
#[track_caller]
fn refused(text: &str, environment: Pairs<'_>, expected: &str) {
    let printed = problems(text, environment);
    let lines: Vec<&str> = printed.lines().skip(1).map(str::trim).collect();
    assert_eq!(lines, [expected]);
}

#[track_caller]
fn warned(text: &str, environment: Pairs<'_>) -> Vec<String> {
    load(text, environment)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect()
}

const OPERATORS_FILE: &str = include_str!("../../../config/bernard.toml");
/// The page of the manual that explains it.
const MANUAL: &str = include_str!("../../../docs/configuration.md");

const OPERATORS_ENVIRONMENT: Pairs<'static> = &[
    ("DISCORD_TOKEN", "fake-token"),
    ("TRACES_TOKEN", "fake-traces-token"),
    ("SECOND_FACTOR_KEY", "fa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4e"),
    ("SIEM_TOKEN", "fake-siem-token"),
    ("AUDIT_ANCHOR_KEY", "fakefakefakefakefakefakefakefakefakefakefak="),
    ("ONCALL_FEED", "https://example.org/fake-feed-token"),
    ("PROPOSALS_SECRET", "fake-secret-of-an-alertmanager"),
    ("OVH_APPLICATION_KEY", "fake-ak"),
    ("OVH_APPLICATION_SECRET", "fake-as"),
    ("OVH_CONSUMER_KEY", "fake-ck"),
    ("OVH_CLIENT_ID", "fake-id"),
    ("OVH_CLIENT_SECRET", "fake-cs"),
];

/// Asserts the whole list as it is printed.
#[track_caller]
fn printed_as(printed: &str, lines: &[&str]) {
    let printed: Vec<&str> = printed.lines().map(str::trim).collect();
    assert_eq!(printed, lines);
}
