use std::{net::SocketAddr, time::Instant};

use axum::{body::Bytes, extract::DefaultBodyLimit, routing::get};

use super::*;

/// A door on loopback that is in a hurry.
struct Open {
    address: SocketAddr,
    stop: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
}

const QUICK: Bounds = Bounds { header: Duration::from_millis(200), whole: Duration::from_millis(600), most: 8 };
/// Longer than any test.
/// Generous, and met in no good run.
const LIMIT: Duration = Duration::from_secs(20);
const PATIENT: Bounds = Bounds { header: LIMIT, whole: LIMIT, most: 8 };

impl Open {
    async fn with(bounds: Bounds) -> Self {
        let router = Router::new()
            .route("/", get(async || "alive").post(async |body: Bytes| body.len().to_string()))
            .route("/never", get(std::future::pending::<&str>))
            .layer(DefaultBodyLimit::max(1_000));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let ended = tokio::spawn(keep(listener, router, bounds, stop.clone()));
        Self { address, stop, ended }
    }

    async fn saying(&self, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    }

    /// What is answered until the connection is closed.
    async fn said(&self, words: &str) -> String {
        rest_of(self.saying(words).await).await
    }

    async fn is_alive(&self) {
        let said = self.said("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("alive"), "{said}");
    }
}

/// All that comes until the other side hangs up, which it does in time.
async fn rest_of(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let read = timeout(LIMIT, stream.read_to_end(&mut said)).await.expect("it is closed");
    // A reset is an end as well.
    read.ok();
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn whoever_says_nothing_or_half_of_it_is_cut_off() {
    let door = Open::with(QUICK).await;
    for half in
        ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\n", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf"]
    {
        let said = door.said(half).await;
        assert!(!said.contains("200"), "{half:?}: {said}");
    }
    let chunked = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe";
    assert!(!door.said(chunked).await.contains("200"));
    assert!(!door.said("GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await.contains("200"));
    door.is_alive().await;
}

#[tokio::test]
async fn a_drop_now_and_then_keeps_no_connection_open() {
    let door = Open::with(QUICK).await;
    for (begin, drop) in [
        ("GET / HTTP/1.1\r\n", "a: b\r\n"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n", "x"),
        ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ] {
        let (mut read, mut write) = door.saying(begin).await.into_split();
        let mut turns = tokio::time::interval(Duration::from_millis(20));
        let dripping = async {
            while write.write_all(drop.as_bytes()).await.is_ok() {
                turns.tick().await;
            }
        };
        let mut said = Vec::new();
        let closed = async { read.read_to_end(&mut said).await.ok() };
        let began = Instant::now();
        tokio::select! {
            () = dripping => {}
            _ = closed => {}
        }
        assert!(began.elapsed() < LIMIT, "{begin}");
    }
    door.is_alive().await;
}

#[tokio::test]
async fn the_oldest_makes_room_and_the_newest_is_served() {
    let door = Open::with(PATIENT).await;
    let mut quiet = Vec::new();
    for _ in 0..50 {
        quiet.push(door.saying("").await);
    }
    door.is_alive().await;
    let first = quiet.remove(0);
    assert_eq!(rest_of(first).await, "");
    // The last of them is still listened to.
    let mut last = quiet.pop().unwrap();
    last.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(rest_of(last).await.ends_with("alive"));
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_a_word() {
    let door = Open::with(PATIENT).await;
    let header = format!("GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "a".repeat(HEADER_LIMIT));
    assert!(door.said(&header).await.starts_with("HTTP/1.1 431"));
    let many: String = (0..200).map(|n| format!("a{n}: b\r\n")).collect();
    assert!(door.said(&format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n")).await.starts_with("HTTP/1.1 431"));
    for length in [1_001, 100_000] {
        let body = "x".repeat(length);
        let whole = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}");
        assert!(door.said(&whole).await.starts_with("HTTP/1.1 413"), "{length}");
        let chunked = format!(
            "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        );
        assert!(door.said(&chunked).await.starts_with("HTTP/1.1 413"), "{length}");
    }
    let fits = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{}", "x".repeat(1_000));
    assert!(door.said(&fits).await.ends_with("1000"));
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_says_nothing() {
    let door = Open::with(PATIENT).await;
    let quiet = door.saying("").await;
    door.is_alive().await;
    door.stop.cancel();
    timeout(LIMIT / 2, door.ended).await.expect("it ends").unwrap();
    assert_eq!(rest_of(quiet).await, "");
}

#[test]
fn there_are_fewer_where_descriptors_are_few() {
    let most = |descriptors| Bounds::within(descriptors).most;
    assert_eq!((most(u64::MAX), most(1_024), most(256), most(0)), (256, 256, 64, 8));
}
