//! What each capability asks of OVHcloud: one table, which `/doctor` and `check` hold credentials against, and from which
//! `bernard rights` prints what to grant.
//!
//! A test of the stories grants exactly this and no more, and does everything; another finds every change that a plan lists in it.
//! Pure: no async, no clock, no network.

use bernard_domain::{
    access::{Capability, Policy},
    operation::Source,
};
use bernard_ovh::ApiLog;

/// A call that the bot makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// How.
    pub method: &'static str,
    /// Where, below the account's base URL; `/x` stands for any server or entry.
    pub path: &'static str,
    /// The IAM action that it takes.
    pub action: &'static str,
}

/// Where the resource of an action is: on servers, or on the account itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// `urn:v1:…:resource:dedicatedServer:…`
    Servers,
    /// `urn:v1:…:resource:account:…`
    Account,
}

impl Call {
    /// Where the resource of its action is.
    pub fn on(self) -> On {
        if self.action.starts_with("account:") { On::Account } else { On::Servers }
    }
}

const fn call(method: &'static str, path: &'static str, action: &'static str) -> Call {
    Call { method, path, action }
}

const CHANGE: Call = call("PUT", "/dedicated/server/x", "dedicatedServer:apiovh:put");
const REBOOT: Call = call("POST", "/dedicated/server/x/reboot", "dedicatedServer:apiovh:reboot");
const SECRET: Call =
    call("POST", "/dedicated/server/x/authenticationSecret", "dedicatedServer:apiovh:authenticationSecret/create");
const MAIL_HISTORY: &str = "account:apiovh:me/notification/email/history/get";

/// What the inventory, `/status`, `/tasks`, `/doctor` and every card read, whoever may do what.
const READS: [Call; 11] = [
    call("GET", "/dedicated/server", "dedicatedServer:apiovh:get"),
    call("GET", "/dedicated/server/x", "dedicatedServer:apiovh:get"),
    call("GET", "/dedicated/server/x/boot", "dedicatedServer:apiovh:boot/get"),
    call("GET", "/dedicated/server/x/boot/x", "dedicatedServer:apiovh:boot/get"),
    call("GET", "/dedicated/server/x/task", "dedicatedServer:apiovh:task/get"),
    call("GET", "/dedicated/server/x/task/x", "dedicatedServer:apiovh:task/get"),
    call("GET", "/dedicated/server/x/serviceInfos", "dedicatedServer:apiovh:serviceInfos/get"),
    call("GET", "/dedicated/server/x/intervention", "dedicatedServer:apiovh:intervention/get"),
    call("GET", "/dedicated/server/x/intervention/x", "dedicatedServer:apiovh:intervention/get"),
    call("GET", "/dedicated/server/x/plannedIntervention", "dedicatedServer:apiovh:plannedIntervention/get"),
    call("GET", "/dedicated/server/x/plannedIntervention/x", "dedicatedServer:apiovh:plannedIntervention/get"),
];
/// Whether a server can have the Windows rescue.
const HARDWARE: Call =
    call("GET", "/dedicated/server/x/specifications/hardware", "dedicatedServer:apiovh:specifications/hardware/get");
const MAILS: [Call; 2] = [
    call("GET", "/me/notification/email/history", MAIL_HISTORY),
    call("GET", "/me/notification/email/history/x", MAIL_HISTORY),
];
/// A console, OVHcloud's test of it, and what frees its stuck sessions.
const CONSOLE: [Call; 6] = [
    call("GET", "/dedicated/server/x/features/ipmi", "dedicatedServer:apiovh:features/ipmi/get"),
    call("GET", "/dedicated/server/x/features/ipmi/access", "dedicatedServer:apiovh:features/ipmi/access/get"),
    call("POST", "/dedicated/server/x/features/ipmi/access", "dedicatedServer:apiovh:features/ipmi/access/create"),
    call("GET", "/dedicated/server/x/features/ipmi/test", "dedicatedServer:apiovh:features/ipmi/test/get"),
    call("POST", "/dedicated/server/x/features/ipmi/test", "dedicatedServer:apiovh:features/ipmi/test/create"),
    call(
        "POST",
        "/dedicated/server/x/features/ipmi/resetSessions",
        "dedicatedServer:apiovh:features/ipmi/resetSessions",
    ),
];

