//! `POST /proposals/{name}`: what machines propose. Refused before its body is read where that can be known, never acted upon, and
//! accepted only once it is written.
//!
//! | answer | when |
//! | --- | --- |
//! | 202 `{"card": true}` | it is written, and made a new card |
//! | 202 `{"card": false}` | it is written or known: counted on an open card, over, quiet, too old, or taken before |
//! | 401 | it is not from its source, or not from now; not which |
//! | 404, 413, 415, 422 | no such name; too large; no JSON; malformed, or of no server that is known |
//! | 503 | paused, without a store, before any server is known, or too many: to be sent again |
//!
//! There is nothing here that could ask OVHcloud for something: `tests/house` holds that this folder names neither its client nor the
//! engine that has one.

mod allowance;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use bernard_bot::alert_findings::AlertFindings;
use bernard_domain::inventory::known::Servers;
use bernard_platform::{clock, live::Live, metrics::PROPOSALS};
use bernard_proposals::{
    LARGEST, Received, Source, Unusable,
    auth::{Known, NotGenuine, Replay},
};
use bernard_store::{Error, HeardAlerts, Store};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use self::allowance::Allowance;
use super::{Endpoints, door::Peer, json};

/// How long after a start not all servers may be known yet.
const STARTING: Duration = Duration::from_secs(60);
/// How long a request waits for that then: a start takes seconds, and not every sender tries again.
const FIRST_SERVERS: Duration = Duration::from_secs(5);
/// How often it looks meanwhile.
const LOOK: Duration = Duration::from_millis(50);
/// How long a sender is asked to wait.
const AGAIN: &str = "30";
/// How many requests of one address may be in doubt in a minute: so many bodies are read of whoever has no key.
const IN_DOUBT: u32 = 600;
/// How many genuine requests of one source are heard in a minute.
const GENUINE: u32 = 6_000;

/// What hears machines. Cheap to clone.
#[derive(Clone)]
pub struct Proposals {
    /// `[[proposals]]` in force.
    sources: Live<Vec<Source>>,
    /// What memory has of the fleet.
    servers: Arc<dyn Fn() -> Arc<Servers> + Send + Sync>,
    store: Store,
    /// Wakes whoever posts.
    heard: Arc<dyn Fn() + Send + Sync>,
    findings: AlertFindings,
    in_doubt: Allowance<IpAddr>,
    genuine: Allowance<String>,
    /// One writes at a time: whoever floods it waits for itself and not before others.
    turn: Arc<Mutex<()>>,
    since: Instant,
}

impl Proposals {
    /// Hears these sources, of these servers, into this store.
    pub fn new(
        sources: Live<Vec<Source>>,
        servers: impl Fn() -> Arc<Servers> + Send + Sync + 'static,
        store: Store,
        heard: impl Fn() + Send + Sync + 'static,
        findings: AlertFindings,
    ) -> Self {
        Self {
            sources,
            servers: Arc::new(servers),
            store,
            heard: Arc::new(heard),
            findings,
            in_doubt: Allowance::a_minute(IN_DOUBT),
            genuine: Allowance::a_minute(GENUINE),
            turn: Arc::default(),
            since: Instant::now(),
        }
    }

    async fn hear(&self, name: &str, request: Request) -> Result<HeardAlerts, Refused> {
        let sources = self.sources.get();
        let source = sources.iter().find(|source| source.about.name == name).ok_or(Refused::NoSuchName)?;
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get().map(|Peer(address)| *address);
        let (replay, body) = self.genuine(source, peer, &parts.headers, body).await?;
        if !self.genuine.take(&source.about.name, Instant::now()) {
            return Err(Refused::TooMany);
        }
        let received = self.read(source, &body).await?;
        let _turn = self.turn.lock().await;
        let replay = replay.as_ref().map(Replay::as_str);
        let heard = self.store.hear_alerts(&source.about, &received.alerts, replay, clock::now()).await;
        heard.inspect(|_| (self.heard)()).map_err(|error| match error {
            Error::Paused(_) => Refused::Paused,
            error => {
                tracing::error!(proposals = name, %error, "what a machine proposes could not be written");
                Refused::NoStore
            }
        })
    }

