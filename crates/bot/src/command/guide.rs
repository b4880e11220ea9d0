//! `/guide`, and the buttons and menus that turn its pages. It asks for no right and shows nothing of any server.

use bernard_domain::locale::Locale;
use bernard_text::{locale_of, say};
use serenity::{builder::CreateCommandOption, model::application::ComponentInteraction};

use super::text;
use crate::{
    component::guide,
    context::Handler,
    guide::{Place, Reader, Topic},
    refusal::Refusal,
    reply::Reply,
};

/// `topic`, with its names in both languages.
pub(super) fn topic() -> CreateCommandOption {
    let option = text("topic", |l| say!(l, "option-topic")).required(true);
    Topic::ALL.into_iter().fold(option, |option, topic| {
        let french = [("fr", topic.name(Locale::Fr))];
        option.add_string_choice_localized(topic.name(Locale::En), topic.as_str(), french)
    })
}

impl Handler {
    /// A press in the guide: its reader needs no right, but a button on another guild's message is none of ours.
    pub(crate) fn turn(&self, press: &ComponentInteraction, place: Place) -> Result<Reply, Refusal> {
        match press.guild_id {
            Some(guild) if guild.get() != self.settings.served_guild.guild => Err(Refusal::NotHere),
            _ => Ok(page(place, locale_of(&press.locale))),
        }
    }
}

/// The first page of a topic, for whichever rescue.
pub(super) fn opened(topic: Topic, locale: Locale) -> Reply {
    page(Place::first(topic, Reader::Any), locale)
}

fn page(place: Place, locale: Locale) -> Reply {
    Reply {
        buttons: guide::buttons(place, locale),
        menu: Some(guide::topics(place, locale)),
        ..Reply::text(place.content(locale))
    }
}
