//! How often one may ask: refused with the time of the next try, and never on the way out.

use sim::discord::{Message, OPS};

use crate::bot::{TestBot, TestConfig, db_1, web_1};

async fn limited(person: u32, server: u32) -> TestBot {
    let limits = format!("per_user_per_minute = {person}\nper_server_per_hour = {server}\n");
    TestBot::with(TestConfig { limits, ..TestConfig::default() }, [web_1(), db_1()]).await
}

#[track_caller]
fn assert_too_often(answer: &Message) {
    assert!(answer.is_ephemeral() && answer.buttons().is_empty());
    for part in ["🚫", "Try again <t:", ":R>", "> and links always work", "</restore:"] {
        assert!(answer.content.contains(part), "{part} is not in: {}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_asks_too_often_is_told_when_and_can_still_get_out() {
    let bot = limited(2, 100).await;
    let bob = bot.discord.person("bob", "fr", &bot.ann.roles());
    for _ in 0..10 {
        bot.ann.autocomplete(OPS, "rescue enable", "server", "web").await;
    }
    bot.rescued(&bot.ann, "web-1").await;
    bot.ask(&bot.ann, "status", &[]).await;
    let before = bot.ovh.journal().all().len();
    for (command, options) in [
        ("status", &[][..]),
        ("rescue enable", &[("server", "db-1")]),
        ("reboot", &[("server", "db-1")]),
        ("help", &[]),
    ] {
        assert_too_often(&bot.ask(&bot.ann, command, options).await);
    }
    assert_eq!(bot.ovh.journal().all().len(), before, "a refusal costs OVHcloud nothing");
    let status = bot.ask(&bob, "status", &[]).await;
    assert!(!status.content.contains("🚫"), "another person is not concerned: {}", status.content);

    let link = bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-2"), "{}", link.content);
    bot.ann.wait_for_dm(|dm| dm.content.contains("R-2")).await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("R-1")).await;
    let out = bot.press_and_confirm(&bot.ann, &dm, "Restore now").await;
    assert!(out.content.contains("R-3"), "{}", out.content);
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;
    // The kill switch is never out of reach.
    let pause = bot.ask(&bot.ann, "admin pause", &[("reason", "enough")]).await;
    assert!(pause.content.contains("refused from now on"), "{}", pause.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn confirming_a_restore_is_not_counted_and_confirming_anything_else_is() {
    let bot = limited(3, 100).await;
    let cards = [
        bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await,
        bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await,
    ];
    for _ in 0..3 {
        let spent = crate::bot::custom_id(&cards[1], "Confirm");
        bot.forge(&bot.ann, &spent, &cards[1]).await;
    }
    bot.rung(&bot.ann, &["**Rebooted**", "db-1"]).await;
    // The third press found the card spent, and was not counted: one is left, and then none.
    bot.press(&bot.ann, &cards[0], "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_server_has_so_many_operations_an_hour_and_always_a_way_out() {
    let bot = limited(100, 1).await;
    let late = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    for command in ["rescue enable", "reboot"] {
        let answer = bot.ask(&bot.ann, command, &[("server", "web-1")]).await;
        assert_too_often(&answer);
        assert!(answer.content.contains("`web-1` has had its 1 operation"), "{}", answer.content);
    }
    let confirmed = bot.press(&bot.ann, &late, "Confirm").await;
    assert!(
        confirmed.content.contains("Try again"),
        "a card from before does not get around it: {}",
        confirmed.content
    );
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (2, 1));
}
