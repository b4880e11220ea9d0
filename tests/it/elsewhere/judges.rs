//! Approvals, denials and their forms, of a store that is gone.

use sim::discord::{Message, OPS, Person, ROLE};

use crate::{
    approvals::LEADS,
    bot::{TestBot, TestConfig, db_1, rule, web_1},
};

/// A bot of which everything that goes into rescue is protected, and who approves there.
async fn protected() -> (TestBot, Person) {
    let workers = ["view", "reboot", "rescue", "restore", "console", "audit", "admin"];
    let rules = rule(ROLE, &workers, &["*"])
        + &rule(LEADS, &["view", "approve"], &["*"])
        + "[[protect]]\nservers = [\"*\"]\nactions = [\"rescue\"]\n";
    let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, [web_1(), db_1()]).await;
    let paula = bot.discord.person("paula", "en-GB", &[LEADS]);
    (bot, paula)
}

/// Somebody else's request, and the message that asks for its approval.
async fn bob_asks_for_db_1(bot: &TestBot) -> (Person, Message) {
    let bob = bot.bob();
    bot.accepted(&bob, "rescue enable", &[("server", "db-1")]).await;
    let asks = |message: &Message| message.content.contains("db-1") && message.button("Approve").is_some();
    (bob, bot.discord.wait_for_message(OPS, asks).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_a_lost_store_lets_nobody_elses_rescue_through() {
    let (mut bot, paula) = protected().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let old = bot.asks_others("R-1").await;
    bot.lose_store().await;
    let (bob, new) = bob_asks_for_db_1(&bot).await;
    bot.every_button_is_refused(&paula, &old).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 0);
    assert_eq!(bot.ovh.journal().count("PUT", "/dedicated/server/"), 0);
    // And bob's own request was neither denied nor withdrawn by that.
    bot.press(&paula, &new, "Approve").await;
    bot.rung(&bob, &["**In rescue**", "db-1"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_opened_before_the_store_was_lost_explains_no_other_denial() {
    let (mut bot, paula) = protected().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let old = bot.asks_others("R-1").await;
    let denied = bot.press(&paula, &old, "Deny").await;
    let form = paula.press(&denied, "Add reason").await;
    bot.lose_store().await;
    let (bob, new) = bob_asks_for_db_1(&bot).await;
    bot.press(&paula, &new, "Deny").await;
    bot.rung(&bob, &["**Denied**", "db-1"]).await;
    let answer = form.submit(&[("reason", "the wrong disk")]).await.answer().await;
    assert!(answer.content.contains("🚫") && answer.content.contains("`/"), "{}", answer.content);
    assert_eq!(bot.count(&["the wrong disk"]), 0);
    // The button itself still opens a form, which comes to nothing either.
    let again = paula.press(&denied, "Add reason").await.submit(&[("reason", "the wrong disk")]).await.answer().await;
    assert!(again.content.contains("🚫"), "{}", again.content);
    assert_eq!(bot.count(&["the wrong disk"]), 0);
}
