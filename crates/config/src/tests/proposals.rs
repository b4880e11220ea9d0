//! `[[proposals]]`: what is read, what is refused, and what is warned about.

use std::time::Duration;

use bernard_domain::alert::Offered;
use bernard_proposals::{auth::Auth, formats::Format};

use super::{LEAST, config, load, problems, refused, warned, with};

const WHOLE: &str = "[[proposals]]\nname = 'alertmanager'\nformat = 'alertmanager'\n\
                     secret = 'fake-secret-of-an-alertmanager'\nchannel = '5'\n";

/// The roles of the least configuration, who may do what a card offers.
fn pressed() -> String {
    LEAST.replace("\"approve\"]", "\"approve\", \"reboot\"]")
}

fn lacking(line: &str) -> String {
    let lines: Vec<&str> = WHOLE.lines().filter(|one| !one.starts_with(line)).collect();
    with(&lines.join("\n"))
}

#[test]
fn an_entry_has_what_it_needs_and_defaults_for_the_rest() {
    let source = &config(&with(WHOLE), &[]).proposals[0];
    assert_eq!(
        (source.about.name.as_str(), source.about.channel.0, source.format),
        ("alertmanager", 5, Format::Alertmanager)
    );
    assert_eq!(source.about.offers, Offered::ALL);
    assert_eq!(source.about.max_age, Duration::from_secs(3_600));
    let from: Vec<String> = source.server_from.iter().map(ToString::to_string).collect();
    assert_eq!(from, ["labels.server", "labels.instance"]);
    assert!(matches!(source.auth, Auth::Bearer(_)));
    let more = format!("{WHOLE}offers = ['console', 'reboot']\nserver_from = ['labels.host']\nmax_age = '10m'\n");
    let source = &config(&with(&more), &[]).proposals[0];
    assert_eq!(source.about.offers, [Offered::Reboot, Offered::Console], "in the order of a card");
    assert_eq!((source.server_from[0].to_string().as_str(), source.about.max_age.as_secs()), ("labels.host", 600));
    assert!(config(&with(&format!("{WHOLE}offers = []\n")), &[]).proposals[0].about.offers.is_empty());
}

#[test]
fn how_requests_are_known_follows_from_secret_and_headers() {
    let auth = |entry: &str| config(&with(entry), &[]).proposals.remove(0).auth;
    let webhook = WHOLE.replace("fake-secret-of-an-alertmanager", "whsec_ZmFrZS1rZXktb2YtYS1zdGFuZGFyZC13ZWJob29r");
    assert!(matches!(auth(&webhook), Auth::Webhook(_)));
    let grafana = WHOLE.replace("format = 'alertmanager'", "format = 'grafana'");
    assert!(matches!(auth(&grafana), Auth::Bearer(_)));
    let signed = format!("{grafana}signature_header = 'X-Grafana-Alerting-Signature'\ntimestamp_header = 'X-Time'\n");
    assert!(matches!(auth(&signed), Auth::Grafana { .. }));
    let read = config(
        &with(&WHOLE.replace("'fake-secret-of-an-alertmanager'", "{ env = 'FAKE_SECRET' }")),
        &[("FAKE_SECRET", "fake-secret-elsewhere-kept")],
    );
    assert!(!format!("{:?}", read.proposals).contains("fake-secret"), "it is not printed");
}

