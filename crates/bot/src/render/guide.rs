//! `/guide`: what to do in a rescue, in steps that fit a phone's screen, one page at a time.
//!
//! Where somebody is in it stands in the custom ids of its buttons, so it needs no memory and works after years. They come
//! back as input: what names no page is refused.

mod pages;

use std::{fmt, str::FromStr};

use bernard_domain::{locale::Locale, server::System};
use bernard_text::say;
use pages::Page;
use serde::{Deserialize, Serialize};

/// The text names no page of the guide, or nothing that one is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no page of the guide")]
pub struct NotAPage;

/// What the guide is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// RDP, SSH, KVM.
    Connect,
    /// Bringing the server's disks online.
    Disks,
    /// Setting a forgotten password anew.
    Password,
    /// Undoing a firewall that locks everybody out.
    Firewall,
    /// What helps.
    Tools,
    /// Back to the installed system.
    Leave,
}

impl Topic {
    /// All of them, in the order in which one needs them.
    pub const ALL: [Self; 6] = [Self::Connect, Self::Disks, Self::Password, Self::Firewall, Self::Tools, Self::Leave];

    /// Its word in the command and in custom ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Disks => "disks",
            Self::Password => "password",
            Self::Firewall => "firewall",
            Self::Tools => "tools",
            Self::Leave => "leave",
        }
    }

    /// Its name to people.
    pub fn name(self, locale: Locale) -> String {
        match self {
            Self::Connect => say!(locale, "guide-connect"),
            Self::Disks => say!(locale, "guide-disks"),
            Self::Password => say!(locale, "guide-password"),
            Self::Firewall => say!(locale, "guide-firewall"),
            Self::Tools => say!(locale, "guide-tools"),
            Self::Leave => say!(locale, "guide-leave"),
        }
    }
}

impl FromStr for Topic {
    type Err = NotAPage;

    fn from_str(word: &str) -> Result<Self, NotAPage> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == word).ok_or(NotAPage)
    }
}

/// Whose rescue it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Nobody knows which rescue; both are told.
    Any,
    /// The rescue of this family.
    Of(System),
}

impl Reader {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Of(System::Windows), Self::Of(System::Linux)];

    /// Its word in custom ids.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Of(System::Windows) => "windows",
            Self::Of(System::Linux) => "linux",
        }
    }

    fn wants(self, page: Page) -> bool {
        match (self, page.system()) {
            (Self::Any, _) | (_, None) => true,
            (Self::Of(ours), Some(theirs)) => ours == theirs,
        }
    }
}

impl FromStr for Reader {
    type Err = NotAPage;

    fn from_str(word: &str) -> Result<Self, NotAPage> {
        Self::ALL.into_iter().find(|reader| reader.as_str() == word).ok_or(NotAPage)
    }
}

/// One page of the guide. It exists: only this module makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    topic: Topic,
    /// From 0.
    page: usize,
    reader: Reader,
}

impl Place {
    /// The first page of a topic.
    pub fn first(topic: Topic, reader: Reader) -> Self {
        Self { topic, page: 0, reader }
    }

    /// Every page there is, for tests and pictures.
    pub fn all() -> Vec<Self> {
        let of = |topic: Topic, reader: Reader| {
            (0..pages(topic, reader).len()).map(move |page| Self { topic, page, reader })
        };
        Reader::ALL
            .into_iter()
            .flat_map(|reader| Topic::ALL.into_iter().flat_map(move |topic| of(topic, reader)))
            .collect()
    }

    /// What it is about.
    pub(crate) fn topic(self) -> Topic {
        self.topic
    }

    /// Whose rescue it is for.
    pub(crate) fn reader(self) -> Reader {
        self.reader
    }

    /// The page so many pages on, if there is one.
    pub(crate) fn turned(self, by: isize) -> Option<Self> {
        let page = self.page.checked_add_signed(by)?;
        (page < pages(self.topic, self.reader).len()).then_some(Self { page, ..self })
    }

    /// What the page says.
    pub fn content(self, locale: Locale) -> String {
        let pages = pages(self.topic, self.reader);
        let title =
            say!(locale, "guide-title", topic = self.topic.name(locale), page = self.page + 1, pages = pages.len(),);
        pages.get(self.page).map_or_else(|| title.clone(), |page| format!("{title}\n{}", page.content(locale)))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.topic.as_str(), self.page, self.reader.as_str())
    }
}

impl FromStr for Place {
    type Err = NotAPage;

    fn from_str(text: &str) -> Result<Self, NotAPage> {
        let mut words = text.split(':');
        let (Some(topic), Some(page), Some(reader), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(NotAPage);
        };
        let place = Self { topic: topic.parse()?, page: page.parse().map_err(|_| NotAPage)?, reader: reader.parse()? };
        place.turned(0).filter(|place| place.to_string() == text).ok_or(NotAPage)
    }
}

fn pages(topic: Topic, reader: Reader) -> Vec<Page> {
    Page::of(topic).iter().copied().filter(|page| reader.wants(*page)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a phone shows of a code block without scrolling sideways.
    const BLOCK_WIDTH: usize = 40;
    /// What a phone shows without scrolling far.
    const SCREEN: usize = 650;

    #[test]
    fn every_page_fits_a_phone_and_no_line_of_a_code_block_is_cut() {
        for (place, locale) in Place::all().into_iter().flat_map(|place| [(place, Locale::En), (place, Locale::Fr)]) {
            let content = place.content(locale);
            let length = content.chars().count();
            assert!(length <= SCREEN, "{place} {locale:?} has {length} characters:\n{content}");
            assert_eq!(content.matches("```").count() % 2, 0, "{place} {locale:?} leaves a block open:\n{content}");
            for (n, block) in content.split("```").enumerate().filter(|(n, _)| n % 2 == 1) {
                let widest = block.lines().map(|line| line.chars().count()).max().unwrap_or_default();
                assert!(widest <= BLOCK_WIDTH, "{place} {locale:?}, block {n} is {widest} wide:\n{block}");
            }
        }
    }

    #[test]
    fn every_topic_has_pages_for_every_reader_and_one_can_turn_through_them() {
        for place in Place::all() {
            let on = place.turned(1).map_or_else(|| place.turned(0), |next| next.turned(-1));
            assert_eq!(on, Some(place));
        }
        for (topic, reader) in Topic::ALL.into_iter().flat_map(|topic| Reader::ALL.map(|reader| (topic, reader))) {
            assert!(Place::all().contains(&Place::first(topic, reader)), "{topic:?} {reader:?}");
        }
    }

    #[test]
    fn a_page_survives_its_name_and_one_that_is_not_there_is_refused() {
        for place in Place::all() {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in
            ["connect:9:windows", "connect:+1:any", "connect:01:any", "connect:0:any:0", "connect:0", "leave:0:mac"]
        {
            assert_eq!(text.parse::<Place>(), Err(NotAPage), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_custom_id_is_a_page_or_is_refused(
            topic in "[a-z]{0,9}|connect|leave",
            page in "[-+0-9a-z]{0,5}",
            reader in "[a-z]{0,8}|any|windows",
        ) {
            let text = format!("{topic}:{page}:{reader}");
            if let Ok(place) = text.parse::<Place>() {
                prop_assert_eq!(place.to_string(), text);
                prop_assert!(Place::all().contains(&place));
            }
        }
    }
}
