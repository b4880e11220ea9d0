//! Who may do what, said a second time and naively: for the bench and the tests that hold the real policy against it.
//!
//! The model shares nothing with the program but the words of the configuration: its own globs, its own reading of a tag, sets as
//! lists, no reasons, no stages. Where the two differ, one of them is wrong.

use std::{collections::BTreeSet, num::NonZeroU32, time::Duration};

use bernard_domain::{
    access::{
        Action, Capability, OnDuty, Policy, Protect, Requester, Role, RuleKind, RulePlace, SecondFactor, UserId, When,
        Who,
    },
    server::Server,
};
use proptest::prelude::*;

/// A `[[role]]`, as somebody could have written it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) is_role: bool,
    pub(crate) id: u64,
    pub(crate) can: Vec<usize>,
    pub(crate) servers: Vec<String>,
    pub(crate) channels: Vec<u64>,
}

/// A `[[protect]]`, the same way.
#[derive(Clone, Debug)]
pub(crate) struct Shield {
    servers: Vec<String>,
    actions: Vec<usize>,
    approvals: u32,
    minutes: u64,
}

/// A server: its service name, its display name and tags, and whether those could be read.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    name: String,
    display: Option<String>,
    tags: Vec<(String, String)>,
    read: bool,
}

/// A question and the rules it is asked under.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) entries: Vec<Entry>,
    pub(crate) shields: Vec<Shield>,
    user: u64,
    roles: Vec<u64>,
    capability: usize,
    machine: Machine,
    channel: u64,
}

// --- the model ---

fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => glob(rest, text) || (!text.is_empty() && glob(pattern, &text[1..])),
        ([p, rest @ ..], [t, more @ ..]) => (*p == '?' || p == t) && glob(rest, more),
        _ => false,
    }
}

fn like(pattern: &str, text: &str) -> bool {
    let chars = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    glob(&chars(pattern), &chars(text))
}

/// Yes, no, or nobody knows.
fn fits(pattern: &str, machine: &Machine) -> Option<bool> {
    if let Some((key, value)) = pattern.strip_prefix("tag:").and_then(|tag| tag.split_once('=')) {
        let has = machine.tags.iter().any(|(k, v)| k.eq_ignore_ascii_case(key) && like(value, v));
        return machine.read.then_some(has);
    }
    match like(pattern, &machine.name) {
        true => Some(true),
        false => machine.read.then(|| machine.display.iter().any(|name| like(pattern, name))),
    }
}

fn gives(entry: &Entry, capability: usize, machine: Option<&Machine>, channel: u64) -> bool {
    entry.can.contains(&capability)
        && (entry.channels.is_empty() || entry.channels.contains(&channel))
        && machine.is_none_or(|machine| entry.servers.iter().any(|pattern| fits(pattern, machine) == Some(true)))
}

fn may(case: &Case, machine: Option<&Machine>) -> bool {
    let speaks = |entry: &&Entry| if entry.is_role { case.roles.contains(&entry.id) } else { case.user == entry.id };
    case.entries.iter().filter(speaks).any(|entry| gives(entry, case.capability, machine, case.channel))
}

/// Approvals and minutes of the strictest protection.
fn protection(case: &Case, action: usize) -> Option<(u32, u64)> {
    let covers = |shield: &&Shield| {
        let might = shield.servers.iter().any(|pattern| fits(pattern, &case.machine) != Some(false));
        might && shield.actions.contains(&action)
    };
    let covering: Vec<&Shield> = case.shields.iter().filter(covers).collect();
    let approvals = covering.iter().map(|shield| shield.approvals).max()?;
    Some((approvals, covering.iter().map(|shield| shield.minutes).min()?))
}

// --- the real one ---

fn real(case: &Case) -> Policy {
    let selectors = |all: &[String]| all.iter().map(|text| text.parse().expect("a selector")).collect();
    let place = |kind, index| RulePlace { kind, number: index + 1, line: None };
    let role = |(index, entry): (usize, &Entry)| Role {
        who: who(entry),
        can: entry.can.iter().map(|can| Capability::ALL[*can]).collect(),
        servers: selectors(&entry.servers),
        channels: entry.channels.iter().copied().collect(),
        when: When::Always,
        hours: None,
        place: place(RuleKind::Role, index),
    };
    let protect = |(index, shield): (usize, &Shield)| Protect {
        servers: selectors(&shield.servers),
        actions: shield.actions.iter().map(|action| Action::ALL[*action]).collect(),
        approvals: NonZeroU32::new(shield.approvals).expect("at least one"),
        expires: Duration::from_secs(shield.minutes * 60),
        on_duty: OnDuty::NeedsApproval,
        reason: None,
        second_factor: SecondFactor::NotAsked,
        place: place(RuleKind::Protect, index),
    };
    Policy::new(
        case.entries.iter().enumerate().map(role).collect(),
        case.shields.iter().enumerate().map(protect).collect(),
    )
}

fn who(entry: &Entry) -> Who {
    if entry.is_role { Who::Role(entry.id) } else { Who::User(UserId(entry.id)) }
}

