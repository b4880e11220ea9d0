//! The inside of whatever carries a secret through the program, printed: the secret is not in it.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Instant};

use bernard::app::store::address;
use bernard_config::{Config, Notes, SinkAddress, StoreUrl};
use bernard_discord::{
    RawInteraction,
    sender::{SenderSettings, Token},
    signed::Interactions,
};
use bernard_domain::{
    access::UserId,
    locale::Locale,
    mark::Mark,
    operation::{ChannelId, Operation, OperationId, Request, Source, Wish},
};
use bernard_engine::{
    link::{Found, SecretLink},
    messenger::MessengerRequest,
};
use bernard_oncall::feed::Feed;
use bernard_ovh::{
    Account, Client, Credentials, PendingKey,
    decode::{self, Decoded},
};
use bernard_proposals::auth::Auth;
use bernard_sinks::Destination;
use secrecy::SecretString;
use serde_json::json;

use super::search::Secrets;

/// What must not be printed.
const CANARY: &str = "fake-canary-fake-canary-fake-canary-0";

/// Types whose field is a secret's own type and nothing else of it: that one prints itself as redacted. They are not public.
const PRIVATE: [&str; 1] = ["Keys"];

/// A type's name, and one of it as `{:?}` prints it, with the canary inside.
fn printed() -> Vec<(&'static str, String)> {
    let secret = || SecretString::from(CANARY);
    let mut all = Vec::new();
    let configured = |credentials: &str| {
        let text = format!(
            "[discord]\ntoken = \"{CANARY}\"\nguild = \"100000000000000001\"\n\
             [[ovh]]\nname = \"main\"\nendpoint = \"ovh-eu\"\n{credentials}\n"
        );
        Config::from_text(&text, Vec::<(String, String)>::new()).unwrap_or_else(|why| panic!("{why}")).config
    };
    let keys = format!("application_key = \"x\"\napplication_secret = \"{CANARY}\"\nconsumer_key = \"{CANARY}\"");
    let oauth2 = format!("client_id = \"x\"\nclient_secret = \"{CANARY}\"");
    for credentials in [keys, oauth2] {
        let config = configured(&credentials);
        all.push(("Discord", format!("{:?} {config:?}", config.discord)));
        all.push(("Credentials", format!("{:?}", config.ovh)));
    }
    let url = format!("postgres://bernard:{CANARY}@127.0.0.1/bernard");
    let with_store = format!(
        "[discord]\ntoken = \"x\"\nguild = \"1\"\n[store]\nurl = \"{url}\"\n\
         [[ovh]]\nname = \"main\"\nendpoint = \"ovh-eu\"\napplication_key = \"x\"\napplication_secret = \"x\"\nconsumer_key = \"x\"\n"
    );
    let loaded = Config::from_text(&with_store, Vec::<(String, String)>::new()).unwrap_or_else(|why| panic!("{why}"));
    all.push(("StoreUrl", format!("{:?}", loaded.config.store)));
    if let StoreUrl::Postgres(postgres) = &loaded.config.store.url {
        let address = address(postgres);
        all.push(("Postgres", format!("{postgres:?} {address:?} {address}")));
    }
    // What is refused is not quoted either.
    let unknown = with_store.replace("127.0.0.1/bernard", &format!("127.0.0.1/bernard?pasword={CANARY}"));
    let refused = Config::from_text(&unknown, Vec::<(String, String)>::new()).expect_err("it is not known");
    all.push(("StoreUrl", format!("{refused} {refused:?}")));
    let with_traces = format!(
        "[discord]\ntoken = \"x\"\nguild = \"1\"\n[traces]\nendpoint = \"http://127.0.0.1:4318\"\ntoken = \"{CANARY}\"\n\
         [[ovh]]\nname = \"main\"\nendpoint = \"ovh-eu\"\napplication_key = \"x\"\napplication_secret = \"x\"\nconsumer_key = \"x\"\n"
    );
    let traced = Config::from_text(&with_traces, Vec::<(String, String)>::new()).unwrap_or_else(|why| panic!("{why}"));
    let oncall = with_traces.replace("[traces]\nendpoint = \"http://127.0.0.1:4318\"\ntoken = ", "[oncall]\nfeed = ");
    let oncall = Config::from_text(&oncall, Vec::<(String, String)>::new()).unwrap_or_else(|why| panic!("{why}"));
    all.push(("Oncall", format!("{:?}", oncall.config.oncall.expect("it is there"))));
    let feed = Feed::new(&format!("https://127.0.0.1/{CANARY}").into()).expect("an address");
    all.push(("Source", format!("{feed:?}")));
    all.push(("Traces", format!("{:?}", traced.config.traces.expect("they are there"))));
    for credentials in [
        Credentials::Keys { application_key: "x".into(), application_secret: secret(), consumer_key: secret() },
        Credentials::OAuth2 { client_id: "x".into(), client_secret: secret(), token_url: None },
    ] {
        let endpoint = "ovh-eu".parse().expect("an endpoint");
        let account = Account {
            name: "main".into(),
            endpoint,
            credentials,
            requests_per_minute: std::num::NonZeroU32::MAX.into(),
            api_log: bernard_ovh::ApiLog::Off,
        };
        all.push(("Credentials", format!("{:?} {account:?}", account.credentials)));
        all.push(("Credentials", format!("{:?}", Client::new(account).expect("a client"))));
    }
    all.push(("SenderSettings", format!("{:?}", SenderSettings::new("http://127.0.0.1:1".to_owned(), secret()))));
    all.push(("Token", format!("{:?}", Token::new(secret()).expect("a token"))));
    let (tx, _rx) = tokio::sync::mpsc::channel(1);
    let door = Interactions::new(&"07".repeat(32), bernard_platform::clock::now, tx);
    all.push(("Interactions", format!("{door:?}")));
    for body in [json!({ "id": "7", "type": 2, "token": CANARY }), json!({ "id": CANARY, "token": CANARY })] {
        let raw = RawInteraction::parse(body.to_string().as_bytes(), Instant::now());
        all.push(("RawInteraction", format!("{raw:?}")));
        all.extend(raw.ok().map(|raw| ("InteractionKey", format!("{:?}", raw.key()))));
    }
    let pending = PendingKey { consumer_key: secret(), validation_url: "https://auth.example/".to_owned() };
    all.push(("PendingKey", format!("{pending:?}")));
    let link = Arc::new(SecretLink::from(secret()));
    all.push(("SecretLink", format!("{link:?}")));
    let found = Found { source: Source::Mail, link, query: None };
    all.push(("Found", format!("{found:?}")));
    all.extend(sent_the_audit());
    for auth in [Auth::of(secret()), Auth::of_grafana(secret(), "signature", "timestamp")] {
        all.push(("Auth", format!("{:?}", auth.expect("a secret"))));
    }
    all.extend(decoded());
    all.push(errand());
    all
}

