//! Registering commands.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::id;
use crate::discord::{
    APPLICATION, Discord, GUILD,
    commands::{Put, Scope, id_in},
    patch::Incoming,
    refusal::{Answer, Refusal, as_json, no_content, ok},
    rules::{check_command, check_commands},
};

/// The parts of these routes' paths; global routes have no guild.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    application: String,
    guild: Option<String>,
    command: Option<String>,
}

impl Place {
    fn scope(&self) -> Result<Scope, Refusal> {
        if self.application != APPLICATION.to_string() {
            return Err(Refusal::UnknownApplication);
        }
        match self.guild.as_deref().map(id).transpose()? {
            None => Ok(Scope::Global),
            Some(GUILD) => Ok(Scope::Guild),
            Some(_) => Err(Refusal::MissingAccess),
        }
    }

    fn command(&self) -> Result<&str, Refusal> {
        self.command.as_deref().ok_or(Refusal::UnknownCommand)
    }
}

/// The query of a listing.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    with_localizations: Option<String>,
}

pub(super) async fn list(
    State(discord): State<Discord>,
    Path(place): Path<Place>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let scope = place.scope()?;
    let mut commands = Value::Array(discord.read(|world| world.commands.list(scope).to_vec()));
    if !matches!(wanted.with_localizations.as_deref(), Some("true" | "True" | "1")) {
        forget_localisations(&mut commands);
    }
    ok(&commands)
}

/// Listings leave localisations out unless they are asked for.
fn forget_localisations(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(forget_localisations),
        Value::Object(fields) => {
            fields.remove("name_localizations");
            fields.remove("description_localizations");
            fields.values_mut().for_each(forget_localisations);
        }
        _ => {}
    }
}

pub(super) async fn replace(State(discord): State<Discord>, Path(place): Path<Place>, body: Incoming) -> Answer {
    let scope = place.scope()?;
    check_commands(&body.json)?;
    let wanted = body.json.as_array().cloned().unwrap_or_default();
    ok(&Value::Array(discord.change(|world| world.commands.replace(scope, &wanted, &mut world.clock))))
}

pub(super) async fn create(State(discord): State<Discord>, Path(place): Path<Place>, body: Incoming) -> Answer {
    let scope = place.scope()?;
    check_command(&body.json)?;
    let (command, put) = discord.change(|world| world.commands.put(scope, &body.json, &mut world.clock))?;
    Ok(as_json(if put == Put::Created { StatusCode::CREATED } else { StatusCode::OK }, &command))
}

pub(super) async fn read(State(discord): State<Discord>, Path(place): Path<Place>) -> Answer {
    let scope = place.scope()?;
    discord.read(|world| ok(world.commands.get(scope, place.command()?)?))
}

/// A change is checked as the whole command that it makes.
pub(super) async fn edit(State(discord): State<Discord>, Path(place): Path<Place>, body: Incoming) -> Answer {
    let scope = place.scope()?;
    discord.change(|world| {
        let known = world.commands.get(scope, place.command()?)?;
        let mut whole = known.clone();
        if let Some(fields) = whole.as_object_mut() {
            fields.retain(|name, _| !matches!(name.as_str(), "id" | "application_id" | "guild_id" | "version"));
            fields.extend(body.json.as_object().cloned().unwrap_or_default());
        }
        check_command(&whole)?;
        let id = id_in(known).map(|id| json!(id)).unwrap_or_default();
        let id = id.as_str().unwrap_or_default().to_owned();
        ok(&world.commands.patch(scope, &id, &body.json, &mut world.clock)?)
    })
}

pub(super) async fn delete(State(discord): State<Discord>, Path(place): Path<Place>) -> Answer {
    let scope = place.scope()?;
    discord.change(|world| world.commands.remove(scope, place.command()?))?;
    no_content()
}
