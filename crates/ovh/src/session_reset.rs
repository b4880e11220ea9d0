//! The end of all sessions on a server's consoles (`features/ipmi/resetSessions`). It ends those of other people too, so it is asked for
//! once, and never again by itself.

use bernard_domain::server::{ServiceName, Task};
use bernard_intent::{RecordedIntent, SessionReset};
use jiff::Timestamp;
use reqwest::Method;

use super::{
    call::Call,
    client::Client,
    error::Error,
    once::{Once, Outcome},
};
use crate::bodies;

/// What became of it; OVHcloud's answer names the task.
pub type SessionResetAnswer = Outcome<Task>;

/// The right and the means to ask for it once. Hold it before the intent is written; dropped unsent, it does nothing.
#[must_use]
pub struct ReadySessionReset(Once);

impl Client {
    /// Makes everything ready to end all sessions on a server's consoles: budget, proof, clock. Changes nothing at OVHcloud.
    ///
    /// # Errors
    /// When any of it cannot be had now; then no intent need be written.
    pub async fn prepare_session_reset(&self, name: &ServiceName) -> Result<ReadySessionReset, Error> {
        let url = self.server_url(name, &["features", "ipmi", "resetSessions"]);
        let call = Call::new(Method::POST, url, format!("free the console sessions of `{name}`")).about(name);
        self.ready_once(call).await.map(ReadySessionReset)
    }
}

impl ReadySessionReset {
    /// What time it is at OVHcloud, and a proof that holds from now on: what was read since may have taken long. The last thing before
    /// the intent.
    ///
    /// # Errors
    /// When either cannot be had now; then no intent need be written.
    pub async fn now(&mut self) -> Result<Timestamp, Error> {
        self.0.now().await
    }

    /// Signs, looks at the clock, sends. An intent that is about another server sends nothing, and neither does that of a reboot:
    ///
    /// ```compile_fail
    /// use bernard_ovh::{ReadySessionReset, RecordedIntent, SessionResetAnswer};
    ///
    /// async fn mistaken(ready: ReadySessionReset, reboot: RecordedIntent) -> SessionResetAnswer {
    ///     ready.send(reboot).await
    /// }
    /// ```
    pub async fn send(self, intent: RecordedIntent<SessionReset>) -> SessionResetAnswer {
        self.0.send::<bodies::Task, _>(intent).await.map(Task::from)
    }
}
