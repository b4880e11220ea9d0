//! Traces by OTLP: one for each operation, made of what the store says happened to it, and sent when it has ended.
//!
//! A span is a state that the operation was in, an event of a span what happened to the operation meanwhile. As all of it is read from
//! the store, an operation that several processes carried on is one trace like any other. The ids follow from the operation's mark:
//! what is sent twice, because nobody knows whether it arrived, is the same trace twice.
//!
//! Nothing waits for the collector: what it did not take within a quarter of an hour is lost to it. No trace holds a person's id or
//! words, or a link.

mod spans;

use std::{collections::BTreeSet, time::Duration};

use bernard_config::Traces;
use bernard_domain::operation::{OperationId, state::IllegalEvent};
use bernard_platform::{
    clock,
    tls::{self, Http},
};
use bernard_store::Store;
use jiff::SignedDuration;
use prost::Message;
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

/// Between two looks at what has ended.
const EVERY: Duration = Duration::from_secs(2);
/// How long the collector has for an answer.
const ANSWER: Duration = Duration::from_secs(3);
/// How long a trace is tried; and a start sends again what ended in that time, as the last process may not have come to it.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// Sends traces until `stop`, and then those of what ended last.
pub(crate) async fn export(store: Store, to: Traces, stop: CancellationToken) {
    let client = match client() {
        Ok(client) => client,
        Err(error) => return tracing::error!(%error, "no traces are sent"),
    };
    let mut exporter = Exporter { store, to, client, sent: BTreeSet::new(), is_away: false };
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        exporter.turn().await;
    }
    exporter.turn().await;
}

/// Why a trace was not sent.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("{0}")]
    Tls(#[from] tls::Unusable),
    #[error("it cannot be made: {0}")]
    Store(#[from] bernard_store::Error),
    #[error("it cannot be made: {0}")]
    History(#[from] IllegalEvent),
    #[error("the collector cannot be reached: {0}")]
    Unreached(#[from] reqwest::Error),
    #[error("the collector answered {0}")]
    Refused(StatusCode),
}

fn client() -> Result<reqwest::Client, Unsent> {
    let tls = tls::settings(Http::One)?;
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).timeout(ANSWER).build()?)
}

/// What sends the traces of one store.
struct Exporter {
    store: Store,
    to: Traces,
    client: reqwest::Client,
    /// What has been sent of what ended within [`PATIENCE`].
    sent: BTreeSet<OperationId>,
    /// Whether the last try failed: that is said once.
    is_away: bool,
}

impl Exporter {
    /// Sends what has ended since the last turn.
    async fn turn(&mut self) {
        match self.send().await {
            Ok(()) => self.is_away = false,
            Err(error) if !self.is_away => {
                self.is_away = true;
                tracing::warn!(%error, "a trace was not sent; each is tried for a quarter of an hour");
            }
            Err(_) => {}
        }
    }

    /// # Errors
    /// At the first trace that cannot be made or is not taken; those after it are not tried.
    async fn send(&mut self) -> Result<(), Unsent> {
        let ended = self.store.ended_since(clock::now() - PATIENCE).await?;
        let ended: BTreeSet<OperationId> = ended.into_iter().collect();
        self.sent.retain(|id| ended.contains(id));
        for id in ended {
            if !self.sent.contains(&id) {
                self.send_one(id).await?;
                self.sent.insert(id);
            }
        }
        Ok(())
    }

    async fn send_one(&self, id: OperationId) -> Result<(), Unsent> {
        let Some(operation) = self.store.operation(id).await? else { return Ok(()) };
        let trace = spans::of(&operation, &self.store.events(id).await?)?;
        let mut request = self
            .client
            .post(format!("{}/v1/traces", self.to.endpoint))
            .header("content-type", "application/x-protobuf");
        if let Some(token) = &self.to.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let answer = request.body(trace.encode_to_vec()).send().await.map_err(reqwest::Error::without_url)?;
        if answer.status().is_success() { Ok(()) } else { Err(Unsent::Refused(answer.status())) }
    }
}
