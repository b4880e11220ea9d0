//! `/guide`. It asks for no right and shows nothing of any server.

use bernard_domain::locale::Locale;
use bernard_text::say;
use serenity::builder::CreateCommandOption;

use super::text;
use crate::{
    render::guide::{Place, Reader, Topic},
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

/// The first page of a topic, for whichever rescue.
pub(super) fn opened(topic: Topic, locale: Locale) -> Reply {
    Reply::page(Place::first(topic, Reader::Any), locale)
}
