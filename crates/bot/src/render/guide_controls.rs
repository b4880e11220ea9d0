//! Where the guide is opened, and what turns its pages: buttons and menus, whose ids say which page is meant.

use bernard_domain::{locale::Locale, operation::Operation};
use bernard_text::say;

use super::{
    button,
    guide::{Place, Reader, Topic},
    menu::{Choice, Chosen, Menu},
};
use crate::component::{
    Button,
    guide::{OPEN_TOPICS, TURN_TOPICS},
};

/// The guide's first page for the rescue of this operation.
pub(crate) fn first_page(operation: &Operation) -> Button {
    Button::Guide(Place::first(Topic::Connect, reader(operation)))
}

/// Which rescue the guide is asked about.
pub(crate) fn reader(operation: &Operation) -> Reader {
    operation.rescue().map_or(Reader::Any, |(system, _)| Reader::Of(system))
}

/// To the pages beside this one; the way on comes first.
pub fn buttons(place: Place, locale: Locale) -> Vec<button::Button> {
    let next = place.turned(1).map(|next| Button::Turn(next).create(locale));
    let back = place.turned(-1).map(|back| Button::Turn(back).create(locale).labelled(say!(locale, "button-back")));
    next.into_iter().chain(back).collect()
}

/// The other topics than this page's.
pub fn topics(place: Place, locale: Locale) -> Menu {
    menu(TURN_TOPICS, place.reader(), Some(place.topic()), locale)
}

/// The guide as a menu, for a message that has no place for one more button.
pub fn opening(reader: Reader, locale: Locale) -> Menu {
    menu(OPEN_TOPICS, reader, None, locale)
}

fn menu(id: &str, reader: Reader, here: Option<Topic>, locale: Locale) -> Menu {
    let choice = |topic: Topic| Choice {
        label: topic.name(locale),
        value: topic.as_str().to_owned(),
        chosen: if here == Some(topic) { Chosen::Already } else { Chosen::NotYet },
    };
    let placeholder = match here {
        Some(_) => say!(locale, "guide-placeholder"),
        None => say!(locale, "button-guide"),
    };
    let custom_id = format!("{id}:{}", reader.as_str());
    Menu { custom_id, placeholder, choices: Topic::ALL.into_iter().map(choice).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_at_most_two_neighbours_and_its_own_topic_is_chosen() {
        for place in Place::all() {
            assert!(buttons(place, Locale::En).len() <= 2);
            let chosen =
                topics(place, Locale::En).choices.into_iter().filter(|choice| choice.chosen == Chosen::Already);
            assert_eq!(chosen.map(|choice| choice.value).collect::<Vec<_>>(), [place.topic().as_str()]);
        }
    }
}
