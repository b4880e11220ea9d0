//! Whoever knocks, and however often: the bot goes on, and nobody else is kept waiting.

use futures_util::future::join_all;
use sim::discord::OPS;
use tokio::net::TcpStream;

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// More than a process usually may hold.
const IDLE: usize = 1_050;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_connections_keep_nobody_from_a_rescue() {
    // Both ends of them are in this process.
    bernard::process::raise_descriptors();
    if bernard::process::descriptors() < 4 * IDLE as u64 {
        return println!("skipped: this machine gives a process fewer descriptors than the story needs");
    }
    let mut bot = TestBot::new().await;
    let address = bot.app().address();
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(address).await.expect("the door is there"));
    }
    let health = sim::net::client().get(bot.endpoint("/healthz")).send().await.expect("an answer");
    assert_eq!(health.status(), 200);
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    assert_eq!(sim::net::client().get(bot.endpoint("/readyz")).send().await.expect("an answer").status(), 200);
}

/// How many commands somebody sends who lets a script do it.
const FLOOD: usize = 300;
/// How many of one person's commands are answered at once.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_commands_of_one_person_keep_nobody_waiting_while_discord_is_slow() {
    let bot = TestBot::new().await;
    let eve = bot.discord.person("eve", "en-GB", &bot.ann.roles());
    let slow = bot.discord.faults().next(AT_ONCE).hold_before("PATCH", "/webhooks/");
    let flood: Vec<_> = (0..FLOOD).map(|_| eve.try_slash(OPS, "help", ()).expect("a command")).collect();
    eventually("all are acknowledged, whatever becomes of their answers", async || {
        flood.iter().all(sim::discord::Asked::is_acknowledged)
    })
    .await;
    eventually("their answers wait", async || slow.count() == AT_ONCE).await;
    // Somebody else's whole rescue, and the very same person's way out of one.
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&eve, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    let answered = flood.iter().filter(|asked| !asked.messages().is_empty()).count();
    assert_eq!(answered, 0, "what is slow is slow for them alone");
    slow.release();
    for asked in &flood {
        let answer = asked.answer().await;
        assert!(answer.content.contains("/rescue enable"), "{}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_one_too_many_is_refused_by_its_acknowledgement_and_costs_nothing_more() {
    let limits = "per_user_per_minute = 3\nper_server_per_hour = 100\n".to_owned();
    let bot = TestBot::with(TestConfig { limits, ..TestConfig::default() }, [web_1(), db_1()]).await;
    for _ in 0..3 {
        bot.ask(&bot.ann, "help", &[]).await;
    }
    let (discord, ovh) = (bot.discord.journal(), bot.ovh.journal());
    let before = (discord.count("PATCH", "/webhooks/"), ovh.count("POST", "/"), ovh.count("PUT", "/"));
    let flood = join_all((0..40).map(|_| bot.slash(&bot.ann, "rescue enable", &[("server", "web-1")]))).await;
    for asked in &flood {
        let refused = asked.answer().await;
        assert!(refused.is_ephemeral() && refused.content.contains("Try again"), "{}", refused.content);
    }
    let after = (discord.count("PATCH", "/webhooks/"), ovh.count("POST", "/"), ovh.count("PUT", "/"));
    assert_eq!(after, before);
    let out = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(out.content.contains("is not in rescue"), "the way out is never counted: {}", out.content);
}
