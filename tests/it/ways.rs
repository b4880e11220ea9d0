//! Ways on from dead ends: what is near, the other rescue, the same once more, those who may; each with the rights of whoever presses,
//! below a refusal that itself has no buttons.

use jiff::SignedDuration;
use serde_json::json;
use sim::{
    discord::{Asked, Id, Message, ONCALL, OPS, Person, ROLE},
    ovh::{Ending, ServerSpec},
};

use crate::{
    audit::lines,
    bot::{TestBot, TestConfig, custom_id, eventually, rule, web_1},
    passing::lease,
};

/// A key that nobody has.
const ANNS_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFake ann@laptop";

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);

/// What stands below a refusal, with a button of this label.
async fn below(asked: &Asked, label: &'static str) -> Message {
    let refusal = asked.answer().await;
    assert!(refusal.buttons().is_empty(), "a refusal has no buttons: {}", refusal.text());
    let below = asked.wait_for(move |message| message.button(label).is_some()).await;
    assert!(below.is_ephemeral() && below.id != refusal.id, "{}", below.text());
    below
}

fn labels(message: &Message) -> Vec<String> {
    message.buttons().into_iter().map(|button| button.label).collect()
}

/// Who may look, and who may do everything.
async fn with_viewer() -> (TestBot, Person) {
    let all = ["view", "rescue", "restore", "reboot", "audit"];
    let bot = TestBot::ruled_by(rule(ROLE, &all, &["*"]) + &rule(VIEWER, &["view"], &["*"])).await;
    let vic = bot.discord.person("vic", "en-GB", &[VIEWER]);
    (bot, vic)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_letter_is_offered_and_opens_what_was_typed() {
    let bot = TestBot::new().await;
    let asked = bot.slash(&bot.ann, "rescue enable", &[("server", "wbe-1"), ("for", "2h")]).await;
    let offer = below(&asked, "web-1").await;
    assert!(offer.content.contains("Did you mean"), "{}", offer.content);
    assert_eq!(labels(&offer), ["web-1"], "db-1 is not near");
    assert_eq!(bot.ovh.reboots("web-1"), 0, "it is offered, not taken");
    let card = bot.press(&bot.ann, &offer, "web-1").await;
    assert!(card.content.contains("`web-1`") && card.button("Confirm").is_some(), "{}", card.text());
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let lease = lease(&bot, "web-1").await.expect("it is in rescue");
    assert_eq!(lease.deadline.duration_since(lease.started), SignedDuration::from_hours(2), "as it was typed");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_drawn_in_a_frame_takes_the_place_of_the_offer_whole() {
    let bot = TestBot::new().await;
    let asked = bot.slash(&bot.ann, "status", &[("server", "wbe-1")]).await;
    let offer = below(&asked, "web-1").await;
    let status = bot.press(&bot.ann, &offer, "web-1").await;
    assert_eq!(status.id, offer.id);
    assert!(status.is_layout() && status.text().contains("`web-1`"), "{}", status.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_to_one_is_nobody_elses_and_nobodys_after_a_restart() {
    let mut bot = TestBot::new().await;
    let bob = bot.bob();
    let asked = bot.slash(&bot.ann, "reboot", &[("server", "wbe-1")]).await;
    let offer = below(&asked, "web-1").await;
    let id = custom_id(&offer, "web-1");
    let stolen = bot.ask(&bob, "help", &[]).await;
    let answer = bot.forge(&bob, &id, &stolen).await;
    assert!(answer.content.contains("🚫") && answer.buttons().is_empty(), "{}", answer.text());
    bot.stop().await;
    bot.start().await;
    let answer = bot.press(&bot.ann, &offer, "web-1").await;
    assert!(answer.content.contains("Type the command again"), "{}", answer.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_of_one_name_are_told_apart_by_a_press() {
    let twin = ServerSpec::linux("ns4444444.ip-203-0-113.eu").named("web-1");
    let bot = TestBot::with(TestConfig::default(), [web_1(), twin]).await;
    let asked = bot.slash(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let offer = below(&asked, "ns4444444.ip-203-0-113.eu").await;
    let card = bot.press(&bot.ann, &offer, "ns4444444.ip-203-0-113.eu").await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["R-1", "web-1"]).await;
    eventually("that one rebooted", async || bot.ovh.reboots("ns4444444.ip-203-0-113.eu") == 1).await;
    assert_eq!(bot.ovh.reboots("ns1111111.ip-203-0-113.eu"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_act_is_offered_no_server() {
    let (bot, vic) = with_viewer().await;
    for typed in ["wbe-1", "web-1", "`web-1`", "x` **Confirm**"] {
        let asked = bot.slash(&vic, "reboot", &[("server", typed)]).await;
        let refusal = asked.answer().await;
        assert!(refusal.content.contains("🚫") && refusal.buttons().is_empty(), "{typed}: {}", refusal.text());
        for message in asked.messages() {
            let acts = labels(&message).into_iter().filter(|label| !label.starts_with("Ask")).count();
            assert_eq!(acts, 0, "{typed}: {:?}", labels(&message));
        }
    }
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_injected_name_leads_nowhere() {
    let bot = TestBot::new().await;
    for typed in ["`web-1` [Confirm](https://example.org)", "<@&1> @everyone", "web-1\u{202e}", "); DROP TABLE servers"]
    {
        let asked = bot.slash(&bot.ann, "rescue enable", &[("server", typed)]).await;
        let refusal = asked.answer().await;
        assert!(refusal.buttons().is_empty(), "{typed}: {}", refusal.text());
    }
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_windows_rescue_leads_to_the_linux_one() {
    let small = web_1().without_windows_rescue().memory_mb(8_192);
    let mut bot = TestBot::with(TestConfig::default(), [small]).await;
    let asked = bot.slash(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", "a disk is full")]).await;
    let offer = below(&asked, "Use the Linux rescue").await;
    let card = bot.press(&bot.ann, &offer, "Use the Linux rescue").await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue12-customer"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.stop().await;
    assert_eq!(bot.operation(1).await.request.reason.as_deref(), Some("a disk is full"), "what was typed stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_task_offers_to_try_again_and_no_more_time() {
    let bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**Reboot failed**", "web-1"]).await;
    assert_eq!(labels(&end)[0], "Try again");
    assert!(end.button("Extend").is_none() && end.button("Restore now").is_some(), "{:?}", labels(&end));
    let card = bot.press(&bot.ann, &end, "Try again").await;
    assert!(card.is_ephemeral() && card.button("Confirm").is_some(), "{}", card.text());
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing reboots on one tap");
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn try_again_by_somebody_else_gives_the_rescue_to_nobodys_key_but_the_way_in_to_whoever_presses() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    bot.ovh.next_reboot_ends("db-1", Ending::OvhError);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "db-1"), ("ssh_key", ANNS_KEY)]).await;
    let end = bot.rung(&bot.ann, &["**Reboot failed**", "db-1"]).await;
    let own = bot.press(&bot.ann, &end, "Try again").await;
    assert!(own.content.contains("The SSH key you gave will open it"), "{}", own.text());
    let card = bot.press(&bob, &end, "Try again").await;
    assert!(card.button("Confirm").is_some() && !card.content.contains("SSH key you gave"), "{}", card.text());
    bot.press(&bob, &card, "Confirm").await;
    bot.rung(&bob, &["**In rescue**", "db-1"]).await;
    bob.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    assert_eq!(bot.ovh.server("db-1").rescue_ssh_key, None, "Ann's key opens nothing");
    assert!(!bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")));
}

#[tokio::test(flavor = "multi_thread")]
async fn try_again_goes_by_the_pressers_rights() {
    let (bot, vic) = with_viewer().await;
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**Reboot failed**", "web-1"]).await;
    let answer = bot.press(&vic, &end, "Try again").await;
    assert!(answer.content.contains("🚫") && answer.buttons().is_empty(), "{}", answer.text());
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_asks_those_who_may_once() {
    let (mut bot, vic) = with_viewer().await;
    let asked = bot.slash(&vic, "reboot", &[("server", "web-1")]).await;
    let offer = asked.wait_for(|message| !message.buttons().is_empty()).await;
    let label = labels(&offer).remove(0);
    assert!(label.starts_with("Ask @"), "{label}");
    let answer = bot.press(&vic, &offer, &label).await;
    assert!(answer.content.contains("I asked") && answer.is_ephemeral(), "{}", answer.content);
    let question = bot.rung(&bot.ann, &["asks", "`reboot`", "`web-1`", &vic.mention()]).await;
    assert!(!vic.was_rung_by(&question) && question.pinged_users.is_empty(), "it rings the role and nobody else");
    // Typed and pressed again, it stands already.
    let again = bot.slash(&vic, "rescue enable", &[("server", "web-1")]).await;
    let offer = again.wait_for(|message| !message.buttons().is_empty()).await;
    let answer = bot.press(&vic, &offer, &labels(&offer)[0]).await;
    // A new ten minutes may begin between the two, at most once.
    let asked_again = answer.content.contains("I asked");
    assert!(asked_again || answer.content.contains("already"), "{}", answer.content);
    let told = || bot.discord.messages(OPS).iter().filter(|message| bot.ann.was_rung_by(message)).count();
    eventually("what was asked stands there", async || told() >= if asked_again { 2 } else { 1 }).await;
    let told = told();
    bot.stop().await;
    let audited = lines(&bot.database()).await;
    let audited = audited.iter().filter(|line| line.text("what").as_deref() == Some("help_asked")).count();
    assert_eq!((told, audited), if asked_again { (2, 2) } else { (1, 1) });
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_ovhcloud_is_down_status_comes_from_memory_and_the_rest_can_be_tried_again() {
    let bot = TestBot::new().await;
    bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    bot.ovh.faults().always().status("GET", "/dedicated/server", 503, &json!({ "message": "fake weather" }));
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(status.content.contains("as I last saw it, <t:"), "it says how old it is: {}", status.content);
    assert!(status.content.contains("-# ") && !status.content.contains("🚫"), "{}", status.content);
    let asked = bot.slash(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let offer = below(&asked, "Try again").await;
    let refusal = asked.answer().await.content;
    assert!(refusal.lines().last().is_some_and(|line| line.starts_with("-# ")), "details are small: {refusal}");
    bot.ovh.faults().clear();
    let card = bot.press(&bot.ann, &offer, "Try again").await;
    // Between the card and its press it may go away once more.
    bot.ovh.faults().always().status("GET", "/dedicated/server", 503, &json!({ "message": "fake weather" }));
    let pressed = bot.ann.press(&card, "Confirm").await;
    let offer = pressed.wait_for(|message| message.button("Try again").is_some()).await;
    bot.ovh.faults().clear();
    let answer = bot.press(&bot.ann, &offer, "Try again").await;
    assert!(answer.content.contains("Started"), "{}", answer.content);
    bot.rung(&bot.ann, &["R-1", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(!status.text().contains("as I last saw it"), "{}", status.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_shown_to_nobody_whose_right_goes_by_tags() {
    let bot = TestBot::ruled_by(rule(ROLE, &["view"], &["tag:env=prod"])).await;
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(status.text().contains("web-1") && !status.text().contains("🚫"), "{}", status.text());
    bot.ovh.faults().always().status("GET", "/dedicated/server", 503, &json!({ "message": "fake weather" }));
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(status.content.contains("🚫"), "its tags could not be read: {}", status.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_names_a_server_opens_its_card() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let menu = "Rescue the server named here…";
    let alert = bob.says(OPS, "CRITICAL: web-1 does not answer (https://status.example.org)");
    let card = bot.ann.message_command(&alert, menu).await.answer().await;
    assert!(card.is_ephemeral() && card.content.contains("`web-1`"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let both = bob.says(OPS, "web-1 and db-1 are slow");
    let which = bot.ann.message_command(&both, menu).await.answer().await;
    assert_eq!(labels(&which), ["db-1", "web-1"]);
    let card = bot.press(&bot.ann, &which, "db-1").await;
    assert!(card.content.contains("`db-1`") && card.button("Confirm").is_some(), "{}", card.text());
    let none = bob.says(OPS, "everything is slow, says wbe-1");
    let answer = bot.ann.message_command(&none, menu).await.answer().await;
    assert!(answer.content.contains("no server") && answer.buttons().is_empty(), "{}", answer.text());
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_rescue_gets_no_card_from_a_message() {
    let (bot, vic) = with_viewer().await;
    let alert = bot.ann.says(OPS, "web-1 does not answer");
    let answer = vic.message_command(&alert, "Rescue the server named here…").await.answer().await;
    assert!(answer.content.contains("🚫") && answer.buttons().is_empty(), "{}", answer.text());
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_say_how_a_server_stands() {
    let rules = format!(
        "{}[[protect]]\nservers = [\"db-1\"]\nactions = [\"rescue\"]\n",
        rule(ROLE, &["view", "rescue", "restore", "approve"], &["*"]) + &rule(ONCALL, &["approve"], &["*"]),
    );
    let bot = TestBot::ruled_by(rules).await;
    bot.rescued(&bot.ann, "web-1").await;
    eventually("both are known", async || {
        let choices = bot.ann.autocomplete(OPS, "rescue enable", "server", "-1").await;
        let said =
            |name: &str| choices.iter().find(|choice| choice.name.starts_with(name)).map(|choice| choice.name.clone());
        let (web, db) = (said("web-1").unwrap_or_default(), said("db-1").unwrap_or_default());
        choices.iter().all(|choice| choice.name.chars().count() <= 100)
            && web.starts_with("web-1 · in rescue · Windows · ns1111111")
            && db.starts_with("db-1 · protected · Linux · ns2222222")
    })
    .await;
    let french = bot.discord.person("fleur", "fr", &[ROLE]);
    let choices = french.autocomplete(OPS, "rescue enable", "server", "web").await;
    assert!(choices[0].name.contains("en rescue"), "{}", choices[0].name);
    let slip = bot.ann.autocomplete(OPS, "rescue enable", "server", "wbe-").await;
    assert_eq!(slip.len(), 1, "a swapped letter is offered while it is typed: {slip:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_names_a_server_which_ovhcloud_holds_leads_to_its_support() {
    let bot = TestBot::new().await;
    bot.ovh.set_state("web-1", "hackedBlocked");
    let alert = bot.bob().says(OPS, "web-1 does not answer");
    let asked = bot.ann.message_command(&alert, "Rescue the server named here…").await;
    let offer = below(&asked, "Ask OVHcloud").await;
    let card = bot.press(&bot.ann, &offer, "Ask OVHcloud").await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Ticket opened**", "web-1"]).await;
    assert_eq!((bot.ovh.tickets().len(), bot.ovh.reboots("web-1")), (1, 0));
}
