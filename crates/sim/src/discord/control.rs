//! The people over HTTP: for the stand-alone program, so that clients in other languages can have somebody type and press.
//!
//! `POST /_sim/slash`, `/_sim/autocomplete` and `/_sim/press` do what [`Person`] does, and answer when the bot has answered.
//! Only for who asks at this machine. `GET /_sim/messages?channel=…` and `GET /_sim/state` show what stands where.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Discord, Id, Message, OPS, Person,
    people::{Asked, CannotDo, Outcome, Typed},
};
use crate::net::home::{self, Guests};

/// The routes, for [`Discord::start_at`].
pub fn routes(discord: &Discord) -> Router {
    Router::new()
        .route("/_sim/slash", post(slash))
        .route("/_sim/autocomplete", post(autocomplete))
        .route("/_sim/press", post(press))
        .route("/_sim/messages", get(messages))
        .route("/_sim/state", get(state))
        .with_state(discord.clone())
        .layer(middleware::from_fn_with_state(Guests::Here, home::only))
}

type Done = Result<Json<Value>, (StatusCode, String)>;

impl From<CannotDo> for (StatusCode, String) {
    fn from(cannot: CannotDo) -> Self {
        (StatusCode::UNPROCESSABLE_ENTITY, cannot.to_string())
    }
}

/// Somebody types a command. The person is made if there is none of that name.
#[derive(Deserialize)]
struct Slash {
    person: String,
    channel: Option<String>,
    command: String,
    #[serde(default)]
    options: Value,
    /// For autocomplete: the option being typed, and what stands in it.
    option: Option<String>,
    partial: Option<String>,
}

#[derive(Deserialize)]
struct Press {
    person: String,
    message: String,
    label: String,
}

fn somebody(discord: &Discord, name: &str) -> Person {
    discord.find_person(name).unwrap_or_else(|| discord.person(name, "en-US", &[]))
}

fn channel(wanted: Option<&str>) -> Id {
    wanted.and_then(|text| text.parse().ok()).unwrap_or(OPS)
}

async fn slash(State(discord): State<Discord>, Json(typed): Json<Slash>) -> Done {
    let person = somebody(&discord, &typed.person);
    let asked = person.try_slash(channel(typed.channel.as_deref()), &typed.command, typed.options)?;
    Ok(Json(report(&asked).await))
}

async fn autocomplete(State(discord): State<Discord>, Json(typed): Json<Slash>) -> Done {
    let person = somebody(&discord, &typed.person);
    let (option, partial) = (typed.option.unwrap_or_default(), typed.partial.unwrap_or_default());
    let place = channel(typed.channel.as_deref());
    let asked = person.try_autocomplete(place, &typed.command, &Typed::from(typed.options), &option, &partial)?;
    asked.settled().await;
    let choices: Vec<Value> =
        asked.choices().iter().map(|choice| json!({ "name": choice.name, "value": choice.value })).collect();
    Ok(Json(json!({ "choices": choices })))
}

async fn press(State(discord): State<Discord>, Json(press): Json<Press>) -> Done {
    let person = somebody(&discord, &press.person);
    let message = press.message.parse().map_err(|_| (StatusCode::UNPROCESSABLE_ENTITY, "no message id".to_owned()))?;
    let asked = person.try_press(message, &press.label)?;
    Ok(Json(report(&asked).await))
}

/// Waits for the readable answer, if there will be one.
async fn report(asked: &Asked) -> Value {
    let outcome = asked.settled().await;
    let Outcome::Acknowledged { after } = outcome else { return json!({ "acknowledged": false, "messages": [] }) };
    if asked.modal().is_none() {
        asked.answer().await;
    }
    let messages: Vec<Value> = asked.messages().iter().map(show).collect();
    json!({ "acknowledged": true, "after_ms": after.as_millis() as u64, "messages": messages, "modal": asked.modal() })
}

fn show(message: &Message) -> Value {
    let buttons: Vec<Value> =
        message.buttons().into_iter().map(|button| json!({ "label": button.label, "url": button.url })).collect();
    json!({
        "id": message.id, "channel": message.channel, "content": message.content, "text": message.text(),
        "ephemeral": message.is_ephemeral(), "buttons": buttons, "edited": message.edited.is_some(),
    })
}

#[derive(Deserialize)]
struct Wanted {
    channel: Option<String>,
    person: Option<String>,
}

/// What everybody sees in a channel, or what one person sees.
async fn messages(State(discord): State<Discord>, Query(wanted): Query<Wanted>) -> Json<Value> {
    let place = channel(wanted.channel.as_deref());
    let seen = match &wanted.person {
        Some(name) => somebody(&discord, name).sees(place),
        None => discord.messages(place),
    };
    Json(seen.iter().map(show).collect())
}

async fn state(State(discord): State<Discord>) -> Json<Value> {
    let gateway = discord.gateway();
    Json(json!({
        "connected": gateway.connected(), "identifies": gateway.identifies(), "resumes": gateway.resumes(),
        "heartbeats": gateway.heartbeats(), "commands": discord.commands(), "invalid_requests": discord.invalid_requests(),
    }))
}
