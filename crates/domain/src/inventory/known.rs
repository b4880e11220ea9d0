//! What the inventory knows of each server, how old that is, and what is worth looking at next.
//!
//! Pure. Nothing here decides about a server: whoever acts reads it again first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::search::{Sought, natural, search};
use crate::server::{Boot, BootId, Server, ServiceName};

/// How long what changes seldom (expiry, planned interventions) is good for.
const CARE_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Up to so many news are put into their places one by one.
const FEW: usize = 16;

/// A server as the inventory has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// As it was last read; only its name counts while it was never read.
    pub server: Server,
    /// When it was last read, by our clock; `None`: only its name is known.
    pub seen: Option<Timestamp>,
    /// What changes seldom.
    pub care: Option<Box<Care>>,
    sought: Sought,
}

/// What changes seldom, and is read about once a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Care {
    /// When it was read, by our clock.
    pub read: Timestamp,
    /// The day on which the service expires, if OVHcloud says.
    pub expires: Option<Date>,
    /// Whether it is renewed by itself, if OVHcloud says.
    pub renewed: Option<bool>,
    /// Interventions that are planned or under way.
    pub planned: Vec<Planned>,
}

/// An intervention that OVHcloud planned on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its id; 0 where it was read before ids were kept.
    #[serde(default)]
    pub id: u64,
    /// OVHcloud's word for it, such as `HARDWARE_UPGRADE_ON_ACTIVE_SERVER`.
    pub kind: String,
    /// When it is meant to begin.
    pub begins: Option<Timestamp>,
    /// When it is expected to end.
    pub ends: Option<Timestamp>,
}

/// All servers, in the natural order of what people call them. Cheap to copy: the servers themselves are shared.
#[derive(Clone, Debug, Default)]
pub struct Servers(Vec<Arc<Known>>);

/// Where a netboot id means the same: an account and a datacentre, for OVHcloud's ids differ by account and region; or, where
/// that was asked, one server alone, whose name then stands in the datacentre's place.
pub type BootPlace = (String, String, BootId);

/// Which netboot entry an id means.
pub type Boots = BTreeMap<BootPlace, Arc<Boot>>;

/// In accounts of at most so many servers each one is asked what its netboot id means: it costs a few minutes of the budget, once.
const ASKED_EACH: usize = 200;

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

impl Known {
    /// A server as it was read at `seen`; `None`: only its name is known.
    pub fn new(server: Server, seen: Option<Timestamp>, care: Option<Box<Care>>) -> Self {
        let sought = Sought::of(&server);
        Self { server, seen, care, sought }
    }

    /// Its place in [`Boots`], which it shares with its neighbours; `None` while no netboot is set.
    pub fn boot_place(&self) -> Option<BootPlace> {
        let Server { account, datacenter, boot, .. } = &self.server;
        boot.map(|boot| (account.clone(), datacenter.clone().unwrap_or_default(), boot))
    }

    /// The place that it shares with nobody; `None` while no netboot is set.
    pub(crate) fn own_boot_place(&self) -> Option<BootPlace> {
        let Server { account, name, boot, .. } = &self.server;
        boot.map(|boot| (account.clone(), name.to_string(), boot))
    }

    /// The netboot entry that it has set, as far as it said so itself.
    pub(crate) fn own_boot_in<'a>(&self, boots: &'a Boots) -> Option<&'a Arc<Boot>> {
        boots.get(&self.own_boot_place()?)
    }

    /// The netboot entry that it has set: what it said itself counts before what a neighbour did.
    pub fn boot_in<'a>(&self, boots: &'a Boots) -> Option<&'a Arc<Boot>> {
        self.own_boot_in(boots).or_else(|| boots.get(&self.boot_place()?))
    }
}

impl Servers {
    /// These, put in order.
    pub fn new(mut known: Vec<Arc<Known>>) -> Self {
        known.sort_by(|a, b| order(a, b));
        Self(known)
    }

    /// The servers as they were last seen; those never read have only their name.
    pub fn iter(&self) -> impl Iterator<Item = &Server> {
        self.0.iter().map(|known| &known.server)
    }

    /// The same with how old that is.
    pub fn known(&self) -> impl Iterator<Item = &Arc<Known>> {
        self.0.iter()
    }

    /// The server of that name.
    pub fn get(&self, name: &ServiceName) -> Option<&Arc<Known>> {
        self.0.iter().find(|known| known.server.name == *name)
    }

    /// At most `most` that `typed` may mean, of those that one `may` see: see [`search`].
    pub fn search(
        &self,
        may: impl Fn(&Server) -> bool,
        typed: &str,
        recent: &[ServiceName],
        most: usize,
    ) -> Vec<&Server> {
        search(self.0.iter().map(|known| (&known.server, &known.sought)), may, typed, recent, most)
    }

