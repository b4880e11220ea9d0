//! Who wakes whom: whoever records something notifies the runner, the reporter and the notifier; all of them then read the store.
//!
//! A notification that comes while its loop is busy is not lost, and many are one. Whoever waits here has come round: that is
//! how [`Liveness`] hears of it.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use crate::liveness::{Liveness, Loop};

/// The longest that any loop waits here before it looks by itself.
const LONGEST_REST: Duration = Duration::from_secs(5);

/// The loops' alarm clocks; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Wakeups {
    runner: Arc<Notify>,
    reporter: Arc<Notify>,
    notifier: Arc<Notify>,
    alerts: Arc<Notify>,
    liveness: Liveness,
}

impl Wakeups {
    /// Something was recorded: there may be a step to take, a message to change, a notice to post.
    pub fn notify(&self) {
        self.runner.notify_one();
        self.reporter.notify_one();
        self.notifier.notify_one();
    }

    /// Something was heard of a server: there may be a card to post or to change.
    pub fn heard_alerts(&self) {
        self.alerts.notify_one();
    }

    /// Waits until there may be such a card.
    pub async fn for_alerts(&self) {
        self.alerts.notified().await;
    }

    /// Which loops still come round.
    pub fn liveness(&self) -> &Liveness {
        &self.liveness
    }

    /// Waits until there may be a step to take.
    pub(crate) async fn for_runner(&self) {
        self.liveness.came_round(Loop::Runner, LONGEST_REST);
        self.runner.notified().await;
    }

    /// Waits until there may be a message to change.
    pub async fn for_reporter(&self) {
        self.liveness.came_round(Loop::Reporter, LONGEST_REST);
        self.reporter.notified().await;
    }

    /// Waits until there may be a notice to post.
    pub async fn for_herald(&self) {
        self.liveness.came_round(Loop::Notifier, LONGEST_REST);
        self.notifier.notified().await;
    }
}
