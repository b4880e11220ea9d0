//! The answer to an interaction, seen by its asker alone. What Discord will not show in one way is shown in another, plainer one;
//! what it shows in none is told by a notice: a DM, or a mention in the channel without a word of what it was. "Thinking…" is no
//! answer.

use std::time::Duration;

use bernard_discord::{Error, InteractionKey, Rest, fit};
use bernard_domain::{
    access::UserId,
    locale::Locale,
    notice::{Letter, Notice, To},
    operation::ChannelId,
};
use bernard_platform::clock;
use bernard_text as text;
use bernard_text::say;
use serenity::model::{
    application::{CommandInteraction, ComponentInteraction, ModalInteraction},
    id::{ApplicationId, ChannelId as DiscordChannel, GuildId},
};

use crate::{
    context::Handler,
    refusal::Refusal,
    render::{
        message::{Look, Message, with_last_line},
        wording,
    },
    reply::Reply,
    wire,
};

/// The interaction's token is dead, or Discord knows the interaction no more: nothing is shown by it.
const DEAD: [u32; 3] = [10_015, 50_027, 10_062];
/// How long each further way may take: whoever asked has waited for the first one.
const FURTHER: Duration = Duration::from_secs(10);
/// How long an answer waits between two looks for the card of what has begun; it usually stands at the second one.
const CARD_LOOK: Duration = Duration::from_millis(250);
/// How often it looks.
const CARD_LOOKS: u32 = 40;
/// How often one person hears at most that answers cannot be shown.
const TELL_EVERY_SECONDS: i64 = 600;

/// Where an answer goes.
pub(super) struct Line<'a> {
    key: &'a InteractionKey,
    app: ApplicationId,
    locale: Locale,
    person: UserId,
    channel: DiscordChannel,
    guild: Option<GuildId>,
}

/// How much of an answer its asker has seen.
enum Seen {
    /// All that matters of it.
    Words,
    /// That there is one which cannot be shown.
    Sorry,
}

impl<'a> Line<'a> {
    pub(super) fn of_command(key: &'a InteractionKey, of: &CommandInteraction) -> Self {
        let (locale, person) = (text::locale_of(&of.locale), UserId(of.user.id.get()));
        Self { key, app: of.application_id, locale, person, channel: of.channel_id, guild: of.guild_id }
    }

    pub(super) fn of_press(key: &'a InteractionKey, of: &ComponentInteraction) -> Self {
        let (locale, person) = (text::locale_of(&of.locale), UserId(of.user.id.get()));
        Self { key, app: of.application_id, locale, person, channel: of.channel_id, guild: of.guild_id }
    }

    pub(super) fn of_form(key: &'a InteractionKey, of: &ModalInteraction) -> Self {
        let (locale, person) = (text::locale_of(&of.locale), UserId(of.user.id.get()));
        Self { key, app: of.application_id, locale, person, channel: of.channel_id, guild: of.guild_id }
    }
}

impl Handler {
    /// Shows an answer; whether its words were seen. A link counts as revealed once its asker has seen it.
    pub(super) async fn answer(&self, line: &Line<'_>, reply: &Result<Reply, Refusal>) -> bool {
        let refused;
        let reply = match reply {
            Ok(reply) => reply,
            Err(refusal) => {
                tracing::info!(interaction.id = %line.key.id, ?refusal, "refused");
                refused = Reply::refusal(refusal, line.locale);
                &refused
            }
        };
        match self.show(line, reply).await {
            Ok(Seen::Words) => {
                self.has_seen(reply).await;
                return true;
            }
            Ok(Seen::Sorry) => {}
            Err(error) => self.tell_unshown(line, &error).await,
        }
        false
    }

    async fn edit_original(&self, line: &Line<'_>, message: &Message) -> Result<(), Error> {
        let (app, token, files) = (line.app, &line.key.token, wire::attachments(&message.files));
        let rest = self.rest_for(line);
        match &message.look {
            Look::Plain(plain) => rest.edit_original(app, token, &wire::answer(plain), &files).await,
            Look::Layout(layout) => rest.edit_original(app, token, &wire::layout::answer(layout), &files).await,
        }
    }

    /// What answers there.
    fn rest_for(&self, line: &Line<'_>) -> Rest {
        if line.guild.is_some() { self.rest.clone() } else { self.rest.in_a_dm() }
    }

