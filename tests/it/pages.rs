//! What stands where Discord's answer should: a proxy's page, a wall, an answer that comes late. Nothing is taken for Discord's word,
//! and all goes on when it clears.

use std::time::Duration;

use bernard_domain::operation::Kind;
use jiff::SignedDuration;
use serde_json::json;
use sim::{
    discord::{OPS, ROLE, Scope},
    net::{Faults, Rule},
};

use crate::{
    aftermath::rescued_once,
    bot::{TestBot, eventually},
    passing::pass,
};

/// The last word's link, wherever it stands.
const LINK: &str = "manager/secret";
/// Everything that is asked with the bot's token.
const WITH_TOKEN: [&str; 4] = ["/channels/", "/users/@me", "/guilds/", "/applications/"];

/// A page in place of every answer to the bot's token.
fn pages(faults: &Faults, status: u16) -> Vec<Rule> {
    WITH_TOKEN.iter().map(|path| faults.always().html("*", path, status)).collect()
}

fn met(rules: &[Rule]) -> usize {
    rules.iter().map(Rule::hits).sum()
}

fn clear(rules: &[Rule]) {
    rules.iter().for_each(Rule::clear);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_and_a_link_behind_a_page_arrive_when_it_clears() {
    let each = [401, 403, 404, 429].map(async |status| {
        let bot = TestBot::new().await;
        let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
        bot.accepts(Kind::Enable).await;
        reboot.reached().await;
        let rules = pages(&bot.discord.faults(), status);
        reboot.release();
        bot.ovh.journal().wait_for("*", "/authenticationSecret", 1).await;
        eventually("several met the page", async || met(&rules) >= 5).await;
        clear(&rules);
        rescued_once(&bot).await;
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_that_met_a_page_is_wiped_when_it_clears() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let rules = pages(&bot.discord.faults(), 403);
    bot.accepts(Kind::Restore).await;
    eventually("the server left", async || bot.ovh.reboots("web-1") == 2).await;
    eventually("several met the page", async || met(&rules) >= 5).await;
    clear(&rules);
    assert!(bot.last_word("R-2").await.contains("**Restored**"));
    let ann = bot.ann.clone();
    eventually("no DM holds a link", async || ann.dms().iter().all(|dm| !dm.content.contains(LINK))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passes_behind_a_page_is_told_to_on_call_when_it_clears() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let rules = pages(&bot.discord.faults(), 403);
    pass(&bot, SignedDuration::from_mins(250)).await;
    eventually("the notice met the page", async || met(&rules) >= 2).await;
    clear(&rules);
    bot.discord.wait_for_message(OPS, |message| message.content.contains("is still in rescue")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_401_does_not_end_the_process() {
    let mut bot = TestBot::new().await;
    let rules = pages(&bot.discord.faults(), 401);
    bot.accepts(Kind::Enable).await;
    eventually("several met the page", async || met(&rules) >= 3).await;
    clear(&rules);
    rescued_once(&bot).await;
    assert!(sim::net::client().get(bot.endpoint("/readyz")).send().await.expect("an answer").status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portals_page_with_200_is_no_success() {
    let bot = TestBot::new().await;
    let following = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepts(Kind::Enable).await;
    following.reached().await;
    bot.card_shows("R-1", "Rebooting").await;
    let edits = bot.discord.faults().next(2).html("PATCH", "/channels/", 200);
    following.release();
    rescued_once(&bot).await;
    assert_eq!(edits.hits(), 2);
}

/// Types `/status` while the answer to its acknowledgement meets something; it is answered all the same, and answered once.
async fn answered(spoil: impl FnOnce(&Faults)) {
    let bot = TestBot::new().await;
    spoil(&bot.discord.faults());
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(answer.content.contains("web-1"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_is_taken_at_once_and_answered_late_or_never_is_ours() {
    tokio::join!(
        // The second try hears 40060 before the first one's 204 comes, if ever.
        answered(|faults| drop(faults.hold_answer("POST", "/callback"))),
        answered(|faults| drop(faults.lose_answer("POST", "/callback"))),
        answered(|faults| drop(faults.answer_instead("POST", "/callback", 500, ""))),
        answered(|faults| drop(faults.answer_instead("POST", "/callback", 502, "<html>bad gateway</html>"))),
        answered(|faults| drop(faults.answer_instead("POST", "/callback", 403, "<html>blocked</html>"))),
        answered(|faults| drop(faults.next(2).lose_answer("POST", "/callback"))),
        // Not taken, and time enough for another try.
        answered(|faults| drop(faults.reset("POST", "/callback"))),
        answered(|faults| drop(faults.next(2).html("POST", "/callback", 403))),
        answered(|faults| drop(faults.html("POST", "/callback", 200))),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_204_after_the_second_tries_40060_is_ours() {
    let bot = TestBot::new().await;
    let late = bot.discord.faults().hold_answer("POST", "/callback");
    let asked = bot.slash(&bot.ann, "status", &[("server", "web-1")]).await;
    bot.discord.journal().wait_for("POST", "/callback", 2).await;
    late.release();
    let answer = asked.answer().await;
    assert!(answer.text().contains("web-1"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_somebody_else_answered_does_nothing() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let taken = json!({ "code": 40060, "message": "Interaction has already been acknowledged." });
    let rule = bot.discord.faults().status("POST", "/callback", 400, &taken);
    bot.ann.press(&card, "Confirm").await;
    eventually("it was told so", async || rule.hits() == 1).await;
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("Started (**R-1**)"), "nothing was accepted before: {}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_answered_while_a_global_limit_of_minutes_holds_everything_else() {
    let bot = TestBot::new().await;
    bot.accepts(Kind::Enable).await;
    bot.discord.rate_limit(Scope::Global, "PATCH", "/channels/", Duration::from_secs(387), 1);
    bot.discord.rate_limit(Scope::Global, "POST", "/messages", Duration::from_secs(387), 1);
    eventually("the limit was met", async || bot.discord.invalid_requests() > 0).await;
    for _ in 0..3 {
        let answer = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await;
        assert!(answer.content.contains("db-1"), "{}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cards_limit_of_minutes_freezes_neither_other_cards_nor_what_rings() {
    for scope in [Scope::Route, Scope::Shared] {
        let bot = TestBot::new().await;
        let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
        let following = bot.ovh.faults().hold_before("GET", "/task/");
        bot.accepts(Kind::Enable).await;
        following.reached().await;
        let frozen = bot.card_shows("R-1", "Rebooting").await;
        let path = format!("/messages/{}", frozen.id);
        let before = bot.discord.journal().count("PATCH", &path);
        bot.discord.rate_limit(scope, "PATCH", &path, Duration::from_secs(1_140), 1_000);
        bot.accepted(&bob, "rescue enable", &[("server", "db-1"), ("system", "linux")]).await;
        following.release();
        bot.rung(&bob, &["**In rescue**", "db-1"]).await;
        bot.card_shows("R-2", "**In rescue**").await;
        // Its own end rings, and its card goes on in a new message.
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        let moved = bot.card_shows("R-1", "**In rescue**").await;
        assert_ne!(moved.id, frozen.id);
        assert!(bot.discord.journal().count("PATCH", &path) <= before + 1, "it is left alone");
    }
}
