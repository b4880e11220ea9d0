//! Rescues that Bernard did not start.
//!
//! Pure. A server is in rescue when the netboot it starts next is one ([`Boot::is_rescue`]); it is foreign when no lease of
//! ours is about it.

use std::{collections::BTreeSet, sync::Arc};

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
    let rescues: BTreeSet<_> = boots.iter().filter(|(_, boot)| boot.is_rescue()).map(|(place, _)| place).collect();
    let others = servers.known().filter(|known| !ours.contains(&known.server.name));
    others
        .filter_map(|known| {
            let place = known.boot_place().filter(|place| rescues.contains(place))?;
            let server = &known.server;
            let found = Found {
                server: server.name.clone(),
                account: server.account.clone(),
                label: server.label().to_owned(),
                boot: boots.get(&place).map(Arc::as_ref)?.clone(),
            };
            Some((found, known.seen?))
        })
        .collect()
}