fn server(machine: &Machine) -> Server {
    let name = machine.name.clone().try_into().expect("a service name");
    Server {
        display_name: machine.display.clone().filter(|_| machine.read),
        tags: machine.read.then(|| machine.tags.iter().cloned().collect()),
        ..Server::only_named(name, "main")
    }
}

/// What the policy of `rules` says otherwise than the model does of `case`; `None` when they agree. The two are the same, but
/// for a test that wants to see a difference.
pub(crate) fn difference(rules: &Case, case: &Case) -> Option<&'static str> {
    let (policy, server) = (real(rules), server(&case.machine));
    let requester = Requester { user: UserId(case.user), roles: case.roles.iter().copied().collect() };
    let capability = Capability::ALL[case.capability];
    let expected = may(case, Some(&case.machine));
    let answer = policy.check(&requester, capability, &server, case.channel);
    if answer.is_ok() != expected {
        return Some("may");
    }
    let helpers: BTreeSet<Who> = case
        .entries
        .iter()
        .filter(|entry| gives(entry, case.capability, Some(&case.machine), case.channel))
        .map(who)
        .collect();
    if policy.who_may(capability, &server, case.channel) != helpers {
        return Some("who may");
    }
    match answer {
        Ok(grant)
            if !gives(&case.entries[grant.place().number - 1], case.capability, Some(&case.machine), case.channel) =>
        {
            return Some("the rule that allows");
        }
        Err(denial) if denial.could_help != helpers => return Some("who could help"),
        _ => {}
    }
    if policy.visible(&requester, capability, case.channel, [&server]).count() != usize::from(expected) {
        return Some("visible");
    }
    if policy.check_anywhere(&requester, capability, case.channel).is_ok() != may(case, None) {
        return Some("anywhere");
    }
    let same = |(index, action): (usize, &Action)| {
        let real = policy.protection(*action, &server);
        let real = real.map(|found| (found.approvals.get(), found.expires.as_secs() / 60));
        real == protection(case, index)
    };
    (!Action::ALL.iter().enumerate().all(same)).then_some("protection")
}

/// Whether the model says yes, and whether anything is protected: so that nobody counts a million trivial cases.
pub(crate) fn verdict(case: &Case) -> (bool, bool) {
    (may(case, Some(&case.machine)), (0..Action::ALL.len()).any(|action| protection(case, action).is_some()))
}

// --- cases ---

fn pattern() -> impl Strategy<Value = String> {
    let name = prop::collection::vec(prop::sample::select(vec!["web", "-", "1", "É", "*", "?", "NS"]), 1..4);
    prop_oneof![
        3 => Just("*".to_owned()),
        4 => name.prop_map(|parts| parts.concat()),
        3 => (prop::sample::select(vec!["env", "Team"]), prop::sample::select(vec!["prod", "p*", "*", "??"]))
            .prop_map(|(key, value)| format!("tag:{key}={value}")),
    ]
}

fn machine() -> impl Strategy<Value = Machine> {
    let word = prop::sample::select(vec!["web-1", "WEB-É", "ns1", "é", "db"]);
    let tag = (prop::sample::select(vec!["env", "ENV", "team"]), prop::sample::select(vec!["prod", "Prod", "dev", ""]));
    let tag = tag.prop_map(|(key, value)| (key.to_owned(), value.to_owned()));
    let tags = prop::collection::vec(tag, 0..3).prop_map(|mut tags| {
        let mut seen = BTreeSet::new();
        tags.retain(|(key, _)| seen.insert(key.clone()));
        tags
    });
    (prop::sample::select(vec!["ns1", "web1", "NS2"]), prop::option::of(word), tags, prop::bool::weighted(0.8))
        .prop_map(|(name, display, tags, read)| Machine {
            name: name.to_owned(),
            display: display.map(str::to_owned),
            tags,
            read,
        })
}

fn entry() -> impl Strategy<Value = Entry> {
    let can = prop::collection::vec(0..Capability::ALL.len(), 0..9);
    let channels = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(1..4u64, 1..3)];
    (any::<bool>(), 1..4u64, can, prop::collection::vec(pattern(), 0..4), channels)
        .prop_map(|(is_role, id, can, servers, channels)| Entry { is_role, id, can, servers, channels })
}

fn shield() -> impl Strategy<Value = Shield> {
    let actions = prop::collection::vec(0..Action::ALL.len(), 0..4);
    (prop::collection::vec(pattern(), 0..3), actions, 1..4u32, 1..60u64)
        .prop_map(|(servers, actions, approvals, minutes)| Shield { servers, actions, approvals, minutes })
}

/// Any question under any rules.
pub(crate) fn case() -> impl Strategy<Value = Case> {
    let rules = (prop::collection::vec(entry(), 0..6), prop::collection::vec(shield(), 0..4));
    let asker = (1..4u64, prop::collection::vec(1..4u64, 0..4), 0..Capability::ALL.len());
    (rules, asker, machine(), 1..4u64).prop_map(|((entries, shields), (user, roles, capability), machine, channel)| {
        Case { entries, shields, user, roles, capability, machine, channel }
    })
}
