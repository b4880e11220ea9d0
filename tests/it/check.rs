//! `bernard check --online`: proves, and changes nothing.

use bernard::{
    app,
    check::{Finding, Verdict},
};

use crate::bot::{TestBot, TestConfig};

async fn findings(bot: &TestBot) -> Vec<Finding> {
    app::check_online(&bot.loaded()).await.expect("it looks")
}

fn wrong<'a>(findings: &'a [Finding], about: &str) -> Option<&'a Finding> {
    findings.iter().find(|finding| finding.verdict == Verdict::Wrong && finding.what.contains(about))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_configuration_is_proved_and_nothing_is_changed() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let (asked, told) = (bot.ovh.journal().all().len(), bot.discord.journal().all().len());
    let findings = findings(&bot).await;
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Well), "{findings:#?}");
    let calls: Vec<_> = bot
        .ovh
        .journal()
        .all()
        .split_off(asked)
        .into_iter()
        .chain(bot.discord.journal().all().split_off(told))
        .collect();
    assert!(calls.len() > 5, "it really looked");
    assert!(calls.iter().all(|seen| seen.method == "GET"), "only reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_will_not_work_is_named_beforehand() {
    let rules = "[[role]]\nid = \"400000000000000077\"\ncan = [\"view\", \"console\"]\nservers = [\"*\"]\n".to_owned();
    let config =
        TestConfig { rules, rescue: "probe = false\nsecret_from = [\"mail\"]\n".into(), ..TestConfig::default() };
    let mut bot = TestBot::with(config, [crate::bot::web_1()]).await;
    bot.stop().await;
    bot.ovh.rules(&[("GET", "/dedicated/server"), ("GET", "/dedicated/server/*"), ("GET", "/auth/*")]);
    let findings = findings(&bot).await;
    assert!(wrong(&findings, "the guild has no role 400000000000000077").is_some(), "{findings:#?}");
    assert!(wrong(&findings, "POST /dedicated/server/*/reboot").is_some(), "{findings:#?}");
    assert!(wrong(&findings, "features/ipmi/access").is_some(), "{findings:#?}");
    assert!(wrong(&findings, "\"mail\"").is_some(), "{findings:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_discord_refuses_is_said_to_be_wrong() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    bot.discord.faults().status(
        "GET",
        "/applications/@me",
        401,
        &serde_json::json!({"message": "401: Unauthorized", "code": 0}),
    );
    let findings = findings(&bot).await;
    assert!(wrong(&findings, "the bot's token").is_some(), "{findings:#?}");
}
