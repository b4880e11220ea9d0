//! The daily anchor: once a day, late rather than never, and not twice after a restart.

use bernard_domain::audit::{Anchor, Line};
use sim::discord::OPS;

use super::lines;
use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    kept::opened,
};

/// A bot that posts its anchors in the ops channel.
async fn anchoring() -> TestBot {
    let mut config = TestConfig::default();
    config.rules.push_str(&format!("[audit]\nanchor_channel = \"{OPS}\"\n"));
    TestBot::with(config, [web_1()]).await
}

/// The anchors that were posted, the oldest first.
fn posted(bot: &TestBot) -> Vec<Anchor> {
    let anchor = |text: &str| text.split('`').find_map(|word| word.parse().ok());
    let mut messages = bot.discord.messages(OPS);
    messages.sort_by_key(|message| message.id);
    messages.iter().filter_map(|message| anchor(&message.content)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_posted_once_a_day_and_late_rather_than_never() {
    let mut bot = anchoring().await;
    eventually("the first anchor", async || posted(&bot).len() == 1).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    bot.start().await;
    bot.ask(&bot.ann, "status", &[]).await;
    assert_eq!(posted(&bot).len(), 1, "not again on the same day");
    bot.stop().await;
    let store = opened(&bot.database()).await;
    store.set_fact("anchor", "2001-01-01 1").await.expect("it is written");
    store.close().await;
    drop(store);
    // Days that were missed are not made up for: one anchor covers them all.
    bot.discord.faults().next(1).status("POST", "/messages", 500, &serde_json::json!({ "message": "fake weather" }));
    bot.start().await;
    eventually("the next anchor", async || posted(&bot).len() == 2).await;
    bot.stop().await;
    let lines = lines(&bot.database()).await;
    for anchor in posted(&bot) {
        let known = |line: &&Line| line.number == anchor.number && line.hash == anchor.hash;
        assert!(lines.iter().any(|line| known(&line)), "{anchor} is a line of the chain");
    }
    assert_eq!(lines.iter().filter(|line| line.text("what").as_deref() == Some("anchored")).count(), 2);
}
