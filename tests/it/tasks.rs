//! `/tasks`: what OVHcloud did lately, newest first, for those who may look.

use sim::{
    discord::{Id, ROLE},
    ovh::Ending,
};

use crate::bot::{TestBot, rule};

/// A role that sees db-1 only.
const VIEWER: Id = Id(400_000_000_000_000_002);

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_tasks_are_shown_newest_first() {
    let bot = TestBot::new().await;
    let answer = bot.ask(&bot.ann, "tasks", &[("server", "web-1")]).await;
    assert!(answer.content.contains("lists none"), "{}", answer.content);
    for _ in 0..10 {
        bot.ovh.task_by_somebody("web-1", "reinstallServer");
    }
    bot.ovh.next_reboot_ends("web-1", Ending::CustomerError);
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.sees(&["**Reboot failed**", "R-1"]).await;
    let answer = bot.ask(&bot.ann, "tasks", &[("server", "web-1")]).await;
    let lines: Vec<&str> = answer.content.lines().filter(|line| !line.starts_with("-#")).collect();
    assert_eq!(lines.len(), 9, "a title and eight tasks: {}", answer.content);
    assert!(lines[1].starts_with("❌ `hardReboot` `customerError` · "), "{}", answer.content);
    assert!(lines[2..].iter().all(|line| line.contains("`reinstallServer`")), "{}", answer.content);
    assert!(answer.content.contains("<t:") && answer.content.chars().count() < 2_000, "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_for_those_who_may_see_the_server() {
    let bot = TestBot::ruled_by(rule(ROLE, &["view"], &["*"]) + &rule(VIEWER, &["view"], &["db-1"])).await;
    let eve = bot.discord.person("eve", "fr", &[VIEWER]);
    let refused = bot.ask(&eve, "tasks", &[("server", "web-1")]).await;
    assert!(refused.content.starts_with("🚫"), "{}", refused.content);
    let answer = bot.ask(&eve, "tasks", &[("server", "db-1")]).await;
    assert!(answer.content.contains("Dernières tâches"), "{}", answer.content);
    bot.ovh.forbid("dedicatedServer:apiovh:task/get");
    let refused = bot.ask(&eve, "tasks", &[("server", "db-1")]).await;
    assert!(refused.content.contains("🚫") && refused.content.contains("NOT_GRANTED_CALL"), "{}", refused.content);
}
