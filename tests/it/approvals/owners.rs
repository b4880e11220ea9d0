//! Who answers for a protected rescue: nobody else without a second person's word.

use jiff::SignedDuration;
use sim::discord::{OPS, ROLE};

use super::{Council, rules};
use crate::{
    bot::{TestConfig, eventually},
    passing::lease,
};

/// What a notice of another owner says.
const NEWS: &str = "**Handed over** · the rescue of";

impl Council {
    /// Ann's approved rescue of `web-1`, and her wish, `R-2`, that it be Bob's.
    async fn hand_over_asked(&self) {
        self.rescue_asked().await;
        self.approve(&self.paula, "R-1").await;
        self.rung(&self.ann, &["**In rescue**", "R-1"]).await;
        let answer = self.ask(&self.ann, "rescue hand-over", &[("server", "web-1"), ("user", "bob")]).await;
        let said = answer.content;
        assert!(said.contains("Accepted as **R-2**") && said.contains("must approve"), "{said}");
    }

    async fn owner(&self) -> u64 {
        lease(&self.bot, "web-1").await.expect("it is in rescue").owner.0
    }

    /// How often it was told that the rescue has another owner.
    fn told(&self) -> usize {
        self.discord.messages(OPS).iter().filter(|message| message.content.contains(NEWS)).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_rescue_changes_hands_when_somebody_else_has_approved_it() {
    let council = Council::new(&["rescue"], "").await;
    council.hand_over_asked().await;
    let request = council.request("R-2").await;
    let goes = format!("from {} to {}", council.ann.mention(), council.bob.mention());
    assert!(request.content.contains(&goes) && request.content.contains("[[protect]] #1"), "{}", request.content);
    assert_eq!((council.owner().await, council.told()), (council.ann.id().0, 0), "nothing before it is approved");
    let before = lease(&council.bot, "web-1").await.expect("it is in rescue");

    council.press(&council.quinn, &request, "Approve").await;
    council.rung(&council.ann, &["**Handed over**", "R-2", &council.bob.mention()]).await;
    let news = council.sees(&[NEWS, "web-1"]).await;
    assert!(
        council.bob.was_rung_by(&news) && !council.ann.was_rung_by(&news),
        "Ann was rung by the end of what she asked for"
    );
    assert!(news.button("Restore now").is_some() && news.button("Extend").is_some());
    let after = lease(&council.bot, "web-1").await.expect("it is in rescue");
    assert_eq!(after.owner.0, council.bob.id().0);
    assert_eq!((after.operation, after.deadline), (before.operation, before.deadline), "it is the same rescue");
    assert_eq!((council.told(), council.ovh.reboots("web-1")), (1, 1));
    let history = council.ask(&council.ann, "history", &[("server", "web-1")]).await;
    let file = String::from_utf8(history.attachments[0].bytes.clone()).expect("text");
    let change = format!("from {} to {}", council.ann.id(), council.bob.id());
    let line = file.lines().find(|line| line.contains("\"what\":\"lease_handed_over\"")).expect("its line");
    assert!(line.contains(&change) && line.contains("\"operation\":\"R-2\""), "{line}");
    assert!(file.contains("\"outcome\":\"handed_over\""), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_hand_over_changes_nothing() {
    let council = Council::new(&["rescue"], "").await;
    council.hand_over_asked().await;
    let request = council.request("R-2").await;
    council.press(&council.paula, &request, "Deny").await;
    council.rung(&council.ann, &["**Denied**", "R-2", "Nothing was done"]).await;
    assert_eq!((council.owner().await, council.told()), (council.ann.id().0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_right_meanwhile_becomes_no_owner() {
    let council = Council::new(&["rescue"], "").await;
    council.hand_over_asked().await;
    council.bob.set_roles(&[]);
    council.approve(&council.paula, "R-2").await;
    council.rung(&council.ann, &["**Not possible**", "R-2", &council.bob.mention(), "may not own"]).await;
    assert_eq!((council.owner().await, council.told()), (council.ann.id().0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hand_overs_the_second_approved_is_of_a_rescue_that_has_changed() {
    let council = Council::new(&["rescue"], "").await;
    council.hand_over_asked().await;
    let cleo = council.discord.person("cleo", "en-GB", &[ROLE]);
    council.ask(&council.ann, "rescue hand-over", &[("server", "web-1"), ("user", "cleo")]).await;
    council.approve(&council.paula, "R-3").await;
    council.rung(&council.ann, &["**Handed over**", "R-3"]).await;
    council.approve(&council.paula, "R-2").await;
    council.rung(&council.ann, &["**Not possible**", "R-2", "has just ended or been changed"]).await;
    assert_eq!(council.owner().await, cleo.id().0);
    eventually("it is told once", async || council.told() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_meanwhile_leaves_nothing_to_hand_over() {
    let council = Council::new(&["rescue"], "").await;
    council.hand_over_asked().await;
    council.request("R-2").await;
    council.restored(&council.ann, "web-1").await;
    council.approve(&council.paula, "R-2").await;
    council.rung(&council.ann, &["**Not possible**", "R-2", "has just ended or been changed"]).await;
    assert_eq!((lease(&council.bot, "web-1").await, council.told()), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_rescue_of_a_protected_server_is_adopted_only_with_an_approval() {
    let config = TestConfig { rules: rules(&["rescue"], ""), ..TestConfig::default() };
    let pace = format!("{}inventory_refresh = \"200ms\"\n", config.pace);
    let council = Council::with(TestConfig { pace, ..config }).await;
    let rescue = council.ovh.boot_id("web-1", "rescue12-customer");
    council.ovh.netboot_by_somebody("web-1", Some(rescue));
    let list = council.lists(&council.ann, &["web-1", "not started by me"]).await;
    let answer = council.press(&council.ann, &list, "Adopt").await;
    assert!(answer.content.contains("**R-1**") && answer.content.contains("must approve"), "{}", answer.content);
    let request = council.request("R-1").await;
    assert!(request.content.contains("somebody else started"), "{}", request.content);
    assert_eq!(lease(&council.bot, "web-1").await, None, "nobody answers for it yet");

    council.press(&council.paula, &request, "Approve").await;
    council.rung(&council.ann, &["**Adopted**", "R-1", "It is yours until"]).await;
    let held = lease(&council.bot, "web-1").await.expect("a lease");
    assert_eq!(held.owner.0, council.ann.id().0);
    assert_eq!(held.deadline.duration_since(held.started), SignedDuration::from_hours(4));
    assert_eq!((council.ovh.boot_of("web-1"), council.ovh.reboots("web-1")), (Some(rescue), 0));
}

/// Ann's approved rescue of `web-1`, whose link waits for **Reveal link**.
async fn waits_for_reveal(council: &Council) -> sim::discord::Message {
    council.discord.set_dms(&council.ann, sim::discord::Dms::Closed);
    council.rescue_asked().await;
    council.approve(&council.paula, "R-1").await;
    council.sees(&["Press", "Reveal link", "R-1"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_needs_nobody_for_the_link_until_the_server_was_rebooted_again() {
    let council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    let link = council.ask(&council.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-2") && !link.content.contains("must approve"), "{}", link.content);
    council.rung(&council.ann, &["**Link sent**", "R-2"]).await;
    council.ovh.reboot_by_somebody("web-1");
    let link = council.ask(&council.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-3") && link.content.contains("must approve"), "{}", link.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_it_was_rebooted_again_must_be_read_or_somebody_approves() {
    let council = Council::new(&["rescue"], "").await;
    council.rescue_asked().await;
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    let words = serde_json::json!({"class": "Client::Forbidden", "message": "This call has not been granted"});
    council.ovh.faults().always().status("GET", "task?function=hardReboot", 403, &words);
    let link = council.ask(&council.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-2") && link.content.contains("must approve"), "{}", link.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_waits_is_not_revealed_once_the_server_was_rebooted_again() {
    let council = Council::new(&["rescue"], "").await;
    let waiting = waits_for_reveal(&council).await;
    council.ovh.reboot_by_somebody("web-1");
    let answer = council.press(&council.ann, &waiting, "Reveal link").await;
    assert!(answer.content.contains("`/rescue link server:web-1`"), "{}", answer.content);
    assert!(!answer.content.contains("manager/secret") && answer.buttons().is_empty(), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_waits_is_revealed_to_its_owner_while_their_rescue_runs() {
    let council = Council::new(&["rescue"], "").await;
    let waiting = waits_for_reveal(&council).await;
    let answer = council.press(&council.ann, &waiting, "Reveal link").await;
    assert!(answer.is_ephemeral() && answer.content.contains("manager/secret"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_adopted_a_rescue_is_its_owner_until_it_was_rebooted_again() {
    let config = TestConfig { rules: rules(&["rescue"], ""), ..TestConfig::default() };
    let pace = format!("{}inventory_refresh = \"200ms\"\n", config.pace);
    let council = Council::with(TestConfig { pace, ..config }).await;
    let rescue = council.ovh.boot_id("web-1", "rescue12-customer");
    council.ovh.netboot_by_somebody("web-1", Some(rescue));
    council.ovh.reboot_by_somebody("web-1");
    let list = council.lists(&council.ann, &["web-1", "not started by me"]).await;
    council.press(&council.ann, &list, "Adopt").await;
    council.approve(&council.paula, "R-1").await;
    council.rung(&council.ann, &["**Adopted**", "R-1"]).await;
    let link = council.ask(&council.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-2") && !link.content.contains("must approve"), "{}", link.content);
    council.rung(&council.ann, &["R-2"]).await;
    council.ovh.reboot_by_somebody("web-1");
    let link = council.ask(&council.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-3") && link.content.contains("must approve"), "{}", link.content);
}
