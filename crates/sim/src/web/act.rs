//! What the page asks for: each request is one thing that a person does, answered as soon as it is done; what comes of it is
//! told by the stream.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answers, Order, Page, trouble::Trouble};
use crate::discord::{
    Asked, Dms, Id, Person,
    people::{CannotDo, Typed},
};

/// Why it was not done, in words.
pub(super) struct NotDone(StatusCode, String);

impl IntoResponse for NotDone {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<CannotDo> for NotDone {
    fn from(cannot: CannotDo) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, cannot.to_string())
    }
}

type Done = Result<Json<Value>, NotDone>;

/// An id, which JSON carries as text.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Ref(Id);

impl TryFrom<String> for Ref {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl Page {
    fn order(&self, order: Order) -> Done {
        let gone = |_| NotDone(StatusCode::SERVICE_UNAVAILABLE, "nobody runs the bot".to_owned());
        self.stage.orders.try_send(order).map_err(gone)?;
        Ok(Json(json!({})))
    }

    fn somebody(&self, who: Ref) -> Result<Person, NotDone> {
        self.member(who.0).ok_or_else(|| NotDone(StatusCode::NOT_FOUND, "nobody has that id".to_owned()))
    }
}

fn asked(asked: &Asked) -> Done {
    Ok(Json(json!({ "interaction": asked.id() })))
}

#[derive(Deserialize)]
pub(super) struct Slash {
    who: Ref,
    channel: Ref,
    command: String,
    #[serde(default)]
    options: Value,
}

pub(super) async fn slash(State(page): State<Page>, Json(typed): Json<Slash>) -> Done {
    let person = page.somebody(typed.who)?;
    asked(&person.try_slash(typed.channel.0, &typed.command, typed.options)?)
}

#[derive(Deserialize)]
pub(super) struct Autocomplete {
    who: Ref,
    channel: Ref,
    command: String,
    #[serde(default)]
    options: Value,
    option: String,
    partial: String,
}

pub(super) async fn autocomplete(State(page): State<Page>, Json(typed): Json<Autocomplete>) -> Done {
    let person = page.somebody(typed.who)?;
    let filled = Typed::from(typed.options);
    let asked = person.try_autocomplete(typed.channel.0, &typed.command, &filled, &typed.option, &typed.partial)?;
    asked.settled().await;
    let choices = asked.choices().into_iter().map(|choice| json!({ "name": choice.name, "value": choice.value }));
    Ok(Json(json!({ "choices": choices.collect::<Vec<_>>(), "answered": asked.is_acknowledged() })))
}

#[derive(Deserialize)]
pub(super) struct Press {
    who: Ref,
    message: Ref,
    custom_id: String,
}

pub(super) async fn press(State(page): State<Page>, Json(press): Json<Press>) -> Done {
    asked(&page.somebody(press.who)?.try_press_button(press.message.0, &press.custom_id)?)
}

#[derive(Deserialize)]
pub(super) struct OfMessage {
    who: Ref,
    message: Ref,
    command: String,
}

/// A command in the menu of a message.
pub(super) async fn of_message(State(page): State<Page>, Json(chosen): Json<OfMessage>) -> Done {
    asked(&page.somebody(chosen.who)?.try_message_command(chosen.message.0, &chosen.command)?)
}

#[derive(Deserialize)]
pub(super) struct Select {
    who: Ref,
    message: Ref,
    custom_id: String,
    values: Vec<String>,
}

pub(super) async fn select(State(page): State<Page>, Json(chosen): Json<Select>) -> Done {
    let values: Vec<&str> = chosen.values.iter().map(String::as_str).collect();
    asked(&page.somebody(chosen.who)?.try_select(chosen.message.0, &chosen.custom_id, &values)?)
}

#[derive(Deserialize)]
pub(super) struct Submit {
    who: Ref,
    interaction: Ref,
    fields: BTreeMap<String, String>,
}

pub(super) async fn submit(State(page): State<Page>, Json(form): Json<Submit>) -> Done {
    let person = page.somebody(form.who)?;
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    asked(&Asked::new(&page.stage.discord, form.interaction.0, person.id()).try_submit(&fields)?)
}

#[derive(Deserialize)]
pub(super) struct Say {
    who: Ref,
    channel: Ref,
    text: String,
}

pub(super) async fn say(State(page): State<Page>, Json(said): Json<Say>) -> Done {
    page.somebody(said.who)?.try_say(said.channel.0, &said.text)?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub(super) struct DmSetting {
    who: Ref,
    dms: Setting,
}

/// The phone's DM setting.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Setting {
    Open,
    Closed,
}

pub(super) async fn dms(State(page): State<Page>, Json(wanted): Json<DmSetting>) -> Done {
    let dms = match wanted.dms {
        Setting::Open => Dms::Open,
        Setting::Closed => Dms::Closed,
    };
    page.stage.discord.set_dms(&page.somebody(wanted.who)?, dms);
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub(super) struct MakeTrouble {
    trouble: Trouble,
}

pub(super) async fn trouble(State(page): State<Page>, Json(wanted): Json<MakeTrouble>) -> Done {
    page.troubles.toggle(&page.stage.ovh, wanted.trouble);
    Ok(Json(json!({})))
}

pub(super) async fn kill(State(page): State<Page>) -> Done {
    page.order(Order::KillAndRestart)
}

#[derive(Deserialize)]
pub(super) struct Monitored {
    answers: Answers,
}

pub(super) async fn monitoring(State(page): State<Page>, Json(seen): Json<Monitored>) -> Done {
    page.order(Order::Monitoring(seen.answers))
}

#[derive(Deserialize)]
pub(super) struct SecretPage {
    id: String,
}

/// What OVHcloud's own page of a secret does when a person asks it for the password.
pub(super) async fn secret(State(page): State<Page>, Json(wanted): Json<SecretPage>) -> Done {
    let unknown = || NotDone(StatusCode::NOT_FOUND, "no such secret".to_owned());
    let password = page.stage.ovh.read_secret(&wanted.id).ok_or_else(unknown)?;
    Ok(Json(json!({ "password": password })))
}

#[derive(Deserialize)]
pub(super) struct Reader {
    who: Ref,
}

/// The kinds of pictures that are shown where they stand; everything else is only saved. None of them can run anything.
const SHOWN: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A file of a message, to be saved or, if it is a picture, shown.
pub(super) async fn file(
    State(page): State<Page>,
    Path((message, file)): Path<(Ref, Ref)>,
    Query(reader): Query<Reader>,
) -> Result<Response, NotDone> {
    let person = page.somebody(reader.who)?;
    let found = page.stage.discord.file_for(&person, message.0, file.0);
    let found = found.ok_or_else(|| NotDone(StatusCode::NOT_FOUND, "no such file".to_owned()))?;
    let name: String = found.filename.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let kind = SHOWN.into_iter().find(|kind| found.content_type.split(';').next() == Some(*kind));
    let place = if kind.is_some() { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, kind.unwrap_or("application/octet-stream").to_owned()),
        (header::CONTENT_DISPOSITION, format!("{place}; filename=\"{name}\"")),
    ];
    Ok((headers, found.bytes).into_response())
}
