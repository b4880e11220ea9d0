//! When a rescue is over, every message that says that it runs is told so by an edit, once: a glance at the channel is never wrong.

use jiff::SignedDuration;
use sim::discord::{Id, Message, ONCALL, OPS, ROLE};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
    passing::{lease, pass},
};

const WEB_1: (&str, &str) = ("server", "web-1");
/// What a channel says of a rescue that runs.
const RUNS: [&str; 5] =
    ["**In rescue**", "is still in rescue", "stays in rescue", "is no longer with", "is being put back"];

/// A bot with somebody on call.
async fn bot(rescue: &str) -> TestBot {
    let config = TestConfig {
        discord: format!("oncall_role = \"{ONCALL}\"\n"),
        rescue: format!("probe = false\n{rescue}"),
        ..TestConfig::default()
    };
    TestBot::with(config, [web_1(), db_1()]).await
}

/// The messages of the ops channel that hold this.
fn holding(bot: &TestBot, part: &str) -> Vec<Message> {
    bot.discord.messages(OPS).into_iter().filter(|message| message.content.contains(part)).collect()
}

/// No message says that a rescue runs.
async fn nothing_runs(bot: &TestBot) {
    eventually("no message says that it runs", async || RUNS.iter().all(|says| bot.count(&[says]) == 0)).await;
}

/// A message says from when to when it was, and how it ended, and offers nothing.
async fn was(bot: &TestBot, id: Id, ended: &str) -> Message {
    eventually("it says that the rescue is over", async || {
        bot.discord.message(id).is_some_and(|message| unlinked(&message.content).contains(ended))
    })
    .await;
    let message = bot.discord.message(id).expect("it stands");
    assert!(
        message.content.contains("**Was in rescue**") && message.content.contains("Was in rescue <t:"),
        "{message:?}"
    );
    assert!(message.buttons().is_empty(), "{message:?}");
    message
}

/// A text whose operations are no links: `[R-1](address)` is `R-1`.
fn unlinked(text: &str) -> String {
    let mut parts = text.split("](https://");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(')').map_or(part, |(_, rest)| rest));
    rest.fold(first, |text, rest| text + rest).replace("[R-", "R-")
}

