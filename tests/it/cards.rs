//! Confirmation cards: nothing before **Confirm**, and one operation for ever after it.

use bernard_platform::clock;
use bernard_store::{Card, CardId};
use jiff::ToSpan;
use sim::{
    discord::{Message, OPS},
    ovh::ServerSpec,
};

use crate::{
    bot::{TestBot, TestConfig, custom_id, web_1},
    kept::opened,
};

/// The card of `/rescue enable web-1`.
async fn card_of(bot: &TestBot) -> Message {
    bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await
}

/// What every further press reads.
fn repeats(answer: &Message) {
    assert!(
        answer.content.contains("R-1") && answer.content.contains("`/rescue enable server:web-1`"),
        "{}",
        answer.content
    );
    assert!(answer.buttons().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_alone_does_nothing_and_cancelled_never_will() {
    let bot = TestBot::new().await;
    let boot = bot.ovh.boot_of("web-1");
    let card = card_of(&bot).await;
    assert!(card.is_ephemeral());
    let confirm = custom_id(&card, "Confirm");
    let answer = bot.press(&bot.ann, &card, "Cancel").await;
    assert!(answer.content.contains("nothing was done") && answer.buttons().is_empty(), "{}", answer.content);
    let answer = bot.forge(&bot.ann, &confirm, &answer).await;
    assert!(answer.content.contains("`/rescue enable server:web-1`"), "{}", answer.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.boot_of("web-1")), (0, boot));
    assert_eq!(bot.ovh.journal().count("PUT", ""), 0, "OVHcloud was only read");
    assert!(bot.discord.messages(OPS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_quick_presses_are_one_operation() {
    let bot = TestBot::new().await;
    let card = card_of(&bot).await;
    let confirm = custom_id(&card, "Confirm");
    let presses = [bot.ann.press_raw(&confirm, &card), bot.ann.press_raw(&confirm, &card)];
    let [one, other] = presses;
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_acknowledged() && other.is_acknowledged());
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.count(&["R-2"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_press_is_refused_with_the_command_also_after_a_restart() {
    let mut bot = TestBot::new().await;
    let card = card_of(&bot).await;
    let confirm = custom_id(&card, "Confirm");
    let accepted = bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let refused = bot.forge(&bot.ann, &confirm, &accepted).await;
    repeats(&refused);
    bot.die().await;
    bot.start().await;
    // Any message of the bot's will do: the id behind the button is what counts.
    let other = bot.ask(&bot.ann, "help", &[]).await;
    repeats(&bot.forge(&bot.ann, &confirm, &other).await);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.count(&["R-2"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_to_repeat_has_every_option_that_was_typed() {
    let build_1 = ServerSpec::linux("ns3333333.ip-203-0-113.eu").named("build-1");
    // Somebody took this one into rescue, so there is something to restore.
    let bot = TestBot::with(TestConfig::default(), [web_1().booting(Some(230_242)), build_1]).await;
    let key = format!("ssh-ed25519 {} ann@laptop", "A".repeat(600));
    let options = [
        ("server", "build-1"),
        ("email", "ops@example.com"),
        ("ssh_key", key.as_str()),
        ("for", "2h"),
        ("reason", "disk `full`"),
    ];
    let enable = format!("/rescue enable server:build-1 email:ops@example.com ssh_key:{key} for:2h reason:disk `full`");
    let web = [("server", "web-1"), ("reason", "slow disk")];
    for (command, options, repeated) in [
        ("rescue enable", &options[..], enable.as_str()),
        ("restore", &web, "/restore server:web-1 reason:slow disk"),
        ("reboot", &web, "/reboot server:web-1 reason:slow disk"),
    ] {
        let card = bot.ask(&bot.ann, command, options).await;
        let confirm = custom_id(&card, "Confirm");
        let answer = bot.press(&bot.ann, &card, "Cancel").await;
        let refused = bot.forge(&bot.ann, &confirm, &answer).await;
        assert!(refused.is_ephemeral() && refused.content.contains(repeated), "{}", refused.content);
    }
    assert_eq!(bot.ovh.reboots("web-1") + bot.ovh.reboots("build-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_survives_a_restart() {
    let mut bot = TestBot::new().await;
    let card = card_of(&bot).await;
    bot.stop().await;
    bot.start().await;
    let accepted = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_card_is_refused_and_stays_good() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let card = card_of(&bot).await;
    let others = bot.ask(&bob, "rescue enable", &[("server", "db-1")]).await;
    for label in ["Confirm", "Cancel"] {
        let beside = bot.ask(&bob, "help", &[]).await;
        let answer = bot.forge(&bob, &custom_id(&card, label), &beside).await;
        assert!(answer.content.contains("somebody else"), "{label}: {}", answer.content);
        let named = answer.content.contains(&bot.ann.mention()) && answer.content.contains("type the command yourself");
        // What the other one typed is theirs.
        assert!(named && !answer.content.contains("web-1"), "{label}: {}", answer.content);
    }
    assert_eq!(bot.ovh.reboots("web-1") + bot.ovh.reboots("db-1"), 0);
    assert!(others.button("Confirm").is_some());
    let accepted = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
}

/// A copy of a card, shown eleven minutes ago. The program must not run.
async fn aged(bot: &TestBot, card: &Message) -> CardId {
    let id = custom_id(card, "Confirm").trim_start_matches("confirm:").parse().map(CardId).expect("a card's id");
    let store = opened(&bot.database()).await;
    let fresh = store.card(id).await.expect("it reads").expect("it is there");
    let old = Card { id: CardId::new(), ..fresh };
    store.save_card(&old, clock::now() - 11.minutes()).await.expect("it is stored");
    store.close().await;
    old.id
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_minutes_a_card_is_refused_with_the_command() {
    let mut bot = TestBot::new().await;
    let card = card_of(&bot).await;
    bot.stop().await;
    let old = aged(&bot, &card).await;
    bot.start().await;
    let answer = bot.forge(&bot.ann, &format!("confirm:{old}"), &card).await;
    assert!(answer.content.contains("older than ten minutes"), "{}", answer.content);
    assert!(answer.content.contains("`/rescue enable server:web-1`"), "{}", answer.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert!(bot.discord.messages(OPS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_netboot_that_changed_meanwhile_is_shown_and_asked_about_again() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1"), ("reason", "slow disk")]).await;
    assert!(card.content.contains("`hd`"), "{}", card.content);
    let first = custom_id(&card, "Confirm");
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue-customer-windows")));

    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(
        again.content.contains("has changed") && again.content.contains("rescue-customer-windows"),
        "{}",
        again.content
    );
    assert_ne!(custom_id(&again, "Confirm"), first);
    assert_eq!(bot.ovh.reboots("web-1"), 0);

    let accepted = bot.press(&bot.ann, &again, "Confirm").await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    let end = bot.rung(&bot.ann, &["**Rebooted**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.sees(&["R-1", "slow disk"]).await;
    let press = bot.ann.press_raw(&first, &accepted).await;
    let refused = press.wait_for(|seen| seen.content.contains('🚫')).await;
    assert!(refused.content.contains("/reboot server:web-1"), "{}", refused.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn ovhclouds_weather_after_confirm_is_told_apart_from_its_refusal() {
    let bot = TestBot::new().await;
    let says = [(503, "Try again in a few minutes", "did not let me"), (403, "did not let me", "Try again")];
    for (status, said, not) in says {
        let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
        bot.ovh.faults().always().status("GET", "/dedicated/server/", status, &serde_json::json!({ "message": "no" }));
        let answer = bot.press(&bot.ann, &card, "Confirm").await.content;
        assert!(answer.contains(said) && !answer.contains(not), "{status}: {answer}");
        assert!(answer.contains("Nothing was done"), "{status}: {answer}");
        bot.ovh.faults().clear();
    }
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("POST", "/reboot")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_left_the_list_meanwhile_is_refused_with_what_there_is() {
    let bot = TestBot::new().await;
    let boot = bot.ovh.boot_of("web-1");
    let card = card_of(&bot).await;
    bot.ovh.empty_boots("web-1");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("🚫") && answer.content.contains("web-1"), "{}", answer.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.boot_of("web-1")), (0, boot));
}
