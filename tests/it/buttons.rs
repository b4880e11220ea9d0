//! Buttons: a custom id is input, and a link is shown to the one who asked and to nobody else.

use sim::discord::{Dms, Message, OPS, Person};

use crate::bot::{TestBot, custom_id};

/// What every password link holds.
const LINK: &str = "manager/secret";

/// Every secret is only ever seen by this person.
fn only_seen_by(bot: &TestBot, who: &Person) {
    for secret in bot.ovh.secret_ids() {
        for sighting in bot.discord.everything_ever_sent().iter().filter(|sighting| sighting.body.contains(&secret)) {
            assert_eq!(sighting.viewers, [who.id()], "{}", sighting.body);
        }
    }
    assert_eq!(bot.ovh.retrieved(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_buttons_do_nothing() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let end = bot.sees(&["**In rescue**", &bot.ann.mention(), "It is yours"]).await;
    let long = "x".repeat(100);
    let garbage = [
        "",
        "confirm",
        "confirm:",
        "confirm:1",
        "confirm:00000000000000000000000000000000",
        "restore:",
        "restore:0",
        "restore:-1",
        "restore:+1",
        "restore:1:1",
        "restore:99",
        "restore:9223372036854775808",
        "again:1",
        "again:1:1",
        "leave:1:1",
        "cancel:1",
        "look:99",
        "reveal:1",
        "delete:1",
        "RESTORE:1",
        " restore:1",
        "' OR 1=1 --",
        &long,
    ];
    for id in garbage {
        for message in [&end, &dm] {
            if id == "delete:1" && message.id == dm.id {
                continue;
            }
            let answer = bot.forge(&bot.ann, id, message).await;
            assert!(answer.content.contains("🚫") && answer.buttons().is_empty(), "{id:?}: {}", answer.content);
        }
    }
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.count(&["R-2"]), 0);
    assert_eq!(bot.ann.dms().iter().filter(|message| message.content.contains(LINK)).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_of_another_persons_operation_need_rights_of_ones_own() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let end = bot.sees(&["**In rescue**", &bot.ann.mention(), "It is yours"]).await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    for verb in ["restore", "look", "mail", "cancel", "extend"] {
        let answer = bot.forge(&guest, &bot.marked(verb, 1).await, &end).await;
        assert!(answer.content.contains("No rule"), "{verb}: {}", answer.content);
    }
    // Bob may do all that, but ann's message is ann's, and a link that waits for ann is ann's.
    let bob = bot.bob();
    for verb in ["delete", "reveal"] {
        let answer = bot.forge(&bob, &bot.marked(verb, 1).await, &end).await;
        assert!(answer.content.contains("somebody else"), "{verb}: {}", answer.content);
    }
    assert!(bot.ann.dms().iter().any(|message| message.id == dm.id && message.content.contains(LINK)));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    only_seen_by(&bot, &bot.ann);
    // Restore now on the channel's message is for everybody who may restore.
    let answer = bot.press_and_confirm(&bob, &end, "Restore now").await;
    assert!(answer.content.contains("R-2"), "{}", answer.content);
    bot.rung(&bob, &["**Restored**", "R-2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_now_restores_once() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let restore = custom_id(&dm, "Restore now");
    let hold = bot.ovh.faults().hold_before("POST", "/reboot");
    let cards = [bot.press(&bot.ann, &dm, "Restore now").await, bot.press(&bot.ann, &dm, "Restore now").await];
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing reboots on one tap");
    let (one, other) =
        tokio::join!(bot.press(&bot.ann, &cards[0], "Confirm"), bot.press(&bot.ann, &cards[1], "Confirm"));
    let said = [one.content, other.content];
    assert_eq!(said.iter().filter(|said| said.contains("Started")).count(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|said| said.contains("R-2 is already under way")).count(), 1, "{said:?}");
    for card in &cards {
        let again = bot.forge(&bot.ann, &custom_id(card, "Confirm"), card).await;
        assert!(again.content.contains("R-2 is already under way"), "{}", again.content);
    }
    hold.release();
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    let late = bot.forge(&bot.ann, &restore, &dm).await;
    assert!(late.content.contains("`/restore server:web-1`"), "{}", late.content);
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    assert_eq!(bot.count(&["R-3"]), 0);
}

/// Ann's rescue of `web-1`, up to the button in the channel.
async fn waits_for_reveal(bot: &TestBot, dms: Dms) -> Message {
    bot.discord.set_dms(&bot.ann, dms);
    bot.confirm(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let message = bot.sees(&["Press", "Reveal link", "R-1"]).await;
    assert!(bot.ann.was_rung_by(&message), "she has to know");
    message
}

async fn reveals(dms: Dms) {
    let bot = TestBot::new().await;
    let waiting = waits_for_reveal(&bot, dms).await;
    let reveal = custom_id(&waiting, "Reveal link");
    let bob = bot.bob();
    let answer = bot.press(&bob, &waiting, "Reveal link").await;
    assert!(answer.content.contains("somebody else") && answer.is_ephemeral(), "{}", answer.content);
    let way = answer.content.contains(&bot.ann.mention()) && answer.content.contains("`/rescue link server:web-1`");
    assert!(way && !bot.ann.was_rung_by(&answer), "{}", answer.content);
    let shown = bot.press(&bot.ann, &waiting, "Reveal link").await;
    assert!(shown.is_ephemeral() && shown.content.contains(LINK), "{}", shown.content);
    assert!(shown.button("Show password").is_some_and(|button| button.url.is_some()));
    let labels: Vec<String> = shown.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Show password", "Try the mail", "Guide", "Extend", "Restore now"], "as in the DM");
    assert_eq!(shown.attachments.first().map(|file| file.filename.as_str()), Some("web-1.rdp"));
    bot.rung(&bot.ann, &["**In rescue**", "was shown to the one who asked"]).await;
    let answer = bot.forge(&bot.ann, &reveal, &waiting).await;
    assert!(
        answer.content.contains("`/rescue link server:web-1`") && !answer.content.contains(LINK),
        "{}",
        answer.content
    );
    bot.press(&bot.ann, &shown, "Try the mail").await;
    let waiting = bot.sees(&["Press", "Reveal link", "R-2"]).await;
    let mailed = bot.press(&bot.ann, &waiting, "Reveal link").await;
    assert!(
        mailed.content.contains("OVHcloud's mail") && mailed.button("Try the mail").is_none(),
        "{}",
        mailed.content
    );
    assert!(bot.ann.dms().is_empty());
    only_seen_by(&bot, &bot.ann);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_dms_reveals_the_link_in_the_channel_and_sees_it_alone() {
    reveals(Dms::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_even_be_written_to_reveals_the_link_too() {
    reveals(Dms::ClosedAtOpening).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_waits_through_a_restart_and_for_a_right_that_is_still_there() {
    let mut bot = TestBot::new().await;
    let waiting = waits_for_reveal(&bot, Dms::Closed).await;
    bot.die().await;
    bot.start().await;
    let roles = bot.ann.roles();
    bot.ann.set_roles(&[]);
    let answer = bot.press(&bot.ann, &waiting, "Reveal link").await;
    assert!(answer.content.contains("No rule"), "{}", answer.content);
    bot.ann.set_roles(&roles);
    let shown = bot.press(&bot.ann, &waiting, "Reveal link").await;
    assert!(shown.is_ephemeral() && shown.content.contains(LINK), "{}", shown.content);
    only_seen_by(&bot, &bot.ann);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_dm_is_gone_and_says_that_the_link_is_not_revoked() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let answer = bot.press(&bot.ann, &dm, "Delete this message").await;
    assert!(answer.content.contains("not revoke"), "{}", answer.content);
    assert!(bot.ann.dms().iter().all(|message| !message.content.contains(LINK)));
    assert!(bot.discord.message(dm.id).is_some_and(|message| message.deleted.is_some()));
    // The rescue goes on, and its end finds nothing left to wipe.
    bot.confirm(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.discord.messages(OPS).iter().filter(|message| message.content.contains(LINK)).count(), 0);
}
