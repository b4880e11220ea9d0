//! The state as Discord's JSON.

use serde_json::{Map, Value, json};

use super::{
    APPLICATION, BOT, BOT_NAME, BOT_ROLE, GUILD, GUILD_LOCALE, Id, OWNER,
    commands::MESSAGE_COMMAND,
    media,
    message::{Attachment, Audience, Message, SUPPRESS_EMBEDS},
    model::{
        Channel, ChannelKind, ChannelState, Human, Membership, Mentions, Role,
        interaction::{Interaction, Kind},
    },
    patch::merge,
    world::World,
};

/// The date on which everybody joined.
const JOINED: &str = "2024-01-01T00:00:00.000000+00:00";

impl World {
    /// A user, the bot included. Somebody unknown is rendered as Discord renders deleted users.
    pub(crate) fn user_json(&self, id: Id) -> Value {
        let (name, bot) = match self.people.get(&id) {
            Some(human) => (human.name.as_str(), false),
            None if id == BOT => (BOT_NAME, true),
            None => ("deleted_user", false),
        };
        json!({
            "id": id, "username": name, "global_name": (!bot).then_some(name), "discriminator": "0", "avatar": null, "bot": bot,
            "system": false, "public_flags": 0, "flags": 0, "accent_color": null, "banner": null, "avatar_decoration_data": null,
            "collectibles": null, "clan": null, "primary_guild": null,
        })
    }

    /// The bot as it sees itself.
    pub(crate) fn self_json(&self) -> Value {
        let mut user = self.user_json(BOT);
        if let Some(user) = user.as_object_mut() {
            user.insert("mfa_enabled".to_owned(), json!(true));
            user.insert("verified".to_owned(), json!(true));
            user.insert("locale".to_owned(), json!("en-US"));
            user.insert("email".to_owned(), Value::Null);
            user.insert("premium_type".to_owned(), json!(0));
        }
        user
    }

    /// A member; `None` if they are not in the guild.
    pub(crate) fn member_json(&self, id: Id) -> Option<Value> {
        let roles = match self.people.get(&id) {
            Some(Human { membership: Membership::Member, roles, .. }) => roles.clone(),
            Some(_) => return None,
            None if id == BOT => vec![BOT_ROLE],
            None => return None,
        };
        Some(json!({
            "user": self.user_json(id), "nick": null, "avatar": null, "banner": null, "roles": roles, "joined_at": JOINED,
            "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
            "communication_disabled_until": null, "avatar_decoration_data": null, "collectibles": null,
        }))
    }

    pub(crate) fn roles_json(&self) -> Value {
        self.roles.iter().enumerate().map(|(position, (id, role))| role_json(*id, role, position)).collect()
    }

    /// How many members have each role, as `GET /guilds/{g}/roles/member-counts` shows it: without `@everyone`.
    pub(crate) fn role_counts_json(&self) -> Value {
        let members = || self.people.values().filter(|human| human.membership == Membership::Member);
        let bots = |role: &Id| usize::from(*role == BOT_ROLE);
        let count = |role: &Id| members().filter(|human| human.roles.contains(role)).count() + bots(role);
        let counts =
            self.roles.keys().filter(|role| **role != GUILD).map(|role| (role.to_string(), json!(count(role))));
        Value::Object(counts.collect())
    }

    /// A channel as `GET /channels/{c}` shows it.
    pub(crate) fn channel_json(&self, id: Id, channel: &Channel) -> Value {
        let last = self.newest.get(&id);
        let mut fields = json!({ "id": id, "last_message_id": last, "flags": 0 });
        let extra = match channel.kind {
            ChannelKind::Dm { with } => json!({ "type": 1, "recipients": [self.user_json(with)] }),
            ChannelKind::Text => json!({
                "type": 0, "guild_id": GUILD, "name": channel.name, "position": 0, "parent_id": null, "topic": null, "nsfw": false,
                "rate_limit_per_user": 0, "permission_overwrites": overwrites_json(channel), "last_pin_timestamp": null,
            }),
            ChannelKind::Thread { parent } => json!({
                "type": 11, "guild_id": GUILD, "name": channel.name, "parent_id": parent, "owner_id": BOT,
                "rate_limit_per_user": 0, "message_count": 0, "member_count": 1, "total_message_sent": 0,
                "thread_metadata": {
                    "archived": channel.state != ChannelState::There, "auto_archive_duration": 1440,
                    "archive_timestamp": JOINED, "locked": channel.state == ChannelState::Locked,
                    "create_timestamp": JOINED,
                },
            }),
        };
        merge(&mut fields, extra);
        fields
    }

