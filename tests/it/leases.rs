//! A rescue lasts longer, or is somebody else's: who may say so, how far it goes, and who hears of it.

use bernard_domain::lease::Lease;
use jiff::SignedDuration;
use sim::discord::{Id, Message, OPS, Person, ROLE};

use crate::{
    bot::{TestBot, TestConfig, custom_id, db_1, eventually, rule, web_1},
    passing::{lease, pass},
};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A bot under which ann and ben may do everything, and vic may look.
async fn team(rescue: &str) -> (TestBot, Person, Person) {
    let rules = format!("{}{}", TestConfig::default().rules, rule(VIEWER, &["view"], &["*"]));
    let config = TestConfig { rules, rescue: format!("probe = false\n{rescue}"), ..TestConfig::default() };
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    let ben = bot.discord.person("ben", "en-GB", &[ROLE]);
    let vic = bot.discord.person("vic", "en-GB", &[VIEWER]);
    (bot, ben, vic)
}

/// How much later the deadline is than it was.
async fn gained(bot: &TestBot, before: &Lease) -> SignedDuration {
    lease(bot, "web-1").await.expect("it is in rescue").deadline.duration_since(before.deadline)
}

/// Presses **Extend** and one of its offers.
async fn extends(bot: &TestBot, who: &Person, message: &Message, offer: &str) -> Message {
    let offers = bot.press(who, message, "Extend").await;
    assert!(offers.is_ephemeral(), "nobody else sees the offers");
    let labels: Vec<String> = offers.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels[..2], ["1 h", "4 h"]);
    let until = &labels[2];
    assert!(until.starts_with("Until ") && until.contains(" 08:00 (+"), "which day, and how much that adds: {until}");
    let label = labels.iter().find(|label| label.starts_with(offer)).expect("it is offered");
    bot.press(who, &offers, label).await
}

