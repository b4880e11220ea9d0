//! Break-glass: in an emergency, with a reason, and nobody is left in the dark.

use sim::discord::{Id, Message, ONCALL, OPS, ROLE};

use super::{Council, LEADS, rules};
use crate::bot::{TestConfig, rule};

const WHY: &str = "the shop is down";

/// A council with an on-call role, and Olga, who has it.
async fn council() -> (Council, sim::discord::Person) {
    let config = TestConfig {
        rules: rules(&["rescue", "restore", "reboot"], ""),
        discord: format!("oncall_role = \"{ONCALL}\""),
        ..TestConfig::default()
    };
    let council = Council::with(config).await;
    let olga = council.discord.person("olga", "en-GB", &[ONCALL]);
    (council, olga)
}

fn options(reason: &str) -> [(&str, &str); 3] {
    [("server", "web-1"), ("break_glass", "true"), ("reason", reason)]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_breaks_the_glass_waits_for_nobody_and_the_on_call_role_is_told() {
    let (council, olga) = council().await;
    let card = council.ask(&council.ann, "rescue enable", &options(WHY)).await;
    assert!(
        card.content.contains("Break-glass") && card.content.contains(&format!("<@&{ONCALL}>")),
        "{}",
        card.content
    );
    council.nothing_was_done();
    let accepted = council.press(&council.ann, &card, "Confirm").await;
    assert!(
        accepted.content.contains("Started (**R-1**)") && !accepted.content.contains("approve"),
        "{}",
        accepted.content
    );
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    let told = council.rung(&olga, &["**Break-glass**", "R-1"]).await;
    for part in [WHY, &council.ann.mention(), "[[protect]] #1", "into rescue"] {
        assert!(told.content.contains(part), "{part} is not in {}", told.content);
    }
    assert!(!council.paula.was_rung_by(&told));
    council.card_shows("R-1", "Break-glass: done without").await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
    assert_eq!(council.count(&["Approval needed"]), 0);

    // The way out, in the same way.
    council.accepted(&council.ann, "restore", &options(WHY)).await;
    council.rung(&council.ann, &["**Restored**", "R-2"]).await;
    council.rung(&olga, &["**Break-glass**", "R-2"]).await;
    council.accepted(&council.ann, "reboot", &options(WHY)).await;
    council.rung(&council.ann, &["**Rebooted**", "R-3"]).await;
    council.rung(&olga, &["**Break-glass**", "R-3"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_characters_of_reason_are_the_least() {
    let (council, _) = council().await;
    for reason in ["nine char", "   nine char   ", "éééééé éé"] {
        let answer = council.ask(&council.ann, "rescue enable", &options(reason)).await;
        assert!(
            answer.content.contains("at least ten characters") && answer.buttons().is_empty(),
            "{}",
            answer.content
        );
    }
    let bare = [("server", "web-1"), ("break_glass", "true")];
    let answer = council.ask(&council.ann, "reboot", &bare).await;
    assert!(answer.content.contains("at least ten characters"), "{}", answer.content);
    let card = council.ask(&council.ann, "rescue enable", &options("éééééé ééé")).await;
    assert!(card.button("Confirm").is_some(), "{}", card.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_breaks_the_glass() {
    let rules = rule(ROLE, &["rescue"], &["*"])
        + &rule(ROLE, &["admin"], &["db-*"])
        + &rule(LEADS, &["approve"], &["*"])
        + "[[protect]]\nservers = [\"web-1\"]\nactions = [\"rescue\"]\n";
    let council = Council::with(TestConfig { rules, ..TestConfig::default() }).await;
    let answer = council.ask(&council.ann, "rescue enable", &options(WHY)).await;
    assert!(answer.content.contains("`admin`") && answer.content.contains("other servers"), "{}", answer.content);
    assert!(answer.buttons().is_empty());
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_admin_any_more_at_the_press_or_at_the_execution_breaks_nothing() {
    let (mut council, _) = council().await;
    let card = council.ask(&council.ann, "rescue enable", &options(WHY)).await;
    let with_admin = council.bot.config.rules.clone();
    council.bot.config.rules = with_admin.replace(", \"admin\"", "");
    let without = council.bot.loaded();
    council.bot.app().reload(&without).await.expect("it is taken");
    let answer = council.press(&council.ann, &card, "Confirm").await;
    assert!(answer.content.contains("`admin`"), "{}", answer.content);
    council.nothing_was_done();

    council.bot.config.rules = with_admin;
    let with = council.bot.loaded();
    council.bot.app().reload(&with).await.expect("it is taken");
    let card = council.ask(&council.ann, "rescue enable", &options(WHY)).await;
    let members = council.discord.faults().hold_before("GET", "/members/");
    council.ann.press(&card, "Confirm").await;
    members.reached().await;
    council.bot.app().reload(&without).await.expect("it is taken");
    members.release();
    // Whether the policy was read before or after, the next look is by the one of now.
    let end = council.discord.wait_for_message(OPS, |message| {
        message.content.contains("**Not possible**") || message.content.contains("**In rescue**")
    });
    let end = end.await;
    let done = usize::from(end.content.contains("**In rescue**"));
    assert_eq!(council.ovh.reboots("web-1"), done);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_on_call_role_the_channel_is_told_so() {
    let council = Council::new(&["rescue"], "").await;
    let card = council.ask(&council.ann, "rescue enable", &options(WHY)).await;
    assert!(card.content.contains("The channel is told"), "{}", card.content);
    council.press(&council.ann, &card, "Confirm").await;
    let told = council.sees(&["**Break-glass**", "No on-call role is configured", WHY]).await;
    for person in [&council.ann, &council.bob, &council.paula] {
        assert!(!person.was_rung_by(&told));
    }
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_protected_it_changes_nothing_and_says_so() {
    let (council, olga) = council().await;
    let card =
        council.ask(&council.ann, "reboot", &[("server", "db-1"), ("break_glass", "true"), ("reason", WHY)]).await;
    assert!(card.content.contains("changes nothing here"), "{}", card.content);
    council.press(&council.ann, &card, "Confirm").await;
    council.rung(&council.ann, &["**Rebooted**", "R-1"]).await;
    assert_eq!(council.count(&["**Break-glass**"]), 0);
    assert!(council.discord.messages(OPS).iter().all(|message| !olga.was_rung_by(message)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_on_call_role_is_told_once_though_the_bot_dies_right_then() {
    let (mut council, olga) = council().await;
    let telling = council.discord.faults().always().hold_before("POST", &format!("/channels/{OPS}/messages"));
    let card = council.ask(&council.ann, "rescue enable", &options(WHY)).await;
    council.ann.press(&card, "Confirm").await;
    telling.reached().await;
    council.bot.die().await;
    council.discord.faults().clear();
    council.bot.start().await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    council.rung(&olga, &["**Break-glass**", "R-1"]).await;
    assert_eq!(council.count(&["**Break-glass**"]), 1);
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

/// A role that may do everything but approve and break the glass.
const HELPERS: Id = Id(400_000_000_000_000_077);
const RESTORE: &str = "`/restore server:web-1 break_glass:true`";
const REBOOT: &str = "`/reboot server:web-1 break_glass:true`";

#[tokio::test(flavor = "multi_thread")]
async fn restore_now_names_what_an_admin_types_and_nobody_else_is_told_of_it() {
    let helpers = rule(HELPERS, &["view", "rescue", "restore"], &["*"]);
    let rules = rules(&["restore"], "") + &helpers;
    let council = Council::with(TestConfig { rules, ..TestConfig::default() }).await;
    let hal = council.discord.person("hal", "en-GB", &[HELPERS]);
    let end = council.rescued(&council.ann, "web-1").await;
    let card = council.press(&hal, &end, "Restore now").await;
    assert!(card.content.contains("must approve") && !card.content.contains("break_glass"), "{}", card.content);
    council.press(&hal, &card, "Confirm").await;
    let card = council.press(&council.ann, &end, "Restore now").await;
    assert!(card.content.contains("must approve") && card.content.contains(RESTORE), "{}", card.content);
    council.press(&council.ann, &card, "Confirm").await;
    // It does as it says, though two others wait.
    council.accepted(&council.ann, "restore", &options(WHY)).await;
    council.rung(&council.ann, &["**Restored**", "R-4"]).await;
    assert_eq!(council.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_may_approve_a_press_is_refused_and_names_what_an_admin_types() {
    let rules = rules(&["restore"], "").replace(", \"approve\"", "");
    let council = Council::with(TestConfig { rules, ..TestConfig::default() }).await;
    let end = council.rescued(&council.ann, "web-1").await;
    let answer = council.press(&council.ann, &end, "Restore now").await;
    assert!(answer.content.contains("🚫") && answer.content.contains(RESTORE), "{}", answer.content);
    assert!(answer.buttons().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn reboot_again_names_what_an_admin_types_and_it_leads_there() {
    let (council, _) = council().await;
    council.rescue_asked().await;
    council.ovh.faults().reset("POST", "/reboot");
    council.approve(&council.paula, "R-1").await;
    let question = council.rung(&council.ann, &["Your decision is needed", "R-1"]).await;
    let card = council.press(&council.ann, &question, "Reboot again").await;
    assert!(card.content.contains("must approve") && card.content.contains(REBOOT), "{}", card.content);
    council.press(&council.ann, &card, "Confirm").await;
    let request = council.request("R-1").await;
    council.press(&council.ann, &request, "Cancel").await;
    let again = |message: &Message| message.id.0 > question.id.0 && message.button("Leave it").is_some();
    let question = council.discord.wait_for_message(OPS, again).await;
    council.press(&council.ann, &question, "Leave it").await;
    council.rung(&council.ann, &["**Left as it is**", "R-1"]).await;
    council.accepted(&council.ann, "reboot", &options(WHY)).await;
    council.rung(&council.ann, &["**Rebooted**", "R-2"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn adopt_names_what_an_admin_types() {
    let config = TestConfig { rules: rules(&["rescue"], ""), ..TestConfig::default() };
    let pace = format!("{}inventory_refresh = \"200ms\"\n", config.pace);
    let council = Council::with(TestConfig { pace, ..config }).await;
    let rescue = council.ovh.boot_id("web-1", "rescue12-customer");
    council.ovh.netboot_by_somebody("web-1", Some(rescue));
    let list = council.lists(&council.ann, &["web-1", "not started by me"]).await;
    let answer = council.press(&council.ann, &list, "Adopt").await;
    assert!(answer.content.contains("must approve") && answer.content.contains(RESTORE), "{}", answer.content);
}
