//! `/auth/*` and the OAuth2 token page.

use axum::{
    Extension, Form, Json,
    extract::{Query, State},
    http::{HeaderMap, header::HOST},
    response::Html,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared};
use crate::{
    net::lock,
    ovh::{
        access::{APPLICATION_KEY, CLIENT_ID, Caller, KeyState},
        clock::date,
        refusal::Refusal,
        world::{ACCOUNT, World},
    },
};

/// OVHcloud's time in whole seconds; needs no credentials.
pub(super) async fn time(State(world): State<Shared>) -> Json<i64> {
    Json(lock(&world).clock.now().as_second())
}

/// The keys that sign this call (schema `auth.ApiCredential`).
pub(super) async fn current_credential(State(world): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    if caller == Caller::OAuth2 {
        return Err(Refusal::NotCredential);
    }
    let world = lock(&world);
    let now = world.clock.now();
    Ok(Json(json!({
        "allowedIPs": null,
        "applicationId": 1_111_111,
        "creation": "2026-01-15T09:00:00+01:00",
        "credentialId": 222_222_222,
        "expiration": world.access.expiration.map(date),
        "lastUse": date(now),
        "ovhSupport": false,
        "rules": rules(&world, caller),
        "status": "validated",
    })))
}

/// Who calls (schema `auth.Details`).
pub(super) async fn details(State(world): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    let world = lock(&world);
    let (method, routes, description, identity) = match caller {
        Caller::Keys | Caller::AskedKey(_) => {
            ("account", rules(&world, caller), Value::Null, format!("urn:v1:eu:identity:account:{ACCOUNT}"))
        }
        Caller::OAuth2 => (
            "oauth2_client_credentials",
            Value::Null,
            json!("a service account"),
            format!("urn:v1:eu:identity:credential:{ACCOUNT}/oauth2-{CLIENT_ID}"),
        ),
    };
    Ok(Json(json!({
        "account": ACCOUNT,
        "allowedRoutes": routes,
        "description": description,
        "identities": [identity],
        "method": method,
        "roles": [],
        "user": null,
    })))
}

fn rules(world: &World, caller: Caller) -> Value {
    world.access.rules_of(caller).iter().map(|(method, path)| json!({"method": method, "path": path})).collect()
}

/// What an application asks for (schema `auth.CredentialCreation`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    access_rules: Vec<WantedRule>,
    #[serde(default)]
    redirection: Option<String>,
    #[serde(default, rename = "allowedIPs")]
    allowed_ips: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedRule {
    method: String,
    path: String,
}

/// A new consumer key for an application that only names itself; somebody must open its page before it is good.
pub(super) async fn ask_for_key(
    State(world): State<Shared>,
    headers: HeaderMap,
    wanted: Result<Json<Wanted>, axum::extract::rejection::JsonRejection>,
) -> Answer {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if header("x-ovh-application") != APPLICATION_KEY {
        return Err(Refusal::UnknownApplication);
    }
    let Json(wanted) = wanted.map_err(|error| Refusal::BadRequest(error.body_text()))?;
    let Wanted { access_rules, redirection, allowed_ips } = wanted;
    let odd = redirection.is_some_and(|url| !url.contains("://")) || allowed_ips.is_some_and(|ips| ips.is_empty());
    let known = |rule: &WantedRule| matches!(rule.method.as_str(), "GET" | "POST" | "PUT" | "DELETE");
    if odd || access_rules.is_empty() || !access_rules.iter().all(|rule| known(rule) && rule.path.starts_with('/')) {
        return Err(Refusal::BadRequest("Invalid accessRules, redirection or allowedIPs".to_owned()));
    }
    let rules = access_rules.into_iter().map(|rule| (rule.method, rule.path)).collect();
    let mut world = lock(&world);
    let asked = world.access.ask_for_key(rules);
    Ok(Json(json!({
        "consumerKey": asked.consumer_key,
        "state": "pendingValidation",
        "validationUrl": format!("http://{}/auth/sso?credentialToken={}", header(HOST.as_str()), asked.page),
    })))
}

/// Which key a page is about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    credential_token: String,
}

/// The page that `validationUrl` leads to, without the sign-in: what is asked for, and a button.
pub(super) async fn key_page(State(world): State<Shared>, Query(page): Query<Page>) -> Result<Html<String>, Refusal> {
    let world = lock(&world);
    let asked = world.access.asked_keys.iter().find(|asked| asked.page == page.credential_token);
    let asked = asked.ok_or_else(|| Refusal::NotFound("credentialToken", "it".to_owned()))?;
    let rules: String = asked.rules.iter().map(|(method, path)| format!("<li>{method} {path}</li>")).collect();
    Ok(Html(format!(
        "<h1>An application asks for</h1><ul>{rules}</ul><form method=post><button>Authorize</button></form>"
    )))
}

/// Somebody presses the page's button.
pub(super) async fn validate_key(
    State(world): State<Shared>,
    Query(page): Query<Page>,
) -> Result<Html<&'static str>, Refusal> {
    let mut world = lock(&world);
    let asked = world.access.asked_keys.iter_mut().find(|asked| asked.page == page.credential_token);
    asked.ok_or_else(|| Refusal::NotFound("credentialToken", "it".to_owned()))?.state = KeyState::Validated;
    Ok(Html("<h1>Authorized. You may close this page.</h1>"))
}

/// What a client sends for a token.
#[derive(Deserialize)]
pub(super) struct Grant {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    scope: String,
}

/// An access token, for a client that names itself in the form or by basic authentication. An unknown one reads an error
/// with status 200, as OVHcloud's page has it.
pub(super) async fn token(State(world): State<Shared>, headers: HeaderMap, Form(grant): Form<Grant>) -> Json<Value> {
    if grant.grant_type != "client_credentials" {
        return Json(json!({"error": "unsupported_grant_type"}));
    }
    let [id, secret] = basic(&headers).unwrap_or([grant.client_id, grant.client_secret]);
    let mut world = lock(&world);
    let life = world.access.token_life.as_secs();
    let now = world.clock.instant();
    Json(match world.access.issue(now, &id, &secret) {
        Some(token) => {
            json!({"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": grant.scope})
        }
        None => json!({"error": "invalid_client"}),
    })
}

fn basic(headers: &HeaderMap) -> Option<[String; 2]> {
    let coded = headers.get("authorization")?.to_str().ok()?.strip_prefix("Basic ")?;
    let plain = String::from_utf8(BASE64_STANDARD.decode(coded).ok()?).ok()?;
    let (id, secret) = plain.split_once(':')?;
    Some([id.to_owned(), secret.to_owned()])
}
