//! The web endpoints: what a supervisor and a collector of figures ask, and in mode `http` Discord's interactions.
//!
//! - `GET /healthz`: 200 while the process' main loop lives, else 503.
//! - `GET /readyz`: 200 when commands can be served, else 503 with the reasons as JSON.
//! - `GET /metrics`: the figures as Prometheus text.
//! - `POST /interactions` (mode `http` only): a signed interaction, handed over to the same channel as the gateway's and answered
//!   with 202 and nothing: the real answer goes by Discord's callback, so both modes share one path.
//!
//! An interaction whose signature, or whose time within [`TOLERANCE`], is wrong gets 401 and is not looked at.

use std::{fmt, future::Future, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serenity::interactions_endpoint::Verifier;
use tokio::{
    net::TcpListener,
    sync::{
        Notify,
        mpsc::{self, error::TrySendError},
    },
};

use crate::discord::RawInteraction;

/// How far the time of a signed request may be from ours: Discord's delays and our clock's error, with room.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// The most of a request that is read. Interactions are a few kilobytes.
const BODY_LIMIT: usize = 1 << 20;
/// How often the figures' recorder is tidied.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// How long requests that are under way may take once the process is to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Why commands cannot be served yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unready {
    /// The store is not open.
    Store,
    /// The commands are not registered with Discord.
    Commands,
    /// The gateway has no session.
    Gateway,
    /// Discord refuses the bot's token.
    Token,
    /// The process is about to stop.
    Stopping,
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "the store is not open",
            Self::Commands => "the commands are not registered",
            Self::Gateway => "the gateway is not connected",
            Self::Token => "Discord refuses the bot's token",
            Self::Stopping => "the process is stopping",
        })
    }
}

/// Whether the main loop lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It does.
    Alive,
    /// It does not: the process should be started again.
    Stuck,
}

/// What the endpoints show. Cheap to clone.
#[derive(Clone)]
pub struct Endpoints {
    life: Arc<dyn Fn() -> Life + Send + Sync>,
    unready: Arc<dyn Fn() -> Vec<Unready> + Send + Sync>,
    metrics: PrometheusHandle,
    interactions: Option<Interactions>,
}

/// Discord's interactions by web request.
#[derive(Clone)]
pub struct Interactions {
    verifier: Verifier,
    tx: mpsc::Sender<RawInteraction>,
    now: fn() -> Timestamp,
}

/// The text is no Ed25519 public key in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("discord.public_key is not an Ed25519 key of 64 hex digits; it is on the application's first page in the developer portal")]
pub struct BadPublicKey;

impl Interactions {
    /// Interactions signed for the application's `public_key` (hex), by the clock `now`, handed over to `tx`.
    ///
    /// # Errors
    ///
    /// When `public_key` is none.
    pub fn new(public_key: &str, now: fn() -> Timestamp, tx: mpsc::Sender<RawInteraction>) -> Result<Self, BadPublicKey> {
        let mut key = [0; 32];
        hex::decode_to_slice(public_key.trim(), &mut key).map_err(|_| BadPublicKey)?;
        let verifier = Verifier::try_new(key).map_err(|_| BadPublicKey)?;
        Ok(Self { verifier, tx, now })
    }

    /// Whether Discord signed these bytes, a short time ago.
    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(signature), Some(timestamp)) = (text("x-signature-ed25519"), text("x-signature-timestamp")) else {
            return false;
        };
        let sent = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let is_recent = sent.is_some_and(|sent| (self.now)().duration_since(sent).abs() <= TOLERANCE);
        is_recent && self.verifier.verify(signature, timestamp, body).is_ok()
    }
}

impl fmt::Debug for Interactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interactions").finish_non_exhaustive()
    }
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").field("interactions", &self.interactions).finish_non_exhaustive()
    }
}

