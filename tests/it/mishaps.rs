//! What people type to do harm, and what goes wrong before anything was accepted.

use std::time::Duration;

use serde_json::json;
use sim::{
    discord::{Message, OPS, ROLE},
    net::{Faults, Rule},
};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// Things that would ring, format, break out of a path or a query, or fill the screen.
fn nasty() -> Vec<String> {
    let role = format!("@everyone @here <@&{ROLE}> <@200000000000000001>");
    let mut all: Vec<String> = [
        "`` ` ``` **x** ~~y~~ ||z|| [a](https://example.com)",
        "one\ntwo\r\nthree\u{2028}four\u{202e}",
        "../../../me/api/credential",
        "ns1.eu/reboot?x=1&y=2#z",
        "%2e%2e%2freboot",
        "?x=1",
        "ns1111111.ip-203-0-113.eu/../ns2222222.ip-203-0-113.eu",
        "{server} { $server } {{id}}",
        "<https://example.com> https://example.com",
    ]
    .map(str::to_owned)
    .into();
    all.push(role);
    all.push("`\n@everyone ".repeat(400));
    all
}

/// Everybody who must not be rung.
fn nobody_is_rung(bot: &TestBot) {
    for message in bot.discord.every_message() {
        let rung: Vec<_> = message.pinged_users.iter().filter(|user| **user != bot.ann.id()).collect();
        assert!(rung.is_empty() && message.pinged_roles.is_empty() && !message.pinged_everyone, "{}", message.content);
    }
}

/// Only paths that the program itself makes.
fn paths_are_plain(bot: &TestBot) {
    for seen in bot.ovh.journal().all() {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/.-_?=&".contains(c);
        assert!(
            seen.path.chars().all(plain) && !seen.path.contains("..") && !seen.path.contains("x="),
            "{}",
            seen.path
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nasty_server_name_names_no_server_and_rings_nobody() {
    let bot = TestBot::new().await;
    bot.discord.person("bob", "en-GB", &[ROLE]);
    for typed in nasty() {
        for command in ["rescue enable", "restore", "status"] {
            let answer = bot.ask(&bot.ann, command, &[("server", &typed)]).await;
            assert!(answer.content.contains("🚫") && answer.buttons().is_empty(), "{typed:?}: {}", answer.content);
        }
    }
    nobody_is_rung(&bot);
    paths_are_plain(&bot);
    assert_eq!(bot.ovh.journal().count("PUT", "") + bot.ovh.journal().count("POST", ""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nasty_system_length_address_or_key_is_refused() {
    let bot = TestBot::new().await;
    for typed in nasty() {
        for option in ["system", "for", "email", "ssh_key"] {
            let typed: String = typed.chars().take(3_000).collect();
            let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1"), (option, &typed)]).await;
            assert!(
                answer.content.contains("🚫") && answer.buttons().is_empty(),
                "{option} {typed:?}: {}",
                answer.content
            );
        }
    }
    nobody_is_rung(&bot);
    paths_are_plain(&bot);
    assert_eq!(bot.ovh.journal().count("PUT", ""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nasty_reason_is_shown_as_it_is_and_rings_nobody() {
    let bot = TestBot::new().await;
    bot.discord.person("bob", "en-GB", &[ROLE]);
    let all = nasty().concat();
    let reason: String = all.chars().take(400).collect();
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", &reason)]).await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let shown = bot.sees(&["Asked for by", "R-1"]).await;
    let line = shown.content.lines().find(|line| line.contains("Asked for by")).expect("the line");
    assert!(line.contains("@everyone") || line.contains("https://example.com"), "{line}");
    assert!(line.starts_with(&format!("Asked for by {}: ``", bot.ann.mention())) && line.ends_with("``"), "{line}");
    nobody_is_rung(&bot);
    paths_are_plain(&bot);
    assert!(bot.discord.links_fetched().is_empty(), "{:?}", bot.discord.links_fetched());
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nasty_display_name_rings_nobody_either() {
    let name = format!("`@everyone` <@&{ROLE}>\n**x**");
    let bot = TestBot::with(TestConfig::default(), [web_1().named(&name), db_1()]).await;
    bot.discord.person("bob", "en-GB", &[ROLE]);
    let server = "ns1111111.ip-203-0-113.eu";
    bot.rescued_as(&bot.ann, server, "@everyone").await;
    for command in ["status", "rescue list"] {
        bot.ask(&bot.ann, command, &[]).await;
    }
    nobody_is_rung(&bot);
    assert_eq!(bot.ovh.reboots(server), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_parse_is_answered_with_an_apology() {
    let bot = TestBot::new().await;
    let spoilt = bot.discord.dispatch_spoilt(&bot.ann, OPS, "status", |interaction| {
        interaction["data"]["name"] = json!(null);
    });
    let answer = spoilt.answer().await;
    assert!(answer.is_ephemeral() && answer.content.contains("nothing was done"), "{}", answer.content);
    for (command, options) in [("format-disk", json!([])), ("rescue", json!([])), ("restore", json!([]))] {
        let strange = bot.discord.dispatch_spoilt(&bot.ann, OPS, command, |interaction| {
            interaction["data"]["options"] = options;
        });
        let answer = strange.answer().await;
        assert!(answer.is_ephemeral() && answer.content.contains("do not know"), "{command}: {}", answer.content);
    }
    let fine = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(fine.content.contains("web-1"), "the next one is served: {}", fine.content);
}

/// A card whose **Confirm** Discord gives up before it is acknowledged, because of this trouble.
async fn given_up(bot: &TestBot, begin: impl FnOnce(Faults) -> Rule) -> Message {
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.discord.set_tempo(|tempo| tempo.acknowledge = Duration::from_millis(300));
    let trouble = begin(bot.discord.faults().always());
    let press = bot.ann.press(&card, "Confirm").await;
    assert!(!press.is_acknowledged());
    eventually("it was tried", async || trouble.hits() > 0).await;
    trouble.clear();
    bot.discord.set_tempo(|tempo| tempo.acknowledge = Duration::from_secs(30));
    card
}

/// Nothing was done, and the card is as good as before.
async fn did_nothing(bot: &TestBot, card: &Message) {
    // The bot has dealt with a press when it has dealt with what came after it.
    bot.ask(&bot.ann, "help", &[]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert_eq!(bot.ovh.journal().count("PUT", ""), 0);
    assert!(bot.discord.messages(OPS).is_empty());
    let accepted = bot.press(&bot.ann, card, "Confirm").await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_whose_acknowledgement_failed_does_nothing() {
    let bot = TestBot::new().await;
    let refused = json!({"message": "trouble"});
    let card = given_up(&bot, |faults| faults.status("POST", "/callback", 500, &refused)).await;
    did_nothing(&bot, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_was_acknowledged_too_late_does_nothing() {
    let bot = TestBot::new().await;
    let late = Duration::from_millis(600);
    let card = given_up(&bot, |faults| faults.slow("POST", "/callback", late)).await;
    did_nothing(&bot, &card).await;
}
