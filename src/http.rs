//! The web endpoints: what a supervisor and a collector of figures ask, and in mode `http` Discord's interactions.
//!
//! - `GET /healthz`: 200 while the process' main loop lives, with its version as JSON; else no answer. It asks nobody else: an outage
//!   elsewhere must not have the process started again.
//! - `GET /readyz`: 200 when commands can be served, else 503 with the reasons as JSON; and beside that how it stands with each
//!   account at OVHcloud. One that is away makes nobody unready: commands are taken and answered all the same.
//! - `GET /metrics`: the figures as Prometheus text.
//! - `POST /interactions` (mode `http` only): a signed interaction, handed over to the same channel as the gateway's and answered
//!   with 202 and nothing: the real answer goes by Discord's callback, so both modes share one path.
//!
//! - `POST /proposals/{name}`: what machines propose: see `proposals`.
//!
//! An interaction that Discord did not sign just now gets 401 and is not looked at: see [`bernard_discord::signed`]. How many
//! may come, how slowly and with how much is the `door`'s to say.

mod door;
mod proposals;

use std::{fmt, future::Future, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bernard_discord::{
    interaction::LONGEST,
    signed::{Interactions, Received},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::door::Bounds;

pub use self::proposals::Proposals;

/// How often the figures' recorder is tidied.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// How long requests that are under way may take once the process is to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Why commands cannot be served yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unready {
    /// Registering the commands with Discord was not tried yet.
    Commands,
    /// The gateway has no session.
    Gateway,
    /// Discord refuses the bot's token.
    Token,
    /// The store cannot be read.
    Store,
    /// The process is about to stop.
    Stopping,
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commands => "the commands are not registered",
            Self::Gateway => "the gateway is not connected",
            Self::Token => "Discord refuses the bot's token",
            Self::Store => "the store cannot be read",
            Self::Stopping => "the process is stopping",
        })
    }
}

/// How it stands with an account at OVHcloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSeen {
    /// Its name in the configuration.
    pub account: String,
    /// Whether its latest request was answered and its credentials taken.
    pub answers: bool,
    /// What is wrong, if something is.
    pub said: Option<String>,
}

/// What the endpoints show. Cheap to clone.
#[derive(Clone)]
pub struct Endpoints {
    unready: Arc<dyn Fn() -> Vec<Unready> + Send + Sync>,
    accounts: Arc<dyn Fn() -> Vec<AccountSeen> + Send + Sync>,
    configuration: Arc<dyn Fn() -> serde_json::Value + Send + Sync>,
    metrics: PrometheusHandle,
    interactions: Option<Interactions>,
    proposals: Option<Proposals>,
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").field("interactions", &self.interactions).finish_non_exhaustive()
    }
}

impl Endpoints {
    /// Endpoints that ask `unready` (empty: ready) at every request; it must answer at once.
    pub fn new(metrics: PrometheusHandle, unready: impl Fn() -> Vec<Unready> + Send + Sync + 'static) -> Self {
        let (accounts, configuration) = (Arc::new(Vec::new), Arc::new(|| serde_json::Value::Null));
        Self { unready: Arc::new(unready), accounts, configuration, metrics, interactions: None, proposals: None }
    }

    /// The same, with `/readyz` telling of the accounts too; it must answer at once.
    #[must_use]
    pub fn with_accounts(self, accounts: impl Fn() -> Vec<AccountSeen> + Send + Sync + 'static) -> Self {
        Self { accounts: Arc::new(accounts), ..self }
    }

    /// The same, with `/readyz` telling what came of reading the configuration again; it must answer at once, without a value of it.
    #[must_use]
    pub fn with_configuration(self, configuration: impl Fn() -> serde_json::Value + Send + Sync + 'static) -> Self {
        Self { configuration: Arc::new(configuration), ..self }
    }

    /// The same, and `/interactions` too: mode `http`.
    #[must_use]
    pub fn with_interactions(self, interactions: Interactions) -> Self {
        Self { interactions: Some(interactions), ..self }
    }

    /// The same, and what machines propose too.
    #[must_use]
    pub fn with_proposals(self, proposals: Proposals) -> Self {
        Self { proposals: Some(proposals), ..self }
    }
}

/// Serves `endpoints` on `listener` until `stop` is ready and the last requests are answered, at most two seconds later.
///
/// # Errors
///
/// None today: a listener that gives nothing is asked again.
pub async fn serve(
    listener: TcpListener,
    endpoints: Endpoints,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_within(Bounds::default(), listener, endpoints, stop).await;
    Ok(())
}

async fn serve_within(
    bounds: Bounds,
    listener: TcpListener,
    endpoints: Endpoints,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let stopping = CancellationToken::new();
    let metrics = endpoints.metrics.clone();
    let last_call = async {
        stop.await;
        stopping.cancel();
        tokio::time::sleep(LAST_REQUESTS).await;
    };
    tokio::select! {
        () = door::keep(listener, router(endpoints), bounds, stopping.clone()) => {}
        () = last_call => {}
        () = keep_up(&metrics) => {}
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
    let mut router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_text))
        .route("/proposals/{name}", post(proposals::propose));
    if endpoints.interactions.is_some() {
        router = router.route("/interactions", post(interactions));
    }
    router.layer(DefaultBodyLimit::max(LONGEST)).with_state(endpoints)
}

/// Whoever can answer this at all is alive: the endpoints share the runtime of everything but the gateway.
async fn healthz() -> Response {
    let version = env!("CARGO_PKG_VERSION");
    json(StatusCode::OK, &serde_json::json!({ "alive": true, "version": version }))
}

async fn readyz(State(endpoints): State<Endpoints>) -> Response {
    let reasons: Vec<String> = (endpoints.unready)().iter().map(ToString::to_string).collect();
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let seen =
        |seen: AccountSeen| serde_json::json!({ "account": seen.account, "answers": seen.answers, "said": seen.said });
    let ovhcloud: Vec<_> = (endpoints.accounts)().into_iter().map(seen).collect();
    let configuration = (endpoints.configuration)();
    let ready = reasons.is_empty();
    let body =
        serde_json::json!({ "ready": ready, "reasons": reasons, "ovhcloud": ovhcloud, "configuration": configuration });
    json(status, &body)
}

async fn metrics_text(State(endpoints): State<Endpoints>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], endpoints.metrics.render()).into_response()
}

async fn interactions(State(endpoints): State<Endpoints>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(interactions) = endpoints.interactions else { return StatusCode::NOT_FOUND.into_response() };
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match interactions.receive(header("x-signature-ed25519"), header("x-signature-timestamp"), &body) {
        Received::Ping => json(StatusCode::OK, &serde_json::json!({ "type": 1 })),
        Received::HandedOver => StatusCode::ACCEPTED.into_response(),
        Received::NotGenuine => StatusCode::UNAUTHORIZED.into_response(),
        Received::Unanswerable => StatusCode::BAD_REQUEST.into_response(),
        Received::Dropped => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
