use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{self, CloseFrame, WebSocket},
    },
    http::Uri,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::timeout};

use super::*;
use crate::{
    fake_discord::{LIMIT, TOKEN},
    interaction::tests::slash,
};

/// No heartbeat is due within a test, unless it wants one.
const LONG: u64 = 60_000;

/// A small Discord: says where its gateway is, and hands each connection to the test, which plays the far end.
struct Gate {
    url: String,
    links: mpsc::Receiver<Link>,
    desk: Arc<Desk>,
}

/// What `GET /gateway/bot` is answered.
struct Desk {
    here: String,
    links: mpsc::Sender<Link>,
    /// Statuses and bodies to give before the usual answer.
    first: Mutex<VecDeque<(u16, Value)>>,
    asked: AtomicUsize,
}

/// One connection, as the gateway sees it.
struct Link {
    socket: WebSocket,
    target: String,
}

impl Gate {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let (tx, links) = mpsc::channel(16);
        let desk =
            Arc::new(Desk { here: here.clone(), links: tx, first: Mutex::default(), asked: AtomicUsize::new(0) });
        let router = Router::new()
            .route("/api/v10/gateway/bot", get(gateway_bot))
            .route("/gw", get(upgrade))
            .route("/again", get(upgrade))
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url: format!("http://{here}"), links, desk }
    }

    /// Answers the next question for the gateway with this instead.
    fn answer_first(&self, status: u16, body: Value) {
        self.desk.first.lock().unwrap().push_back((status, body));
    }

    fn start_gateway(&self) -> (Handle, mpsc::Receiver<RawInteraction>) {
        let (tx, rx) = mpsc::channel(2);
        (Gateway::start(hurried(&self.url), tx).unwrap(), rx)
    }

    async fn next(&mut self) -> Link {
        timeout(LIMIT, self.links.recv()).await.expect("a connection").unwrap()
    }

    /// The next connection, taken through hello, identify and ready.
    async fn next_ready(&mut self, session: &str) -> Link {
        let mut link = self.next().await;
        link.hello(LONG).await;
        let identify = link.receive(2).await;
        assert_eq!(identify["d"]["token"], format!("Bot {TOKEN}"));
        assert_eq!((&identify["d"]["intents"], &identify["d"]["shard"]), (&json!(0), &json!([0, 1])));
        let resume_at = format!("ws://{}/again", self.desk.here);
        link.dispatch(
            1,
            "READY",
            json!({ "session_id": session, "resume_gateway_url": resume_at, "v": 10,
            "application": { "id": "500", "flags": 0 }, "user": { "id": "501" }, "guilds": [] }),
        )
        .await;
        link
    }
}

