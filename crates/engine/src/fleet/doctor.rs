//! What is not well with the fleet and its accounts: what `/doctor` tells.
//!
//! What concerns each server comes from the inventory and costs nothing; only what looks like a forgotten rescue is read again, a
//! few servers at most. What concerns an account is asked. A check that could not run is a finding too.

mod finding;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use bernard_domain::{
    inventory::known::Known,
    lease::Lease,
    server::{Boot, Server, ServiceName, start::Unfit},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp, civil::Date};

pub use self::finding::{Check, Finding};
use super::inventory::ShortList;
use crate::fleet::Fleet;

/// How many servers are read again, or for the first time, for one `/doctor`: a part of what a minute's budget lets through at once.
const READ_NOW: usize = 8;
/// How many of those are read at the same time.
const PARALLEL: usize = 4;
/// How long a person waits for what the background will come to anyway.
const BEHIND: Duration = Duration::from_secs(8);
/// How long a person waits for what an account says of its own credential.
const CREDENTIAL_WITHIN: Duration = Duration::from_secs(5);
/// A service that nobody renews and that ends sooner than this is worth a look.
const ENDS_SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A credential that expires sooner than this is worth a look.
pub const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A clock that is further from OVHcloud's than this is worth a look; signatures bear about 30 s, and Bernard corrects for it.
pub const DRIFT: SignedDuration = SignedDuration::from_secs(10);
/// What changes seldom and is older than this counts as not read.
const CARE_STALE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How good the knowledge is that findings rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// How many servers there are.
    pub servers: usize,
    /// When the oldest reading was made; `None` when nothing was read.
    pub oldest: Option<Timestamp>,
}

/// What is to be looked at besides the inventory.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The rescues of which we know.
    pub leases: &'a [Lease],
    /// Servers that an operation is changing right now: what they boot means nothing.
    pub busy: &'a BTreeSet<ServiceName>,
    /// The calls that the configuration needs, as method and path; `/x` stands for any server or entry.
    pub calls: &'a [(&'static str, &'static str)],
}

/// Everything that is not well, in no order, and how good the knowledge is.
pub async fn examine(fleet: &Fleet, expected: Expected<'_>) -> (Vec<Finding>, Knowledge) {
    // What was not read in time is told like what could not be read.
    let missing = tokio::time::timeout(BEHIND, read_what_is_missing(fleet));
    let (mut findings, troubles) = tokio::join!(accounts(fleet, expected.calls), missing);
    let troubles = troubles.unwrap_or_default();
    findings.extend(forgotten(fleet, expected).await);
    let servers = fleet.servers();
    let now = clock::now();
    let known: Vec<(&Known, Option<Arc<Boot>>)> =
        servers.known().map(|known| (known.as_ref(), fleet.inventory().boot_of(known))).collect();
    for (known, boot) in &known {
        findings.extend(of_server(known, boot.as_deref(), now));
    }
    findings.extend(overdue(expected.leases, now));
    let set = clock::set_by();
    findings.extend((set.abs() > DRIFT).then(|| Finding::ClockSet { seconds: set.as_secs() }));
    findings.extend(unread(fleet, &known, &troubles, now));
    let oldest = servers.known().filter_map(|known| servers.read_at(known)).min();
    (findings, Knowledge { servers: servers.len(), oldest })
}

/// What the inventory says of one server.
fn of_server(known: &Known, boot: Option<&Boot>, now: Timestamp) -> Vec<Finding> {
    let Known { server, seen: Some(_), care, .. } = known else { return Vec::new() };
    let label = || server.label().to_owned();
    let mut findings = Vec::new();
    if server.state != "ok" {
        findings.push(Finding::Trouble { label: label(), state: server.state.clone() });
    }
    if let Some(boot) = boot.filter(|boot| boot.is_retired()) {
        findings.push(Finding::Retired { label: label(), description: boot.description.clone() });
    }
    if let Some(care) = care {
        let ends = care.expires.filter(|on| care.renewed != Some(true) && !care.contradicts && ends_soon(*on, now));
        findings.extend(ends.map(|on| Finding::Ends { label: label(), on }));
        findings.extend(care.contradicts.then(|| Finding::Contradicts { label: label() }));
        let ahead = care.planned.iter().filter(|planned| planned.ends.is_none_or(|ends| ends > now));
        findings.extend(ahead.map(|planned| Finding::Planned { label: label(), begins: planned.begins }));
    }
    if server.no_intervention {
        findings.push(Finding::NoIntervention { label: label() });
    }
    if server.monitoring == Some(false) {
        findings.push(Finding::Unmonitored { label: label() });
    }
    findings
}

