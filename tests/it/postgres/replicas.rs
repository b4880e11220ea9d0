//! Replicas side by side in one process: each serves what the other has shown, everybody is answered once, and what holds for one holds
//! over all.

use std::time::{Duration, Instant};

use bernard_domain::{lease::Lease, operation::Kind};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use sim::discord::{Discord, Message, OPS, Person, Scope};
use sqlx::{Connection, PgConnection};

use super::{Base, configured, crashes_of};
use crate::{
    bot::{Running, TestBot, TestConfig, custom_id, db_1, eventually, web_1},
    crash::Moment,
};

/// The usual configuration for replicas of which none dies: each keeps what it has, however busy the machine is.
async fn side_by_side() -> Option<TestConfig> {
    Some(TestConfig { lease_seconds: "60", ..configured().await? })
}

/// Two replicas behind a door each, of which a story chooses the one that hears of an interaction.
struct Pair {
    bot: TestBot,
    doors: [String; 2],
    _other: Running,
}

/// Which of the two.
#[derive(Clone, Copy)]
enum Door {
    First,
    Second,
}

impl Pair {
    /// Both in mode `http`; `None`: there is no PostgreSQL here.
    async fn with(limits: &str) -> Option<Self> {
        let config = side_by_side().await?;
        let key = Discord::start().await.public_key();
        let discord = format!("mode = \"http\"\npublic_key = \"{key}\"\n");
        let mut bot =
            TestBot::with(TestConfig { discord, limits: limits.to_owned(), ..config }, [web_1(), db_1()]).await;
        let mut other = bot.another().await;
        let doors = [bot.endpoint("/interactions"), other.endpoint("/interactions")];
        let pair = Self { bot, doors, _other: other };
        pair.hears(Door::First);
        Some(pair)
    }

    /// From now on this one hears of what people do.
    fn hears(&self, door: Door) {
        self.bot.discord.send_interactions_to(&self.doors[door as usize]);
    }
}

/// No limit that a story meets.
const FREE: &str = "per_user_per_minute = 100000\nper_server_per_hour = 100000\n";

