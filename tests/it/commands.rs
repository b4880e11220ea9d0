//! The commands: registered, offered, answered, in the asker's own language.

use std::path::Path;

use serde_json::{Value, json};
use sim::{
    discord::{APPLICATION, BOT_TOKEN, GUILD, Id, OPS, ROLE},
    ovh::ServerSpec,
};

use crate::bot::{TestBot, TestConfig, eventually, rule};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);
/// What every password link holds.
const LINK: &str = "manager/secret";
/// Every command.
const NAMES: [&str; 16] = [
    "rescue",
    "restore",
    "reboot",
    "status",
    "console",
    "guide",
    "tasks",
    "plan",
    "why",
    "admin",
    "history",
    "report",
    "doctor",
    "oncall",
    "help",
    "Rescue the server named here…",
];

/// A command as the book writes it: `/rescue extend server [by]`, a line for each subcommand.
fn written(command: &Value) -> Vec<String> {
    let options = command["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = command["name"].as_str().expect("a name");
    let subcommands: Vec<&Value> = options.iter().filter(|option| option["type"] == 1).collect();
    if !subcommands.is_empty() {
        let named = |line: String| format!("{name} {line}");
        return subcommands.into_iter().flat_map(written).map(named).collect();
    }
    let option = |option: &Value| {
        let name = option["name"].as_str().expect("a name");
        if option["required"] == true { format!(" {name}") } else { format!(" [{name}]") }
    };
    vec![format!("{name}{}", options.iter().map(option).collect::<String>())]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_book_and_the_readme_have_every_command_with_its_options() {
    let bot = TestBot::new().await;
    let read = |file: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a file");
    let (book, readme) = (read("docs/commands.md"), read("README.md"));
    let commands = bot.discord.commands();
    let slash = commands.iter().filter(|command| command["type"].is_null() || command["type"] == 1);
    let lines: Vec<String> = slash.flat_map(written).collect();
    assert!(lines.len() > NAMES.len(), "the subcommands are seen: {lines:?}");
    for line in lines {
        assert!(book.contains(&format!("`/{line}`")), "docs/commands.md has no `/{line}`");
        let name = line.split(' ').next().expect("a word");
        assert!(readme.contains(&format!("`/{name}")), "README has no /{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_registered_once_and_again_when_discord_lost_them() {
    let mut bot = TestBot::new().await;
    assert_eq!(bot.discord.command_writes(), 1);
    let names: Vec<_> = bot.discord.commands().iter().map(|command| command["name"].clone()).collect();
    assert_eq!(names, NAMES);
    assert!(bot.discord.commands().iter().all(|command| command["default_member_permissions"].is_null()));

    bot.stop().await;
    bot.start().await;
    assert_eq!(bot.discord.command_writes(), 1, "nothing changed, so nothing is written");

    bot.stop().await;
    let address = format!("{}/api/v10/applications/{APPLICATION}/guilds/{GUILD}/commands", bot.discord.url());
    // Somebody put one foreign command of each in the place of ours: the number alone would not tell.
    let foreign: Vec<_> =
        (1..=NAMES.len()).map(|n| json!({"name": format!("other-{n}"), "description": "x", "type": 1})).collect();
    for lost in [json!([]), json!(foreign)] {
        let writing = sim::net::client().put(&address).header("authorization", format!("Bot {BOT_TOKEN}"));
        let body = lost.to_string();
        let sent = writing.header("content-type", "application/json").body(body).send().await.expect("an answer");
        assert!(sent.status().is_success(), "{}", sent.status());
        bot.start().await;
        let names: Vec<_> = bot.discord.commands().iter().map(|command| command["name"].clone()).collect();
        assert_eq!(names, NAMES);
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_cannot_be_read_are_registered_once_all_the_same() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let refusal = json!({ "message": "405: Method Not Allowed", "code": 0 });
    bot.discord.faults().always().status("GET", "/commands", 405, &refusal);
    bot.start().await;
    assert_eq!(bot.discord.command_writes(), 1, "they are what was last registered");
}

/// The service names that are offered to ann for `partial`.
async fn offered(bot: &TestBot, command: &str, partial: &str) -> Vec<String> {
    bot.ann.autocomplete(OPS, command, "server", partial).await.into_iter().map(|choice| choice.value).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_servers_that_one_may_act_on_are_offered_by_whatever_they_go_by() {
    let rules = rule(ROLE, &["rescue"], &["db-*"]) + &rule(ROLE, &["view"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let names = ["web-1", "db-1"].map(|name| bot.ovh.service_name(name));
    let [web, db] = names.each_ref().map(String::as_str);
    eventually("the inventory is read", async || offered(&bot, "status", "").await.len() == 2).await;
    assert_eq!(offered(&bot, "rescue enable", "").await, [db]);
    assert_eq!(offered(&bot, "reboot", "").await, [""; 0]);
    // The simulated reverse is the service name.
    for partial in ["DB-1", "203.0.113.101", "ns2222222", "env=test", "test", db] {
        assert_eq!(offered(&bot, "status", partial).await, [db], "{partial}");
    }
    assert_eq!(offered(&bot, "status", "prod").await, [web]);
    assert_eq!(offered(&bot, "status", "web1").await, [web], "people leave out the hyphen");
    for partial in ["nothing like it", "*", "`@everyone`", &"x".repeat(6_000)] {
        assert!(offered(&bot, "status", partial).await.is_empty(), "{partial}");
    }
    // Whatever OVHcloud is doing.
    bot.ovh.faults().always().hang("*", "/");
    assert_eq!(offered(&bot, "rescue enable", "db").await, [db]);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_twenty_five_servers_are_offered() {
    let fleet =
        (1..=40).map(|n| ServerSpec::linux(&format!("ns33333{n:02}.ip-203-0-113.eu")).named(&"é".repeat(90 + n)));
    let bot = TestBot::with(TestConfig::default(), fleet).await;
    eventually("the inventory is read", async || offered(&bot, "status", "").await.len() == 25).await;
    assert_eq!(offered(&bot, "status", "ns3333340").await, ["ns3333340.ip-203-0-113.eu"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_shows_what_this_person_can_do() {
    let rules = rule(ROLE, &["view", "rescue", "restore", "reboot"], &["*"]) + &rule(VIEWER, &["view"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let all = bot.ask(&bot.ann, "help", &[]).await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    let little = bot.ask(&eve, "help", &[]).await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    let nothing = bot.ask(&guest, "help", &[]).await;
    for command in ["/rescue enable", "/rescue link", "/restore", "/reboot"] {
        assert!(all.content.contains(command), "{}", all.content);
        assert!(!little.content.contains(command) && !nothing.content.contains(command), "{command}");
    }
    assert!(little.content.contains("/status") && little.content.contains("/rescue list"), "{}", little.content);
    assert!(
        nothing.content.contains("Ask your operator") && !nothing.content.contains("/status"),
        "{}",
        nothing.content
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_list_show_what_one_may_see() {
    let rules = rule(ROLE, &["view", "rescue"], &["*"]) + &rule(VIEWER, &["view"], &["db-1"]);
    let bot = TestBot::ruled_by(rules).await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    bot.rescued(&bot.ann, "web-1").await;

    let one = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    for part in ["web-1", "netboot is rescue", "rescue-customer-windows", &bot.ann.mention()] {
        assert!(one.content.contains(part), "{part}: {}", one.content);
    }
    let fleet = bot.ask(&bot.ann, "status", &[]).await;
    assert!(fleet.content.contains("2 servers") && fleet.content.contains("web-1"), "{}", fleet.content);
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("web-1") && list.content.contains(&bot.ann.mention()), "{}", list.content);

    for command in ["status", "rescue list"] {
        let answer = bot.ask(&eve, command, &[]).await;
        assert!(!answer.content.contains("web-1") && !answer.content.contains("🚫"), "{}", answer.content);
    }
    let answer = bot.ask(&eve, "status", &[("server", "web-1")]).await;
    assert!(answer.content.contains("No server goes by `web-1`"), "{}", answer.content);
    assert_eq!(bot.discord.messages(OPS).iter().filter(|message| message.content.contains("netboot is")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_goes_again_to_the_one_who_asks_and_the_channel_hears_of_it() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
    for (who, id) in [(&bob, "R-2"), (&bot.ann, "R-3")] {
        let answer = bot.ask(who, "rescue link", &[("server", "web-1")]).await;
        assert!(answer.content.contains(id) && !answer.content.contains(LINK), "{}", answer.content);
        let told = bot.rung(who, &["**Link sent**", id]).await;
        assert!(!told.content.contains(LINK));
        let dm = who.wait_for_dm(|message| message.content.contains(id)).await;
        assert!(dm.content.contains(LINK) && dm.button("Restore now").is_some(), "{}", dm.text());
    }
    for secret in bot.ovh.secret_ids() {
        for sighting in bot.discord.everything_ever_sent() {
            let private = sighting.viewers == [bob.id()] || sighting.viewers == [bot.ann.id()];
            assert!(private || !sighting.body.contains(&secret), "{}", sighting.body);
        }
    }
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    // Both DMs are wiped when it is over.
    bot.confirm(&bot.ann, "restore", &[("server", "web-1")]).await;
    bob.wait_for_dm(|message| message.content.contains("wiped")).await;
    eventually("every DM is wiped", async || {
        [&bob, &bot.ann].iter().all(|who| who.dms().iter().all(|message| !message.content.contains(LINK)))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_client_is_answered_in_french_while_the_channel_stays_english() {
    let bot = TestBot::new().await;
    bot.ann.set_locale("fr");
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.content.contains("sauvegarde"), "{}", card.content);
    let accepted = bot.press(&bot.ann, &card, "Confirmer").await;
    assert!(accepted.content.contains("R-1") && !accepted.content.contains("Started"), "{}", accepted.content);
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    assert!(dm.content.contains("Mot de passe") || dm.content.contains("mot de passe"), "{}", dm.content);
    assert!(!dm.content.contains("When you are finished"), "{}", dm.content);
    let refused = bot.ask(&bot.ann, "rescue enable", &[("server", "web-9")]).await;
    assert!(refused.content.contains("Aucun serveur"), "{}", refused.content);
    let english = bot.discord.person("bob", "de", &[ROLE]);
    let list = bot.ask(&english, "rescue list", &[]).await;
    assert!(list.content.contains("until"), "{}", list.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_of_spaces_alone_is_named_in_the_askers_language() {
    let bot = TestBot::new().await;
    let spaces = "   ";
    for (command, option, others) in [
        ("rescue enable", "server", &[][..]),
        ("restore", "server", &[]),
        ("tasks", "server", &[]),
        ("plan", "server", &[("action", "reboot")]),
        ("admin pause", "reason", &[]),
        ("report", "operation", &[]),
    ] {
        let mut options = others.to_vec();
        options.push((option, spaces));
        let refused = bot.ask(&bot.ann, command, &options).await;
        let words = format!("🚫 `{option}` is not right: at least one character");
        assert!(refused.content.starts_with(&words) && refused.is_ephemeral(), "{command}: {}", refused.content);
    }
    bot.ann.set_locale("fr");
    let refused = bot.ask(&bot.ann, "admin pause", &[("reason", spaces)]).await;
    assert!(refused.content.starts_with("🚫 `reason` ne convient pas"), "{}", refused.content);
    let card = bot.ask(&bot.bob(), "reboot", &[("server", "web-1")]).await;
    assert!(card.button("Confirm").is_some(), "nothing is paused: {}", card.text());
}
