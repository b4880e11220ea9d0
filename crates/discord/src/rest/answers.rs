//! What Discord answers, as far as Bernard reads it: fields that are not here may change without notice.

use std::{fmt, time::Duration};

use bernard_untrusted::lenient::{List, or_default};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serenity::model::{
    Permissions,
    channel::{PermissionOverwrite, PermissionOverwriteType},
    id::{ApplicationId, ChannelId, CommandId, GuildId, MessageId, RoleId, UserId},
};

use crate::said::words;

/// A message that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Posted {
    /// Its id.
    pub id: MessageId,
    /// The roles that it rings, if Discord says so.
    #[serde(default)]
    pub mention_roles: Option<Vec<RoleId>>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
}

/// A channel of a guild.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GuildChannel {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Discord's number for its kind.
    #[serde(rename = "type")]
    pub kind: u8,
    /// What it gives and takes away of the permissions that roles have in the guild.
    #[serde(default, deserialize_with = "or_default")]
    pub permission_overwrites: Vec<PermissionOverwrite>,
}

impl GuildChannel {
    /// What somebody may do in it who has these permissions and roles in the guild. Overwrites count in Discord's order: everyone's,
    /// those of the roles together, the person's own.
    pub fn permissions(&self, guild: GuildId, user: UserId, roles: &[RoleId], held: Permissions) -> Permissions {
        use PermissionOverwriteType::{Member, Role};
        if held.administrator() {
            return Permissions::all();
        }
        let changed = |held: Permissions, counts: &dyn Fn(PermissionOverwriteType) -> bool| {
            let those = || self.permission_overwrites.iter().filter(|overwrite| counts(overwrite.kind));
            let denied = those().fold(Permissions::empty(), |all, overwrite| all | overwrite.deny);
            let allowed = those().fold(Permissions::empty(), |all, overwrite| all | overwrite.allow);
            (held - denied) | allowed
        };
        let everyone = RoleId::new(guild.get());
        let held = changed(held, &|kind| kind == Role(everyone));
        let held = changed(held, &|kind| matches!(kind, Role(role) if role != everyone && roles.contains(&role)));
        changed(held, &|kind| kind == Member(user))
    }

    /// Whether people type commands in it: a text channel, or one for announcements.
    pub fn takes_commands(&self) -> bool {
        matches!(self.kind, 0 | 5)
    }
}

/// A message found in a channel's history. `Debug` hides what it says: a DM may hold a link.
#[derive(Clone, PartialEq, Eq)]
pub struct SeenMessage {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says outside its embeds: its text, or the texts of one that is made of parts.
    pub content: String,
    /// The `custom_id`s of its buttons and selects, however deep.
    pub custom_ids: Vec<String>,
    /// The nonce it was posted with, if Discord still gives it.
    pub nonce: Option<String>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their unique name.
    #[serde(default, deserialize_with = "or_default")]
    pub username: String,
    /// The name they show, if they have one.
    #[serde(default, deserialize_with = "or_default")]
    pub global_name: Option<String>,
    /// Whether it is a bot.
    #[serde(default, deserialize_with = "or_default")]
    pub bot: bool,
}

/// A guild's member.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// The ids of their roles; `@everyone`'s is not among them, and none that is no id.
    #[serde(deserialize_with = "readable")]
    pub roles: Vec<RoleId>,
}

/// A guild's role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Role {
    /// Its id; `@everyone`'s is the guild's.
    pub id: RoleId,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Whether everybody may mention it.
    #[serde(default, deserialize_with = "or_default")]
    pub mentionable: bool,
    /// Whether it belongs to a bot or to Discord itself, so that nobody can be given it.
    #[serde(default, deserialize_with = "or_default")]
    pub managed: bool,
    /// What it allows in the guild.
    pub permissions: Permissions,
}

/// A guild.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Guild {
    /// Its id.
    pub id: GuildId,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Whose it is.
    #[serde(default, deserialize_with = "or_default")]
    pub owner_id: Option<UserId>,
}

/// An application of Discord's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its bot.
    #[serde(default, deserialize_with = "or_default")]
    pub bot: Option<User>,
    /// Where Discord sends its interactions instead of to the gateway, if set.
    #[serde(default, deserialize_with = "or_default")]
    pub interactions_endpoint_url: Option<String>,
    /// Its Ed25519 key, as hex.
    #[serde(default, deserialize_with = "or_default")]
    pub verify_key: String,
}

/// A command as Discord has it.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisteredCommand {
    /// Its id, for `</name:id>`.
    pub id: CommandId,
    /// Its name.
    pub name: String,
    /// All that Discord says of it, for a comparison.
    pub raw: Value,
}

/// Where the gateway is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GatewayBot {
    /// Its address, without a query.
    pub url: String,
    /// How often it may be identified with.
    #[serde(default)]
    pub session_start_limit: SessionStartLimit,
}

/// How often the gateway may be identified with. Discord resets the token of a bot that goes beyond.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SessionStartLimit {
    /// A day's identifies.
    pub total: u32,
    /// How many are left.
    pub remaining: u32,
    /// When `remaining` becomes `total` again.
    #[serde(deserialize_with = "milliseconds")]
    pub reset_after: Duration,
}

impl Default for SessionStartLimit {
    /// Discord's documented figures, unused.
    fn default() -> Self {
        Self { total: 1_000, remaining: 1_000, reset_after: Duration::ZERO }
    }
}

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RoleId>, D::Error> {
    List::deserialize(deserializer).map(|roles: List<RoleId>| roles.said("a role of a member"))
}

fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

impl fmt::Debug for SeenMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenMessage").field("id", &self.id).field("author", &self.author).finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for SeenMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Author {
            id: UserId,
        }
        #[derive(Deserialize)]
        struct Wire {
            id: MessageId,
            author: Author,
            #[serde(default, deserialize_with = "or_default")]
            content: String,
            #[serde(default)]
            components: Value,
            #[serde(default)]
            nonce: Value,
        }
        let wire = Wire::deserialize(deserializer)?;
        let mut custom_ids = Vec::new();
        collect_custom_ids(&wire.components, &mut custom_ids);
        let nonce = match wire.nonce {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let content = words(&wire.content, &wire.components);
        Ok(Self { id: wire.id, author: wire.author.id, content, custom_ids, nonce })
    }
}

fn collect_custom_ids(components: &Value, into: &mut Vec<String>) {
    match components {
        Value::Array(list) => list.iter().for_each(|component| collect_custom_ids(component, into)),
        Value::Object(fields) => {
            into.extend(fields.get("custom_id").and_then(Value::as_str).map(str::to_owned));
            for nested in ["components", "accessory"].iter().filter_map(|name| fields.get(*name)) {
                collect_custom_ids(nested, into);
            }
        }
        _ => {}
    }
}

impl<'de> Deserialize<'de> for RegisteredCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            id: CommandId,
            name: String,
        }
        let raw = Value::deserialize(deserializer)?;
        let Named { id, name } = Named::deserialize(&raw).map_err(serde::de::Error::custom)?;
        Ok(Self { id, name, raw })
    }
}
