//! What OVHcloud's lists say of a server's address: why it is blocked, and whether attacks on it are filtered out.
//!
//! A help and no more. Credentials that may not read this are asked once in an hour, and nothing is said of it but by `/doctor`.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bernard_domain::server::Server;
use bernard_ovh as ovh;
pub use bernard_ovh::{Blocked, Mitigation};
use bernard_platform::clock::BootInstant;

use crate::fleet::Fleet;

/// How long a person waits for it.
const WITHIN: Duration = Duration::from_secs(3);
/// How long credentials that may not read it are not asked again.
const REST: Duration = Duration::from_secs(3_600);

/// What is known of a server's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Why OVHcloud blocks it.
    pub blocked: Vec<Blocked>,
    /// How attacks on it are filtered out.
    pub mitigation: Option<Mitigation>,
}

/// The accounts whose credentials may not read it: since when that is known, and in OVHcloud's words.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<BTreeMap<String, (BootInstant, String)>>);

impl Refusals {
    /// OVHcloud's words for an account that was refused lately.
    pub(super) fn of(&self, account: &str) -> Option<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(account).filter(|(since, _)| since.elapsed() < REST).map(|(_, said)| said.clone())
    }

    fn note(&self, account: &str, error: &ovh::Error) {
        if error.is_right() {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(account.to_owned(), (BootInstant::now(), error.to_string()));
        }
    }
}

impl Fleet {
    /// What OVHcloud's lists say of a server's address; nothing, where they cannot be read.
    pub async fn address(&self, server: &Server) -> Address {
        // Before the client: what earlier credentials were refused is noted among their own refusals, which nobody reads any more.
        let refusals = self.refusals.get();
        let address: Option<Ipv4Addr> = server.ip.as_deref().and_then(|ip| ip.parse().ok());
        let (Some(address), Some(client)) = (address, self.client(&server.account)) else { return Address::default() };
        if refusals.of(&server.account).is_some() {
            return Address::default();
        }
        let why = if server.is_held_by_ovhcloud() { &Blocked::ALL[..] } else { &[] };
        let read = async {
            let mitigation = client.mitigation(address).await?;
            let mut blocked = Vec::new();
            for why in why {
                if client.is_blocked(address, *why).await? {
                    blocked.push(*why);
                }
            }
            Ok(Address { blocked, mitigation })
        };
        match tokio::time::timeout(WITHIN, read).await {
            Ok(Ok(address)) => address,
            Ok(Err(error)) => {
                refusals.note(&server.account, &error);
                Address::default()
            }
            Err(_) => Address::default(),
        }
    }
}
