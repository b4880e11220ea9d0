//! OVHcloud's task: purged, failed, stuck or with a word that nobody knows, and what is said of it.

use sim::ovh::Ending;

use crate::bot::{TestBot, TestConfig};

/// A bot that gives up looking for a link quickly.
async fn hasty() -> TestBot {
    let config = TestConfig::with_rescue("probe = false\nsecret_timeout = \"400ms\"");
    TestBot::with(config, [crate::bot::web_1(), crate::bot::db_1()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_purged_while_it_is_followed_is_no_failure_and_no_second_reboot() {
    let bot = hasty().await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("GET", "/task/", 1).await;
    bot.ovh.vanish_tasks("web-1");
    let end = bot.rung(&bot.ann, &["In rescue, no link", "web-1"]).await;
    assert!(end.content.contains("how it ended is not known"), "{}", end.content);
    assert!(!end.content.contains("reboot is done"), "nobody saw that: {}", end.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(end.button("Restore now").is_some() && end.button("Look again").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_task_of_a_plain_reboot_is_not_called_done() {
    let bot = hasty().await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("GET", "/task/", 1).await;
    bot.ovh.vanish_tasks("web-1");
    let end = bot.rung(&bot.ann, &["**End not seen**", "web-1"]).await;
    assert!(end.content.contains("how it ended is not known"), "{}", end.content);
    assert!(!end.content.contains("task is done"), "nobody saw that: {}", end.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_not_readable_for_a_moment_is_followed_to_its_end() {
    let bot = TestBot::new().await;
    let nobody = serde_json::json!({"class": "Client::NotFound", "message": "The requested object does not exist"});
    bot.ovh.faults().next(4).status("GET", "/task/4", 404, &nobody);
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(!end.content.contains("not known"), "{}", end.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// A reboot whose task fails: said with OVHcloud's word, the lease stays, and there is a way out.
async fn fails_as(ending: Ending, word: &str) {
    let bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", ending);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["Reboot failed", "web-1", word]).await;
    assert!(end.content.contains("netboot is **not** put back"), "{}", end.content);
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"), "the lease stays");
    assert!(bot.ann.dms().is_empty(), "no link");
    bot.press_and_confirm(&bot.ann, &end, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_ends_as_customer_error_is_said_and_leaves_a_way_out() {
    fails_as(Ending::CustomerError, "customerError").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_ends_as_ovh_error_is_said_and_leaves_a_way_out() {
    fails_as(Ending::OvhError, "ovhError").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_cancelled_is_said_and_leaves_a_way_out() {
    fails_as(Ending::Cancelled, "cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_whose_task_fails_keeps_the_lease_and_can_be_tried_again() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Reboot failed", "R-2", "ovhError"]).await;
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"), "the lease stays");
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")), "nothing is wiped yet");
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 3);
    assert!(!bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_nobody_knows_is_shown_as_it_is_and_is_neither_success_nor_failure() {
    let bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("quarantined".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&["R-1", "**Rebooting**", "`quarantined`"]).await;
    let busy = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(busy.content.contains("busy with R-1"), "{}", busy.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(bot.ann.dms().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_with_an_unknown_word_on_its_way_still_ends_well() {
    let bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", Ending::DoneAfter("quarantined".to_owned()));
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}
