//! A question that nobody answers goes to on-call, once.

use sim::discord::{Id, Message, ONCALL, OPS};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// A bot whose patience with questions is short, and its on-call role.
fn impatient(oncall: &str) -> TestConfig {
    let usual = TestConfig::default();
    TestConfig { discord: oncall.to_owned(), pace: format!("{}question_patience = \"400ms\"\n", usual.pace), ..usual }
}

async fn asked(bot: &TestBot) -> Message {
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await
}

fn calls(bot: &TestBot) -> Vec<Message> {
    let rings = |message: &Message| message.pinged_roles.contains(&ONCALL);
    bot.discord.messages(OPS).into_iter().filter(rings).collect()
}

async fn called(bot: &TestBot) -> Message {
    bot.discord.wait_for_message(OPS, |message| message.pinged_roles.contains(&ONCALL)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_answers_rings_on_call_once_also_after_a_restart() {
    let mut bot = TestBot::with(impatient(&format!("oncall_role = \"{ONCALL}\"")), [web_1(), db_1()]).await;
    asked(&bot).await;
    let call = called(&bot).await;
    assert!(call.content.contains("A decision is still needed") && call.content.contains("web-1"), "{}", call.content);
    assert!(!call.is_silent());
    bot.die().await;
    bot.start().await;
    bot.stop().await;
    bot.start().await;
    assert_eq!(calls(&bot).len(), 1);
    let carol = bot.discord.person("carol", "fr", &[sim::discord::ROLE]);
    bot.press(&carol, &call, "Leave it").await;
    bot.rung(&bot.ann, &["**Left as it is**", "web-1"]).await;
    eventually("no question is open", async || {
        !bot.discord.messages(OPS).iter().any(|message| message.button("Reboot again").is_some())
    })
    .await;
    assert_eq!(calls(&bot).len(), 1);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_time_passed_while_the_bot_was_away_rings_on_call_when_it_is_back() {
    let mut config = impatient(&format!("oncall_role = \"{ONCALL}\""));
    config.pace = config.pace.replace("400ms", "1h");
    let mut bot = TestBot::with(config, [web_1()]).await;
    asked(&bot).await;
    bot.die().await;
    assert!(calls(&bot).is_empty());
    bot.config.pace = bot.config.pace.replace("1h", "1ms");
    bot.start().await;
    called(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_question_rings_on_call_for_itself() {
    let bot = TestBot::with(impatient(&format!("oncall_role = \"{ONCALL}\"")), [web_1()]).await;
    bot.ovh.faults().next(2).reset("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let first = called(&bot).await;
    bot.press_and_confirm(&bot.ann, &first, "Reboot again").await;
    let again = move |message: &Message| message.pinged_roles.contains(&ONCALL) && message.id != first.id;
    bot.discord.wait_for_message(OPS, again).await;
    assert_eq!(calls(&bot).len(), 2);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_on_call_the_requester_is_rung_again() {
    let bot = TestBot::with(impatient(""), [web_1()]).await;
    asked(&bot).await;
    let again = bot.rung(&bot.ann, &["A decision is still needed", "web-1"]).await;
    assert!(again.pinged_roles.is_empty());
    bot.press(&bot.ann, &again, "Leave it").await;
    bot.rung(&bot.ann, &["**Left as it is**", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_channel_is_gone_is_asked_by_dm_and_can_be_answered_there() {
    let bot = TestBot::with(impatient(&format!("oncall_role = \"{ONCALL}\"")), [web_1()]).await;
    let room: Id = bot.discord.channel("war-room");
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    let card = bot.ann.slash(room, "rescue enable", [("server", "web-1")]).await.answer().await;
    bot.ann.press(&card, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
    reboot.reached().await;
    bot.discord.delete_channel(room);
    bot.ovh.net().reset_all();
    let question = bot.ann.wait_for_dm(|dm| dm.content.contains("Your decision is needed")).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("A decision is still needed")).await;
    bot.ann.press(&question, "Leave it").await.answer().await;
    let end = bot.ann.wait_for_dm(|dm| dm.content.contains("**Left as it is**")).await;
    bot.ann.press(&end, "Put netboot back").await.answer().await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("**Netboot put back**")).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}
