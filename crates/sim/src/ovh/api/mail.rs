//! The account's mails and notifications.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Shared, number};
use crate::{net::lock, ovh::refusal::Refusal};

pub(super) async fn list(State(world): State<Shared>) -> Json<Vec<u64>> {
    Json(lock(&world).mails.iter().map(|mail| mail.id).collect())
}

pub(super) async fn read(State(world): State<Shared>, Path(id): Path<String>) -> Answer {
    let wanted = number(&id)?;
    let world = lock(&world);
    let mail = world.mails.iter().find(|mail| mail.id == wanted);
    mail.map(|mail| Json(mail.history())).ok_or(Refusal::NotFound("id", id))
}

/// What a list of notifications is narrowed to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    created_after: Option<String>,
    created_before: Option<String>,
    #[serde(default)]
    title_contains: String,
}

/// The notifications, latest first.
pub(super) async fn notifications(State(world): State<Shared>, Query(wanted): Query<Wanted>) -> Answer {
    let time = |text: Option<String>| {
        let parse =
            |text: String| text.parse::<Timestamp>().map_err(|_| Refusal::BadRequest(format!("Invalid date: {text}")));
        text.map(parse).transpose()
    };
    let (after, before) = (time(wanted.created_after)?, time(wanted.created_before)?);
    let world = lock(&world);
    let fits = |mail: &&crate::ovh::mail::Mail| {
        after.is_none_or(|after| mail.sent >= after)
            && before.is_none_or(|before| mail.sent < before)
            && mail.subject.contains(&wanted.title_contains)
    };
    let found = world.mails.iter().rev().filter(fits).map(crate::ovh::mail::Mail::notification);
    Ok(Json(found.collect::<Value>()))
}
