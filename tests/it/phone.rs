//! On a phone: short messages, what one waits for rings, everything else is quiet, and a hundred at once stay within the limits.

use std::{collections::BTreeSet, time::Duration};

use bernard_domain::operation::Kind;
use futures_util::future::join_all;
use sim::{
    discord::{Allowance, Message, OPS},
    ovh::ServerSpec,
};

use crate::{
    aftermath::is_about,
    bot::{TestBot, TestConfig, eventually},
};

/// How many rescues begin at once.
const CROWD: usize = 100;
/// Until all of them have ended, on the busiest machine.
const LONGEST: Duration = Duration::from_secs(600);

/// What OVHcloud calls one of the crowd: it is known also before the inventory has read it.
fn service_name(n: usize) -> String {
    format!("ns44{n:05}.ip-203-0-113.eu")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_rescues_at_once_in_one_channel_stay_within_the_limits_and_every_card_ends_right() {
    // A fraction of Discord's pace and of ours, so that the story takes seconds. They are the same: an edit counts from its
    // sending until a window after its answer, so however late it is counted at the far end, it is within that.
    let window = Duration::from_millis(250);
    let pace = "task_poll = \"400ms\"\nsecret_poll = \"2s\"\nedit_window = \"250ms\"\n".to_owned();
    let fleet = (1..=CROWD).map(|n| {
        let address = [203, 0, 113, u8::try_from(n).expect("a hundred")];
        ServerSpec::windows(&service_name(n)).named(&format!("node-{n}")).at(address.into())
    });
    let bot = TestBot::with(TestConfig { pace, ..TestConfig::default() }, fleet).await;
    bot.discord.set_tempo(|tempo| {
        tempo.edits = Allowance { count: 5, per: window };
        // What was sent apart can arrive together where the machine is busy: ours is fifty in a second.
        tempo.all = Allowance { count: 200, ..tempo.all };
    });
    for n in 1..=CROWD {
        bot.ovh.withhold_secret(&service_name(n));
        bot.ovh.withhold_mail(&service_name(n));
    }
    // Asked for by ten at a time, and then all under way at once.
    for n in (1..=CROWD).step_by(10) {
        let bot = &bot;
        join_all((n..n + 10).map(|n| async move {
            bot.accepted(&bot.ann, "rescue enable", &[("server", &service_name(n))]).await;
        }))
        .await;
    }
    (1..=CROWD).for_each(|n| bot.ovh.hand_out(&service_name(n)));
    // As long as something goes on, it may take its time.
    let done = || bot.discord.journal().count("*", "/") + bot.ovh.journal().count("POST", "/");
    let cards = || {
        let mut cards = bot.discord.messages(OPS);
        cards.retain(|message| message.content.contains(" · R-") && !bot.ann.was_rung_by(message));
        cards
    };
    let are_over = || cards().iter().filter(|card| is_over(card)).count() == CROWD;
    let ends = async {
        while !are_over() {
            let before = done();
            tokio::time::sleep(window).await;
            let open: Vec<_> = cards().into_iter().filter(|card| !is_over(card)).map(|card| card.content).collect();
            eventually(&format!("every card has its end: {open:#?}"), async || done() > before || are_over()).await;
        }
    };
    tokio::time::timeout(LONGEST, ends).await.expect("nothing goes on for ever");

    for n in 1..=CROWD {
        let id = format!("R-{n}");
        let [card] = &bot.cards(&id)[..] else { panic!("one card of {id}") };
        let server = card.content.split('`').nth(1).expect("it names its server");
        assert_eq!(bot.ovh.reboots(server), usize::from(!is_unsent(card)), "{}", card.content);
        let rings = bot.discord.messages(OPS).into_iter();
        let rings = rings.filter(|message| is_about(message, &id) && bot.ann.was_rung_by(message)).count();
        assert_eq!(rings, 1, "{id} rings once, for its end");
    }
    for card in bot.discord.messages(OPS) {
        let looks: Vec<_> = card.history.iter().map(|version| (&version.content, &version.components)).collect();
        // Whatever could not be posted at the first try is edited once: the first may have arrived, with an earlier look.
        assert!(looks.windows(2).skip(1).all(|two| two[0] != two[1]), "an edit that changed nothing: {looks:?}");
    }
    let unsent = cards().iter().filter(|card| is_unsent(card)).count();
    assert!(unsent < CROWD / 2, "most are in rescue");
    assert_eq!(bot.discord.invalid_requests(), 0, "no 429, no 403");
}

fn is_over(card: &Message) -> bool {
    card.content.contains("**In rescue**") || is_unsent(card)
}

/// A machine that is busy with other things may come to it when the time to send is over: then nothing is sent, which is right too.
fn is_unsent(card: &Message) -> bool {
    card.content.contains("**Not sent**")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_nearly_an_hour_old_goes_on_in_a_new_quiet_message_and_the_old_one_points_there() {
    let mut bot = TestBot::new().await;
    bot.discord.close_dms(&bot.ann);
    bot.accepts(Kind::Enable).await;
    let old = bot.card_shows("R-1", "The link waits for you").await;
    let waiting = bot.rung(&bot.ann, &["**Reveal link**"]).await;
    bot.stop().await;
    bot.age_messages(1, jiff::SignedDuration::from_mins(56)).await;
    bot.start().await;
    eventually("the old card points on", async || {
        bot.discord.message(old.id).is_some_and(|old| old.content.contains("Goes on below"))
    })
    .await;
    let pointer = bot.discord.message(old.id).expect("it stands");
    let link = pointer.content.lines().last().expect("a link");
    let cards = bot.cards("R-1");
    let [_, new] = cards.as_slice() else { panic!("{cards:?}") };
    assert!(link.ends_with(&format!("/{OPS}/{}", new.id)), "{link}");
    assert!(
        pointer.is_layout() && new.is_silent() && new.content == old.content && pointer.buttons().is_empty(),
        "{}",
        new.text()
    );

    // From here on the new one is the card.
    bot.press(&bot.ann, &waiting, "Reveal link").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    eventually("the new card ends", async || {
        bot.discord.message(new.id).is_some_and(|new| new.content.contains("**In rescue**"))
    })
    .await;
    assert_eq!(bot.discord.message(old.id).expect("it stands").content, pointer.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_while_a_card_moves_leaves_one_new_card_and_a_pointer() {
    for held in ["POST", "PATCH"] {
        let mut bot = TestBot::new().await;
        bot.discord.close_dms(&bot.ann);
        bot.accepts(Kind::Enable).await;
        let old = bot.card_shows("R-1", "The link waits for you").await;
        bot.rung(&bot.ann, &["**Reveal link**"]).await;
        bot.stop().await;
        bot.age_messages(1, jiff::SignedDuration::from_mins(56)).await;
        let path = if held == "POST" { format!("/channels/{OPS}/messages") } else { format!("/messages/{}", old.id) };
        let moving = bot.discord.faults().hold_answer(held, &path);
        bot.start().await;
        moving.reached().await;
        bot.die().await;
        bot.discord.faults().clear();
        bot.start().await;
        eventually("the old card points on", async || {
            bot.discord.message(old.id).is_some_and(|old| old.content.contains("Goes on below"))
        })
        .await;
        let states = bot.cards("R-1").into_iter().filter(|card| !card.content.contains("Goes on below")).count();
        assert_eq!(states, 1, "{held}: one card is the card");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn state_comes_first_buttons_are_few_and_the_likely_one_is_first() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Console open**"]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("console")).await;
    let channel = bot.discord.messages(OPS);
    let (dms, ann) = (bot.ann.dms(), bot.ann.clone());
    for message in channel.iter().chain(&dms) {
        let first = message.content.split(' ').next().expect("a word");
        assert!(!first.is_ascii(), "an emoji first: {}", message.content);
        assert!(message.buttons().len() <= 5, "{}", message.text());
        assert!(!message.content.contains('|'), "no tables: {}", message.content);
        let labels: Vec<String> = message.buttons().into_iter().map(|button| button.label).collect();
        assert!(labels.first().is_none_or(|first| first != "Delete this message"), "{labels:?}");
    }
    let quiet: BTreeSet<bool> =
        channel.iter().filter(|message| !ann.was_rung_by(message)).map(Message::is_silent).collect();
    assert_eq!(quiet, BTreeSet::from([true]), "a card is silent");
}
