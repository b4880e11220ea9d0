//! Who asks, and where: taken from the interaction itself, because nothing else is fresh.

use std::{collections::BTreeSet, time::Duration};

use bernard_discord::Rest;
use bernard_domain::{
    access::{Grant, Requester, UserId},
    audit::{Act, Entry},
    authorization::Membership,
    locale::Locale,
    operation::{ChannelId, Request},
};
use bernard_platform::clock;
use bernard_text as text;
use serenity::model::{
    Permissions,
    application::{
        AuthorizingIntegrationOwner, AuthorizingIntegrationOwners, CommandInteraction, ComponentInteraction,
        ModalInteraction,
    },
    channel::{ChannelType, PartialChannel},
    guild::Member,
    id::{ChannelId as DiscordChannel, GuildId, InteractionId, UserId as DiscordUser},
};

use crate::{membership::membership, refusal::Refusal};

/// How long Discord may take to tell somebody's roles while a person waits for the answer.
pub(super) const ROLES_WITHIN: Duration = Duration::from_secs(3);

/// Where commands are taken (`[discord] guild`, `channels`).
#[derive(Clone, Debug)]
pub struct ServedGuild {
    /// The one guild.
    pub guild: u64,
    /// The channels; empty: all of the guild's.
    pub channels: BTreeSet<u64>,
}

/// One interaction's asker.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Who, with their roles as of this moment.
    pub requester: Requester,
    /// Their client's language.
    pub locale: Locale,
    /// The channel or thread.
    pub channel: ChannelId,
    /// The channel that rights are looked up for: a thread's parent.
    pub place: ChannelId,
    /// The interaction's id: it opens nothing twice.
    pub interaction: u64,
    /// What the bot may do there, if the interaction says so.
    permissions: Option<Permissions>,
    /// Whether sending needs the right to send in threads.
    kind: Option<ChannelType>,
    /// How large a file may be there, in bytes, if the interaction says so.
    file_limit: Option<u32>,
}

/// The parts of an interaction that both kinds share.
struct Parts<'a> {
    id: InteractionId,
    guild: Option<GuildId>,
    channel: DiscordChannel,
    partial: Option<&'a PartialChannel>,
    member: Option<&'a Member>,
    user: DiscordUser,
    locale: &'a str,
    permissions: Option<Permissions>,
    file_limit: Option<u32>,
    installed: Installed,
}

/// For whom the application was installed through which somebody asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Installed {
    /// For the guild, as it is meant to be.
    ForTheGuild,
    /// For one person alone: then nobody of the guild let us in.
    ForAPerson,
}

impl Asker {
    /// The asker of a command, which is only taken in the configured guild and channels.
    ///
    /// # Errors
    /// [`Refusal::NotHere`] or [`Refusal::WrongChannel`].
    pub(crate) fn of_command(command: &CommandInteraction, served_guild: &ServedGuild) -> Result<Self, Refusal> {
        Self::in_realm(&parts_of_command(command), served_guild)
    }

    /// The asker of a button. In a DM the roles are fetched, and the press counts as made in the channel of
    /// `request`, which is what it is about.
    ///
    /// # Errors
    /// [`Refusal::NotHere`], [`Refusal::WrongChannel`], or [`Refusal::RolesUnreadable`] when Discord does not say who it is.
    pub(crate) async fn of_press(
        press: &ComponentInteraction,
        served_guild: &ServedGuild,
        rest: &Rest,
        request: Option<&Request>,
    ) -> Result<Self, Refusal> {
        let parts = parts_of_press(press);
        let Some(request) = request.filter(|_| parts.guild.is_none()) else {
            return Self::in_realm(&parts, served_guild);
        };
        Ok(Self {
            requester: requester(served_guild, rest, UserId(press.user.id.get())).await?,
            locale: text::locale_of(parts.locale),
            channel: request.channel,
            place: request.place,
            interaction: parts.id.get(),
            permissions: None,
            kind: None,
            file_limit: parts.file_limit,
        })
    }

    /// The asker of a form that was filled in, which is only taken in the configured guild and channels.
    ///
    /// # Errors
    /// [`Refusal::NotHere`] or [`Refusal::WrongChannel`].
    pub(crate) fn of_form(form: &ModalInteraction, served_guild: &ServedGuild) -> Result<Self, Refusal> {
        Self::in_realm(&parts_of_form(form), served_guild)
    }

    fn in_realm(parts: &Parts<'_>, served_guild: &ServedGuild) -> Result<Self, Refusal> {
        let ours =
            parts.guild.map(GuildId::get) == Some(served_guild.guild) && parts.installed == Installed::ForTheGuild;
        let member = parts.member.filter(|_| ours);
        let Some(member) = member else { return Err(Refusal::NotHere) };
        let kind = parts.partial.map(|channel| channel.kind);
        let parent = parts.partial.and_then(|channel| channel.parent_id).filter(|_| kind.is_some_and(is_thread));
        let place = parent.unwrap_or(parts.channel).get();
        if !served_guild.channels.is_empty() && !served_guild.channels.contains(&place) {
            return Err(Refusal::WrongChannel(served_guild.channels.clone()));
        }
        Ok(Self {
            requester: Requester {
                user: UserId(parts.user.get()),
                roles: member.roles.iter().map(|role| role.get()).collect(),
            },
            locale: text::locale_of(parts.locale),
            channel: ChannelId(parts.channel.get()),
            place: ChannelId(place),
            interaction: parts.id.get(),
            permissions: parts.permissions,
            kind,
            file_limit: parts.file_limit,
        })
    }

