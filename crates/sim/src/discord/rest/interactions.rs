//! The bot's answers: the callback, and what the interaction's token opens afterwards.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::id;
use crate::discord::{
    Discord, Id,
    patch::{Incoming, Patch},
    refusal::{Answer, Refusal, as_json, no_content, ok},
    rules::BodyOf,
    world::World,
};

/// The query of a callback.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    with_response: Option<String>,
}

pub(super) async fn callback(
    State(discord): State<Discord>,
    Path((interaction, token)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
    body: Incoming,
) -> Answer {
    let interaction = id(&interaction)?;
    let kind = body.json["type"].clone();
    discord.change(|world| world.call_back(interaction, &token, body))?;
    match wanted.with_response.as_deref() {
        Some("true" | "True" | "1") => ok(&discord.read(|world| response_json(world, interaction, &kind))),
        _ => no_content(),
    }
}

fn response_json(world: &World, id: Id, kind: &Value) -> Value {
    let Some(interaction) = world.interactions.get(&id) else { return Value::Null };
    let message = interaction.original.and_then(|id| world.message(id).ok());
    let mut answer = json!({ "interaction": { "id": id, "type": interaction.kind.number() } });
    if let Some(message) = message {
        answer["interaction"]["response_message_id"] = json!(message.id);
        answer["interaction"]["response_message_loading"] = json!(message.is_thinking());
        answer["interaction"]["response_message_ephemeral"] = json!(message.is_ephemeral());
    }
    answer["resource"] = json!({ "type": kind });
    if let Some(message) = message.filter(|_| matches!(kind.as_i64(), Some(4 | 5 | 7))) {
        answer["resource"]["message"] = world.message_json(message);
    }
    answer
}

/// The message that a path means, if it belongs to the interaction of the token.
fn meant(world: &World, application: &str, token: &str, message: &str) -> Result<Id, Refusal> {
    let interaction = world.by_token(application, token)?;
    let wanted = if message == "@original" { interaction.original } else { Some(id(message)?) };
    let ours = |id: &Id| interaction.original == Some(*id) || interaction.follow_ups.contains(id);
    let wanted = wanted.filter(ours).ok_or(Refusal::UnknownMessage)?;
    world.message(wanted).map(|message| message.id)
}

pub(super) async fn read(
    State(discord): State<Discord>,
    Path((application, token, message)): Path<(String, String, String)>,
) -> Answer {
    discord.read(|world| {
        let message = meant(world, &application, &token, &message)?;
        ok(&world.message_json(world.message(message)?))
    })
}

pub(super) async fn edit(
    State(discord): State<Discord>,
    Path((application, token, message)): Path<(String, String, String)>,
    body: Incoming,
) -> Answer {
    discord.change(|world| {
        let message = meant(world, &application, &token, &message)?;
        let patch = Patch::edit(body, BodyOf::EditedAnswer, world.message(message)?)?;
        world.edit(message, &patch)?;
        ok(&world.message_json(world.message(message)?))
    })
}

pub(super) async fn delete(
    State(discord): State<Discord>,
    Path((application, token, message)): Path<(String, String, String)>,
) -> Answer {
    discord.change(|world| {
        let message = meant(world, &application, &token, &message)?;
        world.delete(message);
        no_content()
    })
}

/// A follow-up. The first one after "thinking…" takes its place, and its audience.
pub(super) async fn follow_up(
    State(discord): State<Discord>,
    Path((application, token)): Path<(String, String)>,
    body: Incoming,
) -> Answer {
    discord.change(|world| {
        let interaction = world.by_token(&application, &token)?;
        let (id, original) = (interaction.id, interaction.original);
        let patch = Patch::read(body, BodyOf::FollowUp)?;
        let thinking = original.filter(|id| world.message(*id).is_ok_and(|message| message.is_thinking()));
        let message = match thinking {
            Some(original) => world.edit(original, &patch).map(|()| original)?,
            None => world.new_answer(id, &patch)?,
        };
        if let Some(interaction) = world.interactions.get_mut(&id).filter(|_| thinking.is_none()) {
            interaction.follow_ups.push(message);
        }
        Ok(as_json(StatusCode::OK, &world.message_json(world.message(message)?)))
    })
}
