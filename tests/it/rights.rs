//! `bernard rights`: what it prints is enough for everything, and nothing of it is too much.

use std::{collections::BTreeSet, os::unix::fs::PermissionsExt, process::Stdio};

use bernard::rights;
use bernard_engine::needs::{self, Call};
use sim::{
    discord::ROLE,
    ovh::{Ending, Ovh},
};

use crate::{
    bot::{TestBot, TestConfig, db_1, rule, web_1},
    kill::program,
};

/// The rules of a consumer key, as the createToken page gets them.
fn granted(bot: &TestBot) -> Vec<(&'static str, String)> {
    let rules = needs::key_rules(&calls(bot));
    rules.into_iter().map(|(method, path)| (method, needs::starred(path))).collect()
}

/// What the program says that it calls.
fn calls(bot: &TestBot) -> Vec<Call> {
    let config = bot.loaded();
    rights::calls(&config, &config.ovh[0])
}

/// Everything that a person with every right does on a day.
async fn everything(bot: &TestBot) {
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    let no_windows = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1"), ("system", "windows")]).await;
    assert!(!no_windows.content.contains("Started"), "{}", no_windows.content);
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "db-1"]).await;
    // What a test says is read when it fails.
    bot.ovh.next_console_test_ends("web-1", Ending::OvhError);
    bot.ask(&bot.ann, "console", &[("server", "web-1"), ("minutes", "5")]).await;
    bot.rung(&bot.ann, &["**Console open**", "web-1"]).await;
    // And freed once it did; the answer gets lost, so that is looked for.
    bot.ovh.faults().lose_answer("POST", "/features/ipmi/resetSessions");
    bot.accepts_free_sessions().await;
    bot.rung(&bot.ann, &["**Console sessions freed**", "web-1"]).await;
    bot.ovh.next_reboot_ends("db-1", Ending::OvhError);
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**Reboot failed**", "db-1"]).await;
    // Its answer gets lost, so it is looked for.
    bot.ovh.faults().lose_answer("POST", "/support/tickets/create");
    bot.accepts_ticket().await;
    bot.rung(&bot.ann, &["**Ticket opened**", "db-1"]).await;
    for command in ["status", "tasks"] {
        bot.ask(&bot.ann, command, &[("server", "web-1")]).await;
    }
    bot.ask(&bot.ann, "doctor", &[]).await;
}

/// The actions that the bot's calls took.
fn taken(bot: &TestBot) -> BTreeSet<&'static str> {
    let calls = bot.ovh.journal().all();
    let below = |path: &str| path.splitn(3, '/').nth(2).map(|rest| format!("/{rest}")).unwrap_or_default();
    let asked = calls.iter().filter(|seen| !may_be_refused(&seen.path));
    asked.filter_map(|seen| Ovh::action_of(seen.method.as_str(), &below(&seen.path))).collect()
}

/// What is said of addresses helps where it can be read, and is done without where it cannot.
fn may_be_refused(path: &str) -> bool {
    path.contains("/ip/")
}

#[track_caller]
fn nothing_was_refused(bot: &TestBot) {
    let refused = bot.ovh.journal().all().into_iter().filter(|seen| seen.status.is_some_and(|status| status == 403));
    let refused = refused.filter(|seen| !may_be_refused(&seen.path));
    let refused: Vec<String> = refused.map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_key_with_just_these_rules_is_enough_for_everything() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    let rules = granted(&bot);
    bot.ovh.rules(&rules.iter().map(|(method, path)| (*method, path.as_str())).collect::<Vec<_>>());
    bot.start().await;
    everything(&bot).await;
    nothing_was_refused(&bot);
    let doctor = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(!doctor.content.contains("lacks"), "{}", doctor.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_with_just_these_actions_is_enough_and_each_of_them_is_used() {
    let mut bot = TestBot::with(TestConfig::oauth2(), [web_1(), db_1()]).await;
    bot.stop().await;
    let printed: BTreeSet<&str> = calls(&bot).iter().map(|call| call.action).collect();
    for action in Ovh::actions().difference(&printed) {
        bot.ovh.forbid(action);
    }
    bot.start().await;
    everything(&bot).await;
    nothing_was_refused(&bot);
    assert_eq!(taken(&bot), printed, "what is asked for, and what is used");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_rescue_needs_no_console_and_no_mails() {
    let rules = rule(ROLE, &["view", "rescue", "restore"], &["*"]);
    let config = TestConfig {
        rules,
        rescue: "probe = false\nsecret_from = [\"authentication-secret\"]\n".into(),
        ..TestConfig::oauth2()
    };
    let mut bot = TestBot::with(config, [web_1()]).await;
    bot.stop().await;
    let printed: BTreeSet<&str> = calls(&bot).iter().map(|call| call.action).collect();
    assert!(printed.iter().all(|action| !action.contains("ipmi") && !action.starts_with("account:")), "{printed:#?}");
    for action in Ovh::actions().difference(&printed) {
        bot.ovh.forbid(action);
    }
    bot.start().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    nothing_was_refused(&bot);
}

/// What `bernard rights` prints, and what it says beside.
fn print(bot: &TestBot) -> (String, String) {
    let file = bot.database().with_file_name("bernard.toml");
    std::fs::write(&file, bot.config_text()).expect("it is written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    let output = program().args(["rights", "--config"]).arg(&file).stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr))
}

/// The policy in a print.
#[track_caller]
fn policy(printed: &str) -> serde_json::Value {
    let from = printed.find("\n{").expect("a policy");
    let to = printed.rfind("\n}").expect("its end");
    serde_json::from_str(&printed[from..to + 2]).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_the_accounts_own_urns_and_without_network_says_what_to_replace() {
    let mut bot = TestBot::with(TestConfig::oauth2(), [web_1()]).await;
    bot.stop().await;
    let (printed, beside) = print(&bot);
    let base = bot.ovh.url().trim_end_matches("/1.0").to_owned();
    assert!(
        printed.contains(&format!("{base}/createToken/?GET=/dedicated/server&GET=/dedicated/server/*&")),
        "{printed}"
    );
    assert!(printed.contains("https://discord.com/oauth2/authorize?client_id="), "{printed}");
    let own = format!("urn:v1:eu:identity:credential:xx11111-ovh/oauth2-{}", sim::ovh::CLIENT_ID);
    assert_eq!(policy(&printed)["identities"], serde_json::json!([own]));
    assert_eq!(policy(&printed)["resources"][1]["urn"], "urn:v1:eu:resource:account:xx11111-ovh");
    assert_eq!(beside, "", "all is known");
    bot.ovh.net().refuse().await;
    let (printed, beside) = print(&bot);
    assert_eq!(policy(&printed)["resources"][1]["urn"], "urn:v1:eu:resource:account:YOUR_ACCOUNT");
    assert!(beside.contains("its own URNs are not known") && beside.contains("replace YOUR_ACCOUNT"), "{beside}");
    for secret in [sim::ovh::CLIENT_SECRET, sim::discord::BOT_TOKEN] {
        assert!(!printed.contains(secret) && !beside.contains(secret));
    }
}
