//! **Reboot again** on a protected server is a second person's word too.

use sim::discord::{Message, OPS};

use super::Council;

/// Ann's rescue was approved, its reboot got no answer and never arrived, and she wants one more.
async fn asked_again(council: &Council) -> Message {
    let question = question(council).await;
    let answer = council.press_and_confirm(&council.ann, &question, "Reboot again").await;
    assert!(answer.content.contains("must approve"), "{}", answer.content);
    let request = council.request("R-1").await;
    assert!(request.content.contains("one more reboot"), "{}", request.content);
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
    request
}

async fn question(council: &Council) -> Message {
    council.rescue_asked().await;
    council.ovh.faults().reset("POST", "/reboot");
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["Your decision is needed", "R-1"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_reboot_is_sent_when_somebody_else_approves_it_and_not_before() {
    let council = Council::new(&["rescue"], "").await;
    let request = asked_again(&council).await;
    let calls = council.press(&council.quinn, &request, "Show calls").await;
    assert!(calls.content.contains("/reboot") && !calls.content.contains("PUT"), "{}", calls.content);
    let own = council.press(&council.ann, &request, "Approve").await;
    assert!(own.content.contains("asked for this yourself"), "{}", own.content);
    council.press(&council.quinn, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 2, "one for each approval");
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_again_does_not_approve_it_and_neither_does_who_asked_first() {
    let council = Council::new(&["rescue"], "").await;
    let question = question(&council).await;
    let roles = [council.bob.roles(), council.paula.roles()].concat();
    council.bob.set_roles(&roles);
    council.ann.set_roles(&roles);
    council.press_and_confirm(&council.bob, &question, "Reboot again").await;
    let request = council.request("R-1").await;
    for who in [&council.bob, &council.ann] {
        let answer = council.press(who, &request, "Approve").await;
        assert!(answer.content.contains("asked for this yourself"), "{}", answer.content);
    }
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_or_taken_back_the_question_stands_again() {
    let council = Council::new(&["rescue"], "").await;
    let first = question(&council).await;
    council.press_and_confirm(&council.ann, &first, "Reboot again").await;
    let request = council.request("R-1").await;
    council.press(&council.quinn, &request, "Deny").await;
    council.request_shows("R-1", &["**Denied**", &council.quinn.mention()]).await;
    let second = next_question(&council, &[first.id]).await;
    council.press_and_confirm(&council.ann, &second, "Reboot again").await;
    let request = council.request("R-1").await;
    council.press(&council.ann, &request, "Cancel").await;
    let third = next_question(&council, &[first.id, second.id]).await;
    council.press(&council.ann, &third, "Leave it").await;
    council.rung(&council.ann, &["**Left as it is**", "R-1"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
}

async fn next_question(council: &Council, known: &[sim::discord::Id]) -> Message {
    let known = known.to_vec();
    let asks = move |message: &Message| message.button("Leave it").is_some() && !known.contains(&message.id);
    council.discord.wait_for_message(OPS, asks).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_turns_up_while_one_more_is_waited_for_is_adopted() {
    let council = Council::new(&["rescue"], "").await;
    let request = asked_again(&council).await;
    // What was thought lost arrives late.
    council.ovh.reboot_by_somebody("web-1");
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    council.request_shows("R-1", &["**No longer needed**"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
    assert_eq!(council.discord.message(request.id).map(|message| message.buttons().len()), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_reboot_again_keeps_the_server_and_outlives_a_restart() {
    let mut council = Council::new(&["rescue"], "").await;
    asked_again(&council).await;
    let busy = council.ask(&council.bob, "reboot", &[("server", "web-1")]).await;
    assert!(busy.content.contains("busy with R-1"), "{}", busy.content);
    council.bot.die().await;
    council.bot.start().await;
    council.approve(&council.quinn, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!((council.ovh.journal().count("POST", "/reboot"), council.ovh.reboots("web-1")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_over_from_what_waits_to_reboot_again() {
    let council = Council::new(&["rescue"], "").await;
    let disk = council.ovh.boot_of("web-1");
    asked_again(&council).await;
    council.restored(&council.bob, "web-1").await;
    council.request_shows("R-1", &["**No longer needed**"]).await;
    assert_eq!((council.ovh.reboots("web-1"), council.ovh.boot_of("web-1")), (1, disk));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_lets_nothing_be_rebooted_again_during_a_pause() {
    let council = Council::new(&["rescue"], "").await;
    let request = asked_again(&council).await;
    council.ask(&council.ann, "admin pause", &[("reason", "fire")]).await;
    let answer = council.press(&council.quinn, &request, "Approve").await;
    assert!(answer.content.contains("paused all new operations"), "{}", answer.content);
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1);
    council.ask(&council.ann, "admin resume", &[]).await;
    council.press(&council.quinn, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reboot_that_turns_up_while_the_rights_to_one_more_are_read_is_the_one() {
    let council = Council::new(&["rescue"], "").await;
    let request = asked_again(&council).await;
    let held = council.discord.faults().hold_answer("GET", "/members/");
    council.press(&council.quinn, &request, "Approve").await;
    held.reached().await;
    council.ovh.reboot_by_somebody("web-1");
    held.release();
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.journal().count("POST", "/reboot"), 1, "the second one is not sent");
}