async fn gateway_bot(State(desk): State<Arc<Desk>>) -> (axum::http::StatusCode, String) {
    desk.asked.fetch_add(1, SeqCst);
    let usual = json!({ "url": format!("ws://{}/gw", desk.here), "shards": 1, "session_start_limit":
        { "total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1 } });
    let (status, body) = desk.first.lock().unwrap().pop_front().unwrap_or((200, usual));
    (axum::http::StatusCode::from_u16(status).unwrap(), body.to_string())
}

async fn upgrade(State(desk): State<Arc<Desk>>, uri: Uri, upgrade: WebSocketUpgrade) -> Response {
    let target = uri.to_string();
    upgrade.on_upgrade(async move |socket| drop(desk.links.send(Link { socket, target }).await))
}

impl Link {
    async fn say(&mut self, frame: Value) {
        self.socket.send(ws::Message::Text(frame.to_string().into())).await.unwrap();
    }

    async fn hello(&mut self, interval: u64) {
        self.say(json!({ "op": 10, "d": { "heartbeat_interval": interval }, "s": null, "t": null })).await;
    }

    async fn dispatch(&mut self, sequence: u64, name: &str, body: Value) {
        self.say(json!({ "op": 0, "t": name, "s": sequence, "d": body })).await;
    }

    /// The next frame with this opcode.
    async fn receive(&mut self, op: u64) -> Value {
        let frame = async {
            loop {
                let message = self.socket.recv().await.expect("a frame").unwrap();
                let ws::Message::Text(text) = message else { continue };
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["op"] == op {
                    return frame;
                }
            }
        };
        timeout(LIMIT, frame).await.expect("a frame with this opcode")
    }

    async fn close(mut self, code: u16) {
        let frame = CloseFrame { code, reason: "".into() };
        self.socket.send(ws::Message::Close(Some(frame))).await.unwrap();
        self.closed().await;
    }

    /// The close code that the bot sent, or `None` if it just left.
    async fn closed(&mut self) -> Option<u16> {
        let code = async {
            loop {
                match self.socket.recv().await {
                    Some(Ok(ws::Message::Close(frame))) => return frame.map(|frame| frame.code),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        };
        timeout(LIMIT, code).await.expect("the end of the connection")
    }
}

fn hurried(url: &str) -> GatewaySettings {
    let sender = SenderSettings {
        retry_min: Duration::from_millis(5),
        retry_max: Duration::from_millis(20),
        ..SenderSettings::new(url, TOKEN.to_owned().into())
    };
    GatewaySettings {
        retry_min: Duration::from_millis(5),
        retry_max: Duration::from_millis(20),
        identify_every: Duration::from_millis(20),
        beat: Duration::from_millis(20),
        beats_missed: 500,
        ..GatewaySettings::new(sender)
    }
}

async fn connected(gateway: &Handle) {
    timeout(LIMIT, gateway.connected()).await.expect("a session");
}

async fn interaction(rx: &mut mpsc::Receiver<RawInteraction>) -> RawInteraction {
    timeout(LIMIT, rx.recv()).await.expect("an interaction").unwrap()
}

#[tokio::test]
async fn interactions_are_handed_over_and_the_unreadable_ones_too() {
    let mut gate = Gate::start().await;
    let (gateway, mut rx) = gate.start_gateway();
    assert_eq!(gateway.health(), Health::Connecting);
    let mut link = gate.next_ready("s1").await;
    assert!(link.target.starts_with("/gw?v=10&encoding=json"), "{}", link.target);
    connected(&gateway).await;
    assert_eq!(gateway.application_id(), Some(500.into()));
    link.dispatch(2, "INTERACTION_CREATE", slash(7, "fake-interaction-token")).await;
    let raw = interaction(&mut rx).await;
    assert!(matches!(raw, RawInteraction::Readable { .. }) && raw.key().id.get() == 7, "{raw:?}");
    let mut odd = slash(8, "fake-interaction-token");
    odd["channel_id"] = Value::Null;
    odd["data"] = Value::Null;
    link.dispatch(3, "INTERACTION_CREATE", odd).await;
    assert!(matches!(interaction(&mut rx).await, RawInteraction::Unreadable { kind: Some(2), .. }));
    link.dispatch(4, "INTERACTION_CREATE", json!({ "nothing": "to answer" })).await;
    link.dispatch(5, "SOMETHING_NEW", json!([1, 2])).await;
    link.dispatch(6, "INTERACTION_CREATE", slash(9, "fake-interaction-token")).await;
    assert_eq!(interaction(&mut rx).await.key().id.get(), 9);
}

#[tokio::test]
async fn a_full_channel_drops_the_newest_and_the_heartbeat_goes_on() {
    let mut gate = Gate::start().await;
    let (_gateway, mut rx) = gate.start_gateway();
    let mut link = gate.next_ready("s1").await;
    for id in 1..=5 {
        link.dispatch(1 + id, "INTERACTION_CREATE", slash(id, "fake-interaction-token")).await;
    }
    link.say(json!({ "op": 1, "d": null })).await;
    let heartbeat = link.receive(1).await;
    assert_eq!(heartbeat["d"], 6, "all five were seen");
    assert_eq!((interaction(&mut rx).await.key().id.get(), interaction(&mut rx).await.key().id.get()), (1, 2));
    assert!(rx.try_recv().is_err());
}

#[tokio::test]
async fn a_session_is_resumed_where_discord_said_after_every_loss_that_allows_it() {
    let mut gate = Gate::start().await;
    let (gateway, mut rx) = gate.start_gateway();
    let mut link = gate.next_ready("s1").await;
    connected(&gateway).await;
    for (round, how) in ["asked to", "closed", "cut"].into_iter().enumerate() {
        let sequence = 2 + round as u64;
        link.dispatch(sequence, "INTERACTION_CREATE", slash(sequence, "fake-interaction-token")).await;
        assert_eq!(interaction(&mut rx).await.key().id.get(), sequence);
        match how {
            "asked to" => {
                link.say(json!({ "op": 7, "d": null })).await;
                assert_ne!(link.closed().await, Some(1000), "1000 would end the session");
            }
            "closed" => link.close(4000).await,
            _ => drop(link),
        }
        link = gate.next().await;
        assert!(link.target.starts_with("/again?v=10&encoding=json"), "{how}: {}", link.target);
        link.hello(LONG).await;
        let resume = link.receive(6).await;
        assert_eq!((&resume["d"]["session_id"], &resume["d"]["seq"]), (&json!("s1"), &json!(sequence)), "{how}");
        assert!(matches!(gateway.health(), Health::Disconnected { .. }), "{how}");
        link.dispatch(sequence, "RESUMED", json!({})).await;
        connected(&gateway).await;
    }
    assert_eq!(gate.desk.asked.load(SeqCst), 1, "nobody asked for the gateway again");
}

#[tokio::test]
async fn a_session_that_is_no_longer_valid_is_replaced_by_a_new_one() {
    let mut gate = Gate::start().await;
    let (gateway, _rx) = gate.start_gateway();
    let mut link = gate.next_ready("s1").await;
    link.say(json!({ "op": 9, "d": false })).await;
    let link = gate.next_ready("s2").await;
    connected(&gateway).await;
    link.close(4009).await;
    let link = gate.next_ready("s3").await;
    link.close(4000).await;
    let mut link = gate.next().await;
    link.hello(LONG).await;
    assert_eq!(link.receive(6).await["d"]["session_id"], "s3");
    link.say(json!({ "op": 9, "d": false })).await;
    let _link = gate.next_ready("s4").await;
    connected(&gateway).await;
}

#[tokio::test]
async fn heartbeats_that_nobody_answers_lead_to_a_resume() {
    let mut gate = Gate::start().await;
    let (_gateway, _rx) = gate.start_gateway();
    let mut link = gate.next().await;
    link.hello(50).await;
    link.receive(2).await;
    link.dispatch(
        1,
        "READY",
        json!({ "session_id": "s1", "resume_gateway_url": format!("ws://{}/again", gate.desk.here),
        "application": { "id": "500" } }),
    )
    .await;
    link.receive(1).await;
    let mut next = gate.next().await;
    next.hello(LONG).await;
    assert_eq!(next.receive(6).await["d"]["session_id"], "s1");
}

#[tokio::test]
async fn a_final_close_code_ends_the_gateway_with_its_fault() {
    for (code, fault) in [(4004, Fault::BadToken), (4014, Fault::Intents)] {
        let mut gate = Gate::start().await;
        let (gateway, _rx) = gate.start_gateway();
        let mut link = gate.next().await;
        link.hello(LONG).await;
        link.receive(2).await;
        link.close(code).await;
        assert_eq!(timeout(LIMIT, gateway.failed()).await, Ok(fault));
        assert_eq!(gateway.health(), Health::Failed(fault));
        timeout(LIMIT, gateway.signs.ended()).await.expect("the thread's end");
        assert!(gate.links.try_recv().is_err());
    }
}

#[tokio::test]
async fn a_token_that_rest_refuses_ends_the_gateway_too() {
    let gate = Gate::start().await;
    gate.answer_first(401, json!({ "code": 0, "message": "401: Unauthorized" }));
    let (gateway, _rx) = gate.start_gateway();
    assert_eq!(timeout(LIMIT, gateway.failed()).await, Ok(Fault::BadToken));
    assert_eq!(gate.desk.asked.load(SeqCst), 1);
}

#[tokio::test]
async fn an_outage_is_sat_out_however_it_shows() {
    let mut gate = Gate::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    gate.answer_first(503, json!(null));
    gate.answer_first(200, json!("no gateway"));
    gate.answer_first(200, json!({ "url": "https://not-a-gateway.example" }));
    gate.answer_first(200, json!({ "url": format!("ws://{closed}/gw") }));
    gate.answer_first(200, json!({ "url": format!("ws://{}/gw", silent.local_addr().unwrap()) }));
    let (tx, _rx) = mpsc::channel(1);
    let settings = GatewaySettings { handshake: Duration::from_millis(300), ..hurried(&gate.url) };
    let gateway = Gateway::start(settings, tx).unwrap();
    let _link = gate.next_ready("s1").await;
    connected(&gateway).await;
    assert_eq!(gate.desk.asked.load(SeqCst), 6);
    assert!(silent.accept().await.is_ok(), "the one that never answers was tried");
}

#[tokio::test]
async fn without_identifies_left_it_waits_for_the_reset_and_asks_again() {
    let mut gate = Gate::start().await;
    let none_left = json!({ "total": 1000, "remaining": 0, "reset_after": 200, "max_concurrency": 1 });
    gate.answer_first(200, json!({ "url": format!("ws://{}/gw", gate.desk.here), "session_start_limit": none_left }));
    let begun = Instant::now();
    let (gateway, _rx) = gate.start_gateway();
    let _link = gate.next_ready("s1").await;
    connected(&gateway).await;
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert_eq!(gate.desk.asked.load(SeqCst), 2);
}

#[tokio::test]
async fn a_stop_says_goodbye() {
    let mut gate = Gate::start().await;
    let (gateway, _rx) = gate.start_gateway();
    let mut link = gate.next_ready("s1").await;
    connected(&gateway).await;
    let (stopped, code) = tokio::join!(gateway.stop(LIMIT), link.closed());
    assert_eq!((stopped, code, gateway.health()), (Stopped::Cleanly, Some(1000), Health::Stopped));
    assert!(gate.links.try_recv().is_err());
}

#[tokio::test]
async fn a_stop_during_an_outage_or_a_silence_does_not_wait_for_its_end() {
    let nobody = format!("http://{}", TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap());
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for url in [nobody, format!("http://{}", silent.local_addr().unwrap())] {
        let (tx, _rx) = mpsc::channel(1);
        let gateway = Gateway::start(hurried(&url), tx).unwrap();
        assert_eq!(gateway.stop(LIMIT).await, Stopped::Cleanly);
    }
    let mut gate = Gate::start().await;
    let (gateway, _rx) = gate.start_gateway();
    let _mute = gate.next().await;
    assert_eq!(gateway.stop(LIMIT).await, Stopped::Cleanly);
}

#[tokio::test]
async fn a_gateway_that_is_well_is_not_stuck_and_one_without_a_word_is() {
    let mut gate = Gate::start().await;
    let (gateway, _rx) = gate.start_gateway();
    let _link = gate.next_ready("s1").await;
    connected(&gateway).await;
    assert!(timeout(hurried("").beat * 20, gateway.stuck()).await.is_err());
    // As if the library had not noticed the silence itself, which it does after one heartbeat.
    gateway.signs.hello(Duration::from_millis(1));
    assert_eq!(timeout(LIMIT, gateway.stuck()).await, Ok(Stuck::Silent));
}

#[tokio::test]
async fn a_thread_that_died_is_noticed_from_outside() {
    let gate = Gate::start().await;
    let (gateway, _rx) = gate.start_gateway();
    gateway.signs.end();
    assert_eq!(timeout(LIMIT, gateway.stuck()).await, Ok(Stuck::Died));
}
