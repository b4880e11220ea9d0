//! The policy's digest: what the audit names, so that it can be said afterwards which rules were in force.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{OnDuty, Policy, Protect, Role, When, Who};
use crate::duty::roster::Person;

impl Policy {
    /// SHA-256, in hexadecimal digits, over a canonical form of all `[[role]]`, `[[protect]]` and `[[person]]` entries, in the
    /// order of the file. The same rules have the same digest; comments, blank lines and line numbers do not matter.
    pub fn digest(&self) -> String {
        let roles: Vec<Value> = self.roles.iter().map(role).collect();
        let protections: Vec<Value> = self.protections.iter().map(protect).collect();
        let mut all = json!({ "protect": protections, "role": roles });
        if !self.people.is_empty() {
            all["person"] = self.people.iter().map(person).collect();
        }
        // Objects of serde_json keep their keys in order.
        hex::encode(Sha256::digest(all.to_string()))
    }
}

fn role(role: &Role) -> Value {
    let who = match role.who {
        Who::Role(id) => format!("role {id}"),
        Who::User(user) => format!("user {}", user.0),
    };
    let can: Vec<&str> = role.can.iter().map(|capability| capability.as_str()).collect();
    let servers: Vec<String> = role.servers.iter().map(ToString::to_string).collect();
    let channels: Vec<String> = role.channels.iter().map(ToString::to_string).collect();
    let mut all = json!({ "can": can, "channels": channels, "servers": servers, "who": who });
    if role.when == When::OnDuty {
        all["when"] = "on-duty".into();
    }
    if let Some(hours) = &role.hours {
        let zone = hours.zone.iana_name().unwrap_or_default();
        all["hours"] = format!("{} {zone}", hours.windows).into();
    }
    all
}

fn person(person: &Person) -> Value {
    json!({ "feed": person.words, "user": person.user.0.to_string() })
}

fn protect(protect: &Protect) -> Value {
    let servers: Vec<String> = protect.servers.iter().map(ToString::to_string).collect();
    let actions: Vec<&str> = protect.actions.iter().map(|action| action.as_str()).collect();
    let mut canonical = json!({
        "actions": actions,
        "approvals": protect.approvals,
        "expires": format!("{}ms", protect.expires.as_millis()),
        "servers": servers,
    });
    // What is not asked for is left away: rules that were there before keep their digest.
    if protect.on_duty == OnDuty::NeedsNone {
        canonical["waived_on_duty"] = true.into();
    }
    if let Some(reason) = &protect.reason {
        canonical["reason"] = reason.as_str().into();
    }
    if protect.second_factor.is_asked() {
        canonical["second_factor"] = true.into();
    }
    canonical
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::access::{Capability, RuleKind, RulePlace};

    fn policy(line: usize, can: &[Capability], servers: &str) -> Policy {
        let place = RulePlace { kind: RuleKind::Role, number: 1, line: Some(line) };
        let servers = vec![servers.parse().expect("a selector")];
        let can = can.iter().copied().collect();
        let (when, hours) = (When::Always, None);
        let role = Role { who: Who::Role(4), can, servers, channels: BTreeSet::new(), when, hours, place };
        Policy::new(vec![role], Vec::new())
    }

    #[test]
    fn duty_hours_and_people_are_part_of_it() {
        let plain = || {
            let place = RulePlace { kind: RuleKind::Role, number: 1, line: Some(1) };
            let (when, hours) = (When::Always, None);
            let can = [Capability::View].into();
            Role {
                who: Who::Role(4),
                can,
                servers: vec!["*".parse().unwrap()],
                channels: [].into(),
                when,
                hours,
                place,
            }
        };
        let of = |role: Role| Policy::new(vec![role], Vec::new());
        let hours = |text: &str| {
            let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
            Some(crate::hours::Hours { windows: text.parse().unwrap(), zone })
        };
        let person = |word: &str| Person { user: crate::access::UserId(1), words: vec![word.into()] };
        let all = [
            of(plain()),
            of(Role { when: When::OnDuty, ..plain() }),
            of(Role { hours: hours("08:00-18:00"), ..plain() }),
            of(Role { hours: hours("08:00-19:00"), ..plain() }),
            of(plain()).with_people(vec![person("ann")]),
            of(plain()).with_people(vec![person("ben")]),
        ];
        let digests: BTreeSet<String> = all.iter().map(Policy::digest).collect();
        assert_eq!(digests.len(), all.len());
    }

    #[test]
    fn a_rule_that_changes_changes_the_digest_and_a_moved_line_does_not() {
        let digest = policy(1, &[Capability::View], "*").digest();
        assert_eq!(policy(40, &[Capability::View], "*").digest(), digest);
        for other in [policy(1, &[Capability::Admin], "*"), policy(1, &[Capability::View], "web-*"), Policy::default()]
        {
            assert_ne!(other.digest(), digest);
        }
        assert_eq!(digest.len(), 64);
    }
}
