//! What the inventory knows of each server, who told it, and how old that is.
//!
//! Pure. Nothing here decides about a server: whoever acts reads it again first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    boots::{BootPlace, Boots},
    index::SearchIndex,
    search::{natural, search},
};
use crate::server::{Boot, Server, ServiceName};

/// Up to so many news are put into their places one by one.
const FEW: usize = 16;

/// Who told what is known of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Witness {
    /// Its own object, read alone.
    #[default]
    Itself,
    /// One of OVHcloud's whole lists, which may be old: it helps to find a server and decides nothing about it.
    List,
}

/// A server as the inventory has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// As it was last read; while it was never read, only its name counts, and what a list of names says of it.
    pub server: Server,
    /// When it was last read, by our clock; `None`: at most its names and tags are known. Where a list told it: when a list first
    /// said just this. See [`Servers::read_at`].
    pub seen: Option<Timestamp>,
    /// Who told it.
    pub by: Witness,
    /// A list says otherwise, or leaves it out: it is worth reading by itself.
    pub doubted: bool,
    /// What changes seldom.
    pub care: Option<Box<Care>>,
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
    /// OVHcloud said both of the renewal, one right after the other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contradicts: bool,
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
pub struct Servers {
    pub(super) all: Vec<Arc<Known>>,
    /// Their places, in the order of their service names.
    by_name: Vec<usize>,
    /// What they go by.
    index: Arc<SearchIndex>,
    /// When a whole list of an account was last read, by our clock.
    pub(super) listed: BTreeMap<String, Timestamp>,
}

/// In accounts of at most so many servers each one is asked what its netboot id means: it costs a few minutes of the budget, once.
const ASKED_EACH: usize = 200;

impl Known {
    /// A server as it was read at `seen`; `None`: only its name is known.
    pub fn new(server: Server, seen: Option<Timestamp>, care: Option<Box<Care>>) -> Self {
        Self { server, seen, by: Witness::Itself, doubted: false, care }
    }

    /// The same with what changes seldom, which says nothing of the rest.
    #[must_use]
    pub fn with_care(self, care: Care) -> Self {
        Self { care: Some(Box::new(care)), ..self }
    }

    /// The same as one of OVHcloud's lists told it.
    #[must_use]
    pub fn by_list(self) -> Self {
        Self { by: Witness::List, ..self }
    }

    /// The same, worth reading again by itself.
    #[must_use]
    pub fn in_doubt(self) -> Self {
        Self { doubted: true, ..self }
    }

    /// When its own object was last read; `None` where only a list told of it.
    pub fn read_itself(&self) -> Option<Timestamp> {
        self.seen.filter(|_| self.by == Witness::Itself)
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
        let Server { account, name, boot, .. } = &self.server;
        boots.get(account, name.as_str(), (*boot)?)
    }

    /// The netboot entry that it has set: what it said itself counts before what a neighbour did.
    pub fn boot_in<'a>(&self, boots: &'a Boots) -> Option<&'a Arc<Boot>> {
        let Server { account, datacenter, boot, .. } = &self.server;
        self.own_boot_in(boots).or_else(|| boots.get(account, datacenter.as_deref().unwrap_or_default(), (*boot)?))
    }
}

impl Servers {
    /// These, put in order.
    pub fn new(mut known: Vec<Arc<Known>>) -> Self {
        known.sort_by(|a, b| order(a, b));
        Self::in_order(known, BTreeMap::new())
    }

    fn in_order(all: Vec<Arc<Known>>, listed: BTreeMap<String, Timestamp>) -> Self {
        let index = Arc::new(SearchIndex::of(all.iter().map(|known| &known.server)));
        let mut by_name: Vec<usize> = (0..all.len()).collect();
        by_name.sort_unstable_by_key(|place| &all[*place].server.name);
        Self { all, by_name, index, listed }
    }

    /// When a server was last read, be it by a whole list that says what was known anyway; `None`: never.
    pub fn read_at(&self, known: &Known) -> Option<Timestamp> {
        let listed = self.listed.get(&known.server.account).filter(|_| !known.doubted);
        known.seen.map(|seen| listed.map_or(seen, |listed| seen.max(*listed)))
    }

