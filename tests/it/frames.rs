//! A card is posted as plain words and made a container by its first edit, for good: no request of its own, and never a second card.

use std::time::Duration;

use bernard_domain::operation::Kind;
use jiff::SignedDuration;
use sim::{
    discord::{Message, OPS},
    net::Hold,
};

use crate::bot::{TestBot, eventually};

// Discord's numbers of the colours that cards have here.
const LIVE: u64 = 0x58_65f2;
const QUIET: u64 = 0x80_848e;

/// An operation whose card is there, and its first step held.
async fn begun(bot: &TestBot) -> (Message, Hold) {
    let question = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let step = bot.hold_read(1);
    bot.press(&bot.ann, &question, "Confirm").await;
    step.reached().await;
    (bot.card_shows("R-1", "Reading the server").await, step)
}

/// The same a step later: its card was edited.
async fn edited(bot: &TestBot) -> (Message, Hold) {
    let (card, step) = begun(bot).await;
    let set = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    step.release();
    set.reached().await;
    bot.card_shows("R-1", "Setting the netboot").await;
    (now(bot, &card), set)
}

fn now(bot: &TestBot, card: &Message) -> Message {
    bot.discord.message(card.id).expect("it stands")
}

/// The rescue has its end, with one card that says so in its frame.
async fn one_card_in_rescue(bot: &TestBot, card: &Message) {
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    eventually("the card has its end", async || now(bot, card).content.contains("**In rescue**")).await;
    let cards = bot.cards("R-1");
    assert!(cards.len() == 1 && cards[0].id == card.id, "{cards:?}");
    assert!(cards[0].is_layout() && cards[0].accent() == Some(LIVE), "{cards:?}");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_posted_as_words_and_each_edit_that_it_has_anyway_shows_its_colour() {
    let bot = TestBot::new().await;
    let (card, step) = begun(&bot).await;
    assert!(!card.is_layout() && card.is_silent() && card.notification().contains("Reading the server"), "{card:?}");
    step.release();
    one_card_in_rescue(&bot, &card).await;
    bot.restored(&bot.ann, "web-1").await;
    eventually("it says that it is over", async || now(&bot, &card).content.contains("Was in rescue")).await;
    let over = now(&bot, &card);
    assert!(over.accent() == Some(QUIET) && over.is_silent() && over.pinged_users.is_empty(), "{over:?}");
    // Every request changed what is read or can be pressed.
    let looks: Vec<_> = over.history.iter().map(|look| (&look.content, buttons(&look.components))).collect();
    assert!(looks.windows(2).all(|two| two[0] != two[1]), "an edit for the colour alone: {looks:?}");
    assert_eq!(bot.discord.journal().count("PATCH", &format!("/messages/{}", card.id)), looks.len() - 1);
    for message in bot.discord.messages(OPS) {
        assert!(!message.is_layout() || !bot.ann.was_rung_by(&message), "what rings stays plain: {}", message.text());
    }
    assert_eq!((bot.discord.links_fetched(), bot.discord.refused_forms()), (Vec::new(), Vec::new()));
}

/// The labels in a message's components.
fn buttons(components: &[serde_json::Value]) -> Vec<String> {
    let text = serde_json::Value::from(components).to_string();
    text.split("\"label\":").skip(1).map(|rest| rest.split(',').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_in_a_cards_frame_works() {
    let bot = TestBot::new().await;
    let (card, set) = edited(&bot).await;
    assert!(card.is_layout() && card.button("Cancel").is_some(), "{}", card.text());
    let answer = bot.press(&bot.ann, &card, "Cancel").await;
    assert!(answer.content.contains("being cancelled"), "{}", answer.content);
    set.release();
    eventually("it is cancelled", async || now(&bot, &card).content.contains("**Cancelled**")).await;
    let card = now(&bot, &card);
    assert!(card.accent() == Some(QUIET) && card.buttons().is_empty(), "{}", card.text());
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_around_the_first_edit_leaves_one_card() {
    for arrived in [false, true] {
        let mut bot = TestBot::new().await;
        let (card, step) = begun(&bot).await;
        let (faults, path) = (bot.discord.faults(), format!("/messages/{}", card.id));
        let edit = if arrived { faults.hold_answer("PATCH", &path) } else { faults.hold_before("PATCH", &path) };
        step.release();
        edit.reached().await;
        bot.die().await;
        assert_eq!(now(&bot, &card).is_layout(), arrived);
        faults.clear();
        bot.discord.set_tempo(|tempo| tempo.nonce = Duration::ZERO);
        bot.age_messages(1, SignedDuration::from_mins(5)).await;
        bot.start().await;
        one_card_in_rescue(&bot, &card).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_the_store_does_not_know_of_is_found_by_its_words_also_in_its_frame() {
    let mut bot = TestBot::new().await;
    let (card, step) = begun(&bot).await;
    bot.ovh.faults().clear();
    let following = bot.ovh.faults().hold_before("GET", "/task/");
    step.release();
    following.reached().await;
    assert!(bot.card_shows("R-1", "Rebooting").await.is_layout());
    bot.die().await;
    // So a copy of the store has it that was made while the card was posted, long ago.
    bot.age_messages(1, SignedDuration::from_mins(5)).await;
    bot.forget_messages(1).await;
    bot.ovh.faults().clear();
    bot.discord.set_tempo(|tempo| tempo.nonce = Duration::ZERO);
    bot.start().await;
    one_card_in_rescue(&bot, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_card_says_in_its_frame_can_be_asked_about() {
    let bot = TestBot::new().await;
    bot.accepts(Kind::Reboot).await;
    bot.rung(&bot.ann, &["**Rebooted**", "R-1"]).await;
    let card = bot.card_shows("R-1", "**Rebooted**").await;
    assert!(card.is_layout(), "{}", card.text());
    let question = bot.ann.message_command(&card, "Rescue the server named here…").await.answer().await;
    assert!(question.content.contains("web-1") && question.button("Confirm").is_some(), "{}", question.text());
}