/// Who gets the audit, and who signs its head.
fn sent_the_audit() -> Vec<(&'static str, String)> {
    let secret = || SecretString::from(CANARY);
    let text = format!(
        "[discord]\ntoken = \"x\"\nguild = \"1\"\n[[audit.sink]]\nname = \"siem\"\n\
         url = \"https://siem.example.org/{CANARY}?key={CANARY}\"\ntoken = \"{CANARY}\"\n\
         [[ovh]]\napplication_key = \"x\"\napplication_secret = \"x\"\nconsumer_key = \"x\"\n"
    );
    let loaded = Config::from_text(&text, Vec::<(String, String)>::new()).unwrap_or_else(|why| panic!("{why}"));
    let siem = &loaded.config.audit.sinks[0];
    let SinkAddress::Web(url) = &siem.to else { panic!("{:?}", siem.to) };
    let notes = Notes { key: secret(), name: "bernard/audit".into(), file: None, url: Some(url.clone()) };
    let to = Destination::Web { url: secret(), token: Some(secret()) };
    vec![
        (
            "Sink",
            format!("{siem:?} {:?} {:?}", loaded.config, bernard_sinks::Sink { name: "siem".into(), to: to.clone() }),
        ),
        ("WebAddress", format!("{url:?} {url} {}", siem.to)),
        ("Notes", format!("{notes:?}")),
        ("Destination", format!("{to:?}")),
    ]
}

