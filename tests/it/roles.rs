//! Who may: denied by default, and asked again at every press.

use serde_json::json;
use sim::discord::{Id, OPS, Person, ROLE, THREAD};

use crate::bot::{TestBot, TestConfig, db_1, rule, web_1};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);
/// Discord's answer when something is wrong with it.
const TROUBLE: (u16, &str) = (500, "Internal Server Error");

/// A card that waits for its **Confirm** must not have rebooted anything.
fn nothing_happened(bot: &TestBot, server: &str, boot: Option<u64>) {
    assert_eq!(bot.ovh.reboots(server), 0);
    assert_eq!(bot.ovh.boot_of(server), boot);
    assert!(bot.discord.messages(OPS).is_empty(), "the channel hears of nothing");
}

async fn refused(bot: &TestBot, who: &Person, server: &str, parts: &[&str]) {
    let boot = bot.ovh.boot_of(server);
    let answer = bot.ask(who, "rescue enable", &[("server", server)]).await;
    assert!(answer.is_ephemeral(), "a refusal is nobody else's business");
    assert!(answer.buttons().is_empty(), "a refusal has no buttons");
    for part in parts {
        assert!(answer.content.contains(part), "{part} is not in: {}", answer.content);
    }
    nothing_happened(bot, server, boot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_is_refused_and_told_the_rule_and_who_could_help() {
    let rules = rule(ROLE, &["view", "rescue"], &["*"]) + &rule(VIEWER, &["view"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    let could_help = format!("<@&{ROLE}>");
    refused(&bot, &eve, "web-1", &["🚫", "`rescue`", "[[role]] #2", &could_help]).await;
    let status = bot.ask(&eve, "status", &[("server", "web-1")]).await;
    assert!(status.content.contains("web-1") && !status.content.contains("🚫"), "{}", status.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_role_nobody_may_do_or_learn_anything() {
    let bot = TestBot::new().await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    refused(&bot, &guest, "web-1", &["No rule", "`rescue`"]).await;
    let before = bot.ovh.journal().all().len();
    for (command, server) in
        [("status", "web-1"), ("restore", "web-1"), ("reboot", "web-1"), ("rescue link", "web-1"), ("status", "web-9")]
    {
        let answer = bot.ask(&guest, command, &[("server", server)]).await;
        assert!(answer.content.contains("No rule"), "{command} {server}: {}", answer.content);
    }
    for command in ["status", "rescue list"] {
        let answer = bot.ask(&guest, command, &[]).await;
        assert!(answer.content.contains("No rule"), "{command}: {}", answer.content);
    }
    assert_eq!(bot.ovh.journal().all().len(), before, "they cost OVHcloud's budget nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_without_roles_allows_nobody_anything() {
    let bot = TestBot::ruled_by(String::new()).await;
    refused(&bot, &bot.ann, "web-1", &["no rule at all"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_for_one_server_is_a_right_for_no_other() {
    let bot = TestBot::ruled_by(rule(ROLE, &["rescue"], &["db-*"])).await;
    refused(&bot, &bot.ann, "web-1", &["No server goes by", "web-1"]).await;
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!(bot.ovh.reboots("db-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_by_tag_holds_while_the_tag_does() {
    let bot = TestBot::ruled_by(rule(ROLE, &["rescue"], &["tag:env=test"])).await;
    refused(&bot, &bot.ann, "web-1", &["No server goes by"]).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1")]).await;
    bot.ovh.set_tag("db-1", "env", "prod");
    let boot = bot.ovh.boot_of("db-1");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("other servers"), "{}", answer.content);
    nothing_happened(&bot, "db-1", boot);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_cannot_be_read_fail_a_role_by_tag() {
    let bot = TestBot::ruled_by(rule(ROLE, &["rescue"], &["tag:env=*"])).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.hide_iam("web-1");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("could not be read"), "{}", answer.content);
    refused(&bot, &bot.ann, &bot.ovh.service_name("web-1"), &["could not be read"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_cannot_be_read_keep_a_protection_by_tag() {
    let protect = "[[protect]]\nservers = [\"tag:env=secret\"]\nactions = [\"rescue\"]\n";
    let rules = rule(ROLE, &["rescue"], &["*"]) + &rule(VIEWER, &["approve"], &["*"]) + protect;
    let bot = TestBot::ruled_by(rules).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.button("Confirm").is_some(), "env=prod is not protected: {}", card.content);
    bot.ovh.hide_iam("web-1");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("[[protect]] #1") && answer.buttons().is_empty(), "{}", answer.content);
    assert!(answer.content.contains("must approve"), "{}", answer.content);
    bot.sees(&["**Approval needed**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_else_may_approve_is_refused_naming_the_rule() {
    let protect = "[[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"rescue\", \"reboot\"]\napprovals = 2\n";
    let bot = TestBot::ruled_by(rule(ROLE, &["rescue", "reboot"], &["*"]) + protect).await;
    refused(&bot, &bot.ann, "web-1", &["[[protect]] #1", "anybody but you"]).await;
    let answer = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(answer.content.contains("[[protect]] #1"), "{}", answer.content);
    bot.rescued(&bot.ann, "db-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_for_one_channel_holds_there_and_in_its_threads() {
    let rules = rule(ROLE, &["rescue"], &["*"]) + &format!("channels = [\"{OPS}\"]\n");
    let bot = TestBot::ruled_by(rules).await;
    let other = bot.discord.channel("other");
    let answer = bot.ann.slash(other, "rescue enable", [("server", "web-1")]).await.answer().await;
    assert!(answer.content.contains(&format!("<#{OPS}>")), "{}", answer.content);
    let card = bot.ann.slash(THREAD, "rescue enable", [("server", "web-1")]).await.answer().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.sees_in(THREAD, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_taken_away_before_confirm_is_missed_at_the_press() {
    let bot = TestBot::new().await;
    let boot = bot.ovh.boot_of("web-1");
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ann.set_roles(&[]);
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("No rule"), "{}", answer.content);
    nothing_happened(&bot, "web-1", boot);
}

/// A bot with `web-1` in rescue, and ann's DM about it.
async fn rescued_with_dm() -> (TestBot, sim::discord::Message) {
    let config = TestConfig::default();
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    (bot, dm)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_taken_away_before_restore_now_is_missed_in_the_dm() {
    let (bot, dm) = rescued_with_dm().await;
    bot.ann.set_roles(&[]);
    let answer = bot.press(&bot.ann, &dm, "Restore now").await;
    assert!(answer.content.contains("No rule"), "{}", answer.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.ann.set_roles(&[ROLE]);
    let answer = bot.press_and_confirm(&bot.ann, &dm, "Restore now").await;
    assert!(answer.content.contains("R-2"), "{}", answer.content);
    bot.rung(&bot.ann, &["Restored", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_discord_does_not_say_who_it_is_the_answer_is_no() {
    let (bot, dm) = rescued_with_dm().await;
    let (status, words) = TROUBLE;
    let forbidden = json!({"message": "Missing Access", "code": 50_001});
    for (status, body) in [(status, json!({"message": words, "code": 0})), (403, forbidden)] {
        let trouble = bot.discord.faults().always().status("GET", "/members/", status, &body);
        let answer = bot.press(&bot.ann, &dm, "Restore now").await;
        assert!(answer.content.contains("did not tell me your roles"), "{status}: {}", answer.content);
        assert!(trouble.hits() > 0);
        trouble.clear();
    }
    bot.discord.leave(&bot.ann);
    let answer = bot.press(&bot.ann, &dm, "Restore now").await;
    assert!(answer.content.contains("did not tell me your roles"), "{}", answer.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(bot.discord.messages(OPS).iter().all(|message| !message.content.contains("R-2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_a_rescue_needs_nobody_to_find_its_link_again() {
    let protect = "[[protect]]\nservers = [\"tag:env=secret\"]\nactions = [\"rescue\", \"restore\"]\n";
    let rules = rule(ROLE, &["rescue", "restore", "approve"], &["*"]) + protect;
    let bot = TestBot::ruled_by(rules).await;
    let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.set_tag("web-1", "env", "secret");
    let answer = bot.ask(&bob, "rescue link", &[("server", "web-1")]).await;
    assert!(answer.content.contains("[[protect]] #1"), "{}", answer.content);
    let answer = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(answer.content.contains("[[protect]] #1"), "a restore is protected for her too: {}", answer.content);
    let answer = bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(answer.content.contains("R-3") && !answer.content.contains("protect"), "{}", answer.content);
    bot.ann.wait_for_dm(|message| message.content.contains("R-3") && message.content.contains("manager/secret")).await;
    assert!(bob.dms().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_in_a_dm_counts_as_pressed_where_its_rescue_was_asked_for() {
    let other_role = Id(400_000_000_000_000_003);
    let rules = rule(ROLE, &["rescue", "restore"], &["*"])
        + &format!("channels = [\"{OPS}\"]\n")
        + &rule(other_role, &["reboot"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let bob = bot.discord.person("bob", "en-GB", &[other_role]);
    let disk = bot.ovh.boot_of("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    let card = bot.press(&bot.ann, &dm, "Restore now").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1, "it asks first");
    // The server's latest operation is bob's now, where ann may do nothing; it boots into the rescue once more.
    let other = bot.discord.channel("other");
    let reboot = bob.slash(other, "reboot", [("server", "web-1")]).await.answer().await;
    bot.press(&bob, &reboot, "Confirm").await;
    bot.sees_in(other, &["**Rebooted**", "R-2"]).await;
    let accepted = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(accepted.content.contains("R-3"), "{}", accepted.content);
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.boot_of("web-1")), (3, disk));
    assert_eq!(bot.discord.messages(other).iter().filter(|message| message.content.contains("R-3")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_one_may_not_see_is_not_named_by_what_else_it_goes_by() {
    let bot = TestBot::ruled_by(rule(ROLE, &["view", "rescue"], &["db-*"])).await;
    for command in ["rescue enable", "status"] {
        let answer = bot.ask(&bot.ann, command, &[("server", "203.0.113.100")]).await;
        assert!(answer.content.contains("`203.0.113.100`") && !answer.content.contains("web-1"), "{}", answer.content);
    }
    for partial in ["web", "203.0.113.100", "prod"] {
        let offered = bot.ann.autocomplete(OPS, "status", "server", partial).await;
        assert!(offered.iter().all(|choice| !choice.name.contains("web-1")), "{offered:?}");
        let guessed = bot.ask(&bot.ann, "status", &[("server", &format!("{partial}x"))]).await;
        assert!(!guessed.content.contains("web-1"), "{}", guessed.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_added_while_a_card_waits_counts_at_the_press() {
    let mut bot = TestBot::ruled_by(rule(ROLE, &["rescue"], &["*"])).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.config.rules += "[[protect]]\nservers = [\"web-*\"]\nactions = [\"rescue\"]\n";
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is read again");
    bot.press(&bot.ann, &card, "Confirm").await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    bot.config.rules = rule(ROLE, &["view"], &["*"]);
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is read again");
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1")]).await;
    assert!(answer.content.contains("do not include `rescue`"), "{}", answer.content);
    let help = bot.ask(&bot.ann, "help", &[]).await;
    assert!(help.content.contains("/status") && !help.content.contains("/rescue enable"), "{}", help.content);
}
