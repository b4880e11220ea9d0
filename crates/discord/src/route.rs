//! The few places of Discord's API that Bernard calls, and how each is counted.

use std::hash::{DefaultHasher, Hash, Hasher};

use secrecy::{ExposeSecret, SecretString};
use serenity::model::id::{ApplicationId, ChannelId, GuildId, InteractionId, MessageId, UserId};

/// A route of Discord's API with its ids filled in.
#[derive(Clone, Copy)]
pub(crate) enum Route<'a> {
    /// The first answer to an interaction.
    Callback(InteractionId, &'a SecretString),
    /// The message that the first answer made.
    Original(ApplicationId, &'a SecretString),
    /// Further answers to an interaction.
    FollowUps(ApplicationId, &'a SecretString),
    /// A channel or thread.
    Channel(ChannelId),
    /// A channel's messages.
    Messages(ChannelId),
    /// One message.
    Message(ChannelId, MessageId),
    /// The bot's DM channels.
    DirectMessages,
    /// The guilds that the bot is in.
    Guilds,
    /// A guild.
    Guild(GuildId),
    /// A guild's channels, threads apart.
    Channels(GuildId),
    /// A guild's roles.
    Roles(GuildId),
    /// How many members have each role of a guild.
    RoleCounts(GuildId),
    /// A guild's member.
    Member(GuildId, UserId),
    /// The application that the bot's token belongs to.
    Application,
    /// An application's commands in a guild.
    Commands(ApplicationId, GuildId),
    /// Where the gateway is, and how often it may be identified with.
    GatewayBot,
}

/// What lets a call in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    /// The bot's token in a header; counts toward the global limit.
    BotToken,
    /// The interaction's token in the path; does not count toward the global limit.
    InteractionToken,
}

impl Route<'_> {
    /// The route without its ids and tokens: for errors, metrics and buckets.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Self::Callback(..) => "/interactions/{interaction}/{token}/callback",
            Self::Original(..) => "/webhooks/{application}/{token}/messages/@original",
            Self::FollowUps(..) => "/webhooks/{application}/{token}",
            Self::Channel(_) => "/channels/{channel}",
            Self::Messages(_) => "/channels/{channel}/messages",
            Self::Message(..) => "/channels/{channel}/messages/{message}",
            Self::DirectMessages => "/users/@me/channels",
            Self::Guilds => "/users/@me/guilds",
            Self::Guild(_) => "/guilds/{guild}",
            Self::Channels(_) => "/guilds/{guild}/channels",
            Self::Roles(_) => "/guilds/{guild}/roles",
            Self::RoleCounts(_) => "/guilds/{guild}/roles/member-counts",
            Self::Member(..) => "/guilds/{guild}/members/{user}",
            Self::Application => "/applications/@me",
            Self::Commands(..) => "/applications/{application}/guilds/{guild}/commands",
            Self::GatewayBot => "/gateway/bot",
        }
    }

    /// The path below `/api/v10`; holds a secret if the route has an interaction token.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Callback(id, token) => format!("/interactions/{id}/{}/callback", token.expose_secret()),
            Self::Original(app, token) => format!("/webhooks/{app}/{}/messages/@original", token.expose_secret()),
            Self::FollowUps(app, token) => format!("/webhooks/{app}/{}", token.expose_secret()),
            Self::Channel(channel) => format!("/channels/{channel}"),
            Self::Messages(channel) => format!("/channels/{channel}/messages"),
            Self::Message(channel, message) => format!("/channels/{channel}/messages/{message}"),
            Self::Guild(guild) => format!("/guilds/{guild}"),
            Self::Channels(guild) => format!("/guilds/{guild}/channels"),
            Self::Roles(guild) => format!("/guilds/{guild}/roles"),
            Self::RoleCounts(guild) => format!("/guilds/{guild}/roles/member-counts"),
            Self::Member(guild, user) => format!("/guilds/{guild}/members/{user}"),
            Self::Commands(app, guild) => format!("/applications/{app}/guilds/{guild}/commands"),
            Self::DirectMessages | Self::Guilds | Self::Application | Self::GatewayBot => self.template().to_owned(),
        }
    }

    /// What Discord counts separately within one bucket: its "major parameter".
    pub(crate) fn major(&self) -> u64 {
        match self {
            Self::Channel(channel) | Self::Messages(channel) | Self::Message(channel, _) => channel.get(),
            Self::Guild(guild)
            | Self::Channels(guild)
            | Self::Roles(guild)
            | Self::RoleCounts(guild)
            | Self::Member(guild, _)
            | Self::Commands(_, guild) => guild.get(),
            Self::Callback(_, token) | Self::Original(_, token) | Self::FollowUps(_, token) => digest(token),
            Self::DirectMessages | Self::Guilds | Self::Application | Self::GatewayBot => 0,
        }
    }

    /// What exactly it is about within its major parameter, such as the one message; 0 for nothing narrower.
    pub(crate) fn minor(&self) -> u64 {
        match self {
            Self::Message(_, message) => message.get(),
            Self::Member(_, user) => user.get(),
            Self::Callback(..)
            | Self::Original(..)
            | Self::FollowUps(..)
            | Self::Channel(_)
            | Self::Messages(_)
            | Self::DirectMessages
            | Self::Guilds
            | Self::Guild(_)
            | Self::Channels(_)
            | Self::Roles(_)
            | Self::RoleCounts(_)
            | Self::Application
            | Self::Commands(..)
            | Self::GatewayBot => 0,
        }
    }

    pub(crate) fn access(&self) -> Access {
        match self {
            Self::Callback(..) | Self::Original(..) | Self::FollowUps(..) => Access::InteractionToken,
            _ => Access::BotToken,
        }
    }

    /// The interaction's token, if the path holds one.
    pub(crate) fn token(&self) -> Option<&SecretString> {
        match self {
            Self::Callback(_, token) | Self::Original(_, token) | Self::FollowUps(_, token) => Some(token),
            _ => None,
        }
    }
}

/// A number that tells tokens apart without holding one.
fn digest(token: &SecretString) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.expose_secret().hash(&mut hasher);
    hasher.finish()
}
