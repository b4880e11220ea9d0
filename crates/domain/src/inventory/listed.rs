//! What OVHcloud's whole lists say of a fleet, put beside what is known of it.
//!
//! Pure. Such a list comes from a cache whose age nobody knows, so it never outdoes what a server said itself lately: where the
//! two differ, the server is read again. It tells which name belongs to whom and who is worth a look; it decides nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use super::known::{Known, Servers, Witness};
use crate::server::{Server, ServiceName};

/// How old a list may be without saying so. OVHcloud does not tell the age of its cache; a day is on the safe side.
pub const LIST_LAG: SignedDuration = SignedDuration::from_hours(24);

/// What a list of names says of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// OVHcloud's name for it.
    pub name: ServiceName,
    /// What its owners call it, if they call it something else.
    pub display_name: Option<String>,
    /// Its tags; `None` when they cannot be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The fleet with a list beside it.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The fleet.
    pub servers: Servers,
    /// The servers of which something else is known now; a mere doubt is none.
    pub changed: Vec<ServiceName>,
}

/// Whether a list of so many servers is too short to be believed, where `known` were there: none at all, or less than half.
pub fn is_doubtful(known: usize, listed: usize) -> bool {
    listed.saturating_mul(2) < known
}

impl Servers {
    /// The names of an account's servers.
    pub fn names_of(&self, account: &str) -> BTreeSet<&ServiceName> {
        self.iter().filter(|server| server.account == account).map(|server| &server.name).collect()
    }

    /// The same after a whole list of an account was read at `now`. Whom it tells of and nobody knows is left out: which servers
    /// there are is said by the list of names alone.
    pub fn beside_list(&self, account: &str, rows: Vec<Server>, now: Timestamp) -> Merged {
        let mut rows: BTreeMap<ServiceName, Server> = rows.into_iter().map(|row| (row.name.clone(), row)).collect();
        let mut merged = self.merge(account, |known| match rows.remove(&known.server.name) {
            Some(row) => beside_row(known, row, now),
            // Whom it leaves out it says nothing of: whatever is known of them is worth a look.
            None if known.seen.is_some() => Beside::Doubted,
            None => Beside::Same,
        });
        merged.servers.listed.insert(account.to_owned(), now);
        merged
    }

    /// The same after a list of an account's names and tags was read.
    pub fn beside_names(&self, account: &str, names: Vec<Naming>) -> Merged {
        let mut names: BTreeMap<ServiceName, Naming> =
            names.into_iter().map(|naming| (naming.name.clone(), naming)).collect();
        self.merge(account, |known| match names.remove(&known.server.name) {
            Some(naming) => beside_naming(known, naming),
            None => Beside::Same,
        })
    }

    fn merge(&self, account: &str, mut beside: impl FnMut(&Known) -> Beside) -> Merged {
        let mut changed = Vec::new();
        let all = self.all.iter().map(|known| {
            if known.server.account != account {
                return Arc::clone(known);
            }
            match beside(known) {
                Beside::Doubted if !known.doubted => Arc::new(Known::clone(known).in_doubt()),
                Beside::Same | Beside::Doubted => Arc::clone(known),
                Beside::Other(other) => {
                    changed.push(known.server.name.clone());
                    Arc::new(*other)
                }
            }
        });
        let mut servers = Self::new(all.collect());
        servers.listed.clone_from(&self.listed);
        Merged { servers, changed }
    }
}

/// What a list makes of what is known of one server.
enum Beside {
    /// It stays.
    Same,
    /// It stays, and is worth reading again.
    Doubted,
    /// This is known now.
    Other(Box<Known>),
}

fn beside_row(known: &Known, row: Server, now: Timestamp) -> Beside {
    let told = |row, doubted| {
        let told = Known::new(row, Some(now), known.care.clone()).by_list();
        Beside::Other(Box::new(if doubted { told.in_doubt() } else { told }))
    };
    match (known.seen, known.by) {
        (None, _) => told(row, false),
        (Some(_), Witness::List) if told_alike(&known.server, &row) && known.server.power_state == row.power_state => {
            Beside::Same
        }
        (Some(_), Witness::List) => {
            let boots_another = known.server.boot != row.boot;
            told(row, known.doubted || boots_another)
        }
        (Some(_), Witness::Itself) if told_alike(&known.server, &row) => Beside::Same,
        (Some(seen), Witness::Itself) if now.duration_since(seen) < LIST_LAG => Beside::Doubted,
        (Some(_), Witness::Itself) => told(row, true),
    }
}

fn beside_naming(known: &Known, naming: Naming) -> Beside {
    let Naming { display_name, tags, .. } = naming;
    if known.server.display_name == display_name && known.server.tags == tags {
        return Beside::Same;
    }
    match known.seen {
        None => {
            let server = Server { display_name, tags, ..known.server.clone() };
            Beside::Other(Box::new(Known::new(server, None, known.care.clone()).by_list()))
        }
        // Either may be the older one.
        Some(_) => Beside::Doubted,
    }
}

/// Whether both say the same, but for the power: that changes with every reboot.
fn told_alike(known: &Server, row: &Server) -> bool {
    known.tags == row.tags
        && known.boot == row.boot
        && (&known.state, &known.os) == (&row.state, &row.os)
        && (known.monitoring, known.no_intervention) == (row.monitoring, row.no_intervention)
        && texts(known) == texts(row)
}

