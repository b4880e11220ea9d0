//! Commands that cannot be registered hold nothing up: all but the registration runs, with the commands that Discord still has.

use std::time::Duration;

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::{
    discord::Scope,
    net::{Faults, Rule},
};

use crate::bot::{TestBot, eventually};

/// A bot with a new store, for which Discord still has the commands of an earlier one.
async fn with_an_empty_store(spoil: impl FnOnce(&TestBot)) -> TestBot {
    let mut bot = before_its_first_start().await;
    spoil(&bot);
    bot.start().await;
    bot
}

/// The same, not started yet.
async fn before_its_first_start() -> TestBot {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", bot.database().display());
        if std::path::Path::new(&file).exists() {
            std::fs::remove_file(&file).expect("it can be removed");
        }
    }
    bot
}

/// Everything but the registration goes on.
async fn serves(bot: &mut TestBot) {
    bot.discord.gateway().wait_for_connected(1).await;
    bot.accepts(Kind::Enable).await;
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    bot.card_shows("R-1", "**In rescue**").await;
    assert_eq!(bot.discord.command_writes(), 1, "Discord has those of before");
}

async fn told(bot: &mut TestBot, words: &[&str]) {
    let answer = bot.ask(&bot.ann, "doctor", &[]).await;
    for word in ["Discord does not take my commands"].iter().chain(words) {
        assert!(answer.content.contains(word), "{word}: {}", answer.content);
    }
    assert!(sim::net::client().get(bot.endpoint("/readyz")).send().await.expect("an answer").status().is_success());
    let metrics = bot.metrics().await;
    assert!(metrics.contains("# HELP bernard_commands_registered"), "{metrics}");
}

/// Waits until the commands were written once more, and the finding is gone.
async fn registered(bot: &TestBot, rule: &Rule) {
    rule.clear();
    eventually("the commands are registered", async || bot.discord.command_writes() == 2).await;
    eventually("the finding is gone", async || {
        !bot.ask(&bot.ann, "doctor", &[]).await.content.contains("does not take my commands")
    })
    .await;
}

