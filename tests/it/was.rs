//! A glance at the channel is never wrong: what says that a rescue runs says that it was, once it is over.

use sim::discord::{Message, OPS};

use crate::bot::{TestBot, eventually};

/// The messages of the channel that say of an operation that its rescue runs, and that it was.
fn said(bot: &TestBot, id: &str) -> (usize, usize) {
    let about =
        |message: &Message| message.content.lines().next().is_some_and(|title| title.ends_with(&format!("· {id}")));
    let all: Vec<Message> = bot.discord.messages(OPS).into_iter().filter(about).collect();
    let count = |part: &str| all.iter().filter(|message| message.content.contains(part)).count();
    (count("**In rescue**"), count("**Was in rescue"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_messages_of_a_rescue_that_a_restore_ended_say_when_it_was_and_what_ended_it() {
    let mut bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(said(&bot, "R-1"), (2, 0));
    bot.restored(&bot.ann, "web-1").await;
    eventually("card and end say so", async || said(&bot, "R-1") == (0, 2)).await;
    let end = bot.discord.message(end.id).expect("it stands");
    assert!(end.content.contains("ended by R-2"), "{}", end.content);
    bot.stop().await;
    bot.start().await;
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!((said(&bot, "R-1"), said(&bot, "R-3")), ((0, 2), (2, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_another_one_followed_was_one() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    eventually("the first says so", async || said(&bot, "R-1") == (0, 2)).await;
    assert_eq!(said(&bot, "R-2"), (2, 0));
    bot.restored(&bot.ann, "web-1").await;
    eventually("both say so", async || (said(&bot, "R-1"), said(&bot, "R-2")) == ((0, 2), (0, 2))).await;
}
