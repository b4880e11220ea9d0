//! What an end leaves behind: a netboot that was set, a rescue that nobody saw end. There is a way out without a reboot.

use std::time::Duration;

use bernard_domain::operation::{
    Kind, OperationId,
    state::{Outcome, Phase},
};
use serde_json::json;
use sim::{
    discord::{Message, OPS},
    ovh::{Ending, Tempo},
};

use crate::bot::{ALL, TestBot, TestConfig, db_1, eventually, rule, web_1};

const BACK: &str = "Put netboot back";

/// A rescue whose reboot failed: the netboot is set, the machine was not touched.
async fn failed(bot: &TestBot, ending: Ending) -> Message {
    bot.ovh.next_reboot_ends("web-1", ending);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**Reboot failed**", "web-1"]).await
}

/// Everything is as it was before, nothing was rebooted for it, and nobody is said to have a rescue.
async fn is_back(bot: &TestBot, before: &sim::ovh::Settings, reboots: usize) {
    let end = bot.rung(&bot.ann, &["**Netboot put back**", "web-1"]).await;
    assert!(end.content.contains("Nothing was rebooted") && end.buttons().is_empty(), "{}", end.content);
    assert_eq!(&bot.ovh.server("web-1"), before);
    assert_eq!(bot.ovh.reboots("web-1"), reboots);
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(!list.content.contains("web-1"), "{}", list.content);
    no_way_out_is_offered(bot).await;
    bot.accepts(Kind::Reboot).await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
}

