//! A small far end for tests: answers as told and remembers what it was asked.

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use serde_json::Value;
use tokio::net::TcpListener;

/// The one time limit of these tests: generous, and met in no good run.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A token that is visibly none.
pub(crate) const TOKEN: &str = "fake-bot-token";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) authorization: Option<String>,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What it answers.
#[derive(Clone)]
pub(crate) enum Reply {
    Say(u16, Value),
    SayWith(u16, Value, Vec<(&'static str, String)>),
    Text(u16, &'static str),
    /// The connection breaks in the middle of the answer.
    Cut,
    /// No answer, ever.
    Hang,
    /// This, so much later.
    Late(Duration, Box<Reply>),
}

type Script = dyn Fn(usize, &Asked) -> Reply + Send + Sync;

struct Inner {
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
}

/// The far end. Its server ends with the test's runtime.
pub(crate) struct Far {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Far {
    /// A far end that answers request number n (from 0) as `script` says.
    pub(crate) async fn start(script: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let inner = Arc::new(Inner { script: Box::new(script), asked: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.inner.asked.lock().unwrap().clone()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let asked = Asked {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        authorization: header("authorization"),
        content_type: header("content-type").unwrap_or_default(),
        body: axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        at: Instant::now(),
    };
    let n = {
        let mut all = inner.asked.lock().unwrap();
        all.push(asked.clone());
        all.len() - 1
    };
    let mut reply = (inner.script)(n, &asked);
    if let Reply::Late(by, later) = reply {
        tokio::time::sleep(by).await;
        reply = *later;
    }
    let (status, body, headers) = match reply {
        Reply::Say(status, body) => (status, Body::from(body.to_string()), Vec::new()),
        Reply::SayWith(status, body, headers) => (status, Body::from(body.to_string()), headers),
        Reply::Text(status, text) => (status, Body::from(text), Vec::new()),
        Reply::Cut => (200, Body::from_stream(futures_util::stream::once(cut())), Vec::new()),
        Reply::Hang | Reply::Late(..) => std::future::pending().await,
    };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(body).unwrap()
}

async fn cut() -> Result<Bytes, io::Error> {
    Err(io::ErrorKind::ConnectionReset.into())
}
