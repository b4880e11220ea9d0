//! What stands in the audit.

use bernard_config::Config;
use bernard_domain::{audit::Line, operation::Kind};
use serde_json::json;
use sim::discord::{Id, OPS, Person, ROLE};

use super::lines;
use crate::bot::{TestBot, TestConfig, db_1, eventually, rule, web_1};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);

/// The lines with this word.
fn told<'a>(lines: &'a [Line], what: &str) -> Vec<&'a Line> {
    lines.iter().filter(|line| line.text("what").as_deref() == Some(what)).collect()
}

#[track_caller]
fn one<'a>(lines: &'a [Line], what: &str, operation: &str) -> &'a Line {
    let mut found = told(lines, what);
    found.retain(|line| line.text("operation").as_deref() == Some(operation));
    let [line] = found.as_slice() else { panic!("{what} of {operation}: {found:#?}") };
    line
}

#[track_caller]
fn says(line: &Line, fields: &[(&str, &str)]) {
    for (key, value) in fields {
        assert_eq!(line.text(key).as_deref(), Some(*value), "{key} of {}", line.entry);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_can_be_read_from_request_to_restore() {
    let mut bot = TestBot::new().await;
    // A link that is found in a mail has no query id.
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", "disk full")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.restored(&bot.ann, "web-1").await;
    let wiped = async || !told(&lines(&bot.database()).await, "dm_wiped").is_empty();
    eventually("the DM is wiped", wiped).await;
    bot.stop().await;
    let lines = lines(&bot.database()).await;
    let (ann, ops) = (bot.ann.id().to_string(), OPS.to_string());
    let server = bot.ovh.service_name("web-1");
    let digest = policy_digest(&bot.loaded());
    let wiped = one(&lines, "dm_wiped", "R-1");
    says(wiped, &[("kind", "effect"), ("who", &ann), ("server", &server)]);
    for line in lines.iter().filter(|line| line.text("operation").is_some() && line.number != wiped.number) {
        let rule = line.text("rule").expect("a rule");
        assert!(rule.starts_with("[[role]] #1"), "{rule}");
        says(line, &[("who", &ann), ("server", &server), ("account", "main"), ("channel", &ops), ("policy", &digest)]);
    }
    says(one(&lines, "opened", "R-1"), &[("kind", "decision"), ("action", "enable"), ("reason", "disk full")]);
    let set = one(&lines, "boot_set", "R-1");
    says(set, &[("kind", "effect")]);
    let intended = one(&lines, "reboot_intended", "R-1");
    let accepted = one(&lines, "reboot_accepted", "R-1");
    assert!(set.number < intended.number && intended.number < accepted.number, "in the order of what happened");
    let task = accepted.text("task").expect("OVHcloud's task");
    let sent = one(&lines, "delivery_attempted", "R-1");
    for line in [set, accepted, sent] {
        assert!(line.text("query").is_some_and(|query| !query.is_empty()), "OVHcloud's query id: {}", line.entry);
    }
    let ends: Vec<_> = lines.iter().filter_map(|line| Some((line.text("operation")?, line.text("outcome")?))).collect();
    let ends: Vec<_> = ends.iter().map(|(id, outcome)| (id.as_str(), outcome.as_str())).collect();
    assert_eq!(ends, [("R-1", "link_delivered"), ("R-2", "restored")]);
    one(&lines, "lease_began", "R-1");
    one(&lines, "lease_ended", "R-2");
    assert_ne!(one(&lines, "reboot_accepted", "R-2").text("task"), Some(task));
    assert!(lines.iter().all(|line| !line.entry.contains("manager/secret")));
}

fn policy_digest(config: &Config) -> String {
    bernard_domain::access::Policy::new(config.roles.clone(), config.protections.clone()).digest()
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_rights_stand_in_it_and_what_was_only_read_does_not() {
    let rules = rule(ROLE, &["view", "rescue", "restore"], &["*"]) + &rule(VIEWER, &["view"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    let guest = bot.discord.person("guest", "en-GB", &[]);
    let before = lines(&bot.database()).await.len();
    bot.ask(&eve, "rescue enable", &[("server", "web-1")]).await;
    bot.ask(&guest, "status", &[]).await;
    bot.ask(&eve, "status", &[("server", "web-1")]).await;
    bot.ask(&eve, "help", &[]).await;
    eve.autocomplete(OPS, "status", "server", "web").await;
    bot.ask(&bot.ann, "rescue enable", &[("server", "web-9")]).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let other = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.forge(&eve, &crate::bot::custom_id(&other, "Confirm"), &other).await;
    bot.press(&bot.ann, &card, "Cancel").await;
    let lines = lines(&bot.database()).await.split_off(before);
    let whats: Vec<_> = lines.iter().filter_map(|line| line.text("what")).collect();
    assert_eq!(whats, ["refused", "refused", "refused", "card_dismissed"], "{lines:#?}");
    let server = bot.ovh.service_name("web-1");
    let who = |person: &Person| person.id().to_string();
    says(&lines[0], &[("who", &who(&eve)), ("action", "/rescue enable"), ("server", &server), ("kind", "refusal")]);
    assert!(lines[0].text("rule").is_some_and(|rule| rule.starts_with("[[role]] #2")), "{}", lines[0].entry);
    says(&lines[1], &[("who", &who(&guest)), ("action", "/status"), ("detail", "view: no rule speaks of them")]);
    assert_eq!(lines[1].text("server"), None);
    says(&lines[2], &[("who", &who(&eve)), ("action", "button confirm"), ("server", &server)]);
    says(&lines[3], &[("who", &who(&bot.ann)), ("action", "enable"), ("server", &server)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_refusals_is_answered_and_is_a_line_and_a_count() {
    let mut bot = TestBot::new().await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    let asked: Vec<_> = (0..60).map(|_| guest.slash(OPS, "reboot", [("server", "web-1")])).collect();
    let rescued = bot.rescued(&bot.ann, "web-1");
    let (answers, _) = tokio::join!(futures_util::future::join_all(asked), rescued);
    for asked in answers {
        assert!(asked.answer().await.content.contains("No rule"));
    }
    bot.stop().await;
    let lines = lines(&bot.database()).await;
    let refused = told(&lines, "refused");
    assert!(refused[0].text("times").is_none(), "the first is told at once: {refused:#?}");
    // A minute may end while the flood goes on.
    let counted = refused[1..].iter().map(|line| line.text("times").and_then(|times| times.parse::<u32>().ok()));
    assert_eq!(counted.sum::<Option<u32>>(), Some(59), "{refused:#?}");
    assert!(refused.len() <= 3, "{refused:#?}");
    for line in refused {
        says(
            line,
            &[("who", &guest.id().to_string()), ("action", "/reboot"), ("detail", "reboot: no rule speaks of them")],
        );
    }
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_names_who_made_it_and_the_rule_that_let_them() {
    let rules = rule(ROLE, &["rescue"], &["*"]) + &rule(VIEWER, &["rescue"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let bob = bot.discord.person("bob", "en-GB", &[VIEWER]);
    let gate = bot.ovh.faults().hold_before("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    gate.reached().await;
    let card = bot.sees(&["R-1", "Asked for by"]).await;
    bot.press(&bob, &card, "Cancel").await;
    gate.release();
    bot.sees(&["**Cancelled**"]).await;
    let lines = lines(&bot.database()).await;
    let asked = one(&lines, "cancel_asked", "R-1");
    says(asked, &[("who", &bob.id().to_string()), ("kind", "decision")]);
    assert!(asked.text("rule").is_some_and(|rule| rule.starts_with("[[role]] #2")), "{}", asked.entry);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_start_and_every_new_policy_is_a_line_and_later_lines_name_it() {
    let mut bot = TestBot::new().await;
    let old = policy_digest(&bot.loaded());
    bot.config.rules = rule(ROLE, &["view", "rescue"], &["web-*"]);
    let config = bot.loaded();
    let new = policy_digest(&config);
    assert_ne!(old, new);
    bot.app().reload(&config).await.expect("it is read again");
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    bot.start().await;
    let lines = lines(&bot.database()).await;
    let policies: Vec<_> = lines.iter().filter(|line| line.text("operation").is_none()).collect();
    let whats: Vec<_> = policies.iter().filter_map(|line| line.text("what")).collect();
    assert_eq!(whats, ["started", "policy_loaded", "started"]);
    says(policies[0], &[("policy", &old), ("kind", "process")]);
    says(policies[1], &[("policy", &new), ("kind", "policy")]);
    says(one(&lines, "opened", "R-1"), &[("policy", &new)]);
    says(policies[2], &[("policy", &new)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_revealed_stands_in_it_with_its_query_id_and_without_the_link() {
    let bot = TestBot::with(TestConfig::default(), [web_1(), db_1()]).await;
    bot.discord.close_dms(&bot.ann);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let waiting = bot.rung(&bot.ann, &["**Reveal link**", "web-1"]).await;
    bot.ann.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains("manager/secret")).await;
    let path = bot.database();
    eventually("it is recorded", async || !told(&lines(&path).await, "link_revealed").is_empty()).await;
    let lines = lines(&path).await;
    let revealed = one(&lines, "link_revealed", "R-1");
    says(revealed, &[("kind", "decision"), ("who", &bot.ann.id().to_string()), ("outcome", "link_revealed")]);
    assert!(revealed.text("query").is_some(), "{}", revealed.entry);
    for id in bot.ovh.secret_ids() {
        assert!(lines.iter().all(|line| !line.entry.contains(&id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_or_got_no_clear_answer_names_its_query_too() {
    let bot = TestBot::new().await;
    let no = json!({ "message": "not now" });
    let set = ("PUT", "/dedicated/server/");
    bot.ovh.faults().status(set.0, set.1, 502, &no);
    bot.ovh.faults().status(set.0, set.1, 403, &no);
    bot.accepts(Kind::Enable).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "R-1"]).await;
    bot.ovh.faults().status("POST", "/reboot", 403, &no);
    bot.accepts(Kind::Enable).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "R-2"]).await;
    bot.ovh.faults().answer_instead("POST", "/reboot", 504, "gone");
    bot.ovh.faults().always().status("POST", "/authenticationSecret", 403, &no);
    bot.accepts(Kind::Enable).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-3"]).await;
    bot.ovh.faults().always().status("GET", "/task", 403, &no);
    bot.accepts(Kind::Reboot).await;
    bot.rung(&bot.ann, &["R-4", "Not sent"]).await;
    let lines = lines(&bot.database()).await;
    for (what, id) in [
        ("setting_in_doubt", "R-1"),
        ("setting_refused", "R-1"),
        ("reboot_not_done", "R-2"),
        ("reboot_unknown", "R-3"),
        ("reboot_not_done", "R-4"),
    ] {
        let line = one(&lines, what, id);
        let (query, detail) = (line.text("query").expect("a query id"), line.text("detail").expect("its words"));
        assert!(!query.is_empty() && !query.contains(' ') && detail.contains(&query), "{}", line.entry);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_are_counted() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let metrics = bot.metrics().await;
    assert!(metrics.contains("# HELP bernard_audit_entries_total Lines written to the audit"), "{metrics}");
    assert!(metrics.contains("bernard_audit_entries_total{kind=\"effect\"}"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_and_a_look_at_somebody_elses_rights_stand_in_it() {
    let bot = TestBot::new().await;
    let bob = bot.discord.person("bob", "en-GB", &[]);
    bot.ask(&bot.ann, "admin pause", &[("reason", "an incident")]).await;
    bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ask(&bot.ann, "admin resume", &[]).await;
    let bobs = bob.id().to_string();
    bot.ask(&bot.ann, "why", &[("action", "rescue"), ("server", "web-1"), ("user", &bobs)]).await;
    bot.ask(&bot.ann, "why", &[("action", "rescue"), ("server", "web-1")]).await;
    let lines = lines(&bot.database()).await;
    let lines: Vec<_> = lines.iter().filter(|line| line.text("who").is_some()).collect();
    let whats: Vec<_> = lines.iter().filter_map(|line| line.text("what")).collect();
    assert_eq!(whats, ["paused", "refused", "resumed", "right_explained"], "{lines:#?}");
    says(lines[0], &[("reason", "an incident"), ("kind", "decision"), ("action", "admin")]);
    assert!(lines[0].text("rule").is_some_and(|rule| rule.starts_with("[[role]] #1")));
    says(lines[3], &[("detail", &format!("rescue by {bobs}")), ("server", &bot.ovh.service_name("web-1"))]);
}
