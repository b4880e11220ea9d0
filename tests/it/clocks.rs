//! The machine's clock is wrong, or was set while we were down: what that leaves in the store are times that lie ahead, or long ago.

use jiff::SignedDuration;
use sim::ovh::Ending;

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    passing::{database, lease, pass},
};

const REMINDER: &str = "is still in rescue";

/// Our clock was so far ahead when it last wrote: everything in the store lies that much later. The program must not run.
async fn was_ahead(bot: &TestBot, by: SignedDuration) {
    pass(bot, -by).await;
    let pool = database(bot).await;
    let millis = i64::try_from(by.as_millis()).expect("not that long");
    for statement in [
        "UPDATE events SET at = at + $1",
        "UPDATE operations SET due_at = due_at + $1, opened_at = opened_at + $1, changed_at = changed_at + $1",
        "UPDATE cards SET created_at = created_at + $1, expires_at = expires_at + $1",
        "UPDATE notices SET due_at = due_at + $1, written_at = written_at + $1",
    ] {
        sqlx::query(statement).bind(millis).execute(&pool).await.expect("it is written");
    }
    pool.close().await;
}

/// A bot that restores at the deadline.
async fn restoring() -> TestBot {
    TestBot::with(TestConfig::with_rescue("probe = false\non_deadline = \"restore\""), [web_1()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_puts_no_operation_to_sleep() {
    let mut bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("GET", "/task/", 2).await;
    bot.stop().await;
    was_ahead(&bot, SignedDuration::from_hours(10)).await;
    bot.ovh.tasks_go_on("web-1", &Ending::Done);
    bot.start().await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bounded_wait_still_ends_though_the_clock_was_set_back() {
    let mut bot = TestBot::with(TestConfig::with_rescue("probe = false\nsecret_timeout = \"300ms\""), [web_1()]).await;
    bot.config.rescue = bot.config.rescue.replace("300ms", "1h");
    bot.stop().await;
    bot.start().await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("POST", "/authenticationSecret", 2).await;
    bot.stop().await;
    was_ahead(&bot, SignedDuration::from_hours(10)).await;
    bot.config.rescue = bot.config.rescue.replace("1h", "300ms");
    bot.start().await;
    bot.rung(&bot.ann, &["In rescue, no link", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_from_a_time_that_has_not_been_is_not_answered() {
    let mut bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.stop().await;
    was_ahead(&bot, SignedDuration::from_hours(10)).await;
    bot.start().await;
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(!answer.content.contains("Started"), "{}", answer.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_restores_and_reminds_of_nothing_that_has_just_begun() {
    let mut bot = restoring().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    // Ours is five hours ahead of where it was, and of OVHcloud's.
    pass(&bot, SignedDuration::from_hours(5)).await;
    bot.ovh.skew(-5 * 3_600);
    bot.start().await;
    let looks = bot.ovh.journal().count("GET", "/auth/time");
    eventually("the deadline was looked at", async || bot.ovh.journal().count("GET", "/auth/time") >= looks).await;
    let deadline = lease(&bot, "web-1").await.expect("a lease").deadline;
    assert!(deadline < jiff::Timestamp::now(), "by our clock it is over");
    eventually("the lease was planned anew", async || {
        let pool = database(&bot).await;
        let due: Option<i64> = sqlx::query_scalar("SELECT due_at FROM leases WHERE ended_at IS NULL")
            .fetch_one(&pool)
            .await
            .expect("a row");
        pool.close().await;
        due.is_some_and(|due| due > jiff::Timestamp::now().as_millisecond())
    })
    .await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.count(&[REMINDER]), bot.count(&["is being put back"])), (1, 0, 0));
    // Time goes on, and by OVHcloud's clock it is over too.
    pass(&bot, SignedDuration::from_hours(5)).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_a_clock_put_off_comes_when_ovhclouds_says_so() {
    let mut bot = restoring().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    // Ours was set back by ten hours; by OVHcloud's five hours have passed.
    was_ahead(&bot, SignedDuration::from_hours(10)).await;
    pass(&bot, SignedDuration::from_hours(5)).await;
    bot.ovh.skew(10 * 3_600);
    bot.start().await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_has_always_been_wrong_changes_no_deadline() {
    for skew in [-2 * 3_600, 2 * 3_600] {
        let ovh = sim::ovh::Ovh::start().await;
        ovh.skew(skew);
        let config = TestConfig::with_rescue("probe = false\non_deadline = \"restore\"");
        let mut bot = TestBot::beside(ovh, config, [web_1()]).await;
        bot.rescued(&bot.ann, "web-1").await;
        bot.stop().await;
        pass(&bot, SignedDuration::from_mins(200)).await;
        bot.start().await;
        assert_eq!((bot.ovh.reboots("web-1"), bot.count(&["is being put back"])), (1, 0), "{skew}");
        pass(&bot, SignedDuration::from_mins(45)).await;
        bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
        assert_eq!(bot.ovh.reboots("web-1"), 2, "{skew}");
    }
}
