//! What is chosen in the guide's menus, whose ids say which page is meant.

use super::{Button, NotAButton};
use crate::render::guide::{NotAPage, Place};

/// A menu of topics that opens the guide beside the message it stands on.
pub(crate) const OPEN_TOPICS: &str = "guide-topics";
/// A menu of topics that turns the page it stands on.
pub(crate) const TURN_TOPICS: &str = "turn-topics";

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
    use bernard_domain::server::System;

    use super::*;
    use crate::render::guide::{Reader, Topic};

    #[test]
    fn a_page_survives_its_custom_id() {
        for place in Place::all() {
            for button in [Button::Guide(place), Button::Turn(place)] {
                assert_eq!(button.to_string().parse(), Ok(button));
                assert!(button.to_string().len() <= 100);
            }
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
