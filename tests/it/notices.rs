//! The outbox: what is owed is said once, somewhere, whatever happens at that moment.

use bernard_domain::{
    access::UserId,
    lease::reminder::Reminder,
    notice::{Letter, Notice, To},
    operation::{ChannelId, OperationId},
};
use sim::discord::{Id, OPS};

use crate::{
    bot::{TestBot, eventually},
    kept::opened,
    passing::database,
};

const HASH: &str = "00fakehash00";

fn anchor(to: To) -> Letter {
    Letter { to, notice: Notice::AuditAnchor { number: 7, hash: HASH.to_owned(), lines: None } }
}

fn in_ops() -> To {
    To::Channel { channel: ChannelId(OPS.0), or_to: None }
}

/// Owes a notice. The program must not run.
async fn owe(bot: &TestBot, origin: &str, letter: &Letter) {
    let store = opened(&bot.database()).await;
    store.write_notice(origin, letter, jiff::Timestamp::now()).await.expect("it is written");
    store.close().await;
}

/// How many notices are still owed.
async fn still_owed(bot: &TestBot) -> i64 {
    let pool = database(bot).await;
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM notices WHERE due_at IS NOT NULL").fetch_one(&pool).await;
    pool.close().await;
    count.expect("it reads")
}

fn said(bot: &TestBot, channel: Id) -> usize {
    bot.discord.messages(channel).iter().filter(|message| message.content.contains(HASH)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_posted_though_the_bot_was_down_and_the_same_one_is_not_owed_twice() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    owe(&bot, "anchor:7", &anchor(in_ops())).await;
    owe(&bot, "anchor:7", &anchor(in_ops())).await;
    bot.start().await;
    let message = bot.sees(&[HASH]).await;
    assert!(message.is_silent(), "it rings nobody");
    eventually("it is owed no longer", async || still_owed(&bot).await == 0).await;
    assert_eq!(said(&bot, OPS), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_right_after_posting_it_does_not_say_it_twice() {
    for forgotten in [false, true] {
        let mut bot = TestBot::new().await;
        bot.stop().await;
        owe(&bot, "anchor:7", &anchor(in_ops())).await;
        let answer = bot.discord.faults().hold_answer("POST", &format!("/channels/{OPS}/messages"));
        bot.start().await;
        answer.reached().await;
        bot.die().await;
        bot.discord.faults().clear();
        if forgotten {
            // Discord no longer knows the nonce, so only the history can tell.
            bot.discord.set_tempo(|tempo| tempo.nonce = std::time::Duration::ZERO);
            age(&bot).await;
        }
        bot.start().await;
        eventually("it is owed no longer", async || still_owed(&bot).await == 0).await;
        assert_eq!(said(&bot, OPS), 1, "forgotten: {forgotten}");
    }
}

/// Makes the first attempt five minutes older.
async fn age(bot: &TestBot) {
    let pool = database(bot).await;
    sqlx::query("UPDATE notices SET tried_at = tried_at - 300000").execute(&pool).await.expect("it is written");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_dms_is_told_in_the_channel() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    bot.discord.close_dms(&bot.ann);
    let to = To::Person { person: UserId(bot.ann.id().0), or_in: Some(ChannelId(OPS.0)) };
    owe(&bot, "anchor:7", &anchor(to)).await;
    bot.start().await;
    bot.sees(&[HASH]).await;
    assert!(bot.ann.dms().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deleted_channel_was_to_hear_goes_to_the_person() {
    let mut bot = TestBot::new().await;
    let channel = bot.discord.channel("gone");
    bot.stop().await;
    bot.discord.delete_channel(channel);
    let to = To::Channel { channel: ChannelId(channel.0), or_to: Some(UserId(bot.ann.id().0)) };
    owe(&bot, "anchor:7", &anchor(to)).await;
    bot.start().await;
    bot.ann.wait_for_dm(|message| message.content.contains(HASH)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_place_takes_is_given_up_after_one_refusal_each() {
    let mut bot = TestBot::new().await;
    let channel = bot.discord.channel("gone");
    bot.stop().await;
    bot.discord.delete_channel(channel);
    bot.discord.close_dms(&bot.ann);
    let to = To::Channel { channel: ChannelId(channel.0), or_to: Some(UserId(bot.ann.id().0)) };
    owe(&bot, "anchor:7", &anchor(to)).await;
    bot.start().await;
    eventually("it is given up", async || still_owed(&bot).await == 0).await;
    let refused = bot.discord.journal();
    assert_eq!(refused.count("POST", "/messages"), 2, "one refusal each");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_of_what_is_over_meanwhile_is_not_said() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let reminder =
        Notice::Reminder { lease: OperationId(99), deadline: jiff::Timestamp::now(), reminder: Reminder::Deadline };
    owe(&bot, "reminder", &Letter { to: in_ops(), notice: reminder }).await;
    bot.start().await;
    eventually("it is owed no longer", async || still_owed(&bot).await == 0).await;
    assert!(bot.discord.messages(OPS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_weather_is_waited_out() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    owe(&bot, "anchor:7", &anchor(in_ops())).await;
    let path = format!("/channels/{OPS}/messages");
    bot.discord.faults().lose_answer("POST", &path);
    bot.discord.faults().status("POST", &path, 503, &serde_json::json!({ "message": "upstream" }));
    bot.start().await;
    eventually("it is owed no longer", async || still_owed(&bot).await == 0).await;
    assert_eq!(said(&bot, OPS), 1);
}
