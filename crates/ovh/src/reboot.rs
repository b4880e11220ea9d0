//! The reboot, which cannot be repeated.

use bernard_domain::server::{ServiceName, Task};
use bernard_intent::RecordedIntent;
use jiff::Timestamp;
use reqwest::Method;

use super::{
    call::Call,
    client::Client,
    error::Error,
    once::{Once, Outcome},
};
use crate::bodies;

/// What became of a request to reboot; OVHcloud's answer names the task.
pub type RebootAnswer = Outcome<Task>;

/// The right and the means to send one reboot. Hold it before the intent is written; dropped unsent, it does nothing.
#[must_use]
pub struct ReadyReboot(Once);

impl Client {
    /// Makes everything ready to reboot a server: budget, proof, clock. Changes nothing at OVHcloud.
    ///
    /// # Errors
    /// When any of it cannot be had now; then no intent need be written.
    pub async fn prepare_reboot(&self, name: &ServiceName) -> Result<ReadyReboot, Error> {
        let url = self.inner.endpoint.url(&["dedicated", "server", name.as_str(), "reboot"]);
        let call = Call::new(Method::POST, url, format!("reboot `{name}`")).about(name);
        self.ready_once(call).await.map(ReadyReboot)
    }
}

impl ReadyReboot {
    /// What time it is at OVHcloud, and a proof that holds from now on: what was read since may have taken long. The last thing before
    /// the intent.
    ///
    /// # Errors
    /// When either cannot be had now; then no intent need be written.
    pub async fn now(&mut self) -> Result<Timestamp, Error> {
        self.0.now().await
    }

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
        self.0.send::<bodies::Task, _>(intent).await.map(Task::from)
    }
}

#[cfg(test)]
impl ReadyReboot {
    /// Lets somebody else through the fence first.
    pub(super) fn spend_fence(&self) {
        self.0.spend_fence();
    }

    /// Lets it be as late as if its intent had been written too long ago.
    pub(super) fn let_time_pass(&self) {
        self.0.let_time_pass();
    }
}
