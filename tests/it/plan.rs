//! `/plan`: what it shows is what is done, it changes nothing, and it says everything that stands in the way.

use serde_json::Value;
use sim::discord::{Id, Message, ROLE};

use crate::bot::{ALL, TestBot, TestConfig, db_1, rule, web_1};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);

/// A call as it is compared: method, path below the API's base, body.
type Call = (String, String, Value);

/// The block of code in an answer.
fn block(answer: &Message) -> &str {
    answer.content.split("```\n").nth(1).unwrap_or_default()
}

/// The calls of the block of code in an answer; a line that was broken for the phone is put together again.
fn shown(answer: &Message) -> Vec<Call> {
    let block = block(answer).replace("\n    ", "");
    let starts = |line: &&str| line.starts_with("PUT ") || line.starts_with("POST ");
    let mut calls: Vec<Call> = Vec::new();
    let mut bodies: Vec<String> = Vec::new();
    for line in block.lines() {
        match line.split_once(' ').filter(|_| starts(&line)) {
            Some((method, path)) => {
                calls.push((method.to_owned(), path.to_owned(), Value::Null));
                bodies.push(String::new());
            }
            None => bodies.last_mut().expect("a call comes first").push_str(line),
        }
    }
    for (call, body) in calls.iter_mut().zip(bodies) {
        call.2 = serde_json::from_str(&body).unwrap_or_default();
    }
    calls
}

/// What reached OVHcloud and changes something, from the request with this number on; a repeated call counts once.
fn changes(bot: &TestBot, from: usize) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for seen in bot.ovh.journal().all().into_iter().skip(from).filter(|seen| seen.method != "GET") {
        let path = seen.path.find("/dedicated/").map_or(seen.path.as_str(), |at| &seen.path[at..]);
        let call = (seen.method.to_string(), path.to_owned(), seen.json());
        if !calls.contains(&call) {
            calls.push(call);
        }
    }
    calls
}

async fn plan(bot: &TestBot, action: &str, server: &str) -> Message {
    let before = bot.ovh.journal().all().len();
    let answer = bot.ask(&bot.ann, "plan", &[("action", action), ("server", server)]).await;
    assert_eq!(changes(bot, before), [], "it changes nothing");
    assert!(answer.is_ephemeral() && answer.buttons().is_empty());
    assert!(answer.content.chars().count() < 1_900, "{}", answer.content);
    assert!(block(&answer).lines().all(|line| line.chars().count() <= 40), "it scrolls: {}", answer.content);
    answer
}

#[track_caller]
fn assert_says(answer: &Message, parts: &[&str]) {
    for part in parts {
        assert!(answer.content.contains(part), "{part} is not in: {}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plan_shows_is_exactly_what_is_done() {
    let bot = TestBot::new().await;
    let rescue = plan(&bot, "rescue", "web-1").await;
    assert_says(
        &rescue,
        &["✅", "rescue-customer-windows", "[[role]] #1", "repeated until the link", "nothing was changed"],
    );
    let from = bot.ovh.journal().all().len();
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(shown(&rescue), changes(&bot, from));
    assert_eq!(shown(&rescue).len(), 3, "{}", rescue.content);

    let restore = plan(&bot, "restore", "web-1").await;
    assert_says(&restore, &["✅", "`hd`"]);
    let from = bot.ovh.journal().all().len();
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(shown(&restore), changes(&bot, from));

    let reboot = plan(&bot, "reboot", "db-1").await;
    let from = bot.ovh.journal().all().len();
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "db-1"]).await;
    assert_eq!(shown(&reboot), changes(&bot, from));
    assert_eq!(shown(&reboot).len(), 1, "{}", reboot.content);

    let console = plan(&bot, "console", "web-1").await;
    let from = bot.ovh.journal().all().len();
    bot.ask(&bot.ann, "console", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Console open**", "web-1"]).await;
    assert_eq!(shown(&console), changes(&bot, from));
    let [(_, test, of), (method, path, body)] = &shown(&console)[..] else { panic!("{}", console.content) };
    assert_eq!((method.as_str(), body["type"].as_str()), ("POST", Some("kvmipHtml5URL")));
    assert!(path.ends_with("/features/ipmi/access") && test.ends_with("/features/ipmi/test"), "{path} {test}");
    assert_eq!(of["type"], "http");
    assert_says(&console, &["If the answer is lost, it is asked again.", "confirms **Free stuck sessions**"]);
    let apart = console.content.split("```\n").nth(3).expect("a block of its own").replace("\n    ", "");
    let name = bot.ovh.service_name("web-1");
    assert_eq!(apart.trim(), format!("POST /dedicated/server/{name}/features/ipmi/resetSessions"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_others_interfered_with_shows_that_too() {
    let bot = TestBot::new().await;
    let disk = bot.ovh.boot_of("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.netboot_by_somebody("web-1", disk);
    let restore = plan(&bot, "restore", "web-1").await;
    assert_says(&restore, &["Somebody changed the netboot", "/reboot"]);
    assert_eq!(shown(&restore).len(), 1, "what is there already is not set: {}", restore.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_stands_in_the_way_is_said() {
    let rules = format!("[[role]]\nid = \"{ROLE}\"\ncan = {ALL}\n")
        + &rule(VIEWER, &["view"], &["*"])
        + "[[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"rescue\"]\n";
    let limits = "per_user_per_minute = 100\nper_server_per_hour = 1\n".to_owned();
    let no_windows = || db_1().without_windows_rescue();
    let bot = TestBot::with(TestConfig { rules, limits, ..TestConfig::default() }, [web_1(), no_windows()]).await;

    let protected = plan(&bot, "rescue", "web-1").await;
    assert_says(&protected, &["🔐", "[[protect]] #1", "1 other person", "PUT"]);
    let not_in_rescue = plan(&bot, "restore", "db-1").await;
    assert_says(&not_in_rescue, &["🚫", "is not in rescue"]);
    assert!(shown(&not_in_rescue).is_empty());

    let hold = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    hold.reached().await;
    bot.ask(&bot.ann, "admin pause", &[("reason", "fire")]).await;
    let much = plan(&bot, "rescue", "db-1").await;
    assert_says(&much, &["🚫 You could not", "busy with R-1", "paused all new operations", "Try again <t:", "PUT"]);
    hold.release();
    bot.rung(&bot.ann, &["**Rebooted**", "db-1"]).await;

    let eve = bot.discord.person("eve", "fr", &[VIEWER]);
    let denied = bot.ask(&eve, "plan", &[("action", "reboot"), ("server", "db-1")]).await;
    assert_says(&denied, &["🚫 Vous ne pourriez pas", "`reboot`", "[[role]] #2", "/reboot\n"]);

    bot.ovh.set_state("web-1", "hacked");
    let held = plan(&bot, "rescue", "web-1").await;
    assert_says(&held, &["🚫", "OVHcloud itself holds"]);
    assert!(shown(&held).is_empty(), "there is nothing that would be done: {}", held.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_a_server_does_not_have_is_no_plan() {
    let bot = TestBot::with(TestConfig::default(), [web_1().without_windows_rescue()]).await;
    let none = plan(&bot, "rescue", "web-1").await;
    assert_says(&none, &["🚫", "lists no Windows rescue"]);
    assert!(shown(&none).is_empty());
}
