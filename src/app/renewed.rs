//! Loops that go by the configuration: when it is read again, each ends as at a stop, with what is under way, and begins anew. They
//! hold nothing that the store does not have.

use std::sync::Arc;

use bernard_config::Config;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The configuration in force.
pub(super) type Configs = watch::Receiver<Arc<Config>>;

/// Runs what `begin` makes of the configuration of the moment, until `stop` or until it ends by itself.
pub(super) async fn renewed<Work: Future<Output = ()>>(
    mut configs: Configs,
    stop: CancellationToken,
    begin: impl Fn(Arc<Config>, CancellationToken) -> Work,
) {
    loop {
        let config = Arc::clone(&configs.borrow_and_update());
        let round = stop.child_token();
        // On the heap: a loop is more than a worker's stack should hold beside others.
        let mut work = Box::pin(begin(config, round.clone()));
        tokio::select! {
            () = &mut work => return,
            () = changed(&mut configs) => {
                round.cancel();
                work.await;
            }
        }
        if stop.is_cancelled() {
            return;
        }
    }
}

/// Waits for another configuration; for ever, once nobody reads one any more.
pub(super) async fn changed(configs: &mut Configs) {
    if configs.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
