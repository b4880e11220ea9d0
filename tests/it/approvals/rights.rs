//! Rights are those of the moment when it is done, of everybody behind it.

use serde_json::json;
use sim::{discord::ROLE, net::Hold};

use super::{Council, LEADS, rules};

impl Council {
    /// It is approved, and stands still right before it is looked at again.
    async fn approved_and_held(&self) -> Hold {
        let request = self.rescue_asked().await;
        let gate = self.hold_read(1);
        let answer = self.press(&self.paula, &request, "Approve").await;
        assert!(answer.content.contains("is approved"), "{}", answer.content);
        gate.reached().await;
        gate
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_taken_away_from_who_asked_between_the_press_and_the_execution_is_missed() {
    let council = Council::new(&["rescue"], "").await;
    let gate = council.approved_and_held().await;
    council.ann.set_roles(&[]);
    gate.release();
    let end = council.rung(&council.ann, &["**Not possible**", "R-1"]).await;
    assert!(end.content.contains("may not do this any more"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_leaves_before_the_execution_does_not_count() {
    let council = Council::new(&["rescue"], "").await;
    let gate = council.approved_and_held().await;
    council.discord.leave(&council.paula);
    gate.release();
    let end = council.rung(&council.ann, &["**Not possible**", "R-1"]).await;
    assert!(end.content.contains("approval of one other person"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_loses_the_role_before_the_last_approval_does_not_count() {
    let council = Council::new(&["rescue"], "approvals = 2").await;
    let request = council.rescue_asked().await;
    council.press(&council.paula, &request, "Approve").await;
    council.paula.set_roles(&[]);
    council.press(&council.quinn, &request, "Approve").await;
    let end = council.rung(&council.ann, &["**Not possible**", "R-1"]).await;
    assert!(end.content.contains("2 other people; approvals that count: 1"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_leaves_and_comes_back_counts_again() {
    let council = Council::new(&["rescue"], "").await;
    let gate = council.approved_and_held().await;
    council.discord.leave(&council.paula);
    council.discord.join(&council.paula);
    council.paula.set_roles(&[LEADS]);
    gate.release();
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_became_stricter_before_the_execution_is_not_passed() {
    let mut council = Council::new(&["rescue"], "").await;
    let gate = council.approved_and_held().await;
    council.bot.config.rules = rules(&["rescue"], "approvals = 2");
    let stricter = council.bot.loaded();
    council.bot.app().reload(&stricter).await.expect("it is taken");
    gate.release();
    let end = council.rung(&council.ann, &["**Not possible**", "R-1"]).await;
    assert!(end.content.contains("2 other people; approvals that count: 1"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_was_taken_away_asks_nobody_at_execution() {
    let mut council = Council::new(&["rescue"], "").await;
    let gate = council.approved_and_held().await;
    council.discord.leave(&council.paula);
    council.bot.config.rules = rules(&["restore"], "");
    let looser = council.bot.loaded();
    council.bot.app().reload(&looser).await.expect("it is taken");
    gate.release();
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_comes_between_the_card_and_its_confirm_is_asked_about() {
    let mut council = Council::new(&["restore"], "").await;
    let card = council.ask(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(!card.content.contains("protect"), "{}", card.content);
    council.bot.config.rules = rules(&["rescue"], "");
    let stricter = council.bot.loaded();
    council.bot.app().reload(&stricter).await.expect("it is taken");
    let answer = council.press(&council.ann, &card, "Confirm").await;
    assert!(answer.content.contains("[[protect]] #1") && answer.content.contains("must approve"), "{}", answer.content);
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_discord_does_not_say_who_they_are_it_waits() {
    let council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    let trouble =
        council.discord.faults().always().status("GET", "/members/", 500, &json!({"message": "x", "code": 0}));
    council.approve(&council.paula, "R-1").await;
    council.discord.journal().wait_for("GET", "/members/", 2).await;
    council.nothing_was_done();
    trouble.clear();
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_discord_refuses_to_say_who_they_are_the_answer_is_no() {
    let council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    let refusal = json!({"message": "Missing Access", "code": 50_001});
    let paula = format!("/members/{}", council.paula.id());
    council.discord.faults().always().status("GET", &paula, 403, &refusal);
    council.approve(&council.paula, "R-1").await;
    let end = council.rung(&council.ann, &["**Not possible**", "R-1"]).await;
    assert!(end.content.contains("approval of one other person"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_came_back_before_the_press_is_the_role_of_the_press() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    council.paula.set_roles(&[ROLE]);
    let answer = council.press(&council.paula, &request, "Approve").await;
    assert!(answer.content.contains("do not include `approve`"), "{}", answer.content);
    council.nothing_was_done();
    council.paula.set_roles(&[LEADS]);
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
}