    /// The channels of the guild, threads apart.
    pub(crate) fn channels_json(&self, threads: Threads) -> Value {
        let wanted = |channel: &Channel| match channel.kind {
            ChannelKind::Text => threads == Threads::Without,
            ChannelKind::Thread { .. } => threads == Threads::Only,
            ChannelKind::Dm { .. } => false,
        };
        let there = self.channels.iter().filter(|(id, channel)| wanted(channel) && self.channel(**id).is_ok());
        there
            .filter(|(_, channel)| channel.state == ChannelState::There)
            .map(|(id, channel)| self.channel_json(*id, channel))
            .collect()
    }

    /// The guild as `GET /guilds/{g}` shows it.
    pub(crate) fn guild_json(&self) -> Value {
        let mut guild = json!({
            "id": GUILD, "name": "Bernard's kennel", "icon": null, "icon_hash": null, "splash": null, "discovery_splash": null,
            "owner_id": OWNER, "region": "deprecated", "afk_channel_id": null, "afk_timeout": 300,
            "widget_enabled": false, "widget_channel_id": null, "verification_level": 0, "default_message_notifications": 1,
            "explicit_content_filter": 0, "roles": self.roles_json(), "emojis": [], "stickers": [], "features": [],
            "mfa_level": 0, "application_id": null, "system_channel_id": null, "system_channel_flags": 0,
        });
        let unused = json!({
            "rules_channel_id": null, "max_presences": null, "max_members": 500_000, "vanity_url_code": null,
            "description": null, "banner": null, "premium_tier": 0, "premium_subscription_count": 0,
            "preferred_locale": GUILD_LOCALE, "public_updates_channel_id": null, "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50, "nsfw_level": 0, "nsfw": false, "premium_progress_bar_enabled": false,
            "safety_alerts_channel_id": null, "home_header": null, "hub_type": null, "latest_onboarding_question_id": null,
            "incidents_data": null, "inventory_settings": null,
        });
        merge(&mut guild, unused);
        guild
    }

    /// The guild as `GUILD_CREATE` brings it.
    pub(crate) fn guild_event(&self) -> Value {
        let mut guild = self.guild_json();
        let members: Vec<Value> =
            std::iter::once(BOT).chain(self.people.keys().copied()).filter_map(|id| self.member_json(id)).collect();
        let extra = json!({
            "joined_at": JOINED, "large": false, "unavailable": false, "member_count": members.len(), "members": members,
            "voice_states": [], "channels": self.channels_json(Threads::Without), "threads": self.channels_json(Threads::Only),
            "presences": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
        });
        merge(&mut guild, extra);
        guild
    }

    /// A message as every route shows it.
    pub(crate) fn message_json(&self, message: &Message) -> Value {
        let users: Vec<Value> = message.pinged_users.iter().map(|id| self.user_json(*id)).collect();
        let embeds: &[Value] = if message.flags & SUPPRESS_EMBEDS == 0 { &message.embeds } else { &[] };
        let kind = match (message.answers.and_then(|id| self.interactions.get(&id)), message.replies_to) {
            (Some(Interaction { kind: Kind::Command { .. }, .. }), _) => 20,
            (Some(Interaction { kind: Kind::MessageCommand { .. }, .. }), _) => 23,
            (_, Some(_)) => 19,
            _ => 0,
        };
        let attachments: Vec<Value> =
            message.attachments.iter().map(|file| self.attachment_json(message, file)).collect();
        let mut rendered = json!({
            "id": message.id, "channel_id": message.channel, "author": self.user_json(message.author), "type": kind,
            "content": message.notification(), "timestamp": date(message.created), "edited_timestamp": message.edited.map(date),
            "tts": false, "mention_everyone": message.pinged_everyone, "mentions": users, "mention_roles": message.pinged_roles,
            "attachments": attachments, "embeds": embeds, "components": message.components, "pinned": false,
            "flags": message.flags,
        });
        let mut extra = Map::new();
        if let Some(nonce) = &message.nonce {
            extra.insert("nonce".to_owned(), json!(nonce));
        }
        if message.author == BOT
            && let Some(asked) = message.answers.and_then(|id| self.interactions.get(&id))
        {
            extra.insert("application_id".to_owned(), json!(APPLICATION));
            extra.insert("webhook_id".to_owned(), json!(APPLICATION));
            extra.insert("interaction_metadata".to_owned(), self.metadata_json(asked));
        }
        if let Some(reply) = message.replies_to {
            let place = json!({ "type": 0, "message_id": reply, "channel_id": message.channel });
            extra.insert("message_reference".to_owned(), place);
        }
        merge(&mut rendered, Value::Object(extra));
        rendered
    }

