//! What turns the guide's pages: buttons and menus, whose ids say which page is meant.

use bernard_domain::locale::Locale;
use bernard_text::say;
use serenity::builder::{CreateButton, CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption};

use super::{Button, NotAButton};
use crate::guide::{NotAPage, Place, Reader, Topic};

/// To the pages beside this one; the way on comes first.
pub fn buttons(place: Place, locale: Locale) -> Vec<CreateButton> {
    let next = place.turned(1).map(|next| Button::Turn(next).create(locale));
    let back = place.turned(-1).map(|back| Button::Turn(back).create(locale).label(say!(locale, "button-back")));
    next.into_iter().chain(back).collect()
}

/// The other topics than this page's.
pub fn topics(place: Place, locale: Locale) -> CreateSelectMenu {
    menu(TURN_TOPICS, place.reader(), Some(place.topic()), locale)
}

/// A menu of topics that opens the guide beside the message it stands on.
const OPEN_TOPICS: &str = "guide-topics";
/// A menu of topics that turns the page it stands on.
const TURN_TOPICS: &str = "turn-topics";

/// The guide as a menu, for a message that has no place for one more button.
pub fn opening(reader: Reader, locale: Locale) -> CreateSelectMenu {
    menu(OPEN_TOPICS, reader, None, locale)
}

fn menu(id: &str, reader: Reader, here: Option<Topic>, locale: Locale) -> CreateSelectMenu {
    let option = |topic: Topic| {
        CreateSelectMenuOption::new(topic.name(locale), topic.as_str()).default_selection(here == Some(topic))
    };
    let options = Topic::ALL.into_iter().map(option).collect();
    let placeholder = match here {
        Some(_) => say!(locale, "guide-placeholder"),
        None => say!(locale, "button-guide"),
    };
    CreateSelectMenu::new(format!("{id}:{}", reader.as_str()), CreateSelectMenuKind::String { options })
        .placeholder(placeholder)
}

/// What choosing `values` in the menu of this custom id means.
///
/// # Errors
/// [`NotAButton`] when it is no menu of ours, or not one of its topics was chosen.
pub fn chosen(custom_id: &str, values: &[String]) -> Result<Button, NotAButton> {
    let (menu, reader) = custom_id.split_once(':').ok_or(NotAButton)?;
    let [topic] = values else { return Err(NotAButton) };
    let place = Place::first(topic.parse()?, reader.parse()?);
    match menu {
        OPEN_TOPICS => Ok(Button::Guide(place)),
        TURN_TOPICS => Ok(Button::Turn(place)),
        _ => Err(NotAButton),
    }
}

impl From<NotAPage> for NotAButton {
    fn from(_: NotAPage) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bernard_domain::server::System;

    #[test]
    fn a_page_survives_its_custom_id() {
        for place in Place::all() {
            for button in [Button::Guide(place), Button::Turn(place)] {
                assert_eq!(button.to_string().parse(), Ok(button));
                assert!(button.to_string().len() <= 100);
            }
            assert!(buttons(place, Locale::En).len() <= 2);
        }
    }

    #[test]
    fn a_menu_of_another_name_or_without_a_topic_means_nothing() {
        let one = |value: &str| vec![value.to_owned()];
        let first = Place::first(Topic::Disks, Reader::Of(System::Linux));
        assert_eq!(chosen("guide-topics:linux", &one("disks")), Ok(Button::Guide(first)));
        assert_eq!(chosen("turn-topics:linux", &one("disks")), Ok(Button::Turn(first)));
        for (id, values) in [
            ("guide-topics", one("disks")),
            ("guide-topics:mac", one("disks")),
            ("guide-topics:linux", one("wine")),
            ("guide-topics:linux", Vec::new()),
            ("guide-topics:linux", vec!["disks".to_owned(), "leave".to_owned()]),
            ("confirm:linux", one("disks")),
        ] {
            assert_eq!(chosen(id, &values), Err(NotAButton), "{id} {values:?}");
        }
    }
}