fn ends_soon(on: Date, now: Timestamp) -> bool {
    let end = on.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    end.is_ok_and(|end| end.timestamp().duration_since(now) < ENDS_SOON)
}

fn overdue(leases: &[Lease], now: Timestamp) -> impl Iterator<Item = Finding> {
    let late = leases.iter().filter(move |lease| lease.deadline < now);
    late.map(|lease| Finding::Overdue { label: lease.label.clone(), owner: lease.owner, deadline: lease.deadline })
}

/// Rescues without a lease, and what nobody can reach: those that the inventory saw, read again, because it may be old.
async fn forgotten(fleet: &Fleet, expected: Expected<'_>) -> Vec<Finding> {
    let servers = fleet.servers();
    let ours = |known: &&Arc<Known>| {
        let name = &known.server.name;
        expected.busy.contains(name) || expected.leases.iter().any(|lease| lease.server == *name)
    };
    let suspects = servers.known().filter(|known| !ours(known)).filter_map(|known| {
        let boot = fleet.inventory().boot_of(known).filter(|boot| boot.unfit().is_some())?;
        Some((known.server.clone(), boot))
    });
    let looks: Vec<_> = suspects.enumerate().map(|(n, (server, boot))| still(fleet, n, server, boot)).collect();
    stream::iter(looks).buffered(PARALLEL).collect::<Vec<_>>().await.into_iter().flatten().collect()
}

/// Whether a server is still set to a rescue, or to where nobody gets. Beyond the first few, what the inventory saw has to do.
async fn still(fleet: &Fleet, place: usize, server: Server, seen: Arc<Boot>) -> Option<Finding> {
    let label = server.label().to_owned();
    if place >= READ_NOW {
        return unfit(label, &seen);
    }
    let Ok(now) = fleet.read(&server).await else { return unfit(label, &seen) };
    if now.boot_script.is_some() {
        return None;
    }
    match fleet.inventory().servers().get(&now.name).and_then(|known| fleet.inventory().boot_of(known)) {
        Some(boot) => unfit(label, &boot),
        None => unfit(label, &fleet.boot(&now).await.ok().flatten()?),
    }
}

/// What is not well about starting this, if anything is.
fn unfit(label: String, boot: &Boot) -> Option<Finding> {
    let kernel = boot.kernel.clone();
    Some(match boot.unfit()? {
        Unfit::Rescue => Finding::Forgotten { label, kernel },
        Unfit::PowerOff | Unfit::Unreachable => Finding::DeadEnd { label, kernel },
        Unfit::Gone | Unfit::Unread { .. } | Unfit::Chosen => return None,
    })
}

/// A small fleet is known whole at once: netboots, contracts and interventions that the background has not come to.
/// What kept an account's contracts from being read now.
async fn read_what_is_missing(fleet: &Fleet) -> BTreeMap<String, String> {
    let servers = fleet.servers();
    let boots = fleet.inventory().boots();
    let mut places = BTreeMap::new();
    for known in servers.known().filter(|known| known.seen.is_some()) {
        if let Some(place) = known.boot_place().filter(|place| boots.at(place).is_none()) {
            places.entry(place).or_insert_with(|| known.server.clone());
        }
    }
    let boots: Vec<_> = places.into_values().take(READ_NOW).collect();
    let boots: Vec<_> = boots.iter().map(|server| fleet.boot(server)).collect();
    // What fails here is told by what stays unknown.
    let _ = stream::iter(boots).buffer_unordered(PARALLEL).collect::<Vec<_>>().await;
    let careless: Vec<Server> = servers
        .known()
        .filter(|known| known.seen.is_some() && known.care.is_none())
        .map(|known| known.server.clone())
        .collect();
    if careless.len() > READ_NOW {
        return BTreeMap::new();
    }
    let reads: Vec<_> = careless.into_iter().map(|server| read_care(fleet, server)).collect();
    stream::iter(reads).buffer_unordered(PARALLEL).filter_map(std::future::ready).collect().await
}

async fn read_care(fleet: &Fleet, server: Server) -> Option<(String, String)> {
    let client = fleet.client(&server.account)?;
    let error = fleet.read_care(&client, &server.name).await.err()?;
    Some((server.account, error.to_string()))
}

