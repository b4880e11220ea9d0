//! A change of the netboot that OVHcloud carries out late, when nobody waits for its answer any more.

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::{discord::Message, net::Hold};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

const RESCUE: &str = "rescue-customer-windows";
/// What the card says while a late change is looked for.
const LOOKING: &str = "may still arrive late";

/// A bot that looks for late changes long enough for a busy machine.
async fn patient() -> TestBot {
    let pace = TestConfig::default().pace.replace("reboot_settle = \"600ms\"", "reboot_settle = \"4s\"");
    TestBot::with(TestConfig { pace, ..TestConfig::default() }, [web_1(), db_1()]).await
}

/// The next change of the netboot waits on its way; it happens when that lets it.
fn delayed(bot: &TestBot) -> Hold {
    bot.ovh.faults().hold_before("PUT", "/dedicated/server/")
}

fn refused(bot: &TestBot, method: &str, path: &str) {
    bot.ovh.faults().status(method, path, 403, &json!({ "message": "not now" }));
}

/// The connection breaks: nobody waits for what is on its way.
async fn breaks(bot: &TestBot, late: &Hold) {
    late.reached().await;
    bot.ovh.net().reset_all();
}

/// Everything is as before so far, and not over; then the change arrives, and is put back, and nobody has a rescue.
async fn arrives_late(bot: &TestBot, late: &Hold, end: &str) -> Message {
    bot.sees(&["R-1", "Putting the netboot back", LOOKING]).await;
    // The card says so before it is done: a second change is to be put back first, and that is counted below.
    eventually("it is as before so far", async || bot.ovh.kernel_of("web-1").as_deref() == Some("hd")).await;
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"), "the lease stays meanwhile");
    let changes = || bot.ovh.journal().count("PUT", "/dedicated/server/");
    let before = changes();
    late.release();
    eventually("it is put back", async || changes() > before).await;
    let end = bot.rung(&bot.ann, &["R-1", end, "is back as it was", "everything stayed as it was"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert!(!bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
    end
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_refused_later_and_arrives_late_is_put_back() {
    let bot = patient().await;
    let late = delayed(&bot);
    refused(&bot, "PUT", "/dedicated/server/");
    bot.accepts(Kind::Enable).await;
    breaks(&bot, &late).await;
    arrives_late(&bot, &late, "Refused by OVHcloud").await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some(RESCUE), "the server is free for the next one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_arrives_late_though_a_second_one_was_made_and_put_back_is_put_back_too() {
    let bot = patient().await;
    let late = delayed(&bot);
    refused(&bot, "POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    breaks(&bot, &late).await;
    arrives_late(&bot, &late, "Refused by OVHcloud").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_arrives_late_after_cancel_is_put_back() {
    let bot = patient().await;
    let late = delayed(&bot);
    bot.accepts(Kind::Enable).await;
    late.reached().await;
    let card = bot.sees(&["R-1", "Setting the netboot"]).await;
    bot.press(&bot.ann, &card, "Cancel").await;
    bot.ovh.net().reset_all();
    arrives_late(&bot, &late, "**Cancelled**").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_arrives_late_after_a_restart_is_put_back() {
    let mut bot = patient().await;
    let late = delayed(&bot);
    refused(&bot, "PUT", "/dedicated/server/");
    bot.accepts(Kind::Enable).await;
    breaks(&bot, &late).await;
    bot.sees(&["R-1", LOOKING]).await;
    bot.die().await;
    bot.start().await;
    arrives_late(&bot, &late, "Refused by OVHcloud").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_on_its_way_when_the_process_died_and_arrives_late_is_put_back() {
    let mut bot = patient().await;
    let late = delayed(&bot);
    bot.accepts(Kind::Enable).await;
    late.reached().await;
    bot.die().await;
    refused(&bot, "PUT", "/dedicated/server/");
    bot.start().await;
    let end = arrives_late(&bot, &late, "Refused by OVHcloud").await;
    assert!(end.content.contains("I was stopped while"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_later_than_anybody_looks_is_found_and_can_be_restored() {
    let mut bot = TestBot::new().await;
    bot.config.pace += "inventory_refresh = \"200ms\"\n";
    bot.learns_boot("web-1", bot.ovh.boot_id("web-1", RESCUE)).await;
    let late = delayed(&bot);
    refused(&bot, "PUT", "/dedicated/server/");
    bot.accepts(Kind::Enable).await;
    breaks(&bot, &late).await;
    let end = bot.rung(&bot.ann, &["Refused by OVHcloud", "R-1"]).await;
    assert!(end.content.contains("Should that change arrive later still, </rescue list:"), "{}", end.content);
    late.release();
    bot.lists(&bot.ann, &["not started by me", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_never_gets_a_clear_answer_is_given_up_and_not_called_refused() {
    let bot = TestBot::new().await;
    bot.ovh.faults().always().status("PUT", "/dedicated/server/", 502, &json!({ "message": "gone fishing" }));
    bot.accepts(Kind::Enable).await;
    let end = bot.rung(&bot.ann, &["**Not sent**", "R-1", "gone fishing", "everything stayed as it was"]).await;
    assert!(!end.content.contains("Refused") && end.content.contains("query id"), "{}", end.content);
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 0));
}

/// Somebody sets another netboot; it stays until a person has seen the difference and said so.
async fn stays_until_asked(bot: &TestBot, theirs: u64, changes: usize, words: &[&str]) {
    let others = ["R-1", "Somebody else set another netboot meanwhile"];
    let end = bot.rung(&bot.ann, &[&others[..], words].concat()).await;
    assert_eq!(bot.ovh.boot_of("web-1"), Some(theirs));
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("PUT", "/dedicated/server/")), (0, changes));
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    assert!(card.content.contains("Somebody changed the netboot since"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_set_while_the_process_was_down_is_not_written_over() {
    let mut bot = TestBot::new().await;
    let never = delayed(&bot);
    bot.accepts(Kind::Enable).await;
    never.reached().await;
    bot.die().await;
    let theirs = bot.ovh.boot_id("web-1", "rescue12-customer");
    bot.ovh.netboot_by_somebody("web-1", Some(theirs));
    bot.start().await;
    stays_until_asked(&bot, theirs, 1, &["Not possible", "has changed since you confirmed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_set_while_a_late_change_was_looked_for_is_not_written_over() {
    let bot = patient().await;
    let never = delayed(&bot);
    refused(&bot, "PUT", "/dedicated/server/");
    bot.accepts(Kind::Enable).await;
    breaks(&bot, &never).await;
    bot.sees(&["R-1", "Putting the netboot back", LOOKING]).await;
    let theirs = bot.ovh.boot_id("web-1", "rescue12-customer");
    bot.ovh.netboot_by_somebody("web-1", Some(theirs));
    stays_until_asked(&bot, theirs, 2, &["Refused by OVHcloud"]).await;
}
