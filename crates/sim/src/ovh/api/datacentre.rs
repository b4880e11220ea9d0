//! What OVHcloud's people do in the datacentre: interventions that were, that are planned, and what goes on.

use axum::{
    Json,
    extract::{Path, State},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Shared, number};
use crate::{
    net::lock,
    ovh::{clock::date, machine::Work, refusal::Refusal},
};

pub(super) async fn planned(State(world): State<Shared>, Path(name): Path<String>) -> Answer<Json<Vec<u64>>> {
    ids(&world, &name, |work, now| !work.is_past(now))
}

pub(super) async fn past(State(world): State<Shared>, Path(name): Path<String>) -> Answer<Json<Vec<u64>>> {
    ids(&world, &name, |work, now| work.is_past(now))
}

pub(super) async fn planned_one(State(world): State<Shared>, Path((name, id)): Path<(String, String)>) -> Answer {
    one(&world, &name, &id, |work, now| {
        (!work.is_past(now)).then(|| {
            json!({
                "expectedEndDate": date(work.ends),
                "id": work.id,
                "status": "todo",
                "type": "HARDWARE_UPGRADE_ON_ACTIVE_SERVER",
                "wantedStartDate": date(work.begins),
            })
        })
    })
}

pub(super) async fn past_one(State(world): State<Shared>, Path((name, id)): Path<(String, String)>) -> Answer {
    one(&world, &name, &id, |work, now| {
        work.is_past(now).then(|| json!({ "date": date(work.begins), "interventionId": work.id, "type": "hardware" }))
    })
}

/// Planned work is also what is ongoing (schema `dedicated.ExposedTask`).
pub(super) async fn ongoing(State(world): State<Shared>, Path(name): Path<String>) -> Answer<Json<Vec<Value>>> {
    let mut world = lock(&world);
    let now = world.clock.now();
    let machine = world.machine(&name)?;
    let listed = machine.works.iter().filter(|work| !work.is_past(now)).map(|work| {
        json!({
            "datacenter": "gra3",
            "description": "Hardware upgrade",
            "server": machine.spec.name,
            "todoDate": date(work.begins),
        })
    });
    Ok(Json(listed.collect()))
}

fn ids(world: &Shared, name: &str, wanted: impl Fn(&Work, Timestamp) -> bool) -> Answer<Json<Vec<u64>>> {
    let mut world = lock(world);
    let now = world.clock.now();
    let machine = world.machine(name)?;
    Ok(Json(machine.works.iter().filter(|work| wanted(work, now)).map(|work| work.id).collect()))
}

fn one(world: &Shared, name: &str, id: &str, show: impl Fn(&Work, Timestamp) -> Option<Value>) -> Answer {
    let number = number(id)?;
    let mut world = lock(world);
    let now = world.clock.now();
    let machine = world.machine(name)?;
    let found = machine.works.iter().find(|work| work.id == number).and_then(|work| show(work, now));
    found.map(Json).ok_or_else(|| Refusal::NotFound("interventionId", id.to_owned()))
}