/// What OVHcloud answers, as the calls read it.
fn decoded() -> Vec<(&'static str, String)> {
    let bodies = [
        json!([{ "type": "RDP", "user": "Administrator", "url": format!("https://x/{CANARY}"), "password": CANARY }]),
        json!({ "id": 1, "date": "2026-01-01T00:00:00Z", "subject": "x", "body": CANARY }),
        json!({ "value": CANARY, "expiration": null }),
        json!({ "taskId": CANARY, "status": CANARY }),
    ];
    let each = bodies.iter().flat_map(|body| decode::each(body.to_string().as_bytes()));
    each.map(|read| match read {
        Ok(Decoded::Accesses(all)) => ("Access", format!("{all:?}")),
        Ok(Decoded::Mail(mail)) => ("Mail", format!("{mail:?}")),
        Ok(Decoded::Console(console)) => ("Console", format!("{console:?}")),
        other => ("", format!("{other:?}")),
    })
    .collect()
}

/// The link on its way to its person.
fn errand() -> (&'static str, String) {
    let (reply, _answer) = tokio::sync::oneshot::channel();
    let request = Request {
        wish: Wish::Link { sources: Vec::new() },
        server: "ns1.example".to_owned().try_into().expect("a name"),
        account: "main".into(),
        label: "web-1".into(),
        requester: UserId(1),
        locale: Locale::En,
        channel: ChannelId(1),
        place: ChannelId(1),
        reason: None,
        rule: "role 1".into(),
        guard: bernard_domain::operation::approval::Guard::Unprotected,
        known_as: None,
        beside: None,
        runbooks: Vec::new(),
    };
    let operation = Operation::open(OperationId(1), Mark::default(), request, jiff::Timestamp::UNIX_EPOCH);
    let link = Some((Source::Mail, Arc::new(SecretString::from(CANARY).into())));
    ("MessengerRequest", format!("{:?}", MessengerRequest::Deliver { operation: Box::new(operation), link, reply }))
}

#[test]
fn nothing_that_carries_a_secret_prints_it() {
    let mut secrets = Secrets::default();
    secrets.add("the canary", CANARY);
    for (name, text) in printed() {
        let leaks = secrets.found_in(name, &text);
        assert!(leaks.is_empty(), "{leaks:?}");
    }
}

/// The types below a folder that hold a `SecretString` or a `SecretLink` and can be printed.
fn holders(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            holders(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("a file");
            found.extend(holders_in(&text));
        }
    }
}

fn holders_in(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &str| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        let rest = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum "))?;
        Some(rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned())
    };
    let mut names = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let Some(name) = begins(line) else { continue };
        let length = lines[n..].iter().position(|line| *line == "}" || line.ends_with(';')).unwrap_or_default();
        let body = lines[n..=n + length].join("\n");
        let attributes = lines[..n].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("///"));
        let derived = attributes.clone().any(|line| line.contains("derive(") && line.contains("Debug"));
        let written = text.contains(&format!("fmt::Debug for {name} "));
        if (body.contains("SecretString") || body.contains("SecretLink")) && (derived || written) {
            names.push(name);
        }
    }
    names
}

#[test]
fn every_type_that_holds_a_secret_and_can_be_printed_is_printed_here() {
    let mut found = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    holders(&root.join("src"), &mut found);
    for room in std::fs::read_dir(root.join("crates")).expect("the crates").flatten() {
        // The simulators hold nobody's secret.
        if room.file_name() != "sim" {
            holders(&room.path().join("src"), &mut found);
        }
    }
    let here: BTreeSet<String> = printed()
        .into_iter()
        .map(|(name, _)| name)
        .chain(PRIVATE)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let unprinted: Vec<_> = found.difference(&here).collect();
    assert!(found.len() > 10, "the search itself works: {found:?}");
    assert!(unprinted.is_empty(), "these hold a secret and are not printed above: {unprinted:?}");
}
