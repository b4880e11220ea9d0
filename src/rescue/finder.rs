//! Finds rescues that Bernard did not start, in what the inventory read anyway.
//!
//! Costs one request for each netboot entry that was never seen in its account, whatever the size of the fleet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    fleet::Fleet,
    foreign::{self, Boots},
    server::{BootId, Server, ServiceName},
};
use crate::{
    clock, ovh,
    store::{Error, Store},
};

/// How many netboot entries are read for one account after one inventory: what is more waits for the next.
const MOST: usize = 20;

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

    /// Compares what the inventory that began at `began` saw with our leases, and remembers what is not ours.
    ///
    /// A server that an operation of ours has touched since is left as it was: what was seen of it may be old.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn find(&self, began: Timestamp) -> Result<(), Error> {
        let servers = self.fleet.servers();
        let boots = self.read_unread(&servers, self.store.boots().await?).await?;
        let touched = self.store.touched_since(began).await?;
        let mut ours: BTreeSet<ServiceName> = touched.clone();
        ours.extend(self.store.leases().await?.into_iter().map(|lease| lease.server));
        let found = foreign::found(&servers, &boots, &ours);
        self.store.save_foreign(&found, &touched, clock::now()).await
    }

    async fn read_unread(&self, servers: &[Server], mut boots: Boots) -> Result<Boots, Error> {
        let mut reads: BTreeMap<&str, usize> = BTreeMap::new();
        for (server, id) in foreign::unread(servers, &boots) {
            let count = reads.entry(&server.account).or_default();
            if *count == MOST {
                continue;
            }
            *count += 1;
            match self.read(server, id).await {
                Some(Ok(boot)) => {
                    self.store.save_boot(&server.account, &boot).await?;
                    boots.insert((server.account.clone(), id), boot);
                }
                // It may be this server that is gone, and not the entry: the next inventory asks again.
                Some(Err(error)) if error.is_not_found() => {}
                Some(Err(error)) => {
                    tracing::warn!(server.name = %server.name, %error, "a netboot entry could not be read");
                    *count = MOST;
                }
                None => *count = MOST,
            }
        }
        Ok(boots)
    }

    async fn read(&self, server: &Server, id: BootId) -> Option<Result<super::server::Boot, ovh::Error>> {
        let client = self.fleet.client(&server.account)?.with_priority(ovh::Priority::Background);
        Some(client.boot(&server.name, id).await)
    }
}
