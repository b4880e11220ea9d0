//! Deeds that cannot be repeated: one request each, at most once.
//!
//! A [`Once`] can send its request once, and only with a [`RecordedIntent`], within [`SEND_WITHIN`] of the moment that it was written.
//! Everything that may take time (the budget, a token, the clock) is fetched before the intent. What then remains is signing,
//! a look at the clock, and a connection of its own. At its end stands a fence that looks at the clock again, between the
//! finished connection and the request, and lets one connection through in its life. So a process that was stopped
//! in between sends nothing when it wakes, nothing beneath us can send the request again, and whether it was sent is known from
//! the fence, not guessed from an error: never through the fence means certainly unsent.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bernard_intent::RecordedIntent;
use bernard_platform::clock::BootInstant;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    auth::Ready,
    call::{Call, Written},
    client::Client,
    error::{Cause, Error, Failure},
    quota::Permit,
};

/// How long after its intent was written such a request may still be sent. Nobody else acts on that intent before 60 s have
/// passed, so the margin is eleven twelfths.
pub const SEND_WITHIN: Duration = Duration::from_secs(5);

/// What became of a request that is sent once. It is never sent again by itself, whatever this says.
#[derive(Debug)]
pub enum Outcome<T> {
    /// OVHcloud took it, and answered this.
    Accepted(Written<T>),
    /// OVHcloud itself said no (a 4xx in its own form, but for 408 and 499): nothing was done.
    Refused(Error),
    /// The request certainly never left: no connection, or too late.
    Unsent(Error),
    /// Nobody knows: the connection broke or was silent after sending, a 5xx, 408 or 499, a proxy's page, a redirect, or an answer
    /// that cannot be read.
    Unknown(Error),
}

impl<T> Outcome<T> {
    /// The same with something else made of the answer.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Accepted(written) => Outcome::Accepted(written.map(change)),
            Self::Refused(error) => Outcome::Refused(error),
            Self::Unsent(error) => Outcome::Unsent(error),
            Self::Unknown(error) => Outcome::Unknown(error),
        }
    }
}

/// The right and the means to send one request once.
#[must_use]
pub(super) struct Once {
    client: Client,
    call: Call,
    ready: Ready,
    permit: Permit,
    http: reqwest::Client,
    fence: Arc<Fence>,
}

impl Client {
    /// Makes everything ready for a call that is about a server: budget, proof, clock. Changes nothing at OVHcloud.
    pub(super) async fn ready_once(&self, call: Call) -> Result<Once, Error> {
        let fence = Arc::new(Fence::default());
        let one_way = self.one_way().connector_layer(FenceLayer(Arc::clone(&fence)));
        let no_tls = |_| call.error(Cause::NoConnection { why: "TLS cannot be set up" }.into());
        let http = one_way.build().map_err(no_tls)?;
        let ready = self.ready().await.map_err(|failure| call.error(failure))?;
        let permit = self.inner.quota.permit(self.priority).await.map_err(|cause| call.error(cause.into()))?;
        Ok(Once { client: self.clone(), call, ready, permit, http, fence })
    }
}

impl Once {
    /// OVHcloud's time, and a proof that is good now.
    pub(super) async fn now(&mut self) -> Result<Timestamp, Error> {
        self.ready = self.client.ready().await.map_err(|failure| self.call.error(failure))?;
        self.client.now().await
    }

    /// Signs, looks at the clock, sends. An intent that is about another server sends nothing.
    pub(super) async fn send<T: DeserializeOwned, Deed>(self, intent: RecordedIntent<Deed>) -> Outcome<T> {
        let Self { client, call, ready, permit, http, fence } = self;
        if call.server.as_ref() != Some(intent.server()) {
            return Outcome::Unsent(call.error(Cause::NoIntent.into()));
        }
        fence.arm(intent.since());
        let headers = match client.inner.auth.headers(&ready, &call.outgoing) {
            Ok(headers) => headers,
            Err(cause) => return Outcome::Unsent(call.error(cause.into())),
        };
        if fence.is_too_late() {
            return Outcome::Unsent(call.error(Cause::TooLate.into()));
        }
        match client.send(permit, &http, call.outgoing.clone(), headers).await {
            Ok(answer) => match answer.parse() {
                Ok(value) => Outcome::Accepted(Written::of(value, &answer)),
                Err(failure) => Outcome::Unknown(call.error(failure)),
            },
            Err(failure) => {
                // The proof of a refused attempt may be stale; the next operation must not trip over it.
                client.inner.auth.learn(&ready, &failure);
                judge(&call, &fence, failure)
            }
        }
    }
}

fn judge<T>(call: &Call, fence: &Fence, failure: Failure) -> Outcome<T> {
    if !fence.was_passed() {
        let cause = if fence.is_too_late() { Cause::TooLate } else { failure.cause };
        return Outcome::Unsent(call.error(Failure { cause, ..failure }));
    }
    match &failure.cause {
        Cause::Answered(answered) if answered.is_no() => Outcome::Refused(call.error(failure)),
        _ => Outcome::Unknown(call.error(failure)),
    }
}

/// Stands between a finished connection and the request.
#[derive(Default)]
struct Fence {
    intent_written: OnceLock<BootInstant>,
    passed: AtomicBool,
}

impl Fence {
    fn arm(&self, intent_written: BootInstant) {
        self.intent_written.get_or_init(|| intent_written);
    }

    fn is_too_late(&self) -> bool {
        // Without an intent nothing may be sent.
        self.intent_written.get().is_none_or(|written| written.elapsed() >= SEND_WITHIN)
    }

    /// Lets one connection through, in time.
    fn pass(&self) -> Result<(), Closed> {
        if self.is_too_late() || self.passed.swap(true, Ordering::SeqCst) { Err(Closed) } else { Ok(()) }
    }

    fn was_passed(&self) -> bool {
        self.passed.load(Ordering::SeqCst)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the fence before the request is closed")]
struct Closed;

#[derive(Clone)]
struct FenceLayer(Arc<Fence>);

impl<S> Layer<S> for FenceLayer {
    type Service = Fenced<S>;

    fn layer(&self, connect: S) -> Fenced<S> {
        Fenced { connect, fence: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
struct Fenced<S> {
    connect: S,
    fence: Arc<Fence>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl<S, R> Service<R> for Fenced<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connect.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.connect.call(request);
        let fence = Arc::clone(&self.fence);
        Box::pin(async move {
            let connection = connecting.await?;
            fence.pass()?;
            Ok(connection)
        })
    }
}

#[cfg(test)]
impl Once {
    /// Lets somebody else through the fence first.
    pub(super) fn spend_fence(&self) {
        self.fence.arm(BootInstant::now());
        self.fence.pass().expect("the first one passes");
    }

    /// Lets it be as late as if its intent had been written too long ago.
    pub(super) fn let_time_pass(&self) {
        self.fence.arm(BootInstant::now().before(SEND_WITHIN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_lets_one_connection_through_and_only_in_time() {
        let unarmed = Fence::default();
        assert!(unarmed.pass().is_err());
        let late = Fence::default();
        late.arm(BootInstant::now().before(SEND_WITHIN));
        assert!(late.pass().is_err() && !late.was_passed());
        let fence = Fence::default();
        fence.arm(BootInstant::now());
        assert!(fence.pass().is_ok());
        assert!(fence.pass().is_err(), "a second connection could carry the request a second time");
        assert!(fence.was_passed());
    }
}