fn texts(server: &Server) -> [&Option<String>; 6] {
    let Server { display_name, ip, reverse, rescue_mail, rescue_ssh_key, datacenter, .. } = server;
    [display_name, ip, reverse, rescue_mail, rescue_ssh_key, datacenter]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inventory::known::tests::{NOW, at, named},
        server::BootId,
    };

    fn server(number: u32, label: &str, boot: u64) -> Server {
        let name = named(&format!("ns{number}"));
        let display_name = Some(label.to_owned());
        Server { display_name, boot: Some(BootId(boot)), state: "ok".into(), ..Server::only_named(name, "main") }
    }

    fn fleet(known: Vec<Known>) -> Servers {
        Servers::new(known.into_iter().map(Arc::new).collect())
    }

    fn only_named(number: u32) -> Known {
        Known::new(Server::only_named(named(&format!("ns{number}")), "main"), None, None)
    }

    fn one(servers: &Servers) -> Known {
        Known::clone(servers.known().next().unwrap())
    }

    #[test]
    fn a_list_tells_of_who_was_never_read_and_adds_nobody() {
        let servers = fleet(vec![only_named(1), Known::new(server(9, "other", 1), Some(at(NOW)), None)]);
        let merged = servers.beside_list("main", vec![server(1, "web-1", 7), server(2, "new", 1)], at(NOW));
        assert_eq!(merged.changed.len(), 1);
        let labels: Vec<&str> = merged.servers.iter().map(Server::label).collect();
        assert_eq!(labels, ["other", "web-1"]);
        let web = merged.servers.known().find(|known| known.server.label() == "web-1").unwrap();
        assert_eq!((merged.servers.only_listed(web), web.read_itself()), (Some(at(NOW)), None));
        let left_out = merged.servers.known().find(|known| known.server.label() == "other").unwrap();
        assert!(left_out.doubted, "what a list leaves out is worth a look");
    }

    #[test]
    fn a_list_does_not_outdo_what_a_server_said_itself_within_a_day() {
        let known = fleet(vec![Known::new(server(1, "web-1", 1), Some(at("2026-11-22T11:00:00Z")), None)]);
        let merged = known.beside_list("main", vec![server(1, "web-1", 7)], at(NOW));
        let web = one(&merged.servers);
        assert_eq!((web.server.boot, web.by, web.doubted), (Some(BootId(1)), Witness::Itself, true));
        assert_eq!(
            merged.servers.read_at(&web),
            Some(at("2026-11-22T11:00:00Z")),
            "in doubt a list makes nothing young"
        );
        let merged = known.beside_list("main", vec![server(1, "web-1", 7)], at("2026-11-24T12:00:00Z"));
        let web = one(&merged.servers);
        assert_eq!((web.server.boot, web.by, web.doubted), (Some(BootId(7)), Witness::List, true));
        let merged = known.beside_list("main", vec![server(1, "web-1", 1)], at(NOW));
        let web = one(&merged.servers);
        assert_eq!((web.by, web.doubted), (Witness::Itself, false));
        assert_eq!(merged.servers.read_at(&web), Some(at(NOW)), "what agrees is as young as the list");
        assert!(merged.changed.is_empty());
    }

    #[test]
    fn of_two_lists_the_later_counts_and_another_netboot_is_worth_a_look() {
        let first = fleet(vec![only_named(1)]).beside_list("main", vec![server(1, "web-1", 1)], at(NOW)).servers;
        let later = at("2026-11-22T12:10:00Z");
        let same = first.beside_list("main", vec![server(1, "web-1", 1)], later);
        assert!(same.changed.is_empty());
        assert_eq!(same.servers.only_listed(&one(&same.servers)), Some(later));
        let renamed = first.beside_list("main", vec![server(1, "web-2", 1)], later).servers;
        assert_eq!((one(&renamed).server.label(), one(&renamed).doubted), ("web-2", false));
        let rescued = first.beside_list("main", vec![server(1, "web-1", 7)], later).servers;
        assert_eq!((one(&rescued).server.boot, one(&rescued).doubted), (Some(BootId(7)), true));
        let still = rescued.beside_list("main", vec![server(1, "web-1", 7)], later).servers;
        assert!(one(&still).doubted, "only a reading ends a doubt");
    }

    #[test]
    fn names_are_told_before_a_server_is_read_and_only_doubted_after() {
        let tags = |value: &str| Some([("env".to_owned(), value.to_owned())].into());
        let naming = |label: &str, value| Naming {
            name: ServiceName::try_from("ns1".to_owned()).unwrap(),
            display_name: Some(label.to_owned()),
            tags: tags(value),
        };
        let named = fleet(vec![only_named(1)]).beside_names("main", vec![naming("web-1", "prod")]);
        let web = one(&named.servers);
        assert_eq!((web.server.label(), web.seen, named.changed.len()), ("web-1", None, 1));
        assert_eq!(web.server.tags, tags("prod"));
        let read = Server { tags: tags("prod"), ..server(1, "web-1", 1) };
        let read = fleet(vec![Known::new(read, Some(at(NOW)), None)]);
        let same = read.beside_names("main", vec![naming("web-1", "prod")]);
        assert!(!one(&same.servers).doubted);
        let other = read.beside_names("main", vec![naming("web-1", "test")]);
        assert_eq!((one(&other.servers).server.tags.clone(), one(&other.servers).doubted), (tags("prod"), true));
        assert!(other.changed.is_empty());
    }

    #[test]
    fn a_list_of_less_than_half_is_doubtful() {
        assert!(is_doubtful(1, 0) && is_doubtful(3, 1) && is_doubtful(10_000, 4_999));
        assert!(!is_doubtful(0, 0) && !is_doubtful(2, 1) && !is_doubtful(10_000, 5_000) && !is_doubtful(1, 2));
    }
}
