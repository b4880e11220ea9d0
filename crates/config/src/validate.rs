//! What only shows when the sections are seen together.

use std::collections::BTreeMap;

use bernard_domain::access::{Capability, Role, RuleKind, RulePlace, Who};
use bernard_ovh::Account;

use super::{
    Config,
    problem::{At, Problem},
};

/// What is wrong between the accounts: two of one name.
pub(super) fn accounts(accounts: &[(usize, At, Account)]) -> Vec<Problem> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, at, account) in accounts {
        if let Some(other) = first.insert(&account.name, index) {
            problems.push(Problem {
                at: at.clone(),
                key: format!("ovh[{index}].name"),
                what: format!("is that of ovh[{other}] too"),
                right: "give every account a name of its own".to_owned(),
            });
        }
    }
    problems
}

/// What is suspicious about a configuration that can be used.
pub(super) fn warnings(config: &Config) -> Vec<Problem> {
    let mut warnings = Vec::new();
    if config.roles.is_empty() {
        warnings.push(warning(At::File, "role", "has no entry, so nobody may do anything", "add a [[role]]"));
    }
    for role in &config.roles {
        warnings.extend(warnings_of(role, config));
    }
    warnings.extend(approval_that_cannot_come(config));
    warnings
}

fn warning(at: At, key: &str, what: &str, right: &str) -> Problem {
    Problem { at, key: key.to_owned(), what: what.to_owned(), right: right.to_owned() }
}

fn at(place: RulePlace) -> At {
    place.line.map_or_else(|| At::File, |line| At::Line { line, column: 1 })
}

fn key(place: RulePlace, key: &str) -> String {
    let list = match place.kind {
        RuleKind::Role => "role",
        RuleKind::Protect => "protect",
    };
    format!("{list}[{}].{key}", place.number - 1)
}

fn warnings_of(role: &Role, config: &Config) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let served = &config.discord.channels;
    if role.who == Who::Role(config.discord.guild) {
        let what = "is the guild's id, which means @everyone; Discord never lists that among a member's roles";
        warnings.push(warning(at(role.place), &key(role.place, "id"), what, "the entry gives nothing; name a role"));
    }
    if !served.is_empty() && !role.channels.is_empty() && role.channels.is_disjoint(served) {
        let what = "has no channel that is in discord.channels too, so the entry gives nothing";
        warnings.push(warning(at(role.place), &key(role.place, "channels"), what, "name a channel that is served"));
    }
    warnings
}

fn approval_that_cannot_come(config: &Config) -> Option<Problem> {
    let protect = config.protections.first()?;
    let can_approve = config.roles.iter().any(|role| role.can.contains(&Capability::Approve));
    let what = "asks for approval, and no [[role]] can approve";
    let right = r#"give somebody "approve", or such operations will never run"#;
    (!can_approve).then(|| warning(at(protect.place), &key(protect.place, "approvals"), what, right))
}
