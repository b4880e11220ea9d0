//! Answers that Discord will not show: another way, then a word; never "thinking…" for a quarter of an hour.

use bernard_domain::operation::Kind;
use sim::discord::{Asked, Message, OPS};

use crate::bot::{TestBot, eventually};

/// Edits of "thinking…".
const EDIT: &str = "/messages/@original";
/// Everything that an interaction's token opens.
const TOKEN: &str = "/webhooks/";

async fn answered(asked: &Asked) -> Message {
    asked.wait_for(|seen| !seen.is_thinking() && !seen.content.is_empty()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_edited_in_comes_in_plain_words() {
    for code in [50_035, 200_000, 10_008] {
        let bot = TestBot::new().await;
        bot.discord.refuse(&bot.discord.faults().always(), "PATCH", EDIT, code);
        let asked = bot.slash(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        let answer = answered(&asked).await;
        assert!(answer.content.contains("web-1") && answer.content.contains("Type the command again"), "{code}");
        assert!(answer.is_ephemeral() && answer.buttons().is_empty());
        assert_eq!(bot.discord.messages(OPS).len(), 0, "the channel sees nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_edits_are_limited_for_an_hour_comes_all_the_same() {
    let bot = TestBot::new().await;
    bot.discord.faults().always().rate_limit("PATCH", EDIT, 3_600);
    let asked = bot.slash(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(answered(&asked).await.content.contains("web-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_a_filter_stops_are_replaced_by_a_sentence() {
    let bot = TestBot::new().await;
    bot.discord.refuse(&bot.discord.faults().always(), "PATCH", EDIT, 200_000);
    bot.discord.refuse(&bot.discord.faults().next(1), "POST", TOKEN, 200_000);
    let asked = bot.slash(&bot.ann, "status", &[("server", "web-1")]).await;
    let answer = answered(&asked).await;
    assert!(answer.content.contains("does not let me show") && answer.content.contains("200000"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_token_is_dead_is_told_by_dm_or_by_a_mention_and_not_what_it_was() {
    for code in [10_015, 50_027] {
        let bot = TestBot::new().await;
        let dead = bot.discord.refuse(&bot.discord.faults().always(), "*", TOKEN, code);
        bot.slash(&bot.ann, "status", &[("server", "web-1")]).await;
        let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("did not let me show you an answer")).await;
        assert!(!dm.content.contains("web-1") && dm.content.contains(&format!("<#{OPS}>")), "{}", dm.content);
        assert_eq!(dead.hits(), 1, "a dead token is tried once");

        let bob = bot.bob();
        bot.discord.close_dms(&bob);
        bot.slash(&bob, "status", &[("server", "web-1")]).await;
        let mention = bot.rung(&bob, &["did not let me show you an answer"]).await;
        assert!(!mention.content.contains("web-1"), "{}", mention.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_word_is_enough_for_many_answers() {
    let bot = TestBot::new().await;
    bot.discord.refuse(&bot.discord.faults().always(), "*", TOKEN, 50_027);
    for _ in 0..4 {
        bot.slash(&bot.ann, "status", &[]).await;
    }
    bot.discord.journal().wait_for("PATCH", TOKEN, 4).await;
    let told = |dm: &Message| dm.content.contains("did not let me show you an answer");
    bot.ann.wait_for_dm(told).await;
    // Ten minutes have one border at most.
    assert!(bot.ann.dms().iter().filter(|dm| told(dm)).count() <= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_goes_on_though_its_answer_cannot_be_shown() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.discord.refuse(&bot.discord.faults().always(), "*", TOKEN, 10_015);
    bot.ann.press(&card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("did not let me show you an answer")).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_could_not_be_shown_is_not_recorded_as_seen_and_comes_at_the_next_press() {
    let bot = TestBot::new().await;
    bot.discord.close_dms(&bot.ann);
    bot.accepts(Kind::Enable).await;
    let waiting = bot.rung(&bot.ann, &["The link waits for you"]).await;
    let secrets = || bot.ovh.journal().count("POST", "/authenticationSecret");
    let asked_for = secrets();
    let filter = bot.discord.refuse(&bot.discord.faults().always(), "PATCH", EDIT, 240_000);
    let once = bot.discord.refuse(&bot.discord.faults().next(1), "POST", TOKEN, 240_000);
    let asked = bot.ann.press(&waiting, "Reveal link").await;
    let sorry = answered(&asked).await;
    assert!(sorry.content.contains("240000") && !sorry.text().contains("manager/secret"), "{}", sorry.text());
    assert_eq!(once.hits(), 1);
    filter.clear();
    let again = bot.ann.press(&waiting, "Reveal link").await;
    again.wait_for(|seen| seen.content.contains("manager/secret")).await;
    bot.rung(&bot.ann, &["**In rescue**", "was shown to the one who asked"]).await;
    assert_eq!(secrets(), asked_for);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_plain_words_counts_as_seen() {
    let bot = TestBot::new().await;
    bot.discord.close_dms(&bot.ann);
    bot.accepts(Kind::Enable).await;
    let waiting = bot.rung(&bot.ann, &["The link waits for you"]).await;
    bot.discord.refuse(&bot.discord.faults().always(), "PATCH", EDIT, 50_035);
    let asked = bot.ann.press(&waiting, "Reveal link").await;
    let plain = asked.wait_for(|seen| seen.content.contains("manager/secret")).await;
    assert!(plain.is_ephemeral());
    bot.rung(&bot.ann, &["**In rescue**", "was shown to the one who asked"]).await;
    eventually("the button is gone", async || {
        !bot.discord.messages(OPS).iter().any(|seen| seen.button("Reveal link").is_some())
    })
    .await;
}