    /// When a whole list last told of a server whose own object was not read; `None` where it was, or nothing is known of it.
    pub fn only_listed(&self, known: &Known) -> Option<Timestamp> {
        self.read_at(known).filter(|_| known.by == Witness::List)
    }

    /// The servers as they were last seen; those never read have only their name.
    pub fn iter(&self) -> impl Iterator<Item = &Server> + Clone {
        self.all.iter().map(|known| &known.server)
    }

    /// The same with how old that is.
    pub fn known(&self) -> impl Iterator<Item = &Arc<Known>> {
        self.all.iter()
    }

    /// The server of that name.
    pub fn get(&self, name: &ServiceName) -> Option<&Arc<Known>> {
        Some(&self.all[self.place(name)?])
    }

    /// Where the server of that name is.
    fn place(&self, name: &ServiceName) -> Option<usize> {
        let found = self.by_name.binary_search_by_key(&name, |place| &self.all[*place].server.name);
        found.ok().map(|at| self.by_name[at])
    }

    /// At most `most` that `typed` may mean, of those that one `may` see: exact ones, then those of `recent` (the latest first), then the
    /// best fitting, then in their order. For an empty `typed`, the recent ones and then all.
    pub fn search(
        &self,
        may: &dyn Fn(&Server) -> bool,
        typed: &str,
        recent: &[ServiceName],
        most: usize,
    ) -> Vec<&Server> {
        let server = |place: usize| &self.all[place].server;
        let found = search(&self.index, &|place| may(server(place)), typed, recent, most);
        found.into_iter().map(server).collect()
    }

    /// Whether each server of this account is asked what its netboot id means.
    pub fn asks_each(&self, account: &str) -> bool {
        self.all.iter().filter(|known| known.server.account == account).nth(ASKED_EACH).is_none()
    }

