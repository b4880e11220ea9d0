//! The exact calls: what a plan will ask OVHcloud to change, written down before it is done.
//!
//! One place for `/plan` and for whoever approves. The bodies are those that [`ovh`] sends, not copies of them. Only what changes
//! something is listed; between these calls Bernard reads.
//!
//! Pure: no async, no clock, no network.

use core::net::Ipv4Addr;

use bernard_domain::{
    console::{ConsoleKind, ConsoleMinutes},
    operation::{
        Entry, Lacking, Missing, Plan, Setting, Source, Wish,
        exact_call::{ExactCall, Method, Times},
        ticket::TicketWish,
    },
    server::{ServiceName, start::Start},
};
use bernard_ovh as ovh;

/// What carries out `wish` on `server` when `plan` is what would be done now. `sources`: where the link is looked for.
///
/// A setting that is there already is not written, so it is not listed.
pub fn of(server: &ServiceName, wish: &Wish, plan: &Plan, sources: &[Source]) -> Vec<ExactCall> {
    if let Wish::Link { sources } = wish {
        return of_link(server, sources);
    }
    let mut calls = Vec::new();
    calls.extend(plan.change.as_ref().and_then(|set| setting(server, set, &set.lacking_in(&plan.before))));
    if !matches!(wish, Wish::PutBack { .. }) {
        calls.push(of_reboot(server));
    }
    if matches!(wish, Wish::Enable(_)) && plan.entry == Entry::Password {
        calls.extend(of_link(server, sources));
    }
    calls
}

/// The reboot alone.
pub fn of_reboot(server: &ServiceName) -> ExactCall {
    ExactCall { method: Method::Post, path: path(server, "/reboot"), body: None, times: Times::Once }
}

/// What looks for the link of a running rescue. Looking through mails changes nothing, so it is not listed.
pub fn of_link(server: &ServiceName, sources: &[Source]) -> Vec<ExactCall> {
    let asks = sources.contains(&Source::AuthenticationSecret);
    let path = path(server, "/authenticationSecret");
    asks.then_some(ExactCall { method: Method::Post, path, body: None, times: Times::UntilTheLink })
        .into_iter()
        .collect()
}

/// What opens a ticket with OVHcloud's support.
pub fn of_ticket(server: &ServiceName, ticket: &TicketWish) -> ExactCall {
    let body = Some(ovh::ticket_body(server, ticket));
    ExactCall { method: Method::Post, path: "/support/tickets/create".to_owned(), body, times: Times::Once }
}

/// What opens a console.
pub fn of_console(
    server: &ServiceName,
    kind: ConsoleKind,
    minutes: ConsoleMinutes,
    ip: Option<Ipv4Addr>,
) -> Vec<ExactCall> {
    let post =
        |below, body, times| ExactCall { method: Method::Post, path: path(server, below), body: Some(body), times };
    vec![
        post("/features/ipmi/test", ovh::console_test_body(), Times::Once),
        post("/features/ipmi/access", ovh::console_body(kind, minutes, ip), Times::UntilAnswered),
    ]
}

/// What ends all sessions on a server's consoles.
pub fn of_session_reset(server: &ServiceName) -> ExactCall {
    let path = path(server, "/features/ipmi/resetSessions");
    ExactCall { method: Method::Post, path, body: None, times: Times::Once }
}

/// The change that makes so of a setting what it lacks.
pub fn change(setting: &Setting, lacking: &Lacking) -> ovh::Change {
    let (boot, boot_script) = match (&setting.boot, lacking.start) {
        (_, None) => (None, None),
        (Start::Script(script), Some(_)) => (None, Some(Some(script.clone()))),
        (Start::Netboot(boot), Some(Missing::Whole)) => (Some(boot.id), None),
        (Start::Netboot(boot), Some(Missing::ScriptStays)) => (Some(boot.id), Some(None)),
    };
    ovh::Change {
        boot,
        boot_script,
        rescue_mail: setting.rescue_mail.clone().filter(|_| lacking.mail),
        rescue_ssh_key: setting.rescue_ssh_key.clone().filter(|_| lacking.key),
        facts: lacking.facts.clone(),
    }
}

fn setting(server: &ServiceName, setting: &Setting, lacking: &Lacking) -> Option<ExactCall> {
    let body = Some(change(setting, lacking).shown());
    let call = ExactCall { method: Method::Put, path: path(server, ""), body, times: Times::UntilItHolds };
    (!lacking.is_nothing()).then_some(call)
}

