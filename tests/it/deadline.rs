//! `on_deadline = "restore"`: a passed deadline puts the server back, once, with its owner's rights of that moment; or reminds.

use jiff::SignedDuration;
use sim::discord::{OPS, ROLE};

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    passing::{lease, pass},
};

const LATE: SignedDuration = SignedDuration::from_mins(250);
const REMINDER: &str = "is still in rescue";

/// A bot that restores at the deadline, with more rules.
async fn restoring(rules: &str) -> TestBot {
    let config = TestConfig {
        rules: format!("{}{rules}", TestConfig::default().rules),
        ..TestConfig::with_rescue("probe = false\non_deadline = \"restore\"")
    };
    TestBot::with(config, [web_1()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_put_back_once_and_everybody_knows_why() {
    let mut bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, SignedDuration::from_mins(215)).await;
    bot.ann.wait_for_dm(|message| message.content.contains("Time is nearly up")).await;
    pass(&bot, SignedDuration::from_mins(35)).await;
    let told = bot.rung(&bot.ann, &["is being put back (R-2)", "web-1", &bot.ann.mention()]).await;
    assert!(!told.content.contains(REMINDER));
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    bot.stop().await;
    bot.start().await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!((bot.ovh.reboots("web-1"), bot.count(&["is being put back"]), bot.count(&[REMINDER])), (2, 1, 0));
    assert_eq!(lease(&bot, "web-1").await, None);
    assert_eq!(bot.operations_without_stopping().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passed_while_the_bot_was_down_restores_after_the_start() {
    let mut bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    pass(&bot, SignedDuration::from_hours(40)).await;
    bot.start().await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.count(&[REMINDER])), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_restores_once() {
    let mut bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    for path in ["/members/", "/dedicated/server/"] {
        let (method, faults) = match path {
            "/members/" => ("GET", bot.discord.faults()),
            _ => ("PUT", bot.ovh.faults()),
        };
        let held = faults.hold_before(method, path);
        if path == "/members/" {
            pass(&bot, LATE).await;
        } else {
            bot.start().await;
        }
        held.reached().await;
        bot.die().await;
        bot.discord.faults().clear();
        bot.ovh.faults().clear();
    }
    bot.start().await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    eventually("it is told once", async || bot.count(&["is being put back"]) == 1).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.operations_without_stopping().await), (2, 2));
}

/// It reminds instead, and reboots nothing.
async fn only_reminds(bot: &TestBot) {
    pass(bot, LATE).await;
    let message = bot.sees(&[REMINDER, "web-1"]).await;
    assert!(bot.ann.was_rung_by(&message) && message.button("Restore now").is_some());
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!((bot.count(&["is being put back"]), bot.count(&[REMINDER])), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_lost_the_right_is_only_reminded() {
    let bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ann.set_roles(&[]);
    only_reminds(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_left_is_only_reminded() {
    let bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.leave(&bot.ann);
    pass(&bot, LATE).await;
    bot.sees(&[REMINDER, "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_server_is_not_restored_by_a_clock() {
    let protect = "[[protect]]\nservers = [\"*\"]\nactions = [\"restore\"]\napprovals = 1\n";
    let bot = restoring(protect).await;
    bot.rescued(&bot.ann, "web-1").await;
    only_reminds(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_is_asked_about() {
    let bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue12-customer")));
    only_reminds(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_are_those_of_the_present_owner() {
    let bot = restoring("").await;
    let ben = bot.discord.person("ben", "en-GB", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.ask(&bot.ann, "rescue hand-over", &[("server", "web-1"), ("user", "ben")]).await;
    bot.ann.set_roles(&[]);
    pass(&bot, LATE).await;
    bot.rung(&ben, &["**Restored**", "R-2"]).await;
    let card = bot.discord.messages(OPS).into_iter().find(|m| m.content.contains("R-2") && m.is_silent());
    assert!(card.is_some_and(|card| card.content.contains(&ben.mention())));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whose_roles_cannot_be_read_is_only_reminded() {
    let bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    let refusal = serde_json::json!({ "message": "upstream" });
    bot.discord.faults().always().status("GET", "/members/", 503, &refusal);
    pass(&bot, SignedDuration::from_mins(241)).await;
    let message = bot.sees(&[REMINDER, "web-1"]).await;
    assert!(bot.ann.was_rung_by(&message));
    assert_eq!((bot.ovh.reboots("web-1"), bot.count(&["is being put back"])), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn weather_is_waited_out_before_it_restores() {
    let bot = restoring("").await;
    bot.rescued(&bot.ann, "web-1").await;
    let refusal = serde_json::json!({ "message": "upstream" });
    let away = bot.discord.faults().always().status("GET", "/members/", 503, &refusal);
    pass(&bot, SignedDuration::from_mins(241)).await;
    eventually("it was asked", async || away.hits() > 0).await;
    bot.discord.faults().clear();
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.count(&[REMINDER]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_hands_it_over_at_the_last_moment_restores_nothing() {
    let bot = restoring("").await;
    let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    let held = bot.discord.faults().hold_answer("GET", &format!("/members/{}", bot.ann.id()));
    pass(&bot, LATE).await;
    held.reached().await;
    bot.ask(&bot.ann, "rescue hand-over", &[("server", "web-1"), ("user", &bob.id().to_string())]).await;
    eventually("it is handed over", async || {
        lease(&bot, "web-1").await.is_some_and(|lease| lease.owner.0 == bob.id().0)
    })
    .await;
    held.release();
    bot.rung(&bob, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    assert_eq!(bot.count(&["is being put back"]), 1);
}
