//! Rescues that Bernard did not start.
//!
//! Pure. A server is in rescue when the netboot it starts next is one ([`Boot::is_rescue`]); it is foreign when no lease of
//! ours is about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    boots::Boots,
    known::{Known, Servers},
    listed::LIST_LAG,
};
use crate::{
    mark::{Mark, Marked},
    server::{Boot, Server, ServiceName},
};

/// The number of a foreign rescue; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForeignId(pub i64);

/// A rescue that somebody else started, as a button names it.
pub type MarkedForeign = Marked<ForeignId>;

/// A server in a rescue that Bernard did not start.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// Its number.
    pub id: ForeignId,
    /// What tells it from another store's of that number.
    pub mark: Mark,
    /// What was found.
    pub found: Found,
    /// When it was first seen so, by our clock.
    pub first_seen: Timestamp,
    /// Where only a list of OVHcloud's tells of it: when that was read, by our clock.
    pub listed: Option<Timestamp>,
    /// When OVHcloud's people last began to work on the server, where somebody asked and that may be why.
    pub worked_on: Option<Timestamp>,
}

/// How long after its beginning an intervention may be why a server is in rescue: OVHcloud's people leave it so when its own system
/// does not start (OVHcloud's FAQ).
const AFTER_WORK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether OVHcloud's people, who began to work on a server then, may have left it in rescue.
pub fn may_be_left_by_work(began: Timestamp, now: Timestamp) -> bool {
    now.duration_since(began) < AFTER_WORK
}

impl Foreign {
    /// It, as its buttons name it.
    pub fn marked(&self) -> MarkedForeign {
        self.mark.on(self.id)
    }
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

/// The servers that started a rescue when they were last seen and are not among `ours`, with the earliest moment, by our clock,
/// that this may be of.
pub fn found(servers: &Servers, boots: &Boots, ours: &BTreeSet<ServiceName>) -> Vec<(Found, Timestamp)> {
    let others = readings(servers, boots).filter(|(known, _)| !ours.contains(&known.server.name));
    others
        .filter_map(|(known, boot)| {
            let server = &known.server;
            let boot = boot.filter(|boot| boot.is_rescue())?;
            let found = Found {
                server: server.name.clone(),
                account: server.account.clone(),
                label: server.label().to_owned(),
                boot: boot.as_ref().clone(),
            };
            // A list may be older than what was done since.
            let seen = known.read_itself().or(known.seen.map(|seen| seen - LIST_LAG))?;
            Some((found, seen))
        })
        .collect()
}

/// The servers of which nobody can say yet whether they start a rescue: they were not read, or their netboot was not.
pub fn not_looked_at<'a>(servers: &'a Servers, boots: &'a Boots) -> impl Iterator<Item = &'a Server> {
    let unknown = |(known, boot): &(&Known, Option<&Arc<Boot>>)| {
        known.seen.is_none() || (known.server.boot.is_some() && boot.is_none())
    };
    readings(servers, boots).filter(unknown).map(|(known, _)| &known.server)
}

/// Each server with what it starts, as far as that is known for this.
fn readings<'a>(servers: &'a Servers, boots: &'a Boots) -> impl Iterator<Item = (&'a Known, Option<&'a Arc<Boot>>)> {
    let mut asked: BTreeMap<&str, bool> = BTreeMap::new();
    servers.known().map(move |known| {
        let account = known.server.account.as_str();
        let each = *asked.entry(account).or_insert_with(|| servers.asks_each(account));
        // Where every server is asked, a neighbour's word would be too early.
        (known.as_ref(), if each { known.own_boot_in(boots) } else { known.boot_in(boots) })
    })
}
