//! `/me/api/logs/self`: what was done with the account.

use axum::{
    Json,
    extract::{Path, State},
};

use super::{Answer, Shared, number};
use crate::{
    net::lock,
    ovh::{refusal::Refusal, world::ACCOUNT},
};

pub(super) async fn list(State(world): State<Shared>) -> Json<Vec<u64>> {
    let world = lock(&world);
    let now = world.clock.now();
    Json(world.api_log.shown(now).map(|entry| entry.id).collect())
}

pub(super) async fn read(State(world): State<Shared>, Path(id): Path<String>) -> Answer {
    let wanted = number(&id)?;
    let world = lock(&world);
    let now = world.clock.now();
    let found = world.api_log.shown(now).find(|entry| entry.id == wanted);
    found.map(|entry| Json(entry.body(ACCOUNT))).ok_or(Refusal::NotFound("logId", id))
}
