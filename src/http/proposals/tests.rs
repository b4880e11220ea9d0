//! The door with a store behind it, and neither Discord nor OVHcloud.

use base64::{Engine, engine::general_purpose::STANDARD};
use bernard_bot::alert_findings::AlertFinding;
use bernard_domain::{
    access::UserId,
    alert::{AlertCard, AlertSource, Offered},
    audit::{Act, Entry},
    inventory::known::Known,
    notice::{Letter, Notice, To},
    operation::ChannelId,
    pause::Pause,
    server::{Server, ServiceName},
};
use bernard_proposals::{auth::Auth, formats::Format};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::*;
use crate::http::serve;

const TOKEN: &str = "fake-token-of-a-machine";
const KEY: &[u8] = b"fake-key-of-standard-webhooks";

/// The door, served; dropping it stops it.
struct Open {
    url: String,
    store: Store,
    findings: AlertFindings,
    client: reqwest::Client,
    _folder: TempDir,
    _stop: oneshot::Sender<()>,
}

fn source(name: &str, format: Format, auth: Auth) -> Source {
    let max_age = Duration::from_secs(3_600);
    let about = AlertSource { name: name.to_owned(), channel: ChannelId(7), offers: Offered::ALL.to_vec(), max_age };
    Source { about, format, auth, server_from: format.server_from() }
}

fn servers() -> Arc<Servers> {
    let called = |name: &str, label: &str| {
        let name = ServiceName::try_from(name.to_owned()).expect("a name");
        let server = Server { display_name: Some(label.to_owned()), ..Server::only_named(name, "main") };
        Arc::new(Known::new(server, Some(Timestamp::UNIX_EPOCH), None))
    };
    Arc::new(Servers::new(vec![called("ns1.example.net", "web-1"), called("ns2.example.net", "web-2")]))
}

impl Open {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("bernard.db")).await.expect("a store");
        let key = format!("whsec_{}", STANDARD.encode(KEY));
        let sources = Live::new(vec![
            source("script", Format::Generic, Auth::of(TOKEN.into()).expect("a token")),
            source("signed", Format::Generic, Auth::of(key.into()).expect("a key")),
        ]);
        let findings = AlertFindings::default();
        let proposals = Proposals::new(sources, servers, store.clone(), || {}, findings.clone());
        let recorder = crate::metrics::recorder().expect("a recorder");
        let endpoints = Endpoints::new(recorder.handle(), Vec::new).with_proposals(proposals);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
        let url = format!("http://{}/proposals", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(serve(listener, endpoints, async move { drop(stopped.await) }));
        Self { url, store, findings, client: sim::net::client(), _folder: folder, _stop: stop }
    }

    async fn sent(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    fn to(&self, name: &str, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        let request = self.client.post(format!("{}/{name}", self.url)).body(body);
        request.header("content-type", "application/json; charset=utf-8")
    }

    async fn by_token(&self, body: &Value) -> (u16, Value) {
        self.sent(self.to("script", body.to_string()).bearer_auth(TOKEN)).await
    }

    /// Signed so many seconds from now.
    fn signed(&self, id: &str, body: &Value, ahead: i64) -> reqwest::RequestBuilder {
        let (body, time) = (body.to_string(), clock::now().as_second() + ahead);
        let tag = Hmac::<Sha256>::new_from_slice(KEY).expect("a key").chain_update(format!("{id}.{time}.{body}"));
        let signature = format!("v1,{}", STANDARD.encode(tag.finalize().into_bytes()));
        let request = self.to("signed", body).header("webhook-id", id).header("webhook-timestamp", time);
        request.header("webhook-signature", signature)
    }

    /// The cards that there are.
    async fn cards(&self) -> Vec<AlertCard> {
        let (due, _) = self.store.due_alert_cards(Timestamp::MAX).await.expect("they read");
        due.into_iter().map(|due| due.card).collect()
    }
}

