//! The fleet as people search it: from memory, whatever OVHcloud does, kept fresh behind them.

use std::time::Duration;

use sim::{
    discord::{Id, OPS, ROLE},
    ovh::ServerSpec,
};

use crate::bot::{TestBot, TestConfig, db_1, eventually, rule, web_1};

/// A role for part of the fleet.
const TEAM: Id = Id(400_000_000_000_000_003);

/// A configuration whose inventory is in a hurry.
fn in_a_hurry() -> TestConfig {
    let usual = TestConfig::default();
    TestConfig { pace: format!("{}inventory_refresh = \"200ms\"\n", usual.pace), ..usual }
}

fn many(count: usize) -> impl Iterator<Item = ServerSpec> {
    (1..=count).map(|n| {
        let team = if n.is_multiple_of(10) { "shop" } else { "data" };
        ServerSpec::linux(&format!("ns5{n:06}.ip-198-51-100.eu")).named(&format!("node-{n}")).tag("team", team)
    })
}

/// The display names that are offered to ann.
async fn offered(bot: &TestBot, command: &str, partial: &str) -> Vec<String> {
    let choices = bot.ann.autocomplete(OPS, command, "server", partial).await;
    choices.into_iter().map(|choice| choice.name.split(" · ").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_process_offers_the_fleet_while_ovhcloud_is_dead() {
    let mut bot = TestBot::new().await;
    eventually("the inventory is read", async || offered(&bot, "status", "").await.len() == 2).await;
    eventually("with names", async || offered(&bot, "status", "").await == ["db-1", "web-1"]).await;
    eventually("and tags", async || offered(&bot, "status", "env=prod").await == ["web-1"]).await;
    bot.stop().await;
    bot.ovh.faults().always().reset("*", "/");
    bot.start().await;
    for typed in ["prod", "env=prod", "tag:env=prod"] {
        assert_eq!(offered(&bot, "rescue enable", typed).await, ["web-1"], "tags too are remembered: {typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_learned_survives_a_crash_and_a_crash_while_learning_loses_nothing_for_good() {
    let mut bot = TestBot::with(TestConfig::default(), many(120)).await;
    eventually("some are read", async || !offered(&bot, "status", "node").await.is_empty()).await;
    bot.die().await;
    bot.start().await;
    for n in 1..=120 {
        let name = format!("node-{n}");
        eventually("all are read", async || offered(&bot, "status", &name).await.first() == Some(&name)).await;
    }
    bot.stop().await;
    let asked = bot.ovh.journal().count("GET", "/dedicated/server/ns5");
    bot.start().await;
    assert_eq!(offered(&bot, "status", "node-77").await, ["node-77"]);
    assert_eq!(bot.ovh.journal().count("GET", "/dedicated/server/ns5"), asked, "fresh ones are not read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_servers_are_searched_by_right_and_in_the_order_people_count() {
    let rules = rule(ROLE, &["view"], &["*"]) + &rule(TEAM, &["view"], &["tag:team=shop"]);
    let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, many(1_000)).await;
    eventually("all are read", async || offered(&bot, "status", "node-1000").await == ["node-1000"]).await;
    eventually("the last one too", async || {
        bot.ovh.journal().count("GET", "/dedicated/server/ns5") >= 1_000
            && offered(&bot, "status", "node-999").await == ["node-999"]
    })
    .await;
    let first: Vec<String> = (1..=25).map(|n| format!("node-{n}")).collect();
    assert_eq!(offered(&bot, "status", "").await, first);
    let of_team = bot.discord.person("tom", "en-GB", &[TEAM]);
    let choices = of_team.autocomplete(OPS, "status", "server", "node-1").await;
    assert_eq!(choices.len(), 12, "node-10, node-100 to node-190, and node-1000");
    assert!(choices.iter().all(|choice| choice.name.contains("0 · ")), "{choices:?}");
    assert_eq!(offered(&bot, "status", "node-7").await[0], "node-7", "the exact one first");
    assert_eq!(offered(&bot, "status", "5000042").await, ["node-42"]);
    let card = bot.ask(&bot.ann, "status", &[]).await;
    assert!(card.content.contains("1000 servers") && card.content.chars().count() < 2_000, "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_that_one_named_lately_come_first_also_after_a_restart() {
    let mut bot = TestBot::with(TestConfig::default(), many(30).chain([web_1(), db_1()])).await;
    eventually("all are read", async || {
        ["web-1", "db-1", "node-30"].iter().all(|_| true)
            && offered(&bot, "status", "web-1").await == ["web-1"]
            && offered(&bot, "status", "node-30").await == ["node-30"]
            && offered(&bot, "status", "db-1").await == ["db-1"]
    })
    .await;
    bot.ask(&bot.ann, "status", &[("server", "node-30")]).await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(offered(&bot, "status", "").await[..2], ["web-1", "node-30"]);
    assert_eq!(offered(&bot, "status", "node").await[0], "node-30");
    let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
    let his = bob.autocomplete(OPS, "status", "server", "").await;
    assert!(his[0].name.starts_with("db-1"), "each has their own: {his:?}");
    bot.stop().await;
    bot.start().await;
    assert_eq!(offered(&bot, "status", "").await[0], "web-1", "operations are remembered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_left_is_offered_no_more_and_a_new_one_is() {
    let bot = TestBot::with(in_a_hurry(), [web_1(), db_1()]).await;
    eventually("the inventory is read", async || offered(&bot, "status", "").await == ["db-1", "web-1"]).await;
    bot.ovh.remove("db-1");
    bot.ovh.add(ServerSpec::linux("ns3333333.ip-203-0-113.eu").named("new-1"));
    eventually("both are noticed", async || offered(&bot, "status", "").await == ["new-1", "web-1"]).await;
    bot.ovh.set_tag("new-1", "env", "prod");
    eventually("so is a new tag", async || offered(&bot, "status", "env=prod").await == ["new-1", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_background_leaves_the_budget_to_people() {
    let usual = TestConfig::default();
    let bot = TestBot::with_budget(usual, many(200).chain([web_1()]), 120).await;
    // Ninety a minute at most are the background's: one every 667 ms, never two at once.
    let began = std::time::Instant::now();
    bot.rescued_as(&bot.ann, &bot.ovh.service_name("web-1"), "web-1").await;
    let inventory = bot.ovh.journal().count("GET", "/dedicated/server/ns5");
    let allowed = began.elapsed().as_secs_f64() * 1.5 + 8.0;
    assert!((inventory as f64) <= allowed, "{inventory} readings in {:?}", began.elapsed());
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_inventory_a_display_name_is_read_for_or_the_bot_says_how_far_it_is() {
    let bot = TestBot::with_budget(TestConfig::default(), many(100), 120).await;
    eventually("the names are listed", async || bot.ann.autocomplete(OPS, "status", "server", "ns5").await.len() == 25)
        .await;
    let answer = bot.ask(&bot.ann, "status", &[("server", "node-100")]).await;
    assert!(answer.content.contains("of 100") && answer.content.contains("service name"), "{}", answer.content);
    let answer = bot.ask(&bot.ann, "status", &[("server", "ns5000100.ip-198-51-100.eu")]).await;
    assert!(answer.content.contains("node-100"), "{}", answer.content);
    let answer = bot.ask(&bot.ann, "status", &[("server", "node-100")]).await;
    assert!(answer.content.contains("Debian 12"), "what was read for one person is known: {}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_near_is_called_as_people_call_it_where_that_is_unique() {
    let twin = |number: u32| ServerSpec::linux(&format!("ns333333{number}.ip-203-0-113.eu")).named("twin");
    let bot = TestBot::with(TestConfig::default(), [web_1(), twin(3), twin(4)]).await;
    eventually("the inventory is read", async || {
        let near = bot.ask(&bot.ann, "status", &[("server", "web")]).await.content;
        near.contains("Did you mean `web-1`?")
    })
    .await;
    let near = bot.ask(&bot.ann, "status", &[("server", "twi")]).await.content;
    for name in ["`ns3333333.ip-203-0-113.eu`", "`ns3333334.ip-203-0-113.eu`"] {
        assert!(near.contains(name) && !near.contains("`twin`"), "{near}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kernels_of_the_chosen_server_are_offered_and_nobody_waits_for_ovhcloud() {
    let bot = TestBot::new().await;
    eventually("the inventory is read", async || offered(&bot, "status", "").await == ["db-1", "web-1"]).await;
    let systems = async |server: &str, partial: &str| -> Vec<String> {
        let filled = [("server", server)];
        let choices = bot.ann.autocomplete_with(OPS, "rescue enable", filled, "system", partial).await;
        choices.into_iter().map(|choice| choice.value).collect()
    };
    let hanging = bot.ovh.faults().next(1);
    let hanging = hanging.hang("GET", "/boot");
    assert_eq!(systems("db-1", "").await, ["windows", "linux"], "what is not known yet does not hold the answer up");
    hanging.clear();
    eventually("the kernels of web-1 are known", async || {
        systems("web-1", "").await == ["windows", "linux", "rescue-customer-windows", "rescue12-customer"]
    })
    .await;
    assert_eq!(systems("web-1", "12").await, ["rescue12-customer"]);
    assert_eq!(systems("nobody-knows", "").await, ["windows", "linux"]);
    tokio::time::timeout(Duration::from_secs(30), async {
        let guest = bot.discord.person("guest", "en-GB", &[]);
        let filled = [("server", "web-1")];
        let choices = guest.autocomplete_with(OPS, "rescue enable", filled, "system", "").await;
        assert_eq!(choices.len(), 2, "kernels are for those who may act on the server: {choices:?}");
    })
    .await
    .expect("it is answered");
}
