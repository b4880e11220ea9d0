//! `/support/tickets`: opening a ticket, and looking for one.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Shared, number};
use crate::{
    net::lock,
    ovh::{refusal::Refusal, support::Ticket, world::ACCOUNT},
};

/// What a ticket may be about (schema `support.TicketProductEnum`), as far as anybody here asks.
const PRODUCTS: [&str; 2] = ["dedicated", "dedicated-other"];
/// What kind it may be of (schema `support.TicketCategoryEnum`).
const CATEGORIES: [&str; 3] = ["assistance", "billing", "incident"];

/// What somebody asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    subject: String,
    body: String,
    service_name: Option<String>,
    product: Option<String>,
    category: Option<String>,
}

/// Opens a ticket. Two calls open two: there is no key that would tell them from one.
pub(super) async fn create(State(world): State<Shared>, body: Bytes) -> Answer {
    let mut world = lock(&world);
    let bad = |why: &str| Refusal::BadRequest(why.to_owned());
    let wanted: Wanted = serde_json::from_slice(&body).map_err(|_| bad("Invalid parameters"))?;
    if wanted.subject.trim().is_empty() || wanted.body.trim().is_empty() {
        return Err(bad("subject and body must not be empty"));
    }
    let known = |word: &Option<String>, all: &[&str]| word.as_ref().is_none_or(|word| all.contains(&word.as_str()));
    if !known(&wanted.product, &PRODUCTS) || !known(&wanted.category, &CATEGORIES) {
        return Err(bad("Invalid value for parameter product or category"));
    }
    if let Some(server) = &wanted.service_name {
        world.machine(server)?;
    }
    let nth = world.tickets.len() as u64;
    let ticket = Ticket {
        id: 900_001 + nth,
        number: 7_000_001 + nth,
        server: wanted.service_name,
        subject: wanted.subject,
        body: wanted.body,
        created: world.clock.now(),
    };
    let answer = json!({
        "additionalNotice": null,
        "messageId": 1_000_000 + ticket.id,
        "ticketId": ticket.id,
        "ticketNumber": ticket.number,
    });
    world.tickets.push(ticket);
    Ok(Json(answer))
}

/// What a list is narrowed to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    service_name: Option<String>,
    min_creation_date: Option<String>,
    subject: Option<String>,
}

/// The ids of the account's tickets. A subject narrows to those that hold it: whether OVHcloud wants the whole one, nobody has said.
pub(super) async fn list(State(world): State<Shared>, Query(filter): Query<Filter>) -> Answer<Json<Vec<u64>>> {
    let date =
        |text: String| text.parse::<Timestamp>().map_err(|_| Refusal::BadRequest(format!("Invalid date: {text}")));
    let since = filter.min_creation_date.map(date).transpose()?;
    let world = lock(&world);
    let fits = |ticket: &&Ticket| {
        // Dates have whole seconds.
        since.is_none_or(|since| ticket.created.as_second() >= since.as_second())
            && filter.service_name.as_ref().is_none_or(|name| ticket.server.as_ref() == Some(name))
            && filter.subject.as_ref().is_none_or(|part| ticket.subject.contains(part))
    };
    let listed = if world.hides_tickets { &[][..] } else { &world.tickets[..] };
    Ok(Json(listed.iter().filter(fits).map(|ticket| ticket.id).collect()))
}

/// One ticket.
pub(super) async fn read(State(world): State<Shared>, Path(id): Path<String>) -> Answer {
    let wanted = number(&id)?;
    let world = lock(&world);
    let found = world.tickets.iter().find(|ticket| ticket.id == wanted && !world.hides_tickets);
    found.map(|ticket| Json(ticket.whole(ACCOUNT))).ok_or(Refusal::NotFound("ticketId", id))
}