    async fn show(&self, line: &Line<'_>, reply: &Reply) -> Result<Seen, Error> {
        let token = &line.key.token;
        let Err(error) = self.edit_original(line, &reply.message).await else { return Ok(Seen::Words) };
        tracing::warn!(interaction.id = %line.key.id, %error, "an answer could not be shown as it should look");
        if is_dead(&error) {
            return Err(error);
        }
        let rest = self.rest_for(line).within(FURTHER);
        let words = match reply.message.can_be_pressed() {
            true => with_last_line(&reply.message.words(), &say!(line.locale, "answer-plain")),
            false => fit::cut(&reply.message.words()),
        };
        if reply.is_in_a_file() {
            return self.say_sorry(line, &rest, error).await;
        }
        match rest.follow_up(line.app, token, &wire::aside(words), &[]).await {
            Ok(_) => Ok(Seen::Words),
            Err(error) if is_dead(&error) => Err(error),
            Err(error) => self.say_sorry(line, &rest, error).await,
        }
    }

    /// One sentence that no filter minds, in the place of "thinking…" or below it.
    async fn say_sorry(&self, line: &Line<'_>, rest: &Rest, error: Error) -> Result<Seen, Error> {
        tracing::warn!(interaction.id = %line.key.id, %error, "an answer could not be shown in plain words either");
        let why = wording::refused_by_discord(error.code().unwrap_or_default(), line.locale);
        let sorry = say!(line.locale, "answer-unshown", why = why);
        let token = &line.key.token;
        if rest.follow_up(line.app, token, &wire::aside(sorry.clone()), &[]).await.is_ok() {
            return Ok(Seen::Sorry);
        }
        self.edit_original(line, &Message::text(sorry)).await.map(|()| Seen::Sorry)
    }

    /// The ways on from a refusal that was just shown, as a message of its own: a refusal itself has no buttons.
    pub(super) async fn offer(&self, line: &Line<'_>, below: Option<Message>) {
        let Some(Look::Plain(plain)) = below.map(|message| message.look) else { return };
        let rest = self.rest_for(line).within(FURTHER);
        if let Err(error) = rest.follow_up(line.app, &line.key.token, &wire::aside_of(&plain), &[]).await {
            tracing::warn!(interaction.id = %line.key.id, %error, "the ways on from an answer could not be shown");
        }
    }

    /// Leads whoever was told that something has begun to its card, once that stands. Who waits for it in vain has the channel's name.
    pub(super) async fn lead_to_card(&self, line: &Line<'_>, reply: Result<Reply, Refusal>) {
        let Ok(mut reply) = reply else { return };
        let Some(begun) = reply.begun.as_ref().filter(|begun| begun.open_round().is_none()).map(|begun| begun.id)
        else {
            return;
        };
        for _ in 0..CARD_LOOKS {
            let Ok(links) = self.card_links([begun]).await else { return };
            if reply.lead_to_card(&links, line.locale) {
                if let Err(error) = self.edit_original(line, &reply.message).await {
                    tracing::info!(operation.id = %begun, %error, "an answer does not lead to its card");
                }
                return;
            }
            tokio::time::sleep(CARD_LOOK).await;
        }
    }

    async fn has_seen(&self, reply: &Reply) {
        let Some((operation, query)) = reply.reveals.clone() else { return };
        self.runner.link_is_taken(operation);
        if let Err(error) = self.intake.revealed(operation, query).await {
            tracing::error!(operation.id = %operation, %error, "a revealed link could not be recorded");
        }
    }

    /// Nothing can be shown: the asker hears that, and not what it was, where they can be reached.
    async fn tell_unshown(&self, line: &Line<'_>, error: &Error) {
        tracing::warn!(interaction.id = %line.key.id, %error, "an answer could be shown in no way");
        let is_here = line.guild.is_some_and(|guild| guild.get() == self.settings.served_guild.guild);
        if line.guild.is_some() && !is_here {
            return;
        }
        let channel = ChannelId(line.channel.get());
        let (person, code) = (line.person, error.code().unwrap_or_default());
        let to = To::Person { person, or_in: is_here.then_some(channel) };
        let letter = Letter { to, notice: Notice::Unshown { person, channel, code } };
        let now = clock::now();
        let origin = format!("unshown:{}:{}", person.0, now.as_second() / TELL_EVERY_SECONDS);
        if let Err(error) = self.store.write_notice(&origin, &letter, now).await {
            tracing::error!(%error, "nobody hears that an answer could not be shown");
        }
    }
}

fn is_dead(error: &Error) -> bool {
    error.code().is_some_and(|code| DEAD.contains(&code))
}
