//! A word for the operator when the machine's clock is set.

use std::time::Duration;

use bernard_platform::clock;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

/// Says in the log when somebody sets the wall clock; nothing that runs goes by it.
pub(super) async fn watch(stop: CancellationToken) {
    /// How often it is looked.
    const LOOK: Duration = Duration::from_secs(10);
    /// What is corrected by less is a clock that is kept right.
    const JUMP: SignedDuration = SignedDuration::from_secs(2);
    let mut known = SignedDuration::ZERO;
    let watch = async {
        loop {
            let set = clock::set_by();
            if (set - known).abs() > JUMP {
                tracing::warn!(
                    seconds = (set - known).as_secs(),
                    "the machine's clock was set; I go on by the time since my start"
                );
                known = set;
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(watch).await;
}
