//! The configuration is read again while people are at work: what can be taken is taken at once, what cannot is said, and nothing
//! that is under way is lost.

use bernard_domain::locale::Locale;
use sim::{discord::OPS, ovh::Ending};

use crate::bot::{TestBot, TestConfig, eventually, web_1};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn language_pace_and_limits_are_taken_under_a_running_operation() {
    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the reboot is sent", async || bot.ovh.reboots("web-1") == 1).await;

    bot.config.locale = "fr";
    bot.config.limits = "per_user_per_minute = 1\n".to_owned();
    let config = bot.loaded();
    assert_eq!(config.locale, Locale::Fr);
    let reloaded = bot.app().reload(&config).await.expect("it is taken");
    assert_eq!((reloaded.taken, reloaded.waits), (vec!["locale", "[limits]"], vec![]));
    assert_eq!(bot.discord.gateway().connected(), 1);

    bot.ovh.tasks_go_on("web-1", &Ending::Done);
    bot.rung(&bot.ann, &["**En mode rescue**", "web-1", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    let mut said = String::new();
    eventually("one command a minute is let through", async || {
        said = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.text();
        said.contains("<t:")
    })
    .await;
    assert_eq!(bot.ann.dms().iter().filter(|dm| dm.content.contains("manager/secret")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_restart_is_said_and_what_is_wrong_changes_nothing() {
    let mut bot = TestBot::new().await;
    let mut config = bot.loaded();
    config.http.listen = "127.0.0.1:1".parse().expect("an address");
    config.discord.guild += 1;
    config.pace.drain *= 2;
    let reloaded = bot.app().reload(&config).await.expect("it is taken");
    let waits = ["http.listen", "discord.guild", "pace.drain"];
    assert_eq!((reloaded.taken, reloaded.waits), (vec![], waits.to_vec()));
    config.discord.token = "fake token\nwith a line".to_owned().into();
    config.locale = Locale::Fr;
    bot.app().reload(&config).await.expect_err("no header holds that token");
    let readyz = sim::net::client().get(bot.endpoint("/readyz")).send().await.expect("an answer");
    let said: serde_json::Value = serde_json::from_str(&readyz.text().await.expect("a text")).expect("JSON");
    let configuration = &said["configuration"];
    assert_eq!((&configuration["taken"], &configuration["refused"]), (&1.into(), &1.into()), "{said}");
    assert_eq!(configuration["last"]["waits"], serde_json::json!(waits));
    // The guild of the start is served until the next one.
    bot.rescued(&bot.ann, "web-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_token_begins_another_session_and_no_operation_is_lost() {
    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the reboot is sent", async || bot.ovh.reboots("web-1") == 1).await;
    let sessions = bot.discord.gateway().identifies();
    // Discord takes spaces around a token; to us it is another one.
    let mut config = bot.loaded();
    config.discord.token = format!("{} ", sim::discord::BOT_TOKEN).into();
    let reloaded = bot.app().reload(&config).await.expect("it is taken");
    assert_eq!(reloaded.taken, ["discord.token"]);
    eventually("another session begins", async || bot.discord.gateway().identifies() > sessions).await;
    bot.ready().await;
    bot.ovh.tasks_go_on("web-1", &Ending::Done);
    bot.rung(&bot.ann, &["**In rescue**", "web-1", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.restored(&bot.ann, "web-1").await;
    assert!(bot.discord.messages(OPS).len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_earlier_credentials_were_refused_is_forgotten_with_them() {
    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.ovh.mitigate("web-1");
    bot.ovh.forbid("ip:apiovh:mitigation/get");
    bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    let refused = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(refused.content.contains("could not read the mitigation"), "{}", refused.content);
    bot.ovh.allow("ip:apiovh:mitigation/get");
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
    let examined = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(!examined.content.contains("could not read the mitigation"), "{}", examined.content);
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(status.content.contains("mitigation"), "it is asked for again: {}", status.content);
}