    /// A message as the gateway brings it: with its guild and its author as a member.
    pub(crate) fn message_event(&self, message: &Message) -> Value {
        let mut event = self.message_json(message);
        let in_guild =
            self.channels.get(&message.channel).is_some_and(|channel| !matches!(channel.kind, ChannelKind::Dm { .. }));
        if in_guild {
            event["guild_id"] = json!(GUILD);
            if let Some(mut member) = self.member_json(message.author) {
                member.as_object_mut().map(|member| member.remove("user"));
                event["member"] = member;
            }
        }
        event
    }

    pub(crate) fn deletion_event(&self, id: Id) -> Value {
        let channel = self.messages.get(&id).map(|message| message.channel);
        let in_guild =
            channel.and_then(|id| self.channels.get(&id)).is_some_and(|c| !matches!(c.kind, ChannelKind::Dm { .. }));
        let mut event = json!({ "id": id, "channel_id": channel });
        if in_guild {
            event["guild_id"] = json!(GUILD);
        }
        event
    }

    fn metadata_json(&self, asked: &Interaction) -> Value {
        let owners = if asked.in_guild { json!({ "0": GUILD }) } else { json!({ "0": "0" }) };
        let mut metadata = json!({
            "id": asked.id, "type": asked.kind.number(), "user": self.user_json(asked.person),
            "authorizing_integration_owners": owners,
        });
        match &asked.kind {
            Kind::Command { name } => {
                metadata["name"] = json!(name);
                metadata["command_type"] = json!(1);
            }
            Kind::MessageCommand { name, target } => {
                metadata["name"] = json!(name);
                metadata["command_type"] = json!(MESSAGE_COMMAND);
                metadata["target_message_id"] = json!(target);
            }
            Kind::Component { message } => metadata["interacted_message_id"] = json!(message),
            Kind::Autocomplete | Kind::Modal { .. } => {}
        }
        metadata
    }

    fn attachment_json(&self, message: &Message, file: &Attachment) -> Value {
        let path = format!("/attachments/{}/{}/{}", message.channel, file.id, file.filename);
        let url = format!("{}{path}", self.sessions.base);
        let mut rendered = json!({
            "id": file.id, "filename": file.filename, "size": file.bytes.len(), "url": url, "proxy_url": url,
            "content_type": file.content_type,
        });
        if let Some((width, height)) = media::size(&file.bytes) {
            rendered["width"] = json!(width);
            rendered["height"] = json!(height);
        }
        if let Some(description) = &file.description {
            rendered["description"] = json!(description);
        }
        if matches!(message.audience, Audience::Only(_)) {
            rendered["ephemeral"] = json!(true);
        }
        rendered
    }
}

/// Which channels of a guild are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    Only,
    Without,
}

/// A date as Discord writes it: microseconds and a numeric offset.
pub(crate) fn date(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

fn role_json(id: Id, role: &Role, position: usize) -> Value {
    json!({
        "id": id, "name": role.name, "color": 0, "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "hoist": false, "icon": null, "unicode_emoji": null, "position": position, "permissions": role.permissions.to_string(),
        "managed": id == BOT_ROLE, "mentionable": role.mentions == Mentions::Anybody, "flags": 0,
    })
}

fn overwrites_json(channel: &Channel) -> Value {
    use super::permission::OverwriteOf;
    let kind = |of| if of == OverwriteOf::Role { 0 } else { 1 };
    let overwrites = channel.overwrites.iter();
    overwrites
        .map(|o| json!({ "id": o.of, "type": kind(o.kind), "allow": o.allow.to_string(), "deny": o.deny.to_string() }))
        .collect()
}