    /// The body of a request that is from its source and from now.
    async fn genuine(
        &self,
        source: &Source,
        peer: Option<IpAddr>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Option<Replay>, Bytes), Refused> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let known = source.auth.before_body(&header).map_err(|_| Refused::NotGenuine)?;
        let in_doubt = peer.filter(|_| known == Known::NotYet);
        if in_doubt.is_some_and(|address| !self.in_doubt.take(&address, Instant::now())) {
            return Err(Refused::TooMany);
        }
        let is_json = |value: &str| {
            value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        };
        if !header(CONTENT_TYPE.as_str()).is_some_and(is_json) {
            return Err(Refused::NoJson);
        }
        let length = header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<usize>().ok());
        if length.is_some_and(|length| length > LARGEST) {
            return Err(Refused::TooLarge);
        }
        let body = to_bytes(body, LARGEST).await.map_err(|_| Refused::TooLarge)?;
        let now = clock::now();
        match source.genuine(&header, &body, now) {
            Ok(genuine) => {
                in_doubt.inspect(|address| self.in_doubt.give_back(address));
                genuine.ahead.inspect(|ahead| self.findings.clock(&source.about.name, *ahead, now));
                Ok((genuine.replay, body))
            }
            Err(NotGenuine::AnotherTime(ahead)) => {
                self.findings.clock(&source.about.name, ahead, now);
                Err(Refused::NotGenuine)
            }
            Err(NotGenuine::Wrong) => Err(Refused::NotGenuine),
        }
    }

    /// What it says. Shortly after a start it waits for the servers to be known.
    async fn read(&self, source: &Source, body: &[u8]) -> Result<Received, Refused> {
        let mut said = source.read(body, &(self.servers)());
        if matches!(said, Err(Unusable::NoServer(_))) && !self.knows_all() && self.since.elapsed() < STARTING {
            let wait = async {
                while !self.knows_all() {
                    sleep(LOOK).await
                }
            };
            // What is known by then has to do.
            timeout(FIRST_SERVERS, wait).await.ok();
            said = source.read(body, &(self.servers)());
        }
        let (now, name) = (clock::now(), &source.about.name);
        let note = |unknown: &[String]| unknown.iter().for_each(|unknown| self.findings.unknown(name, unknown, now));
        match said {
            Ok(received) => {
                note(&received.unknown);
                if received.unreadable > 0 || received.left_out > 0 {
                    let (unreadable, left_out) = (received.unreadable, received.left_out);
                    tracing::warn!(proposals = %name, unreadable, left_out, "some alerts of a request were not looked at");
                }
                Ok(received)
            }
            Err(Unusable::Malformed) => Err(Refused::Malformed),
            Err(Unusable::NoServer(_)) if (self.servers)().known().all(|known| known.seen.is_none()) => {
                Err(Refused::NoServersYet)
            }
            Err(Unusable::NoServer(unknown)) => {
                note(&unknown);
                Err(Refused::NoServer)
            }
        }
    }

    /// Whether every server of the fleet was read, by this process or one before.
    fn knows_all(&self) -> bool {
        let servers = (self.servers)();
        !servers.is_empty() && servers.known().all(|known| known.seen.is_some())
    }
}

/// Why nothing was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    NoSuchName,
    NotGenuine,
    TooMany,
    NoJson,
    TooLarge,
    Malformed,
    NoServer,
    NoServersYet,
    Paused,
    NoStore,
}

impl Refused {
    fn status(self) -> StatusCode {
        match self {
            Self::NoSuchName => StatusCode::NOT_FOUND,
            Self::NotGenuine => StatusCode::UNAUTHORIZED,
            Self::NoJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed | Self::NoServer => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany | Self::NoServersYet | Self::Paused | Self::NoStore => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn outcome(self) -> &'static str {
        match self {
            Self::NoSuchName => "no_such_name",
            Self::NotGenuine => "not_genuine",
            Self::TooMany => "too_many",
            Self::NoJson | Self::TooLarge | Self::Malformed => "malformed",
            Self::NoServer => "unknown_server",
            Self::NoServersYet | Self::NoStore => "unavailable",
            Self::Paused => "paused",
        }
    }

    /// For who wrote the sender, once it is genuine.
    fn says(self) -> Option<&'static str> {
        match self {
            Self::NoServer => Some("no server that is known goes by that name"),
            Self::Malformed => Some("not written as this format has it"),
            Self::Paused => Some("paused"),
            Self::NoSuchName
            | Self::NotGenuine
            | Self::TooMany
            | Self::NoJson
            | Self::TooLarge
            | Self::NoServersYet
            | Self::NoStore => None,
        }
    }
}

/// What came of a request that was heard.
fn outcome(heard: &HeardAlerts) -> &'static str {
    match heard {
        HeardAlerts { taken_before: true, .. } => "replayed",
        HeardAlerts { opened: 1.., .. } => "card",
        HeardAlerts { counted: 1.., .. } => "counted",
        HeardAlerts { over: 1.., .. } => "over",
        HeardAlerts { .. } => "old",
    }
}

pub(super) async fn propose(
    State(endpoints): State<Endpoints>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let Some(proposals) = endpoints.proposals else { return StatusCode::NOT_FOUND.into_response() };
    let heard = proposals.hear(&name, request).await;
    let outcome = heard.as_ref().map_or_else(|refused| refused.outcome(), outcome);
    // Only names of the configuration are labels.
    if heard.as_ref().err() != Some(&Refused::NoSuchName) {
        metrics::counter!(PROPOSALS, "proposals" => name, "outcome" => outcome).increment(1);
    }
    match heard {
        Ok(heard) => json(StatusCode::ACCEPTED, &serde_json::json!({ "card": heard.opened > 0 })),
        Err(refused) => {
            let mut response = match refused.says() {
                Some(why) => json(refused.status(), &serde_json::json!({ "error": why })),
                None => refused.status().into_response(),
            };
            if refused.status() == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(RETRY_AFTER, AGAIN.parse().expect("a number"));
            }
            response
        }
    }
}

#[cfg(test)]
mod tests;
