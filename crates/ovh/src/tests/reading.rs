//! Reads ride out bad weather; other deeds are done once or are safe to repeat.

use std::time::{Duration, Instant};

use bernard_domain::server::{BootId, TaskId};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    super::{Change, Unreadable, client::Timeouts},
    FarEnd, HURRIED, NAME, name, shown,
};
use crate::Cause;

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
    let listed = client.servers().await.unwrap();
    assert_eq!((listed.names, listed.is_whole), (vec![name()], false), "another entry is no name");
    assert_eq!(client.boots(&name(), None).await.unwrap().read.len(), 2);
    let always = far_end.server.faults().always();
    for (status, body) in [
        (404, json!({"class": "Client::NotFound", "message": "gone"})),
        (400, json!({"class": "Client::BadRequest", "message": "Invalid boot"})),
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

#[tokio::test]
async fn a_page_in_ovhclouds_place_is_weather_for_a_read_whatever_its_status() {
    let each = [400, 401, 403, 404, 407, 408, 413, 429, 451, 499].map(async |status| {
        let far_end = FarEnd::start().await;
        let met = far_end.server.faults().proxy("GET", "/boot/203323", status);
        let boot = far_end.client().boot(&name(), BootId(203_323)).await;
        assert!(boot.is_ok(), "{status}: {boot:?}");
        assert!(met.iter().all(|rule| rule.hits() == 1), "{status}");
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test]
async fn a_redirect_is_weather_for_a_read_and_is_not_followed() {
    let far_end = FarEnd::start().await;
    let elsewhere = format!("{}/elsewhere", far_end.server.url());
    far_end.server.faults().answer("GET", "/boot/203323", 302, &[("location", &elsewhere)], b"");
    far_end.client().boot(&name(), BootId(203_323)).await.unwrap();
    assert_eq!(far_end.count("*", "/elsewhere"), 0);
}

#[tokio::test]
async fn a_page_never_means_that_something_is_gone_or_forbidden() {
    let far_end = FarEnd::start().await;
    let client = far_end.client_with(Timeouts { patience: Duration::from_millis(1), ..HURRIED });
    for status in [401, 403, 404, 460] {
        far_end.server.faults().always().html("GET", "/", status);
        far_end.server.faults().always().html("POST", "/authenticationSecret", status);
        let server = client.server(&name()).await.unwrap_err();
        let boots = client.boots(&name(), None).await.unwrap_err();
        let task = client.task(&name(), TaskId(7)).await.unwrap_err();
        let secret = client.authentication_secrets(&name()).await.unwrap_err();
        for error in [server, boots, task, secret] {
            assert!(error.is_transient() && !error.is_refusal() && !error.is_credential(), "{}", shown(&error));
            assert!(!error.is_not_found() && !error.is_expired_service(), "{}", shown(&error));
        }
        far_end.server.faults().clear();
    }
}

#[tokio::test]
async fn a_change_that_a_page_or_a_lost_patience_answered_is_in_doubt_and_not_repeated() {
    let change = Change { boot: Some(BootId(230_243)), ..Change::default() };
    for status in [400, 403, 404, 409, 429] {
        let far_end = FarEnd::start().await;
        far_end.server.faults().html("PUT", NAME, status);
        let error = far_end.client().set(&name(), &change).await.unwrap_err();
        assert!(error.may_have_happened() && !error.is_refusal(), "{status}");
        assert_eq!(far_end.count("PUT", NAME), 1, "{status}");
    }
    for status in [408, 499] {
        let far_end = FarEnd::start().await;
        let own = json!({"class": "Client::Timeout", "message": "too slow"});
        far_end.server.faults().status("PUT", NAME, status, &own);
        let error = far_end.client().set(&name(), &change).await.unwrap_err();
        assert!(error.may_have_happened() && !error.is_refusal(), "{status}");
    }
}

#[tokio::test]
async fn who_waits_because_of_a_429_is_told_so_and_not_of_our_budget() {
    let far_end = FarEnd::start().await;
    let client = far_end.client();
    client.now().await.unwrap();
    far_end.server.faults().rate_limit("GET", "/boot", 600);
    let refused = client.boot_ids(&name(), None).await.unwrap_err();
    assert_eq!(refused.status(), Some(429));
    let waits = client.server(&name()).await.unwrap_err();
    assert!(waits.is_transient() && waits.is_unsent() && !waits.may_have_happened());
    let said = shown(&waits);
    assert!(said.contains("OVHcloud asked for fewer requests (429), for another"), "{said}");
    assert_eq!(far_end.count("GET", NAME), 1, "and nothing was sent meanwhile");
}