    /// Whether each server of this account is asked what its netboot id means.
    pub(crate) fn asks_each(&self, account: &str) -> bool {
        self.0.iter().filter(|known| known.server.account == account).nth(ASKED_EACH).is_none()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same without those of this account that are `gone`.
    pub fn without(&self, account: &str, gone: &[ServiceName]) -> Self {
        let leaves = |known: &Known| known.server.account == account && gone.contains(&known.server.name);
        Self(self.0.iter().filter(|known| !leaves(known)).cloned().collect())
    }

    /// The same with `news` in the place of what was known of those servers.
    pub fn with(&self, news: Vec<Arc<Known>>) -> Self {
        let mut all = self.0.clone();
        if news.len() > FEW {
            let replaced: BTreeSet<&ServiceName> = news.iter().map(|known| &known.server.name).collect();
            all.retain(|known| !replaced.contains(&known.server.name));
            all.extend(news);
            return Self::new(all);
        }
        // One server at a time is the rule: then the others keep their places.
        for known in news {
            if let Some(old) = all.iter().position(|old| old.server.name == known.server.name) {
                all.remove(old);
            }
            let place = all.partition_point(|other| order(other, &known).is_lt());
            all.insert(place, known);
        }
        Self(all)
    }
}

impl<'a> IntoIterator for &'a Servers {
    type Item = &'a Server;
    type IntoIter = Box<dyn Iterator<Item = &'a Server> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

fn order(a: &Known, b: &Known) -> std::cmp::Ordering {
    natural(a.server.label(), b.server.label()).then_with(|| a.server.name.cmp(&b.server.name))
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
/// first, then netboots that are not among the `fresh` ones, then the oldest readings.
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
    let unread = ours().filter(|known| known.seen.is_none()).map(|known| Look::Server(known.server.name.clone()));
    if let Some(look) = unread.into_iter().find(|look| !tried(look)) {
        return Some(look);
    }
    let unknown_boot = ours().filter_map(|known| {
        let place = if each { known.own_boot_place()? } else { known.boot_place()? };
        (!fresh(&place)).then(|| Look::Boot(known.server.name.clone(), place.2))
    });
    if pace.care != CarePace::Settling
        && let Some(look) = unknown_boot.into_iter().find(|look| !tried(look))
    {
        return Some(look);
    }
    let old =
        || oldest(ours().map(|known| (known.seen, Look::Server(known.server.name.clone()))), pace.life, tried, now);
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

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn named(name: &str) -> ServiceName {
        ServiceName::try_from(name.to_owned()).unwrap()
    }

    fn seen(name: &str, seen: &str, boot: u64) -> Arc<Known> {
        let server = Server { boot: Some(BootId(boot)), ..Server::only_named(named(name), "main") };
        Arc::new(Known::new(server, Some(at(seen)), None))
    }

    fn boots(ids: &[u64]) -> Boots {
        let entry = |id: &u64| {
            let boot =
                Boot { id: BootId(*id), boot_type: String::new(), kernel: String::new(), description: String::new() };
            (("main".to_owned(), String::new(), BootId(*id)), Arc::new(boot))
        };
        ids.iter().map(entry).collect()
    }

    fn look(servers: &Servers, boots: &Boots, tried: &[Look], care: CarePace) -> Option<Look> {
        let pace = Pace { life: Duration::from_secs(600), care };
        let read = |place: &BootPlace| boots.keys().any(|known| known.2 == place.2);
        next_look(servers, &read, "main", &|look| tried.contains(look), pace, at(NOW))
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
            let next = look(&servers, &boots(&[1]), &tried, CarePace::Never);
            assert_eq!(next, Some(expected.clone()));
            tried.push(expected);
        }
        assert_eq!(look(&servers, &boots(&[1]), &tried, CarePace::Never), None);
    }

    #[test]
    fn what_changes_seldom_waits_for_its_turn() {
        let old = seen("ns1", "2026-11-22T11:00:00Z", 1);
        let servers = Servers::new(vec![old]);
        let boots = boots(&[1]);
        assert_eq!(look(&servers, &boots, &[], CarePace::First), Some(Look::Care(named("ns1"))));
        assert_eq!(look(&servers, &boots, &[], CarePace::Last), Some(Look::Server(named("ns1"))));
        let done = [Look::Server(named("ns1"))];
        assert_eq!(look(&servers, &boots, &done, CarePace::Last), Some(Look::Care(named("ns1"))));
    }

    #[test]
    fn news_take_the_place_of_what_was_known_and_who_left_is_gone() {
        let servers = Servers::new(vec![seen("ns10", NOW, 1), seen("ns9", NOW, 1), seen("ns2", NOW, 1)]);
        let mut renamed = Known::clone(&seen("ns2", NOW, 1));
        renamed.server.display_name = Some("zebra".to_owned());
        let with = servers.without("main", &[named("ns9")]).with(vec![Arc::new(renamed)]);
        let names: Vec<&str> = with.iter().map(Server::label).collect();
        assert_eq!(names, ["ns10", "zebra"]);
        let many = (1..=40).map(|n| seen(&format!("ns{n}"), NOW, 1)).collect();
        let names: Vec<String> = servers.with(many).iter().map(|server| server.name.to_string()).collect();
        assert_eq!(names, (1..=40).map(|n| format!("ns{n}")).collect::<Vec<_>>(), "in order, each once");
        let of_another = servers.without("other", &[named("ns9")]);
        assert_eq!(of_another.len(), 3, "another account cannot take it away");
    }
}
