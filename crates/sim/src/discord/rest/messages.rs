//! Messages in channels and DMs.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::id;
use crate::discord::{
    BOT, Discord, Id,
    message::{Audience, EPHEMERAL, Message},
    model::{ChannelKind, ChannelState, Dms, Membership, News},
    patch::{Incoming, Patch},
    permission::{
        ATTACH_FILES, EMBED_LINKS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS,
        VIEW_CHANNEL,
    },
    refusal::{Answer, Refusal, no_content, ok},
    rules::{BodyOf, Form},
    world::World,
};

/// From this age on, edits meet 30046.
const OLD: Duration = Duration::from_secs(60 * 60);
/// Most messages of one listing, and how many come unasked.
const MOST: usize = 100;
const USUAL: usize = 50;

/// What a listing asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    limit: Option<String>,
    before: Option<String>,
    after: Option<String>,
    around: Option<String>,
}

/// Refuses what the bot may not do in a channel.
fn permitted(world: &World, channel: Id, needed: u64) -> Result<(), Refusal> {
    world.channel(channel)?;
    let permissions = world.permissions(BOT, channel);
    if permissions & VIEW_CHANNEL == 0 {
        return Err(Refusal::MissingAccess);
    }
    if permissions & needed == needed { Ok(()) } else { Err(Refusal::MissingPermissions) }
}

/// Refuses what a person does not want to receive.
fn received(world: &World, channel: Id) -> Result<(), Refusal> {
    let ChannelKind::Dm { with } = world.channel(channel)?.kind else { return Ok(()) };
    let person = world.people.get(&with).ok_or(Refusal::DmsClosed)?;
    match (person.membership, person.dms) {
        (Membership::Left, _) => Err(Refusal::NoMutualGuild),
        (Membership::Member, Dms::Open) => Ok(()),
        (Membership::Member, Dms::Closed | Dms::ClosedAtOpening) => Err(Refusal::DmsClosed),
    }
}

pub(super) async fn create(State(discord): State<Discord>, Path(channel): Path<String>, body: Incoming) -> Answer {
    let channel = id(&channel)?;
    discord.change(|world| {
        let mut needed = match world.channel(channel)?.kind {
            ChannelKind::Thread { .. } => SEND_MESSAGES_IN_THREADS,
            ChannelKind::Text | ChannelKind::Dm { .. } => SEND_MESSAGES,
        };
        let patch = Patch::read(body, BodyOf::NewMessage)?;
        if patch.has_embeds() {
            needed |= EMBED_LINKS;
        }
        if patch.has_files() {
            needed |= ATTACH_FILES;
        }
        permitted(world, channel, needed)?;
        let nonce = patch.nonce();
        if patch.field("enforce_nonce") == &json!(true)
            && let Some(first) = nonce.as_deref().and_then(|nonce| world.by_nonce(channel, nonce))
        {
            return ok(&world.message_json(first));
        }
        world.open_again(channel)?;
        let id = send(world, channel, &patch)?;
        ok(&world.message_json(world.message(id)?))
    })
}

fn send(world: &mut World, channel: Id, patch: &Patch) -> Result<Id, Refusal> {
    let mut message = world.blank(channel, BOT);
    // An ordinary message cannot be ephemeral: the flag is dropped and everybody sees it.
    message.flags = patch.flags() & !EPHEMERAL;
    message.nonce = patch.nonce();
    message.replies_to = reply(world, channel, patch.field("message_reference"))?;
    patch.apply(&mut message, &mut world.clock)?;
    received(world, channel)?;
    world.ring(&mut message, patch.allowed_mentions());
    world.bears_ringing(&message)?;
    let id = message.id;
    if let Some(nonce) = message.nonce.clone() {
        world.remember_nonce(channel, nonce, id);
    }
    world.typing.remove(&channel);
    world.keep(message, News::Created);
    Ok(id)
}

fn reply(world: &World, channel: Id, reference: &Value) -> Result<Option<Id>, Refusal> {
    let Some(wanted) = reference["message_id"].as_str().and_then(|id| id.parse().ok()) else { return Ok(None) };
    let there = world.message(wanted).is_ok_and(|message| message.channel == channel);
    if there {
        return Ok(Some(wanted));
    }
    if reference["fail_if_not_exists"] == json!(false) {
        return Ok(None);
    }
    let mut form = Form::new();
    form.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
    form.finish().map(|()| None)
}

