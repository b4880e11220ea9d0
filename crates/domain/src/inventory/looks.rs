//! What of the fleet is worth looking at next. Pure.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    boots::BootPlace,
    known::{Known, Servers, Witness},
};
use crate::server::{BootId, ServiceName};

/// How long what changes seldom (expiry, planned interventions) is good for.
const CARE_LIFE: Duration = Duration::from_secs(24 * 3600);

/// What the background looks at next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The server itself.
    Server(ServiceName),
    /// The netboot entry that the server has set.
    Boot(ServiceName, BootId),
    /// What changes seldom.
    Care(ServiceName),
}

/// What the background may look at now.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How old a reading may get.
    pub life: Duration,
    /// Whether what changes seldom is looked at, and now rather than a server that is only old.
    pub care: CarePace,
}

/// When what changes seldom is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarePace {
    /// Not yet, and netboots neither.
    Settling,
    /// Not now.
    Never,
    /// When nothing else is due.
    Last,
    /// Before servers that are only old.
    First,
}

/// The next thing to look at in one account, apart from `tried`, which was looked at in vain just now: names without a reading
/// first, then netboots that are not among the `fresh` ones, then what a list doubts, then the oldest readings.
///
/// Where each server is asked, a whole list of OVHcloud's is no reading; in larger accounts it has to do.
pub fn next_look(
    servers: &Servers,
    fresh: &dyn Fn(&BootPlace) -> bool,
    account: &str,
    tried: &dyn Fn(&Look) -> bool,
    pace: Pace,
    now: Timestamp,
) -> Option<Look> {
    let ours = || servers.known().filter(|known| known.server.account == account);
    let each = servers.asks_each(account);
    let server = |known: &Arc<Known>| Look::Server(known.server.name.clone());
    let is_unread = |known: &&Arc<Known>| known.seen.is_none() || (each && known.by == Witness::List);
    if let Some(look) = ours().filter(is_unread).map(server).find(|look| !tried(look)) {
        return Some(look);
    }
    let may_look_at_boots = pace.care != CarePace::Settling || servers.is_listed(account);
    let boot = || if each { next_own_boot(ours(), fresh, tried) } else { next_shared_boot(ours(), fresh, tried) };
    if let Some(look) = may_look_at_boots.then(boot).flatten() {
        return Some(look);
    }
    if let Some(look) = ours().filter(|known| known.doubted).map(server).find(|look| !tried(look)) {
        return Some(look);
    }
    let read = |known: &Arc<Known>| if each { known.seen } else { servers.read_at(known) };
    let old = || oldest(ours().map(|known| (read(known), server(known))), pace.life, tried, now);
    let care = || {
        let read = |known: &Arc<Known>| known.care.as_ref().map(|care| care.read);
        oldest(ours().map(|known| (read(known), Look::Care(known.server.name.clone()))), CARE_LIFE, tried, now)
    };
    match pace.care {
        CarePace::Settling | CarePace::Never => old(),
        CarePace::Last => old().or_else(care),
        CarePace::First => care().or_else(old),
    }
}

/// Each server's own netboot entry, in their order.
fn next_own_boot<'a>(
    mut servers: impl Iterator<Item = &'a Arc<Known>>,
    fresh: &dyn Fn(&BootPlace) -> bool,
    tried: &dyn Fn(&Look) -> bool,
) -> Option<Look> {
    servers.find_map(|known| {
        let place = known.own_boot_place().filter(|place| !fresh(place))?;
        Some(Look::Boot(known.server.name.clone(), place.2)).filter(|look| !tried(look))
    })
}

/// A netboot entry that neighbours share: the rarest first, because most servers start from their disk, and who looks for
/// forgotten rescues need not wait for those.
fn next_shared_boot<'a>(
    servers: impl Iterator<Item = &'a Arc<Known>>,
    fresh: &dyn Fn(&BootPlace) -> bool,
    tried: &dyn Fn(&Look) -> bool,
) -> Option<Look> {
    let mut places: BTreeMap<BootPlace, (usize, Look)> = BTreeMap::new();
    for known in servers {
        let Some(place) = known.boot_place().filter(|place| !fresh(place)) else { continue };
        let look = Look::Boot(known.server.name.clone(), place.2);
        if !tried(&look) {
            places.entry(place).or_insert((0, look)).0 += 1;
        }
    }
    places.into_values().min_by_key(|(count, _)| *count).map(|(_, look)| look)
}

