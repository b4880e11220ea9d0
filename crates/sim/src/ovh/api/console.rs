//! KVM and IPMI sessions.

use std::{collections::HashMap, net::Ipv4Addr};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Answer, Shared, task};
use crate::{
    net::lock,
    ovh::{
        clock::date,
        machine::CONSOLES,
        refusal::Refusal,
        task::{By, RESET_SESSIONS},
        world::Console,
    },
};

/// How long a session may live, in minutes (schema `dedicated.server.CacheTTLEnum`).
const MINUTES: [i64; 5] = [1, 3, 5, 10, 15];

/// Kinds of tests (schema `dedicated.server.IpmiTestTypeEnum`).
const TESTS: [&str; 3] = ["http", "password", "ping"];

pub(super) async fn features(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    let has = &world.machine(&name)?.consoles;
    let supported = CONSOLES.map(|kind| (kind.to_owned(), json!(has.iter().any(|other| other == kind))));
    Ok(Json(json!({"activated": !has.is_empty(), "supportedFeatures": serde_json::Map::from_iter(supported)})))
}

/// What somebody asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    r#type: String,
    ttl: i64,
    ip_to_allow: Option<Ipv4Addr>,
    ssh_key: Option<String>,
}

/// Begins a session: a task, and a value that can be read when the task is done.
pub(super) async fn ask(State(world): State<Shared>, Path(name): Path<String>, body: Bytes) -> Answer {
    let mut world = lock(&world);
    let has = world.machine(&name)?.consoles.clone();
    let bad = |why: &str| Refusal::BadRequest(why.to_owned());
    let wanted: Wanted = serde_json::from_slice(&body).map_err(|_| bad("Invalid parameters"))?;
    if !CONSOLES.contains(&wanted.r#type.as_str()) || !MINUTES.contains(&wanted.ttl) {
        return Err(bad("Invalid value for parameter type or ttl"));
    }
    if wanted.r#type == "serialOverLanSshKey" && wanted.ssh_key.is_none() {
        return Err(bad("Missing parameter sshKey"));
    }
    if !has.contains(&wanted.r#type) {
        return Err(bad("This access type is not supported by this server"));
    }
    let from = wanted.ip_to_allow.map_or_else(|| "anywhere".to_owned(), |ip| ip.to_string());
    let id = world.begin(&name, "requestAccessIPMI", By::Caller)?;
    let life = world.console_life.unwrap_or(SignedDuration::from_mins(wanted.ttl));
    let expires = world.clock.now() + life;
    let session = format!("{}{}?from={from}", world.console_base, Uuid::new_v4().simple());
    // This kind's value is the file itself.
    let value = match wanted.r#type.as_str() {
        "kvmipJnlp" => format!("<?xml version=\"1.0\"?>\n<jnlp><argument>{session}</argument></jnlp>\n"),
        _ => session,
    };
    world.consoles.push(Console { server: name.clone(), kind: wanted.r#type, value, task: id, expires });
    task::answer(&mut world, &name, id)
}

/// Frees the sessions of a server: a task, and no session that was asked for before it can be used when it is done.
pub(super) async fn reset_sessions(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    if world.machine(&name)?.consoles.is_empty() {
        return Err(Refusal::BadRequest("IPMI is not available on this server".to_owned()));
    }
    let id = world.begin(&name, RESET_SESSIONS, By::Caller)?;
    task::answer(&mut world, &name, id)
}

/// Which test somebody asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    r#type: String,
    ttl: i64,
}

/// Begins a test: a task, and words that can be read when the task is over.
pub(super) async fn test(State(world): State<Shared>, Path(name): Path<String>, body: Bytes) -> Answer {
    let mut world = lock(&world);
    let bad = || Refusal::BadRequest("Invalid value for parameter type or ttl".to_owned());
    let Test { r#type, ttl } = serde_json::from_slice(&body).map_err(|_| bad())?;
    if !TESTS.contains(&r#type.as_str()) || !MINUTES.contains(&ttl) {
        return Err(bad());
    }
    if world.machine(&name)?.is_untestable {
        return Err(Refusal::NotFound("test", r#type));
    }
    let id = world.begin(&name, &format!("testIPMI{}", r#type), By::Caller)?;
    task::answer(&mut world, &name, id)
}

/// What the latest test of a kind says, once its task is over.
pub(super) async fn tested(
    State(world): State<Shared>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let mut world = lock(&world);
    let (now, clock) = (world.clock.instant(), world.clock.now());
    let kind = query.get("type").filter(|kind| TESTS.contains(&kind.as_str()));
    let kind = kind.ok_or_else(|| Refusal::BadRequest("Invalid value for parameter type".to_owned()))?;
    let function = format!("testIPMI{kind}");
    let tests = &world.machine(&name)?.tasks;
    let test = tests.iter().rev().find(|task| task.function == function && !task.is_live(now));
    let test = test.ok_or_else(|| Refusal::NotFound("type", kind.clone()))?;
    let words = if test.status(now) == "done" { "OK" } else { "no answer on port 443" };
    Ok(Json(json!({"date": date(clock), "status": words})))
}

/// The latest session of a kind, once its task is done and until it expires.
pub(super) async fn read(
    State(world): State<Shared>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let mut world = lock(&world);
    world.machine(&name)?;
    let kind = query.get("type").filter(|kind| CONSOLES.contains(&kind.as_str()));
    let kind = kind.ok_or_else(|| Refusal::BadRequest("Invalid value for parameter type".to_owned()))?;
    let session = world.open_sessions(&name).rev().find(|session| session.kind == *kind);
    let session = session.ok_or_else(|| Refusal::NotFound("type", kind.clone()))?;
    Ok(Json(json!({"value": session.value, "expiration": date(session.expires)})))
}