/// A message of the channel that routes for everybody may show: not an ephemeral one.
fn visible(world: &World, channel: Id, message: Id) -> Result<&Message, Refusal> {
    let found = world.message(message)?;
    let here = found.channel == channel && found.audience == Audience::Channel;
    if here { Ok(found) } else { Err(Refusal::UnknownMessage) }
}

pub(super) async fn list(
    State(discord): State<Discord>,
    Path(channel): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let channel = id(&channel)?;
    let mut form = Form::new();
    let limit = wanted.limit.as_deref().map_or(Ok(USUAL), str::parse);
    let limit = limit.ok().filter(|limit| (1..=MOST).contains(limit));
    if limit.is_none() {
        form.wrong("limit", "NUMBER_TYPE_RANGE", "int value should be between 1 and 100.");
    }
    form.finish()?;
    let limit = limit.unwrap_or(USUAL);
    let bound = |bound: &Option<String>| bound.as_deref().map(id).transpose();
    let (before, after, around) = (bound(&wanted.before)?, bound(&wanted.after)?, bound(&wanted.around)?);
    discord.read(|world| {
        permitted(world, channel, 0)?;
        if permitted(world, channel, READ_MESSAGE_HISTORY).is_err() {
            return ok(&json!([]));
        }
        let there = world.messages.values().filter(|m| visible(world, channel, m.id).is_ok());
        let mut chosen: Vec<&Message> = match (before, after, around) {
            (Some(before), ..) => {
                there.filter(|m| m.id < before).collect::<Vec<_>>().into_iter().rev().take(limit).collect()
            }
            (_, Some(after), _) => there.filter(|m| m.id > after).take(limit).collect(),
            (_, _, Some(around)) => there.filter(|m| m.id == around).collect(),
            (None, None, None) => there.collect::<Vec<_>>().into_iter().rev().take(limit).collect(),
        };
        // Newest first, whatever was asked.
        chosen.sort_by_key(|message| std::cmp::Reverse(message.id));
        ok(&chosen.into_iter().map(|message| world.message_json(message)).collect())
    })
}

pub(super) async fn read(State(discord): State<Discord>, Path((channel, message)): Path<(String, String)>) -> Answer {
    let (channel, message) = (id(&channel)?, id(&message)?);
    discord.read(|world| {
        permitted(world, channel, READ_MESSAGE_HISTORY)?;
        ok(&world.message_json(visible(world, channel, message)?))
    })
}

pub(super) async fn edit(
    State(discord): State<Discord>,
    Path((channel, message)): Path<(String, String)>,
    body: Incoming,
) -> Answer {
    let (channel, message) = (id(&channel)?, id(&message)?);
    discord.change(|world| {
        permitted(world, channel, 0)?;
        let found = visible(world, channel, message)?;
        if found.author != BOT {
            return Err(Refusal::OtherAuthor);
        }
        if world.channel(channel)?.state != ChannelState::There {
            return Err(Refusal::ArchivedThread);
        }
        if world.age(found) >= OLD {
            return Err(Refusal::OldMessage);
        }
        let patch = Patch::edit(body, BodyOf::EditedMessage, world.message(message)?)?;
        world.edit(message, &patch)?;
        ok(&world.message_json(world.message(message)?))
    })
}

pub(super) async fn delete(State(discord): State<Discord>, Path((channel, message)): Path<(String, String)>) -> Answer {
    let (channel, message) = (id(&channel)?, id(&message)?);
    discord.change(|world| {
        permitted(world, channel, 0)?;
        let found = visible(world, channel, message)?;
        if found.author != BOT {
            match world.channel(channel)?.kind {
                ChannelKind::Dm { .. } => return Err(Refusal::NotOnDms),
                ChannelKind::Text | ChannelKind::Thread { .. } => permitted(world, channel, MANAGE_MESSAGES)?,
            }
        }
        world.delete(message);
        no_content()
    })
}
