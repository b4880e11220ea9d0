//! `/doctor`: every kind of illness is found, the most important first, and what could not be looked at is said.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sim::{
    discord::{Id, ROLE},
    ovh::{Netboot, Ovh, ServerSpec},
};

use crate::bot::{TestBot, TestConfig, db_1, eventually, rule, web_1};

/// A role without `admin`.
const VIEWER: Id = Id(400_000_000_000_000_002);

async fn known(bot: &TestBot, count: usize) {
    eventually("the inventory is read", async || {
        bot.ann.autocomplete(sim::discord::OPS, "status", "server", "").await.len() == count.min(25)
    })
    .await;
    eventually("each server is read", async || bot.ovh.journal().count("GET", "/dedicated/server/") >= count).await;
}

/// What `/doctor` tells ann, and its file.
async fn examined(bot: &TestBot) -> (String, String) {
    let answer = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(answer.content.chars().count() <= 2_000);
    let file = answer.attachments.first().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    (answer.content, file.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_fleet_is_well() {
    let bot = TestBot::new().await;
    known(&bot, 2).await;
    let (told, file) = examined(&bot).await;
    assert!(told.contains("All well") && told.contains("2 servers") && file.is_empty(), "{told}\n{file}");
    bot.ann.set_locale("fr");
    let (told, _) = examined(&bot).await;
    assert!(told.contains("Tout va bien"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_illness_is_found_and_the_worst_comes_first() {
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let soon = (today + SignedDuration::from_hours(24 * 7)).to_string();
    let image = Netboot::new(22, "internal", "rescue-customer", "Customer rescue system [REMOVAL ON 2025-06-23]");
    let servers = [
        web_1(),
        ServerSpec::linux("ns3.ip-203-0-113.eu").named("left-behind").with_boot(image).booting(Some(22)),
        ServerSpec::linux("ns4.ip-203-0-113.eu").named("unwatched").unmonitored().expiring_on(&soon).renewed_by_hand(),
        ServerSpec::linux("ns5.ip-203-0-113.eu").named("broken").in_state("error").expiring_on(&soon),
    ];
    let bot = TestBot::with(TestConfig::default(), servers).await;
    bot.ovh.plan_intervention("broken", Duration::from_secs(7_200));
    bot.ovh.switch_interventions_off("web-1");
    bot.ovh.credential_expires(Some(Timestamp::now() + SignedDuration::from_hours(48)));
    bot.ovh.rules(&[("GET", "/*"), ("PUT", "/dedicated/server/*")]);
    known(&bot, 4).await;
    bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    let (told, file) = examined(&bot).await;
    let order = [
        "not for long",
        "lacks rights",
        "nobody holds it",
        "reports trouble",
        "not renewed",
        "plans to work",
        "retired",
        "switched off",
        "Not monitored",
    ];
    let places: Vec<usize> =
        order.iter().map(|part| told.find(part).unwrap_or_else(|| panic!("{part}: {told}"))).collect();
    assert!(places.is_sorted(), "{places:?} {told}");
    for part in
        ["POST /dedicated/server/*/reboot", "left-behind (rescue-customer)", "unwatched", "broken (error)", &soon]
    {
        assert!(file.contains(part), "{part}: {file}");
    }
    assert!(!file.contains("<t:") && !file.contains('`') && !file.contains('*') || file.contains("/*/"), "{file}");
    assert_eq!(file.matches(&soon).count(), 1, "what is renewed by itself is well: {file}");
    assert_eq!(bot.ovh.reboots("left-behind"), 0, "it only looks");
    bot.ann.set_locale("fr");
    let (told, _) = examined(&bot).await;
    assert!(told.contains("**Non surveillé par OVHcloud**\u{a0}: `unwatched`"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_for_the_console_is_a_finding_only_where_somebody_may_open_one() {
    let rights = [
        ("GET", "/*"),
        ("PUT", "/dedicated/server/*"),
        ("POST", "/dedicated/server/*/reboot"),
        ("POST", "/dedicated/server/*/authenticationSecret"),
    ];
    let without = rule(ROLE, &["view", "rescue", "admin"], &["*"]);
    let with = rule(ROLE, &["view", "rescue", "admin", "console"], &["*"]);
    for (rules, is_found) in [(with, true), (without, false)] {
        let bot = TestBot::ruled_by(rules).await;
        bot.ovh.rules(&rights);
        known(&bot, 2).await;
        let (told, file) = examined(&bot).await;
        assert_eq!(told.contains("lacks rights"), is_found, "{told}");
        assert_eq!(file.contains("/features/ipmi/access"), is_found, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_of_ours_is_no_finding_until_its_deadline_has_passed() {
    let bot = TestBot::with(TestConfig::with_rescue("probe = false\nlease = \"2s\""), [web_1(), db_1()]).await;
    known(&bot, 2).await;
    bot.rescued(&bot.ann, "web-1").await;
    eventually("the deadline passes", async || {
        let told = examined(&bot).await.0;
        assert!(!told.contains("nobody holds it"), "{told}");
        told.contains("past the deadline") && told.contains(&bot.ann.mention())
    })
    .await;
    bot.restored(&bot.ann, "web-1").await;
    let (told, _) = examined(&bot).await;
    assert!(told.contains("All well"), "what the inventory saw earlier is looked at again: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_could_not_run_is_a_finding() {
    let bot = TestBot::new().await;
    known(&bot, 2).await;
    bot.ovh.forbid("dedicatedServer:apiovh:plannedIntervention/get");
    let (told, file) = examined(&bot).await;
    assert!(told.contains("Contracts and planned interventions not read"), "{told}");
    assert!(file.contains("2: ") && file.contains("NOT_GRANTED_CALL"), "{file}");
    bot.ovh.expire_credentials();
    let (told, _) = examined(&bot).await;
    assert!(told.contains("account cannot be read") && told.contains("INVALID_CREDENTIAL"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_and_oauth2_are_told_of() {
    let mut config = TestConfig::oauth2();
    config.discord = "oncall_role = \"400000000000000777\"".to_owned();
    let bot = TestBot::with(config, [web_1()]).await;
    known(&bot, 1).await;
    let (told, _) = examined(&bot).await;
    assert!(told.contains("OAuth2") && told.contains("on-call role does not exist"), "{told}");
    let bot = TestBot::with_skew(-120).await;
    known(&bot, 2).await;
    let (told, _) = examined(&bot).await;
    assert!(
        told.contains("clock is not OVHcloud's")
            && (told.contains("+120 s") || told.contains("+121 s") || told.contains("+119 s")),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_cannot_be_compared_is_a_finding() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1()]).await;
    known(&bot, 1).await;
    let refusal = serde_json::json!({ "message": "This call does not exist", "class": "Client::NotFound" });
    bot.ovh.faults().always().status("GET", "/auth/time", 404, &refusal);
    let (told, file) = examined(&bot).await;
    assert!(told.contains("clock could not be compared") && file.contains("does not exist"), "{told}\n{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_fleet_fits_the_message_and_the_budget_and_is_whole_in_the_file() {
    let servers = (1..=300)
        .map(|n| ServerSpec::linux(&format!("ns7{n:05}.ip-203-0-113.eu")).named(&format!("node-{n}")).unmonitored());
    let bot = TestBot::with(TestConfig::default(), servers).await;
    known(&bot, 300).await;
    eventually("the last one too", async || {
        let found = bot.ann.autocomplete(sim::discord::OPS, "status", "server", "node-300").await;
        found.len() == 1
    })
    .await;
    let before = bot.ovh.journal().all().len();
    let (told, file) = examined(&bot).await;
    assert!(told.contains("and 295 more") && told.contains("Contracts"), "{told}");
    assert!((1..=300).all(|n| file.contains(&format!("  node-{n}\n"))), "{file}");
    assert!(bot.ovh.journal().all().len() - before < 20, "per-server facts come from memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_seldom_is_collected_behind_for_a_fleet_too_large_to_ask() {
    let servers =
        (1..=40).map(|n| ServerSpec::linux(&format!("ns8{n:05}.ip-203-0-113.eu")).named(&format!("node-{n}")));
    let usual = TestConfig::default();
    let config = TestConfig { pace: format!("{}inventory_refresh = \"300ms\"\n", usual.pace), ..usual };
    let bot = TestBot::with(config, servers).await;
    bot.ovh.plan_intervention("node-33", Duration::from_secs(7_200));
    eventually("every contract is known", async || {
        let told = examined(&bot).await.0;
        told.contains("plans to work on it") && !told.contains("Contracts")
    })
    .await;
    let (told, file) = examined(&bot).await;
    assert!(told.contains("1 finding") && file.contains("node-33"), "{told}\n{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_examination_could_not_read_is_read_behind_it_all_the_same() {
    let usual = TestConfig::default();
    let config = TestConfig { pace: format!("{}inventory_refresh = \"300ms\"\n", usual.pace), ..usual };
    let ovh = Ovh::start().await;
    ovh.faults().always().status("GET", "/serviceInfos", 400, &serde_json::json!({"message": "not now"}));
    let bot = TestBot::beside(ovh, config, [web_1()]).await;
    eventually("the contract is asked for", async || examined(&bot).await.0.contains("Contracts")).await;
    let (told, file) = examined(&bot).await;
    assert!(told.contains("Contracts") && file.contains("not now"), "{told}\n{file}");
    bot.ovh.faults().clear();
    let asked = bot.ovh.journal().count("GET", "/serviceInfos");
    eventually("the background asks", async || bot.ovh.journal().count("GET", "/serviceInfos") > asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_is_for_admins() {
    let bot = TestBot::ruled_by(rule(ROLE, &["admin"], &["*"]) + &rule(VIEWER, &["view"], &["*"])).await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    let refused = bot.ask(&eve, "doctor", &[]).await;
    assert!(refused.content.contains("🚫") && refused.attachments.is_empty(), "{}", refused.content);
}
