//! Rescues that a key opens, and rescues of which nobody can tell since when they are.

use sim::{discord::ROLE, ovh::Running};

use crate::{
    approvals::LEADS,
    bot::{TestBot, TestConfig, db_1, eventually, rule, web_1},
};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake ann@laptop";

fn secrets(bot: &TestBot) -> usize {
    bot.ovh.journal().count("POST", "/authenticationSecret")
}

/// A server that somebody else took into the Linux rescue.
async fn taken(bot: &TestBot, server: &str) {
    bot.ovh.netboot_by_somebody(server, Some(bot.ovh.boot_id(server, "rescue12-customer")));
    bot.ovh.reboot_by_somebody(server);
    eventually("the rescue runs", async || matches!(bot.ovh.running_system(server), Running::LinuxRescue)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_a_key_opens_is_said_to_and_nothing_is_asked_for() {
    let bot = TestBot::new().await;
    bot.ovh.rescue_ssh_key_by_somebody("db-1", Some(KEY));
    taken(&bot, "db-1").await;
    bot.slash(&bot.ann, "rescue link", &[("server", "db-1")]).await.answer().await;
    let end = bot.rung(&bot.ann, &["**Opens by a key**", "db-1"]).await;
    assert!(end.content.contains("ann@laptop") && end.content.contains("`ssh root@203.0.113.101`"), "{}", end.content);
    assert!(!end.content.contains("AAAAC3"), "the key itself is not shown: {}", end.content);
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("ann@laptop")).await;
    assert!(dm.content.contains("ssh root@203.0.113.101") && !dm.text().contains("manager/secret"));
    assert_eq!((secrets(&bot), bot.ovh.journal().count("GET", "/me/notification")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_again_of_a_rescue_begun_with_a_key_says_the_key() {
    let bot = TestBot::new().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "db-1"), ("ssh_key", KEY)]).await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "db-1", "ann@laptop"]).await;
    assert!(end.content.contains("`ssh root@203.0.113.101`"), "{}", end.content);
    bot.slash(&bot.ann, "rescue link", &[("server", "db-1")]).await.answer().await;
    bot.rung(&bot.ann, &["**Opens by a key**", "R-2"]).await;
    assert_eq!(secrets(&bot), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_set_after_the_rescue_began_does_not_hide_its_password() {
    let bot = TestBot::new().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "db-1"]).await;
    bot.ovh.rescue_ssh_key_by_somebody("db-1", Some(KEY));
    bot.slash(&bot.ann, "rescue link", &[("server", "db-1")]).await.answer().await;
    bot.rung(&bot.ann, &["**Link sent**", "R-2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_no_windows_rescue() {
    let bot = TestBot::new().await;
    bot.ovh.rescue_ssh_key_by_somebody("web-1", Some(KEY));
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue-customer-windows")));
    bot.ovh.reboot_by_somebody("web-1");
    bot.ovh.until_running("web-1", &Running::WindowsRescue).await;
    bot.slash(&bot.ann, "rescue link", &[("server", "web-1")]).await.answer().await;
    bot.rung(&bot.ann, &["**Link sent**", "web-1"]).await;
}

/// A server that somebody took into rescue weeks ago: OVHcloud lists its reboot no more.
async fn taken_weeks_ago(bot: &TestBot, server: &str) {
    taken(bot, server).await;
    bot.ovh.vanish_tasks(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_rescue_of_weeks_ago_is_sent_with_a_warning() {
    let bot = TestBot::new().await;
    taken_weeks_ago(&bot, "db-1").await;
    bot.slash(&bot.ann, "rescue link", &[("server", "db-1")]).await.answer().await;
    let end = bot.rung(&bot.ann, &["db-1", "R-1", "Nobody can tell since when"]).await;
    assert!(end.content.contains("**Link sent**"), "{}", end.content);
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    assert!(dm.content.contains("older one"), "{}", dm.content);
    let lock_screen: String = dm.content.chars().take(200).collect();
    assert!(!lock_screen.contains("http"), "{lock_screen}");
    assert_eq!(bot.ovh.reboots("db-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_old_rescue_of_a_protected_server_needs_approval() {
    let rules = rule(ROLE, &["view", "rescue"], &["*"])
        + &rule(LEADS, &["view", "approve"], &["*"])
        + "[[protect]]\nservers = [\"db-1\"]\nactions = [\"rescue\"]\n";
    let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, [web_1(), db_1()]).await;
    taken_weeks_ago(&bot, "db-1").await;
    let paula = bot.discord.person("paula", "en-GB", &[LEADS]);
    bot.slash(&bot.ann, "rescue link", &[("server", "db-1")]).await.answer().await;
    bot.asks_others("R-1").await;
    assert_eq!((secrets(&bot), bot.ann.dms().len()), (0, 0));
    bot.approve(&paula, "R-1").await;
    bot.rung(&bot.ann, &["db-1", "**Link sent**"]).await;
}