/// A service name can stand in a path as it is.
fn path(server: &ServiceName, rest: &str) -> String {
    format!("/dedicated/server/{server}{rest}")
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        operation::{EnableWish, Snapshot},
        server::{Boot, BootId, Server, System, start::BootScript},
    };
    use serde_json::json;

    use super::*;

    fn name() -> ServiceName {
        "ns1.example".to_owned().try_into().expect("a name")
    }

    fn boot(id: u64, kernel: &str) -> Boot {
        Boot { id: BootId(id), boot_type: "rescue".into(), kernel: kernel.into(), description: String::new() }
    }

    fn enable(ssh_key: Option<&str>, email: Option<&str>) -> (Wish, Plan) {
        let into = boot(9, "rescue12-customer");
        let wish = Wish::Enable(EnableWish {
            into: into.clone(),
            system: System::Linux,
            email: email.map(str::to_owned),
            ssh_key: ssh_key.map(str::to_owned),
            lease: jiff::SignedDuration::from_hours(4),
            over: None,
        });
        let before = Snapshot { boot: Some(boot(1, "hd").into()), ..Snapshot::default() };
        let change = Setting {
            rescue_mail: email.map(|mail| Some(mail.to_owned())),
            rescue_ssh_key: ssh_key.map(|key| Some(key.to_owned())),
            ..Setting::of(into.clone().into())
        };
        let entry = if ssh_key.is_some() { Entry::Key } else { Entry::Password };
        (wish, Plan { before, change: Some(change), into: Some(into.into()), entry })
    }

    fn shown(calls: &[ExactCall]) -> Vec<String> {
        calls.iter().map(ExactCall::to_string).collect()
    }

    #[test]
    fn a_rescue_sets_the_boot_reboots_and_asks_for_the_secret() {
        let (wish, plan) = enable(None, Some("ops@example.com"));
        let calls = of(&name(), &wish, &plan, &[Source::AuthenticationSecret, Source::Mail]);
        assert_eq!(
            shown(&calls),
            [
                "PUT /dedicated/server/ns1.example\n{\n  \"bootId\": 9,\n  \"rescueMail\": \"ops@example.com\"\n}",
                "POST /dedicated/server/ns1.example/reboot",
                "POST /dedicated/server/ns1.example/authenticationSecret",
            ]
        );
        assert_eq!(of(&name(), &wish, &plan, &[Source::Mail]).len(), 2, "mails are only read");
    }

    #[test]
    fn with_a_key_nobody_asks_for_a_secret_and_what_holds_is_not_written() {
        let (wish, mut plan) = enable(Some("ssh-ed25519 AAAA ann"), None);
        assert_eq!(of(&name(), &wish, &plan, &[Source::AuthenticationSecret]).len(), 2);
        plan.before.boot = Some(boot(9, "rescue12-customer").into());
        plan.before.rescue_ssh_key = Some("ssh-ed25519 AAAA ann\n".to_owned());
        assert_eq!(shown(&of(&name(), &wish, &plan, &[])), ["POST /dedicated/server/ns1.example/reboot"]);
    }

    #[test]
    fn nothing_in_a_body_ends_the_block_it_is_shown_in() {
        let nasty = format!("ssh-ed25519 {} ```\u{202e}@everyone", "A".repeat(68));
        let call = ExactCall {
            method: Method::Put,
            path: "/x".into(),
            body: Some(json!({"rescueSshKey": nasty, "bootId": 1})),
            times: Times::Once,
        };
        let shown = call.to_string();
        assert!(!shown.contains('`') && !shown.contains('\u{202e}'), "{shown}");
        assert!(shown.contains("\\u202e@everyone") && shown.len() < 200, "{shown}");
    }

    #[test]
    fn a_null_that_is_put_back_is_shown_as_one() {
        let back = Setting { rescue_mail: Some(None), ..Setting::of(boot(1, "hd").into()) };
        let now = Snapshot { rescue_mail: Some("ops@example.com".to_owned()), ..Snapshot::default() };
        let call = setting(&name(), &back, &back.lacking_in(&now)).expect("a call");
        assert_eq!(call.body, Some(json!({"bootId": 1, "rescueMail": null})));
    }

    #[test]
    fn a_script_is_sent_whole_and_shown_by_its_length() {
        let script = BootScript::new("#!ipxe\nset token fake-token\n".to_owned()).expect("a script");
        let back = Setting::of(Start::Script(script));
        let lacking =
            back.lacking_in(&Snapshot { boot: Some(boot(9, "rescue12-customer").into()), ..Snapshot::default() });
        let sent = change(&back, &lacking).body();
        assert_eq!(
            sent,
            json!({"bootScript": "#!ipxe\nset token fake-token\n"}),
            "and no bootId, which would empty it"
        );
        let call = setting(&name(), &back, &lacking).expect("a call");
        assert_eq!(call.body, Some(json!({"bootScript": "(28 characters)"})));
    }

    #[test]
    fn a_script_that_stays_beside_a_netboot_is_taken_away() {
        let script = BootScript::new("#!ipxe\nshell".to_owned());
        let server = Server { boot: Some(BootId(9)), boot_script: script, ..Server::only_named(name(), "main") };
        let set = Setting::of(boot(9, "rescue12-customer").into());
        assert_eq!(change(&set, &set.lacking_on(&server)).body(), json!({"bootId": 9, "bootScript": null}));
        let gone = Server { boot_script: None, ..server };
        assert!(set.holds_on(&gone));
    }

    #[test]
    fn a_console_is_tested_and_then_asked_for() {
        let calls = of_console(&name(), ConsoleKind::KvmHtml5, ConsoleMinutes::Five, "203.0.113.9".parse().ok());
        let body = json!({"type": "kvmipHtml5URL", "ttl": 5, "ipToAllow": "203.0.113.9"});
        let bodies: Vec<_> = calls.into_iter().map(|call| call.body).collect();
        assert_eq!(bodies, [Some(json!({"type": "http", "ttl": 5})), Some(body)]);
    }
}
