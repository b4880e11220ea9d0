//! Signatures against a skewed clock; tokens that end.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::{
    super::{Account, Client, Fault, Standing},
    FarEnd, NAME, name, shown,
};

#[tokio::test]
async fn requests_are_signed_with_ovhclouds_time() {
    let far_end = FarEnd::start().await;
    far_end.skew(-7200);
    let client = far_end.client();
    client.server(&name()).await.unwrap();
    assert!((far_end.signed_skew(NAME) + 7200).abs() < 30);
    client.boots(&name(), Some("rescue")).await.unwrap();
    assert_eq!(far_end.count("GET", "/auth/time"), 1, "asked once");
    let now = client.now().await.unwrap();
    assert!((now.as_second() + 7200 - bernard_platform::clock::now().as_second()).abs() < 30);
}

#[tokio::test]
async fn a_refused_signature_asks_for_the_time_again_and_tries_once_more() {
    for body in [
        json!({"class": "Client::BadRequest", "message": "Invalid signature"}),
        json!({"errorCode": "QUERY_TIME_OUT", "message": "Query out of time"}),
    ] {
        let far_end = FarEnd::start().await;
        let client = far_end.client();
        client.server(&name()).await.unwrap();
        far_end.skew(600);
        far_end.server.faults().status("GET", "/boot", 400, &body);
        assert_eq!(client.boot_ids(&name(), None).await.unwrap().len(), 2);
        assert_eq!(far_end.count("GET", "/auth/time"), 2);
        assert!((far_end.signed_skew("/boot") - 600).abs() < 30);
        far_end.server.faults().always().status("GET", "/boot", 400, &body);
        let error = client.boot_ids(&name(), None).await.unwrap_err();
        assert!(error.is_credential(), "{error}");
        assert_eq!(far_end.count("GET", "/boot"), 4, "two and two");
    }
}

#[tokio::test]
async fn a_token_is_asked_for_once_by_many() {
    let far_end = FarEnd::start().await;
    let client = far_end.oauth2();
    let name = name();
    let reads = (0..20).map(|_| client.server(&name));
    for read in futures_util::future::join_all(reads).await {
        read.unwrap();
    }
    assert_eq!(far_end.count("POST", "/token"), 1);
    assert_eq!(far_end.count("GET", "/auth/time"), 0, "a token needs no clock");
    let seen = far_end.server.journal().matching("GET", NAME);
    assert_eq!(seen[0].header("authorization"), Some("Bearer fake-token-1"));
}

#[tokio::test]
async fn a_token_that_ends_in_flight_is_renewed_once() {
    let far_end = FarEnd::start().await;
    let client = far_end.oauth2();
    client.server(&name()).await.unwrap();
    let expired = json!({"class": "Client::Unauthorized", "message": "You must login first"});
    far_end.server.faults().status("GET", NAME, 401, &expired);
    client.server(&name()).await.unwrap();
    assert_eq!(far_end.count("POST", "/token"), 2);
    far_end.server.faults().always().status("GET", NAME, 401, &expired);
    let error = client.server(&name()).await.unwrap_err();
    assert!(error.is_credential());
    assert!(shown(&error).contains("401 Client::Unauthorized: You must login first"));
    assert_eq!(far_end.count("POST", "/token"), 3, "once more, not for ever");
}

#[tokio::test]
async fn a_token_without_life_is_not_used_twice() {
    let far_end = FarEnd::start().await;
    far_end.state.token_life.store(0, Ordering::SeqCst);
    let client = far_end.oauth2();
    client.server(&name()).await.unwrap();
    client.server(&name()).await.unwrap();
    assert_eq!(far_end.count("POST", "/token"), 2);
}

#[tokio::test]
async fn an_unknown_client_is_a_fault_even_with_status_200() {
    for status in [200, 400, 401] {
        let far_end = FarEnd::start().await;
        far_end.server.faults().always().status("POST", "/token", status, &json!({"error": "invalid_client"}));
        let error = far_end.oauth2().server(&name()).await.unwrap_err();
        assert!(error.is_credential() && !error.is_transient() && error.is_unsent(), "{error}");
        assert_eq!(
            shown(&error),
            format!(
                "could not read the server `{NAME}` (asking for an access token first): \
                 the credentials were refused: invalid_client"
            )
        );
        assert_eq!(far_end.count("POST", "/token"), 1, "{status} is not tried again");
    }
}

#[tokio::test]
async fn a_client_that_is_refused_is_so_in_how_it_stands_with_the_account() {
    for status in [200, 400, 401] {
        let far_end = FarEnd::start().await;
        let refused = far_end.server.faults().always();
        refused.status("POST", "/token", status, &json!({"error": "invalid_client"}));
        let client = far_end.oauth2();
        client.server(&name()).await.unwrap_err();
        let said = "the credentials were refused: invalid_client".to_owned();
        assert_eq!(client.standing(), Standing::Refused(said), "{status}");
    }
}

#[tokio::test]
async fn what_is_not_about_the_client_is_weather_at_the_tokens_place() {
    let each = [400, 401, 403, 404, 429].map(async |status| {
        let far_end = FarEnd::start().await;
        let met = far_end.server.faults().proxy("POST", "/token", status);
        far_end.oauth2().server(&name()).await.unwrap();
        assert!(met.iter().all(|rule| rule.hits() == 1), "{status}");
    });
    futures_util::future::join_all(each).await;
    for (status, body) in [
        (200, json!({"error": "temporarily_unavailable"})),
        (400, json!({"error": "server_error"})),
        (403, json!({"error": "Forbidden"})),
        (200, json!({"status": "ok"})),
    ] {
        let far_end = FarEnd::start().await;
        far_end.server.faults().status("POST", "/token", status, &body);
        far_end.oauth2().server(&name()).await.unwrap();
        assert_eq!(far_end.count("POST", "/token"), 2, "{body}");
    }
}

#[tokio::test]
async fn a_page_in_place_of_the_time_or_of_a_401_blames_no_credentials() {
    let far_end = FarEnd::start().await;
    let met = far_end.server.faults().proxy("GET", "/auth/time", 403);
    far_end.client().server(&name()).await.unwrap();
    assert!(met.iter().all(|rule| rule.hits() == 1));
    let far_end = FarEnd::start().await;
    let met = far_end.server.faults().proxy("GET", NAME, 401);
    far_end.oauth2().server(&name()).await.unwrap();
    assert!(met.iter().all(|rule| rule.hits() == 1));
}

#[tokio::test]
async fn a_token_place_in_bad_weather_is_asked_again() {
    let far_end = FarEnd::start().await;
    far_end.server.faults().html("POST", "/token", 503);
    far_end.oauth2().server(&name()).await.unwrap();
    assert_eq!(far_end.count("POST", "/token"), 2);
}

#[tokio::test]
async fn oauth2_needs_a_place_for_tokens() {
    let far_end = FarEnd::start().await;
    let mut account: Account = far_end.account(super::Credentials::OAuth2 {
        client_id: "fake-client".to_owned(),
        client_secret: super::CLIENT_SECRET.into(),
        token_url: None,
    });
    assert!(matches!(Client::new(account.clone()), Err(Fault::NoTokenUrl { .. })));
    account.endpoint = "kimsufi-eu".parse().unwrap();
    assert!(matches!(Client::new(account.clone()), Err(Fault::NoTokenUrl { .. })));
    account.endpoint = "ovh-eu".parse().unwrap();
    assert!(Client::new(account).is_ok());
}