impl Endpoints {
    /// Endpoints that ask `life` and `unready` (empty: ready) at every request; both must answer at once.
    pub fn new(
        metrics: PrometheusHandle,
        life: impl Fn() -> Life + Send + Sync + 'static,
        unready: impl Fn() -> Vec<Unready> + Send + Sync + 'static,
    ) -> Self {
        Self { life: Arc::new(life), unready: Arc::new(unready), metrics, interactions: None }
    }

    /// The same, and `/interactions` too: mode `http`.
    #[must_use]
    pub fn with_interactions(self, interactions: Interactions) -> Self {
        Self { interactions: Some(interactions), ..self }
    }
}

/// Serves `endpoints` on `listener` until `stop` is ready and the last requests are answered, at most two seconds later.
///
/// # Errors
///
/// As the listener gives them.
pub async fn serve(
    listener: TcpListener,
    endpoints: Endpoints,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let stopping = Arc::new(Notify::new());
    let stopped = Arc::clone(&stopping);
    let signal = async move {
        stop.await;
        stopped.notify_one();
    };
    let metrics = endpoints.metrics.clone();
    let last_call = async {
        stopping.notified().await;
        tokio::time::sleep(LAST_REQUESTS).await;
    };
    tokio::select! {
        served = axum::serve(listener, router(endpoints)).with_graceful_shutdown(signal) => served,
        () = last_call => Ok(()),
        () = keep_up(&metrics) => Ok(()),
    }
}

async fn keep_up(metrics: &PrometheusHandle) {
    let mut turns = tokio::time::interval(UPKEEP_EVERY);
    loop {
        turns.tick().await;
        metrics.run_upkeep();
    }
}

fn router(endpoints: Endpoints) -> Router {
    let mut router =
        Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics_text));
    if endpoints.interactions.is_some() {
        router = router.route("/interactions", post(interactions));
    }
    router.layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(endpoints)
}

async fn healthz(State(endpoints): State<Endpoints>) -> Response {
    match (endpoints.life)() {
        Life::Alive => (StatusCode::OK, "alive\n").into_response(),
        Life::Stuck => (StatusCode::SERVICE_UNAVAILABLE, "stuck\n").into_response(),
    }
}

async fn readyz(State(endpoints): State<Endpoints>) -> Response {
    let reasons: Vec<String> = (endpoints.unready)().iter().map(ToString::to_string).collect();
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &serde_json::json!({ "ready": reasons.is_empty(), "reasons": reasons }))
}

async fn metrics_text(State(endpoints): State<Endpoints>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], endpoints.metrics.render()).into_response()
}

async fn interactions(State(endpoints): State<Endpoints>, headers: HeaderMap, body: Bytes) -> Response {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: u64,
    }
    let received = std::time::Instant::now();
    let Some(interactions) = endpoints.interactions else { return StatusCode::NOT_FOUND.into_response() };
    if !interactions.is_genuine(&headers, &body) {
        // Discord sends wrong ones on purpose, so this is no more than a figure.
        metrics::counter!(crate::metrics::SIGNATURES_REFUSED).increment(1);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if let Ok(Kind { kind: 1 }) = serde_json::from_slice(&body) {
        return json(StatusCode::OK, &serde_json::json!({ "type": 1 }));
    }
    let raw = match RawInteraction::parse(&body, received) {
        Ok(raw) => raw,
        Err(error) => {
            metrics::counter!(crate::metrics::INTERACTIONS_UNREADABLE).increment(1);
            tracing::error!(%error, "an interaction came that cannot even be answered");
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    metrics::counter!(crate::metrics::INTERACTIONS, "door" => "http").increment(1);
    match interactions.tx.try_send(raw) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(TrySendError::Full(raw) | TrySendError::Closed(raw)) => {
            metrics::counter!(crate::metrics::INTERACTIONS_DROPPED).increment(1);
            tracing::error!(interaction.id = %raw.key().id, "an interaction was dropped: too many are waiting");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
