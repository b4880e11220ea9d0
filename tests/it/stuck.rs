//! Operations that come to no end: OVHcloud says nothing more, or its account is gone. Nobody is left behind for that.

use jiff::SignedDuration;
use serde_json::json;
use sim::discord::ONCALL;

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    passing::{lease, pass},
};

const LATE: SignedDuration = SignedDuration::from_mins(251);

/// A bot that leaves whoever is at work alone for a moment only.
async fn impatient(on_deadline: &str) -> TestBot {
    let usual = TestConfig::default();
    let config = TestConfig {
        discord: format!("oncall_role = \"{ONCALL}\"\n"),
        rescue: format!("probe = false\non_deadline = \"{on_deadline}\"\n"),
        pace: format!("{}question_patience = \"400ms\"\n", usual.pace),
        ..usual
    };
    TestBot::with(config, [web_1()]).await
}

/// From now on the configuration calls the account by another name.
async fn rename_account(bot: &mut TestBot) {
    bot.config.account = "renamed".to_owned();
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
}

#[derive(Clone, Copy, Debug)]
enum Stuck {
    KeyRevoked,
    TaskNeverEnds,
    AccountRenamed,
}

/// An enable whose reboot was taken, and of which nothing more is ever heard.
async fn stuck(bot: &mut TestBot, how: Stuck) {
    let follows = bot.ovh.faults().hold_before("GET", "/task/");
    if let Stuck::TaskNeverEnds = how {
        bot.ovh.freeze();
    }
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    follows.reached().await;
    match how {
        Stuck::KeyRevoked => {
            let words = json!({"class": "Client::Forbidden", "message": "This credential is revoked"});
            bot.ovh.faults().always().status("GET", "/dedicated/server", 403, &words);
        }
        Stuck::TaskNeverEnds => {}
        Stuck::AccountRenamed => rename_account(bot).await,
    }
    follows.release();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_is_reminded_of_though_its_operation_comes_to_no_end() {
    for how in [Stuck::KeyRevoked, Stuck::TaskNeverEnds, Stuck::AccountRenamed] {
        for on_deadline in ["remind", "restore"] {
            let mut bot = impatient(on_deadline).await;
            let olga = bot.discord.person("olga", "en-GB", &[ONCALL]);
            stuck(&mut bot, how).await;
            pass(&bot, LATE).await;
            bot.rung(&bot.ann, &["Time is up", "web-1"]).await;
            // Where the operation has ended by then, putting back is begun, and on-call hears that it cannot be done.
            let heard = if on_deadline == "restore" { &["web-1"][..] } else { &["Time is up", "web-1"][..] };
            bot.rung(&olga, heard).await;
            assert_eq!(bot.ovh.reboots("web-1"), 1, "{how:?}, {on_deadline}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_begun_when_its_account_went_ends_and_keeps_nobody_from_the_server() {
    let mut bot = impatient("remind").await;
    let change = bot.ovh.faults().hold_before("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    change.reached().await;
    bot.die().await;
    bot.ovh.faults().clear();
    bot.config.account = "renamed".to_owned();
    bot.start().await;
    bot.rung(&bot.ann, &["R-1", "no longer names `main`"]).await;
    assert!(lease(&bot, "web-1").await.is_some(), "nobody could read that everything is back");
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (0, Some("hd")));
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_whose_fate_is_unknown_is_asked_about_though_its_account_is_gone() {
    let mut bot = impatient("remind").await;
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    reboot.reached().await;
    rename_account(&mut bot).await;
    bot.ovh.net().reset_all();
    let question = bot.rung(&bot.ann, &["Your decision is needed", "no longer names"]).await;
    bot.press(&bot.ann, &question, "Leave it").await;
    eventually("it is over", async || bot.count(&["R-1", "Left as it is"]) > 0).await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_on_its_way_when_its_account_went_is_given_up_and_told() {
    let mut bot = impatient("remind").await;
    let dms = bot.discord.faults().always().status("POST", "/users/@me/channels", 503, &json!({}));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("it cannot be sent", async || dms.hits() > 0).await;
    rename_account(&mut bot).await;
    bot.card_shows("R-1", "no longer names").await;
    bot.config.rescue.push_str("secret_timeout = \"1ms\"\n");
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
    bot.rung(&bot.ann, &["R-1", "web-1", "no longer names"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}
