//! What others do to a rescue of ours in OVHcloud's control panel: it is noticed, told once, and closed without a reboot. What is
//! not certain is said as it is, and ends nothing.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jiff::SignedDuration;
use sim::{
    discord::{Message, ONCALL, OPS},
    ovh::{Running, ServerSpec},
};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    passing::{lease, pass},
};

const WEB_1: (&str, &str) = ("server", "web-1");
const LEFT: &str = "**Out of rescue**";
const REMINDERS: [&str; 3] = ["Time is up", "is still in rescue", "its time is long up"];

/// A bot with somebody on call; the inventory looks again in ten minutes, or so.
async fn bot(rescue: &str, pace: &str) -> TestBot {
    let usual = TestConfig::default();
    let config = TestConfig {
        discord: format!("oncall_role = \"{ONCALL}\"\n"),
        rescue: format!("probe = false\n{rescue}"),
        pace: format!("{}{pace}", usual.pace),
        ..usual
    };
    TestBot::with(config, [web_1(), db_1()]).await
}

/// Somebody sets the netboot to the disk.
fn to_disk(bot: &TestBot) {
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "hd")));
}

/// Somebody begins a task, and it is done.
async fn done(bot: &TestBot, function: &str) {
    let id = bot.ovh.task_by_somebody("web-1", function);
    eventually("their task is done", async || {
        bot.ovh.tasks("web-1").iter().any(|task| task.id == id && task.status == "done")
    })
    .await;
}

/// Somebody takes the server out of rescue in the control panel.
async fn leaves(bot: &TestBot) {
    to_disk(bot);
    done(bot, "hardReboot").await;
}

