//! What others do with a server, when we are asked to do something: it is named, and nothing goes on over it silently.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use sim::discord::{Message, ROLE};

use crate::{
    bot::{TestBot, TestConfig, custom_id, db_1, eventually, rule, web_1},
    passing::{lease, pass},
};

const WEB_1: (&str, &str) = ("server", "web-1");
const DISK: &str = "hd";
const REINSTALL: &str = "reinstallServer";
const MINUTE: Duration = Duration::from_secs(60);

#[track_caller]
fn names(message: &Message, words: &[&str]) {
    for word in words {
        assert!(message.content.contains(word), "{word} is not in: {}", message.content);
    }
}

/// Nothing was changed at OVHcloud.
#[track_caller]
fn is_untouched(bot: &TestBot) {
    let journal = bot.ovh.journal();
    assert_eq!((journal.count("PUT", ""), journal.count("POST", "/reboot")), (0, 0));
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some(DISK));
}

#[tokio::test(flavor = "multi_thread")]
async fn card_plan_and_answer_name_what_runs_and_what_waits_also_what_nobody_knows() {
    for (function, word) in
        [(REINSTALL, "doing"), ("hardware_update", "todo"), ("hardReboot", "doing"), ("somethingNew", "paused")]
    {
        let bot = TestBot::new().await;
        let task = bot.ovh.standing_task_by_somebody("web-1", function, word).to_string();
        let named = [function, word, task.as_str()];
        for action in ["rescue", "reboot"] {
            names(&bot.ask(&bot.ann, "plan", &[("action", action), WEB_1]).await, &named);
        }
        names(&bot.ask(&bot.ann, "rescue enable", &[WEB_1]).await, &named);
        let card = bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
        names(&card, &named);
        is_untouched(&bot);
        let accepted = bot.press(&bot.ann, &card, "Confirm").await;
        names(&accepted, &["Started", function]);
        bot.rung(&bot.ann, &["**Rebooted**", "R-1"]).await;
        assert_eq!(bot.ovh.reboots("web-1"), 1, "the card had named it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_not_named() {
    let bot = TestBot::new().await;
    for _ in 0..3 {
        bot.ovh.task_by_somebody("web-1", REINSTALL);
    }
    eventually("they are done", async || bot.ovh.tasks("web-1").iter().all(|task| task.status == "done")).await;
    let card = bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
    assert!(!card.content.contains(REINSTALL), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_server_costs_few_requests_more() {
    let bot = TestBot::new().await;
    bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
    let journal = bot.ovh.journal();
    let of = |path: &str| journal.count("GET", path);
    assert_eq!((of("/task"), of("/plannedIntervention"), of("/intervention")), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_begins_between_card_and_confirm_is_asked_about_again() {
    for (command, function) in [("rescue enable", REINSTALL), ("reboot", "hardReboot"), ("rescue enable", "newWord")] {
        let bot = TestBot::new().await;
        let card = bot.ask(&bot.ann, command, &[WEB_1]).await;
        bot.ovh.standing_task_by_somebody("web-1", function, "todo");
        let again = bot.press(&bot.ann, &card, "Confirm").await;
        names(&again, &["Meanwhile", function]);
        assert_ne!(custom_id(&again, "Confirm"), custom_id(&card, "Confirm"));
        is_untouched(&bot);
        // One more, while the second card stands.
        bot.ovh.standing_task_by_somebody("web-1", "hardware_update", "doing");
        let third = bot.press(&bot.ann, &again, "Confirm").await;
        names(&third, &["Meanwhile", function, "hardware_update"]);
        is_untouched(&bot);
        names(&bot.press(&bot.ann, &third, "Confirm").await, &["Started", function, "hardware_update"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_begins_after_confirm_is_neither_rebooted_nor_written_under() {
    let bot = TestBot::new().await;
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    held.reached().await;
    let task = bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "doing");
    held.release();
    let end = bot.rung(&bot.ann, &["R-1", "Others are at work on", REINSTALL, "left as I set it"]).await;
    names(&end, &["</restore:", "puts everything back"]);
    assert_eq!((bot.ovh.journal().count("PUT", ""), bot.ovh.reboots("web-1")), (1, 0));
    assert!(lease(&bot, "web-1").await.is_some(), "it is not forgotten");
    bot.ovh.end_task("web-1", task);
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), lease(&bot, "web-1").await), (Some(DISK), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_of_others_after_confirm_stops_ours_and_everything_is_put_back() {
    let bot = TestBot::new().await;
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    held.reached().await;
    bot.ovh.standing_task_by_somebody("web-1", "hardReboot", "todo");
    held.release();
    bot.rung(&bot.ann, &["R-1", "Others are at work on", "hardReboot", "is back as it was"]).await;
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some(DISK), 0));
    assert_eq!(lease(&bot, "web-1").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_harms_nobody_is_named_and_stops_nothing() {
    let bot = TestBot::new().await;
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    held.reached().await;
    bot.ovh.standing_task_by_somebody("web-1", "moveVirtualMac", "doing");
    held.release();
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    names(&bot.ask(&bot.ann, "reboot", &[WEB_1]).await, &["ℹ️", "moveVirtualMac"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_task_that_cannot_be_read_hides_no_other() {
    let bot = TestBot::new().await;
    let unread = bot.ovh.standing_task_by_somebody("web-1", "hardware_update", "doing");
    bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "todo");
    bot.ovh.faults().always().status("GET", &format!("/task/{unread}"), 500, &json!({ "message": "Internal error" }));
    let card = bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
    names(&card, &[REINSTALL, &unread.to_string(), "cannot read what it does"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_cannot_be_read_are_said_to_be_unread_and_what_shows_later_is_asked_about() {
    let bot = TestBot::new().await;
    bot.ovh.faults().always().status("GET", "/task", 403, &json!({ "message": "no" }));
    let card = bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
    names(&card, &["cannot read whether OVHcloud is at work"]);
    bot.ovh.faults().clear();
    bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "doing");
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    names(&again, &["Meanwhile", REINSTALL]);
    is_untouched(&bot);

    let other = bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.ovh.faults().always().status("GET", "/task", 403, &json!({ "message": "no" }));
    let again = bot.press(&bot.ann, &other, "Confirm").await;
    names(&again, &["Meanwhile", "cannot read whether OVHcloud is at work"]);
    assert_eq!(bot.ovh.reboots("db-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn planned_work_is_named_if_it_begins_soon_enough_and_a_new_one_is_asked_about() {
    let bot = TestBot::new().await;
    bot.ovh.plan_intervention("web-1", 48 * 60 * MINUTE);
    let card = bot.ask(&bot.ann, "rescue enable", &[WEB_1]).await;
    assert!(!card.content.contains("HARDWARE_UPGRADE"), "{}", card.content);
    names(&bot.ask(&bot.ann, "rescue enable", &[WEB_1, ("for", "3d")]).await, &["plans", "HARDWARE_UPGRADE"]);
    bot.ovh.plan_intervention("web-1", 60 * MINUTE);
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    names(&again, &["Meanwhile", "plans", "HARDWARE_UPGRADE"]);
    is_untouched(&bot);
    bot.ovh.intervened("web-1", MINUTE);
    names(&bot.press(&bot.ann, &again, "Confirm").await, &["Meanwhile", "at work on it"]);
    is_untouched(&bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intervention_that_has_just_begun_may_still_be_under_way() {
    let bot = TestBot::new().await;
    bot.ovh.intervened("db-1", 70 * MINUTE);
    names(&bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await, &["began an intervention"]);
    bot.ovh.intervened("web-1", 600 * MINUTE);
    let card = bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
    assert!(!card.content.contains("intervention"), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_now_asks_first_where_others_are_at_work() {
    let bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "doing");
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    names(&card, &[REINSTALL]);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_restores_nothing_under_others_hands() {
    for intervention in [true, false] {
        let config = TestConfig::with_rescue("probe = false\non_deadline = \"restore\"");
        let bot = TestBot::with(config, [web_1(), db_1()]).await;
        bot.rescued(&bot.ann, "web-1").await;
        match intervention {
            true => bot.ovh.intervened("web-1", MINUTE),
            false => drop(bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "doing")),
        }
        pass(&bot, SignedDuration::from_mins(255)).await;
        let reminder = bot.sees(&["is still in rescue", "web-1"]).await;
        assert!(reminder.button("Restore now").is_some());
        assert_eq!(bot.ovh.reboots("web-1"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reboot_again_names_what_others_do_in_a_new_question() {
    let bot = TestBot::new().await;
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "doing");
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    let again = bot.rung(&bot.ann, &["others are at work on the server", REINSTALL]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
    bot.press_and_confirm(&bot.ann, &again, "Reboot again").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!((bot.ovh.journal().count("POST", "/reboot"), bot.ovh.reboots("web-1")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_begins_while_others_are_asked_stops_it_and_they_see_what_the_card_named() {
    let rules = rule(ROLE, &["view", "reboot", "rescue", "restore"], &["*"])
        + &rule(crate::approvals::LEADS, &["view", "approve"], &["*"])
        + "[[protect]]\nservers = [\"web-1\"]\nactions = [\"reboot\"]\n";
    let bot = TestBot::ruled_by(rules).await;
    let paula = bot.discord.person("paula", "en-GB", &[crate::approvals::LEADS]);
    bot.ovh.standing_task_by_somebody("web-1", "hardware_update", "todo");
    bot.accepted(&bot.ann, "reboot", &[WEB_1]).await;
    let request = bot.asks_others("R-1").await;
    names(&request, &["hardware_update"]);
    bot.ovh.standing_task_by_somebody("web-1", REINSTALL, "doing");
    bot.press(&paula, &request, "Approve").await;
    bot.rung(&bot.ann, &["R-1", "Others are at work on", REINSTALL]).await;
    is_untouched(&bot);
}