fn oldest(
    looks: impl Iterator<Item = (Option<Timestamp>, Look)>,
    life: Duration,
    tried: &dyn Fn(&Look) -> bool,
    now: Timestamp,
) -> Option<Look> {
    let due = |read: Option<Timestamp>| {
        read.is_none_or(|read| Duration::try_from(now.duration_since(read)).unwrap_or_default() >= life)
    };
    looks.filter(|(read, look)| due(*read) && !tried(look)).min_by_key(|(read, _)| *read).map(|(_, look)| look)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inventory::known::tests::{NOW, at, named, seen},
        server::Server,
    };

    /// The next look where the netboots with these ids are fresh, whichever server has them.
    fn look(servers: &Servers, boots: &[u64], tried: &[Look], care: CarePace) -> Option<Look> {
        let pace = Pace { life: Duration::from_secs(600), care };
        let fresh = |(_, _, id): &BootPlace| boots.contains(&id.0);
        next_look(servers, &fresh, "main", &|look| tried.contains(look), pace, at(NOW))
    }

    #[test]
    fn names_come_first_then_boots_then_the_oldest_and_nothing_that_is_fresh() {
        let unread = Arc::new(Known::new(Server::only_named(named("ns4"), "main"), None, None));
        let foreign = Arc::new(Known::new(Server::only_named(named("ns5"), "other"), None, None));
        let fresh = seen("ns1", "2026-11-22T11:55:00Z", 1);
        let old = seen("ns2", "2026-11-22T11:00:00Z", 1);
        let older = seen("ns3", "2026-11-22T10:00:00Z", 7);
        let servers = Servers::new(vec![fresh, old, older, unread, foreign]);
        let mut tried = Vec::new();
        let expected = [
            Look::Server(named("ns4")),
            Look::Boot(named("ns3"), BootId(7)),
            Look::Server(named("ns3")),
            Look::Server(named("ns2")),
        ];
        for expected in expected {
            let next = look(&servers, &[1], &tried, CarePace::Never);
            assert_eq!(next, Some(expected.clone()));
            tried.push(expected);
        }
        assert_eq!(look(&servers, &[1], &tried, CarePace::Never), None);
    }

    #[test]
    fn what_changes_seldom_waits_for_its_turn() {
        let old = seen("ns1", "2026-11-22T11:00:00Z", 1);
        let servers = Servers::new(vec![old]);
        assert_eq!(look(&servers, &[1], &[], CarePace::First), Some(Look::Care(named("ns1"))));
        assert_eq!(look(&servers, &[1], &[], CarePace::Last), Some(Look::Server(named("ns1"))));
        let done = [Look::Server(named("ns1"))];
        assert_eq!(look(&servers, &[1], &done, CarePace::Last), Some(Look::Care(named("ns1"))));
    }

    #[test]
    fn in_a_large_account_a_list_has_to_do_and_the_rarest_netboot_comes_first() {
        let listed = |number: u32, boot: u64| {
            Arc::new(Known::clone(&seen(&format!("ns{number}"), "2026-11-22T11:59:00Z", boot)).by_list())
        };
        let many = |count: u32| (1..=count).map(|n| listed(n, if n == 150 { 9 } else { 1 })).collect();
        let small = Servers::new(many(200));
        assert_eq!(look(&small, &[], &[], CarePace::Never), Some(Look::Server(named("ns1"))));
        let large = Servers::new(many(201));
        assert_eq!(look(&large, &[], &[], CarePace::Never), Some(Look::Boot(named("ns150"), BootId(9))));
        assert_eq!(look(&large, &[9], &[], CarePace::Never), Some(Look::Boot(named("ns1"), BootId(1))));
        assert_eq!(look(&large, &[1, 9], &[], CarePace::Never), None);
        assert_eq!(look(&large, &[], &[], CarePace::Settling), None, "there is no hurry without a list");
        let doubted = Known::clone(&listed(7, 1)).in_doubt();
        let large = large.with(vec![Arc::new(doubted)]);
        assert_eq!(look(&large, &[1, 9], &[], CarePace::Never), Some(Look::Server(named("ns7"))));
    }
}
