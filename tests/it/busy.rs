//! One operation a server: the second is told who holds it, and what may take over does.

use bernard_domain::operation::{
    OperationId,
    state::{Outcome, Phase},
};
use sim::{discord::OPS, net::Hold};

use crate::bot::TestBot;

/// Ann's rescue of `web-1`, held before a call.
async fn held_before(bot: &TestBot, method: &str, path_part: &str) -> Hold {
    let hold = bot.ovh.faults().hold_before(method, path_part);
    let accepted = bot.confirm(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    hold.reached().await;
    hold
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_operation_is_refused_naming_the_live_one_and_its_requester() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let early = bot.ask(&bob, "reboot", &[("server", "web-1")]).await;
    let hold = held_before(&bot, "POST", "/reboot").await;
    for command in ["rescue enable", "restore", "reboot"] {
        let answer = bot.ask(&bob, command, &[("server", "web-1")]).await;
        assert!(answer.is_ephemeral() && answer.buttons().is_empty());
        assert!(answer.content.contains("busy"), "{command}: {}", answer.content);
        assert!(answer.content.contains("R-1") && answer.content.contains(&bot.ann.mention()), "{}", answer.content);
        assert!(!bot.ann.was_rung_by(&answer), "an ephemeral answer rings nobody");
    }
    let answer = bot.press(&bob, &early, "Confirm").await;
    assert!(!answer.content.contains("Started"), "a card from before does not get through: {}", answer.content);
    hold.release();
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.count(&["R-2"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_holds_up_no_other() {
    let bot = TestBot::new().await;
    let hold = held_before(&bot, "POST", "/reboot").await;
    bot.rescued(&bot.bob(), "db-1").await;
    hold.release();
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_over_from_a_rescue_that_waits_for_its_link() {
    let mut bot = TestBot::new().await;
    let disk = bot.ovh.boot_of("web-1");
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.confirm(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&["Looking for the link", "R-1"]).await;
    let accepted = bot.confirm(&bot.bob(), "restore", &[("server", "web-1")]).await;
    assert!(accepted.content.contains("R-2"), "{}", accepted.content);
    bot.sees(&["**Restored**", "R-2"]).await;
    assert_eq!(bot.ovh.boot_of("web-1"), disk);
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    assert!(bot.ann.dms().is_empty());
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("Nothing"), "{}", list.content);
    bot.die().await;
    assert_eq!(bot.operation(1).await.state.phase, Phase::Ended(Outcome::Superseded(OperationId(2))));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_before_the_reboot_puts_the_netboot_back() {
    let bot = TestBot::new().await;
    let disk = bot.ovh.boot_of("web-1");
    // The netboot is set, its reading back is held.
    let hold = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.confirm(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    hold.reached().await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
    let card = bot.sees(&["R-1", "Setting the netboot"]).await;
    let answer = bot.press(&bot.ann, &card, "Cancel").await;
    assert!(answer.content.contains("being cancelled"), "{}", answer.content);
    hold.release();
    bot.sees(&["**Cancelled**", "Nothing was rebooted", "back as it was"]).await;
    let settings = bot.ovh.server("web-1");
    assert_eq!((settings.boot_id, settings.rescue_mail), (disk, None));
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 0);
    let accepted = bot.confirm(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(accepted.content.contains("R-2"), "the server is free again: {}", accepted.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_once_the_reboot_is_under_way_comes_too_late() {
    let bot = TestBot::new().await;
    let hold = held_before(&bot, "POST", "/reboot").await;
    let card = bot.sees(&["R-1", "Reboot asked for"]).await;
    assert!(card.button("Cancel").is_none(), "{}", card.text());
    let answer = bot.forge(&bot.ann, &bot.marked("cancel", 1).await, &card).await;
    assert!(answer.content.contains("R-1") && answer.content.contains("no longer means"), "{}", answer.content);
    hold.release();
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(bot.discord.messages(OPS).iter().all(|message| !message.content.contains("Cancelled")));
}