fn alert(id: &str, server: &str, status: &str) -> Value {
    json!({"id": id, "server": server, "summary": "no answer", "status": status, "began": began()})
}

/// A while ago, the same for the whole test.
fn began() -> String {
    static BEGAN: std::sync::OnceLock<Timestamp> = std::sync::OnceLock::new();
    BEGAN.get_or_init(|| clock::now() - jiff::SignedDuration::from_secs(90)).to_string()
}

const MADE: fn() -> (u16, Value) = || (202, json!({"card": true}));
const NONE: fn() -> (u16, Value) = || (202, json!({"card": false}));

#[tokio::test]
async fn what_is_refused_is_refused_for_what_it_is_and_leaves_nothing() {
    let door = Open::new().await;
    let body = alert("a", "web-1", "firing");
    let with = |token: &str| door.to("script", body.to_string()).bearer_auth(token.to_owned());
    for (request, status) in [
        (door.to("nobody", body.to_string()).bearer_auth(TOKEN), 404),
        (door.to("script", body.to_string()), 401),
        (with("fake-token-of-a-machin"), 401),
        (door.client.post(format!("{}/script", door.url)).bearer_auth(TOKEN).body(body.to_string()), 415),
        (
            door.client
                .post(format!("{}/script", door.url))
                .bearer_auth(TOKEN)
                .header("content-type", "text/plain")
                .body("{}"),
            415,
        ),
        (door.to("script", vec![b' '; LARGEST + 1]).bearer_auth(TOKEN), 413),
        (door.to("script", "{").bearer_auth(TOKEN), 422),
        (door.to("script", format!("{{\"id\":{}1{}}}", "[".repeat(40), "]".repeat(40))).bearer_auth(TOKEN), 422),
        (door.to("script", alert("a", "web", "firing").to_string()).bearer_auth(TOKEN), 422),
        (door.client.get(format!("{}/script", door.url)), 405),
    ] {
        let request = request.build().expect("a request");
        let shown = format!("{request:?}");
        let answer = door.client.execute(request).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{shown}");
        let said = answer.text().await.expect("a text");
        assert!(status != 401 || said.is_empty(), "it is not said why: {said}");
    }
    assert!(door.cards().await.is_empty());
    let unknown = door.findings.all(clock::now());
    assert!(
        matches!(&unknown[..], [AlertFinding::Unknown { source, name, .. }] if source == "script" && name == "web")
    );
}

#[tokio::test]
async fn whoever_has_no_token_is_refused_before_their_body_comes() {
    let door = Open::new().await;
    let address = door.url.trim_start_matches("http://").trim_end_matches("/proposals").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = "POST /proposals/script HTTP/1.1\r\nhost: x\r\nauthorization: Bearer fake-other\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    let mut first = [0; 12];
    // None of the two hundred thousand bytes is ever sent.
    stream.read_exact(&mut first).await.expect("an answer all the same");
    assert_eq!(&first, b"HTTP/1.1 401");
}

#[tokio::test]
async fn a_storm_is_one_card_that_counts_and_its_end_closes_it() {
    let door = Open::new().await;
    assert_eq!(door.by_token(&alert("a", "web-1", "firing")).await, MADE());
    for _ in 0..3 {
        assert_eq!(door.by_token(&alert("a", "web-1", "firing")).await, NONE());
    }
    for id in ["b", "c"] {
        assert_eq!(door.by_token(&alert(id, "ns1.example.net:9100", "firing")).await, NONE());
    }
    assert_eq!(door.by_token(&alert("a", "web-2", "resolved")).await, NONE());
    let cards = door.cards().await;
    let [card] = &cards[..] else { panic!("one card: {cards:?}") };
    assert_eq!((card.label.as_str(), card.alerts, card.firing, card.repeats), ("web-1", 3, 3, 3));
    for id in ["c", "a"] {
        assert_eq!(door.by_token(&alert(id, "web-1", "resolved")).await, NONE());
    }
    assert!(door.cards().await[0].is_open(), "one of them goes on");
    door.by_token(&alert("b", "web-1", "resolved")).await;
    assert!(door.cards().await[0].resolved.is_some());
    assert_eq!(door.by_token(&alert("b", "web-1", "firing")).await, NONE(), "what is over stays over");
    let old =
        json!({"id": "z", "server": "web-2", "summary": "x", "status": "firing", "began": "2020-01-01T00:00:00Z"});
    assert_eq!(door.by_token(&old).await, NONE());
    assert_eq!(door.cards().await.len(), 1);
}

