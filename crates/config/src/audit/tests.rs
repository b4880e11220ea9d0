use crate::{Config, Loaded, Problems};

use super::*;

const LEAST: &str = "[discord]\ntoken = \"fake-token\"\nguild = \"1\"\n[[ovh]]\napplication_key = \"fake-ak\"\n\
                     application_secret = \"fake-as\"\nconsumer_key = \"fake-ck\"\n[[role]]\nid = \"4\"\ncan = [\"view\"]\n";

fn read(more: &str) -> Result<Loaded, Problems> {
    let environment =
        [("SIEM_TOKEN", "fake-siem-token"), ("SIEM_URL", "https://siem.example.org/fake-path?fake=query")];
    Config::from_text(&format!("{LEAST}{more}"), environment)
}

fn sink(lines: &str) -> Result<Loaded, Problems> {
    read(&format!("[[audit.sink]]\nname = \"siem\"\n{lines}\n"))
}

#[track_caller]
fn refused(read: Result<Loaded, Problems>, expected: &str) {
    let problems = read.expect_err("it is refused");
    let [problem] = problems.list.as_slice() else { panic!("{problems}") };
    assert_eq!(format!("{} {}", problem.key, problem.what), expected);
    assert!(problem.at.line().is_some() && !problem.right.is_empty(), "{problems}");
    assert!(!problems.to_string().contains("fake"), "no value is quoted: {problems}");
}

#[test]
fn a_sink_has_a_name_an_address_and_perhaps_a_token() {
    let loaded = sink("url = { env = \"SIEM_URL\" }\ntoken = { env = \"SIEM_TOKEN\" }").expect("it is right");
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let [siem] = loaded.config.audit.sinks.as_slice() else { panic!("one") };
    let SinkAddress::Web(address) = &siem.to else { panic!("{:?}", siem.to) };
    assert_eq!(address.expose(), "https://siem.example.org/fake-path?fake=query");
    assert_eq!(siem.to.to_string(), "https://siem.example.org");
    let shown = format!("{:?}", loaded.config);
    assert!(!shown.contains("fake-path") && !shown.contains("fake-siem-token"), "{shown}");
}

#[test]
fn a_syslog_server_is_a_host_and_a_port() {
    for (url, shown) in [
        ("syslog+tls://siem.example.org", "syslog+tls://siem.example.org:6514"),
        ("syslog+tls://[2001:db8::7]:1000/", "syslog+tls://[2001:db8::7]:1000"),
        ("syslog+tcp://127.0.0.1", "syslog+tcp://127.0.0.1:514"),
    ] {
        let loaded = sink(&format!("url = \"{url}\"")).expect("it is right");
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        assert_eq!(loaded.config.audit.sinks[0].to.to_string(), shown);
    }
}

#[test]
fn what_cannot_be_a_sink_is_refused_with_its_line() {
    let url = "url = \"https://siem.example.org\"\n";
    refused(read(&format!("[[audit.sink]]\n{url}")), "audit.sink[0].name is missing");
    refused(read(&format!("[[audit.sink]]\nname = \"a b\"\n{url}")), "audit.sink[0].name is no name for a sink");
    refused(sink(""), "audit.sink[0].url is missing");
    for (wrong, what) in [
        ("siem.example.org", "is not a URL"),
        ("ftp://siem.example.org", "is of no kind that Bernard sends to"),
        ("syslog://siem.example.org", "is of no kind that Bernard sends to"),
        ("https://fake:fake@siem.example.org", "has a user or password in it"),
        ("https://siem.example.org/#part", "has a fragment in it, which is never sent"),
        ("syslog+tls://fake@siem.example.org", "has a user or password in it"),
        ("syslog+tls://siem.example.org/path", "has more than a host and a port in it"),
        ("syslog+tls://siem.example.org?a=b", "has more than a host and a port in it"),
        ("syslog+tls://", "has no host in it"),
    ] {
        refused(sink(&format!("url = \"{wrong}\"")), &format!("audit.sink[0].url {what}"));
    }
    let again = format!("{url}[[audit.sink]]\nname = \"siem\"\nurl = \"syslog+tls://siem.example.org\"");
    refused(sink(&again), "audit.sink[1].name is that of audit.sink[0] too");
}

