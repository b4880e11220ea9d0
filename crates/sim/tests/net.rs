//! The ground: what is lost, held, refused and reset, as a client that is not ours sees it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::{get, post},
};
use serde_json::json;
use sim::net::{Listener, PATIENCE, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A counter behind `POST /add`, a greeting behind `GET /hello`, an echo behind `/ws`.
async fn counter() -> (Server, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = count.clone();
    let router = Router::new()
        .route("/add", post(async move || Json(json!({"count": counting.fetch_add(1, Ordering::SeqCst) + 1}))))
        .route("/hello", get(async || Json(json!({"hello": "you"}))))
        .route("/ws", get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)));
    (Listener::start(router).await.expect("a free port"), count)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn add(server: &Server) -> reqwest::Result<reqwest::Response> {
    sim::net::client().post(format!("{}/add?x=%2f", server.url())).body("{}").send().await
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let met = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, met).await.is_ok(), "never: {what}");
}

#[tokio::test]
async fn a_lost_answer_has_happened_and_a_reset_has_not() {
    let (server, count) = counter().await;
    server.faults().lose_answer("POST", "/add");
    assert!(add(&server).await.is_err());
    assert_eq!(count.load(Ordering::SeqCst), 1);

    server.faults().reset("POST", "/add");
    assert!(add(&server).await.is_err());
    assert_eq!(count.load(Ordering::SeqCst), 1);

    assert_eq!(add(&server).await.unwrap().status(), 200);
    let seen = server.journal().matching("POST", "/add");
    assert_eq!(seen.iter().map(|seen| seen.status.is_some()).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(seen[0].path, "/add?x=%2f");
    assert_eq!(&seen[0].body[..], b"{}");
}

#[tokio::test]
async fn faults_hold_for_as_many_requests_as_they_say_and_in_order() {
    let (server, count) = counter().await;
    server.faults().next(2).html("POST", "/add", 503);
    server.faults().rate_limit("*", "/add", 7);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(add(&server).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [503, 503, 429, 200]);
    assert_eq!(count.load(Ordering::SeqCst), 1);

    let rule = server.faults().always().status("POST", "/add", 500, &json!({"message": "no"}));
    assert_eq!(add(&server).await.unwrap().status(), 500);
    rule.clear();
    assert_eq!(add(&server).await.unwrap().status(), 200);
    assert_eq!(rule.hits(), 1);
}

#[tokio::test]
async fn chance_falls_the_same_way_for_the_same_seed() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (server, _) = counter().await;
        server.faults().sometimes(0.5, 42).html("POST", "/add", 502);
        let mut run = Vec::new();
        for _ in 0..12 {
            run.push(add(&server).await.unwrap().status().as_u16());
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&502) && runs[0].contains(&200));
}

#[tokio::test]
async fn a_truncated_answer_is_half_of_its_json() {
    let (server, _) = counter().await;
    server.faults().truncate("GET", "/hello");
    let text = sim::net::client().get(format!("{}/hello", server.url())).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, r#"{"hello"#);
}

#[tokio::test]
async fn holds_say_that_they_were_reached_and_let_go() {
    let (server, count) = counter().await;
    let before = server.faults().hold_before("POST", "/add");
    let after = server.faults().hold_answer("POST", "/add");
    let first = tokio::spawn({
        let server = server.clone();
        async move { add(&server).await.unwrap().status() }
    });
    before.reached().await;
    assert_eq!(count.load(Ordering::SeqCst), 0);
    before.release();
    assert_eq!(first.await.unwrap(), 200);

    let second = tokio::spawn({
        let server = server.clone();
        async move { add(&server).await.unwrap().status() }
    });
    after.reached().await;
    assert_eq!(count.load(Ordering::SeqCst), 2);
    assert_eq!(server.journal().matching("POST", "/add")[1].status, None);
    after.release();
    assert_eq!(second.await.unwrap(), 200);
}

#[tokio::test]
async fn what_was_asked_for_happens_even_if_the_sender_goes_away() {
    let (server, count) = counter().await;
    let hold = server.faults().hold_before("POST", "/add");
    let asking = tokio::spawn({
        let server = server.clone();
        async move { add(&server).await.is_ok() }
    });
    hold.reached().await;
    asking.abort();
    asking.await.unwrap_err();
    until("the sender's connection is gone", || server.connections() == 0).await;
    hold.release();
    until("it happens", || count.load(Ordering::SeqCst) == 1).await;
    assert_eq!(server.journal().all()[0].status, None);
}

#[tokio::test]
async fn nothing_is_answered_by_one_that_hangs_until_the_server_stops() {
    let (server, count) = counter().await;
    server.faults().hang("POST", "/add");
    let asking = tokio::spawn({
        let server = server.clone();
        async move { add(&server).await.is_ok() }
    });
    server.journal().wait_for("POST", "/add", 1).await;
    assert!(!asking.is_finished());
    server.stop().await;
    assert!(!asking.await.unwrap());
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_refusing_server_comes_back_on_its_port() {
    let (server, _) = counter().await;
    for _ in 0..3 {
        server.refuse().await;
        assert!(add(&server).await.unwrap_err().is_connect());
        server.accept_again().unwrap();
        assert_eq!(add(&server).await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_websocket_is_opened_and_reset() {
    let (server, _) = counter().await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let hello = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(hello.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));

    // A masked text frame with the mask 0 and the text "hi"; it comes back unmasked.
    stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']).await.unwrap();
    let mut echoed = [0; 4];
    stream.read_exact(&mut echoed).await.unwrap();
    assert_eq!(&echoed, &[0x81, 0x02, b'h', b'i']);

    server.reset_all();
    assert_eq!(stream.read_u8().await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(server.connections(), 0);
}
