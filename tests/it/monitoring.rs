//! What `packaging/monitoring` names is what a run prints, and what alerts are about shows in it with the values that the rules' own
//! tests are fed with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use jiff::SignedDuration;
use serde_json::json;
use sim::discord::OPS;

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    leaks::is_alone,
    passing::{database, pass},
    sinks::sink,
};

fn monitoring(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/monitoring").join(file)
}

fn text_of(file: &str) -> String {
    fs::read_to_string(monitoring(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The figures of a page with the labels that each is printed with.
fn printed(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut figures: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (name, labels) = split(line);
        figures.entry(name).or_default().extend(labels);
    }
    figures
}

/// A series' name and the names of its labels.
fn split(series: &str) -> (String, BTreeSet<String>) {
    let end = series.find(['{', ' ']).unwrap_or(series.len());
    let (name, rest) = series.split_at(end);
    let within = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(within, _)| within);
    let labels =
        within.split("\",").filter_map(|label| label.split_once('=')).map(|(label, _)| label.trim().to_owned());
    (name.to_owned(), labels.collect())
}

/// Every figure of ours that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
    words.filter(|word| word.starts_with("bernard_")).map(str::to_owned).collect()
}

/// The value of a series that is printed just so; `None` when it is not printed.
pub(crate) fn value(page: &str, series: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

async fn comes_to(bot: &mut TestBot, series: &str, wanted: impl Fn(f64) -> bool) {
    let (address, client) = (bot.endpoint("/metrics"), sim::net::client());
    eventually(series, async || {
        let page = client.get(&address).send().await.expect("an answer").text().await.expect("a text");
        value(&page, series).is_some_and(&wanted)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_and_dashboard_name_only_what_a_run_prints() {
    let usual = TestConfig::default();
    let rules = usual.rules.clone() + &sink("siem", "http://127.0.0.1:9/");
    let mut bot = TestBot::with(TestConfig { rules, ..usual }, [web_1(), db_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    // What is under way is looked up once a second at most: one operation stays until it was seen.
    bot.ovh.freeze();
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    let (address, client) = (bot.endpoint("/metrics"), sim::net::client());
    eventually("what is under way was looked up", async || {
        let page = client.get(&address).send().await.expect("an answer").text().await.expect("a text");
        printed(&page).contains_key("bernard_operations_live")
    })
    .await;
    bot.ovh.thaw();
    comes_to(&mut bot, "bernard_inventory_servers{account=\"main\"}", |servers| servers == 2.0).await;
    let page = bot.metrics().await;
    let figures = printed(&page);
    for file in ["alerts.yaml", "alerts.test.yaml", "dashboard.json"] {
        let names = named(&text_of(file));
        assert!(names.len() > 15, "{file} was read: {names:?}");
        let missing: Vec<&String> = names.iter().filter(|name| !figures.contains_key(*name)).collect();
        assert!(missing.is_empty(), "{file} names what no run prints: {missing:?}\n{page}");
    }
    // The rules are fed with series of the very labels that are printed.
    let tests = text_of("alerts.test.yaml");
    let series: Vec<&str> = tests.split("series: '").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
    assert!(series.len() > 30, "{series:?}");
    for series in series {
        let (name, labels) = split(series);
        let known = &figures[&name];
        assert!(labels.is_subset(known), "{series}: a run prints the labels {known:?}");
    }
    // Nobody's name, server or id stands in a label.
    for whose in ["web-1", "db-1", "ns1111111", "ns2222222", "203.0.113", "203-0-113", &bot.ann.id().to_string()] {
        assert!(!page.contains(whose), "{whose} in\n{page}");
    }
}

#[test]
fn every_alert_is_tried_with_its_symptom() {
    let (rules, tests) = (text_of("alerts.yaml"), text_of("alerts.test.yaml"));
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 15, "{alerts:?}");
    for alert in &alerts {
        let fires = format!("alertname=\"{alert}\"");
        assert!(tests.contains(&fires), "{alert} is never seen to fire in alerts.test.yaml");
    }
    let summaries = rules.lines().filter(|line| line.trim().starts_with("summary: ")).count();
    let severities = rules.matches("severity: page }").count() + rules.matches("severity: ticket }").count();
    assert_eq!((summaries, severities), (alerts.len(), alerts.len()));
}

#[test]
fn prometheus_takes_the_rules_and_their_tests() {
    for arguments in [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]] {
        let run = Command::new("promtool").args(arguments).current_dir(monitoring("")).output();
        let Ok(run) = run else {
            println!("skipped: promtool is not installed (Debian: prometheus)");
            return;
        };
        let said = [run.stdout, run.stderr].concat();
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn the_dashboard_is_one_that_grafana_takes_anywhere() {
    let dashboard: serde_json::Value = serde_json::from_str(&text_of("dashboard.json")).expect("JSON");
    assert_eq!(dashboard["uid"], "bernard");
    assert!(dashboard["schemaVersion"].as_u64().is_some_and(|version| version >= 36) && dashboard["id"].is_null());
    let panels = dashboard["panels"].as_array().expect("panels");
    let ids: BTreeSet<u64> = panels.iter().filter_map(|panel| panel["id"].as_u64()).collect();
    assert_eq!(ids.len(), panels.len(), "each has its id");
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        assert!(panel["description"].as_str().is_some_and(|text| text.len() > 10), "{}", panel["title"]);
        let targets = panel["targets"].as_array().expect("targets");
        assert!(!targets.is_empty() && targets.iter().all(|target| target["expr"].is_string()), "{}", panel["title"]);
    }
}

/// A bot that soon notices what becomes of its accounts.
async fn looking_often() -> TestBot {
    let usual = TestConfig::default();
    let config = TestConfig { pace: format!("{}inventory_refresh = \"100ms\"\n", usual.pace), ..usual };
    TestBot::with(config, [web_1(), db_1()]).await
}

/// The process' one recorder shows this story's bot alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_alerts_are_about_shows_with_the_values_that_they_are_tried_with() {
    if !is_alone(module_path!(), "what_the_alerts_are_about_shows_with_the_values_that_they_are_tried_with") {
        return;
    }
    let mut bot = looking_often().await;
    let is = |wanted: f64| move |value: f64| value == wanted;
    for (series, well) in [
        ("bernard_gateway_connected", 1.0),
        ("bernard_commands_registered", 1.0),
        ("bernard_ovh_credentials_taken{account=\"main\"}", 1.0),
        ("bernard_ovh_account_answers{account=\"main\"}", 1.0),
        ("bernard_questions_open", 0.0),
        ("bernard_leases_overdue", 0.0),
        ("bernard_operation_oldest_seconds", 0.0),
        ("bernard_notice_oldest_seconds", 0.0),
        ("bernard_paused", 0.0),
        ("bernard_dms_total{outcome=\"delivered\"}", 0.0),
    ] {
        comes_to(&mut bot, series, is(well)).await;
    }

    bot.rescued(&bot.ann, "web-1").await;
    comes_to(&mut bot, "bernard_leases_live", is(1.0)).await;
    comes_to(&mut bot, "bernard_dms_total{outcome=\"delivered\"}", is(1.0)).await;
    let ended = "bernard_operations_ended_total{kind=\"enable\",outcome=\"link_delivered\"}";
    comes_to(&mut bot, ended, is(1.0)).await;
    comes_to(&mut bot, "bernard_link_found_seconds_count{source=\"authentication_secret\"}", is(1.0)).await;
    comes_to(&mut bot, "bernard_operation_state_seconds_count{kind=\"enable\",state=\"rebooting\"}", is(1.0)).await;
    pass(&bot, SignedDuration::from_mins(250)).await;
    comes_to(&mut bot, "bernard_leases_overdue", is(1.0)).await;

    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    comes_to(&mut bot, "bernard_questions_open", is(1.0)).await;
    comes_to(&mut bot, "bernard_operations_live{kind=\"reboot\",state=\"undecided\"}", is(1.0)).await;
    comes_to(&mut bot, "bernard_operation_oldest_seconds", |age| age > 0.0).await;

    bot.ovh.expire_credentials();
    comes_to(&mut bot, "bernard_ovh_credentials_taken{account=\"main\"}", is(0.0)).await;
    bot.ovh.renew_credentials();
    comes_to(&mut bot, "bernard_ovh_credentials_taken{account=\"main\"}", is(1.0)).await;

    bot.ask(&bot.ann, "admin pause", &[("reason", "maintenance")]).await;
    comes_to(&mut bot, "bernard_paused", is(1.0)).await;
}

/// What goes wrong, one after the other, moves the figure that its alert is about.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_moves_the_figure_that_its_alert_is_about() {
    if !is_alone(module_path!(), "what_goes_wrong_moves_the_figure_that_its_alert_is_about") {
        return;
    }
    let mut bot = looking_often().await;
    let is = |wanted: f64| move |value: f64| value == wanted;
    let refusal = json!({ "message": "fake weather", "code": 0 });

    // Discord: no session, no commands, no answer in time.
    let hangs = bot.discord.gateway().hang_upgrades();
    bot.discord.gateway().close_all(4000);
    comes_to(&mut bot, "bernard_gateway_connected", is(0.0)).await;
    hangs.clear();
    bot.discord.gateway().reset_all();
    comes_to(&mut bot, "bernard_gateway_connected", is(1.0)).await;
    let trouble = bot.discord.faults().always().status("POST", "/callback", 500, &refusal);
    let _unanswered = bot.ann.try_slash(OPS, "status", ()).expect("a command");
    eventually("an answer that was not in time is counted", async || {
        let page = bot.metrics().await;
        let count = |outcome| value(&page, &format!("bernard_acknowledgements_total{{outcome=\"{outcome}\"}}"));
        ["too_late", "failed", "unknown"].into_iter().filter_map(count).sum::<f64>() == 1.0
    })
    .await;
    trouble.clear();
    let slow = bot.discord.faults().always().hold_before("POST", "/callback");
    let eve = bot.discord.person("eve", "en-GB", &bot.ann.roles());
    let _flood: Vec<_> = (0..1_000).map(|_| eve.try_slash(OPS, "help", ()).expect("a command")).collect();
    comes_to(&mut bot, "bernard_interactions_dropped_total", |dropped| dropped > 0.0).await;
    slow.release();

    // OVHcloud: it is away, and asks for fewer requests.
    let away = bot.ovh.faults().always().status("GET", "/", 503, &refusal);
    comes_to(&mut bot, "bernard_ovh_account_answers{account=\"main\"}", is(0.0)).await;
    comes_to(&mut bot, "bernard_inventory_age_seconds", |age| age > 0.0).await;
    away.clear();
    comes_to(&mut bot, "bernard_ovh_account_answers{account=\"main\"}", is(1.0)).await;
    bot.ovh.faults().next(1).rate_limit("GET", "/dedicated/server", 0);
    comes_to(&mut bot, "bernard_ovh_rate_limited_total{account=\"main\"}", is(1.0)).await;

    // The store: another program holds it for longer than a write may take.
    let pool = database(&bot).await;
    let (within, all) = ("bernard_store_write_seconds_bucket{le=\"1\"}", "bernard_store_write_seconds_count");
    eventually("a write takes longer than a second", async || {
        let held = pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
        let asks = bot.slash(&bot.ann, "rescue enable", &[("server", "web-1")]);
        let (_, back) = tokio::join!(asks, async {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            held.rollback().await
        });
        back.expect("it is given back");
        let page = bot.metrics().await;
        value(&page, all) > value(&page, within)
    })
    .await;
    pool.close().await;

    // What is owed: a reminder, a notice, a DM that is to be emptied.
    bot.rescued(&bot.ann, "db-1").await;
    let unread = bot.ovh.faults().always().hold_before("GET", "/dedicated/server/");
    let mute = bot.discord.faults().always().status("POST", "/messages", 503, &refusal);
    pass(&bot, SignedDuration::from_mins(250)).await;
    comes_to(&mut bot, "bernard_reminder_late_seconds", |late| late > 0.0).await;
    unread.release();
    comes_to(&mut bot, "bernard_notice_oldest_seconds", |age| age > 0.0).await;
    mute.clear();
    comes_to(&mut bot, "bernard_notice_oldest_seconds", is(0.0)).await;
    let dms = format!("/channels/{}/messages/", bot.ann.open_dms());
    for method in ["PATCH", "DELETE"] {
        bot.discord.refuse(&bot.discord.faults().always(), method, &dms, 50_001);
    }
    bot.accepted(&bot.ann, "restore", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["A link still stands", "db-1"]).await;
    let pool = database(&bot).await;
    sqlx::query("UPDATE deliveries SET wipe_since = 0").execute(&pool).await.expect("it is written");
    pool.close().await;
    comes_to(&mut bot, "bernard_dms_total{outcome=\"wipe_given_up\"}", is(1.0)).await;

    // The operator: a configuration that cannot be taken, and a start.
    let mut wrong = bot.loaded();
    wrong.discord.token = "fake token\nwith a line".to_owned().into();
    bot.app().reload(&wrong).await.expect_err("no header holds that token");
    comes_to(&mut bot, "bernard_reloads_total{outcome=\"refused\"}", is(1.0)).await;
    let started = value(&bot.metrics().await, "bernard_start_time_seconds").expect("it is printed");
    bot.stop().await;
    let refused = bot.discord.faults().always().status("GET", "/applications/", 503, &refusal);
    bot.start_without_waiting().await;
    comes_to(&mut bot, "bernard_start_time_seconds", |again| again > started).await;
    comes_to(&mut bot, "bernard_commands_registered", is(0.0)).await;
    refused.clear();
    bot.stop().await;

    // The budget: people wait for their turn.
    let mut bot = TestBot::with_budget(TestConfig::default(), [web_1()], 6).await;
    let waited = "bernard_ovh_quota_wait_seconds";
    eventually("somebody waits longer than three seconds", async || {
        bot.slash(&bot.ann, "status", &[("server", "web-1")]).await;
        let page = bot.metrics().await;
        let within = value(&page, &format!("{waited}_bucket{{account=\"main\",priority=\"person\",le=\"3\"}}"));
        value(&page, &format!("{waited}_count{{account=\"main\",priority=\"person\"}}")) > within
    })
    .await;
}