async fn no_way_out_is_offered(bot: &TestBot) {
    eventually("no message offers a way out any more", async || {
        let offers = |m: &Message| m.button(BACK).is_some() || m.button("Restore now").is_some();
        !bot.discord.messages(OPS).iter().any(offers)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_or_cancelled_task_the_netboot_can_be_put_back_without_a_reboot() {
    for ending in [Ending::OvhError, Ending::CustomerError, Ending::Cancelled] {
        let bot = TestBot::new().await;
        let before = bot.ovh.server("web-1");
        let end = failed(&bot, ending).await;
        assert!(end.button("Restore now").is_some(), "{}", end.content);
        assert_ne!(bot.ovh.server("web-1"), before);
        bot.press(&bot.ann, &end, BACK).await;
        is_back(&bot, &before, 1).await;
        let end = bot.rung(&bot.ann, &["**Netboot put back**", "web-1"]).await;
        assert!(!end.content.contains("being wiped"), "no link went out: {}", end.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_it_offers_to_put_the_netboot_back() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    bot.press(&bot.ann, &question, "Leave it").await;
    let end = bot.rung(&bot.ann, &["**Left as it is**", "web-1"]).await;
    bot.press(&bot.ann, &end, BACK).await;
    is_back(&bot, &before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_back_happens_once_however_often_it_is_pressed() {
    let bot = TestBot::new().await;
    let end = failed(&bot, Ending::OvhError).await;
    let id = crate::bot::custom_id(&end, BACK);
    let (one, other) = tokio::join!(bot.ann.press(&end, BACK), bot.ann.press(&end, BACK));
    let answers = [one.answer().await.content, other.answer().await.content];
    assert_eq!(answers.iter().filter(|text| text.contains("Started")).count(), 1, "{answers:?}");
    bot.rung(&bot.ann, &["**Netboot put back**", "R-2"]).await;
    let late = bot.forge(&bot.ann, &id, &end).await;
    assert!(late.content.contains("no longer means anything"), "{}", late.content);
    assert_eq!(bot.count(&["**Netboot put back**", "R-3"]), 0);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_was_looked_at_while_another_put_everything_back_begins_nothing() {
    let bot = TestBot::new().await;
    let end = failed(&bot, Ending::OvhError).await;
    let looking = bot.ovh.faults().hold_before("GET", "/boot/");
    let slow = bot.ann.press(&end, BACK).await;
    looking.reached().await;
    let other = bot.press(&bot.ann, &end, BACK).await;
    assert!(other.content.contains("Started"), "{}", other.content);
    bot.rung(&bot.ann, &["**Netboot put back**", "R-2"]).await;
    looking.release();
    let late = slow.answer().await;
    assert!(!late.content.contains("Started"), "{}", late.content);
    bot.accepts(Kind::Reboot).await;
    bot.rung(&bot.ann, &["**Rebooted**", "R-3"]).await;
    assert_eq!(bot.count(&["**Netboot put back**"]), bot.count(&["**Netboot put back**", "R-2"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_restore_may_not_put_back() {
    let helper = sim::discord::Id(400_000_000_000_000_077);
    let config = TestConfig {
        rules: format!(
            "[[role]]\nid = \"{}\"\ncan = {ALL}\nservers = [\"*\"]\n{}",
            sim::discord::ROLE,
            rule(helper, &["view", "rescue", "reboot"], &["*"])
        ),
        ..TestConfig::default()
    };
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    let bob = bot.discord.person("bob", "en-GB", &[helper]);
    let end = failed(&bot, Ending::OvhError).await;
    let answer = bot.press(&bob, &end, BACK).await;
    assert!(answer.content.contains("do not include `restore`"), "{}", answer.content);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_set_meanwhile_is_shown_and_asked_about_before_it_is_put_back() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    let end = failed(&bot, Ending::OvhError).await;
    let linux = bot.ovh.boot_id("web-1", "rescue12-customer");
    bot.ovh.netboot_by_somebody("web-1", Some(linux));
    let card = bot.press(&bot.ann, &end, BACK).await;
    assert!(card.content.contains("Somebody changed the netboot") && card.content.contains("without a reboot"));
    assert_eq!(bot.ovh.boot_of("web-1"), Some(linux), "nothing before the answer");
    bot.press(&bot.ann, &card, "Confirm").await;
    is_back(&bot, &before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_followed_another_one_is_left_by_a_restore_only() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", "linux")]).await;
    let end = bot.rung(&bot.ann, &["**Reboot failed**", "R-2"]).await;
    assert!(end.button(BACK).is_none(), "the first rescue runs on: {}", end.content);
    let forged = bot.forge(&bot.ann, &bot.marked("putback", 2).await, &end).await;
    assert!(forged.content.contains("no longer means anything"), "{}", forged.content);
    bot.press_and_confirm(&bot.ann, &end, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_that_failed_says_nothing_of_a_netboot_that_nobody_set() {
    let bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**Reboot failed**", "web-1"]).await;
    assert!(!end.content.contains("netboot"), "{}", end.content);
    let labels: Vec<_> = end.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Try again", "Ask OVHcloud"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_cannot_be_put_back_is_said_and_the_way_out_stays() {
    let bot = TestBot::new().await;
    let end = failed(&bot, Ending::OvhError).await;
    // At once and one by one: what is refused as a whole is tried in pieces.
    bot.ovh.faults().always().status("PUT", "/dedicated/server/", 403, &json!({ "message": "not now" }));
    bot.press(&bot.ann, &end, BACK).await;
    let refused = bot.rung(&bot.ann, &["**Refused by OVHcloud**", "R-2", "not now"]).await;
    bot.ovh.faults().clear();
    assert!(refused.button("Restore now").is_some(), "{}", refused.content);
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"), "the lease stays");
    bot.press(&bot.ann, &end, BACK).await;
    bot.rung(&bot.ann, &["**Netboot put back**", "R-3"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// A restore whose task is purged before anybody saw its end.
async fn purged(bot: &TestBot) {
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.sees(&["R-2", "**Rebooting**", "`doing`"]).await;
    bot.ovh.vanish_tasks("web-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_whose_task_was_purged_keeps_its_lease_until_somebody_says_that_it_is_over() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    purged(&bot).await;
    let end = bot.rung(&bot.ann, &["**End not seen**", "R-2"]).await;
    assert!(end.content.contains("this rescue is not over for me"), "{}", end.content);
    assert!(!end.content.contains("wiped"), "{}", end.content);
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")), "whoever is in it may need the link");
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
    bot.press(&bot.ann, &end, BACK).await;
    let puts = bot.ovh.journal().count("PUT", "/dedicated/server/");
    is_back(&bot, &before, 2).await;
    assert_eq!(bot.ovh.journal().count("PUT", "/dedicated/server/"), puts, "it was back already");
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_whose_task_was_purged_ends_its_lease_when_the_machine_was_seen_to_leave() {
    let mut config = TestConfig::with_rescue("probe = true");
    // It looks twenty polls long.
    config.pace = config.pace.replace("task_poll = \"30ms\"", "task_poll = \"500ms\"");
    let bot = TestBot::with(config, [web_1().listening()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    let never = Duration::from_secs(3600);
    bot.ovh.tempo(Tempo { done: never, dark: never, up: never, ..Tempo::HURRIED });
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    eventually("the reboot is taken", async || bot.ovh.reboots("web-1") == 2).await;
    bot.ovh.vanish_tasks("web-1");
    bot.sees(&["R-2", "no longer lists the task"]).await;
    bot.ovh.goes_dark("web-1");
    bot.sees(&["R-2", "It went off the network"]).await;
    bot.ovh.comes_up("web-1");
    let end = bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert!(end.content.contains("saw the machine go away and come back"), "{}", end.content);
    assert!(!bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_arrives_after_its_rescue_was_left_is_wiped_all_the_same() {
    let bot = TestBot::new().await;
    let dm = bot.ann.open_dms();
    let arriving = bot.discord.faults().hold_answer("POST", &format!("/channels/{dm}/messages"));
    bot.accepts(Kind::Enable).await;
    arriving.reached().await;
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")), "it is there");
    bot.restored(&bot.ann, "web-1").await;
    arriving.release();
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
    assert!(!bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")));
}

/// Whatever shows up from now on is nobody's: `R-2`, which looked for a link, was taken over by `R-3`, and sent nothing.
async fn nothing_is_sent_any_more(bot: &mut TestBot) {
    bot.ovh.hand_out("web-1");
    bot.sees(&["Taken over by R-3", "R-2"]).await;
    bot.die().await;
    assert_eq!(bot.operation(2).await.state.phase, Phase::Ended(Outcome::Superseded(OperationId(3))));
    assert!(bot.ann.dms().is_empty(), "nothing would ever wipe it");
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_back_ends_the_search_for_a_link_too() {
    let mut bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    let end = failed(&bot, Ending::OvhError).await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    bot.sees(&["Looking for the link", "R-2"]).await;
    bot.press(&bot.ann, &end, BACK).await;
    is_back(&bot, &before, 1).await;
    nothing_is_sent_any_more(&mut bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_has_not_begun_yet_is_ended_by_a_restore() {
    let mut bot = TestBot::new().await;
    failed(&bot, Ending::OvhError).await;
    let hold = bot.ovh.faults().hold_answer("GET", "/task");
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    hold.reached().await;
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    hold.release();
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;
    nothing_is_sent_any_more(&mut bot).await;
}
