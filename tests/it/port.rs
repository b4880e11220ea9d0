//! The machine itself: a port counts only after it was seen closed since the reboot.

use std::{
    net::{Ipv4Addr, TcpListener},
    time::Duration,
};

use sim::ovh::{Port, Tempo};

use crate::bot::{TestBot, TestConfig, eventually, web_1};

/// A bot that looks at ports, at a machine that takes long enough for each state to be seen.
async fn watchful(server: sim::ovh::ServerSpec) -> TestBot {
    let mut config = TestConfig::with_rescue("probe = true");
    config.pace = config.pace.replace("task_poll = \"30ms\"", "task_poll = \"300ms\"");
    let bot = TestBot::with(config, [server]).await;
    let step = Duration::from_millis(300);
    // Dark for several looks, because some come late where others keep the machine busy; and back long before the twentieth, at
    // which the bot gives up looking.
    let up = 6 * step;
    bot.ovh.tempo(Tempo { done: step, dark: step, up, secret: step, ..Tempo::HURRIED });
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_went_away_and_came_back_is_said_to_be_back() {
    let bot = watchful(web_1().listening()).await;
    eventually("the old system answers", async || matches!(bot.ovh.port_of("web-1"), Port::Open(_))).await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(end.content.contains("was closed since the reboot and answers again"), "{}", end.content);
    let end = bot.restored(&bot.ann, "web-1").await;
    assert!(end.content.contains("saw the machine go away and come back"), "{}", end.content);
    let card = bot.sees(&["R-2", "was closed since the reboot and answers again"]).await;
    assert!(!card.content.contains("old system"), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_rescue_of_the_same_kind_does_not_deliver_the_first_ones_secret() {
    let bot = watchful(web_1().listening()).await;
    bot.ovh.withhold_mail("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    assert!(end.content.contains("was closed since the reboot and answers again"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_never_closed_may_still_be_the_old_systems() {
    // Something else answers there all the time, whatever the machine does.
    let [.., low] = std::process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, 99, low, 7);
    let _answers = TcpListener::bind((address, 3389)).expect("an address of our own");
    let bot = watchful(web_1().at(address)).await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(end.content.contains("may still be the old system"), "{}", end.content);
    let end = bot.restored(&bot.ann, "web-1").await;
    assert!(end.content.contains("may still be the old system"), "{}", end.content);
    assert!(end.content.contains("I did not see it come back"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_about_ports_that_are_not_looked_at() {
    let bot = TestBot::with(TestConfig::default(), [web_1().listening()]).await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(!end.content.contains("port"), "{}", end.content);
}
