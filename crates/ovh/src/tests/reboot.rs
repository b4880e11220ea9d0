//! What became of a reboot, and how often it was sent.

use std::time::Duration;

use bernard_domain::server::TaskId;
use serde_json::json;

use super::{
    super::{Cause, Client, RebootAnswer, client::Timeouts},
    FarEnd, HURRIED, NAME, intent, name, shown,
};

async fn reboot(far_end: &FarEnd) -> RebootAnswer {
    let ready = far_end.client().prepare_reboot(&name()).await.unwrap();
    ready.send(intent()).await
}

#[track_caller]
fn unknown(answer: RebootAnswer) -> String {
    match answer {
        RebootAnswer::Unknown(error) => shown(&error),
        other => panic!("expected Unknown, got {other:?}"),
    }
}

#[track_caller]
fn unsent(answer: RebootAnswer) -> String {
    match answer {
        RebootAnswer::Unsent(error) => {
            assert!(error.is_unsent());
            shown(&error)
        }
        other => panic!("expected Unsent, got {other:?}"),
    }
}

#[tokio::test]
async fn an_accepted_reboot_names_its_task() {
    let far_end = FarEnd::start().await;
    let ready = far_end.client().prepare_reboot(&name()).await.unwrap();
    assert_eq!(far_end.count("POST", "/reboot"), 0, "getting ready changes nothing");
    match ready.send(intent()).await {
        RebootAnswer::Accepted(task) => assert_eq!(task.value.id, TaskId(123_456_789)),
        other => panic!("{other:?}"),
    }
    assert!(far_end.signed_skew("/reboot").abs() < 30);
    let seen = far_end.server.journal().matching("POST", "/reboot");
    assert_eq!(seen.len(), 1);
    assert!(seen[0].body.is_empty());
    assert_eq!(seen[0].header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_reboot_was_sent_once() {
    let far_end = FarEnd::start().await;
    far_end.server.faults().always().lose_answer("POST", "/reboot");
    let said = unknown(reboot(&far_end).await);
    assert_eq!(said, format!("could not reboot `{NAME}`: the connection broke before the answer was complete"));
    assert_eq!(far_end.count("POST", "/reboot"), 1);
}

#[tokio::test]
async fn a_silent_far_end_is_unknown() {
    let far_end = FarEnd::start().await;
    far_end.server.faults().hang("POST", "/reboot");
    assert!(unknown(reboot(&far_end).await).ends_with("no answer in time"));
    assert_eq!(far_end.count("POST", "/reboot"), 1);
}

#[tokio::test]
async fn a_server_error_a_redirect_and_an_unreadable_success_are_unknown() {
    let far_end = FarEnd::start().await;
    let faults = far_end.server.faults();
    faults.status("POST", "/reboot", 500, &json!({"message": "Internal server error"}));
    assert!(unknown(reboot(&far_end).await).contains("500: Internal server error"));
    faults.html("POST", "/reboot", 200);
    assert!(unknown(reboot(&far_end).await).contains("web page"));
    faults.truncate("POST", "/reboot");
    assert!(unknown(reboot(&far_end).await).contains("ends too early"));
    faults.status("POST", "/reboot", 200, &json!({"taskId": "hush", "status": "init"}));
    assert!(unknown(reboot(&far_end).await).contains("`taskId`"));
    assert_eq!(far_end.count("POST", "/reboot"), 4, "each was sent once");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let far_end = FarEnd::start().await;
    let elsewhere = format!("{}/elsewhere", far_end.server.url());
    for status in [301, 302, 307, 308] {
        far_end.server.faults().answer("POST", "/reboot", status, &[("location", &elsewhere)], b"");
        assert!(unknown(reboot(&far_end).await).contains("redirect"));
    }
    assert_eq!(far_end.count("*", "/elsewhere"), 0);
}

#[tokio::test]
async fn a_refused_connection_is_certainly_unsent() {
    let far_end = FarEnd::start().await;
    let ready = far_end.client().prepare_reboot(&name()).await.unwrap();
    far_end.server.refuse().await;
    let said = unsent(ready.send(intent()).await);
    assert_eq!(said, format!("could not reboot `{NAME}`: no connection (refused)"));
}

#[tokio::test]
async fn a_connection_that_is_never_finished_is_certainly_unsent() {
    let far_end = FarEnd::start().await;
    // It takes the connection, and never answers the TLS handshake.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut account = far_end.account(far_end.service());
    account.endpoint = format!("https://{}/1.0", silent.local_addr().unwrap()).parse().unwrap();
    let timeouts = Timeouts { connect: Duration::from_millis(300), ..HURRIED };
    let ready = Client::with_timeouts(account, timeouts).unwrap().prepare_reboot(&name()).await.unwrap();
    let said = unsent(ready.send(intent()).await);
    assert!(said.ends_with("no connection (nobody answered in time)"), "{said}");
}

#[tokio::test]
async fn after_its_time_nothing_is_sent() {
    let far_end = FarEnd::start().await;
    let ready = far_end.client().prepare_reboot(&name()).await.unwrap();
    ready.let_time_pass();
    let answer = ready.send(intent()).await;
    assert!(unsent(answer).contains("the time to send it had passed"));
    assert_eq!(far_end.count("POST", "/reboot"), 0);
}

#[tokio::test]
async fn the_intent_of_another_servers_reboot_sends_nothing() {
    let far_end = FarEnd::start().await;
    let ready = far_end.client().prepare_reboot(&name()).await.unwrap();
    let another = "ns2222222.ip-203-0-113.eu".to_owned().try_into().unwrap();
    let answer = ready.send(bernard_intent::before_writing(&another).written()).await;
    assert!(unsent(answer).contains("no intent of it was recorded"));
    assert_eq!(far_end.count("POST", "/reboot"), 0);
}

#[tokio::test]
async fn the_fence_stands_between_the_connection_and_the_request() {
    let far_end = FarEnd::start().await;
    let ready = far_end.client().prepare_reboot(&name()).await.unwrap();
    ready.spend_fence();
    unknown(ready.send(intent()).await);
    assert_eq!(far_end.count("POST", "/reboot"), 0);
}

#[tokio::test]
async fn a_4xx_in_ovhclouds_own_form_is_a_refusal_in_its_words() {
    let far_end = FarEnd::start().await;
    let forbidden = json!({
        "class": "Client::Forbidden", "message": "User not granted for this request",
        "details": {"unauthorizedActionsByAuthentication": "", "unauthorizedActionsByIAM": "dedicatedServer:apiovh:reboot"},
    });
    far_end.server.faults().status("POST", "/reboot", 403, &forbidden);
    match reboot(&far_end).await {
        RebootAnswer::Refused(error) => {
            assert_eq!(error.missing_rights(), ["dedicatedServer:apiovh:reboot"]);
            assert!(error.is_credential() && error.is_refusal() && !error.is_transient());
            assert!(shown(&error).contains("403 Client::Forbidden: User not granted for this request"));
        }
        other => panic!("{other:?}"),
    }
    for status in [400, 401, 404, 409, 429, 460] {
        let far_end = FarEnd::start().await;
        let no = json!({"errorCode": "NO", "httpCode": status.to_string(), "message": "no"});
        far_end.server.faults().always().status("POST", "/reboot", status, &no);
        assert!(matches!(reboot(&far_end).await, RebootAnswer::Refused(_)), "{status}");
        assert_eq!(far_end.count("POST", "/reboot"), 1, "{status} is not tried again");
    }
}

#[tokio::test]
async fn a_4xx_that_is_not_ovhclouds_own_says_nothing_about_the_reboot() {
    for status in [400, 401, 403, 404, 408, 409, 413, 429, 451, 499] {
        let far_end = FarEnd::start().await;
        let ways = far_end.server.faults().proxy("POST", "/reboot", status).len();
        for _ in 0..ways {
            let said = unknown(reboot(&far_end).await);
            assert!(said.contains(&status.to_string()), "{said}");
        }
        assert_eq!(far_end.count("POST", "/reboot"), ways, "{status} is not tried again");
    }
}

#[tokio::test]
async fn a_408_and_a_499_say_nothing_about_the_reboot_in_whatever_form() {
    for status in [408, 499] {
        let far_end = FarEnd::start().await;
        let own = json!({"class": "Client::Timeout", "message": "too slow", "details": {}});
        far_end.server.faults().status("POST", "/reboot", status, &own);
        assert!(unknown(reboot(&far_end).await).contains("too slow"));
        assert_eq!(far_end.count("POST", "/reboot"), 1, "{status} is not tried again");
    }
}

#[tokio::test]
async fn nothing_is_ready_when_nobody_knows_the_time() {
    let far_end = FarEnd::start().await;
    let client = far_end.client();
    far_end.server.refuse().await;
    let Err(error) = client.prepare_reboot(&name()).await else { panic!("ready without a clock") };
    assert!(error.is_unsent() && error.is_transient());
    assert!(matches!(error.cause(), Cause::NoConnection { .. }));
    assert!(shown(&error).contains("asking for the time first"));
}
