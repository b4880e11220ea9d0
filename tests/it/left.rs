//! Servers that leave while they are in rescue: out of the account, or into another one. Nobody is reminded for ever of what is gone.

use jiff::SignedDuration;
use sim::discord::{ONCALL, OPS};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    passing::{lease, pass},
};

const REMINDER: &str = "Time is up";

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// A bot whose inventory is in a hurry, with somebody on call and a digest.
async fn hurried(on_deadline: &str) -> TestBot {
    let usual = TestConfig::default();
    let config = TestConfig {
        discord: format!("oncall_role = \"{ONCALL}\"\n"),
        rescue: format!("probe = false\non_deadline = \"{on_deadline}\"\n"),
        pace: format!("{}inventory_refresh = \"200ms\"\n", usual.pace),
        rules: format!("{}[digest]\nchannel = \"{OPS}\"\nat = \"09:00\"\n", usual.rules),
        ..usual
    };
    TestBot::with(config, [web_1(), db_1()]).await
}

/// The server is in the account no more, and the inventory has noticed.
async fn leaves(bot: &TestBot, server: &str) {
    bot.ovh.remove(server);
    eventually("the inventory knows it no more", async || {
        bot.ask(&bot.ann, "status", &[("server", server)]).await.content.contains("No server goes by")
    })
    .await;
}

async fn rename_account(bot: &mut TestBot) {
    bot.config.account = "renamed".to_owned();
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stays_listed_until_its_deadline_and_then_it_ends_with_one_word() {
    for on_deadline in ["remind", "restore"] {
        let bot = hurried(on_deadline).await;
        bot.rescued(&bot.ann, "web-1").await;
        leaves(&bot, "web-1").await;
        let list = bot.ask(&bot.ann, "rescue list", &[]).await;
        assert!(list.content.contains("web-1"), "{}", list.content);
        assert!(lease(&bot, "web-1").await.is_some(), "its time is not over");
        pass(&bot, minutes(245)).await;
        let end = bot.rung(&bot.ann, &["**Gone**", "web-1", "R-1", "nothing to put back"]).await;
        assert!(end.buttons().is_empty() && end.pinged_roles.is_empty());
        assert_eq!(lease(&bot, "web-1").await, None);
        bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
        let list = bot.ask(&bot.ann, "rescue list", &[]).await;
        assert!(!list.content.contains("web-1"), "{}", list.content);
        // Another rescue's whole story shows that time has passed.
        bot.rescued(&bot.ann, "db-1").await;
        assert_eq!((bot.count(&["**Gone**"]), bot.count(&[REMINDER])), (1, 0), "{on_deadline}");
        assert_eq!(bot.ovh.reboots("db-1"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_lists_it_too() {
    let bot = hurried("remind").await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("for", "3d")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    leaves(&bot, "web-1").await;
    pass(&bot, minutes(24 * 60)).await;
    bot.sees(&["1 server is in rescue", "web-1"]).await;
    assert!(lease(&bot, "web-1").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_has_not_left() {
    let mut bot = hurried("remind").await;
    bot.rescued(&bot.ann, "web-1").await;
    rename_account(&mut bot).await;
    leaves(&bot, "web-1").await;
    pass(&bot, minutes(245)).await;
    bot.sees(&[REMINDER, "web-1"]).await;
    bot.rescued(&bot.ann, "db-1").await;
    assert!(lease(&bot, "web-1").await.is_some());
    assert_eq!(bot.count(&["**Gone**"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_its_account_was_renamed_keeps_no_server_in_the_old_one() {
    for held in ["/dedicated/server/ns2222222", "/dedicated/server"] {
        let mut bot = hurried("remind").await;
        bot.lists(&bot.ann, &[]).await;
        let reading = bot.ovh.faults().hold_answer("GET", held);
        reading.reached().await;
        rename_account(&mut bot).await;
        reading.release();
        bot.rescued(&bot.ann, "db-1").await;
        bot.restored(&bot.ann, "db-1").await;
        assert_eq!(bot.ovh.kernel_of("db-1").as_deref(), Some("hd"), "{held}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_in_another_account_by_now_is_restored_there() {
    let mut bot = hurried("restore").await;
    bot.rescued(&bot.ann, "web-1").await;
    rename_account(&mut bot).await;
    bot.lists(&bot.ann, &["web-1"]).await;
    eventually("it was read there", async || {
        bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.content.contains("web-1")
    })
    .await;
    pass(&bot, minutes(245)).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2", "web-1"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    assert_eq!(lease(&bot, "web-1").await, None);
}