const READ_TICKETS: &str = "account:apiovh:support/tickets/get";
/// The ticket itself, and what looks for one whose answer got lost.
const TICKET: [Call; 3] = [
    call("POST", "/support/tickets/create", "account:apiovh:support/tickets/create"),
    call("GET", "/support/tickets", READ_TICKETS),
    call("GET", "/support/tickets/x", READ_TICKETS),
];

const READ_LOG: &str = "account:apiovh:me/api/logs/self/get";
/// The account's API log, where the configuration has it read.
const API_LOG: [Call; 2] = [call("GET", "/me/api/logs/self", READ_LOG), call("GET", "/me/api/logs/self/x", READ_LOG)];

/// What names a large fleet at once where a consumer key has one of these rules; everything works without, only later. Which of the
/// two OVHcloud goes by is not documented. A service account needs no action for it.
pub const NAMES: [(&str, &str); 2] = [("GET", "/iam/resource"), ("GET", "/v2/iam/resource")];

/// What lets `/status` say why an address is blocked and whether it is under attack; everything else works without.
pub const ADDRESSES: [(&str, &str); 4] =
    [("GET", "/ip/*/mitigation/*"), ("GET", "/ip/*/antihack"), ("GET", "/ip/*/spam"), ("GET", "/ip/*/phishing")];

/// What one capability asks of OVHcloud beyond what is read anyway, where links are looked for in `sources`.
pub fn of(capability: Capability, sources: &[Source]) -> Vec<Call> {
    let mut calls = Vec::new();
    match capability {
        Capability::Rescue => {
            calls.extend([CHANGE, REBOOT, HARDWARE]);
            for source in sources {
                match source {
                    Source::AuthenticationSecret => calls.push(SECRET),
                    Source::Mail => calls.extend(MAILS),
                    Source::Console => {}
                }
            }
        }
        Capability::Restore => calls.extend([CHANGE, REBOOT]),
        Capability::Reboot => calls.push(REBOOT),
        Capability::Console => calls.extend(CONSOLE),
        Capability::Ticket => calls.extend(TICKET),
        Capability::View | Capability::Approve | Capability::Audit | Capability::Admin => {}
    }
    calls
}

/// Everything that a configuration with this policy asks of OVHcloud, each call once, in order.
pub fn all(policy: &Policy, sources: &[Source]) -> Vec<Call> {
    let mut calls = READS.to_vec();
    for capability in Capability::ALL.into_iter().filter(|capability| policy.gives(*capability)) {
        for call in of(capability, sources) {
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
    }
    calls
}

/// What an account is asked for beyond what capabilities need.
pub fn of_account(api_log: ApiLog) -> &'static [Call] {
    match api_log {
        ApiLog::Read => &API_LOG,
        ApiLog::Off => &[],
    }
}