/// What is not known, account by account.
fn unread(
    fleet: &Fleet,
    known: &[(&Known, Option<Arc<Boot>>)],
    troubles: &BTreeMap<String, String>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for account in fleet.accounts() {
        let ours = || known.iter().filter(|(known, _)| known.server.account == account);
        let state = fleet.inventory().account(&account, |state| state.clone());
        for (name, said) in &state.silent {
            let label = ours().find(|(known, _)| known.server.name == *name);
            let label = label.map_or_else(|| name.to_string(), |(known, _)| known.server.label().to_owned());
            findings.push(Finding::Silent { label, said: said.clone() });
        }
        findings.extend(state.short.map(|ShortList { known, listed }| Finding::ShortList {
            account: account.clone(),
            known,
            listed,
        }));
        for odd in fleet.client(&account).map(|client| client.oddities()).unwrap_or_default() {
            let label = odd.server.map(|name| match ours().find(|(known, _)| known.server.name == name) {
                Some((known, _)) => known.server.label().to_owned(),
                None => name.to_string(),
            });
            findings.push(Finding::Odd { of: label.unwrap_or_else(|| account.clone()), said: odd.said });
        }
        let refused = fleet.refusals.get().of(&account);
        let mut count = |what, missing: usize, said: Option<String>| {
            if missing > 0 {
                let said = said.map_or_else(|| missing.to_string(), |said| format!("{missing}: {said}"));
                findings.push(Finding::Unchecked { what, of: account.clone(), said });
            }
        };
        count(Check::Addresses, usize::from(refused.is_some()), refused);
        let unread = |known: &Known| known.seen.is_none() && !state.silent.contains_key(&known.server.name);
        count(Check::Servers, ours().filter(|(known, _)| unread(known)).count(), None);
        let unknown = ours().filter(|(known, boot)| known.server.boot.is_some() && boot.is_none()).count();
        count(Check::Boots, unknown, None);
        let stale = |known: &Known| {
            known.seen.is_some() && known.care.as_ref().is_none_or(|care| now.duration_since(care.read) > CARE_STALE)
        };
        let why = state.care.map(|care| care.said).or_else(|| troubles.get(&account).cloned());
        count(Check::Contracts, ours().filter(|(known, _)| stale(known)).count(), why);
    }
    findings
}

/// What concerns each account as a whole, all accounts at once.
async fn accounts(fleet: &Fleet, calls: &[(&'static str, &'static str)]) -> Vec<Finding> {
    let clients: Vec<ovh::Client> = fleet.accounts().iter().filter_map(|account| fleet.client(account)).collect();
    let looks: Vec<_> = clients.iter().map(|client| account(fleet, client, calls)).collect();
    futures_util::future::join_all(looks).await.into_iter().flatten().collect()
}

async fn account(fleet: &Fleet, client: &ovh::Client, calls: &[(&'static str, &'static str)]) -> Vec<Finding> {
    let account = client.account().to_owned();
    let mut findings = Vec::new();
    if let Err(error) = fleet.list(client).await {
        // What else could be asked would fail the same way.
        return vec![Finding::AccountAway { account, said: error.to_string() }];
    }
    match client.now().await.map(|theirs| clock::now().duration_since(theirs)) {
        Ok(drift) if drift.abs() > DRIFT => {
            findings.push(Finding::Drift { account: account.clone(), seconds: drift.as_secs() });
        }
        Ok(_) => {}
        Err(error) => {
            findings.push(Finding::Unchecked { what: Check::Clock, of: account.clone(), said: error.to_string() });
        }
    }
    if !client.has_keys() {
        findings.push(Finding::Unchecked { what: Check::Rights, of: account, said: String::new() });
        return findings;
    }
    let credential = tokio::time::timeout(CREDENTIAL_WITHIN, client.current_credential()).await;
    let unchecked = |said| Finding::Unchecked { what: Check::Credential, of: account.clone(), said };
    match credential {
        Ok(Ok(credential)) => findings.extend(of_credential(account, &credential, calls)),
        Ok(Err(error)) => findings.push(unchecked(error.to_string())),
        Err(_) => findings.push(unchecked(format!("nothing within {} s", CREDENTIAL_WITHIN.as_secs()))),
    }
    findings
}

fn of_credential(
    account: String,
    credential: &ovh::Credential,
    calls: &[(&'static str, &'static str)],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let soon = credential.expiration.filter(|ends| ends.duration_since(clock::now()) < EXPIRES_SOON);
    if credential.status != "validated" || soon.is_some() {
        let status = credential.status.clone();
        findings.push(Finding::Credential { account: account.clone(), status, ends: soon });
    }
    let lacks = credential.lacks(calls);
    if !lacks.is_empty() {
        findings.push(Finding::Rights { account, lacks });
    }
    findings
}