#[test]
fn a_token_goes_only_where_nobody_listens_and_only_as_a_header() {
    let token = "token = { env = \"SIEM_TOKEN\" }";
    let clear = "audit.sink[0].token would cross the network unencrypted, for its url is http";
    refused(sink(&format!("url = \"http://siem.example.org\"\n{token}")), clear);
    let syslog = "audit.sink[0].token is given, and syslog has no token";
    refused(sink(&format!("url = \"syslog+tls://siem.example.org\"\n{token}")), syslog);
    let header = "audit.sink[0].token has characters that no header takes";
    refused(sink("url = \"https://siem.example.org\"\ntoken = \"fake\\ttoken\""), header);
    assert!(sink(&format!("url = \"http://127.0.0.1:8080/x\"\n{token}")).is_ok(), "loopback is no network");
}

#[test]
fn what_everybody_on_the_way_can_read_is_warned_of() {
    for url in ["http://siem.example.org", "syslog+tcp://siem.example.org"] {
        let loaded = sink(&format!("url = \"{url}\"")).expect("it is right");
        let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings.len() == 1 && warnings[0].contains("audit.sink[0].url is not protected"), "{warnings:?}");
    }
}

/// Thirty-two bytes in base64.
const SEED: &str = "fakefakefakefakefakefakefakefakefakefakefak=";

#[test]
fn anchors_are_signed_where_there_is_a_key_and_a_place() {
    let loaded = read(&format!(
        "[audit]\nanchor_key = \"{SEED}\"\nanchor_file = \"/var/lib/anchors\"\nanchor_url = {{ env = \"SIEM_URL\" }}\n"
    ));
    let loaded = loaded.expect("it is right");
    let notes = loaded.config.audit.notes.as_ref().expect("they are kept");
    assert_eq!((notes.name.as_str(), notes.file.as_deref()), ("bernard/audit", Some("/var/lib/anchors".as_ref())));
    assert_eq!(notes.url.as_ref().map(ToString::to_string).as_deref(), Some("https://siem.example.org"));
    assert!(!format!("{:?}", loaded.config).contains(SEED));
    let alone = read(&format!("[audit]\nanchor_key = \"{SEED}\"\n")).expect("it is right");
    assert!(alone.config.audit.notes.is_none() && alone.warnings[0].to_string().contains("signs nothing"));
    for (lines, what) in [
        ("anchor_file = \"a\"", "audit.anchor_file is given, and no anchor_key that signs"),
        ("anchor_url = \"https://a.example\"", "audit.anchor_url is given, and no anchor_key that signs"),
        ("anchor_key = \"fake\"\nanchor_file = \"a\"", "audit.anchor_key is no seed of an Ed25519 key"),
        ("anchor_name = \"a+b\"", "audit.anchor_name is no name for a key"),
    ] {
        refused(read(&format!("[audit]\n{lines}\n")), what);
    }
    let wrong = format!("[audit]\nanchor_key = \"{SEED}\"\nanchor_url = \"ftp://a.example\"\n");
    refused(read(&wrong), "audit.anchor_url is not an http or https URL");
}

#[test]
fn another_token_or_path_is_another_configuration_and_shown_alike() {
    let audit = |path: &str, token: &str| {
        let lines = format!("url = \"https://siem.example.org/{path}\"\ntoken = \"{token}\"");
        sink(&lines).expect("it is right").config.audit
    };
    let one = audit("a", "fake-one");
    assert!(!one.differs_from(&audit("a", "fake-one")));
    for other in [audit("b", "fake-one"), audit("a", "fake-two"), Audit::default()] {
        assert!(one.differs_from(&other));
    }
    assert_eq!(format!("{one:?}"), format!("{:?}", audit("b", "fake-two")));
}