/// It was told once, the DM is wiped, the lease is over, and nobody but them has rebooted anything.
async fn is_over(bot: &TestBot, end: &Message) {
    let told = bot.rung(&bot.ann, &[LEFT, "web-1", "R-1", "`hd`", "There is nothing to do"]).await;
    assert!(told.buttons().is_empty() && told.pinged_roles.is_empty(), "{told:?}");
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
    eventually("its messages do not say that it runs", async || {
        let end = bot.discord.message(end.id).expect("it stands");
        end.buttons().is_empty()
            && end.content.contains("**Was in rescue**")
            && end.content.contains("ended outside Bernard")
    })
    .await;
    eventually("no message says that it runs", async || bot.count(&["**In rescue**", "R-1"]) == 0).await;
    assert_eq!(lease(bot, "web-1").await, None);
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("Nothing is in rescue"), "{}", list.content);
    assert_eq!((bot.count(&[LEFT]), bot.ovh.reboots("web-1")), (1, 1));
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_others_ended_is_noticed_when_the_inventory_looks_again() {
    let bot = bot("", "inventory_refresh = \"200ms\"\n").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    leaves(&bot).await;
    is_over(&bot, &end).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_netboot_that_was_read_before_others_set_another_one_hides_no_reboot_out_of_the_rescue() {
    let bot = bot("", "inventory_refresh = \"200ms\"\n").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    // The server was read; its tasks are read when all has happened.
    let tasks = bot.ovh.faults().hold_before("GET", "/task?");
    tasks.reached().await;
    leaves(&bot).await;
    tasks.release();
    is_over(&bot, &end).await;
    assert_eq!(bot.count(&["Rebooted without me"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_rescue_that_others_ended_is_noticed_when_somebody_asks() {
    type Options = &'static [(&'static str, &'static str)];
    let questions: [(&str, Options, &str); 5] = [
        ("rescue list", &[], "Nothing is in rescue"),
        ("status", &[WEB_1], "`hd`"),
        ("rescue extend", &[WEB_1], "has left its rescue"),
        ("rescue hand-over", &[WEB_1, ("user", "bob")], "has left its rescue"),
        ("restore", &[WEB_1], "/reboot server:web-1"),
    ];
    for (command, options, answer) in questions {
        let bot = bot("", "").await;
        let _bob = bot.bob();
        let end = bot.rescued(&bot.ann, "web-1").await;
        leaves(&bot).await;
        let said = bot.ask(&bot.ann, command, options).await;
        assert!(said.content.contains(answer), "{command}: {}", said.content);
        is_over(&bot, &end).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_of_a_rescue_that_others_ended_reboot_nothing() {
    for label in ["Restore now", "Extend"] {
        let bot = bot("", "").await;
        let end = bot.rescued(&bot.ann, "web-1").await;
        leaves(&bot).await;
        let refused = bot.press(&bot.ann, &end, label).await;
        assert!(refused.content.starts_with("🚫"), "{label}: {}", refused.content);
        is_over(&bot, &end).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restores_card_reboots_no_server_that_has_left_meanwhile() {
    let bot = bot("", "").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bot.ann, "restore", &[WEB_1]).await;
    leaves(&bot).await;
    let refused = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(refused.content.starts_with("🚫"), "{}", refused.content);
    is_over(&bot, &end).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadline_of_a_rescue_that_others_ended_reminds_of_nothing_and_reboots_nothing() {
    for on_deadline in ["remind", "restore"] {
        let bot = bot(&format!("on_deadline = \"{on_deadline}\"\n"), "").await;
        let end = bot.rescued(&bot.ann, "web-1").await;
        leaves(&bot).await;
        pass(&bot, SignedDuration::from_mins(245)).await;
        is_over(&bot, &end).await;
        // Another rescue's whole story shows that time has passed.
        bot.rescued(&bot.ann, "db-1").await;
        for reminder in REMINDERS {
            assert_eq!(bot.count(&[reminder]), 0, "{on_deadline}: {reminder}");
        }
        assert_eq!((bot.ovh.reboots("web-1"), bot.count(&[LEFT])), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reinstallation_ends_a_rescue_too() {
    let bot = bot("", "").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    to_disk(&bot);
    done(&bot, "reinstallServer").await;
    bot.ask(&bot.ann, "status", &[WEB_1]).await;
    is_over(&bot, &end).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reboots_by_others_the_one_that_can_be_read_tells() {
    let bot = bot("", "").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let first = bot.ovh.task_by_somebody("web-1", "hardReboot");
    let refusal = serde_json::json!({ "message": "Internal error" });
    bot.ovh.faults().always().status("GET", &format!("/task/{first}"), 500, &refusal);
    leaves(&bot).await;
    eventually("it is noticed", async || {
        bot.ask(&bot.ann, "rescue list", &[]).await;
        bot.count(&[LEFT]) == 1
    })
    .await;
    is_over(&bot, &end).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_netboot_alone_is_still_in_rescue_and_is_said_so() {
    let bot = bot("", "").await;
    bot.rescued(&bot.ann, "web-1").await;
    to_disk(&bot);
    let status = bot.ask(&bot.ann, "status", &[WEB_1]).await;
    assert!(status.content.contains("leaves with the next reboot"), "{}", status.content);
    let told = bot.sees(&["**Netboot changed**", "web-1", "R-1", "`hd`"]).await;
    assert!(told.button("Restore now").is_some());
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("leaves with the next reboot"), "{}", list.content);
    pass(&bot, SignedDuration::from_mins(245)).await;
    let reminder = bot.sees(&["Time is up", "web-1"]).await;
    assert!(reminder.content.contains("leaves with the next reboot"), "{}", reminder.content);
    assert!(!reminder.content.contains("Any reboot lands in rescue again"), "{}", reminder.content);
    assert_eq!((bot.count(&["**Netboot changed**"]), bot.count(&[LEFT]), bot.ovh.reboots("web-1")), (1, 0, 1));
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")), "the way in is still there");
    assert!(lease(&bot, "web-1").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_by_others_into_the_rescue_rings_its_owner_and_ends_nothing_even_when_the_netboot_changes_later() {
    let bot = bot("", "").await;
    bot.rescued(&bot.ann, "web-1").await;
    done(&bot, "hardReboot").await;
    let status = bot.ask(&bot.ann, "status", &[WEB_1]).await;
    assert!(status.content.contains("the password may be another one"), "{}", status.content);
    let told = bot.rung(&bot.ann, &["**Rebooted without me**", "web-1", "/rescue link server:web-1"]).await;
    assert!(told.pinged_roles.is_empty());
    // That reboot led into rescue: a netboot that changes afterwards does not make it lead out.
    to_disk(&bot);
    let status = bot.ask(&bot.ann, "status", &[WEB_1]).await;
    assert!(status.content.contains("leaves with the next reboot"), "{}", status.content);
    assert!(lease(&bot, "web-1").await.is_some());
    assert_eq!(bot.count(&[LEFT]), 0);
    done(&bot, "hardReboot").await;
    bot.ask(&bot.ann, "status", &[WEB_1]).await;
    bot.rung(&bot.ann, &[LEFT, "web-1"]).await;
    assert_eq!((lease(&bot, "web-1").await, bot.ovh.reboots("web-1")), (None, 1));
    // Told once, and marked as past since the rescue is over.
    let ever = |message: &Message| message.history.iter().any(|was| was.content.contains("**Rebooted without me**"));
    assert_eq!(bot.discord.messages(OPS).iter().filter(|message| ever(message)).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_of_ours_that_leads_out_ends_the_rescue() {
    let bot = bot("", "").await;
    bot.rescued(&bot.ann, "web-1").await;
    to_disk(&bot);
    bot.accepted(&bot.ann, "reboot", &[WEB_1]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "R-2"]).await;
    bot.ovh.until_running("web-1", &Running::Installed).await;
    eventually("it is noticed", async || {
        bot.ask(&bot.ann, "rescue list", &[]).await;
        lease(&bot, "web-1").await.is_none()
    })
    .await;
    bot.rung(&bot.ann, &[LEFT, "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rescue_set_besides_is_put_back_by_one_tap_without_a_reboot() {
    let bot = bot("", "").await;
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1, ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    leaves(&bot).await;
    bot.ask(&bot.ann, "rescue list", &[]).await;
    let told = bot.rung(&bot.ann, &[LEFT, "web-1", "without a reboot"]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
    assert!(lease(&bot, "web-1").await.is_some(), "something is still set");
    pass(&bot, SignedDuration::from_mins(245)).await;
    bot.sees(&["**Was in rescue**", "R-1", "ended outside Bernard"]).await;
    let reminder = bot.sees(&["Something is left to put back", "web-1"]).await;
    assert!(reminder.button("Restore now").is_none(), "{reminder:?}");
    let told = bot.discord.message(told.id).expect("it stands");
    let pressed = if told.button("Put netboot back").is_some() { told } else { reminder };
    bot.press(&bot.ann, &pressed, "Put netboot back").await;
    bot.sees(&["R-2", "Everything I changed is back"]).await;
    let server = bot.ovh.server("web-1");
    assert_eq!((server.rescue_mail, bot.ovh.kernel_of("web-1").as_deref()), (None, Some("hd")));
    assert_eq!((lease(&bot, "web-1").await, bot.ovh.reboots("web-1")), (None, 1));
    for reminder in REMINDERS {
        assert_eq!(bot.count(&[reminder]), 0, "{reminder}");
    }
    bot.sees(&["It left without me", "There is nothing left to do"]).await;
    eventually("nothing says that something is left", async || {
        bot.count(&["Something is left to put back"]) + bot.count(&["is still there"]) == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_of_a_server_that_has_left_puts_the_rest_back_without_a_reboot() {
    let bot = bot("", "").await;
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1, ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    leaves(&bot).await;
    bot.accepted(&bot.ann, "restore", &[WEB_1]).await;
    bot.sees(&["R-2", "Everything I changed is back"]).await;
    assert_eq!((bot.ovh.server("web-1").rescue_mail, bot.ovh.reboots("web-1")), (None, 1));
    assert_eq!(lease(&bot, "web-1").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_for_a_link_ends_with_the_rescue_and_no_dm_comes_later() {
    let bot = bot("", "inventory_refresh = \"200ms\"\n").await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    bot.sees(&["R-1", "Looking for the link"]).await;
    leaves(&bot).await;
    bot.rung(&bot.ann, &[LEFT, "web-1"]).await;
    bot.rung(&bot.ann, &["R-1", "has left its rescue meanwhile"]).await;
    bot.ovh.hand_out("web-1");
    bot.rescued(&bot.ann, "db-1").await;
    let links = |dm: &Message| dm.content.contains("manager/secret") && dm.content.contains("web-1");
    assert!(!bot.ann.dms().iter().any(links));
    assert_eq!((lease(&bot, "web-1").await, bot.ovh.reboots("web-1")), (None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_by_others_while_the_link_is_looked_for_is_said() {
    let bot = bot("", "inventory_refresh = \"200ms\"\n").await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    bot.sees(&["R-1", "Looking for the link"]).await;
    done(&bot, "hardReboot").await;
    bot.rung(&bot.ann, &["**Rebooted without me**", "web-1"]).await;
    bot.ovh.hand_out("web-1");
    let end = bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert!(end.content.contains("the password may be another one"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_ovhcloud_cannot_be_asked_a_rescue_has_not_ended() {
    let bot = bot("", "").await;
    bot.rescued(&bot.ann, "web-1").await;
    leaves(&bot).await;
    let refusal = serde_json::json!({ "message": "Internal error" });
    bot.ovh.faults().always().status("GET", "/task", 500, &refusal);
    pass(&bot, SignedDuration::from_mins(245)).await;
    bot.discord.wait_for_message(OPS, |message| message.content.contains("Time is up")).await;
    assert!(lease(&bot, "web-1").await.is_some());
    bot.ovh.faults().clear();
    eventually("it is noticed", async || {
        bot.ask(&bot.ann, "rescue list", &[]).await;
        bot.count(&[LEFT]) == 1
    })
    .await;
    assert_eq!((lease(&bot, "web-1").await, bot.ovh.reboots("web-1")), (None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_many_rescues_looks_at_those_that_it_shows() {
    let name = |n: usize| format!("ns46{n:05}.ip-203-0-113.eu");
    let fleet = (1..=9).map(|n| ServerSpec::linux(&name(n)).named(&format!("node-{n}")));
    let bot = TestBot::with(TestConfig::default(), fleet).await;
    join_all((1..=9).map(|n| {
        let bot = &bot;
        async move { bot.rescued(&bot.ann, &format!("node-{n}")).await }
    }))
    .await;
    let before = bot.ovh.journal().all().len();
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    let shown: BTreeSet<usize> = (1..=9).filter(|n| list.content.contains(&format!("node-{n}"))).collect();
    assert!(shown.len() == 6 && list.content.contains("3 more"), "{}", list.content);
    let looked_at = bot.ovh.journal().all().into_iter().skip(before);
    let looked_at: BTreeSet<usize> = looked_at
        .filter_map(|seen| (1..=9).find(|n| seen.method == "GET" && seen.path.ends_with(&format!("/{}", name(*n)))))
        .collect();
    assert_eq!(looked_at, shown);
}