/// How a message links to a command that Discord has.
fn link(bot: &TestBot, name: &str) -> String {
    let first = name.split(' ').next();
    let all = bot.discord.commands();
    let command = all.iter().find(|command| command["name"].as_str() == first).expect("it is registered");
    format!("</{name}:{}>", command["id"].as_str().expect("an id"))
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_named_are_links_with_the_ids_that_discord_gave_them() {
    let bot = TestBot::new().await;
    for (locale, words) in [("fr", "lien vers le mot de passe"), ("en-GB", "takes a server into rescue")] {
        bot.ann.set_locale(locale);
        let help = bot.ask(&bot.ann, "help", &[]).await;
        for name in ["rescue enable", "rescue hand-over", "restore", "status"] {
            assert!(help.content.contains(&link(&bot, name)), "{name}: {}", help.content);
        }
        assert!(help.content.contains(words) && !help.content.contains("``"), "{}", help.content);
    }
    bot.rescued(&bot.ann, "web-1").await;
    let end = bot.rung(&bot.ann, &["**In rescue**"]).await;
    assert!(end.content.contains(&link(&bot, "restore")), "{}", end.content);
    let frames = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await;
    assert!(!frames.text().contains("``"), "{}", frames.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn until_discord_has_said_their_ids_named_commands_are_code_and_what_somebody_typed_always_is() {
    let mut rule = None;
    let bot = with_an_empty_store(|bot| rule = Some(daily_limit(&bot.discord.faults()))).await;
    let help = bot.ask(&bot.ann, "help", &[]).await;
    assert!(help.content.contains("`/restore`") && !help.content.contains("</"), "{}", help.content);
    registered(&bot, &rule.expect("it was made")).await;
    let help = bot.ask(&bot.ann, "help", &[]).await;
    assert!(help.content.contains(&link(&bot, "restore")) && !help.content.contains("`/restore`"), "{}", help.content);
    let answer = bot.ask(&bot.ann, "status", &[("server", "/restore")]).await;
    assert!(answer.content.contains("`/restore`") && !answer.content.contains("</restore"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_commands_cannot_be_read_the_ids_of_the_last_registration_are_kept() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    bot.discord.faults().always().html("GET", "/commands", 403);
    bot.start().await;
    eventually("a command is a link", async || {
        bot.ask(&bot.ann, "help", &[]).await.content.contains(&link(&bot, "restore"))
    })
    .await;
    assert_eq!(bot.discord.command_writes(), 1, "nothing was registered anew");
}

fn daily_limit(faults: &Faults) -> Rule {
    let limit =
        json!({ "code": 30034, "message": "Max number of daily application command creates has been reached (200)" });
    faults.always().status("PUT", "/commands", 400, &limit)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_limit_of_commands_holds_nothing_up_and_is_said_until_it_is_over() {
    let mut rule = None;
    let mut bot = with_an_empty_store(|bot| rule = Some(daily_limit(&bot.discord.faults()))).await;
    serves(&mut bot).await;
    told(&mut bot, &["30034"]).await;
    registered(&bot, &rule.expect("it was made")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_503_a_page_and_a_limit_of_hours_for_the_commands_hold_nothing_up() {
    let spoils: [fn(&TestBot); 4] = [
        |bot| drop(bot.discord.faults().always().status("PUT", "/commands", 503, &json!({}))),
        |bot| drop(bot.discord.faults().always().html("*", "/commands", 403)),
        |bot| bot.discord.rate_limit(Scope::Route, "PUT", "/commands", Duration::from_secs(7_200), 100),
        |bot| bot.discord.rate_limit(Scope::Route, "GET", "/commands", Duration::from_secs(7_200), 100),
    ];
    let each = spoils.map(async |spoil| {
        let mut bot = with_an_empty_store(spoil).await;
        serves(&mut bot).await;
        told(&mut bot, &[]).await;
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_cannot_be_read_holds_only_the_registration_up() {
    let spoils: [fn(&TestBot); 3] = [
        |bot| drop(bot.discord.faults().always().html("GET", "/applications/@me", 403)),
        |bot| drop(bot.discord.faults().always().status("GET", "/applications/@me", 500, &json!({}))),
        |bot| bot.discord.rate_limit(Scope::Route, "GET", "/applications/@me", Duration::from_secs(7_200), 100),
    ];
    let each = spoils.map(async |spoil| {
        let mut bot = with_an_empty_store(spoil).await;
        serves(&mut bot).await;
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateways_address_behind_a_page_is_asked_for_again_and_reports_go_on_meanwhile() {
    let mut bot = TestBot::new().await;
    let following = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepts(Kind::Enable).await;
    following.reached().await;
    bot.stop().await;
    let page = bot.discord.faults().always().html("GET", "/gateway/bot", 403);
    following.release();
    bot.start_without_waiting().await;
    // Nobody can type anything, and what was begun comes to its end all the same.
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    eventually("the page was met", async || page.hits() >= 2).await;
    page.clear();
    bot.ready().await;
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(answer.content.contains("web-1"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_finds_everything_as_it_was_writes_nothing_about_commands() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let pool = crate::passing::database(&bot).await;
    for statement in [
        "CREATE TABLE written (name TEXT)",
        "CREATE TRIGGER watched AFTER INSERT ON facts BEGIN INSERT INTO written VALUES (new.name); END",
        "CREATE TRIGGER watched_too AFTER UPDATE ON facts BEGIN INSERT INTO written VALUES (new.name); END",
    ] {
        sqlx::query(statement).execute(&pool).await.expect("it watches");
    }
    bot.start().await;
    let help = bot.ask(&bot.ann, "help", &[]).await;
    assert!(help.content.contains(&link(&bot, "restore")), "{}", help.content);
    let written: Vec<String> = sqlx::query_scalar("SELECT name FROM written").fetch_all(&pool).await.expect("a read");
    assert!(written.iter().all(|name| !name.starts_with("command")), "{written:?}");
    assert_eq!(bot.discord.command_writes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_may_have_no_commands_in_its_guild_is_not_ready() {
    for (code, words) in [(50_001, "Missing Access"), (10_004, "Unknown Guild")] {
        for method in ["PUT", "*"] {
            let mut bot = before_its_first_start().await;
            let refusal = json!({ "code": code, "message": words });
            let rule = bot.discord.faults().always().status(method, "/commands", 403, &refusal);
            bot.start_without_waiting().await;
            bot.discord.gateway().wait_for_connected(1).await;
            let readyz = bot.endpoint("/readyz");
            let ready = async || {
                let answer = sim::net::client().get(&readyz).send().await.expect("an answer");
                let status = answer.status().as_u16();
                (status, answer.text().await.expect("a text"))
            };
            eventually("it was tried", async || rule.hits() > 0).await;
            eventually("nothing else is missing", async || {
                let (status, said) = ready().await;
                status == 503 && said.contains("[\"the commands are not registered\"]")
            })
            .await;
            rule.clear();
            eventually("it is ready", async || ready().await.0 == 200).await;
        }
    }
}
