//! `/ip/{block}`: why addresses are blocked, and whether attacks on them are filtered out.

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::json;

use super::{Answer, Shared};
use crate::{net::lock, ovh::refusal::Refusal};

/// The addresses of a block that a list names.
async fn blocked(world: Shared, block: String, list: &str) -> Answer<Json<Vec<String>>> {
    let world = lock(&world);
    let machine = world.machines.values().find(|machine| format!("{}/32", machine.ip) == block);
    let machine = machine.ok_or_else(|| Refusal::NotFound("ip", block.clone()))?;
    let named = machine.network.blocked.iter().any(|other| other == list);
    Ok(Json(named.then(|| machine.ip.to_string()).into_iter().collect()))
}

pub(super) async fn antihack(State(world): State<Shared>, Path(block): Path<String>) -> Answer<Json<Vec<String>>> {
    blocked(world, block, "antihack").await
}

pub(super) async fn spam(State(world): State<Shared>, Path(block): Path<String>) -> Answer<Json<Vec<String>>> {
    blocked(world, block, "spam").await
}

/// Of phishing the ids are listed, not the addresses.
pub(super) async fn phishing(State(world): State<Shared>, Path(block): Path<String>) -> Answer<Json<Vec<u64>>> {
    let Json(named) = blocked(world, block, "phishing").await?;
    Ok(Json(named.iter().map(|_| 1).collect()))
}

/// One address (schema `ip.MitigationIp`).
pub(super) async fn mitigation(State(world): State<Shared>, Path((block, address)): Path<(String, String)>) -> Answer {
    let world = lock(&world);
    let found = world.machines.values().any(|machine| {
        format!("{}/32", machine.ip) == block && machine.ip.to_string() == address && machine.network.mitigated
    });
    let whole = json!({"auto": true, "ipOnMitigation": address, "permanent": false, "state": "ok"});
    found.then_some(Json(whole)).ok_or(Refusal::NotFound("ipOnMitigation", address))
}