#[tokio::test]
async fn a_signed_request_is_taken_once_and_only_from_now() {
    let door = Open::new().await;
    let body = alert("a", "web-1", "firing");
    assert_eq!(door.sent(door.signed("msg_1", &body, 0)).await, MADE());
    assert_eq!(door.sent(door.signed("msg_1", &body, 1)).await, NONE());
    assert_eq!(door.cards().await[0].repeats, 0, "a replay counts for nothing");
    let resolved = alert("a", "web-1", "resolved");
    assert_eq!(door.sent(door.signed("msg_2", &resolved, 0)).await, NONE());
    assert_eq!(door.sent(door.signed("msg_1", &body, 2)).await, NONE());
    assert!(door.cards().await[0].resolved.is_some(), "nor does it begin anew");
    for (request, what) in [
        (door.signed("msg_3", &body, -301), "old"),
        (door.signed("msg_3", &body, 400), "of tomorrow"),
        (door.to("signed", body.to_string()), "unsigned"),
        (door.to("signed", body.to_string()).bearer_auth(TOKEN), "by another way"),
    ] {
        let (status, _) = door.sent(request).await;
        assert_eq!(status, 401, "{what}");
    }
    let ahead = |one: &AlertFinding| matches!(one, AlertFinding::Clock { ahead, .. } if ahead.as_secs() > 300);
    assert!(door.findings.all(clock::now()).iter().any(ahead), "the operator can see whose clock it is");
    assert_eq!(door.sent(door.signed("msg_5", &body, 0)).await, NONE());
    assert!(!door.findings.all(clock::now()).iter().any(ahead), "until it is right");
}

#[tokio::test]
async fn of_whoever_has_no_key_few_bodies_are_read() {
    let door = Open::new().await;
    let forged = || {
        let request = door.to("signed", "{}").header("webhook-id", "x").header("webhook-timestamp", "1");
        request.header("webhook-signature", "v1,AAAA")
    };
    let mut refused = 0;
    while door.sent(forged()).await.0 == 401 {
        refused += 1;
        assert!(refused <= IN_DOUBT, "it never ends");
    }
    assert_eq!(refused, IN_DOUBT);
    assert_eq!(door.sent(forged()).await.0, 503, "to be sent again, should it be a neighbour of theirs");
    assert_eq!(door.by_token(&alert("a", "web-1", "firing")).await, MADE(), "whoever shows a token is not held up");
}

#[tokio::test]
async fn while_paused_and_without_a_store_it_is_to_be_sent_again() {
    let door = Open::new().await;
    let (by, at) = (UserId(1), clock::now());
    let pause = Pause { by, at, reason: "maintenance".to_owned() };
    let letter = Letter {
        to: To::Channel { channel: ChannelId(7), or_to: None },
        notice: Notice::Paused { by, reason: "maintenance".to_owned() },
    };
    let entry = |act| Entry::act(act, at).by(by);
    door.store.begin_pause(&pause, &letter, &entry(Act::Paused)).await.expect("it is written");
    let answer = door.to("script", alert("a", "web-1", "firing").to_string()).bearer_auth(TOKEN).send().await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    assert!(door.cards().await.is_empty());
    door.store.end_pause(&letter, &entry(Act::Resumed), at).await.expect("it is written");
    assert_eq!(door.by_token(&alert("a", "web-1", "firing")).await, MADE());
    door.store.close().await;
    assert_eq!(door.by_token(&alert("b", "web-2", "firing")).await.0, 503);
}
