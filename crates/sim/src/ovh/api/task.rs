//! Reboots and tasks.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde_json::Value;

use super::{Answer, Shared, number};
use crate::{
    net::lock,
    ovh::{refusal::Refusal, task::By},
};

/// A hard reboot: every accepted call is one, whatever happens to its answer.
pub(super) async fn reboot(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    let now = world.clock.instant();
    let machine = world.machine(&name)?;
    if machine.refuses_while_busy && machine.is_busy(now) {
        return Err(Refusal::Conflict("Another task is already running on this server".to_owned()));
    }
    let id = world.begin(&name, "hardReboot", By::Caller)?;
    answer(&mut world, &name, id)
}

/// The task as its creator reads it, also before others can.
pub(super) fn answer(world: &mut crate::ovh::world::World, name: &str, id: u64) -> Answer {
    let machine = world.machine(name)?;
    let task = machine.tasks.iter().find(|task| task.id == id).ok_or_else(|| gone(id))?;
    Ok(Json(task.body(task.begun)))
}

pub(super) async fn list(
    State(world): State<Shared>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer<Json<Vec<u64>>> {
    let mut world = lock(&world);
    let now = world.clock.instant();
    let machine = world.machine(&name)?;
    let asks = |key: &str, value: &str| query.get(key).is_none_or(|wanted| wanted == value);
    let tasks = machine.tasks.iter().filter(|task| task.is_readable(now));
    let fitting = tasks.filter(|task| asks("function", &task.function) && asks("status", task.status(now)));
    Ok(Json(fitting.map(|task| task.id).collect()))
}

pub(super) async fn read(State(world): State<Shared>, Path((name, id)): Path<(String, String)>) -> Answer {
    let id = number(&id)?;
    let mut world = lock(&world);
    let now = world.clock.instant();
    world.machine(&name)?.task(id, now).map(|task| Json(task.body(now))).ok_or_else(|| gone(id))
}

/// Cancels a task that is not being done yet; answers `null`.
pub(super) async fn cancel(State(world): State<Shared>, Path((name, id)): Path<(String, String)>) -> Answer {
    let id = number(&id)?;
    let mut world = lock(&world);
    let now = world.clock.instant();
    let machine = world.machine(&name)?;
    let task = machine.tasks.iter_mut().find(|task| task.id == id && task.is_readable(now)).ok_or_else(|| gone(id))?;
    if !task.can_be_cancelled(now) {
        return Err(Refusal::BadRequest("This task can not be cancelled in its current state".to_owned()));
    }
    task.cancelled = Some(now);
    Ok(Json(Value::Null))
}

fn gone(id: u64) -> Refusal {
    Refusal::NotFound("taskId", id.to_string())
}
