//! Never twice: whatever becomes of the answer to `POST /reboot`, one approval is at most one reboot.

use serde_json::json;
use sim::ovh::Ovh;

use crate::bot::{TestBot, TestConfig, eventually, web_1};

/// The reboot happens and its answer is spoilt by `spoil`: its task is adopted, and all goes on as if nothing had been.
async fn is_adopted(spoil: impl FnOnce(&Ovh)) {
    let bot = TestBot::new().await;
    spoil(&bot.ovh);
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(end.content.contains("link to the password is in your DMs"), "{}", end.content);
    bot.sees(&["R-1", "answer was lost, but its task"]).await;
    bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    assert_eq!(bot.count(&["Your decision is needed"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_reboot_does_not_reboot_twice() {
    is_adopted(|ovh| drop(ovh.faults().lose_answer("POST", "/reboot"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_500_in_the_place_of_an_accepted_reboot_does_not_reboot_twice() {
    is_adopted(|ovh| drop(ovh.faults().answer_instead("POST", "/reboot", 500, r#"{"message":"Internal error"}"#)))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateways_504_page_in_the_place_of_an_accepted_reboot_does_not_reboot_twice() {
    is_adopted(|ovh| drop(ovh.faults().answer_instead("POST", "/reboot", 504, "<html>too slow</html>"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_200_to_reboot_does_not_reboot_twice() {
    is_adopted(|ovh| drop(ovh.faults().truncate("POST", "/reboot"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_200_without_a_task_in_it_does_not_reboot_twice() {
    is_adopted(|ovh| drop(ovh.faults().answer_instead("POST", "/reboot", 200, "null"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_in_the_place_of_an_accepted_reboot_does_not_reboot_twice() {
    is_adopted(|ovh| drop(ovh.faults().answer_instead("POST", "/reboot", 307, ""))).await;
}

/// OVHcloud's clock is another one than ours, and its dates have whole seconds: a lost reboot's task is adopted all the same.
async fn is_adopted_with_a_clock_off_by(seconds: i64) {
    is_adopted(|ovh| {
        ovh.skew(seconds);
        ovh.faults().lose_answer("POST", "/reboot");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_adopted_though_ovhclouds_clock_slipped_back_20_seconds() {
    is_adopted_with_a_clock_off_by(-20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_adopted_though_ovhclouds_clock_went_ahead_20_seconds() {
    is_adopted_with_a_clock_off_by(20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_adopted_though_ovhclouds_clock_is_hours_behind() {
    is_adopted_with_a_clock_off_by(-5 * 3600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_adopted_though_ovhclouds_clock_is_hours_ahead() {
    is_adopted_with_a_clock_off_by(5 * 3600).await;
}

/// After a reboot that did not happen: nothing is left of it, the words are shown, and the server is free again.
async fn nothing_is_left(bot: &TestBot, state: &str, said: &[&str]) {
    let end = bot.rung(&bot.ann, &[state, "web-1", "Nothing was rebooted"]).await;
    for words in said {
        assert!(end.content.contains(words), "{words:?} in {}", end.content);
    }
    assert!(end.content.contains("The netboot is back as it was"), "{}", end.content);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(!list.content.contains("web-1"), "no lease is left: {}", list.content);
    bot.ovh.faults().clear();
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_without_the_right_to_it_is_put_back_and_the_missing_right_is_named() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1()]).await;
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["Refused by OVHcloud"]).await;
    assert!(end.content.contains("403") && end.content.contains("query id EU.sim-1."), "{}", end.content);
    bot.ovh.allow("dedicatedServer:apiovh:reboot");
    nothing_is_left(&bot, "Refused by OVHcloud", &["dedicatedServer:apiovh:reboot"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflicting_reboot_is_put_back_with_ovhclouds_words() {
    let bot = TestBot::new().await;
    let body = json!({"class": "Client::Conflict", "message": "Another task is already running on this server"});
    bot.ovh.faults().status("POST", "/reboot", 409, &body);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    nothing_is_left(&bot, "Refused by OVHcloud", &["409", "Another task is already running", "query id"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_is_one_request_too_many_is_put_back() {
    let bot = TestBot::new().await;
    bot.ovh.faults().rate_limit("POST", "/reboot", 1);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    nothing_is_left(&bot, "Refused by OVHcloud", &["429", "query id"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_certainly_was_not_sent_is_put_back() {
    let bot = TestBot::new().await;
    let last_read = bot.ovh.faults().hold_answer("GET", "task?function=hardReboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    last_read.reached().await;
    bot.ovh.net().refuse().await;
    last_read.release();
    bot.sees(&["Putting the netboot back", "R-1"]).await;
    bot.ovh.net().accept_again().expect("the port is still ours");
    nothing_is_left(&bot, "Not sent", &["no connection"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_back_is_said_loudly_and_stays_on_the_list() {
    let bot = TestBot::new().await;
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    let last_read = bot.ovh.faults().hold_answer("GET", "task?function=hardReboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    last_read.reached().await;
    bot.ovh.forbid("dedicatedServer:apiovh:put");
    last_read.release();
    let end = bot.rung(&bot.ann, &["Refused by OVHcloud", "could **not** be put back"]).await;
    assert!(end.content.contains("NOT_GRANTED_CALL"), "{}", end.content);
    assert!(!end.content.contains("is back as it was"), "{}", end.content);
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("web-1"), "its netboot is rescue, so it is on the list: {}", list.content);

    bot.ovh.allow("dedicatedServer:apiovh:put");
    bot.ovh.allow("dedicatedServer:apiovh:reboot");
    bot.press_and_confirm(&bot.ann, &end, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_says_what_it_boots_into_and_changes_no_setting() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(card.content.contains("Reboots now into `hd`"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.ovh.server("web-1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_of_a_server_in_rescue_says_that_it_boots_into_rescue_again() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(card.content.contains("rescue again"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("web-1"), "it is still somebody's rescue: {}", list.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_of_a_server_that_is_set_to_power_off_says_that_it_will_stay_off() {
    let bot = TestBot::with(TestConfig::default(), [web_1().booting(Some(95_083))]).await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(card.content.contains("stay off"), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_whose_target_changed_under_its_card_asks_again() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "poweroff")));
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(again.content.contains("has changed") && again.content.contains("stay off"), "{}", again.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    bot.press(&bot.ann, &again, "Confirm").await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_with_a_lost_answer_is_adopted_too() {
    let bot = TestBot::new().await;
    bot.ovh.faults().lose_answer("POST", "/reboot");
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    eventually("the server is free", async || {
        !bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await.content.contains("busy")
    })
    .await;
}
