//! Nobody keeps a server from others by asking for it; the last approval takes it.

use sim::discord::ROLE;

use super::{Council, rules};
use crate::bot::{TestConfig, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_holds_no_server() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let status = council.ask(&council.bob, "status", &[("server", "web-1")]).await;
    assert!(status.content.contains("Approval needed"), "{}", status.content);
    let list = council.ask(&council.bob, "rescue list", &[]).await;
    assert!(!list.content.contains("web-1"), "nothing is in rescue: {}", list.content);
    council.accepted(&council.bob, "reboot", &[("server", "web-1")]).await;
    council.rung(&council.bob, &["**Rebooted**", "R-2"]).await;
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 2, "one each");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_approval_is_not_taken_while_another_operation_holds_the_server() {
    let council = Council::new(&["rescue"], "").await;
    let request = council.rescue_asked().await;
    let follow = council.ovh.faults().always().hold_before("GET", "/task/");
    council.accepted(&council.bob, "reboot", &[("server", "web-1")]).await;
    follow.reached().await;
    let busy = council.press(&council.paula, &request, "Approve").await;
    assert!(
        busy.content.contains("busy with R-2") && busy.content.contains(&council.bob.mention()),
        "{}",
        busy.content
    );
    council.ovh.faults().clear();
    follow.release();
    council.rung(&council.bob, &["**Rebooted**", "R-2"]).await;
    let request = council.request("R-1").await;
    assert!(!request.content.contains("Approved so far"), "nothing was recorded: {}", request.content);
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_wait_the_one_that_is_approved_first_takes_the_server() {
    let council = Council::new(&["rescue", "reboot"], "").await;
    council.accepted(&council.ann, "reboot", &[("server", "web-1")]).await;
    council.accepted(&council.bob, "reboot", &[("server", "web-1")]).await;
    let (first, second) = (council.request("R-1").await, council.request("R-2").await);
    let follow = council.ovh.faults().always().hold_before("GET", "/task/");
    council.press(&council.paula, &second, "Approve").await;
    follow.reached().await;
    let busy = council.press(&council.paula, &first, "Approve").await;
    assert!(busy.content.contains("busy with R-2"), "{}", busy.content);
    assert_eq!(council.ovh.reboots("web-1"), 1);
    council.ovh.faults().clear();
    follow.release();
    council.rung(&council.bob, &["**Rebooted**", "R-2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_over_when_it_is_approved_and_not_when_it_is_asked_for() {
    let config = TestConfig {
        rules: rules(&["restore"], ""),
        rescue: "probe = false\nsecret_timeout = \"10m\"\n".to_owned(),
        ..TestConfig::default()
    };
    let council = Council::with(config).await;
    council.ovh.withhold_secret("web-1");
    council.ovh.withhold_mail("web-1");
    let disk = council.ovh.boot_of("web-1");
    council.accepted(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    council.card_shows("R-1", "Looking for the link").await;
    council.accepted(&council.bob, "restore", &[("server", "web-1")]).await;
    let request = council.request("R-2").await;
    let looks = council.ovh.journal().count("POST", "/authenticationSecret");
    council.ovh.journal().wait_for("POST", "/authenticationSecret", looks + 2).await;
    council.card_shows("R-1", "Looking for the link").await;
    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.bob, &["**Restored**", "R-2"]).await;
    council.card_shows("R-1", "Taken over by R-2").await;
    assert_eq!((council.ovh.reboots("web-1"), council.ovh.boot_of("web-1")), (2, disk));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_is_not_even_asked_about() {
    let council = Council::new(&["rescue"], "").await;
    let follow = council.ovh.faults().always().hold_before("GET", "/task/");
    council.accepted(&council.bob, "reboot", &[("server", "web-1")]).await;
    follow.reached().await;
    let answer = council.ask(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(answer.content.contains("busy with R-1"), "{}", answer.content);
    council.ovh.faults().clear();
    follow.release();
    council.rung(&council.bob, &["**Rebooted**"]).await;
    assert_eq!(council.count(&["Approval needed"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_would_boot_into_is_confirmed_again_after_the_approval() {
    let council = Council::new(&["reboot"], "").await;
    council.accepted(&council.ann, "reboot", &[("server", "web-1")]).await;
    let rescue = council.ovh.boot_id("web-1", "rescue-customer-windows");
    council.ovh.netboot_by_somebody("web-1", Some(rescue));
    council.approve(&council.paula, "R-1").await;
    let end = council.rung(&council.ann, &["**Not possible**", "R-1"]).await;
    assert!(end.content.contains("has changed since you confirmed"), "{}", end.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_behind_many_requests() {
    let council = Council::new(&["rescue"], "").await;
    for _ in 0..5 {
        council.accepted(&council.ann, "rescue enable", &[("server", "web-1")]).await;
    }
    let carl = council.discord.person("carl", "en-GB", &[ROLE]);
    council.accepted(&carl, "reboot", &[("server", "web-1")]).await;
    council.rung(&carl, &["**Rebooted**", "R-6"]).await;
    eventually("all requests stand", async || council.count(&["**Approval needed**"]) == 5).await;
    // Pressing them all at once takes the server once.
    let mut presses = Vec::new();
    for message in council.discord.messages(sim::discord::OPS) {
        if message.button("Approve").is_some() {
            presses.push(council.paula.try_press(message.id, "Approve").expect("the button"));
        }
    }
    let mut begun = 0;
    for press in presses {
        begun += usize::from(press.answer().await.content.contains("is approved"));
    }
    assert!(begun >= 1, "somebody's was first");
    council.rung(&council.ann, &["**In rescue**"]).await;
    assert!(council.ovh.reboots("web-1") <= 1 + begun, "one for each that was approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_all_is_paused_an_approval_begins_nothing_new_and_the_way_out_stays_open() {
    let council = Council::new(&["reboot", "restore"], "").await;
    council.rescued(&council.ann, "web-1").await;
    council.accepted(&council.ann, "reboot", &[("server", "web-1")]).await;
    council.accepted(&council.ann, "restore", &[("server", "web-1")]).await;
    let (reboot, restore) = (council.request("R-2").await, council.request("R-3").await);
    council.ask(&council.bob, "admin pause", &[("reason", "fire")]).await;
    let refused = council.press(&council.paula, &reboot, "Approve").await;
    assert!(refused.content.contains("paused all new operations"), "{}", refused.content);
    assert_eq!(council.ovh.reboots("web-1"), 1);
    council.press(&council.paula, &restore, "Approve").await;
    council.rung(&council.ann, &["**Restored**", "R-3"]).await;
    council.ask(&council.bob, "admin resume", &[]).await;
    // It would boot into something else by now, so it is approved and not done.
    council.press(&council.paula, &reboot, "Approve").await;
    council.rung(&council.ann, &["**Not possible**", "R-2"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 2);
}