async fn dm_of(who: &Person) -> Message {
    who.wait_for_dm(|message| message.button("Extend").is_some()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_extends_it_in_the_dm_and_the_channel_hears_of_it() {
    let (bot, _, _) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let before = lease(&bot, "web-1").await.expect("it is in rescue");
    let dm = dm_of(&bot.ann).await;
    let labels: Vec<String> = dm.buttons().into_iter().map(|button| button.label).collect();
    let places = ["Delete this message", "Extend", "Restore now"].map(|label| labels.iter().position(|l| l == label));
    assert!(places.is_sorted() && places[0].is_some(), "{labels:?}");

    let answer = extends(&bot, &bot.ann, &dm, "4 h").await;
    assert!(answer.content.contains("stays in rescue until") && answer.buttons().is_empty(), "{}", answer.content);
    assert_eq!(gained(&bot, &before).await, HOUR * 4);
    let news = bot.sees(&["**Extended**", "web-1"]).await;
    assert!(news.is_silent(), "the owner knows");
    let until = (before.deadline + HOUR * 4).as_second().to_string();
    bot.discord.wait_for_message(OPS, move |seen| seen.id == end.id && seen.content.contains(&until)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_with_the_right_extends_it_in_the_channel_and_its_owner_is_rung() {
    let (bot, ben, _) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let before = lease(&bot, "web-1").await.expect("it is in rescue");
    extends(&bot, &ben, &end, "1 h").await;
    assert_eq!(gained(&bot, &before).await, HOUR);
    let news = bot.sees(&["**Extended**", "web-1", &ben.mention()]).await;
    assert!(bot.ann.was_rung_by(&news) && !ben.was_rung_by(&news));
    // The announcement leads out of the rescue and on with it, too.
    extends(&bot, &ben, &news, "Until ").await;
    let until = lease(&bot, "web-1").await.expect("it is in rescue").deadline;
    let local = until.to_zoned(jiff::tz::TimeZone::get("Europe/Paris").expect("a zone"));
    assert_eq!((local.hour(), local.minute(), local.second()), (8, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_extends_once_however_often_it_is_pressed() {
    let (bot, _, _) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let before = lease(&bot, "web-1").await.expect("it is in rescue");
    let offers = bot.press(&bot.ann, &end, "Extend").await;
    let id = custom_id(&offers, "1 h");
    bot.press(&bot.ann, &offers, "1 h").await;
    let again = bot.forge(&bot.ann, &id, &end).await;
    assert!(again.content.contains("just ended or been changed"), "{}", again.content);
    assert_eq!(gained(&bot, &before).await, HOUR);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_extends_and_hands_over_nothing() {
    let (bot, _, vic) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let before = lease(&bot, "web-1").await.expect("it is in rescue");
    let offers = bot.press(&bot.ann, &end, "Extend").await;
    let id = custom_id(&offers, "4 h");
    let server = ("server", "web-1");
    let answers = [
        bot.press(&vic, &end, "Extend").await,
        bot.forge(&vic, &id, &end).await,
        bot.ask(&vic, "rescue extend", &[server, ("by", "1h")]).await,
        bot.ask(&vic, "rescue hand-over", &[server, ("user", "vic")]).await,
    ];
    for answer in answers {
        assert!(
            answer.content.contains("do not include `rescue`") && answer.buttons().is_empty(),
            "{}",
            answer.content
        );
    }
    assert_eq!(lease(&bot, "web-1").await, Some(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rescue_lasts_longer_from_now_than_the_longest_lease_and_that_is_said() {
    let (bot, _, _) = team("lease = \"4h\"\nmax_lease = \"5h\"").await;
    bot.rescued(&bot.ann, "web-1").await;
    let server = ("server", "web-1");
    let cut = bot.ask(&bot.ann, "rescue extend", &[server]).await;
    assert!(cut.content.contains("less than you asked for") && cut.content.contains("5 h"), "{}", cut.content);
    assert!(cut.content.contains("`max_lease`"), "{}", cut.content);
    let held = lease(&bot, "web-1").await.expect("it is in rescue");
    let left = held.deadline.duration_since(jiff::Timestamp::now());
    assert!(left <= HOUR * 5 && left > HOUR * 4, "{left}");
    pass(&bot, -HOUR).await;
    let beyond = bot.ask(&bot.ann, "rescue extend", &[server, ("by", "1d")]).await;
    assert!(beyond.content.starts_with("🚫") && beyond.content.contains("already"), "{}", beyond.content);
    for wrong in ["soon", "90", "0h"] {
        let answer = bot.ask(&bot.ann, "rescue extend", &[server, ("by", wrong)]).await;
        assert!(answer.content.contains("`by` is not right"), "{wrong}: {}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_is_over_is_extended_from_now() {
    let (bot, _, _) = team("").await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, HOUR * 6).await;
    bot.ask(&bot.ann, "rescue extend", &[("server", "web-1"), ("by", "90m")]).await;
    let left = lease(&bot, "web-1").await.expect("in rescue").deadline.duration_since(jiff::Timestamp::now());
    assert!(left > SignedDuration::from_mins(85) && left <= SignedDuration::from_mins(90), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_never_covers_more_time_but_covers_another_owner() {
    let protect = "[[protect]]\nservers = [\"tag:frozen=yes\"]\nactions = [\"rescue\"]\napprovals = 1\n";
    let rules = format!("{}{protect}", TestConfig::default().rules);
    let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, [web_1()]).await;
    let ben = bot.discord.person("ben", "en-GB", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.set_tag("web-1", "frozen", "yes");
    let before = lease(&bot, "web-1").await.expect("it is in rescue");
    bot.ask(&bot.ann, "rescue extend", &[("server", "web-1"), ("by", "1h")]).await;
    assert_eq!(gained(&bot, &before).await, HOUR);
    let asked = bot.ask(&bot.ann, "rescue hand-over", &[("server", "web-1"), ("user", "ben")]).await;
    assert!(asked.content.contains("**R-2**") && asked.content.contains("must approve"), "{}", asked.content);
    let held = lease(&bot, "web-1").await.expect("it is in rescue");
    assert_ne!(held.owner.0, ben.id().0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_goes_to_somebody_who_may_and_who_is_rung() {
    let (bot, ben, _) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let answer = bot.ask(&bot.ann, "rescue hand-over", &[("server", "web-1"), ("user", "ben")]).await;
    assert!(answer.content.contains(&ben.mention()), "{}", answer.content);
    let news = bot.sees(&["**Handed over**", "web-1"]).await;
    assert!(ben.was_rung_by(&news) && !bot.ann.was_rung_by(&news), "Ann knows: it was her word");
    assert!(news.button("Restore now").is_some() && news.button("Extend").is_some());
    let mention = ben.mention();
    bot.discord.wait_for_message(OPS, move |seen| seen.id == end.id && seen.content.contains(&mention)).await;
    assert!(bot.ask(&ben, "rescue list", &[]).await.content.contains(&ben.mention()));
    // From now on it is ben who is reminded.
    pass(&bot, SignedDuration::from_mins(220)).await;
    ben.wait_for_dm(|message| message.content.contains("Time is nearly up")).await;
    assert!(bot.ann.dms().iter().all(|message| !message.content.contains("Time is nearly up")));
    let again = bot.ask(&ben, "rescue hand-over", &[("server", "web-1"), ("user", "ben")]).await;
    assert!(again.content.contains("already"), "{}", again.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_goes_to_nobody_who_may_not_or_of_whom_nothing_is_known() {
    let (bot, ben, vic) = team("").await;
    bot.rescued(&bot.ann, "web-1").await;
    let before = lease(&bot, "web-1").await;
    let to = |name: &'static str| [("server", "web-1"), ("user", name)];
    let refused = bot.ask(&bot.ann, "rescue hand-over", &to("vic")).await;
    assert!(refused.content.contains(&vic.mention()) && refused.content.contains("needs the right"), "{refused:?}");
    bot.discord.leave(&ben);
    let refused = bot.ask(&bot.ann, "rescue hand-over", &to("ben")).await;
    assert!(refused.content.contains("may not own"), "{}", refused.content);
    bot.discord.join(&ben);
    bot.discord.faults().always().status("GET", "/members/", 503, &serde_json::json!({ "message": "upstream" }));
    let refused = bot.ask(&bot.ann, "rescue hand-over", &to("ben")).await;
    assert!(refused.content.contains("did not tell me the roles"), "{}", refused.content);
    assert_eq!(lease(&bot, "web-1").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_is_over_is_not_extended() {
    let (bot, _, _) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let id = custom_id(&end, "Extend");
    let offers = bot.press(&bot.ann, &end, "Extend").await;
    let offer = custom_id(&offers, "1 h");
    bot.restored(&bot.ann, "web-1").await;
    for id in [id, offer] {
        let answer = bot.forge(&bot.ann, &id, &end).await;
        assert!(answer.content.contains("has gone on"), "{}", answer.content);
    }
    for command in ["rescue extend", "rescue hand-over"] {
        let options: &[_] = match command {
            "rescue extend" => &[("server", "web-1")],
            _ => &[("server", "web-1"), ("user", "ann")],
        };
        let answer = bot.ask(&bot.ann, command, options).await;
        assert!(answer.content.contains("I hold no rescue"), "{}", answer.content);
    }
    let gone = end.id;
    eventually("the end has no buttons", async || {
        bot.discord.message(gone).is_some_and(|message| message.buttons().is_empty())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_reads_french_is_answered_in_french() {
    let (bot, _, _) = team("").await;
    let zoe = bot.discord.person("zoé", "fr", &[ROLE]);
    let end = bot.rescued_in_french(&zoe, "web-1").await;
    let offers = bot.press(&zoe, &end, "Extend").await;
    assert!(offers.content.contains("Combien de temps de plus"), "{}", offers.content);
    let label = offers.buttons().into_iter().map(|button| button.label).find(|label| label.starts_with("Jusqu'à "));
    let label = label.expect("until the morning");
    assert!(label.contains(". 08:00 (+"), "which day, in French: {label}");
    let answer = bot.press(&zoe, &offers, &label).await;
    assert!(answer.content.contains("reste en mode rescue"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_is_being_left_lasts_no_longer_and_goes_to_nobody_else() {
    let (bot, _, _) = team("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let before = lease(&bot, "web-1").await;
    let offers = bot.press(&bot.ann, &end, "Extend").await;
    let hold = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    hold.reached().await;
    let server = ("server", "web-1");
    for answer in [
        bot.press(&bot.ann, &offers, "4 h").await,
        bot.ask(&bot.ann, "rescue extend", &[server, ("by", "1h")]).await,
        bot.ask(&bot.ann, "rescue hand-over", &[server, ("user", "ben")]).await,
    ] {
        assert!(answer.content.contains("is busy with R-2") && answer.buttons().is_empty(), "{}", answer.content);
    }
    assert_eq!(lease(&bot, "web-1").await, before);
    hold.release();
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!((bot.count(&["**Extended**"]), bot.count(&["Handed over"])), (0, 0));
}
