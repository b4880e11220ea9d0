//! The digest: once a day in its channel, late rather than never, and with what leads out of what it lists.

use jiff::SignedDuration;
use sim::discord::{Message, OPS};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    passing::{count, pass},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn config() -> TestConfig {
    let digest = format!("[digest]\nchannel = \"{OPS}\"\nat = \"09:00\"\n");
    let TestConfig { rules, pace, .. } = TestConfig::default();
    let (rules, pace) = (rules + &digest, pace + "inventory_refresh = \"200ms\"\n");
    TestConfig { rules, pace, ..TestConfig::default() }
}

fn digests(bot: &TestBot) -> Vec<Message> {
    bot.discord.messages(OPS).into_iter().filter(|message| message.content.starts_with('☀')).collect()
}

async fn appointments(bot: &TestBot) -> i64 {
    count(bot, "SELECT COUNT(*) FROM appointments WHERE due_at > 0").await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lists_what_is_in_rescue_with_what_leads_out_and_wakes_nobody() {
    let bot = TestBot::with(config(), [web_1(), db_1().booting(Some(218_949))]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.lists(&bot.ann, &["not started by me"]).await;
    assert!(digests(&bot).is_empty(), "its time has not come");
    pass(&bot, DAY).await;
    let digest = bot.sees(&["2 servers are in rescue", "web-1", "db-1", "not started by me"]).await;
    assert!(digest.is_silent() && digest.content.contains(&bot.ann.mention()));
    let labels: Vec<String> = digest.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Adopt db-1", "Restore db-1", "Restore now web-1", "Extend web-1"]);
    bot.press(&bot.ann, &digest, "Adopt db-1").await;
    bot.rung(&bot.ann, &["**Adopted**", "db-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_may_be_why_a_server_is_in_a_rescue_that_nobody_here_began() {
    let bot = TestBot::with(config(), [db_1().booting(Some(218_949))]).await;
    bot.ovh.intervened("db-1", std::time::Duration::from_secs(3_600));
    bot.lists(&bot.ann, &["not started by me", "OVHcloud's people began work"]).await;
    let read = bot.ovh.journal().count("GET", "/intervention");
    for _ in 0..3 {
        let again = bot.ask(&bot.ann, "rescue list", &[]).await;
        assert!(again.content.contains("OVHcloud's people began work"), "{}", again.content);
    }
    assert_eq!(bot.ovh.journal().count("GET", "/intervention"), read, "who asks again costs nothing more");
    pass(&bot, DAY).await;
    bot.sees(&["db-1", "not started by me", "OVHcloud's people began work"]).await;
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn after_days_of_silence_there_is_one_and_not_a_second_on_the_same_day() {
    let mut bot = TestBot::with(config(), [web_1()]).await;
    eventually("its time is known", async || appointments(&bot).await == 1).await;
    bot.stop().await;
    pass(&bot, DAY * 5).await;
    bot.start().await;
    bot.sees(&["Nothing is in rescue"]).await;
    bot.stop().await;
    // Whatever is wrong with our clock or rows.
    pass(&bot, DAY * 2).await;
    bot.start().await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(digests(&bot).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_section_there_is_none() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, DAY).await;
    bot.sees(&["Still in rescue"]).await;
    assert!(digests(&bot).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_ends_is_told_in_the_digest_that_lists_it_also_after_a_crash() {
    let mut bot = TestBot::with(config(), [web_1(), db_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.rescued(&bot.ann, "db-1").await;
    pass(&bot, DAY).await;
    let digest = bot.sees(&["2 servers are in rescue", "web-1", "db-1"]).await;
    let title = digest.content.lines().next().expect("a title").to_owned();
    let editing = bot.discord.faults().hold_before("PATCH", &format!("/messages/{}", digest.id));
    bot.restored(&bot.ann, "web-1").await;
    editing.reached().await;
    bot.die().await;
    bot.discord.faults().clear();
    bot.start().await;
    let told = becomes(&bot, &digest, &["🏁 `web-1`", "Was in rescue <t:", "ended by [R-3]("]).await;
    assert!(told.content.starts_with(&title) && told.content.contains("⏰ `db-1` · [R-2]("), "{}", told.content);
    let labels: Vec<String> = told.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Restore now db-1", "Extend db-1"]);

    let card = bot.ask(&bot.ann, "restore", &[("server", "db-1")]).await;
    assert!(card.button("Confirm").is_some(), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    let told = becomes(&bot, &digest, &["🏁 `web-1`", "🏁 `db-1`"]).await;
    assert!(told.buttons().is_empty(), "{told:?}");
    let edits = bot.discord.journal().count("PATCH", &format!("/messages/{}", digest.id));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    // Not that of the first one, which may still be on its way to say that it was.
    bot.rung(&bot.ann, &["**In rescue**", "web-1", "R-5"]).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(
        bot.discord.journal().count("PATCH", &format!("/messages/{}", digest.id)),
        edits,
        "it spoke of another one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_began_and_somebody_took_over_is_told_in_french_too() {
    let config = TestConfig { locale: "fr", ..config() };
    let bot = TestBot::with(config, [db_1().booting(Some(218_949))]).await;
    bot.lists(&bot.ann, &["not started by me"]).await;
    pass(&bot, DAY).await;
    let digest = bot.sees(&["db-1", "lancé sans moi"]).await;
    bot.press(&bot.ann, &digest, "Adopter").await;
    let told = becomes(&bot, &digest, &["🏁 `db-1`", "confié à quelqu'un depuis"]).await;
    assert!(told.buttons().is_empty(), "{told:?}");
}

/// Waits until a message holds all of these.
async fn becomes(bot: &TestBot, message: &Message, parts: &[&str]) -> Message {
    let now = || bot.discord.message(message.id).filter(|now| parts.iter().all(|part| now.content.contains(part)));
    eventually("the digest says so", async || now().is_some()).await;
    now().expect("it was there")
}
