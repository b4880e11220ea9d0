//! Lists in pages, as headers ask for them.

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::ovh::{
    lists::{Lists, Offer},
    refusal::Refusal,
};

/// How many entries a page has if nothing is asked.
const USUAL: usize = 1_000;

/// Whether these headers ask a v1 list for whole objects, and it gives them; a refusal if it refuses.
pub(super) fn asks_for_objects(lists: &Lists, headers: &HeaderMap) -> Result<bool, Refusal> {
    let asks = text(headers, "x-pagination-mode").is_some_and(|mode| mode == "CachedObjectList-Pages");
    match lists.whole {
        Offer::Refused if asks => Err(Refusal::NotGrantedCall),
        Offer::Given => Ok(asks),
        Offer::Refused | Offer::Unknown => Ok(false),
    }
}

/// The page that is asked for by its number, with how many entries there are.
pub(super) fn numbered(
    lists: &Lists,
    headers: &HeaderMap,
    rows: impl FnOnce(usize, usize) -> (Vec<Value>, usize),
) -> Response {
    let size = size(lists, headers);
    let page = if lists.repeats { 1 } else { number(headers, "x-pagination-number").unwrap_or(1).max(1) };
    let (rows, elements) = rows((page - 1) * size, size);
    let told = [("x-pagination-elements", elements), ("x-pagination-number", page), ("x-pagination-size", size)];
    let mut response = Json(rows).into_response();
    for (name, value) in told.into_iter().filter(|_| !lists.repeats) {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    response
}

/// The page that a cursor leads to, with the cursor of the next one if there is one.
pub(super) fn by_cursor(
    lists: &Lists,
    headers: &HeaderMap,
    rows: impl FnOnce(usize, usize) -> (Vec<Value>, usize),
) -> Result<Response, Refusal> {
    let begins = match text(headers, "x-pagination-cursor") {
        Some(cursor) => cursor.strip_prefix("fake-cursor-").and_then(|place| place.parse().ok()),
        None => Some(0_usize),
    };
    let begins = begins.ok_or_else(|| Refusal::BadRequest("Invalid cursor".to_owned()))?;
    let size = size(lists, headers);
    let (rows, all) = rows(begins, size);
    let ends = begins.saturating_add(size);
    let next = if lists.repeats { Some(begins) } else { (ends < all).then_some(ends) };
    let mut response = Json(rows).into_response();
    if let Some(cursor) = next.and_then(|place| HeaderValue::from_str(&format!("fake-cursor-{place}")).ok()) {
        response.headers_mut().insert(HeaderName::from_static("x-pagination-cursor-next"), cursor);
    }
    Ok(response)
}

fn size(lists: &Lists, headers: &HeaderMap) -> usize {
    number(headers, "x-pagination-size").unwrap_or(USUAL).clamp(1, lists.cap.max(1))
}

fn number(headers: &HeaderMap, name: &str) -> Option<usize> {
    text(headers, name)?.parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
