//! Discord's weather: limits, lost answers, a gateway that goes away. Operations go on meanwhile, and nothing is said twice.

use std::time::Duration;

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::discord::{OPS, ROLE, Resumable, Scope};

use crate::{
    aftermath::{links_went_only_to, rescued_once},
    bot::{TestBot, eventually},
};

/// Commands are taken and answered.
async fn takes_commands(bot: &TestBot) {
    bot.discord.gateway().wait_for_connected(1).await;
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(answer.content.contains("web-1"), "{}", answer.content);
}

async fn survives_limits(scope: Scope) {
    let bot = TestBot::new().await;
    let soon = Duration::from_millis(200);
    for (method, path) in
        [("POST", "/messages"), ("PATCH", "/channels/"), ("POST", "/users/@me"), ("POST", "/callback")]
    {
        bot.discord.rate_limit(scope, method, path, soon, 2);
    }
    bot.accepts(Kind::Enable).await;
    rescued_once(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_a_route_delays_and_loses_nothing() {
    survives_limits(Scope::Route).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_limit_delays_and_loses_nothing() {
    survives_limits(Scope::Shared).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_global_limit_delays_and_loses_nothing() {
    survives_limits(Scope::Global).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_and_dms_whose_answers_are_lost_are_not_doubled() {
    let bot = TestBot::new().await;
    bot.discord.faults().sometimes(0.6, 7).lose_answer("POST", "/messages");
    bot.discord.faults().next(2).lose_answer("POST", "/users/@me/channels");
    bot.accepts(Kind::Enable).await;
    rescued_once(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_and_edits_heal_after_errors_of_discord() {
    let bot = TestBot::new().await;
    for path in ["/messages", "/users/@me/channels"] {
        bot.discord.faults().next(2).status("POST", path, 503, &json!({ "message": "overloaded", "code": 0 }));
        bot.discord.faults().next(2).reset("POST", path);
        bot.discord.faults().html("POST", path, 502);
    }
    bot.discord.faults().next(3).status("PATCH", "/channels/", 500, &json!({}));
    bot.discord.faults().next(2).reset("PATCH", "/channels/");
    bot.accepts(Kind::Enable).await;
    rescued_once(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_every_end_of_a_connection_that_can_be_resumed_commands_work_again() {
    let bot = TestBot::new().await;
    let gateway = bot.discord.gateway();
    for (n, cut) in ["4000", "4008", "op 7", "op 9", "reset"].into_iter().enumerate() {
        match cut {
            "op 7" => gateway.ask_to_reconnect(),
            "op 9" => gateway.invalidate(Resumable::Yes),
            "reset" => gateway.reset_all(),
            code => gateway.close_all(code.parse().expect("a code")),
        }
        gateway.wait_for_resumes(n + 1).await;
        takes_commands(&bot).await;
    }
    assert_eq!(gateway.identifies(), 1);
}

async fn identifies_again(cut: impl FnOnce(&sim::discord::Gateway)) {
    let bot = TestBot::new().await;
    let gateway = bot.discord.gateway();
    cut(&gateway);
    gateway.wait_for_identifies(2).await;
    takes_commands(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_close_that_ends_the_session_commands_work_again() {
    identifies_again(|gateway| gateway.close_all(4009)).await;
}

/// Every close code that Discord documents but the final ones, and those of the protocol below that a proxy may send.
const NOT_FINAL: [u16; 14] = [1000, 1001, 1011, 1012, 1013, 4000, 4001, 4002, 4003, 4005, 4006, 4007, 4008, 4009];
/// The codes after which coming back is pointless, and what the operator is told.
const FINAL: [(u16, &str); 6] = [
    (4004, "discord.token"),
    (4010, "single shard"),
    (4011, "single shard"),
    (4012, "update Bernard"),
    (4013, "intents"),
    (4014, "intents"),
];

#[tokio::test(flavor = "multi_thread")]
async fn after_every_close_code_that_is_not_final_commands_work_again() {
    // Few after one another, because the pauses between connections that do not last grow.
    futures_util::future::join_all(NOT_FINAL.chunks(2).map(async |codes| {
        let bot = TestBot::new().await;
        let gateway = bot.discord.gateway();
        for (n, code) in codes.iter().enumerate() {
            gateway.close_all(*code);
            eventually("a new session or the old one", async || gateway.resumes() + gateway.identifies() > n + 1).await;
            takes_commands(&bot).await;
        }
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_final_close_code_ends_the_process_and_says_what_to_do() {
    futures_util::future::join_all(FINAL.map(async |(code, words)| {
        let mut bot = TestBot::new().await;
        bot.discord.gateway().close_all(code);
        let ended = tokio::time::timeout(sim::net::PATIENCE, bot.app().ended()).await.expect("it ends by itself");
        assert_eq!(ended.code(), 1, "{code}");
        assert!(ended.to_string().contains(words), "{code}: {ended}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_invalid_session_commands_work_again() {
    identifies_again(|gateway| gateway.invalidate(Resumable::No)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_refused_resume_commands_work_again() {
    identifies_again(|gateway| {
        gateway.refuse_resumes();
        gateway.close_all(4000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_gateway_hangs_operations_go_on_and_the_process_is_alive() {
    let mut bot = TestBot::new().await;
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    let hung = bot.discord.gateway().hang_upgrades();
    bot.discord.gateway().close_all(4000);
    bot.discord.gateway().wait_for_connected(0).await;
    reboot.release();
    rescued_once(&bot).await;
    assert!(sim::net::client().get(bot.endpoint("/healthz")).send().await.expect("an answer").status().is_success());
    hung.clear();
    bot.discord.server().reset_all();
    takes_commands(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_discord_was_away_is_told_afterwards() {
    let mut bot = TestBot::new().await;
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    bot.discord.server().refuse().await;
    bot.discord.server().reset_all();
    reboot.release();
    bot.ovh.journal().wait_for("*", "/authenticationSecret", 1).await;
    assert!(sim::net::client().get(bot.endpoint("/healthz")).send().await.expect("an answer").status().is_success());
    bot.discord.server().accept_again().expect("its port");
    rescued_once(&bot).await;
    takes_commands(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_minutes_holds_nothing_up_and_nothing_is_lost_or_doubled_by_it() {
    let mut bot = TestBot::new().await;
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    bot.card_shows("R-1", "R-1").await;
    bot.discord.server().refuse().await;
    bot.discord.server().reset_all();
    reboot.release();
    // Discord's memory of what was posted ends meanwhile, and every session and token of before does.
    bot.discord.advance(Duration::from_secs(20 * 60));
    bot.ovh.journal().wait_for("*", "/authenticationSecret", 1).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1, "the operation went on by itself");
    for path in ["/healthz", "/metrics"] {
        assert!(
            sim::net::client().get(bot.endpoint(path)).send().await.expect("an answer").status().is_success(),
            "{path}"
        );
    }
    assert_eq!(
        sim::net::client().get(bot.endpoint("/readyz")).send().await.expect("an answer").status(),
        503,
        "no commands come now"
    );
    bot.discord.server().accept_again().expect("its port");
    rescued_once(&bot).await;
    takes_commands(&bot).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_at_the_start_ends_the_process_and_says_what_to_do() {
    let mut bot = TestBot::new().await;
    bot.stop().await;
    bot.discord.faults().always().status("GET", "/applications/@me", 401, &json!({ "message": "401: Unauthorized" }));
    bot.start_without_waiting().await;
    says_what_to_do(&mut bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_gateway_refuses_ends_the_process_and_says_what_to_do() {
    let mut bot = TestBot::new().await;
    bot.discord.gateway().close_all(4004);
    says_what_to_do(&mut bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_while_it_runs_ends_the_process_and_says_what_to_do() {
    let mut bot = TestBot::new().await;
    bot.discord.faults().always().status("POST", "/messages", 401, &json!({ "message": "401: Unauthorized" }));
    bot.accepts(Kind::Enable).await;
    says_what_to_do(&mut bot).await;
}

async fn says_what_to_do(bot: &mut TestBot) {
    let ended = tokio::time::timeout(sim::net::PATIENCE, bot.app().ended()).await.expect("it ends by itself");
    assert_eq!(ended.code(), 1);
    let said = ended.to_string();
    assert!(said.contains("developer portal") && said.contains("discord.token"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_somebody_deleted_is_posted_anew() {
    let bot = TestBot::new().await;
    let following = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepts(Kind::Enable).await;
    following.reached().await;
    let card = bot.card_shows("R-1", "Rebooting").await;
    bot.discord.delete_message(card.id);
    following.release();
    rescued_once(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_too_old_to_be_edited_goes_on_in_a_new_message_and_an_ended_one_rests() {
    let bot = TestBot::new().await;
    let following = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepts(Kind::Enable).await;
    following.reached().await;
    let card = bot.card_shows("R-1", "Rebooting").await;
    let old = format!("/messages/{}", card.id);
    let edited = bot.discord.journal().count("PATCH", &old);
    bot.discord.advance(Duration::from_secs(2 * 60 * 60));
    following.release();
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    eventually("the old card was tried", async || bot.discord.journal().count("PATCH", &old) > edited).await;
    takes_commands(&bot).await;
    // A refusal that no waiting heals is not repeated.
    assert_eq!(bot.discord.journal().count("PATCH", &old), edited + 1);
    assert_eq!(bot.cards("R-1").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_answer_cannot_be_read_is_not_given_up() {
    let bot = TestBot::new().await;
    let spoilt = bot.discord.faults().answer_instead("POST", &format!("/channels/{OPS}/messages"), 200, "{}");
    bot.accepts(Kind::Enable).await;
    rescued_once(&bot).await;
    assert_eq!(spoilt.hits(), 1);
    bot.card_shows("R-1", "**In rescue**").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_too_old_to_be_edited_is_deleted_when_the_rescue_is_over() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.advance(Duration::from_secs(2 * 60 * 60));
    bot.accepts(Kind::Restore).await;
    assert!(bot.last_word("R-2").await.contains("**Restored**"));
    let links = || bot.ann.dms().into_iter().filter(|dm| dm.content.contains("manager/secret")).count();
    eventually("no DM holds a link", async || links() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_left_the_guild_gets_no_link_and_a_colleague_takes_over() {
    let bot = TestBot::new().await;
    let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    bot.discord.leave(&bot.ann);
    reboot.release();
    bot.sees(&["R-1", "The link waits for you"]).await;
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 0);
    bot.confirm(&bob, "restore", &[("server", "web-1")]).await;
    bot.rung(&bob, &["**Restored**", "web-1"]).await;
}

/// A bot that died over the end's post, long ago: Discord has forgotten the nonce.
async fn died_long_ago_over_the_end(hold: impl FnOnce(&sim::net::Faults) -> sim::net::Hold) -> TestBot {
    let mut bot = TestBot::new().await;
    bot.discord.faults().next(1).slow("POST", &format!("/channels/{OPS}/messages"), Duration::ZERO);
    let end = hold(&bot.discord.faults());
    bot.accepts(Kind::Enable).await;
    end.reached().await;
    bot.card_shows("R-1", "**In rescue**").await;
    bot.die().await;
    bot.discord.faults().clear();
    bot.discord.set_tempo(|tempo| tempo.nonce = Duration::ZERO);
    bot.age_messages(1, jiff::SignedDuration::from_mins(5)).await;
    bot.start().await;
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_whose_post_was_lost_long_ago_still_rings() {
    let end = format!("/channels/{OPS}/messages");
    let bot = died_long_ago_over_the_end(|faults| faults.hold_before("POST", &end)).await;
    rescued_once(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_was_posted_long_ago_is_found_and_not_posted_again() {
    let end = format!("/channels/{OPS}/messages");
    let bot = died_long_ago_over_the_end(|faults| faults.hold_answer("POST", &end)).await;
    takes_commands(&bot).await;
    bot.discord.journal().wait_for("GET", &format!("/channels/{OPS}/messages"), 1).await;
    rescued_once(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_closed_to_us_for_a_while_says_what_comes_after_it() {
    let bot = TestBot::new().await;
    bot.ovh.withhold_secret("web-1");
    let follows = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepts(Kind::Enable).await;
    follows.reached().await;
    bot.card_shows("R-1", "Rebooting").await;
    let forbidden = json!({ "message": "Missing Access", "code": 50_001 });
    let refused = bot.discord.faults().always().status("PATCH", "/messages/", 403, &forbidden);
    follows.release();
    eventually("an edit is refused", async || refused.hits() > 0).await;
    refused.clear();
    bot.ovh.hand_out("web-1");
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    bot.card_shows("R-1", "**In rescue**").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}
