//! Never left behind: owners are reminded, then who is on call; once, late rather than never, and not for ever louder.

use jiff::SignedDuration;
use sim::{
    discord::{Message, ONCALL, OPS, ROLE},
    ovh::{Running, ServerSpec},
};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    passing::{count, database, pass},
};

const BEFORE: &str = "Time is nearly up";
const DEADLINE: &str = "Time is up";
const AFTER: &str = "its time is long up";

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// A bot with the usual lease of four hours and somebody on call.
async fn on_call(rescue: &str) -> TestBot {
    let config = TestConfig {
        discord: format!("oncall_role = \"{ONCALL}\"\n"),
        rescue: format!("probe = false\n{rescue}"),
        ..TestConfig::default()
    };
    TestBot::with(config, [web_1(), db_1()]).await
}

fn dms(bot: &TestBot, part: &str) -> usize {
    bot.ann.dms().iter().filter(|message| message.content.contains(part)).count()
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn its_owner_is_reminded_by_dm_and_at_the_deadline_who_is_on_call_too() {
    let bot = on_call("").await;
    let olga = bot.discord.person("olga", "en-GB", &[ONCALL]);
    let end = bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, minutes(215)).await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(BEFORE)).await;
    assert!(dm.content.contains("web-1") && dm.button("Restore now").is_some() && dm.button("Extend").is_some());
    assert_eq!(bot.count(&[BEFORE]), 0, "it is between Bernard and the owner");

    pass(&bot, minutes(30)).await;
    let message = bot.sees(&[DEADLINE, "web-1"]).await;
    assert!(bot.ann.was_rung_by(&message) && olga.was_rung_by(&message));
    assert!(message.button("Restore now").is_some() && message.button("Extend").is_some());

    let promise = "I remind you before";
    assert!(end.content.contains(promise), "{}", end.content);
    let over = move |seen: &Message| seen.id == end.id && seen.content.contains("Time ran out");
    let end = bot.discord.wait_for_message(OPS, over).await;
    assert!(!end.content.contains(promise) && end.button("Restore now").is_some(), "{}", end.content);

    // Not again within the hour, then again, and from there on with growing distance.
    pass(&bot, minutes(40)).await;
    pass(&bot, minutes(40)).await;
    let later = bot.sees(&[AFTER, "web-1"]).await;
    assert!(bot.ann.was_rung_by(&later) && olga.was_rung_by(&later));
    pass(&bot, minutes(90)).await;
    assert_eq!((dms(&bot, BEFORE), bot.count(&[DEADLINE]), bot.count(&[AFTER])), (1, 1, 1));
    bot.press_and_confirm(&bot.ann, &later, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    let told = "This was a reminder";
    eventually("each says that it was", async || (dms(&bot, told), bot.count(&[told])) == (1, 2)).await;
    assert_eq!((dms(&bot, BEFORE), bot.count(&[DEADLINE]), bot.count(&[AFTER])), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_hurry_there_is_one_before_one_at_the_deadline_and_no_flood() {
    let bot = on_call("lease = \"8s\"\nremind_before = \"5s\"").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ann.wait_for_dm(|message| message.content.contains(BEFORE)).await;
    bot.sees(&[DEADLINE, "web-1"]).await;
    // Another rescue's whole story shows that time has passed.
    bot.accepted(&bot.ann, "rescue enable", &[("server", "db-1"), ("for", "3s")]).await;
    bot.sees(&[DEADLINE, "db-1"]).await;
    assert_eq!(bot.count(&[DEADLINE, "web-1"]), 1);
    assert_eq!(bot.count(&[AFTER]), 0);
    let of_web = |m: &Message| m.content.contains(BEFORE) && m.content.contains("web-1");
    assert_eq!(bot.ann.dms().iter().filter(|message| of_web(message)).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_takes_no_dms_is_reminded_in_the_channel() {
    let bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.close_dms(&bot.ann);
    pass(&bot, minutes(215)).await;
    let message = bot.rung(&bot.ann, &[BEFORE, "web-1"]).await;
    assert!(message.pinged_roles.is_empty(), "who is on call is not woken before the deadline");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_reminder_fires_once_though_the_bot_was_down_at_its_time() {
    let mut bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    pass(&bot, minutes(250)).await;
    bot.start().await;
    bot.sees(&[DEADLINE, "web-1"]).await;
    bot.stop().await;
    bot.start().await;
    // What follows shows that it had every chance to say it again.
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!((dms(&bot, BEFORE), bot.count(&[DEADLINE])), (0, 1), "the later one says it all");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_came_due_meanwhile_are_one() {
    let mut bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    pass(&bot, SignedDuration::from_hours(4 + 50)).await;
    bot.start().await;
    bot.sees(&[AFTER, "web-1"]).await;
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!((dms(&bot, BEFORE), bot.count(&[DEADLINE]), bot.count(&[AFTER])), (0, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn killed_right_after_posting_it_reminds_nobody_twice() {
    let mut bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    let answer = bot.discord.faults().hold_answer("POST", &format!("/channels/{OPS}/messages"));
    pass(&bot, minutes(250)).await;
    answer.reached().await;
    bot.die().await;
    bot.discord.faults().clear();
    bot.start().await;
    eventually("it is owed no longer", async || {
        count(&bot, "SELECT COUNT(*) FROM notices WHERE due_at IS NOT NULL").await == 0
    })
    .await;
    assert_eq!(bot.count(&[DEADLINE]), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_rescue_reminds_nobody() {
    let bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.rescued(&bot.ann, "db-1").await;
    bot.restored(&bot.ann, "web-1").await;
    pass(&bot, minutes(250)).await;
    bot.sees(&[DEADLINE, "db-1"]).await;
    assert_eq!(bot.count(&[DEADLINE, "web-1"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_rescue_of_the_same_server_has_the_reminders() {
    let bot = on_call("").await;
    let ben = bot.discord.person("ben", "en-GB", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.accepted(&ben, "rescue enable", &[("server", "web-1"), ("system", "linux")]).await;
    bot.rung(&ben, &["**In rescue**", "web-1"]).await;
    pass(&bot, minutes(215)).await;
    ben.wait_for_dm(|message| message.content.contains(BEFORE)).await;
    assert_eq!(dms(&bot, BEFORE), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_moves_the_reminders() {
    let bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, minutes(215)).await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(BEFORE)).await;
    let offers = bot.press(&bot.ann, &dm, "Extend").await;
    bot.press(&bot.ann, &offers, "1 h").await;
    bot.rescued(&bot.ann, "db-1").await;
    pass(&bot, minutes(65)).await;
    eventually("the new deadline has its own", async || dms(&bot, BEFORE) == 2).await;
    assert_eq!(bot.count(&[DEADLINE]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_in_a_deleted_channel_is_told_to_the_owner() {
    let bot = on_call("").await;
    let room = bot.discord.channel("room");
    let card = bot.ann.slash(room, "rescue enable", &[("server", "web-1")]).await.answer().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.sees_in(room, &["**In rescue**"]).await;
    bot.discord.delete_channel(room);
    pass(&bot, minutes(250)).await;
    bot.ann.wait_for_dm(|message| message.content.contains(DEADLINE)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_in_a_deleted_channel_rings_who_is_on_call_where_the_digest_is_and_the_owner_by_dm() {
    let mut bot = on_call("").await;
    let (room, night) = (bot.discord.channel("room"), bot.discord.channel("night"));
    bot.stop().await;
    bot.config.rules += &format!("[digest]\nchannel = \"{night}\"\nat = \"09:00\"\n");
    bot.start().await;
    let olga = bot.discord.person("olga", "en-GB", &[ONCALL]);
    let card = bot.ann.slash(room, "rescue enable", [("server", "web-1")]).await.answer().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.sees_in(room, &["**In rescue**"]).await;
    bot.rescued(&bot.ann, "db-1").await;
    bot.discord.delete_channel(room);
    pass(&bot, minutes(250)).await;
    let told = bot.sees_in(night, &[DEADLINE, "web-1"]).await;
    assert!(olga.was_rung_by(&told) && told.button("Restore now").is_some());
    bot.ann.wait_for_dm(|message| message.content.contains(DEADLINE) && message.content.contains("web-1")).await;
    bot.sees(&[DEADLINE, "db-1"]).await;
    bot.stop().await;
    bot.start().await;
    let about =
        |all: Vec<Message>, part: &str| all.into_iter().filter(|m| m.content.contains(part)).collect::<Vec<_>>();
    let in_digest = about(bot.discord.messages(night), DEADLINE);
    let by_dm = about(bot.ann.dms(), DEADLINE);
    assert_eq!((in_digest.len(), by_dm.len()), (1, 1), "what has a channel stays there");
    assert!(offers(&in_digest[0]) && offers(&by_dm[0]), "either may put it back");
    bot.press_and_confirm(&bot.ann, &in_digest[0], "Restore now").await;
    let over = || {
        about(bot.discord.messages(night), DEADLINE).iter().chain(&about(bot.ann.dms(), DEADLINE)).all(|m| !offers(m))
    };
    eventually("there is nothing to offer", async || over()).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_owner_is_reminded_in_french_and_the_channel_in_its_own_language() {
    let bot = on_call("").await;
    let zoe = bot.discord.person("zoé", "fr", &[ROLE]);
    bot.rescued_in_french(&zoe, "web-1").await;
    pass(&bot, minutes(215)).await;
    let dm = zoe.wait_for_dm(|message| message.content.contains("Bientôt la fin")).await;
    assert!(dm.button("Restaurer maintenant").is_some() && dm.button("Prolonger").is_some());
    pass(&bot, minutes(30)).await;
    bot.sees(&[DEADLINE, "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_leases_due_at_once_stay_within_discords_limits_and_each_is_told_once() {
    let bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    copies(&bot, 100).await;
    let before = bot.discord.invalid_requests();
    pass(&bot, minutes(250)).await;
    eventually("each is told", async || bot.count(&[DEADLINE, "copy-"]) >= 100).await;
    bot.sees(&[DEADLINE, "web-1"]).await;
    assert_eq!(bot.count(&[DEADLINE]), 101);
    assert_eq!(bot.discord.invalid_requests(), before, "nothing was refused");
    bot.ovh.until_running("web-1", &Running::WindowsRescue).await;
}

/// Whether a message still offers a way out, or more time.
fn offers(message: &Message) -> bool {
    message.button("Restore now").is_some() || message.button("Extend").is_some()
}

/// The notices of `web-1` that still have buttons: those in the channel, and those in Ann's DMs.
fn offering(bot: &TestBot) -> (usize, usize) {
    let notices = |all: Vec<Message>| {
        let said = [BEFORE, DEADLINE, AFTER, "**Extended**", "**Handed over**"];
        let is_notice = |m: &Message| m.content.contains("web-1") && said.iter().any(|said| m.content.contains(said));
        all.into_iter().filter(|message| is_notice(message) && offers(message)).count()
    };
    (notices(bot.discord.messages(OPS)), notices(bot.ann.dms()))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_latest_word_about_a_rescue_has_buttons_and_none_when_it_is_over() {
    let bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.rescued(&bot.ann, "db-1").await;
    pass(&bot, minutes(215)).await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(BEFORE) && message.content.contains("web-1")).await;
    assert!(dm.content.contains("`/restore server:web-1`") && dm.content.contains("`/rescue extend server:web-1`"));
    assert_eq!(offering(&bot), (0, 1));
    pass(&bot, minutes(30)).await;
    let message = bot.sees(&[DEADLINE, "web-1"]).await;
    eventually("the deadline is the latest word", async || offering(&bot) == (1, 0)).await;
    let choices = bot.press(&bot.ann, &message, "Extend").await;
    bot.press(&bot.ann, &choices, "1 h").await;
    bot.sees(&["**Extended**", "web-1"]).await;
    eventually("that it was extended is the latest word", async || offering(&bot) == (1, 0)).await;
    assert!(bot.discord.messages(OPS).iter().all(|seen| seen.id != message.id || !offers(seen)));
    bot.restored(&bot.ann, "web-1").await;
    eventually("there is nothing to offer", async || offering(&bot) == (0, 0)).await;
    let db = |m: &Message| m.content.contains(DEADLINE) && m.content.contains("db-1") && offers(m);
    assert!(bot.discord.messages(OPS).iter().any(db), "that of another rescue stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_does_not_forget_whose_buttons_are_to_go() {
    let mut bot = on_call("").await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, minutes(250)).await;
    let message = bot.sees(&[DEADLINE, "web-1"]).await;
    let edits = format!("/channels/{OPS}/messages/{}", message.id);
    let words = serde_json::json!({ "message": "trouble" });
    let trouble = bot.discord.faults().always().status("PATCH", &edits, 500, &words);
    bot.restored(&bot.ann, "web-1").await;
    eventually("it was tried", async || trouble.hits() > 0).await;
    bot.stop().await;
    trouble.clear();
    assert_eq!(offering(&bot), (1, 0));
    bot.start().await;
    eventually("there is nothing to offer", async || offering(&bot) == (0, 0)).await;
}

/// As many rescues more, of servers that nobody asked for.
async fn copies(bot: &TestBot, count: i64) {
    for n in 1..=count {
        bot.ovh.add(ServerSpec::windows(&format!("copy-{n}")));
    }
    let pool = database(bot).await;
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    for n in 1..=count {
        sqlx::query(
            "INSERT INTO operations (origin, account, server, kind, requester, request, version, reported, live, holds, opened_at, changed_at)
             SELECT 'copy:' || $1, account, 'copy-' || $1, kind, requester, request, 0, 0, 0, 0, opened_at, changed_at
             FROM operations WHERE id = 1",
        )
        .bind(n)
        .execute(&mut *tx)
        .await
        .expect("an operation");
        sqlx::query(
            "INSERT INTO leases (operation, server, lease, deadline)
             SELECT $1 + 1, 'copy-' || $1,
                    json_set(lease, '$.operation', $1 + 1, '$.server', 'copy-' || $1, '$.label', 'copy-' || $1), deadline
             FROM leases WHERE operation = 1",
        )
        .bind(n)
        .execute(&mut *tx)
        .await
        .expect("a lease");
    }
    tx.commit().await.expect("it is written");
    pool.close().await;
}
