//! Who gets the audit, on loopback: what it took, and how it is today.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use bernard_domain::audit::{Gaps, Line, Start, Verifier};

use crate::{
    audit::lines_of,
    bot::{TestBot, eventually},
};

/// What a sink's receiver wants to see.
pub(crate) const TOKEN: &str = "fake-token-of-the-sink-0123456789abcdef";

/// How a receiver is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Mood {
    /// It takes everything.
    #[default]
    Takes,
    /// It says that it is not well.
    Away,
    /// It takes what comes, and does not answer.
    Hangs,
    /// It refuses what holds this line.
    Refuses(u64),
    /// It lets nobody in, and repeats the token that it does not like.
    Quotes,
}

/// A receiver.
#[derive(Clone, Default)]
pub(crate) struct Receiver(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    mood: Mood,
    requests: usize,
    keys: BTreeMap<String, Bytes>,
    /// Every line, as often as it was taken.
    taken: Vec<Line>,
}

impl Receiver {
    /// One that listens, and where.
    pub(crate) async fn start() -> (Self, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let this = Self::default();
        let router = Router::new().route("/ingest", post(take)).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (this, format!("http://{address}/ingest"))
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().expect("whole"))
    }

    /// From now on it is like that.
    pub(crate) fn is(&self, mood: Mood) {
        self.seen(|seen| seen.mood = mood);
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.seen(|seen| seen.requests)
    }

    /// The numbers of all lines in the order in which they were taken, doubles included.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.seen(|seen| seen.taken.iter().map(|line| line.number).collect())
    }

    /// Each line once, in the order in which they came first: a line that came twice was the same twice.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for line in self.seen(|seen| seen.taken.clone()) {
            match lines.iter().find(|known| known.number == line.number) {
                Some(known) => assert_eq!(*known, line, "the same number is the same line"),
                None => lines.push(line),
            }
        }
        lines
    }

    /// Waits until it has all lines of this program's audit: in order, each by its number and hash once, and a whole chain.
    pub(crate) async fn has_all_of(&self, bot: &TestBot) {
        let mut audit = Vec::new();
        eventually("the sink has every line", async || {
            audit = lines_of(bot).await;
            self.lines().len() == audit.len()
        })
        .await;
        let lines = self.lines();
        assert!(lines == audit, "it has what the store has, in its order: {:?}", self.numbers());
        let mut verifier = Verifier::new(Start::Genesis, Gaps::Refused, []);
        lines.into_iter().for_each(|line| verifier.take(Ok(line)).expect("it follows"));
        assert_eq!(verifier.end().expect("whole").lines, audit.len() as u64);
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "application/x-ndjson");
    assert_eq!(header("authorization"), format!("Bearer {TOKEN}"));
    let text = String::from_utf8(body.to_vec()).expect("text");
    assert!(text.ends_with('\n') && body.len() <= (1 << 20) + 1, "{} bytes", body.len());
    let lines: Vec<Line> = text.lines().map(|line| Line::of_json(line).expect("a line")).collect();
    let chains =
        text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["chain"].clone());
    let mood = receiver.seen(|seen| {
        seen.requests += 1;
        let first = seen.keys.entry(header("idempotency-key")).or_insert_with(|| body.clone());
        assert_eq!(*first, body, "the same key is the same body");
        seen.mood
    });
    let named: std::collections::BTreeSet<String> = chains.map(|chain| chain.to_string()).collect();
    assert_eq!(named.len(), 1, "all of one chain");
    let keep = || receiver.seen(|seen| seen.taken.extend(lines.clone()));
    match mood {
        Mood::Takes => keep(),
        Mood::Away => return (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        Mood::Hangs => {
            keep();
            std::future::pending::<()>().await;
        }
        Mood::Refuses(number) if lines.iter().any(|line| line.number == number) => {
            return (StatusCode::BAD_REQUEST, "a field is too long".to_owned());
        }
        Mood::Refuses(_) => keep(),
        Mood::Quotes => return (StatusCode::UNAUTHORIZED, format!("not a token of ours: {TOKEN}")),
    }
    (StatusCode::NO_CONTENT, String::new())
}
