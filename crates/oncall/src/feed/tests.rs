use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

const SECRET: &str = "fake-feed-token";

/// A small server: each request gets the answer that `answer` makes of it.
async fn server(answer: impl Fn(String) -> String + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut bytes = vec![0; 8 * 1024];
                let length = stream.read(&mut bytes).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
                stream.write_all(answer(request).as_bytes()).await.ok();
            });
        }
    });
    base
}

fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

fn feed(address: String) -> Feed {
    Feed::new(&address.into()).unwrap()
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again_once_it_was_understood() {
    let base = server(|request| match request.contains("if-none-match: \"1\"") {
        true => "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_owned(),
        false => ok("etag: \"1\"\r\n", "text"),
    })
    .await;
    let mut feed = feed(format!("{base}/{SECRET}"));
    for _ in 0..2 {
        let Fetched::Whole(bytes, version) = feed.read().await.unwrap() else { panic!("nothing was taken yet") };
        assert_eq!(bytes, b"text");
        drop(version);
    }
    let Fetched::Whole(_, version) = feed.read().await.unwrap() else { panic!("nothing was taken yet") };
    feed.took(version);
    assert!(matches!(feed.read().await, Ok(Fetched::Unchanged)));
}

#[tokio::test]
async fn a_redirect_is_followed_on_its_host_alone_and_no_other_host_learns_of_it() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let elsewhere = server(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        ok("", "somebody else's")
    })
    .await;
    let base = server(move |request| {
        let to = match request.split(' ').nth(1) {
            Some("/here") => "/there".to_owned(),
            Some("/there") => return ok("", "found"),
            Some("/round") => "/round".to_owned(),
            _ => format!("{elsewhere}/{SECRET}"),
        };
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\nconnection: close\r\n\r\n")
    })
    .await;
    assert!(matches!(feed(format!("{base}/here")).read().await, Ok(Fetched::Whole(bytes, _)) if bytes == b"found"));
    for path in ["away", "round"] {
        assert!(matches!(feed(format!("{base}/{path}")).read().await, Err(Unread::Elsewhere)), "{path}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn no_error_holds_the_address() {
    let base = server(|request| match request.split(' ').nth(1) {
        Some(path) if path.ends_with("/large") => ok("", &"x".repeat(LARGEST + 1)),
        Some(path) if path.ends_with("/short") => {
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nshort".to_owned()
        }
        Some(path) if path.ends_with("/none") => String::new(),
        _ => "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    })
    .await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for address in [
        format!("{base}/{SECRET}/large"),
        format!("{base}/{SECRET}/short"),
        format!("{base}/{SECRET}/none"),
        format!("{base}/{SECRET}/refused"),
        format!("http://{closed}/{SECRET}"),
        format!("http://{SECRET}.invalid/feed"),
        format!("/nowhere/{SECRET}.ics"),
        format!("ftp://example.org/{SECRET}"),
        format!("https://[{SECRET}"),
    ] {
        let feed = Feed::new(&address.clone().into());
        let error = match &feed {
            Ok(feed) => feed.read().await.map(|_| ()).expect_err("it cannot be read"),
            Err(_) => feed.as_ref().map(|_| ()).map_err(|_| Unread::NotAnAddress).unwrap_err(),
        };
        for said in [error.to_string(), format!("{error:?}"), format!("{feed:?}")] {
            assert!(!said.contains("127.0.0.1") && !said.contains("example.org"), "{said}");
            assert!(!said.contains(SECRET) || address.starts_with('/'), "{said}");
        }
    }
}

#[tokio::test]
async fn a_file_is_read_within_the_same_bounds_and_only_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rota.ics");
    std::fs::write(&path, "text").unwrap();
    let at = |path: &std::path::Path| feed(path.display().to_string());
    assert!(matches!(at(&path).read().await, Ok(Fetched::Whole(bytes, _)) if bytes == b"text"));
    std::fs::write(&path, "x".repeat(LARGEST + 1)).unwrap();
    assert!(matches!(at(&path).read().await, Err(Unread::TooLarge)));
    assert!(matches!(at(folder.path()).read().await, Err(Unread::File(_))));
}

#[test]
fn a_webcal_address_is_https() {
    for written in ["webcal://example.org/a", "WEBCALS://example.org/a", "https://example.org/a"] {
        assert_eq!(address(written).unwrap().expose_secret(), "https://example.org/a");
    }
    assert_eq!(address("http://example.org/a").unwrap().expose_secret(), "http://example.org/a");
}
