//! Monitoring, as the demo has it: it tells the bot at its own door that a server does not answer, and when it does again.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bernard_platform::clock;
use jiff::Timestamp;
use sim::{
    discord::OPS,
    web::{Answers, cast::ALERTED},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

/// The bearer token between the two of them, which nobody else meets.
const TOKEN: &str = "fake-token-of-the-demos-monitoring";
/// How often it is told: a bot that was just killed is back in seconds.
const TRIES: u32 = 10;
/// Between two of those.
const PAUSE: Duration = Duration::from_millis(500);

/// Where the bot listens, and since when the server does not answer.
#[derive(Debug)]
pub(super) struct Monitoring {
    /// Where the bot is to listen: a port that was free a moment ago.
    pub(super) listen: SocketAddr,
    since: Arc<Mutex<Option<Timestamp>>>,
}

impl Monitoring {
    /// Monitoring that has nothing to say yet.
    pub(super) fn new() -> io::Result<Self> {
        let listen = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        Ok(Self { listen, since: Arc::default() })
    }

    /// What the bot's configuration says of it.
    pub(super) fn section(&self) -> String {
        format!(
            "[[proposals]]\nname = \"monitoring\"\nformat = \"generic\"\nsecret = \"{TOKEN}\"\nchannel = \"{OPS}\"\n"
        )
    }

    /// Tells the bot; in the background, as it may be dead just now.
    pub(super) fn tell(&self, answers: Answers) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, status) = match answers {
            Answers::NoMore => (*since.get_or_insert_with(clock::now), "firing"),
            Answers::Again => (since.take().unwrap_or_else(clock::now), "resolved"),
        };
        let body = serde_json::json!({
            "id": "answers", "server": ALERTED, "summary": "No answer for 2 minutes", "status": status, "began": began.to_string(),
            "url": "https://monitoring.example/web-2",
        });
        let (listen, request) = (self.listen, request(&body.to_string()));
        tokio::spawn(async move {
            for _ in 0..TRIES {
                if sent(listen, &request).await.is_ok_and(|is_taken| is_taken) {
                    return;
                }
                sleep(PAUSE).await;
            }
            eprintln!("the bot did not hear monitoring");
        });
    }
}

fn request(body: &str) -> String {
    format!(
        "POST /proposals/monitoring HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Whether the bot took it.
async fn sent(to: SocketAddr, request: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(1_024).read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 202"))
}
