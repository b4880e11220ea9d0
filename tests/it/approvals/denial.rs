//! Denied is denied at once; the reason may come after, through a form, from whoever denied it.

use serde_json::json;
use sim::discord::{Message, OPS};

use super::Council;
use crate::bot::custom_id;

/// Somebody asks for a rescue and Paula denies it; what she is shown.
async fn denied(council: &Council) -> Message {
    let request = council.rescue_asked().await;
    let answer = council.press(&council.paula, &request, "Deny").await;
    assert!(answer.is_ephemeral() && answer.content.contains("**R-1** is denied"), "{}", answer.content);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_counts_at_once_and_its_reason_follows() {
    let council = Council::new(&["rescue"], "").await;
    let answer = denied(&council).await;
    let end = council.rung(&council.ann, &["**Denied**", "R-1"]).await;
    assert!(
        end.content.contains(&council.paula.mention()) && end.content.contains("Nothing was done"),
        "{}",
        end.content
    );
    council.request_shows("R-1", &["**Denied**", &council.paula.mention()]).await;

    let pressed = council.paula.press(&answer, "Add reason").await;
    let form = pressed.modal().expect("the form is the first answer");
    assert_eq!(form["title"], "Why is it denied?");
    let sent = pressed.submit(&[("reason", "not on a `Friday` @everyone")]).await;
    let noted = sent.answer().await;
    assert!(noted.is_ephemeral() && noted.content.contains("not on a"), "{}", noted.content);
    let words = "`` not on a `Friday` @everyone ``";
    council.request_shows("R-1", &["**Denied**", words]).await;
    let end = council.discord.wait_for_message(OPS, {
        let id = end.id;
        move |message| message.id == id && message.content.contains(words)
    });
    assert!(!end.await.pinged_everyone);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_opens_whatever_the_store_and_ovhcloud_are_doing() {
    let council = Council::new(&["rescue"], "").await;
    let answer = denied(&council).await;
    let stuck = council.ovh.faults().always().hold_before("GET", "/");
    let pressed = council.paula.press(&answer, "Add reason").await;
    assert!(pressed.modal().is_some());
    stuck.release();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_after_a_denial_comes_too_late() {
    let council = Council::new(&["rescue"], "approvals = 2").await;
    let request = council.rescue_asked().await;
    let approve = custom_id(&request, "Approve");
    council.press(&council.quinn, &request, "Approve").await;
    council.press(&council.paula, &request, "Deny").await;
    let over = council.request_shows("R-1", &["**Denied**"]).await;
    let late = council.forge(&council.quinn, &approve, &over).await;
    assert!(late.content.contains("has gone on"), "{}", late.content);
    council.rung(&council.ann, &["**Denied**", "R-1"]).await;
    council.nothing_was_done();
    // It is asked for anew, and that is another request.
    council.accepted(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    council.approve(&council.paula, "R-2").await;
    council.approve(&council.quinn, "R-2").await;
    council.rung(&council.ann, &["**In rescue**", "R-2"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_denied_it_says_why_and_once() {
    let council = Council::new(&["rescue"], "").await;
    let answer = denied(&council).await;
    let form = custom_id(&answer, "Add reason");
    let request = council.request_shows("R-1", &["**Denied**"]).await;
    for (who, words) in [(&council.quinn, "has gone on"), (&council.bob, "do not include `approve`")] {
        let pressed = who.press_raw(&form, &request).await;
        let answer = pressed.submit(&[("reason", "because I say so")]).await.answer().await;
        assert!(answer.content.contains(words), "{}", answer.content);
    }
    let pressed = council.paula.press(&answer, "Add reason").await;
    pressed.submit(&[("reason", "the first")]).await.answer().await;
    let again = pressed.submit(&[("reason", "the second")]).await.answer().await;
    assert!(again.content.contains("has gone on"), "{}", again.content);
    let request = council.request_shows("R-1", &["the first"]).await;
    assert!(!request.content.contains("the second") && !request.content.contains("because I say so"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_right_to_approve_does_not_add_a_reason_either() {
    let council = Council::new(&["rescue"], "").await;
    let answer = denied(&council).await;
    let pressed = council.paula.press(&answer, "Add reason").await;
    council.paula.set_roles(&[]);
    let refused = pressed.submit(&[("reason", "too late")]).await.answer().await;
    assert!(refused.content.contains("No rule"), "{}", refused.content);
    assert_eq!(council.count(&["too late"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_rounds_and_forms_do_nothing() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    for id in ["approve:1:0", "approve:1:2", "approve:99:1", "approve:1", "approve:1:1:1", "deny:1:2", "withdraw:1:2"] {
        let answer = council.forge(&council.paula, id, &request).await;
        assert!(answer.content.contains("🚫"), "{id}: {}", answer.content);
    }
    // A form for what nobody denied opens, as any form does, and comes to nothing.
    for id in ["why:1:1", "why:1:0", "why:99:1", "why:1:4294967295"] {
        let pressed = council.paula.press_raw(id, &request).await;
        let answer = pressed.submit(&[("reason", "made up")]).await.answer().await;
        assert!(answer.content.contains("🚫"), "{id}: {}", answer.content);
    }
    assert_eq!(council.count(&["made up"]), 0);
    council.nothing_was_done();
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_outlives_a_restart_before_anybody_was_told() {
    let mut council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let telling = council.discord.faults().always().hold_before("POST", &format!("/channels/{OPS}/messages"));
    council.paula.press(&request, "Deny").await;
    telling.reached().await;
    council.bot.die().await;
    council.discord.faults().clear();
    council.bot.start().await;
    council.rung(&council.ann, &["**Denied**", "R-1"]).await;
    council.request_shows("R-1", &["**Denied**"]).await;
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_whose_answer_is_lost_counts_all_the_same() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let trouble = json!({"message": "Unknown Webhook", "code": 10_015});
    council.discord.faults().always().status("PATCH", "/webhooks/", 404, &trouble);
    council.paula.press(&request, "Deny").await;
    council.rung(&council.ann, &["**Denied**", "R-1"]).await;
    council.nothing_was_done();
}
