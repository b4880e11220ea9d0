//! The machine itself: a port counts only after it was seen closed since the reboot.

use std::{
    net::{Ipv4Addr, TcpListener},
    time::Duration,
};

use sim::{
    discord::Message,
    ovh::{Port, Tempo},
};

use crate::bot::{TestBot, TestConfig, eventually, web_1};

/// What the card says of the two states.
const DARK: &str = "It went off the network";
const BACK: &str = "after the reboot, and answers again";
/// Longer than any story.
const NEVER: Duration = Duration::from_secs(3600);

/// A bot that looks at ports, at a machine that goes dark and comes up only when the story says so. A restore looks twenty polls
/// long: they are slow, so that it does so for long enough.
async fn watchful() -> TestBot {
    let mut config = TestConfig::with_rescue("probe = true");
    config.pace = config.pace.replace("task_poll = \"30ms\"", "task_poll = \"500ms\"");
    let bot = TestBot::with(config, [web_1().listening()]).await;
    eventually("the old system answers", async || matches!(bot.ovh.port_of("web-1"), Port::Open(_))).await;
    bot.ovh.withhold_mail("web-1");
    bot.ovh.tempo(Tempo { dark: NEVER, up: NEVER, secret: Duration::ZERO, ..Tempo::HURRIED });
    bot
}

/// The machine goes away and comes back, and the card says both.
async fn goes_and_comes(bot: &TestBot, id: &str) {
    bot.ovh.goes_dark("web-1");
    bot.sees(&[id, DARK]).await;
    bot.ovh.comes_up("web-1");
    bot.sees(&[id, BACK]).await;
}

/// A rescue whose secret shows up only after its port was seen.
async fn rescued_in_turn(bot: &TestBot, id: &str) -> Message {
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&[id, "Looking for the link"]).await;
    goes_and_comes(bot, id).await;
    bot.ovh.hand_out("web-1");
    bot.rung(&bot.ann, &["**In rescue**", id]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_went_away_and_came_back_is_said_to_be_back() {
    let bot = watchful().await;
    let end = rescued_in_turn(&bot, "R-1").await;
    assert!(end.content.contains(BACK), "{}", end.content);
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    eventually("the reboot is taken", async || bot.ovh.reboots("web-1") == 2).await;
    goes_and_comes(&bot, "R-2").await;
    let end = bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert!(end.content.contains("saw the machine go away and come back"), "{}", end.content);
    let card = bot.sees(&["R-2", BACK]).await;
    assert!(!card.content.contains("old system"), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_rescue_of_the_same_kind_does_not_deliver_the_first_ones_secret() {
    let bot = watchful().await;
    rescued_in_turn(&bot, "R-1").await;
    let dms = || bot.ann.dms().len();
    let looks = || bot.ovh.journal().count("GET", "/me/notification/email/history");
    eventually("the first one's link is there", async || dms() == 1).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&["R-2", "Looking for the link"]).await;
    // The first rescue still runs, with its secret.
    let before = looks();
    eventually("it was looked for", async || looks() > before + 2).await;
    assert_eq!(dms(), 1);
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    goes_and_comes(&bot, "R-2").await;
    bot.ovh.hand_out("web-1");
    let end = bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    assert!(end.content.contains(BACK), "{}", end.content);
    eventually("its own link is there", async || dms() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_never_closed_may_still_be_the_old_systems() {
    // Something else answers there all the time, whatever the machine does.
    let [.., low] = std::process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, 99, low, 7);
    let answers = TcpListener::bind((address, 3389)).expect("an address of our own");
    // Taken up and ended: a queue that fills answers nobody.
    std::thread::spawn(move || answers.incoming().for_each(drop));
    let bot = TestBot::with(TestConfig::with_rescue("probe = true"), [web_1().at(address)]).await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&["R-1", "may still be the old system"]).await;
    bot.ovh.hand_out("web-1");
    let end = bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert!(end.content.contains("may still be the old system"), "{}", end.content);
    let end = bot.restored(&bot.ann, "web-1").await;
    assert!(end.content.contains("may still be the old system"), "{}", end.content);
    assert!(end.content.contains("I have not seen the server come back yet"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_about_ports_that_are_not_looked_at() {
    let bot = TestBot::with(TestConfig::default(), [web_1().listening()]).await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(!end.content.contains("network") && !end.content.contains("may still be"), "{}", end.content);
}
