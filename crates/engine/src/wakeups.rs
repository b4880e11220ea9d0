//! Who wakes whom: whoever records something notifies the runner, the reporter and the notifier; all of them then read the store.
//!
//! A notification that comes while its loop is busy is not lost, and many are one.

use std::sync::Arc;

use tokio::sync::Notify;

/// The loops' alarm clocks; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Wakeups {
    runner: Arc<Notify>,
    reporter: Arc<Notify>,
    notifier: Arc<Notify>,
}

impl Wakeups {
    /// Something was recorded: there may be a step to take, a message to change, a notice to post.
    pub fn notify(&self) {
        self.runner.notify_one();
        self.reporter.notify_one();
        self.notifier.notify_one();
    }

    /// Waits until there may be a step to take.
    pub(crate) async fn for_runner(&self) {
        self.runner.notified().await;
    }

    /// Waits until there may be a message to change.
    pub async fn for_reporter(&self) {
        self.reporter.notified().await;
    }

    /// Waits until there may be a notice to post.
    pub async fn for_herald(&self) {
        self.notifier.notified().await;
    }
}
