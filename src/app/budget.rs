//! OVHcloud's budget and Discord's pace, where replicas share a store: there they hold over all of them.

use std::{sync::Arc, time::Duration};

use bernard_platform::shared_budget::{Given, Pace, SharedBudget};
use bernard_store::{Rate, Store, Taken};
use futures_util::{FutureExt, future::BoxFuture};

/// The budget of all replicas.
#[derive(Debug)]
struct Budget(Store);

/// The budget that is shared by this store; `None`: nobody else draws on it.
pub(super) fn shared(store: &Store) -> Option<Arc<dyn SharedBudget>> {
    store.replica()?;
    Some(Arc::new(Budget(store.clone())))
}

impl SharedBudget for Budget {
    fn take<'a>(&'a self, name: &'a str, pace: Pace, count: u32) -> BoxFuture<'a, Given> {
        async move {
            match self.0.take_rate(name, rate(pace), count).await {
                Ok(Taken::Yes(left)) => Given::All(left),
                Ok(Taken::Wait(wait)) => Given::Wait(wait),
                Err(error) => {
                    tracing::warn!(budget = name, %error, "the database does not say how many requests are left");
                    Given::Unknown
                }
            }
        }
        .boxed()
    }

    fn hold<'a>(&'a self, name: &'a str, pace: Pace, length: Duration) -> BoxFuture<'a, ()> {
        async move {
            if let Err(error) = self.0.hold_rate(name, rate(pace), length).await {
                tracing::warn!(budget = name, %error, "the other replicas do not hear that fewer requests were asked for");
            }
        }
        .boxed()
    }
}

fn rate(Pace { each, burst }: Pace) -> Rate {
    Rate { each, burst }
}
