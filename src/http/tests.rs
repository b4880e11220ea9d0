use bernard_discord::RawInteraction;
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::*;

/// Generous, and met in no good run.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

/// A slash command, in few words.
fn slash(id: u64, token: &str) -> serde_json::Value {
    serde_json::json!({
        "id": id.to_string(), "application_id": "500", "type": 2, "token": token, "guild_id": "100", "channel_id": "200",
        "member": {"user": {"id": "300"}, "roles": ["400"]}, "data": {"id": "900", "name": "status", "options": [{"name": "server", "type": 3, "value": "web-1"}]},
    })
}

/// What the clock of these tests says.
const NOW: i64 = 1_800_000_000;

/// The endpoints, served; dropping it stops them.
struct Served {
    url: String,
    client: reqwest::Client,
    key: SigningKey,
    rx: mpsc::Receiver<RawInteraction>,
    stop: Option<oneshot::Sender<()>>,
    ended: tokio::task::JoinHandle<io::Result<()>>,
}

impl Served {
    async fn start(unready: fn() -> Vec<Unready>) -> Self {
        let recorder = crate::metrics::recorder().unwrap();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            bernard_platform::metrics::describe();
            metrics::counter!(bernard_platform::metrics::INTERACTIONS, "door" => "http").increment(3);
            metrics::histogram!(bernard_platform::metrics::ACKNOWLEDGEMENT_SECONDS).record(0.002);
        });
        let key = SigningKey::from_bytes(&[7; 32]);
        let (tx, rx) = mpsc::channel(1);
        let public_key = hex::encode(key.verifying_key().as_bytes());
        let now = || Timestamp::from_second(NOW).unwrap();
        let interactions = Interactions::new(&public_key, now, tx).unwrap();
        let endpoints = Endpoints::new(handle, unready).with_interactions(interactions);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(serve(listener, endpoints, async move { drop(stopped.await) }));
        let client = sim::net::client();
        Self { url, client, key, rx, stop: Some(stop), ended }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn post(&self, body: &str, sent: i64, signature: &str) -> (u16, String) {
        let request = self.client.post(format!("{}/interactions", self.url)).body(body.to_owned());
        let request = request.header("x-signature-timestamp", sent).header("x-signature-ed25519", signature);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    fn sign(&self, body: &str, sent: i64) -> String {
        hex::encode(self.key.sign(format!("{sent}{body}").as_bytes()).to_bytes())
    }

    async fn post_signed(&self, body: &str, sent: i64) -> (u16, String) {
        self.post(body, sent, &self.sign(body, sent)).await
    }
}

async fn ready() -> Served {
    Served::start(Vec::new).await
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let (status, body) = ready().await.get("/readyz").await;
    assert_eq!((status, body.as_str()), (200, r#"{"configuration":null,"ovhcloud":[],"ready":true,"reasons":[]}"#));
    let served = Served::start(|| vec![Unready::Commands, Unready::Gateway]).await;
    let (status, body) = served.get("/readyz").await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let reasons = serde_json::json!(["the commands are not registered", "the gateway is not connected"]);
    assert_eq!((status, &body["reasons"]), (503, &reasons));
}

#[tokio::test]
async fn what_is_not_ready_is_alive() {
    let served = Served::start(|| vec![Unready::Gateway]).await;
    let (status, body) = served.get("/healthz").await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["alive"]), (200, &serde_json::Value::Bool(true)));
}

#[tokio::test]
async fn every_figure_says_its_unit() {
    let (status, text) = ready().await.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(text.contains("# HELP bernard_interactions_total Interactions handed over, in interactions"), "{text}");
    assert!(text.contains(r#"bernard_interactions_total{door="http"} 3"#), "{text}");
    assert!(text.contains(r#"bernard_acknowledgement_seconds_bucket{le="0.0025"} 1"#), "{text}");
    assert!(
        text.lines().all(|line| line.is_empty() || line.starts_with('#') || line.starts_with("bernard_")),
        "{text}"
    );
}

#[tokio::test]
async fn a_signed_ping_is_answered_and_a_signed_interaction_handed_over() {
    let mut served = ready().await;
    assert_eq!(served.post_signed(r#"{"type":1,"id":"1"}"#, NOW).await, (200, r#"{"type":1}"#.to_owned()));
    let body = slash(7, "fake-interaction-token").to_string();
    assert_eq!(served.post_signed(&body, NOW - 60).await, (202, String::new()));
    let raw = served.rx.recv().await.unwrap();
    assert!(matches!(&raw, RawInteraction::Readable { .. }), "{raw:?}");
    let mut broken = slash(8, "fake-interaction-token");
    broken["data"] = serde_json::Value::Null;
    assert_eq!(served.post_signed(&broken.to_string(), NOW).await.0, 202);
    assert!(matches!(served.rx.recv().await, Some(RawInteraction::Unreadable { kind: Some(2), .. })));
}

#[tokio::test]
async fn what_discord_did_not_sign_just_now_is_refused() {
    let mut served = ready().await;
    let body = slash(7, "fake-interaction-token").to_string();
    let signature = served.sign(&body, NOW);
    let other = SigningKey::from_bytes(&[8; 32]);
    let forged = hex::encode(other.sign(format!("{NOW}{body}").as_bytes()).to_bytes());
    for (body, sent, signature) in [
        (body.as_str(), NOW, forged.as_str()),
        (&body.replace("web-1", "web-2"), NOW, &signature),
        (&body, NOW + 1, &signature),
        (&body, NOW, ""),
        (&body, NOW, "not hex"),
        (&body, NOW, &signature[..126]),
        (&body, NOW - 301, &served.sign(&body, NOW - 301)),
        (&body, NOW + 301, &served.sign(&body, NOW + 301)),
        (&body, i64::MAX, &served.sign(&body, i64::MAX)),
    ] {
        assert_eq!(served.post(body, sent, signature).await, (401, String::new()));
    }
    let bare = served.client.post(format!("{}/interactions", served.url)).body(body.clone()).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(served.rx.try_recv().is_err());
}

#[tokio::test]
async fn too_much_is_refused_and_so_is_one_too_many() {
    let served = ready().await;
    let large = served.client.post(format!("{}/interactions", served.url)).body(" ".repeat(LONGEST + 1));
    // The refusal may come as a status or, while the rest is still being sent, as a closed connection.
    assert!(large.send().await.map_or(true, |response| response.status() == 413));
    let body = slash(7, "fake-interaction-token").to_string();
    assert_eq!(served.post_signed(&body, NOW).await.0, 202);
    assert_eq!(served.post_signed(&body, NOW).await.0, 503);
    assert_eq!(served.post_signed("not json", NOW).await.0, 400);
}

#[tokio::test]
async fn a_stop_ends_the_serving() {
    let mut served = ready().await;
    assert_eq!(served.get("/healthz").await.0, 200);
    served.stop.take();
    tokio::time::timeout(LIMIT, served.ended).await.unwrap().unwrap().unwrap();
}

#[test]
fn a_public_key_that_is_none_is_refused() {
    let tx = mpsc::channel(1).0;
    for key in ["", "abc", &"zz".repeat(32), &"02".repeat(31)] {
        assert!(Interactions::new(key, Timestamp::default, tx.clone()).is_err(), "{key}");
    }
}
