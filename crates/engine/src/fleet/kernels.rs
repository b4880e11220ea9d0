//! The rescue kernels that servers list, remembered so that they can be offered while somebody types.
//!
//! Nobody waits for OVHcloud here: what is not known yet is fetched behind the answer, and offered at the next letter.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bernard_domain::server::ServiceName;
use bernard_ovh as ovh;
use bernard_ovh::Boots;
use bernard_platform::clock::BootInstant;

/// How long a list is offered before it is fetched again: it changes when OVHcloud brings out a new rescue.
const FRESH: Duration = Duration::from_secs(3600);
/// How long a list of which an entry could not be read is offered: it may be readable soon.
const PATCHY: Duration = Duration::from_secs(300);
/// How long a list that could not be fetched is left alone.
const RETRY: Duration = Duration::from_secs(10);
/// How many servers are remembered at most; then all are forgotten. Few are ever typed.
const MOST: usize = 500;

/// What was read; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Kernels(Arc<Mutex<BTreeMap<ServiceName, Listed>>>);

#[derive(Clone, Debug)]
struct Listed {
    kernels: Vec<String>,
    /// When it is worth fetching again.
    until: (BootInstant, Duration),
}

impl Kernels {
    /// The kernels of a server as far as they are known; what is missing or old is fetched behind the caller's back.
    pub fn of(&self, server: &ServiceName, client: Option<ovh::Client>) -> Vec<String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(server).map(|listed| listed.kernels.clone()).unwrap_or_default();
        let due = all.get(server).is_none_or(|listed| listed.until.0.elapsed() >= listed.until.1);
        if due && let Some(client) = client {
            if all.len() >= MOST {
                all.clear();
            }
            // Under way: nobody else fetches it meanwhile.
            let listed = Listed { kernels: known.clone(), until: (BootInstant::now(), RETRY) };
            all.insert(server.clone(), listed);
            let (kernels, server) = (self.clone(), server.clone());
            tokio::spawn(async move { kernels.fetch(&server, &client).await });
        }
        known
    }

    /// What earlier credentials could not read may be readable now: every list is fetched again when it is next asked for.
    pub(super) fn forget(&self) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for listed in all.values_mut() {
            listed.until.1 = Duration::ZERO;
        }
    }

    async fn fetch(&self, server: &ServiceName, client: &ovh::Client) {
        match client.boots(server, Some("rescue")).await {
            Ok(boots) => self.learn(server, &boots),
            Err(error) => tracing::debug!(server.name = %server, %error, "the kernels to offer could not be read"),
        }
    }

    /// A server's rescue entries were just read.
    fn learn(&self, server: &ServiceName, boots: &Boots) {
        let mut kernels: Vec<String> =
            boots.read.iter().filter(|boot| boot.is_rescue()).map(|boot| boot.kernel.clone()).collect();
        kernels.sort_unstable();
        kernels.dedup();
        let life = if boots.left_out.is_empty() { FRESH } else { PATCHY };
        let listed = Listed { kernels, until: (BootInstant::now(), life) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(server.clone(), listed);
    }
}
