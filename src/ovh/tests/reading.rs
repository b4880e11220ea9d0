//! Reads ride out bad weather; other deeds are done once or are safe to repeat.

use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    super::{Change, Unreadable, client::Timeouts},
    FarEnd, HURRIED, NAME, name, shown,
};
use crate::{
    ovh::Cause,
    rescue::server::{BootId, TaskId},
};

#[tokio::test]
async fn a_read_rides_out_bad_weather() {
    let far_end = FarEnd::start().await;
    let faults = far_end.server.faults();
    faults.reset("GET", NAME);
    faults.html("GET", NAME, 502);
    faults.html("GET", NAME, 200);
    faults.truncate("GET", NAME);
    let server = far_end.client().server(&name()).await.unwrap();
    assert_eq!(server.account, "main");
    assert_eq!(far_end.count("GET", NAME), 5);
}

#[tokio::test]
async fn a_refused_read_is_not_repeated() {
    let far_end = FarEnd::start().await;
    let body = json!({"errorCode": "NOT_GRANTED_CALL", "httpCode": "403 Forbidden", "message": "This call has not been granted"});
    far_end.server.faults().always().answer(
        "GET",
        "/boot",
        403,
        &[("x-ovh-queryid", "FR.ws-1.fake")],
        body.to_string().as_bytes(),
    );
    let error = far_end.client().boot_ids(&name(), Some("rescue")).await.unwrap_err();
    assert_eq!(
        shown(&error),
        format!(
            "could not read the boots of `{NAME}`: 403 NOT_GRANTED_CALL: This call has not been granted \
             (query id FR.ws-1.fake)"
        )
    );
    assert_eq!(error.server(), Some(&name()));
    assert_eq!(far_end.count("GET", "/boot?bootType=rescue"), 1);
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_named_by_its_place() {
    let far_end = FarEnd::start().await;
    far_end.server.faults().always().status("GET", "/boot", 200, &json!([1, "fake-secret"]));
    let error = far_end.client().boot_ids(&name(), None).await.unwrap_err();
    assert_eq!(error.cause(), &Cause::Unreadable(Unreadable::Value { path: "[1]".to_owned() }));
    assert!(shown(&error).contains("`[1]`"));
    assert_eq!(far_end.count("GET", "/boot"), 1, "it would be wrong again");
}

#[tokio::test]
async fn another_servers_answer_is_not_taken() {
    let far_end = FarEnd::start().await;
    far_end.server.faults().status("GET", NAME, 200, &json!({"name": "ns2.example", "state": "ok"}));
    let error = far_end.client().server(&name()).await.unwrap_err();
    assert!(shown(&error).contains("`name`"));
}

#[tokio::test]
async fn a_429_holds_the_whole_account_as_long_as_it_asks() {
    let far_end = FarEnd::start().await;
    let client = far_end.client();
    client.now().await.unwrap();
    far_end.server.faults().rate_limit("GET", "/boot", 1);
    let name = name();
    let began = Instant::now();
    let (boots, ()) = tokio::join!(client.boot_ids(&name, None), async {
        far_end.server.journal().wait_for("GET", "/boot", 1).await;
        while client.inner.quota.is_open() && far_end.count("GET", "/boot") < 2 {
            tokio::task::yield_now().await;
        }
        client.task_ids(&name, None, None).await.unwrap();
    });
    boots.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    let seen = |path| far_end.server.journal().matching("GET", path).pop().unwrap().at;
    let first = far_end.server.journal().matching("GET", "/boot")[0].at;
    assert!(seen("/task") - first >= Duration::from_millis(900), "others wait too");
    assert!(seen("/boot") - first >= Duration::from_millis(900));
}

#[tokio::test]
async fn a_task_that_is_not_found_is_looked_for_again_and_then_none() {
    let far_end = FarEnd::start().await;
    let client = far_end.client();
    let gone = json!({"class": "Client::NotFound", "message": "The requested object does not exist"});
    far_end.server.faults().status("GET", "/task/123456789", 404, &gone);
    assert!(client.task(&name(), TaskId(123_456_789)).await.unwrap().is_some());
    assert_eq!(far_end.count("GET", "/task/123456789"), 2);
    assert_eq!(client.task(&name(), TaskId(7)).await.unwrap(), None);
    assert_eq!(far_end.count("GET", "/task/7"), 3);
}

#[tokio::test]
async fn a_change_is_repeated_only_while_it_was_certainly_not_made_and_sends_only_what_changes() {
    let far_end = FarEnd::start().await;
    let change = Change { boot: Some(BootId(230_243)), rescue_mail: Some(None), ..Change::default() };
    far_end.server.faults().rate_limit("PUT", NAME, 1);
    far_end.client().set(&name(), &change).await.unwrap();
    assert_eq!(far_end.count("PUT", NAME), 2, "OVHcloud did not even look at the first one");
    far_end.server.faults().lose_answer("PUT", NAME);
    let lost = far_end.client().set(&name(), &change).await.unwrap_err();
    far_end.server.faults().html("PUT", NAME, 503);
    let unclear = far_end.client().set(&name(), &change).await.unwrap_err();
    assert!(lost.may_have_happened() && unclear.may_have_happened());
    let seen = far_end.server.journal().matching("PUT", NAME);
    assert_eq!(seen.len(), 4, "whoever asked decides what follows");
    for put in seen {
        assert_eq!(put.json(), json!({"bootId": 230_243, "rescueMail": null}));
        assert_eq!(put.header("content-type"), Some("application/json"));
    }
    assert!(far_end.signed_skew(NAME).abs() < 30, "the body is signed too");
}

#[tokio::test]
async fn a_secret_is_asked_for_once() {
    let far_end = FarEnd::start().await;
    let client = far_end.client();
    far_end.server.faults().lose_answer("POST", "/authenticationSecret");
    let error = client.authentication_secrets(&name()).await.unwrap_err();
    assert!(error.is_transient() && !error.is_unsent(), "{}", shown(&error));
    assert_eq!(far_end.count("POST", "/authenticationSecret"), 1);
    let access = client.authentication_secrets(&name()).await.unwrap().value.pop().unwrap();
    assert_eq!(access.kind, "RDP");
    assert_eq!(access.secret.unwrap().expose_secret(), "fake-secret-id");
}

#[tokio::test]
async fn lists_leave_out_what_is_no_name_and_what_cannot_be_read_and_say_which() {
    let far_end = FarEnd::start().await;
    let client = far_end.client();
    assert_eq!(client.servers().await.unwrap(), [name()]);
    assert_eq!(client.boots(&name(), None).await.unwrap().read.len(), 2);
    let always = far_end.server.faults().always();
    for (status, body) in [
        (404, json!({"message": "gone"})),
        (400, json!({"message": "Invalid boot"})),
        (200, json!({"bootId": 203_323, "bootType": "rescue", "kernel": 7})),
        (200, json!([])),
    ] {
        let rule = always.status("GET", "/boot/203323", status, &body);
        let boots = client.boots(&name(), None).await.unwrap();
        assert_eq!(boots.read.len(), 1, "{status}");
        assert_eq!(boots.left_out.iter().map(|entry| entry.id).collect::<Vec<_>>(), [BootId(203_323)], "{status}");
        assert!(boots.left_out[0].said.contains("could not read the boot 203323"), "{:?}", boots.left_out);
        rule.clear();
    }
}

#[tokio::test]
async fn an_outage_ends_in_an_error_that_says_so() {
    let far_end = FarEnd::start().await;
    let client = far_end.client_with(Timeouts { patience: Duration::from_secs(1), ..HURRIED });
    client.now().await.unwrap();
    far_end.server.stop().await;
    let error = client.server(&name()).await.unwrap_err();
    assert_eq!(shown(&error), format!("could not read the server `{NAME}`: no connection (refused)"));
}
