//! `/v2/iam`: what the caller may do, asked without doing it.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Shared, actions};
use crate::{
    net::lock,
    ovh::{access::Caller, refusal::Refusal},
};

/// What is asked about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    actions: Vec<String>,
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
    let known = actions();
    if let Some(unknown) = asked.actions.iter().find(|action| !known.contains(action.as_str())) {
        return Err(Refusal::BadRequest(format!("Unknown action \"{unknown}\"")));
    }
    let (no, yes): (Vec<String>, Vec<String>) =
        asked.actions.into_iter().partition(|action| world.access.forbidden.contains(action));
    Ok(Json(json!({ "authorizedActions": yes, "unauthorizedActions": no })))
}
