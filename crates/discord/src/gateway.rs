//! Interactions by Discord's gateway, in a thread and runtime of its own that only hands them over.
//!
//! Promises: whatever happens to the connection, the rest of the process goes on; reconnecting never ends and never hurries
//! (back-off with jitter, and Discord's allowance of identifies is read before each one); an interaction that cannot be read is
//! still handed over for an apology; and a gateway that is stuck says so through [`Handle::stuck`], which is watched from
//! outside its thread. Nobody starts a second one beside it: the process ends, and its supervisor starts it again.
//!
//! Work never depends on the gateway: what Discord sends while nobody is connected may be lost, and the person sees a failure.

mod address;
mod driver;
mod connection;
mod liveness;
#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    sync::Arc,
    time::{Duration, Instant},
};

use serenity::model::id::ApplicationId;
use tokio::{
    sync::{mpsc, watch},
    time::MissedTickBehavior,
};

use self::driver::Driver;
use super::{
    error::{Error, Fault},
    interaction::RawInteraction,
    sender::SenderSettings,
};
use crate::gateway::liveness::Signs;

/// What the gateway needs to know; its waiting times are here so that tests can be in a hurry.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// How to ask where the gateway is, and the token. The gateway has a sender of its own: connections of a shared one might
    /// live in the gateway's runtime, and hang with it.
    pub sender: SenderSettings,
    /// How long a connection may take from the first packet to its session.
    pub handshake: Duration,
    /// The first pause before another connection; each further one doubles up to `retry_max`, with jitter.
    pub retry_min: Duration,
    /// The longest pause before another connection, before jitter, which at most doubles it.
    pub retry_max: Duration,
    /// A connection that lasted so long makes the pauses short again.
    pub steady_after: Duration,
    /// Discord: one identify per five seconds.
    pub identify_every: Duration,
    /// How often the thread shows that it lives, and how often that is looked at.
    pub beat: Duration,
    /// After so many missed beats the thread counts as frozen.
    pub beats_missed: u32,
}

impl GatewaySettings {
    /// Figures for Discord itself.
    pub fn new(sender: SenderSettings) -> Self {
        Self {
            sender,
            handshake: Duration::from_secs(20),
            retry_min: Duration::from_millis(250),
            retry_max: Duration::from_secs(5),
            steady_after: Duration::from_secs(30),
            identify_every: Duration::from_secs(5),
            beat: Duration::from_secs(1),
            beats_missed: 30,
        }
    }
}

/// How the gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// On its way to its first session.
    Connecting,
    /// It has a session: interactions arrive.
    Connected,
    /// It had a session, and is on its way to the next.
    Disconnected {
        /// When the session's connection was lost.
        since: Instant,
    },
    /// It has given up: its operator must act.
    Failed(Fault),
    /// It was stopped.
    Stopped,
}

/// Why the gateway is stuck for good, as seen from outside its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// The thread has not shown a sign of life for too long.
    Frozen,
    /// It believes itself connected, and nothing has arrived for more than two heartbeats.
    Silent,
    /// The thread has ended without being asked to.
    Died,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Frozen => "the gateway's thread is frozen",
            Self::Silent => "the gateway believes itself connected, but nothing arrives",
            Self::Died => "the gateway's thread has died",
        })
    }
}

/// How a stop went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The thread has ended.
    Cleanly,
    /// The thread did not end in time and was left behind: the process must end soon.
    Abandoned,
}

/// Starts gateways.
#[derive(Debug)]
pub struct Gateway;

/// A running gateway. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Handle {
    signs: Arc<Signs>,
    stop: Arc<watch::Sender<bool>>,
    settings: Arc<GatewaySettings>,
}

/// Why a gateway could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings do not make a sender.
    #[error(transparent)]
    Settings(#[from] Error),
    /// The operating system gave no thread.
    #[error("could not start the gateway's thread: {0}")]
    Thread(#[from] io::Error),
}

impl Gateway {
    /// Starts the thread that connects, stays connected and hands interactions over to `tx`.
    ///
    /// When `tx` is full an interaction is counted and dropped, so that the heartbeat never waits.
    ///
    /// # Errors
    ///
    /// When the settings are unusable or there is no thread to be had; never because of Discord or the network.
    pub fn start(settings: GatewaySettings, tx: mpsc::Sender<RawInteraction>) -> Result<Handle, StartError> {
        let signs = Arc::new(Signs::new());
        let stop = Arc::new(watch::Sender::new(false));
        let driver = Driver::new(settings.clone(), tx, Arc::clone(&signs), stop.subscribe())?;
        let over = Over(Arc::clone(&signs));
        std::thread::Builder::new().name("gateway".to_owned()).spawn(move || {
            let _over = over;
            run(driver);
        })?;
        Ok(Handle { signs, stop, settings: Arc::new(settings) })
    }
}

/// Says that the thread is over, however it ends.
struct Over(Arc<Signs>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn run(driver: Driver) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the gateway's thread got no runtime");
            return;
        }
    };
    runtime.block_on(driver.drive());
    // Not waiting for a name that is still being resolved.
    runtime.shutdown_background();
}

impl Handle {
    /// How the gateway is now.
    pub fn health(&self) -> Health {
        self.signs.health()
    }

    /// The application's id, known from the first session on.
    pub fn application_id(&self) -> Option<ApplicationId> {
        self.signs.application()
    }

    /// Waits until the gateway has a session; for ever, if it never does.
    pub async fn connected(&self) {
        self.signs.until(|health| *health == Health::Connected).await;
    }

    /// Waits until the gateway gives up; for ever, if it never does.
    pub async fn failed(&self) -> Fault {
        loop {
            self.signs.until(|health| matches!(health, Health::Failed(_))).await;
            if let Health::Failed(fault) = self.health() {
                return fault;
            }
        }
    }

    /// Waits until the gateway is stuck for good; for ever, if it never is. Then the process must end with code 75.
    ///
    /// Counts its own looks rather than time: a process that was itself stopped for a while does not take its gateway for stuck.
    pub async fn stuck(&self) -> Stuck {
        let mut looks = tokio::time::interval(self.settings.beat);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watchdog = liveness::Watchdog::new(&self.settings);
        loop {
            looks.tick().await;
            if let Some(stuck) = watchdog.look(&self.signs) {
                return stuck;
            }
        }
    }

    /// Says goodbye to Discord (close code 1000) and ends the thread; returns after `within` at the latest.
    pub async fn stop(&self, within: Duration) -> Stopped {
        self.stop.send_replace(true);
        match tokio::time::timeout(within, self.signs.ended()).await {
            Ok(()) => Stopped::Cleanly,
            Err(_) => Stopped::Abandoned,
        }
    }
}
