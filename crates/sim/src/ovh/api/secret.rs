//! Secrets: where their ids come from, and the page that redeems them, which the bot must never call.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::{Answer, Shared};
use crate::{
    net::lock,
    ovh::{clock::date, machine::Running, refusal::Refusal, world::World},
};

/// The accesses of a server, each with a fresh secret id (schema `dedicated.server.Access[]`).
///
/// Empty until the rescue's secret exists. Beside the rescue's own stand others, which belong to the installed system.
pub(super) async fn authentication(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    let now = world.clock.instant();
    let rescue = world.machine(&name)?.rescue_with_secret(now);
    let Some((system, keyed)) = rescue else { return Ok(Json(json!([]))) };
    let mut accesses = vec![access(&mut world, "PLESK_PANEL", "admin", Some(format!("https://{name}:8443")))];
    match system {
        Running::WindowsRescue => {
            accesses.push(access(&mut world, "SQL_SERVER", "sa", None));
            accesses.push(access(&mut world, "RDP", "Administrator", None));
        }
        _ => {
            accesses.push(access(&mut world, "SSH", "debian", None));
            if !keyed {
                accesses.push(access(&mut world, "SSH", "root", None));
            }
        }
    }
    Ok(Json(Value::Array(accesses)))
}

fn access(world: &mut World, kind: &str, user: &str, url: Option<String>) -> Value {
    json!({"type": kind, "user": user, "url": url, "password": world.new_secret()})
}

/// Redeems a secret, without authentication; every attempt is counted.
pub(super) async fn retrieve(State(world): State<Shared>, body: Bytes) -> Answer {
    let mut world = lock(&world);
    world.redeemed += 1;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = body["id"].as_str().unwrap_or_default();
    let secret = world.secrets.get(id).ok_or_else(|| Refusal::NotFound("id", "secret".to_owned()))?;
    Ok(Json(json!({"secret": secret.password, "expiration": date(secret.expires)})))
}
