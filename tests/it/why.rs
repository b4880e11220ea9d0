//! `/why`: which rule allows or denies, what protects, and who could help.

use std::fmt::Write;

use serde_json::json;
use sim::discord::{Id, Message, ROLE};

use crate::bot::{TestBot, TestConfig, db_1, rule, web_1};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);
/// A role of approvers.
const APPROVER: Id = Id(400_000_000_000_000_003);

const PROTECT: &str =
    "[[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"rescue\"]\napprovals = 2\nexpires = \"20m\"\n";

async fn bot() -> TestBot {
    let rules = rule(ROLE, &["view", "rescue", "audit"], &["*"])
        + &rule(VIEWER, &["view"], &["*"])
        + &rule(APPROVER, &["approve"], &["web-*"])
        + PROTECT;
    TestBot::ruled_by(rules).await
}

#[track_caller]
fn assert_says(answer: &Message, parts: &[&str]) {
    assert!(answer.is_ephemeral() && answer.buttons().is_empty());
    for part in parts {
        assert!(answer.content.contains(part), "{part} is not in: {}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_told_the_rule_that_allows_and_the_protection_with_its_approvers() {
    let bot = bot().await;
    let mention = format!("<@&{ROLE}>");
    let answer = bot.ask(&bot.ann, "why", &[("action", "rescue"), ("server", "web-1")]).await;
    let approver = format!("<@&{APPROVER}>");
    assert_says(&answer, &["✅", "`rescue`", "`web-1`", "`[[role]] #1 (line", &mention]);
    assert_says(&answer, &["`[[protect]] #1 (line", "2 other people", "20 min", &approver]);
    assert!(!bot.ann.was_rung_by(&answer), "a mention in an answer rings nobody");
    let answer = bot.ask(&bot.ann, "why", &[("action", "rescue"), ("server", "db-1")]).await;
    assert_says(&answer, &["✅", "Nobody else has to approve"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_told_the_nearest_rule_and_who_could_help() {
    let bot = bot().await;
    let eve = bot.discord.person("eve", "fr", &[VIEWER]);
    let answer = bot.ask(&eve, "why", &[("action", "rescue"), ("server", "web-1")]).await;
    assert_says(&answer, &["🚫", "`rescue`", "`[[role]] #2 (line", &format!("<@&{VIEWER}>"), &format!("<@&{ROLE}>")]);
    assert_says(&answer, &["approbation"]);
    let answer = bot.ask(&bot.ann, "why", &[("action", "console"), ("server", "web-1")]).await;
    assert_says(&answer, &["🚫", "`console`", "[[role]] #1"]);
    assert!(!answer.content.contains("Who could help"), "nobody could: {}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_about_others_needs_audit_and_their_roles_are_fetched() {
    let bot = bot().await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    let about_eve = [("action", "rescue"), ("server", "web-1"), ("user", "eve")];
    let answer = bot.ask(&eve, "why", &[("action", "rescue"), ("server", "web-1"), ("user", "ann")]).await;
    assert_says(&answer, &["🚫", "`audit`"]);
    let answer = bot.ask(&bot.ann, "why", &about_eve).await;
    assert_says(&answer, &["🚫", &eve.mention(), "do not include it", "[[role]] #2", &format!("<@&{ROLE}>")]);
    eve.set_roles(&[ROLE]);
    let answer = bot.ask(&bot.ann, "why", &about_eve).await;
    assert_says(&answer, &["✅", &eve.mention(), "[[role]] #1"]);

    let refusal = json!({"message": "Missing Access", "code": 50_001});
    let trouble = bot.discord.faults().always().status("GET", "/members/", 403, &refusal);
    let answer = bot.ask(&bot.ann, "why", &about_eve).await;
    assert_says(&answer, &["🚫", "did not tell me the roles", &eve.mention()]);
    trouble.clear();
    bot.discord.leave(&eve);
    let answer = bot.ask(&bot.ann, "why", &about_eve).await;
    assert_says(&answer, &["🚫", "they are not here"]);
    let lines = crate::audit::lines(&bot.database()).await;
    let asked = lines.iter().filter(|line| line.entry.contains("\"right_explained\""));
    assert_eq!(asked.count(), 4, "who asks after others is in the audit, whatever they were told");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_cannot_be_read_are_said_and_count_against_the_asker() {
    let rules = rule(ROLE, &["view"], &["*"])
        + &rule(ROLE, &["rescue"], &["tag:env=test"])
        + "[[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"rescue\"]\n";
    let bot = TestBot::ruled_by(rules).await;
    let name = bot.ovh.service_name("db-1");
    let ask = [("action", "rescue"), ("server", name.as_str())];
    assert_says(&bot.ask(&bot.ann, "why", &ask).await, &["✅", "[[role]] #2", "Nobody else has to approve"]);

    bot.ovh.hide_iam("db-1");
    let unread = ["🚫", "could not be read", "[[role]] #2", "[[protect]] #1", "may cover it"];
    assert_says(&bot.ask(&bot.ann, "why", &ask).await, &unread);
    bot.ovh.faults().always().status("GET", &name, 403, &json!({"message": "This call has not been granted"}));
    let answer = bot.ask(&bot.ann, "why", &ask).await;
    assert_says(&answer, &unread);
    assert_says(&answer, &["cannot be read just now", "not been granted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_a_server_learns_nothing_of_its_rules() {
    let rules = rule(ROLE, &["view", "rescue"], &["db-*"]) + PROTECT;
    let bot = TestBot::ruled_by(rules).await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    for command in ["why", "plan"] {
        let ask = [("action", "rescue"), ("server", "web-1")];
        let answer = bot.ask(&bot.ann, command, &ask).await;
        assert_says(&answer, &["🚫", "No server goes by `web-1`"]);
        assert!(!answer.content.contains("[[protect]]") && !answer.content.contains("PUT"), "{}", answer.content);
        assert_says(&bot.ask(&guest, command, &ask).await, &["🚫", "No rule"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_read_of_rights_plans_and_limits() {
    let rules = rule(ROLE, &["view", "rescue", "reboot", "restore", "audit", "admin"], &["*"])
        + &rule(VIEWER, &["view"], &["*"])
        + &rule(APPROVER, &["approve"], &["web-*"])
        + PROTECT;
    let limits = "per_user_per_minute = 100\nper_server_per_hour = 1\n".to_owned();
    let bot = TestBot::with(TestConfig { rules, limits, ..TestConfig::default() }, [web_1(), db_1()]).await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "db-1"]).await;
    for locale in ["en-GB", "fr"] {
        bot.ann.set_locale(locale);
        eve.set_locale(locale);
        let mut text = String::new();
        for (who, command, options) in [
            (&bot.ann, "why", &[("action", "rescue"), ("server", "web-1")][..]),
            (&eve, "why", &[("action", "rescue"), ("server", "web-1")]),
            (&bot.ann, "why", &[("action", "reboot"), ("server", "db-1"), ("user", "eve")]),
            (&bot.ann, "plan", &[("action", "rescue"), ("server", "web-1")]),
            (&bot.ann, "plan", &[("action", "restore"), ("server", "db-1")]),
            (&bot.ann, "plan", &[("action", "console"), ("server", "web-1")]),
            (&bot.ann, "reboot", &[("server", "db-1")]),
            (&bot.ann, "admin pause", &[("reason", "fire in gra3")]),
            (&bot.ann, "rescue enable", &[("server", "web-1")]),
            (&bot.ann, "admin resume", &[]),
        ] {
            let answer = bot.ask(who, command, options).await;
            writeln!(text, "=== /{command} {options:?} ===\n{}", crate::one_screen::spelt(&timeless(&answer.content)))
                .expect("a text");
        }
        insta::assert_snapshot!(format!("rights_{}", &locale[..2]), text);
    }
}

/// The text with every moment and every line of the configuration the same.
fn timeless(text: &str) -> String {
    ["<t:", "(line "].into_iter().fold(text.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            out.push_str(before);
            out.push('0');
            out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        out
    })
}
