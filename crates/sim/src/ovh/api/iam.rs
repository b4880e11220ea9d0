//! `/v2/iam`: what the caller may do, asked without doing it.

use std::collections::BTreeSet;

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared, actions, pages};
use crate::{
    net::lock,
    ovh::{access::Caller, lists::Offer, refusal::Refusal, world::World},
};

/// What is asked about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    actions: Vec<String>,
}

/// The account's servers, named and tagged (schema `iam.resource.Resource`), as far as they are wanted.
pub(super) async fn resources(
    State(world): State<Shared>,
    Query(wanted): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Answer<Response> {
    let world = lock(&world);
    match world.lists.names {
        Offer::Unknown => return Err(Refusal::NoSuchRoute),
        Offer::Refused => return Err(Refusal::NotGrantedCall),
        Offer::Given => {}
    }
    let of_type = |(key, value): &(String, String)| key != "resourceType" || value == "dedicatedServer";
    let are_wanted = wanted.is_empty() || wanted.iter().any(of_type);
    let most = |most| if are_wanted { most } else { 0 };
    pages::by_cursor(&world.lists, &headers, |skipped, page| world.resources(skipped, most(page)))
}

/// The actions that there are (schema `iam.reference.Action`), of the wanted types.
pub(super) async fn reference(
    State(world): State<Shared>,
    Query(wanted): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Answer<Response> {
    let world = lock(&world);
    let wanted: Vec<&str> =
        wanted.iter().filter(|(key, _)| key == "resourceType").map(|(_, value)| value.as_str()).collect();
    let kind = |action: &str| action.split(':').next().unwrap_or_default().to_owned();
    let actions = world.known_actions().into_iter().map(|action| (kind(action), action));
    let fitting = actions.filter(|(kind, _)| wanted.is_empty() || wanted.contains(&kind.as_str()));
    let all: Vec<Value> = fitting
        .map(|(kind, action)| {
            json!({
                "action": action, "categories": ["OPERATE"], "description": "An action",
                "hasQueryParameters": false, "resourceType": kind,
            })
        })
        .collect();
    let rows = |skipped, most| (all.iter().skip(skipped).take(most).cloned().collect(), all.len());
    pages::by_cursor(&world.lists, &headers, rows)
}

impl World {
    /// Every action that OVHcloud's list has.
    fn known_actions(&self) -> BTreeSet<&'static str> {
        actions().into_iter().filter(|action| !self.access.unknown_actions.contains(*action)).collect()
    }
}

/// Which of these actions the caller may do to a server. An action or a resource that is not known fails all of it, as measured.
pub(super) async fn check(
    State(world): State<Shared>,
    Extension(_): Extension<Caller>,
    Path(urn): Path<String>,
    Json(asked): Json<Asked>,
) -> Answer {
    let mut world = lock(&world);
    let name = urn.strip_prefix("urn:v1:eu:resource:dedicatedServer:").unwrap_or_default().to_owned();
    if world.machine(&name).is_err() {
        return Err(Refusal::NotFound("resource", urn));
    }
    let known = world.known_actions();
    if let Some(unknown) = asked.actions.iter().find(|action| !known.contains(action.as_str())) {
        return Err(Refusal::BadRequest(format!("Unknown action \"{unknown}\"")));
    }
    let (no, yes): (Vec<String>, Vec<String>) =
        asked.actions.into_iter().partition(|action| world.access.denies(&name, action));
    Ok(Json(json!({ "authorizedActions": yes, "unauthorizedActions": no })))
}
