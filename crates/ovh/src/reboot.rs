//! The one deed that cannot be repeated.
//!
//! A [`ReadyReboot`] can send one request, once, and only with a [`RecordedIntent`], within [`SEND_WITHIN`] of the moment that it was
//! written.
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

use bernard_domain::server::{ServiceName, Task};
use bernard_intent::RecordedIntent;
use bernard_platform::clock::BootInstant;
use reqwest::Method;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    auth::Ready,
    call::{Call, Written},
    client::Client,
    error::{Cause, Error, Failure},
    quota::Permit,
};
use crate::bodies;

/// How long after its intent was written a reboot may still be sent. Nobody else acts on that intent before 60 s have
/// passed, so the margin is eleven twelfths.
pub const SEND_WITHIN: Duration = Duration::from_secs(5);

/// What became of a request to reboot. It is never sent again by itself, whatever this says.
#[derive(Debug)]
pub enum RebootAnswer {
    /// OVHcloud took it and named the task.
    Accepted(Written<Task>),
    /// OVHcloud itself said no (a 4xx in its own form, but for 408 and 499): nothing was rebooted.
    Refused(Error),
    /// The request certainly never left: no connection, or too late.
    Unsent(Error),
    /// Nobody knows: the connection broke or was silent after sending, a 5xx, 408 or 499, a proxy's page, a redirect, or an answer
    /// that cannot be read.
    Unknown(Error),
}

/// The right and the means to send one reboot. Hold it before the intent is written; dropped unsent, it does nothing.
#[must_use]
pub struct ReadyReboot {
    client: Client,
    call: Call,
    ready: Ready,
    permit: Permit,
    http: reqwest::Client,
    fence: Arc<Fence>,
}

impl Client {
    /// Makes everything ready to reboot a server: budget, proof, clock. Changes nothing at OVHcloud.
    ///
    /// # Errors
    /// When any of it cannot be had now; then no intent need be written.
    pub async fn prepare_reboot(&self, name: &ServiceName) -> Result<ReadyReboot, Error> {
        let url = self.inner.endpoint.url(&["dedicated", "server", name.as_str(), "reboot"]);
        let call = Call::new(Method::POST, url, format!("reboot `{name}`")).about(name);
        let fence = Arc::new(Fence::default());
        let one_way = self.one_way().connector_layer(FenceLayer(Arc::clone(&fence)));
        let no_tls = |_| call.error(Cause::NoConnection { why: "TLS cannot be set up" }.into());
        let http = one_way.build().map_err(no_tls)?;
        let ready = self.ready().await.map_err(|failure| call.error(failure))?;
        let permit = self.inner.quota.permit(self.priority).await.map_err(|cause| call.error(cause.into()))?;
        Ok(ReadyReboot { client: self.clone(), call, ready, permit, http, fence })
    }
}

impl ReadyReboot {
    /// Signs, looks at the clock, sends. An intent to reboot another server sends nothing.
    ///
    /// A future that is dropped before its end leaves the outcome unknown.
    ///
    /// One intent, one request:
    ///
    /// ```
    /// use bernard_ovh::{ReadyReboot, RebootAnswer, RecordedIntent};
    ///
    /// async fn once(ready: ReadyReboot, intent: RecordedIntent) -> RebootAnswer {
    ///     ready.send(intent).await
    /// }
    /// ```
    ///
    /// Without the proof that it is recorded nothing can be sent, whatever the time is:
    ///
    /// ```compile_fail
    /// use bernard_ovh::{ReadyReboot, RebootAnswer};
    ///
    /// async fn on_a_whim(ready: ReadyReboot) -> RebootAnswer {
    ///     ready.send(bernard_platform::clock::BootInstant::now()).await
    /// }
    /// ```
    ///
    /// Nor twice with the same one, though everything is ready a second time:
    ///
    /// ```compile_fail
    /// use bernard_ovh::{ReadyReboot, RebootAnswer, RecordedIntent};
    ///
    /// async fn again(ready: [ReadyReboot; 2], intent: RecordedIntent) -> [RebootAnswer; 2] {
    ///     let [first, second] = ready;
    ///     [first.send(intent).await, second.send(intent).await]
    /// }
    /// ```
    pub async fn send(self, intent: RecordedIntent) -> RebootAnswer {
        let Self { client, call, ready, permit, http, fence } = self;
        if call.server.as_ref() != Some(intent.server()) {
            return RebootAnswer::Unsent(call.error(Cause::NoIntent.into()));
        }
        fence.arm(intent.since());
        let headers = match client.inner.auth.headers(&ready, &call.outgoing) {
            Ok(headers) => headers,
            Err(cause) => return RebootAnswer::Unsent(call.error(cause.into())),
        };
        if fence.is_too_late() {
            return RebootAnswer::Unsent(call.error(Cause::TooLate.into()));
        }
        match client.send(permit, &http, call.outgoing.clone(), headers).await {
            Ok(answer) => match answer.parse::<bodies::Task>() {
                Ok(task) => RebootAnswer::Accepted(Written::of(task.into(), &answer)),
                Err(failure) => RebootAnswer::Unknown(call.error(failure)),
            },
            Err(failure) => {
                // The proof of a refused attempt may be stale; the next operation must not trip over it.
                client.inner.auth.learn(&ready, &failure);
                judge(&call, &fence, failure)
            }
        }
    }
}

fn judge(call: &Call, fence: &Fence, failure: Failure) -> RebootAnswer {
    if !fence.was_passed() {
        let cause = if fence.is_too_late() { Cause::TooLate } else { failure.cause };
        return RebootAnswer::Unsent(call.error(Failure { cause, ..failure }));
    }
    match &failure.cause {
        Cause::Answered(answered) if answered.is_no() => RebootAnswer::Refused(call.error(failure)),
        _ => RebootAnswer::Unknown(call.error(failure)),
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
#[error("the fence before the reboot is closed")]
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
impl ReadyReboot {
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
