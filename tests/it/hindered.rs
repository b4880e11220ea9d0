//! What does not work that is waited on: whoever waits says what for, on-call hears once of what only the operator can mend, and it
//! goes on by itself.

use serde_json::{Value, json};
use sim::{
    discord::{Message, ONCALL, OPS},
    ovh::Ending,
};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

async fn watched(config: TestConfig) -> TestBot {
    let config = TestConfig { discord: format!("oncall_role = \"{ONCALL}\""), ..config };
    TestBot::with(config, [web_1(), db_1()]).await
}

fn calls(bot: &TestBot) -> Vec<Message> {
    let rings = |message: &Message| message.pinged_roles.contains(&ONCALL);
    bot.discord.messages(OPS).into_iter().filter(rings).collect()
}

async fn called(bot: &TestBot, words: &str) -> Message {
    bot.discord
        .wait_for_message(OPS, |message| message.pinged_roles.contains(&ONCALL) && message.content.contains(words))
        .await
}

/// An enable that OVHcloud took, and whose task goes on until it is let.
async fn under_way(bot: &TestBot, server: &str) {
    bot.ovh.next_reboot_ends(server, Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", server)]).await;
    bot.sees(&["**Rebooting**", server, "`doing`"]).await;
}

/// The task ends as if nothing had been.
fn let_go(bot: &TestBot, server: &str) {
    bot.ovh.tasks_go_on(server, &Ending::Done);
}

fn refusal(code: &str, message: &str) -> Value {
    json!({"errorCode": code, "httpCode": "403 Forbidden", "message": message})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_expires_in_the_middle_is_said_on_each_card_and_rings_on_call_once() {
    let mut bot = watched(TestConfig::default()).await;
    under_way(&bot, "web-1").await;
    under_way(&bot, "db-1").await;
    bot.ovh.expire_credentials();
    for id in ["R-1", "R-2"] {
        bot.card_shows(id, "OVHcloud refuses our key").await;
        bot.card_shows(id, "query id").await;
    }
    let call = called(&bot, "OVHcloud refuses our key").await;
    assert!(call.content.contains("`main`") && call.content.contains("INVALID_CREDENTIAL"), "{}", call.content);
    bot.die().await;
    bot.start().await;
    let asked = bot.ovh.journal().count("GET", "/task/");
    bot.ovh.journal().wait_for("GET", "/task/", asked + 6).await;
    bot.ovh.renew_credentials();
    let_go(&bot, "web-1");
    let_go(&bot, "db-1");
    for id in ["R-1", "R-2"] {
        bot.rung(&bot.ann, &["**In rescue**", id]).await;
    }
    eventually("no card says so any more", async || bot.count(&["Waiting: OVHcloud"]) == 0).await;
    assert_eq!(calls(&bot).len(), 1);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_time_is_told_again_and_the_card_says_when_it_is_over() {
    let bot = watched(TestConfig::default()).await;
    under_way(&bot, "web-1").await;
    for times in 1..=2 {
        bot.ovh.expire_credentials();
        bot.card_shows("R-1", "OVHcloud refuses our key").await;
        eventually("on-call is rung", async || calls(&bot).len() == times).await;
        bot.ovh.renew_credentials();
        eventually("the card says no more of it", async || bot.count(&["Waiting: OVHcloud"]) == 0).await;
    }
    let_go(&bot, "web-1");
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_that_is_read_again_goes_on_at_once() {
    let usual = TestConfig::default();
    let pace = usual.pace.replace("task_poll = \"30ms\"", "task_poll = \"2s\"");
    let mut bot = watched(TestConfig { pace, ..usual }).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the reboot is taken", async || bot.ovh.reboots("web-1") == 1).await;
    bot.ovh.expire_credentials();
    bot.card_shows("R-1", "OVHcloud refuses our key").await;
    bot.ovh.renew_credentials();
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_refusing_is_said_by_its_name() {
    let expired = json!({"class": "Client::Expired", "message": "This service is expired"});
    let iam = json!({"class": "Client::Forbidden", "message": "User not granted for this request",
                     "details": {"unauthorizedActionsByIAM": "dedicatedServer:apiovh:task/get"}});
    for (status, body, card, call) in [
        (403, refusal("NOT_CREDENTIAL", "This credential does not exist"), "refuses our key", "refuses our key"),
        (403, refusal("INVALID_KEY", "This application key is invalid"), "refuses our key", "refuses our key"),
        (401, json!({"class": "Client::Unauthorized", "message": "Bad token"}), "refuses our key", "refuses our key"),
        (
            403,
            refusal("NOT_GRANTED_CALL", "This call has not been granted"),
            "does not allow our key",
            "does not allow",
        ),
        (403, iam, "does not allow our key", "does not allow"),
        (400, refusal("QUERY_TIME_OUT", "Query out of time"), "refuses our signature", "refuses our signature"),
        (460, expired, "has expired", "has expired"),
    ] {
        let bot = watched(TestConfig::default()).await;
        under_way(&bot, "web-1").await;
        let refused = bot.ovh.faults().always().status("GET", "/task", status, &body);
        bot.card_shows("R-1", card).await;
        called(&bot, call).await;
        refused.clear();
        let_go(&bot, "web-1");
        bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
        assert_eq!(calls(&bot).len(), 1, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oauth2_client_that_was_deleted_is_said_with_either_status() {
    for status in [200, 401] {
        let bot = watched(TestConfig::oauth2()).await;
        under_way(&bot, "web-1").await;
        bot.ovh.faults().always().status("POST", "/auth/oauth2/token", status, &json!({"error": "invalid_client"}));
        bot.ovh.expire_tokens();
        bot.card_shows("R-1", "invalid_client").await;
        called(&bot, "refuses our key").await;
        bot.ovh.faults().clear();
        let_go(&bot, "web-1");
        bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn weather_that_lasts_is_said_and_rings_nobody() {
    let bot = watched(TestConfig::default()).await;
    under_way(&bot, "web-1").await;
    let weather = bot.ovh.faults().always().html("GET", "/task", 503);
    bot.card_shows("R-1", "cannot be reached properly").await;
    weather.clear();
    eventually("the card says no more of it", async || bot.count(&["Waiting: OVHcloud"]) == 0).await;
    let_go(&bot, "web-1");
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert!(calls(&bot).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_begun_ends_with_the_reason_and_on_call_hears_of_it() {
    let bot = watched(TestConfig::default()).await;
    let held = bot.ovh.faults().hold_before("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    held.reached().await;
    bot.ovh.expire_credentials();
    bot.ovh.net().reset_all();
    bot.rung(&bot.ann, &["R-1", "INVALID_CREDENTIAL"]).await;
    called(&bot, "refuses our key").await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sources_that_refuse_are_told_at_once_with_both_reasons() {
    let bot = watched(TestConfig::default()).await;
    let not_granted = refusal("NOT_GRANTED_CALL", "This call has not been granted");
    let forbidden = json!({"class": "Client::Forbidden", "message": "User not granted for this request"});
    bot.ovh.faults().always().status("POST", "/authenticationSecret", 403, &not_granted);
    bot.ovh.faults().always().status("GET", "/me/notification", 403, &forbidden);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["In rescue, no link", "NOT_GRANTED_CALL", "Client::Forbidden"]).await;
    assert!(end.button("Look again").is_some() && end.button("Restore now").is_some());
    assert_eq!(bot.ovh.journal().count("POST", "/authenticationSecret"), 1, "asking again changes nothing");
    called(&bot, "does not allow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_source_goes_on_when_one_refuses_and_the_end_names_the_refusal() {
    let not_granted = refusal("NOT_GRANTED_CALL", "This call has not been granted");
    for (method, path, found) in
        [("POST", "/authenticationSecret", "OVHcloud's mail"), ("GET", "/me/notification", "found in")]
    {
        let bot = watched(TestConfig::default()).await;
        bot.ovh.faults().always().status(method, path, 403, &not_granted);
        if path == "/me/notification" {
            bot.ovh.faults().next(3).status("POST", "/authenticationSecret", 200, &json!([]));
        }
        let end = bot.rescued(&bot.ann, "web-1").await;
        assert!(end.content.contains(found) && end.content.contains("NOT_GRANTED_CALL"), "{}", end.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_refuses_and_one_that_has_nothing_is_said_with_the_refusal_in_the_end() {
    let bot = watched(TestConfig::with_rescue("probe = false\nsecret_timeout = \"500ms\"")).await;
    bot.ovh.withhold_mail("web-1");
    let not_granted = refusal("NOT_GRANTED_CALL", "This call has not been granted");
    bot.ovh.faults().always().status("POST", "/authenticationSecret", 403, &not_granted);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["In rescue, no link", "NOT_GRANTED_CALL"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_whose_session_cannot_be_read_ends_in_time_and_says_why() {
    for (status, body) in
        [(403, refusal("NOT_GRANTED_CALL", "This call has not been granted")), (503, json!({"message": "down"}))]
    {
        let bot = watched(TestConfig::with_rescue("probe = false\nsecret_timeout = \"500ms\"")).await;
        bot.ovh.faults().always().status("GET", "/features/ipmi/access", status, &body);
        bot.ask(&bot.ann, "console", &[("server", "web-1")]).await;
        bot.rung(&bot.ann, &["R-1", &status.to_string()]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_between_two_pieces_of_a_restore_is_waited_for_and_nothing_is_left_out() {
    let usual = TestConfig::default();
    // A way out waits for twenty polls.
    let pace = usual.pace.replace("task_poll = \"30ms\"", "task_poll = \"1s\"");
    let bot = watched(TestConfig { pace, ..usual }).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let server = "/dedicated/server/";
    // At once it is refused, the netboot alone is taken, and then the key is refused.
    bot.ovh.faults().next(1).status("PUT", server, 403, &json!({ "message": "not now" }));
    bot.ovh.faults().next(1).slow("PUT", server, std::time::Duration::ZERO);
    let key =
        bot.ovh.faults().always().status("PUT", server, 403, &refusal("INVALID_CREDENTIAL", "Invalid credential"));
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.card_shows("R-2", "OVHcloud refuses our key").await;
    called(&bot, "OVHcloud refuses our key").await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"), "the first piece is back");
    assert_eq!(
        (bot.ovh.server("web-1").rescue_mail.as_deref(), bot.ovh.reboots("web-1")),
        (Some("ops@example.com"), 1)
    );
    key.clear();
    let end = bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert!(!end.content.contains("did not take everything back"), "{}", end.content);
    assert_eq!((bot.ovh.server("web-1").rescue_mail, bot.ovh.reboots("web-1")), (None, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_had_no_netboot_is_put_back_when_the_disks_can_be_read_again() {
    let bot = TestBot::new().await;
    bot.ovh.netboot_by_somebody("web-1", None);
    bot.ovh.faults().status("POST", "/reboot", 403, &json!({"class": "Client::Forbidden", "message": "not now"}));
    let disks = bot.ovh.faults().always().status("GET", "bootType=harddisk", 503, &json!({"message": "overloaded"}));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the disk is looked for again and again", async || disks.hits() > 12).await;
    disks.clear();
    bot.rung(&bot.ann, &["R-1", "web-1", "is back as it was"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (0, Some("hd")));
}
