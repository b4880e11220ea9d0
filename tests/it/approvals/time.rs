//! Approvals and what was approved have their time, and outlive the process.

use jiff::{SignedDuration, Timestamp};
use sim::discord::OPS;

use super::{Council, rules};
use crate::{
    aftermath::no_message_is_doubled,
    bot::{TestConfig, custom_id, eventually},
};

/// Waits until it is certainly later than `length` after `since`.
async fn later_than(since: Timestamp, length: SignedDuration) {
    eventually("the time is over", async || Timestamp::now() > since + length).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_approves_in_time_is_over_and_told() {
    let council = Council::new(&["rescue"], "expires = \"400ms\"").await;
    let request = council.rescue_asked().await;
    let end = council.rung(&council.ann, &["**Not approved in time**", "R-1"]).await;
    assert!(end.content.contains("nobody gave it") && end.content.contains("Nothing was done"), "{}", end.content);
    let over = council.request_shows("R-1", &["**Not approved in time**"]).await;
    let late = council.forge(&council.paula, &custom_id(&request, "Approve"), &over).await;
    assert!(late.content.contains("has gone on"), "{}", late.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_approvals_is_not_enough_when_time_is_over() {
    let council = Council::new(&["rescue"], "approvals = 2\nexpires = \"3s\"").await;
    let request = council.rescue_asked().await;
    council.press(&council.paula, &request, "Approve").await;
    let end = council.rung(&council.ann, &["**Not approved in time**", "R-1"]).await;
    assert!(end.content.contains("2 approvals were needed, and 1 came in time"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_outlives_a_restart_and_is_approved_on_the_same_message() {
    let mut council = Council::new(&["rescue"], "approvals = 2").await;
    let request = council.rescue_asked().await;
    council.press(&council.paula, &request, "Approve").await;
    council.bot.die().await;
    council.bot.start().await;
    let twice = council.press(&council.paula, &request, "Approve").await;
    assert!(twice.content.contains("approved this already"), "{}", twice.content);
    council.nothing_was_done();
    council.press(&council.quinn, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
    no_message_is_doubled(&council.discord, &council.ann, "R-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_time_is_over_while_the_bot_is_away_is_told_when_it_is_back() {
    let mut council = Council::new(&["rescue"], "expires = \"2s\"").await;
    council.rescue_asked().await;
    let asked = Timestamp::now();
    council.bot.stop().await;
    later_than(asked, SignedDuration::from_secs(2)).await;
    council.bot.start().await;
    council.rung(&council.ann, &["**Not approved in time**", "R-1"]).await;
    council.request_shows("R-1", &["**Not approved in time**"]).await;
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_and_not_begun_in_time_is_not_begun_after_a_restart() {
    let mut council = Council::new(&["rescue"], "expires = \"3s\"").await;
    council.rescue_asked().await;
    let stuck = council.discord.faults().always().hold_before("GET", "/members/");
    council.approve(&council.paula, "R-1").await;
    stuck.reached().await;
    let approved = Timestamp::now();
    council.bot.die().await;
    council.discord.faults().clear();
    later_than(approved, SignedDuration::from_secs(3)).await;
    council.bot.start().await;
    let end = council.rung(&council.ann, &["**Expired**", "R-1"]).await;
    assert!(end.content.contains("approved too long ago"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_and_not_begun_is_begun_once_after_a_restart_in_time() {
    let mut council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    let stuck = council.discord.faults().always().hold_before("GET", "/members/");
    council.approve(&council.paula, "R-1").await;
    stuck.reached().await;
    council.bot.die().await;
    council.discord.faults().clear();
    council.bot.start().await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
    no_message_is_doubled(&council.discord, &council.ann, "R-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_posting_was_cut_off_long_ago_is_found_and_not_posted_twice() {
    let config = TestConfig { rules: rules(&["rescue"], ""), ..TestConfig::default() };
    let mut council = Council::with(config).await;
    let posting = council.discord.faults().hold_answer("POST", &format!("/channels/{OPS}/messages"));
    council.accepted(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    posting.reached().await;
    council.bot.die().await;
    council.discord.faults().clear();
    // Discord has forgotten the nonce by then.
    council.bot.age_messages(1, SignedDuration::from_mins(10)).await;
    council.discord.advance(std::time::Duration::from_secs(600));
    council.bot.start().await;
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    no_message_is_doubled(&council.discord, &council.ann, "R-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_wait_for_ovhcloud_until_its_time_is_over_is_put_back_and_reboots_nothing() {
    let council = Council::new(&["rescue"], "expires = \"5s\"").await;
    council.rescue_asked().await;
    // What is read last before the reboot.
    let stuck = council.ovh.faults().always().hold_answer("GET", "/task?function=hardReboot");
    council.approve(&council.paula, "R-1").await;
    stuck.reached().await;
    let approved = Timestamp::now();
    later_than(approved, SignedDuration::from_secs(5)).await;
    stuck.release();
    council.rung(&council.ann, &["**Expired**", "R-1"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 0);
    assert_eq!((council.ovh.reboots("web-1"), council.ovh.kernel_of("web-1").as_deref()), (0, Some("hd")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_and_not_set_in_time_is_not_set_after_a_restart() {
    let mut council = Council::new(&["rescue"], "expires = \"5s\"").await;
    council.rescue_asked().await;
    let set = council.ovh.faults().hold_before("PUT", "/dedicated/server/");
    council.approve(&council.paula, "R-1").await;
    set.reached().await;
    let approved = Timestamp::now();
    council.bot.die().await;
    council.ovh.faults().clear();
    let changes = council.ovh.journal().count("PUT", "/dedicated/server/");
    later_than(approved, SignedDuration::from_secs(5)).await;
    council.bot.start().await;
    council.rung(&council.ann, &["**Expired**", "R-1"]).await;
    assert_eq!(council.ovh.journal().count("PUT", "/dedicated/server/"), changes, "nothing more was written");
    assert_eq!((council.ovh.reboots("web-1"), council.ovh.kernel_of("web-1").as_deref()), (0, Some("hd")));
}
