//! What to read before acting on a server stands on its cards and in its status, as a link.

use sim::discord::{Id, ROLE};

use crate::bot::{ALL, TestBot, TestConfig, db_1, eventually, rule, web_1};

const APPROVER: Id = Id(400_000_000_000_000_003);
const WEB_1: (&str, &str) = ("server", "web-1");
const PAGES: &str = r#"
[[runbook]]
servers = ["tag:env=prod"]
url = "https://wiki.example.org/prod?page=(web)#first"
text = "Ask the DBA before a restore"
[[runbook]]
servers = ["web-*"]
url = "https://wiki.example.org/web"
text = "Web servers"
[[runbook]]
servers = ["db-*"]
url = "https://wiki.example.org/db"
text = "Databases"
"#;
const PROD: &str = "[Ask the DBA before a restore](https://wiki.example.org/prod?page=%28web%29#first)";
const WEB: &str = "[Web servers](https://wiki.example.org/web)";

async fn bot(locale: &'static str, rules: &str) -> TestBot {
    let everybody = format!("[[role]]\nid = \"{ROLE}\"\ncan = {ALL}\nservers = [\"*\"]\n");
    let rules = format!("{everybody}{rules}{PAGES}");
    TestBot::with(TestConfig { locale, rules, ..TestConfig::default() }, [web_1(), db_1()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_about_a_server_are_links_on_its_card_and_in_its_status_in_the_order_of_the_file() {
    let bot = bot("en", "").await;
    for (locale, word) in [("en-GB", "Runbook: "), ("fr", "Procédure : ")] {
        bot.ann.set_locale(locale);
        for (command, options) in [("rescue enable", WEB_1), ("reboot", WEB_1), ("status", WEB_1)] {
            let answer = bot.ask(&bot.ann, command, &[options]).await;
            let lines: Vec<&str> = answer.content.lines().filter(|line| line.starts_with("📘")).collect();
            assert_eq!(
                lines,
                [format!("📘 {word}{PROD}"), format!("📘 {word}{WEB}")],
                "/{command}: {}",
                answer.content
            );
        }
    }
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1")]).await;
    assert!(card.content.contains("wiki.example.org/db") && !card.content.contains("/prod"), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_approves_reads_them_too_and_not_once_it_is_decided() {
    let protected = "[[protect]]\nservers = [\"web-1\"]\nactions = [\"rescue\"]\n";
    let rules = format!("{}{protected}", rule(APPROVER, &["view", "approve"], &["*"]));
    for (locale, word, approve) in [("en", "Runbook: ", "Approve"), ("fr", "Procédure : ", "Approuver")] {
        let bot = bot(locale, &rules).await;
        let eve = bot.discord.person("eve", "en-GB", &[APPROVER]);
        bot.confirm(&bot.ann, "rescue enable", &[WEB_1]).await;
        let asked = bot.sees(&["R-1", &format!("{word}{PROD}"), WEB]).await;
        bot.press(&eve, &asked, approve).await;
        bot.rung(&bot.ann, &["web-1", "R-1", "<@"]).await;
        eventually("it says that it was decided", async || {
            let decided = bot.discord.message(asked.id).expect("it stands");
            !decided.content.contains("wiki.example.org")
        })
        .await;
    }
}
