//! Rescues that Bernard did not start.
//!
//! Pure. A server is in rescue when the netboot it starts next is one ([`Boot::is_rescue`]); it is foreign when no lease of
//! ours is about it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    known::{Boots, Servers},
    server::{Boot, ServiceName},
};

/// The number of a foreign rescue; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForeignId(pub i64);

/// A server in a rescue that Bernard did not start.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// Its number.
    pub id: ForeignId,
    /// What was found.
    pub found: Found,
    /// When it was first seen so, by our clock.
    pub first_seen: Timestamp,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The server.
    pub server: ServiceName,
    /// The configured account.
    pub account: String,
    /// What people call the server.
    pub label: String,
    /// What it starts.
    pub boot: Boot,
}

/// The servers that started a rescue when they were last seen and are not among `ours`, with that moment by our clock.
pub fn found(servers: &Servers, boots: &Boots, ours: &BTreeSet<ServiceName>) -> Vec<(Found, Timestamp)> {
    let mut asked: BTreeMap<&str, bool> = BTreeMap::new();
    let others = servers.known().filter(|known| !ours.contains(&known.server.name));
    others
        .filter_map(|known| {
            let server = &known.server;
            let each = *asked.entry(&server.account).or_insert_with(|| servers.asks_each(&server.account));
            // Where every server is asked, a neighbour's word would be too early.
            let boot = if each { known.own_boot_in(boots) } else { known.boot_in(boots) };
            let boot = boot.filter(|boot| boot.is_rescue())?;
            let found = Found {
                server: server.name.clone(),
                account: server.account.clone(),
                label: server.label().to_owned(),
                boot: boot.as_ref().clone(),
            };
            Some((found, known.seen?))
        })
        .collect()
}
