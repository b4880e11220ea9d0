//! Who gets in, and what the others read.

use std::time::Duration;

use serde_json::{Value, json};
use sim::ovh::{CLIENT_ID, CLIENT_SECRET, DriftReadsAs, Ovh};

use crate::caller::{Answer, Caller, read};

async fn token(ovh: &Ovh, secret: &str) -> Answer {
    let form =
        [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", secret), ("scope", "all")];
    read(sim::net::client().post(ovh.token_url()).form(&form).send().await.unwrap()).await
}

async fn bearing(ovh: &Ovh, method: &str, path: &str, token: &Value) -> Answer {
    let request = sim::net::client().request(method.parse().unwrap(), format!("{}{path}", ovh.url()));
    read(request.bearer_auth(token.as_str().unwrap()).send().await.unwrap()).await
}

#[tokio::test]
async fn a_signature_covers_the_url_as_sent_and_the_body() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    assert_eq!(caller.call("GET", "/auth/details?a=%2f%2F&b=+", "").await.status, 200);
    assert_eq!(caller.call("GET", "/auth/currentCredential", "").await.body["status"], "validated");

    let forger = Caller { secret: "another".to_owned(), ..Caller::of(&ovh) };
    let refused = forger.call("GET", "/dedicated/server", "").await;
    assert_eq!((refused.status, &refused.body["errorCode"]), (400, &json!("INVALID_SIGNATURE")));

    let stranger = Caller { consumer_key: "another".to_owned(), ..Caller::of(&ovh) };
    let refused = stranger.call("GET", "/dedicated/server", "").await;
    assert_eq!((refused.status, &refused.body["errorCode"]), (403, &json!("NOT_CREDENTIAL")));

    let nobody = read(sim::net::client().get(format!("{}/dedicated/server", ovh.url())).send().await.unwrap()).await;
    assert_eq!((nobody.status, &nobody.body["message"]), (401, &json!("You must login first")));
}

#[tokio::test]
async fn the_alias_v1_is_signed_as_it_is_called() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of_version(&ovh, "/v1");
    assert_eq!(caller.get("/dedicated/server").await.as_array().unwrap().len(), 4);
    assert_eq!(caller.call("GET", "/unknown", "").await.status, 404);
}

#[tokio::test]
async fn time_is_the_simulated_clocks_and_more_than_thirty_seconds_off_is_refused() {
    let ovh = Ovh::with_fleet().await;
    ovh.skew(-3600);
    let time = read(sim::net::client().get(format!("{}/auth/time", ovh.url())).send().await.unwrap()).await;
    let off = jiff::Timestamp::now().as_second() - time.body.as_i64().unwrap();
    assert!((3595..3605).contains(&off), "{off}");

    let mut caller = Caller::of(&ovh);
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.body["errorCode"], "INVALID_SIGNATURE");
    ovh.drift_reads_as(DriftReadsAs::QueryTimeOut);
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.body["errorCode"], "QUERY_TIME_OUT");
    caller.drift = -3600;
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.status, 200);
}

#[tokio::test]
async fn a_right_taken_away_is_named() {
    let ovh = Ovh::with_fleet().await;
    let reboot = format!("/dedicated/server/{}/reboot", ovh.service_name("web-1"));
    ovh.forbid("dedicatedServer:apiovh:reboot");

    let keys = Caller::of(&ovh).call("POST", &reboot, "").await;
    assert_eq!((keys.status, &keys.body["errorCode"]), (403, &json!("NOT_GRANTED_CALL")));
    let token = token(&ovh, CLIENT_SECRET).await.body["access_token"].clone();
    let oauth2 = bearing(&ovh, "POST", &reboot, &token).await;
    assert_eq!(oauth2.status, 403);
    assert_eq!(oauth2.body["details"]["unauthorizedActionsByIAM"], "dedicatedServer:apiovh:reboot");
    assert_eq!(ovh.reboots("web-1"), 0);

    ovh.allow("dedicatedServer:apiovh:reboot");
    ovh.rules(&[("GET", "/dedicated/server/*"), ("POST", "/dedicated/server/*/reboot")]);
    assert_eq!(Caller::of(&ovh).call("POST", &reboot, "").await.status, 200);
    assert_eq!(Caller::of(&ovh).call("GET", "/dedicated/server", "").await.status, 403);
    let rules = Caller::of(&ovh).get("/auth/currentCredential").await["rules"].clone();
    assert_eq!(rules[1], json!({"method": "POST", "path": "/dedicated/server/*/reboot"}));
}

