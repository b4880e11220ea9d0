//! Reading the guild, its people and channels; opening DMs; and where the gateway is.

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::id;
use crate::discord::{
    APPLICATION, BOT, Discord, GUILD, Id, OWNER,
    model::{ChannelKind, ChannelState, Dms, Membership},
    patch::Incoming,
    permission,
    refusal::{Answer, Refusal, ok},
    render::Threads,
    rules::Form,
    world::World,
};

pub(super) async fn gateway(State(discord): State<Discord>) -> Answer {
    ok(&json!({ "url": discord.read(|world| world.sessions.gateway_url()) }))
}

pub(super) async fn gateway_bot(State(discord): State<Discord>) -> Answer {
    ok(&discord.read(|world| world.sessions.advice()))
}

pub(super) async fn me(State(discord): State<Discord>) -> Answer {
    ok(&discord.read(World::self_json))
}

pub(super) async fn user(State(discord): State<Discord>, Path(user): Path<String>) -> Answer {
    let user = id(&user)?;
    discord.read(|world| {
        let known = user == BOT || world.people.contains_key(&user);
        if known { ok(&world.user_json(user)) } else { Err(Refusal::UnknownUser) }
    })
}

pub(super) async fn application(State(discord): State<Discord>) -> Answer {
    let key = discord.public_key();
    let (bot, owner, endpoint) =
        discord.read(|world| (world.user_json(BOT), world.user_json(OWNER), world.endpoint().map(str::to_owned)));
    ok(&json!({
        "id": APPLICATION, "name": "bernard", "icon": null, "description": "", "summary": "", "type": null, "bot": bot,
        "bot_public": false, "bot_require_code_grant": false, "verify_key": key, "flags": 0, "hook": true, "is_monetized": false,
        "owner": owner,
        "team": null, "redirect_uris": [], "interactions_endpoint_url": endpoint, "integration_types_config": { "0": {} },
        "approximate_guild_count": 1, "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0, "flags_new": "0", "role_connections_verification_url": null,
        "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
    }))
}

fn known_guild(guild: &str) -> Result<(), Refusal> {
    // Discord says 10004 for guilds that never were, and 50001 for those the bot is not in; only one exists here.
    if id(guild)? == GUILD { Ok(()) } else { Err(Refusal::UnknownGuild) }
}

pub(super) async fn guild(State(discord): State<Discord>, Path(guild): Path<String>) -> Answer {
    known_guild(&guild)?;
    ok(&discord.read(World::guild_json))
}

/// The guilds that the bot is in, each in part.
pub(super) async fn mine(State(discord): State<Discord>) -> Answer {
    let guild = discord.read(World::guild_json);
    let part = json!({
        "id": GUILD, "name": guild["name"], "icon": null, "banner": null, "owner": false, "permissions": "274878024704",
        "features": [],
    });
    ok(&json!([part]))
}

pub(super) async fn roles(State(discord): State<Discord>, Path(guild): Path<String>) -> Answer {
    known_guild(&guild)?;
    ok(&discord.read(World::roles_json))
}

pub(super) async fn role_counts(State(discord): State<Discord>, Path(guild): Path<String>) -> Answer {
    known_guild(&guild)?;
    ok(&discord.read(World::role_counts_json))
}

pub(super) async fn channels(State(discord): State<Discord>, Path(guild): Path<String>) -> Answer {
    known_guild(&guild)?;
    ok(&discord.read(|world| world.channels_json(Threads::Without)))
}

pub(super) async fn member(State(discord): State<Discord>, Path((guild, user)): Path<(String, String)>) -> Answer {
    known_guild(&guild)?;
    let user = id(&user)?;
    discord.read(|world| {
        let known = user == BOT || world.people.contains_key(&user);
        match world.member_json(user) {
            Some(member) => ok(&member),
            None if known => Err(Refusal::UnknownMember),
            None => Err(Refusal::UnknownUser),
        }
    })
}

pub(super) async fn channel(State(discord): State<Discord>, Path(channel): Path<String>) -> Answer {
    let channel = id(&channel)?;
    discord.read(|world| {
        let found = world.channel(channel)?;
        if world.permissions(BOT, channel) & permission::VIEW_CHANNEL == 0 {
            return Err(Refusal::MissingAccess);
        }
        ok(&world.channel_json(channel, found))
    })
}

/// Opening an archived thread again is all that is modified here.
pub(super) async fn modify_channel(
    State(discord): State<Discord>,
    Path(channel): Path<String>,
    body: Incoming,
) -> Answer {
    let channel = id(&channel)?;
    let mut form = Form::new();
    if let Some(fields) = form.object("", &body.json) {
        form.only("", fields, &["archived"]);
    }
    if body.json["archived"] != json!(false) {
        form.wrong("archived", "UNSUPPORTED", "this simulator only opens threads again");
    }
    form.finish()?;
    discord.change(|world| {
        let found = world.channel(channel)?;
        let is_thread = matches!(found.kind, ChannelKind::Thread { .. });
        if world.permissions(BOT, channel) & permission::VIEW_CHANNEL == 0 {
            return Err(Refusal::MissingAccess);
        }
        // Without the right to manage threads: one that is not locked, and where one may write.
        let may = world.permissions(BOT, channel) & permission::SEND_MESSAGES_IN_THREADS != 0;
        if !is_thread || !may || found.state == ChannelState::Locked {
            return Err(Refusal::MissingPermissions);
        }
        world.open_again(channel)?;
        ok(&world.channel_json(channel, world.channel(channel)?))
    })
}

pub(super) async fn open_dm(State(discord): State<Discord>, body: Incoming) -> Answer {
    let mut form = Form::new();
    if let Some(fields) = form.object("", &body.json) {
        form.only("", fields, &["recipient_id"]);
    }
    form.finish()?;
    let recipient = match &body.json["recipient_id"] {
        Value::String(text) => id(text)?,
        Value::Number(number) => Id(number.as_u64().unwrap_or_default()),
        _ => return Err(Refusal::UnknownUser),
    };
    discord.change(|world| {
        let person = world.people.get(&recipient).ok_or(Refusal::UnknownUser)?;
        match (person.membership, person.dms) {
            (_, Dms::ClosedAtOpening) => return Err(Refusal::DmsClosed),
            (Membership::Member | Membership::Left, _) => {}
        }
        let channel = world.dm_with(recipient);
        ok(&world.channel_json(channel, world.channel(channel)?))
    })
}