/// What stands below the answer to a command, once it is there.
async fn below(pair: &Pair, who: &Person, command: &str, options: &[(&str, &str)], label: &'static str) -> Message {
    let asked = pair.bot.slash(who, command, options).await;
    asked.wait_for(move |message| message.button(label).is_some()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_replica_serves_presses_on_what_the_other_has_shown() {
    let Some(pair) = Pair::with(FREE).await else { return };
    let bot = &pair.bot;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    pair.hears(Door::Second);
    let accepted = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    let end = bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    pair.hears(Door::First);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    // A way on from a refusal is in the memory of whoever showed it, and in the store.
    let offered = below(&pair, &bot.ann, "reboot", &[("server", "wbe-1")], "web-1").await;
    let anns = custom_id(&offered, "web-1");
    pair.hears(Door::Second);
    let card = bot.press(&bot.ann, &offered, "web-1").await;
    assert!(card.button("Confirm").is_some(), "{}", card.text());
    let bob = bot.bob();
    let list = bot.ask(&bob, "rescue list", &[]).await;
    let refused = bot.forge(&bob, &anns, &list).await;
    assert!(refused.content.contains("🚫"), "it is Ann's: {}", refused.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_by_one_holds_in_the_other_at_the_next_act() {
    let Some(pair) = Pair::with(FREE).await else { return };
    let bot = &pair.bot;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    pair.hears(Door::Second);
    bot.ask(&bot.ann, "admin pause", &[("reason", "a move")]).await;
    pair.hears(Door::First);
    for answer in
        [bot.press(&bot.ann, &card, "Confirm").await, bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await]
    {
        assert!(answer.content.contains("paused all new operations"), "{}", answer.content);
    }
    bot.ask(&bot.ann, "admin resume", &[]).await;
    pair.hears(Door::Second);
    bot.accepts(Kind::Reboot).await;
    assert!(bot.last_word("R-1").await.contains("**Rebooted**"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_over_both() {
    let Some(pair) = Pair::with("per_user_per_minute = 4\nper_server_per_hour = 1\n").await else { return };
    let bot = &pair.bot;
    let mut answered = 0;
    for door in [Door::First, Door::Second].into_iter().cycle().take(10) {
        pair.hears(door);
        let answer = bot.ask(&bot.ann, "help", &[]).await;
        answered += usize::from(!answer.content.contains("Try again"));
    }
    // One comes back every fifteen seconds, should this machine be slow.
    assert!((4..=6).contains(&answered), "{answered}");
    // Of one server's operations too: whoever is asked second refuses.
    let (bob, cleo) = (bot.bob(), bot.discord.person("cleo", "en-GB", &bot.ann.roles()));
    pair.hears(Door::First);
    let accepted = bot.confirm(&bob, "reboot", &[("server", "web-1")]).await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    assert!(bot.sees(&["**Rebooted**", "R-1"]).await.content.contains("web-1"));
    pair.hears(Door::Second);
    let refused = bot.ask(&cleo, "reboot", &[("server", "web-1")]).await;
    assert!(refused.content.contains("Try again"), "{}", refused.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ovhclouds_budget_holds_over_both() {
    const PER_MINUTE: u32 = 60;
    let Some(config) = side_by_side().await else { return };
    let began = Instant::now();
    let bot = TestBot::with_budget(config, [web_1(), db_1()], PER_MINUTE).await;
    let _other = bot.another().await;
    // Each of these reads a dozen things: far more than there is.
    let asked = join_all((0..12).map(|_| bot.slash(&bot.ann, "status", &[("server", "web-1")]))).await;
    // A quarter of the budget at once, and then one in 61/45 of a second.
    let most = |seconds: f64| f64::from(PER_MINUTE / 4) + seconds * 45.0 / 61.0 + 1.0;
    eventually("more than a burst was sent", async || {
        let sent = bot.ovh.journal().all().len();
        let most = most(began.elapsed().as_secs_f64());
        assert!(sent as f64 <= most, "{sent} were sent, and {most} may be");
        sent > PER_MINUTE as usize / 4 + 5
    })
    .await;
    assert_eq!(asked.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_discord_wants_one_to_wait_the_other_sends_nothing_either() {
    const LONG: Duration = Duration::from_secs(3);
    let Some(pair) = Pair::with(FREE).await else { return };
    let bot = &pair.bot;
    let limited = || bot.discord.journal().with_status(429).len();
    let until = Timestamp::now() + LONG;
    bot.discord.rate_limit(Scope::Global, "POST", "/messages", LONG, 1);
    bot.confirm(&bot.ann, "reboot", &[("server", "web-1")]).await;
    eventually("Discord said so", async || limited() == 1).await;
    until_held(bot, until).await;
    pair.hears(Door::Second);
    bot.confirm(&bot.ann, "reboot", &[("server", "db-1")]).await;
    for server in ["web-1", "db-1"] {
        bot.sees(&["**Rebooted**", server]).await;
        assert_eq!(bot.ovh.reboots(server), 1);
    }
    assert_eq!(limited(), 1, "nobody else had to be told");
}

/// Waits until the store says that nothing is sent to Discord until then.
async fn until_held(bot: &TestBot, until: Timestamp) {
    let url = bot.config.postgres.clone().expect("on PostgreSQL");
    let mut connection = PgConnection::connect(&url).await.expect("it opens");
    eventually("it is held", async || {
        let held = sqlx::query_scalar::<_, i64>("SELECT full_at FROM rates WHERE name = 'discord'");
        let full_at = held.fetch_optional(&mut connection).await.expect("it says");
        full_at.is_some_and(|micros| micros >= until.as_microsecond())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_people_on_both_at_once_are_answered_once_each_and_one_reboot_is_sent() {
    let Some(config) = side_by_side().await else { return };
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    let _other = bot.another().await;
    bot.discord.gateway().wait_for_connected(2).await;
    let people: Vec<Person> =
        (0..20).map(|n| bot.discord.person(&format!("person-{n}"), "en-GB", &bot.ann.roles())).collect();
    let cards = join_all(people.iter().map(|who| bot.slash(who, "rescue enable", &[("server", "web-1")]))).await;
    let cards = join_all(cards.iter().map(|asked| asked.answer())).await;
    let presses = join_all(people.iter().zip(&cards).map(|(who, card)| who.press(card, "Confirm"))).await;
    let before: Vec<String> = cards.iter().map(Message::text).collect();
    let answers =
        join_all(presses.iter().zip(before).map(|(press, before)| press.wait_for(move |seen| seen.text() != before)))
            .await;
    let accepted = answers.iter().filter(|answer| answer.content.contains("Started")).count();
    assert_eq!(accepted, 1, "{:#?}", answers.iter().map(Message::text).collect::<Vec<_>>());
    bot.sees(&["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.count(&["R-2"]), 0, "nobody else's was begun");
    for press in &presses {
        // Who comes late is also led to the rescue that is under way.
        let (ways, answers): (Vec<_>, Vec<_>) =
            press.messages().into_iter().partition(|message| message.content.contains("R-1 is under way there"));
        assert!(answers.len() == 1 && ways.len() <= 1, "{answers:#?} {ways:#?}");
    }
    let tried = bot.discord.journal().count("POST", "/callback");
    assert!(tried >= 60, "both were told of each of forty: {tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_both_lose_the_answer_to_their_acknowledgement_one_of_them_serves() {
    let Some(config) = side_by_side().await else { return };
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    let _other = bot.another().await;
    bot.discord.gateway().wait_for_connected(2).await;
    for _ in 0..5 {
        // Neither knows whether the answer that Discord has then is its own.
        let lost = bot.discord.faults().next(2).lose_answer("POST", "/callback");
        let asked = bot.slash(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        let card = asked.answer().await;
        assert!(card.button("Confirm").is_some(), "{}", card.text());
        eventually("both have lost it", async || lost.hits() == 2).await;
    }
    let cards = count_cards(&bot).await;
    assert_eq!(cards, 5, "each was served once");
}

/// How many confirmation cards were made.
async fn count_cards(bot: &TestBot) -> i64 {
    let url = bot.config.postgres.clone().expect("on PostgreSQL");
    let mut connection = PgConnection::connect(&url).await.expect("it opens");
    sqlx::query_scalar("SELECT COUNT(*) FROM cards").fetch_one(&mut connection).await.expect("it says")
}

/// So much time passes for the only rescue.
async fn pass(url: &str, by: SignedDuration) {
    let mut connection = PgConnection::connect(url).await.expect("it opens");
    let (operation, text): (i64, String) = sqlx::query_as("SELECT operation, lease FROM leases WHERE ended_at IS NULL")
        .fetch_one(&mut connection)
        .await
        .expect("there is one");
    let mut lease: Lease = serde_json::from_str(&text).expect("a lease");
    lease.started -= by;
    lease.deadline -= by;
    let millis = i64::try_from(by.as_millis()).expect("not that long");
    sqlx::query(
        "UPDATE leases SET lease = $2, deadline = $3, since_at = since_at - $4, due_at = due_at - $4 WHERE operation = $1",
    )
    .bind(operation)
    .bind(serde_json::to_string(&lease).expect("JSON"))
    .bind(lease.deadline.as_millisecond())
    .bind(millis)
    .execute(&mut connection)
    .await
    .expect("it is written");
}

/// Waits until so many notices are known to be posted.
async fn posted(url: &str, count: i64) {
    let mut connection = PgConnection::connect(url).await.expect("it opens");
    let known = "SELECT COUNT(*) FROM notices WHERE outcome = 'posted'";
    eventually("it is written down", async || {
        sqlx::query_scalar::<_, i64>(known).fetch_one(&mut connection).await.expect("it says") == count
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_reminded_once_and_by_whoever_is_left() {
    let Some(config) = configured().await else { return };
    // As long as it takes to be sure that one is gone.
    let config = TestConfig { lease_seconds: "4", ..config };
    let url = config.postgres.clone().expect("on PostgreSQL");
    let mut bot = TestBot::with(config, [web_1(), db_1()]).await;
    let other = bot.another().await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&url, SignedDuration::from_mins(215)).await;
    bot.ann.wait_for_dm(|message| message.content.contains("Time is nearly up")).await;
    posted(&url, 1).await;
    // Whichever has the loops, one of these two is it.
    bot.die_beside(other);
    let third = bot.another().await;
    pass(&url, SignedDuration::from_mins(30)).await;
    bot.sees(&["Time is up", "web-1"]).await;
    posted(&url, 2).await;
    bot.die_beside(third);
    bot.restored(&bot.ann, "web-1").await;
    let told = |said: &str| {
        let dms = bot.ann.dms().iter().filter(|dm| dm.content.contains(said)).count();
        dms + bot.count(&[said])
    };
    eventually("each says that it was", async || (told("Time is nearly up"), told("Time is up")) == (0, 0)).await;
    assert_eq!(told("This was a reminder"), 2, "each once");
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_the_replicas_and_figures_say_what_each_has_in_hand() {
    let Some(config) = side_by_side().await else { return };
    let mut bot = TestBot::with(config, [web_1(), db_1()]).await;
    let _other = bot.another().await;
    bot.rescued(&bot.ann, "web-1").await;
    let found = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(
        found.content.contains("2 replicas") && found.content.contains(env!("CARGO_PKG_VERSION")),
        "{}",
        found.content
    );
    let metrics = bot.metrics().await;
    for figure in ["bernard_replica_work ", "bernard_replica_work_lost_total", "bernard_database_doubts_total"] {
        assert!(metrics.contains(figure), "{figure}");
    }
    assert!(bot.sees_in(OPS, &["**In rescue**"]).await.content.contains("web-1"));
}

#[test]
fn a_rescue_goes_on_in_another_replica_before_the_effect_of_every_step() {
    crashes_of(Kind::Enable, Moment::Before, Base::Replicas);
}

#[test]
fn a_rescue_goes_on_in_another_replica_after_the_effect_of_every_step() {
    crashes_of(Kind::Enable, Moment::After, Base::Replicas);
}

#[test]
fn a_rescue_goes_on_in_another_replica_after_the_record_of_every_step() {
    crashes_of(Kind::Enable, Moment::Recorded, Base::Replicas);
}

#[test]
fn a_restore_goes_on_in_another_replica_after_the_effect_of_every_step() {
    crashes_of(Kind::Restore, Moment::After, Base::Replicas);
}

#[test]
fn freeing_sessions_goes_on_in_another_replica_before_the_effect_of_every_step() {
    crashes_of(Kind::FreeSessions, Moment::Before, Base::Replicas);
}

#[test]
fn freeing_sessions_goes_on_in_another_replica_after_the_effect_of_every_step() {
    crashes_of(Kind::FreeSessions, Moment::After, Base::Replicas);
}
