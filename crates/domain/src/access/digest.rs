//! The policy's digest: what the audit names, so that it can be said afterwards which rules were in force.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Policy, Protect, Role, Who};

impl Policy {
    /// SHA-256, in hexadecimal digits, over a canonical form of all `[[role]]` and `[[protect]]` entries, in the order of the
    /// file. The same rules have the same digest; comments, blank lines and line numbers do not matter.
    pub fn digest(&self) -> String {
        let roles: Vec<Value> = self.roles.iter().map(role).collect();
        let protections: Vec<Value> = self.protections.iter().map(protect).collect();
        // Objects of serde_json keep their keys in order.
        let canonical = json!({ "protect": protections, "role": roles }).to_string();
        hex::encode(Sha256::digest(canonical))
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
    json!({ "can": can, "channels": channels, "servers": servers, "who": who })
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
        let role = Role { who: Who::Role(4), can, servers, channels: BTreeSet::new(), place };
        Policy::new(vec![role], Vec::new())
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