fn edits(bot: &TestBot, id: Id) -> usize {
    bot.discord.journal().count("PATCH", &format!("/messages/{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_has_card_end_reminder_and_announcements_say_that_it_was() {
    let bot = bot("").await;
    let bob = bot.bob();
    let end = bot.rescued(&bot.ann, "web-1").await;
    let card = bot.sees(&["**In rescue**", "R-1", "Asked for by"]).await;
    let handed = bot.ask(&bob, "rescue hand-over", &[WEB_1, ("user", "bob")]).await;
    assert!(!handed.content.starts_with("🚫"), "{}", handed.content);
    let handed = bot.sees(&["**Handed over**", "web-1"]).await;
    bot.ask(&bob, "rescue extend", &[WEB_1, ("by", "10m")]).await;
    let extended = bot.sees(&["**Extended**", "web-1"]).await;
    pass(&bot, SignedDuration::from_mins(255)).await;
    let reminder = bot.sees(&["Time is up", "web-1"]).await;

    bot.accepted(&bob, "restore", &[WEB_1]).await;
    bot.rung(&bob, &["**Restored**", "R-2"]).await;
    let ended = format!("ended by R-2 of {}", bob.mention());
    for id in [card.id, end.id, handed.id, extended.id, reminder.id] {
        was(&bot, id, &ended).await;
    }
    was(&bot, extended.id, "extended it until").await;
    was(&bot, handed.id, "handed it over from").await;
    was(&bot, reminder.id, "This was a reminder").await;
    nothing_runs(&bot).await;
    // Each was edited once for it, however much is said afterwards.
    let before = [card.id, end.id, reminder.id].map(|id| edits(&bot, id));
    assert_eq!(before[2], 1);
    bot.rescued(&bob, "db-1").await;
    bot.restored(&bob, "db-1").await;
    eventually("those of the other one are told too", async || holding(&bot, "Was in rescue <t:").len() == 7).await;
    assert_eq!([card.id, end.id, reminder.id].map(|id| edits(&bot, id)), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadlines_own_restore_is_said_as_what_it_was() {
    let bot = bot("on_deadline = \"restore\"\n").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, SignedDuration::from_mins(245)).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    was(&bot, end.id, "ended by R-2, because its time was over").await;
    nothing_runs(&bot).await;
    assert_eq!(holding(&bot, "Was in rescue <t:").len(), 3, "card, end, and that it was being put back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_rescue_ends_the_first_once_the_machine_is_there_and_one_that_comes_to_nothing_does_not() {
    let bot = bot("").await;
    let bob = bot.bob();
    let first = bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bob, "rescue enable", &[WEB_1, ("system", "linux")]).await;
    bot.rung(&bob, &["Refused by OVHcloud", "R-2"]).await;
    bot.sees(&["**Given back**", "web-1"]).await;
    bot.sees(&["**Came to nothing**", "R-2"]).await;
    assert!(bot.discord.message(first.id).is_some_and(|end| end.content.contains("**In rescue**")));
    assert_eq!(bot.count(&["**Taken over**"]), 0);

    bot.ovh.allow("dedicatedServer:apiovh:reboot");
    bot.accepted(&bob, "rescue enable", &[WEB_1, ("system", "linux")]).await;
    let second = bot.rung(&bob, &["**In rescue**", "R-3"]).await;
    was(&bot, first.id, &format!("ended by R-3 of {}, which took it into rescue again", bob.mention())).await;
    eventually("nothing says that the first runs", async || bot.count(&["**In rescue**", "R-1"]) == 0).await;
    let second = bot.discord.message(second.id).expect("it stands");
    assert!(second.button("Restore now").is_some(), "{second:?}");
    assert_eq!(lease(&bot, "web-1").await.expect("it runs").operation.0, 3);
    bot.restored(&bob, "web-1").await;
    was(&bot, second.id, "ended by R-4").await;
    nothing_runs(&bot).await;
    eventually("nor do the notices of the first one", async || {
        bot.count(&["**Given back**"]) + bot.count(&["**Taken over**"]) == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_end_and_the_edit_it_is_told_by_the_next_process() {
    let mut bot = bot("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, SignedDuration::from_mins(245)).await;
    let reminder = bot.sees(&["Time is up", "web-1"]).await;
    let over = |message: &Message| message.content.contains("Time ran out");
    bot.discord.wait_for_message(OPS, move |message| message.id == end.id && over(message)).await;
    let held = [end.id, reminder.id].map(|id| {
        bot.discord.faults().always().status("PATCH", &format!("/messages/{id}"), 500, &serde_json::json!({}))
    });
    bot.accepted(&bot.ann, "restore", &[WEB_1]).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    eventually("both edits are under way", async || held.iter().all(|held| held.hits() > 0)).await;
    bot.die().await;
    bot.discord.faults().clear();
    for id in [end.id, reminder.id] {
        let message = bot.discord.message(id).expect("it stands");
        assert!(!message.content.contains("Was in rescue"), "{message:?}");
    }
    bot.start().await;
    for id in [end.id, reminder.id] {
        was(&bot, id, "ended by R-2").await;
    }
    nothing_runs(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_somebody_deleted_blocks_nothing_and_is_not_posted_again() {
    let bot = bot("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let card = bot.sees(&["**In rescue**", "R-1", "Asked for by"]).await;
    bot.ask(&bot.ann, "rescue extend", &[WEB_1, ("by", "10m")]).await;
    let extended = bot.sees(&["**Extended**", "web-1"]).await;
    pass(&bot, SignedDuration::from_mins(255)).await;
    let reminder = bot.sees(&["Time is up", "web-1"]).await;
    let shows = |message: &Message| message.content.contains("Time ran out");
    bot.discord.wait_for_message(OPS, move |message| message.id == end.id && shows(message)).await;
    bot.discord.delete_message(end.id);
    bot.discord.delete_message(extended.id);
    let tried = edits(&bot, end.id);
    bot.restored(&bot.ann, "web-1").await;
    for id in [card.id, reminder.id] {
        was(&bot, id, "ended by R-2").await;
    }
    nothing_runs(&bot).await;
    eventually("the deleted one was tried", async || edits(&bot, end.id) > tried).await;
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!(edits(&bot, end.id), tried + 1, "it is given up at once");
    assert_eq!(holding(&bot, "Was in rescue <t:").len(), 2, "nothing is posted in its place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_was_archived_meanwhile_is_told_too() {
    let bot = bot("").await;
    let thread = bot.discord.thread(OPS, "web-1 is down");
    let card = bot.ann.slash(thread, "rescue enable", &[WEB_1]).await.answer().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    let end = bot
        .discord
        .wait_for_message(thread, |message| message.content.contains("**In rescue**") && !message.buttons().is_empty())
        .await;
    bot.discord.archive_thread(thread);
    bot.restored(&bot.ann, "web-1").await;
    was(&bot, end.id, "ended by R-2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_speaks_french_is_told_in_french() {
    let config = TestConfig { locale: "fr", ..TestConfig::default() };
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    let ben = bot.discord.person("ben", "en-GB", &[ROLE]);
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    let end = bot.rung(&bot.ann, &["**En mode rescue**", "R-1"]).await;
    pass(&bot, SignedDuration::from_mins(245)).await;
    let reminder = bot.sees(&["C'est l'heure", "web-1"]).await;
    bot.accepted(&ben, "restore", &[WEB_1]).await;
    let ended = format!("terminé par R-2, de {}", ben.mention());
    for id in [end.id, reminder.id] {
        let told = bot
            .discord
            .wait_for_message(OPS, {
                let ended = ended.clone();
                move |message| message.id == id && unlinked(&message.content).contains(&ended)
            })
            .await;
        assert!(told.content.contains("**Était en mode rescue**") && told.buttons().is_empty(), "{told:?}");
        assert!(told.content.contains("En mode rescue de <t:"), "{told:?}");
    }
    eventually("no message says that it runs", async || {
        bot.count(&["**En mode rescue**"]) + bot.count(&["est toujours en mode rescue"]) == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_into_the_same_rescue_is_told_to_its_owner_whose_link_may_be_old() {
    let bot = bot("").await;
    let bob = bot.bob();
    bot.rescued(&bot.ann, "web-1").await;
    bot.accepted(&bob, "reboot", &[WEB_1]).await;
    let told = bot.rung(&bot.ann, &["**Rebooted**", &bob.mention(), "web-1", "into the rescue of"]).await;
    assert!(told.content.contains("`/rescue link server:web-1`"), "{}", told.content);
    let end = bot.rung(&bob, &["**Rebooted**", "R-2"]).await;
    assert!(end.content.contains("booted into rescue again"), "{}", end.content);
    bot.accepted(&bot.ann, "reboot", &[WEB_1]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "R-3"]).await;
    bot.restored(&bot.ann, "web-1").await;
    let ended = was(&bot, told.id, "ended by R-4 of").await;
    assert!(ended.content.contains("rebooted it into rescue once more"), "{}", ended.content);
    assert_eq!(bot.ovh.reboots("web-1"), 4);
}