#[test]
fn what_is_missing_or_contradicts_itself_is_said_with_its_line() {
    for key in ["name", "format", "secret", "channel"] {
        let printed = problems(&lacking(key), &[]);
        assert!(printed.contains(&format!("bernard.toml:12:1: proposals[0].{key} is missing")), "{printed}");
    }
    let grafana = WHOLE.replace("format = 'alertmanager'", "format = 'grafana'");
    let said = |entry: &str, what: &str| {
        let printed = problems(&with(entry), &[]);
        assert!(printed.contains(what), "{what}: {printed}");
        assert!(!printed.contains("fake-secret"), "{printed}");
    };
    said(
        &format!("{grafana}signature_header = 'X-Sig'\n"),
        "bernard.toml:12:1: proposals[0].timestamp_header is missing",
    );
    said(
        &format!("{grafana}timestamp_header = 'X-Time'\n"),
        "bernard.toml:17:20: proposals[0].timestamp_header stands without",
    );
    said(
        &format!("{WHOLE}signature_header = 'X-Sig'\n"),
        "bernard.toml:17:20: proposals[0].signature_header is Grafana's",
    );
    let both = grafana.replace("'fake-secret-of-an-alertmanager'", "'whsec_ZmFrZS1zZWNyZXQ='");
    said(
        &format!("{both}signature_header = 'X-Sig'\ntimestamp_header = 'X-T'\n"),
        "stands beside a secret for Standard Webhooks",
    );
    said(&format!("{grafana}signature_header = 'X Sig'\n"), "proposals[0].signature_header is no name of a header");
    said(&WHOLE.replace("format = 'alertmanager'", "format = 'alertmanger'"), "did you mean \"alertmanager\"?");
    said(
        &WHOLE.replace("name = 'alertmanager'", "name = 'Alert/Manager'"),
        "proposals[0].name cannot stand in an address",
    );
    said(&WHOLE.replace("channel = '5'", "channel = 'ops'"), "proposals[0].channel is not an id of Discord's");
    let short = warned(&with(&WHOLE.replace("fake-secret-of-an-alertmanager", "fake-s")), &[]);
    assert!(short.iter().any(|said| said.contains("proposals[0].secret is short for a secret")), "{short:?}");
    said(&WHOLE.replace("fake-secret-of-an-alertmanager", "whsec_fake"), "proposals[0].secret has no base64");
    said(&format!("{WHOLE}offers = ['restore']\n"), "proposals[0].offers[0] is not a word known here");
    said(&format!("{WHOLE}server_from = []\n"), "proposals[0].server_from is empty");
    said(&format!("{WHOLE}server_from = ['labels.']\n"), "proposals[0].server_from[0] is no place in an alert");
    said(&format!("{WHOLE}max_age = 'soon'\n"), "proposals[0].max_age is not made of numbers");
}

#[test]
fn two_entries_have_two_names() {
    refused(
        &with(&format!("{WHOLE}{WHOLE}")),
        &[],
        "bernard.toml:18:8: proposals[1].name is that of proposals[0] too; give every entry a name of its own: it is its address",
    );
}

#[test]
fn a_card_where_nobody_could_press_it_is_warned_of() {
    let about = |text: String| {
        let warnings = warned(&text, &[]);
        warnings.into_iter().filter(|warning| warning.contains("proposals[0]")).collect::<Vec<_>>()
    };
    assert_eq!(about(format!("{}{WHOLE}", pressed())), [""; 0]);
    let idle = about(with(WHOLE));
    assert!(
        idle[0].starts_with("bernard.toml:16:11: proposals[0].channel is a channel in which no [[role]] may do what"),
        "{idle:?}"
    );
    assert_eq!(about(with(&format!("{WHOLE}offers = []\n"))), [""; 0]);
    let elsewhere = about(format!("{}channels = ['6']\n{WHOLE}", pressed()));
    assert!(
        elsewhere[0].contains("proposals[0].channel is a channel in which no [[role]] may do anything"),
        "{elsewhere:?}"
    );
    let unserved = about(format!("{}{WHOLE}", pressed().replace("[discord]", "[discord]\nchannels = ['6']")));
    assert!(unserved[0].contains("proposals[0].channel is not in discord.channels"), "{unserved:?}");
    let short = about(format!("{}{}", pressed(), WHOLE.replace("fake-secret-of-an-alertmanager", "fake-secret")));
    assert!(short[0].contains("proposals[0].secret is short for a secret"), "{short:?}");
    assert!(!short[0].contains("fake-secret"), "{short:?}");
    assert!(load(&with(WHOLE), &[]).is_ok());
}
