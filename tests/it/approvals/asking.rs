//! Who is asked what, who counts, and what happens then.

use sim::discord::{OPS, ROLE};

use super::{Council, LEADS, rules};
use crate::bot::{TestConfig, custom_id, rule};

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_rescue_waits_for_somebody_else_and_then_happens_once() {
    let council = Council::new(&["rescue"], "").await;
    let options = [("server", "web-1"), ("reason", "disk full")];
    let card = council.ask(&council.ann, "rescue enable", &options).await;
    for part in ["[[protect]] #1", "one other person must approve", "15 min", &format!("<@&{LEADS}>")] {
        assert!(card.content.contains(part), "the card says beforehand {part}: {}", card.content);
    }
    let accepted = council.press(&council.ann, &card, "Confirm").await;
    assert!(accepted.content.contains("Accepted as **R-1**"), "{}", accepted.content);
    assert!(accepted.content.contains("before anything is done"), "{}", accepted.content);

    let request = council.request("R-1").await;
    let server = council.ovh.service_name("web-1");
    let rescue = council.ovh.boot_id("web-1", "rescue-customer-windows");
    let says = ["**Approval needed**", "disk full", &council.ann.mention(), "<t:", "[[protect]] #1"];
    for part in says {
        assert!(request.content.contains(part), "{part} is not in: {}", request.content);
    }
    let calls = council.press(&council.paula, &request, "Show calls").await;
    for part in [
        &format!("PUT /dedicated/server\n    /{server}\n"),
        &format!("\"bootId\": {rescue}"),
        &format!("POST /dedicated/server\n    /{server}/reboot\n"),
    ] {
        assert!(calls.is_ephemeral() && calls.content.contains(part), "{part} is not in: {}", calls.content);
        assert!(!request.content.contains(part), "who, what, why and the buttons fit one screen: {}", request.content);
    }
    let labels: Vec<String> = request.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Approve", "Deny", "Show calls", "Cancel"], "the way back of who asked is last");
    assert!(council.paula.was_rung_by(&request) && council.quinn.was_rung_by(&request), "the role is rung");
    assert!(!council.ann.was_rung_by(&request) && !council.bob.was_rung_by(&request), "and nobody else");
    council.nothing_was_done();

    let answer = council.press(&council.paula, &request, "Approve").await;
    assert!(answer.is_ephemeral() && answer.content.contains("**R-1** is approved"), "{}", answer.content);
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    let by = format!("Approved by {}", council.paula.mention());
    council.request_shows("R-1", &["**Approved**", &by]).await;
    council.card_shows("R-1", "**In rescue**").await;
    assert!(
        council.sees(&["**In rescue**", &by]).await.content.contains("Asked for by"),
        "the card names who approved"
    );
    assert_eq!((council.ovh.reboots("web-1"), council.ovh.boot_of("web-1")), (1, Some(rescue)));
    assert!(council.paula.dms().is_empty(), "the link is for who asked");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn two_approvals_are_two_people() {
    let council = Council::new(&["rescue"], "approvals = 2").await;
    let request = council.rescue_asked().await;
    assert!(request.content.contains("2 of you"), "{}", request.content);
    let first = council.press(&council.paula, &request, "Approve").await;
    assert!(first.content.contains("One more is needed"), "{}", first.content);
    let seen = format!("Approved so far, 1 of 2: {}", council.paula.mention());
    let request = council.discord.wait_for_message(OPS, move |message| message.content.contains(&seen)).await;
    let twice = council.press(&council.paula, &request, "Approve").await;
    assert!(twice.content.contains("approved this already"), "{}", twice.content);
    council.nothing_was_done();
    council.press(&council.quinn, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_never_approves_not_even_through_another_role() {
    let council = Council::new(&["rescue"], "").await;
    council.ann.set_roles(&[ROLE, LEADS]);
    let request = council.rescue_asked().await;
    for label in ["Approve", "Deny"] {
        let answer = council.press(&council.ann, &request, label).await;
        assert!(answer.content.contains("asked for this yourself"), "{label}: {}", answer.content);
    }
    // Nor when the role came later, from another device.
    council.ann.set_roles(&[LEADS]);
    let answer = council.press(&council.ann, &request, "Approve").await;
    assert!(answer.content.contains("asked for this yourself"), "{}", answer.content);
    council.nothing_was_done();
    council.asks_others("R-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_approve_is_told_who_may() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    for label in ["Approve", "Deny"] {
        let answer = council.press(&council.bob, &request, label).await;
        assert!(answer.content.contains("do not include `approve`"), "{label}: {}", answer.content);
        assert!(answer.content.contains(&format!("<@&{LEADS}>")), "{}", answer.content);
    }
    let eve = council.discord.person("eve", "en-GB", &[]);
    let answer = council.press(&eve, &request, "Cancel").await;
    assert!(answer.content.contains("No rule"), "{}", answer.content);
    council.nothing_was_done();
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_presses_cancel_is_told_what_to_press() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let answer = council.press(&council.paula, &request, "Cancel").await;
    assert!(answer.content.contains("You did not ask for this") && answer.content.contains("**Deny**"), "{answer:?}");
    council.asks_others("R-1").await;
    council.nothing_was_done();
    council.press(&council.paula, &request, "Deny").await;
    council.request_shows("R-1", &["**Denied**"]).await;
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_to_approve_for_other_servers_is_none_for_this_one() {
    let other = sim::discord::Id(400_000_000_000_000_008);
    let rules = rules(&["rescue"], "") + &rule(other, &["approve"], &["db-*"]);
    let council = Council::with(TestConfig { rules, ..TestConfig::default() }).await;
    let dan = council.discord.person("dan", "en-GB", &[other]);
    let request = council.rescue_asked().await;
    assert!(!dan.was_rung_by(&request));
    let answer = council.press(&dan, &request, "Approve").await;
    assert!(answer.content.contains("other servers"), "{}", answer.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn two_who_approve_at_the_same_moment_cause_one_reboot() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let (one, other) = tokio::join!(council.paula.press(&request, "Approve"), council.quinn.press(&request, "Approve"));
    let (one, other) = tokio::join!(one.answer(), other.answer());
    let both = format!("{}\n{}", one.content, other.content);
    assert_eq!(both.matches("is approved").count(), 1, "{both}");
    assert_eq!(both.matches("has gone on").count(), 1, "{both}");
    council.rung(&council.ann, &["**In rescue**"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn two_who_approve_at_the_same_moment_are_both_counted_where_two_are_needed() {
    let council = Council::new(&["rescue"], "approvals = 2").await;
    let request = council.rescue_asked().await;
    let (one, other) = tokio::join!(council.paula.press(&request, "Approve"), council.quinn.press(&request, "Approve"));
    let (one, other) = tokio::join!(one.answer(), other.answer());
    let both = format!("{}\n{}", one.content, other.content);
    assert!(both.contains("is approved") && both.contains("One more is needed"), "{both}");
    council.rung(&council.ann, &["**In rescue**"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_cannot_be_approved_any_more() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let approve = custom_id(&request, "Approve");
    let answer = council.press(&council.ann, &request, "Cancel").await;
    assert!(answer.content.contains("Taken back"), "{}", answer.content);
    council.rung(&council.ann, &["**Cancelled**", "R-1"]).await;
    let request = council.request_shows("R-1", &["**Taken back**", &council.ann.mention()]).await;
    let late = council.forge(&council.paula, &approve, &request).await;
    assert!(late.content.contains("has gone on"), "{}", late.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_now_in_the_dm_waits_for_approval_too() {
    let council = Council::new(&["restore"], "").await;
    let disk = council.ovh.boot_of("web-1");
    council.rescued(&council.ann, "web-1").await;
    let dm = council.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    let answer = council.press_and_confirm(&council.ann, &dm, "Restore now").await;
    assert!(
        answer.content.contains("Accepted as **R-2**") && answer.content.contains("must approve"),
        "{}",
        answer.content
    );
    let request = council.request("R-2").await;
    assert!(request.content.contains("out of rescue"), "{}", request.content);
    assert_eq!(council.ovh.reboots("web-1"), 1);
    council.press(&council.quinn, &request, "Approve").await;
    council.rung(&council.ann, &["**Restored**", "R-2"]).await;
    assert_eq!((council.ovh.reboots("web-1"), council.ovh.boot_of("web-1")), (2, disk));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_link_needs_approval_and_then_goes_to_them_alone() {
    let council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    let before = council.ann.dms().len();
    let answer = council.ask(&council.bob, "rescue link", &[("server", "web-1")]).await;
    assert!(answer.content.contains("R-2") && answer.content.contains("must approve"), "{}", answer.content);
    let request = council.request("R-2").await;
    let calls = council.press(&council.paula, &request, "Show calls").await;
    assert!(calls.content.contains("authenticationSecret"), "{}", calls.content);
    assert!(council.bob.dms().is_empty());
    council.press(&council.paula, &request, "Approve").await;
    council.bob.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    council.rung(&council.bob, &["**Link sent**", "R-2"]).await;
    assert_eq!(council.ann.dms().len(), before);
    assert!(council.paula.dms().is_empty());
    assert_eq!(council.ovh.retrieved(), 0);
    // Her own she finds without anybody.
    let own = council.ask(&council.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(own.content.contains("R-3") && !own.content.contains("approve"), "{}", own.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_approved_is_revealed_to_who_takes_no_dms() {
    let council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    council.discord.close_dms(&council.bob);
    council.ask(&council.bob, "rescue link", &[("server", "web-1")]).await;
    council.approve(&council.paula, "R-2").await;
    let waiting = council.rung(&council.bob, &["Reveal link", "R-2"]).await;
    let shown = council.press(&council.bob, &waiting, "Reveal link").await;
    assert!(shown.is_ephemeral() && shown.content.contains("manager/secret"), "{}", shown.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_and_answered_in_french() {
    let config = TestConfig { rules: rules(&["rescue"], "approvals = 2"), ..TestConfig::default() };
    let council = Council::with(config).await;
    council.ann.set_locale("fr");
    council.paula.set_locale("fr");
    let card = council.ask(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.content.contains("2 autres personnes doivent l'approuver"), "{}", card.content);
    let accepted = council.press(&council.ann, &card, "Confirmer").await;
    assert!(accepted.content.contains("avant que quoi que ce soit ne soit fait"), "{}", accepted.content);
    // The channel keeps its own language.
    let request = council.request("R-1").await;
    let first = council.press(&council.paula, &request, "Approve").await;
    assert!(first.content.contains("Il en faut encore une"), "{}", first.content);
    let denied = council.paula.press(&request, "Deny").await.answer().await;
    assert!(denied.content.contains("est refusé") && denied.button("Ajouter un motif").is_some(), "{}", denied.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_person_is_called_by_name_and_the_asker_is_not() {
    let user = |who: &sim::discord::Person| format!("[[role]]\nuser = \"{}\"\ncan = [\"approve\"]\n", who.id());
    let mut council = Council::new(&["reboot"], "").await;
    let solo = council.discord.person("solo", "en-GB", &[]);
    let rules = rule(ROLE, &["reboot"], &["*"])
        + &user(&solo)
        + &user(&council.ann)
        + "[[protect]]\nservers = [\"web-1\"]\nactions = [\"reboot\"]\n";
    council.bot.config.rules = rules;
    let loaded = council.bot.loaded();
    council.bot.app().reload(&loaded).await.expect("it is taken");
    council.accepted(&council.ann, "reboot", &[("server", "web-1")]).await;
    let request = council.request("R-1").await;
    assert!(solo.was_rung_by(&request) && !council.ann.was_rung_by(&request), "{}", request.content);
    council.press(&solo, &request, "Approve").await;
    council.rung(&council.ann, &["**Rebooted**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}
