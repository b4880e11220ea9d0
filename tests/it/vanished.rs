//! Channels and threads that are deleted, closed or put away under an operation: it goes on, and says its end where it can.

use bernard_domain::operation::Kind;
use sim::discord::{Discord, Id, Message, OPS, permission};

use crate::{
    aftermath::{is_about, links_went_only_to},
    bot::{TestBot, eventually},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_goes_on_when_its_channel_or_thread_is_deleted() {
    let bot = TestBot::new().await;
    let places = [(bot.discord.channel("war-room"), "R-2"), (bot.discord.thread(OPS, "incident"), "R-4")];
    for (place, restore) in places {
        let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
        let card = bot.ann.slash(place, "rescue enable", [("server", "web-1")]).await.answer().await;
        bot.ann.press(&card, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
        reboot.reached().await;
        let dms = bot.ann.dms().len();
        bot.discord.delete_channel(place);
        reboot.release();
        let ann = bot.ann.clone();
        eventually("the DM comes", async || ann.dms().len() > dms).await;
        bot.accepts(Kind::Restore).await;
        assert!(bot.last_word(restore).await.contains("**Restored**"));
    }
    assert_eq!(bot.ovh.reboots("web-1"), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_told_by_dm_when_its_channel_or_thread_is_gone() {
    let bot = TestBot::new().await;
    let begun = Kind::Enable;
    bot.accepts(begun).await;
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    let places = [
        (bot.discord.channel("war-room"), "R-2", "restore", "**Restored**"),
        (bot.discord.thread(OPS, "incident"), "R-3", "reboot", "**Rebooted**"),
    ];
    for (place, id, command, outcome) in places {
        let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
        let card = bot.ann.slash(place, command, [("server", "web-1")]).await.answer().await;
        bot.ann.press(&card, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
        reboot.reached().await;
        bot.discord.delete_channel(place);
        reboot.release();
        let told = bot.ann.wait_for_dm(move |dm| is_about(dm, id) && dm.content.contains(outcome)).await;
        assert!(!told.content.contains("manager/secret"), "{}", told.content);
        assert!(!told.is_silent());
    }
    assert_eq!(bot.ovh.reboots("web-1"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_told_by_dm_in_its_readers_language_when_the_bot_may_no_longer_write() {
    let bot = TestBot::new().await;
    bot.ann.set_locale("fr");
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let label = "Confirmer";
    bot.ann.press(&card, label).await.answer().await;
    reboot.reached().await;
    bot.card_shows("R-1", "R-1").await;
    bot.discord.forbid_bot(OPS, permission::SEND_MESSAGES);
    reboot.release();
    bot.ann.wait_for_dm(|dm| dm.content.contains("**Redémarré**")).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// A rescue asked for in a thread that is put away before its end.
async fn put_away(put_away: impl FnOnce(&Discord, Id)) -> (TestBot, Id) {
    let bot = TestBot::new().await;
    let thread = bot.discord.thread(OPS, "incident");
    let following = bot.ovh.faults().hold_before("GET", "/task/");
    let card = bot.ann.slash(thread, "rescue enable", [("server", "web-1")]).await.answer().await;
    bot.ann.press(&card, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
    following.reached().await;
    bot.sees_in(thread, &["R-1", "Rebooting"]).await;
    put_away(&bot.discord, thread);
    following.release();
    (bot, thread)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_thread_is_opened_again_for_the_card_and_the_end() {
    let (bot, thread) = put_away(|discord, thread| discord.archive_thread(thread)).await;
    let end = bot.sees_in(thread, &["**In rescue**", "R-1", "The link to the password"]).await;
    assert!(bot.ann.was_rung_by(&end));
    let card = move |message: &Message| message.id != end.id && message.content.contains("**In rescue**");
    bot.discord.wait_for_message(thread, card).await;
    assert_eq!(bot.discord.messages(thread).len(), 2, "one card, one end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_thread_stays_closed_and_the_end_comes_by_dm() {
    let (bot, thread) = put_away(|discord, thread| discord.lock_thread(thread)).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("The link to the password is in your DMs")).await;
    assert_eq!(bot.discord.messages(thread).len(), 1, "the card that was there");
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_rescue_is_not_told_again_by_dm_when_only_its_buttons_should_go() {
    let bot = TestBot::new().await;
    let room = bot.discord.channel("war-room");
    let card = bot.ann.slash(room, "rescue enable", [("server", "web-1")]).await.answer().await;
    bot.ann.press(&card, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
    bot.sees_in(room, &["**In rescue**", "R-1", "The link to the password"]).await;
    bot.discord.delete_channel(room);
    bot.restored(&bot.ann, "web-1").await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
    assert!(!bot.ann.dms().iter().any(|dm| is_about(dm, "R-1") && dm.content.contains("**In rescue**")));
}
