//! Whoever reads of an operation can open its card: its number is a link to that message.

use jiff::SignedDuration;
use sim::discord::{GUILD, Message, OPS};

use crate::{
    bot::{TestBot, eventually},
    passing::pass,
};

const WEB_1: (&str, &str) = ("server", "web-1");

/// The address of a message in the ops channel.
fn address(message: &Message) -> String {
    format!("https://discord.com/channels/{GUILD}/{OPS}/{}", message.id)
}

/// Waits until a message that one person sees says this.
async fn becomes(bot: &TestBot, answer: &Message, part: &str) {
    eventually("the answer has changed", async || {
        bot.discord.message(answer.id).is_some_and(|answer| answer.content.contains(part))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_started_leads_to_the_channel_and_then_to_its_card() {
    for (locale, confirm, to_channel, to_card) in [
        ("en-GB", "Confirm", "Follow it in <#", "Follow it here: "),
        ("fr", "Confirmer", "suivi dans <#", "suivi ici : "),
    ] {
        let bot = TestBot::new().await;
        bot.ann.set_locale(locale);
        let posting = bot.discord.faults().hold_before("POST", &format!("/channels/{OPS}/messages"));
        let question = bot.ask(&bot.ann, "rescue enable", &[WEB_1]).await;
        let answer = bot.press(&bot.ann, &question, confirm).await;
        posting.reached().await;
        assert!(answer.content.contains(&format!("{to_channel}{OPS}>")), "{}", answer.content);
        posting.release();
        let card = bot.sees(&["Asked for by", "R-1"]).await;
        becomes(&bot, &answer, &format!("{to_card}{}", address(&card))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_status_history_reminders_and_announcements_lead_to_the_card() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.sees(&["Asked for by", "R-1"]).await;
    let link = format!("[R-1]({})", address(&card));
    for (command, options) in [("rescue list", vec![]), ("status", vec![WEB_1]), ("history", vec![])] {
        let answer = bot.ask(&bot.ann, command, &options).await;
        assert!(answer.content.contains(&link), "/{command}: {}", answer.content);
    }
    pass(&bot, SignedDuration::from_mins(245)).await;
    bot.sees(&["Time is up", &link]).await;
    bot.accepted(&bot.bob(), "restore", &[WEB_1]).await;
    let restore = bot.sees(&["Asked for by", "R-2"]).await;
    let ended_by = format!("[R-2]({})", address(&restore));
    bot.sees(&["**Ended**", &ended_by]).await;
    bot.sees(&["**Was in rescue**", &link, "This was a reminder", &ended_by]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_card_stands_nowhere_is_only_a_number() {
    let bot = TestBot::new().await;
    let faults = bot.discord.faults().always();
    bot.discord.refuse(&faults, "POST", &format!("/channels/{OPS}/messages"), 50_013);
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    let list = bot.lists(&bot.ann, &["web-1", "R-1"]).await;
    assert!(!list.content.contains("[R-1]("), "{}", list.content);
}
