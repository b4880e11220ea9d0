//! The rescues that somebody may see, and whether all of their servers were looked at.

use bernard_domain::{
    inventory::{
        foreign::{self, Foreign, may_be_left_by_work},
        known::Servers,
    },
    lease::Lease,
    locale::Locale,
    server::{Server, ServiceName},
};
use bernard_engine::fleet::Fleet;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::Store;
use bernard_text::{from_now, say};
use jiff::Timestamp;

/// What is in rescue, ours and others', of the servers that somebody `sees`. One that has left the fleet goes by its service name.
pub(crate) async fn in_rescue(
    store: &Store,
    servers: &Servers,
    sees: impl Fn(&Server) -> bool,
) -> Result<(Vec<Lease>, Vec<Foreign>), store::Error> {
    let sees = |name: &ServiceName, account: &str| match servers.get(name) {
        Some(known) => sees(&known.server),
        None => sees(&Server::only_named(name.clone(), account)),
    };
    let (mut leases, mut foreign) = (store.leases().await?, store.foreign_rescues().await?);
    leases.retain(|lease| sees(&lease.server, &lease.account));
    foreign.retain(|foreign| sees(&foreign.found.server, &foreign.found.account));
    for foreign in &mut foreign {
        foreign.listed = servers.get(&foreign.found.server).and_then(|known| servers.only_listed(known));
    }
    Ok((leases, foreign))
}

/// The rescues that nobody here began with what may be why, of the first few: somebody may wait for it, and each costs a request or two.
pub(crate) async fn with_causes(fleet: &Fleet, mut foreign: Vec<Foreign>) -> Vec<Foreign> {
    /// Of how many it is asked.
    const EXPLAINED: usize = 4;
    let began = foreign.iter().take(EXPLAINED).map(|one| fleet.worked_on(&one.found));
    let began = futures_util::future::join_all(began).await;
    for (one, began) in foreign.iter_mut().zip(began) {
        one.worked_on = began.filter(|began| may_be_left_by_work(*began, clock::now()));
    }
    foreign
}

/// That some of the servers that somebody `sees` were not looked at yet, so that more may be in rescue than is known.
pub(crate) fn not_looked_at(fleet: &Fleet, sees: impl Fn(&Server) -> bool, locale: Locale) -> Option<String> {
    let (servers, boots) = (fleet.servers(), fleet.inventory().boots());
    if servers.is_empty() {
        return Some(say!(locale, "doctor-nothing-read"));
    }
    // What OVHcloud lists and does not describe is the doctor's: looking again does not help.
    let is_silent = |server: &Server| {
        fleet.inventory().account(&server.account, |account| account.silent.contains_key(&server.name))
    };
    let unknown = foreign::not_looked_at(&servers, &boots);
    match unknown.filter(|server| sees(server) && !is_silent(server)).count() {
        0 => None,
        count => Some(say!(locale, "list-not-looked-at", count = count)),
    }
}

/// How many of the servers that somebody `sees` are known from OVHcloud's list alone, and how old that is.
pub(crate) fn only_listed(servers: &Servers, sees: impl Fn(&Server) -> bool, locale: Locale) -> Option<String> {
    let seen = servers.known().filter(|known| sees(&known.server));
    let listed: Vec<Timestamp> = seen.filter_map(|known| servers.only_listed(known)).collect();
    let oldest = *listed.iter().min()?;
    Some(say!(locale, "fleet-only-listed", count = listed.len(), when = from_now(oldest)))
}
