//! What arrives, or is said, only after the crash.

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::discord::Message;

use crate::bot::{TestBot, eventually};

fn holds_a_link(message: &Message) -> bool {
    message.content.contains("manager/secret")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_arrives_after_the_crash_is_adopted_and_not_repeated() {
    let mut bot = TestBot::new().await;
    let late = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    late.reached().await;
    bot.die().await;
    late.release();
    bot.start().await;
    let end = bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_accepted_was_said_loses_nothing_and_the_card_opens_nothing_twice() {
    let mut bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let saying = bot.discord.faults().hold_before("PATCH", "/webhooks/");
    bot.ann.press(&card, "Confirm").await;
    saying.reached().await;
    bot.die().await;
    bot.discord.faults().clear();
    bot.start().await;
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(again.content.contains("R-1") && again.content.contains("/rescue enable"), "{}", again.content);
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// The process dies when a link's DM has arrived and before it knows so; a restore begins before it could look for it.
async fn restored_before_the_look(kind: Kind) {
    let mut bot = TestBot::new().await;
    if kind == Kind::Link {
        bot.rescued(&bot.ann, "web-1").await;
    }
    let before = bot.ann.dms().into_iter().filter(holds_a_link).count();
    let messages = format!("/channels/{}/messages", bot.ann.open_dms());
    let arrived = bot.discord.faults().hold_answer("POST", &messages);
    bot.accepts(kind).await;
    arrived.reached().await;
    bot.die().await;
    bot.discord.faults().clear();
    let closed = json!({ "message": "Missing Access", "code": 50_001 });
    let looks = bot.discord.faults().always().status("GET", &messages, 403, &closed);
    bot.start().await;
    eventually("it cannot be looked for", async || looks.hits() > 0).await;
    assert_eq!(bot.ann.dms().into_iter().filter(holds_a_link).count(), before + 1);
    bot.restored(&bot.ann, "web-1").await;
    bot.die().await;
    looks.clear();
    bot.start().await;
    eventually("every link is wiped", async || !bot.ann.dms().iter().any(holds_a_link)).await;
    assert_eq!(bot.ann.dms().iter().filter(|dm| dm.content.contains("wiped")).count(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_arrived_right_before_the_crash_is_wiped_though_a_restore_came_before_the_look_for_it() {
    restored_before_the_look(Kind::Enable).await;
    restored_before_the_look(Kind::Link).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_is_looked_for_and_then_forgotten() {
    let mut bot = TestBot::new().await;
    let messages = format!("/channels/{}/messages", bot.ann.open_dms());
    let sending = bot.discord.faults().hold_before("POST", &messages);
    bot.accepts(Kind::Enable).await;
    sending.reached().await;
    bot.die().await;
    bot.discord.faults().clear();
    let looks =
        bot.discord.faults().always().status("GET", &messages, 403, &json!({ "message": "no", "code": 50_001 }));
    bot.start().await;
    bot.restored(&bot.ann, "web-1").await;
    bot.die().await;
    looks.clear();
    tried_long_ago(&bot).await;
    bot.start().await;
    eventually("it is forgotten", async || tried(&bot).await == 0).await;
    assert!(bot.ann.dms().is_empty());
}

async fn store(bot: &TestBot) -> sqlx::SqlitePool {
    sqlx::SqlitePool::connect(&format!("sqlite://{}", bot.database().display())).await.expect("the store opens")
}

async fn tried_long_ago(bot: &TestBot) {
    let store = store(bot).await;
    let older = sqlx::query("UPDATE tried_deliveries SET tried_at = tried_at - 600000").execute(&store).await;
    assert_eq!(older.expect("it is written").rows_affected(), 1);
    store.close().await;
}

async fn tried(bot: &TestBot) -> i64 {
    let store = store(bot).await;
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM tried_deliveries").fetch_one(&store).await;
    store.close().await;
    count.expect("it reads")
}
