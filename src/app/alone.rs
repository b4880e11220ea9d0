//! Loops that run in one replica at a time: where there are several, the one that has the loop's lease runs it, and another one takes
//! it over when that is gone. What it holds in memory the store has too.

use std::time::Duration;

use bernard_store::Store;
use tokio_util::sync::CancellationToken;

/// How long a replica waits before it asks again for a loop that another one runs.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Runs what `begin` makes, with a store that writes only as long as this replica has the loop, until `stop`. When another replica
/// has it, what is under way is dropped where it waits.
pub(super) async fn alone<Work: Future<Output = ()>>(
    store: Store,
    name: &'static str,
    stop: CancellationToken,
    begin: impl Fn(Store, CancellationToken) -> Work,
) {
    while let Some(own) = stop.run_until_cancelled(claimed(&store, name)).await {
        // On the heap: a loop is more than a worker's stack should hold beside others.
        let work = Box::pin(begin(own.clone(), stop.clone()));
        tokio::select! {
            () = work => return,
            () = own.lost() => tracing::warn!("another replica has taken over: {name}"),
        }
    }
}

/// The store for this loop, once no other replica runs it.
async fn claimed(store: &Store, name: &'static str) -> Store {
    loop {
        match store.claim(name).await {
            Ok(Some(own)) => return own,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the database does not say who does this: {name}"),
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
