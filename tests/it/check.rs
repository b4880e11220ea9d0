//! `bernard check --online`: proves, and changes nothing.

mod ends;

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
};

use bernard::{
    app,
    check::{Finding, Heard, Outcome, Report},
};
use sim::{
    discord::{BOT_ROLE, Mentions, OPS, ROLE, permission},
    ovh::ServerSpec,
};

use crate::{
    bot::{TestBot, TestConfig, rule},
    kill::program,
    terminal::Terminal,
};

pub(crate) async fn findings(bot: &TestBot) -> Vec<Finding> {
    let loaded = bot.read();
    let quiet = |_: Heard<'_>| {};
    let report = Report::new(&quiet);
    app::check::online(&loaded.config, &loaded.places, &report).await;
    report.into_findings()
}

/// What is found without asking anybody.
async fn remembered(bot: &TestBot) -> Vec<Finding> {
    let loaded = bot.read();
    let quiet = |_: Heard<'_>| {};
    let report = Report::new(&quiet);
    app::check::store(&loaded.config, &loaded.places, &report).ok();
    app::check::remembered(&loaded.config, &loaded.places, &report).await;
    report.into_findings()
}

fn wrong<'a>(findings: &'a [Finding], about: &str) -> Option<&'a Finding> {
    findings.iter().find(|finding| finding.outcome == Outcome::Wrong && finding.what.contains(about))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_configuration_is_proved_and_nothing_is_changed() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let (asked, told) = (bot.ovh.journal().all().len(), bot.discord.journal().all().len());
    let findings = findings(&bot).await;
    assert!(findings.iter().all(|finding| finding.outcome == Outcome::Well), "{findings:#?}");
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
    let rules = "[[role]]\nid = \"400000000000000077\"\ncan = [\"view\", \"console\", \"reboot\", \"rescue\"]\nservers = [\"*\"]\n".to_owned();
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
async fn a_channel_that_is_not_there_or_closed_to_the_bot_is_named_with_its_key() {
    let gone = "200000000000000077";
    let rules = format!(
        "[[role]]\nid = \"{ROLE}\"\ncan = [\"view\"]\nservers = [\"*\"]\nchannels = [\"{gone}\"]\n\
         [[proposals]]\nname = \"a\"\nformat = \"generic\"\nsecret = \"fake-secret-of-a-machine\"\nchannel = \"{gone}\"\n\
         [digest]\nchannel = \"{gone}\"\n[audit]\nanchor_channel = \"{gone}\"\n"
    );
    let discord = format!("channels = [\"{OPS}\", \"{gone}\"]\n");
    let mut bot = TestBot::with(TestConfig { rules, discord, ..TestConfig::default() }, [crate::bot::web_1()]).await;
    bot.stop().await;
    let keys = |findings: &[Finding], what: &str| -> Vec<String> {
        let about = findings.iter().filter(|finding| finding.outcome == Outcome::Wrong && finding.what.contains(what));
        about.map(|finding| finding.json()["key"].as_str().expect("a key").to_owned()).collect()
    };
    let found = findings(&bot).await;
    let named =
        ["discord.channels", "role[0].channels", "proposals[0].channel", "digest.channel", "audit.anchor_channel"];
    assert_eq!(keys(&found, &format!("the guild has no channel {gone}")), named, "{found:#?}");
    assert!(keys(&found, "may not").is_empty(), "the other one is open: {found:#?}");
    bot.discord.forbid_bot(OPS, permission::SEND_MESSAGES);
    let found = findings(&bot).await;
    assert_eq!(keys(&found, "may not: send messages"), ["discord.channels"], "{found:#?}");
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
    // Until it came to read both: a list names them first.
    let read = async |bot: &TestBot| {
        let servers = bernard_store::remembered(&bot.database()).await.expect("the store reads");
        servers.iter().filter(|server| server.tags.is_some()).count()
    };
    while read(&bot).await < 2 {
        bot.start().await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        bot.stop().await;
    }
    bot.discord.role(ROLE, "ops", Mentions::Privileged);
    bot.discord.set_role_permissions(BOT_ROLE, 0);
    let line_of = |what: &str| {
        let line = bot.config_text().lines().position(|line| line == what).expect("it is there") + 1;
        format!("(line {line})")
    };
    let (role, protect) = (line_of("[[role]]"), line_of("[[protect]]"));
    let says = |findings: &[Finding], outcome: Outcome, parts: &[&str]| {
        let fits =
            |finding: &&Finding| finding.outcome == outcome && parts.iter().all(|part| finding.what.contains(part));
        assert!(findings.iter().any(|finding| fits(&finding)), "{parts:?} is not in {findings:#?}");
    };
    let found = findings(&bot).await;
    says(&found, Outcome::Odd, &["[[role]] #1", &role, "\"mail-*\"", "none of 2 servers"]);
    says(&found, Outcome::Wrong, &["[[protect]] #1", &protect, "nobody may approve on db-1"]);
    says(&found, Outcome::Wrong, &["[[protect]] #1", "asks for 2", "no more than 1"]);
    says(&found, Outcome::Wrong, &["[[role]] #1", "does not ring when mentioned"]);

    let remembered = remembered(&bot).await;
    says(&remembered, Outcome::Odd, &["[[role]] #1", &role, "\"mail-*\""]);
    says(&remembered, Outcome::Wrong, &["[[protect]] #1", &protect, "nobody may approve on db-1"]);

    let refusal = serde_json::json!({"message": "Missing Access", "code": 50_001});
    bot.discord.faults().always().status("GET", "/member-counts", 403, &refusal);
    says(&findings(&bot).await, Outcome::Unproved, &["[[protect]] #1", "could not be counted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_it_is_said_that_servers_were_not_looked_at() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let not_asked = |found: &[Finding]| found.iter().filter(|finding| finding.outcome == Outcome::Unproved).count();
    let found = remembered(&bot).await;
    assert_eq!((found.len(), not_asked(&found)), (1, 1), "all is well with what is remembered: {found:#?}");
    std::fs::remove_file(bot.database()).expect("it is there");
    let found = remembered(&bot).await;
    let there = found.iter().find(|finding| finding.what.contains("is not there yet")).expect("it is said");
    assert_eq!((there.outcome, found.len(), not_asked(&found)), (Outcome::Well, 2, 1), "{found:#?}");
    assert!(!bot.database().exists(), "looking makes no store");
}

/// What `bernard check` says, and how it ends.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    /// The verdict.
    fn last(&self) -> &str {
        self.out.lines().last().unwrap_or_default()
    }

    /// The line that holds all of these.
    #[track_caller]
    fn line(&self, parts: &[&str]) -> &str {
        let holds = |line: &&str| parts.iter().all(|part| line.contains(part));
        self.out.lines().find(holds).unwrap_or_else(|| panic!("no line has {parts:?}:\n{}", self.out))
    }
}

fn check(file: &Path, flags: &[&str]) -> Said {
    let mut command = program();
    let output = command.arg("check").args(flags).arg("--config").arg(file).stdin(Stdio::null()).output();
    let output = output.expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The story's configuration as a file, for its owner's eyes only.
fn written(bot: &TestBot) -> PathBuf {
    let file = bot.database().with_file_name("bernard.toml");
    std::fs::write(&file, bot.config_text()).expect("it is written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    file
}

fn line_of(bot: &TestBot, what: &str) -> usize {
    bot.config_text().lines().position(|line| line.starts_with(what)).expect("it is there") + 1
}

async fn stopped() -> TestBot {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_line_is_the_verdict_and_the_exit_code_and_json_say_the_same() {
    let bot = stopped().await;
    let file = written(&bot);
    let offline = check(&file, &[]);
    assert_eq!(offline.code, Some(0), "{}", offline.out);
    assert!(offline.last().starts_with("ready, but "), "nobody was asked: {}", offline.out);
    bot.discord.set_role_permissions(BOT_ROLE, 0);
    bot.ovh.rules(&[("GET", "/*")]);
    let wrong = check(&file, &["--online"]);
    assert_eq!(wrong.code, Some(1), "{}", wrong.out);
    assert!(wrong.last().starts_with("not ready: 1 wrong"), "{}", wrong.out);
    let place = format!("bernard.toml:{}: ovh[0].consumer_key: ", line_of(&bot, "consumer_key"));
    wrong.line(&["WRONG", &place, "POST /dedicated/server/*/reboot", &bot.ovh.url()]);
    let json = check(&file, &["--online", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&json.out).expect("one object");
    assert_eq!((json.code, &said["verdict"]), (Some(1), &serde_json::json!("not_ready")), "{said}");
    let findings = said["findings"].as_array().expect("a list");
    let key = findings.iter().find(|finding| finding["outcome"] == "wrong").expect("one is wrong");
    assert_eq!(
        (&key["key"], key["line"].as_u64()),
        (&serde_json::json!("ovh[0].consumer_key"), Some(line_of(&bot, "consumer_key") as u64))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_of_a_service_account_is_proved_on_each_server_without_doing_it() {
    let mut bot = TestBot::with(TestConfig::oauth2(), [crate::bot::web_1(), crate::bot::db_1()]).await;
    bot.stop().await;
    let asked = bot.ovh.journal().all().len();
    let found = findings(&bot).await;
    assert!(found.iter().all(|finding| finding.outcome == Outcome::Well), "nothing stays unproved: {found:#?}");
    let calls = bot.ovh.journal().all().split_off(asked);
    let posts: Vec<&str> = calls.iter().filter(|seen| seen.method != "GET").map(|seen| seen.path.as_str()).collect();
    let harmless = |path: &&&str| path.ends_with("/authorization/check") || path.contains("/oauth2/token");
    assert!(posts.iter().all(|path| harmless(&path)), "{posts:#?}");
    assert_eq!(posts.iter().filter(|path| path.ends_with("/authorization/check")).count(), 2, "{posts:#?}");
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    let found = findings(&bot).await;
    let lacks = wrong(&found, "lacks dedicatedServer:apiovh:reboot").unwrap_or_else(|| panic!("{found:#?}"));
    assert!(lacks.what.contains("ns1111111") && lacks.what.contains("ns2222222"), "{lacks}");
    assert!(lacks.to_string().contains(&format!(":{}: ovh[0].client_id", line_of(&bot, "client_id"))), "{lacks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_missing_on_one_server_is_named_with_it_and_with_the_policy_that_adds_just_it() {
    for lists in [sim::ovh::Lists::default(), sim::ovh::Lists::given()] {
        let mut bot = TestBot::with(TestConfig::oauth2(), [crate::bot::web_1(), crate::bot::db_1()]).await;
        bot.stop().await;
        bot.ovh.lists(lists);
        bot.ovh.forbid_on("db-1", "dedicatedServer:apiovh:reboot");
        bot.ovh.no_such_action("dedicatedServer:apiovh:intervention/get");
        let found = findings(&bot).await;
        let lacks = wrong(&found, "lacks dedicatedServer:apiovh:reboot").unwrap_or_else(|| panic!("{found:#?}"));
        assert!(lacks.what.contains("ns2222222") && !lacks.what.contains("ns1111111"), "{lacks}");
        let printed = wrong(&found, "this IAM policy would add").unwrap_or_else(|| panic!("{found:#?}"));
        let policy = printed.what.split_once("lacks: ").expect("a policy").1;
        let policy: serde_json::Value = serde_json::from_str(policy).expect("JSON");
        let resources = serde_json::json!([{"urn": "urn:v1:eu:resource:dedicatedServer:ns2222222.ip-203-0-113.eu"}]);
        assert_eq!(policy["resources"], resources);
        let allow = serde_json::json!([{"action": "dedicatedServer:apiovh:reboot"}]);
        assert_eq!(policy["permissions"]["allow"], allow);
        assert_eq!(policy["identities"].as_array().map(Vec::len), Some(1), "{policy}");
        let unknown = found.iter().find(|finding| finding.what.contains("does not have")).expect("it is said");
        assert_eq!(unknown.outcome, Outcome::Unproved);
        assert!(unknown.what.contains("intervention/get"), "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_reaches_nobody_says_so_and_readyz_tells_of_the_account() {
    let mut bot = stopped().await;
    bot.ovh.net().refuse().await;
    bot.start().await;
    let ask = async |readyz: &str| -> serde_json::Value {
        sim::net::client().get(readyz).send().await.expect("an answer").json().await.expect("JSON")
    };
    let readyz = bot.endpoint("/readyz");
    crate::bot::eventually("the trouble is told", async || {
        let told = ask(&readyz).await["ovhcloud"][0].clone();
        told["answers"] == false && told["said"].as_str().is_some_and(|said| said.contains("no connection"))
    })
    .await;
    assert_eq!(ask(&readyz).await["ready"], true, "commands are taken all the same");
    bot.ovh.net().accept_again().expect("its port is free");
    crate::bot::eventually("it answers", async || ask(&readyz).await["ovhcloud"][0]["answers"] == true).await;
    bot.stop().await;

    bot.ovh.net().refuse().await;
    bot.discord.server().refuse().await;
    let (file, log) = (written(&bot), bot.database().with_file_name("log"));
    let mut command = program();
    command.args(["run", "--config"]).arg(&file).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(std::fs::File::create(&log).expect("a log")).spawn().expect("it starts");
    let says = |words: &[&str]| {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        text.lines().any(|line| words.iter().all(|word| line.contains(word)))
    };
    let (discord, ovh) = (bot.discord.url(), bot.ovh.url());
    crate::bot::eventually("both are named", async || {
        says(&["Discord cannot be reached yet", &discord])
            && says(&["OVHcloud cannot be reached yet", &ovh, "no connection"])
    })
    .await;
    child.kill().expect("it runs");
    child.wait().expect("it is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_at_an_end_is_unreachable_and_never_wrong() {
    let bot = stopped().await;
    let file = written(&bot);
    bot.discord.server().refuse().await;
    bot.ovh.faults().always().status("GET", "/dedicated/server", 503, &serde_json::json!({"message": "later"}));
    let said = check(&file, &["--online"]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert_eq!(said.last(), "not ready: 2 unreachable (see above)", "{}", said.out);
    let api_url = format!("bernard.toml:{}: discord.api_url", line_of(&bot, "api_url"));
    said.line(&["UNREACHABLE", &api_url, &bot.discord.url()]);
    let endpoint = format!("bernard.toml:{}: ovh[0].endpoint", line_of(&bot, "endpoint"));
    said.line(&["UNREACHABLE", &endpoint, "503", &bot.ovh.url()]);
    assert!(!said.out.contains("WRONG"), "{}", said.out);
    assert!(said.err.contains("Discord cannot be reached yet"), "whoever waits is told: {}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_and_a_refused_secret_name_their_keys_once() {
    let mut bot = stopped().await;
    bot.config.credentials = bot.config.credentials.replace(sim::ovh::APPLICATION_SECRET, "fake-other-secret");
    let refusal = serde_json::json!({"message": "401: Unauthorized", "code": 0});
    bot.discord.faults().always().status("GET", "/applications/@me", 401, &refusal);
    let said = check(&written(&bot), &["--online"]);
    assert_eq!(said.last(), "not ready: 2 wrong (see above)", "{}", said.out);
    said.line(&["WRONG", &format!(":{}: discord.token", line_of(&bot, "token")), "refuses the bot's token"]);
    said.line(&["WRONG", &format!(":{}: ovh[0].application_secret", line_of(&bot, "application_secret"))]);
    let lines: Vec<&str> = said.out.lines().collect();
    for line in &lines {
        assert_eq!(lines.iter().filter(|other| *other == line).count(), 1, "{line} is said twice");
    }
}

#[test]
fn an_example_that_nobody_filled_in_is_named_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my.toml");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/bernard.toml"), &file).expect("a copy");
    let said = check(&file, &[]);
    assert_eq!(said.code, Some(2), "{}", said.out);
    assert!(said.last().starts_with("not ready: "), "{}", said.out);
    said.line(&["WRONG", "my.toml", "the example configuration, untouched", "bernard init"]);
    said.line(&["WRONG", "my.toml:", "discord.token"]);
}

#[test]
fn an_address_of_postgresql_that_crosses_a_network_unproved_is_refused_on_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bernard.toml");
    let text = "[discord]\ntoken = \"fake-token\"\nguild = \"1\"\n[[ovh]]\napplication_key = \"a\"\n\
                application_secret = \"b\"\nconsumer_key = \"c\"\n[store]\nurl = \"postgres://bot:fake-pw@db.example/bernard?sslmode=require\"\n";
    std::fs::write(&file, text).expect("it is written");
    let said = check(&file, &[]);
    assert_eq!(said.code, Some(2), "{}", said.out);
    said.line(&["WRONG", "bernard.toml:9", "store.url", "sslmode=verify-full"]);
    assert!(!said.out.contains("fake-pw"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_sees_how_far_it_is_and_nobody_else_does() {
    let servers = (1..=12).map(|n| ServerSpec::linux(&format!("ns7{n:05}.ip-203-0-113.eu")));
    let mut bot = TestBot::with(TestConfig::default(), servers).await;
    bot.stop().await;
    let file = written(&bot);
    let name = file.display().to_string();
    let held = bot.ovh.faults().hold_before("GET", "/dedicated/server/ns700012");
    let mut terminal = Terminal::start(&["check", "--online", "--config", &name]);
    terminal.shows("OVHcloud account \"main\": reading its servers: 11 of 12 (requests_per_minute lets ").await;
    held.release();
    terminal.shows("\r\u{1b}[K").await;
    terminal.shows("\nready").await;
    for looks in [&["--json"][..], &[]] {
        let (file, flags) = (file.clone(), [&["--online"][..], looks].concat());
        let said = tokio::task::spawn_blocking(move || check(&file, &flags)).await.expect("no panic");
        assert!(said.err.is_empty(), "{looks:?}: {}", said.err);
    }
}
