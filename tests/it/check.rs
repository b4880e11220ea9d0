//! `bernard check --online`: proves, and changes nothing.

use bernard::{
    app,
    check::{Finding, Verdict},
};
use sim::discord::{BOT_ROLE, Mentions, ROLE};

use crate::bot::{TestBot, TestConfig, rule};

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

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_cannot_work_are_said_with_their_line() {
    let rules = rule(ROLE, &["view", "rescue", "approve"], &["web-*", "mail-*"])
        + "[[protect]]\nservers = [\"*\"]\nactions = [\"rescue\"]\napprovals = 2\n";
    let config = TestConfig { rules, ..TestConfig::default() };
    let mut bot = TestBot::with(config, [crate::bot::web_1(), crate::bot::db_1()]).await;
    bot.stop().await;
    bot.discord.role(ROLE, "ops", Mentions::Privileged);
    bot.discord.set_role_permissions(BOT_ROLE, 0);
    let line_of = |what: &str| {
        let line = bot.config_text().lines().position(|line| line == what).expect("it is there") + 1;
        format!("(line {line})")
    };
    let (role, protect) = (line_of("[[role]]"), line_of("[[protect]]"));
    let says = |findings: &[Finding], verdict: Verdict, parts: &[&str]| {
        let fits =
            |finding: &&Finding| finding.verdict == verdict && parts.iter().all(|part| finding.what.contains(part));
        assert!(findings.iter().any(|finding| fits(&finding)), "{parts:?} is not in {findings:#?}");
    };
    let found = findings(&bot).await;
    says(&found, Verdict::Odd, &["[[role]] #1", &role, "\"mail-*\"", "none of 2 servers"]);
    says(&found, Verdict::Wrong, &["[[protect]] #1", &protect, "nobody may approve on db-1"]);
    says(&found, Verdict::Wrong, &["[[protect]] #1", "asks for 2", "no more than 1"]);
    says(&found, Verdict::Wrong, &["[[role]] #1", "does not ring when mentioned"]);

    let remembered = app::check_remembered(&bot.loaded()).await;
    says(&remembered, Verdict::Odd, &["[[role]] #1", &role, "\"mail-*\""]);
    says(&remembered, Verdict::Wrong, &["[[protect]] #1", &protect, "nobody may approve on db-1"]);

    let refusal = serde_json::json!({"message": "Missing Access", "code": 50_001});
    bot.discord.faults().always().status("GET", "/member-counts", 403, &refusal);
    says(&findings(&bot).await, Verdict::Unproved, &["[[protect]] #1", "could not be counted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_it_is_said_that_servers_were_not_looked_at() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    assert!(app::check_remembered(&bot.loaded()).await.is_empty(), "all is well with what is remembered");
    std::fs::remove_file(bot.database()).expect("it is there");
    let found = app::check_remembered(&bot.loaded()).await;
    assert!(found.iter().all(|finding| finding.verdict == Verdict::Unproved) && found.len() == 1, "{found:#?}");
    assert!(!bot.database().exists(), "looking makes no store");
}

#[test]
fn a_store_that_is_not_built_is_said_beforehand() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bernard.toml");
    let text = "[discord]\ntoken = \"fake-token\"\nguild = \"1\"\n[[ovh]]\napplication_key = \"a\"\n\
                application_secret = \"b\"\nconsumer_key = \"c\"\n[store]\nurl = \"postgres://localhost/bernard\"\n";
    std::fs::write(&file, text).expect("it is written");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bernard"));
    let said = command.env_clear().args(["check", "--config"]).arg(&file).output().expect("it runs");
    let told = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(said.status.code(), Some(1), "{told}");
    assert!(told.contains("PostgreSQL is not built yet"), "{told}");
}