    /// What this asker did under this grant, for the audit.
    pub fn entry(&self, act: Act, grant: &Grant) -> Entry {
        let entry = Entry::act(act, clock::now()).by(self.requester.user).at_place(self.channel);
        let entry = entry.asking(grant.capability().as_str()).under(grant.rule());
        Entry { server: grant.server().cloned(), ..entry }
    }

    /// Whether the bot may attach files here, as far as the interaction says.
    pub(crate) fn bot_can_attach(&self) -> bool {
        self.permissions.is_none_or(|may| may.administrator() || may.contains(Permissions::ATTACH_FILES))
    }

    /// How large a file may be here, in bytes; `None` when the interaction does not say.
    pub(crate) fn file_limit(&self) -> Option<usize> {
        self.file_limit.filter(|limit| *limit > 0).and_then(|limit| usize::try_from(limit).ok())
    }

    /// Whether a mention of the bot's rings every role here, also those that not everybody may mention.
    pub(crate) fn bot_may_ring_roles(&self) -> bool {
        self.permissions.is_some_and(|held| held.mention_everyone() || held.administrator())
    }

    /// Whether the bot can show an operation's card here.
    ///
    /// # Errors
    /// [`Refusal::BotLacks`] names what it cannot do.
    pub(crate) fn bot_can_report(&self) -> Result<(), Refusal> {
        let Some(permissions) = self.permissions else { return Ok(()) };
        let send = match self.kind {
            Some(kind) if is_thread(kind) => (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
            _ => (Permissions::SEND_MESSAGES, "Send Messages"),
        };
        let needed = [
            (Permissions::VIEW_CHANNEL, "View Channels"),
            send,
            (Permissions::EMBED_LINKS, "Embed Links"),
            (Permissions::ATTACH_FILES, "Attach Files"),
        ];
        let missing: Vec<String> = needed
            .into_iter()
            .filter(|(needed, _)| !permissions.contains(*needed) && !permissions.contains(Permissions::ADMINISTRATOR))
            .map(|(_, name)| name.to_owned())
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Refusal::BotLacks(missing)) }
    }
}

/// Somebody with their roles as Discord knows them now, for when no fresh interaction of theirs carries them.
///
/// # Errors
/// [`Refusal::RolesUnreadable`] when Discord does not say, or they are not in the guild: then the answer is no.
pub async fn requester(served_guild: &ServedGuild, rest: &Rest, user: UserId) -> Result<Requester, Refusal> {
    match membership(&rest.within(ROLES_WITHIN), GuildId::new(served_guild.guild), user).await {
        Ok(Membership::Member(requester)) => Ok(requester),
        // Who has left is told so; what Discord cannot say just now is another thing.
        Ok(Membership::NotAMember) => Err(Refusal::NotAMember),
        Ok(Membership::Unreadable) | Err(_) => Err(Refusal::RolesUnreadable),
    }
}

fn is_thread(kind: ChannelType) -> bool {
    matches!(kind, ChannelType::PublicThread | ChannelType::PrivateThread | ChannelType::NewsThread)
}

/// An interaction that names a person's install and no guild's came through the person's.
fn installed(owners: &AuthorizingIntegrationOwners) -> Installed {
    let by_guild = owners.0.iter().any(|owner| matches!(owner, AuthorizingIntegrationOwner::GuildInstall(_)));
    if owners.0.is_empty() || by_guild { Installed::ForTheGuild } else { Installed::ForAPerson }
}

fn parts_of_command(command: &CommandInteraction) -> Parts<'_> {
    Parts {
        id: command.id,
        guild: command.guild_id,
        channel: command.channel_id,
        partial: command.channel.as_ref(),
        member: command.member.as_deref(),
        user: command.user.id,
        locale: &command.locale,
        permissions: command.app_permissions,
        file_limit: Some(command.attachment_size_limit),
        installed: installed(&command.authorizing_integration_owners),
    }
}

fn parts_of_press(press: &ComponentInteraction) -> Parts<'_> {
    Parts {
        id: press.id,
        guild: press.guild_id,
        channel: press.channel_id,
        partial: press.channel.as_ref(),
        member: press.member.as_ref(),
        user: press.user.id,
        locale: &press.locale,
        permissions: press.app_permissions,
        file_limit: Some(press.attachment_size_limit),
        installed: installed(&press.authorizing_integration_owners),
    }
}

fn parts_of_form(form: &ModalInteraction) -> Parts<'_> {
    Parts {
        id: form.id,
        guild: form.guild_id,
        channel: form.channel_id,
        partial: form.channel.as_ref(),
        member: form.member.as_ref(),
        user: form.user.id,
        locale: &form.locale,
        permissions: form.app_permissions,
        file_limit: Some(form.attachment_size_limit),
        // serenity does not read it here; a form only opens from a message of ours, and what it says decides nothing.
        installed: Installed::ForTheGuild,
    }
}
