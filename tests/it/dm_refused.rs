//! DMs that Discord refuses: what is final is as good as closed DMs, what may heal is tried for a while, and one secret serves all tries.

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::discord::{Message, ROLE};

use crate::{
    aftermath::links_went_only_to,
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
};

/// Where ann's DMs are posted.
fn dms_of_ann(bot: &TestBot) -> String {
    format!("/channels/{}/messages", bot.ann.open_dms())
}

/// How many secrets were asked for.
fn secrets(bot: &TestBot) -> usize {
    bot.ovh.journal().count("POST", "/authenticationSecret")
}

async fn revealed(bot: &TestBot, waiting: &Message) -> Message {
    bot.ann.press(waiting, "Reveal link").await.wait_for(|seen| seen.content.contains("manager/secret")).await
}

/// A bot whose patience with the link is short.
async fn impatient() -> TestBot {
    TestBot::with(TestConfig::with_rescue("probe = false\nsecret_timeout = \"800ms\""), [web_1(), db_1()]).await
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_dm_that_is_refused_for_good_is_tried_once_and_its_link_waits_in_the_channel() {
    for (code, said) in [
        (240_000, "filter"),
        (200_000, "filter"),
        (20_009, "explicit"),
        (20_026, "spam"),
        (50_001, "write there"),
        (50_013, "write there"),
        (50_035, "refuses it"),
        (50_999, "refuses it"),
    ] {
        let bot = TestBot::new().await;
        let path = dms_of_ann(&bot);
        let refused = bot.discord.refuse(&bot.discord.faults().always(), "POST", &path, code);
        bot.accepts(Kind::Enable).await;
        let waiting = bot.rung(&bot.ann, &["The link waits for you", "web-1"]).await;
        assert!(waiting.content.contains(said) && waiting.content.contains(&code.to_string()), "{}", waiting.content);
        let asked_for = secrets(&bot);
        revealed(&bot, &waiting).await;
        bot.rung(&bot.ann, &["**In rescue**", "was shown to the one who asked"]).await;
        assert_eq!((refused.hits(), secrets(&bot)), (1, asked_for), "the same secret serves: {code}");
        assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_channel_that_is_refused_for_good_is_as_good_as_closed_dms() {
    for code in [20_026, 50_001, 50_007] {
        let bot = TestBot::new().await;
        let refused = bot.discord.refuse(&bot.discord.faults().always(), "POST", "/users/@me/channels", code);
        bot.accepts(Kind::Enable).await;
        let waiting = bot.rung(&bot.ann, &["The link waits for you", "web-1"]).await;
        let asked_for = secrets(&bot);
        revealed(&bot, &waiting).await;
        assert_eq!((refused.hits(), secrets(&bot)), (1, asked_for), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dms_that_are_opened_too_fast_are_tried_again_with_the_same_secret() {
    let bot = TestBot::new().await;
    let first = bot.discord.faults().hold_answer("POST", "/users/@me/channels");
    bot.discord.refuse(&bot.discord.faults().next(3), "POST", "/users/@me/channels", 40_003);
    bot.accepts(Kind::Enable).await;
    first.reached().await;
    let asked_for = secrets(&bot);
    first.release();
    assert!(bot.last_word("R-1").await.contains("is in your DMs"));
    assert_eq!(secrets(&bot), asked_for);
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_heal_in_the_links_time_waits_in_the_channel_and_says_why() {
    let bot = impatient().await;
    let refused = bot.discord.refuse(&bot.discord.faults().always(), "POST", "/users/@me/channels", 40_003);
    bot.accepts(Kind::Enable).await;
    eventually("it was tried", async || refused.hits() > 0).await;
    let asked_for = secrets(&bot);
    let waiting = bot.rung(&bot.ann, &["The link waits for you", "too fast"]).await;
    // Pauses of a third of the time so far: 20 ms at first, 800 ms in all.
    assert!((2..40).contains(&refused.hits()), "{}", refused.hits());
    revealed(&bot, &waiting).await;
    assert_eq!(secrets(&bot), asked_for);
    bot.rung(&bot.ann, &["**In rescue**"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_secret_serves_all_tries_through_weather() {
    let bot = TestBot::new().await;
    let path = dms_of_ann(&bot);
    let first = bot.discord.faults().next(1).status("POST", &path, 503, &json!({ "code": 0, "message": "away" }));
    bot.discord.faults().next(2).rate_limit("POST", &path, 1);
    bot.discord.faults().next(2).reset("POST", &path);
    bot.discord.faults().next(3).status("POST", &path, 400, &json!({ "code": 40_003, "message": "too fast" }));
    bot.accepts(Kind::Enable).await;
    eventually("it was tried", async || first.hits() > 0).await;
    let asked_for = secrets(&bot);
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    assert_eq!(secrets(&bot), asked_for);
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn after_a_crash_the_link_is_looked_for_again_and_sent_once() {
    let mut bot = TestBot::new().await;
    let path = dms_of_ann(&bot);
    let refused = bot.discord.refuse(&bot.discord.faults().always(), "POST", &path, 40_003);
    bot.accepts(Kind::Enable).await;
    eventually("it was tried", async || refused.hits() > 0).await;
    let asked_for = secrets(&bot);
    eventually("it was tried again", async || refused.hits() > 2).await;
    assert_eq!(secrets(&bot), asked_for);
    bot.die().await;
    refused.clear();
    bot.start().await;
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    assert_eq!(secrets(&bot), asked_for + 1, "it lives in memory only");
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consoles_link_that_is_refused_waits_in_the_channel_too() {
    let bot = TestBot::new().await;
    let path = dms_of_ann(&bot);
    let refused = bot.discord.refuse(&bot.discord.faults().always(), "POST", &path, 240_000);
    bot.accepts(Kind::Console).await;
    let waiting = bot.rung(&bot.ann, &["The link waits for you", "240000"]).await;
    bot.ann.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains("kvm.example")).await;
    bot.rung(&bot.ann, &["**Console open**"]).await;
    assert_eq!((refused.hits(), bot.ovh.console_links().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_again_that_is_refused_waits_for_the_one_who_asked_for_it() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let bob = bot.discord.person("bob", "fr", &[ROLE]);
    let path = format!("/channels/{}/messages", bob.open_dms());
    bot.discord.refuse(&bot.discord.faults().always(), "POST", &path, 200_000);
    bot.slash(&bob, "rescue link", &[("server", "web-1")]).await.answer().await;
    let waiting = bot.rung(&bob, &["The link waits for you", "R-2"]).await;
    let asked_for = secrets(&bot);
    let refused = bot.ann.press(&waiting, "Reveal link").await.answer().await;
    assert!(!refused.text().contains("manager/secret"), "{}", refused.text());
    bob.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains("manager/secret")).await;
    assert_eq!(secrets(&bot), asked_for);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_without_a_link_that_is_refused_ends_all_the_same_and_the_end_says_how_to_log_in() {
    let bot = TestBot::new().await;
    let path = dms_of_ann(&bot);
    let refused = bot.discord.refuse(&bot.discord.faults().always(), "POST", &path, 20_026);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake ann@laptop";
    bot.accepted(&bot.ann, "rescue enable", &[("server", "db-1"), ("ssh_key", key)]).await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "db-1", "ann@laptop"]).await;
    assert!(end.content.contains("`ssh root@203.0.113.101`"), "{}", end.content);
    assert_eq!((refused.hits(), secrets(&bot)), (1, 0));
}