/// The rules of a consumer key that let all of `calls` through, and as little else as rules can say: method and path, where `/x`
/// stands for `/*`. Each is also the call that asks whether a key has it.
pub fn key_rules(calls: &[Call]) -> Vec<(&'static str, &'static str)> {
    let mut rules = Vec::new();
    for call in calls {
        // What is below a server is covered by the rule that reads the server itself: a star stands for slashes too.
        let below = call.method == "GET" && call.path.starts_with("/dedicated/server/x");
        let rule = (call.method, if below { "/dedicated/server/x" } else { call.path });
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}

/// A path as OVHcloud's rules have it.
pub fn starred(path: &str) -> String {
    path.replace("/x", "/*")
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        access::{Role, RuleKind, RulePlace, When, Who},
        console::{ConsoleKind, ConsoleMinutes},
        operation::{OperationId, ticket::TicketWish},
        server::ServiceName,
    };
    use bernard_ovh::{AccessRule, Credential};

    use super::*;
    use crate::exact_calls;

    const SOURCES: [Source; 2] = [Source::AuthenticationSecret, Source::Mail];

    fn policy(can: &[Capability]) -> Policy {
        let place = RulePlace { kind: RuleKind::Role, number: 1, line: None };
        let servers = vec!["*".parse().expect("a selector")];
        let (can, channels) = (can.iter().copied().collect(), [].into());
        let role = Role { who: Who::Role(1), can, servers, channels, when: When::Always, hours: None, place };
        Policy::new(vec![role], Vec::new())
    }

    fn credential(rules: &[(&str, &str)]) -> Credential {
        let rules = rules.iter().map(|(method, path)| AccessRule { method: (*method).to_owned(), path: starred(path) });
        Credential { status: "validated".to_owned(), expiration: None, rules: rules.collect() }
    }

    #[test]
    fn the_rules_let_every_call_through_and_each_is_needed() {
        let policy = policy(&Capability::ALL);
        let all = all(&policy, &SOURCES);
        let calls: Vec<(&str, &str)> = all.iter().map(|call| (call.method, call.path)).collect();
        let rules = key_rules(&all);
        assert_eq!(credential(&rules).lacks(&calls), Vec::<String>::new());
        for without in 0..rules.len() {
            let mut fewer = rules.clone();
            fewer.remove(without);
            assert!(!credential(&fewer).lacks(&calls).is_empty(), "{:?} is needed by nothing", rules[without]);
        }
    }

    #[test]
    fn every_change_that_a_plan_lists_is_among_the_needs_of_its_capability() {
        let server: ServiceName = "ns1.example".to_owned().try_into().expect("a name");
        let mut console = exact_calls::of_console(&server, ConsoleKind::KvmHtml5, ConsoleMinutes::Five, None);
        let link = exact_calls::of_link(&server, &SOURCES);
        let reboot = vec![exact_calls::of_reboot(&server)];
        let about = TicketWish { about: Some(OperationId(1)), subject: "s".to_owned(), body: "b".to_owned() };
        let ticket = vec![exact_calls::of_ticket(&server, &about)];
        console.push(exact_calls::of_session_reset(&server));
        assert!(!console.is_empty() && !link.is_empty());
        for (capability, listed) in [
            (Capability::Console, &console),
            (Capability::Rescue, &link),
            (Capability::Rescue, &reboot),
            (Capability::Restore, &reboot),
            (Capability::Reboot, &reboot),
            (Capability::Ticket, &ticket),
        ] {
            for call in listed {
                let is_it = |need: &Call| {
                    need.method == call.method.to_string() && need.path.replace("/x", "/ns1.example") == call.path
                };
                assert!(of(capability, &SOURCES).iter().any(is_it), "{capability} needs {call}");
            }
        }
    }

    #[test]
    fn who_may_only_look_needs_nothing_that_changes() {
        for can in [&[][..], &[Capability::View, Capability::Audit, Capability::Admin, Capability::Approve]] {
            assert!(all(&policy(can), &SOURCES).iter().all(|call| call.method == "GET"), "{can:?}");
        }
        let rules = key_rules(&all(&policy(&[Capability::View]), &SOURCES));
        assert_eq!(rules, [("GET", "/dedicated/server"), ("GET", "/dedicated/server/x")]);
    }

    #[test]
    fn mails_and_consoles_are_asked_for_only_where_they_are_used() {
        let paths = |can: &[Capability], sources: &[Source]| {
            let calls = all(&policy(can), sources);
            (calls.iter().any(|call| call.on() == On::Account), calls.iter().any(|call| call.path.contains("ipmi")))
        };
        assert_eq!(paths(&[Capability::Rescue], &[Source::AuthenticationSecret]), (false, false));
        assert_eq!(paths(&[Capability::Rescue], &SOURCES), (true, false));
        assert_eq!(paths(&[Capability::Console], &SOURCES), (false, true));
        assert_eq!(paths(&[Capability::Ticket], &SOURCES), (true, false));
    }
}