#[tokio::test]
async fn tokens_expire_in_flight_and_an_unknown_client_reads_an_error_with_status_200() {
    let ovh = Ovh::with_fleet().await;
    let first = token(&ovh, CLIENT_SECRET).await.body;
    assert_eq!((&first["token_type"], &first["expires_in"]), (&json!("Bearer"), &json!(3599)));
    assert_eq!(bearing(&ovh, "GET", "/dedicated/server", &first["access_token"]).await.status, 200);
    ovh.expire_tokens();
    assert_eq!(bearing(&ovh, "GET", "/dedicated/server", &first["access_token"]).await.status, 401);

    ovh.token_life(Duration::ZERO);
    let dead = token(&ovh, CLIENT_SECRET).await.body;
    assert_eq!(bearing(&ovh, "GET", "/dedicated/server", &dead["access_token"]).await.status, 401);
    assert_eq!(ovh.tokens_issued(), 2);

    let unknown = token(&ovh, "another").await;
    assert_eq!((unknown.status, unknown.body), (200, json!({"error": "invalid_client"})));
}

#[tokio::test]
async fn expired_credentials_are_not_valid_until_renewed() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.expire_credentials();
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.body["errorCode"], "INVALID_CREDENTIAL");
    assert_eq!(token(&ovh, CLIENT_SECRET).await.body["error"], "invalid_client");
    ovh.renew_credentials();
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.status, 200);

    let soon = ovh.now() + Duration::from_secs(3600);
    ovh.credential_expires(Some(soon));
    assert!(caller.get("/auth/currentCredential").await["expiration"].is_string());
    ovh.skew(7200);
    let late = Caller { drift: 7200, ..Caller::of(&ovh) };
    assert_eq!(late.call("GET", "/dedicated/server", "").await.body["errorCode"], "INVALID_CREDENTIAL");
}

#[tokio::test]
async fn a_key_that_was_asked_for_counts_once_somebody_authorized_it_and_for_its_rules_alone() {
    let ovh = Ovh::with_fleet().await;
    let ask = async |body: Value| {
        let request = sim::net::client().post(format!("{}/auth/credential", ovh.url())).json(&body);
        read(request.header("X-Ovh-Application", sim::ovh::APPLICATION_KEY).send().await.unwrap()).await
    };
    let rules = json!([{ "method": "GET", "path": "/dedicated/server" }]);
    let given = ask(json!({ "accessRules": rules })).await.body;
    assert_eq!(given["state"], "pendingValidation");
    let caller = Caller { consumer_key: given["consumerKey"].as_str().unwrap().to_owned(), ..Caller::of(&ovh) };
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.body["errorCode"], "INVALID_CREDENTIAL");
    // As a person in a browser does.
    let page = given["validationUrl"].as_str().unwrap();
    let shown = sim::net::client().get(page).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("GET /dedicated/server") && shown.contains("Authorize"), "{shown}");
    assert!(sim::net::client().post(page).send().await.unwrap().status().is_success());
    assert_eq!(caller.call("GET", "/dedicated/server", "").await.status, 200);
    let other = caller.call("GET", "/me/notification/email/history", "").await;
    assert_eq!(other.body["errorCode"], "NOT_GRANTED_CALL");
    assert_eq!(caller.get("/auth/currentCredential").await["rules"], rules);

    let second = ask(json!({ "accessRules": rules })).await.body;
    ovh.refuse_keys();
    let refused = Caller { consumer_key: second["consumerKey"].as_str().unwrap().to_owned(), ..Caller::of(&ovh) };
    assert_eq!(refused.call("GET", "/dedicated/server", "").await.body["errorCode"], "NOT_CREDENTIAL");
    for wrong in [json!({}), json!({ "accessRules": [] }), json!({ "accessRules": [{ "method": "GET", "path": "x" }] })]
    {
        assert_eq!(ask(wrong.clone()).await.status, 400, "{wrong}");
    }
}
