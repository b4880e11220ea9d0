//! Finds rescues that Bernard did not start, in what the inventory has read anyway: it costs no request.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bernard_domain::inventory::foreign;
use bernard_platform::clock;
use bernard_store::{Error, Store};
use tokio_util::sync::CancellationToken;

use crate::fleet::Fleet;

/// How often it is looked whether the inventory has learned something, unless everything is in a hurry.
const LOOK: Duration = Duration::from_secs(2);

/// Finds foreign rescues.
#[derive(Clone, Debug)]
pub struct Finder {
    fleet: Fleet,
    store: Store,
}

impl Finder {
    /// A finder in this fleet.
    pub fn new(fleet: Fleet, store: Store) -> Self {
        Self { fleet, store }
    }

    /// Looks until `stop`, whenever the inventory has learned something; every two seconds at most, or every `hurry` if that
    /// is shorter.
    pub async fn run(self, hurry: Duration, stop: CancellationToken) {
        let look = async {
            let mut seen = None;
            loop {
                let inventory = self.fleet.inventory();
                let now = (inventory.servers(), inventory.boots());
                let is_old = seen
                    .as_ref()
                    .is_some_and(|(servers, boots)| Arc::ptr_eq(servers, &now.0) && Arc::ptr_eq(boots, &now.1));
                if !is_old {
                    match self.find().await {
                        Ok(()) => seen = Some(now),
                        Err(error) => tracing::error!(%error, "the store does not take what was found in rescue"),
                    }
                }
                tokio::time::sleep(LOOK.min(hurry)).await;
            }
        };
        stop.run_until_cancelled(look).await;
    }

    /// Compares what the inventory has seen with our leases, and remembers what is not ours.
    ///
    /// A server that an operation of ours has touched since it was seen is left as it was: what was seen of it may be old.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn find(&self) -> Result<(), Error> {
        let inventory = self.fleet.inventory();
        let ours: BTreeSet<_> = self.store.leases().await?.into_iter().map(|lease| lease.server).collect();
        let (mut found, mut unclear) = (Vec::new(), BTreeSet::new());
        for (rescue, seen) in foreign::found(&inventory.servers(), &inventory.boots(), &ours) {
            match self.store.is_touched_since(&rescue.server, seen).await? {
                true => drop(unclear.insert(rescue.server)),
                false => found.push(rescue),
            }
        }
        self.store.save_foreign(&found, &unclear, clock::now()).await
    }
}