    /// Whether a whole list of this account was read.
    pub fn is_listed(&self, account: &str) -> bool {
        self.listed.contains_key(account)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The same without the servers of all other accounts.
    #[must_use]
    pub fn of_accounts(&self, accounts: &BTreeSet<String>) -> Self {
        let all = self.all.iter().filter(|known| accounts.contains(&known.server.account)).cloned().collect();
        let mut listed = self.listed.clone();
        listed.retain(|account, _| accounts.contains(account));
        Self::in_order(all, listed)
    }

    /// The same without those of this account that are `gone`.
    pub fn without(&self, account: &str, gone: &[ServiceName]) -> Self {
        let leaves = |known: &Known| known.server.account == account && gone.contains(&known.server.name);
        let all = self.all.iter().filter(|known| !leaves(known)).cloned().collect();
        Self::in_order(all, self.listed.clone())
    }

    /// The same with `news` in the place of what was known of those servers.
    pub fn with(&self, news: Vec<Arc<Known>>) -> Self {
        if news.len() > FEW {
            let replaced: BTreeSet<&ServiceName> = news.iter().map(|known| &known.server.name).collect();
            let mut all = self.all.clone();
            all.retain(|known| !replaced.contains(&known.server.name));
            all.extend(news);
            return Self { listed: self.listed.clone(), ..Self::new(all) };
        }
        let mut servers = self.clone();
        news.into_iter().for_each(|known| servers.put(known));
        servers
    }

    /// Puts one into its place. What it goes by seldom changes, and then all that is made for finding it stays.
    fn put(&mut self, known: Arc<Known>) {
        if let Some(old) = self.place(&known.server.name) {
            if go_by_the_same(&self.all[old].server, &known.server) {
                self.all[old] = known;
                return;
            }
            self.all.remove(old);
            Arc::make_mut(&mut self.index).remove(old);
            self.by_name.retain(|place| *place != old);
            self.by_name.iter_mut().filter(|place| **place > old).for_each(|place| *place -= 1);
        }
        let new = self.all.partition_point(|other| order(other, &known).is_lt());
        let at = self.by_name.partition_point(|place| self.all[*place].server.name < known.server.name);
        self.by_name.iter_mut().filter(|place| **place >= new).for_each(|place| *place += 1);
        self.by_name.insert(at, new);
        let index = Arc::make_mut(&mut self.index);
        index.insert(new, &known.server);
        index.shrink();
        self.all.insert(new, known);
    }
}

impl<'a> IntoIterator for &'a Servers {
    type Item = &'a Server;
    type IntoIter = Box<dyn Iterator<Item = &'a Server> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// Whether two readings of a server agree in all that it is found by, and that its place goes by.
fn go_by_the_same(a: &Server, b: &Server) -> bool {
    a.tags == b.tags && (&a.display_name, &a.reverse, &a.ip) == (&b.display_name, &b.reverse, &b.ip)
}

fn order(a: &Known, b: &Known) -> std::cmp::Ordering {
    natural(a.server.label(), b.server.label()).then_with(|| a.server.name.cmp(&b.server.name))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::server::BootId;

    pub(in crate::inventory) const NOW: &str = "2026-11-22T12:00:00Z";

    pub(in crate::inventory) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub(in crate::inventory) fn named(name: &str) -> ServiceName {
        ServiceName::try_from(name.to_owned()).unwrap()
    }

    pub(in crate::inventory) fn seen(name: &str, seen: &str, boot: u64) -> Arc<Known> {
        let server = Server { boot: Some(BootId(boot)), ..Server::only_named(named(name), "main") };
        Arc::new(Known::new(server, Some(at(seen)), None))
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

    proptest! {
        /// Whatever is read one after the other, they stand, are found and are searched as if all had been there from the beginning.
        #[test]
        fn one_at_a_time_comes_to_the_same_as_all_at_once(news in prop::collection::vec((1_u64..9, "[ab]{0,2}", 1_u64..3), 1..40)) {
            let (mut servers, mut last) = (Servers::default(), BTreeMap::new());
            for (number, called, boot) in news {
                let mut known = Known::clone(&seen(&format!("ns{number}"), NOW, boot));
                known.server.display_name = Some(called).filter(|called| !called.is_empty());
                last.insert(number, Arc::new(known.clone()));
                servers = servers.with(vec![Arc::new(known)]);
            }
            let anew = Servers::new(last.into_values().collect());
            prop_assert_eq!(&servers.all, &anew.all);
            for number in 0..10 {
                let name = named(&format!("ns{number}"));
                prop_assert_eq!(servers.get(&name), anew.get(&name));
                prop_assert_eq!(servers.get(&name), anew.all.iter().find(|known| known.server.name == name));
            }
            for typed in ["", "a", "ab", "ns3", "b"] {
                let found = |servers: &Servers| -> Vec<Server> {
                    servers.search(&|_| true, typed, &[], 25).into_iter().cloned().collect()
                };
                prop_assert_eq!(found(&servers), found(&anew));
            }
        }
    }

    #[test]
    fn what_changes_seldom_says_nothing_of_who_told_the_rest() {
        let listed = Known::clone(&seen("ns1", NOW, 1)).by_list().in_doubt();
        let care = Care { read: at(NOW), expires: None, renewed: None, contradicts: false, planned: Vec::new() };
        let known = listed.clone().with_care(care.clone());
        assert_eq!(known.read_itself(), None);
        assert_eq!(known, Known { care: Some(Box::new(care)), ..listed });
    }

    #[test]
    fn who_keeps_an_account_keeps_when_it_was_listed() {
        let mut servers = Servers::new(vec![seen("ns1", NOW, 1)]);
        let later = at("2026-11-22T13:00:00Z");
        servers.listed.insert("main".to_owned(), later);
        let of = |account: &str| servers.of_accounts(&BTreeSet::from([account.to_owned()]));
        let (kept, gone) = (of("main"), of("other"));
        assert_eq!(kept.known().map(|known| kept.read_at(known)).collect::<Vec<_>>(), [Some(later)]);
        assert!(gone.is_empty() && !gone.is_listed("main"));
    }
}
