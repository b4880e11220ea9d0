//! What rings, where Discord does not bear that: the same words all the same, and whom they could not ring.

use bernard_domain::operation::Kind;
use jiff::SignedDuration;
use sim::discord::{Mentions, ONCALL, OPS, ROLE};

use crate::{
    approvals::LEADS,
    bot::{TestBot, TestConfig, db_1, rule, web_1},
    passing::pass,
};

const UNRUNG: &str = "did not let me ring";

async fn on_call() -> TestBot {
    let config = TestConfig { discord: format!("oncall_role = \"{ONCALL}\"\n"), ..TestConfig::default() };
    TestBot::with(config, [web_1(), db_1()]).await
}

/// A bot whose `web-1` needs the approval of a role that this may be done with.
async fn guarded(mentions: Mentions) -> TestBot {
    let workers = ["view", "reboot", "rescue", "restore", "console", "audit", "admin"];
    let rules = rule(ROLE, &workers, &["*"])
        + &rule(LEADS, &["view", "approve"], &["*"])
        + "[[protect]]\nservers = [\"web-1\"]\nactions = [\"rescue\"]\n";
    let bot = TestBot::ruled_by(rules).await;
    bot.discord.role(LEADS, "leads", mentions);
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_may_not_ring_is_said_without_ringing() {
    for code in [None, Some(50_035)] {
        let bot = TestBot::new().await;
        bot.discord.fail_rings(OPS, code);
        bot.accepts(Kind::Enable).await;
        let end = bot.sees(&["**In rescue**", "is in your DMs", UNRUNG]).await;
        assert!(end.content.contains(&bot.ann.mention()) && !bot.ann.was_rung_by(&end) && !end.is_silent(), "{code:?}");
        assert!(end.button("Restore now").is_some());
        assert_eq!(bot.count(&["**In rescue**", "is in your DMs"]), 1, "once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_may_not_ring_on_call_is_said_without_ringing() {
    let bot = on_call().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.fail_rings(OPS, None);
    pass(&bot, SignedDuration::from_mins(245)).await;
    let message = bot.sees(&["Time is up", "web-1", UNRUNG]).await;
    assert!(message.pinged_roles.is_empty() && message.button("Restore now").is_some(), "{}", message.content);
    assert!(message.content.contains(&format!("<@&{ONCALL}>")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_rings_nobody_on_call_says_so() {
    let bot = on_call().await;
    bot.discord.role(ONCALL, "on-call", Mentions::Privileged);
    // Without the right to mention everyone the bot rings no such role.
    bot.discord.forbid_bot(OPS, sim::discord::permission::MENTION_EVERYONE);
    let answer = bot.ask(&bot.ann, "admin pause", &[("reason", "maintenance of the whole rack")]).await;
    assert!(answer.content.contains("refused from now on"), "{}", answer.content);
    bot.sees(&["**Paused**", UNRUNG]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weather_is_no_reason_not_to_ring() {
    let bot = TestBot::new().await;
    let away = serde_json::json!({ "message": "500: Internal Server Error", "code": 0 });
    bot.discord.faults().next(4).status("POST", &format!("/channels/{OPS}/messages"), 500, &away);
    bot.accepts(Kind::Enable).await;
    let end = bot.rung(&bot.ann, &["**In rescue**"]).await;
    assert!(!end.content.contains(UNRUNG), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn approvers_whose_role_may_not_be_rung_are_not_said_to_be_asked() {
    let bot = guarded(Mentions::Privileged).await;
    bot.discord.forbid_bot(OPS, sim::discord::permission::MENTION_EVERYONE);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let told = bot.ann.wait_for_dm(|dm| dm.content.contains("Nobody was rung")).await;
    assert!(told.content.contains("R-1") && told.button("Cancel").is_some(), "{}", told.text());
    // Whoever looks there may approve it all the same.
    let paula = bot.discord.person("paula", "en-GB", &[LEADS]);
    bot.approve(&paula, "R-1").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn approvers_in_a_channel_that_bears_no_ringing_are_not_said_to_be_asked() {
    let bot = guarded(Mentions::Anybody).await;
    bot.discord.fail_rings(OPS, None);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("Nobody was rung")).await;
    let asked = bot.asks_others("R-1").await;
    assert!(asked.content.contains(UNRUNG), "{}", asked.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_be_asked_the_requester_hears_that_and_takes_it_back() {
    let bot = guarded(Mentions::Anybody).await;
    let path = format!("/channels/{OPS}/messages");
    bot.discord.refuse(&bot.discord.faults().always(), "POST", &path, 50_001);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let told = bot.ann.wait_for_dm(|dm| dm.content.contains("Nobody was asked")).await;
    assert!(told.button("Approve").is_none() && told.content.contains(&format!("<#{OPS}>")), "{}", told.text());
    let answer = bot.press(&bot.ann, &told, "Cancel").await;
    assert!(answer.content.contains("Taken back"), "{}", answer.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("PUT", "")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn approvers_who_are_rung_are_asked_and_nobody_hears_otherwise() {
    let bot = guarded(Mentions::Anybody).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let asked = bot.asks_others("R-1").await;
    assert!(asked.pinged_roles.contains(&LEADS) && !asked.content.contains(UNRUNG));
    let paula = bot.discord.person("paula", "en-GB", &[LEADS]);
    bot.approve(&paula, "R-1").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert!(!bot.ann.dms().iter().any(|dm| dm.content.contains("Nobody was")));
}
