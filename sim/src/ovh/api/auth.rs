//! `/auth/*` and the OAuth2 token page.

use axum::{Extension, Form, Json, extract::State, http::HeaderMap};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared};
use crate::{
    net::lock,
    ovh::{
        access::{CLIENT_ID, Caller},
        clock::date,
        refusal::Refusal,
        world::ACCOUNT,
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
        "rules": rules(&world),
        "status": "validated",
    })))
}

/// Who calls (schema `auth.Details`).
pub(super) async fn details(State(world): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    let world = lock(&world);
    let (method, routes, description, identity) = match caller {
        Caller::Keys => ("account", rules(&world), Value::Null, format!("urn:v1:eu:identity:account:{ACCOUNT}")),
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

fn rules(world: &crate::ovh::world::World) -> Value {
    world.access.rules.iter().map(|(method, path)| json!({"method": method, "path": path})).collect()
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
