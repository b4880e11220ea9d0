//! Taking links away again: only what is gone is gone, and the audit says what is true.

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::net::Rule;

use crate::{
    audit::lines_of,
    bot::{TestBot, eventually},
};

fn holds_link(bot: &TestBot) -> bool {
    bot.ann.dms().iter().any(|dm| dm.text().contains("manager/secret"))
}

async fn no_link_stands(bot: &TestBot) {
    eventually("no DM holds a link", async || !holds_link(bot)).await;
}

/// How often the audit says this.
async fn told(bot: &TestBot, word: &str) -> usize {
    lines_of(bot).await.iter().filter(|line| line.to_json().contains(&format!("\"{word}\""))).count()
}

async fn is_told(bot: &TestBot, word: &str) {
    eventually(word, async || told(bot, word).await == 1).await;
}

fn dm_messages(bot: &TestBot) -> String {
    format!("/channels/{}/messages/", bot.ann.open_dms())
}

/// Edits of ann's DMs are refused so.
fn no_edits(bot: &TestBot, code: u32) -> Rule {
    bot.discord.refuse(&bot.discord.faults().always(), "PATCH", &dm_messages(bot), code)
}

/// Deleting them too.
fn no_deletes(bot: &TestBot, code: u32) -> Rule {
    bot.discord.refuse(&bot.discord.faults().always(), "DELETE", &dm_messages(bot), code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_whose_edit_is_refused_is_deleted() {
    for code in [50_001, 50_005, 50_013, 50_035, 200_000] {
        let bot = TestBot::new().await;
        bot.rescued(&bot.ann, "web-1").await;
        assert!(holds_link(&bot));
        no_edits(&bot, code);
        bot.accepts(Kind::Restore).await;
        no_link_stands(&bot).await;
        is_told(&bot, "dm_wiped").await;
        assert_eq!(told(&bot, "dm_not_wiped").await, 0, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wipe_that_is_refused_is_tried_again_and_is_not_recorded_as_done() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let (edits, deletes) = (no_edits(&bot, 50_001), no_deletes(&bot, 50_001));
    bot.accepts(Kind::Restore).await;
    is_told(&bot, "dm_not_wiped").await;
    eventually("it is tried again", async || deletes.hits() > 1).await;
    assert!(holds_link(&bot) && told(&bot, "dm_wiped").await == 0);
    // Its reader, who can delete it, hears of it once.
    let notice = bot.rung(&bot.ann, &["A link still stands", "web-1"]).await;
    assert!(!notice.text().contains("manager/secret"));
    edits.clear();
    deletes.clear();
    no_link_stands(&bot).await;
    is_told(&bot, "dm_wiped").await;
    assert_eq!((told(&bot, "dm_not_wiped").await, bot.count(&["A link still stands"])), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_wipe_that_was_refused_is_tried_again_by_the_next_process() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let (edits, deletes) = (no_edits(&bot, 50_013), no_deletes(&bot, 50_013));
    bot.accepts(Kind::Restore).await;
    is_told(&bot, "dm_not_wiped").await;
    bot.die().await;
    edits.clear();
    deletes.clear();
    bot.start().await;
    no_link_stands(&bot).await;
    is_told(&bot, "dm_wiped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxys_page_is_no_wipe() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let faults = bot.discord.faults();
    let page = faults.always().status("PATCH", &dm_messages(&bot), 503, &json!({ "message": "away", "code": 0 }));
    bot.accepts(Kind::Restore).await;
    eventually("it was tried", async || page.hits() > 0).await;
    assert!(holds_link(&bot) && told(&bot, "dm_wiped").await == 0);
    page.clear();
    no_link_stands(&bot).await;
    is_told(&bot, "dm_wiped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_reader_deleted_is_gone_and_nothing_more_is_tried() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    bot.discord.delete_message(dm.id);
    bot.accepts(Kind::Restore).await;
    is_told(&bot, "dm_wiped").await;
    assert_eq!(bot.discord.journal().count("PATCH", &format!("/messages/{}", dm.id)), 1);
    assert_eq!((told(&bot, "dm_not_wiped").await, bot.count(&["A link still stands"])), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consoles_dm_that_cannot_be_edited_is_deleted_when_its_session_is_over() {
    let bot = TestBot::new().await;
    // Long enough to be sent, on any machine.
    bot.ovh.console_life(std::time::Duration::from_secs(12));
    no_edits(&bot, 50_001);
    bot.accepts(Kind::Console).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("kvm.example")).await;
    eventually("it is deleted", async || !bot.ann.dms().iter().any(|dm| dm.content.contains("kvm.example"))).await;
    is_told(&bot, "dm_wiped").await;
}
