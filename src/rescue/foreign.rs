//! Rescues that Bernard did not start: how they are told from the others.
//!
//! Pure. A server is in rescue when the netboot it starts next is one ([`Boot::is_rescue`]); it is foreign when no lease of
//! ours is about it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::server::{Boot, BootId, Server, ServiceName};

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

/// What each netboot entry is, by account: ids mean different things in different accounts.
pub type Boots = BTreeMap<(String, BootId), Boot>;

/// One server for each netboot entry that nobody has read yet, at which it can be read.
pub fn unread<'a>(servers: &'a [Server], boots: &Boots) -> Vec<(&'a Server, BootId)> {
    let mut seen = BTreeSet::new();
    let each = servers.iter().filter_map(|server| Some((server, server.boot?)));
    each.filter(|(server, boot)| {
        let key = (server.account.clone(), *boot);
        !boots.contains_key(&key) && seen.insert(key)
    })
    .collect()
}

/// The servers that start a rescue and are not among `ours`.
pub fn found(servers: &[Server], boots: &Boots, ours: &BTreeSet<ServiceName>) -> Vec<Found> {
    let others = servers.iter().filter(|server| !ours.contains(&server.name));
    others
        .filter_map(|server| {
            let boot = boots.get(&(server.account.clone(), server.boot?)).filter(|boot| boot.is_rescue())?;
            Some(Found {
                server: server.name.clone(),
                account: server.account.clone(),
                label: server.label().to_owned(),
                boot: boot.clone(),
            })
        })
        .collect()
}
