//! What a message is made of, as its reader sees it. How Discord wants it sent is said at the wire's door, and nowhere else.

use std::fmt;

use bernard_discord::fit;
use bernard_untrusted::shown::size::length;

use super::{
    button::{Button, rows},
    layout::{Accent, Block, Full, Layout},
    menu::Menu,
};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it shows.
    pub look: Look,
    /// What is attached.
    pub files: Vec<File>,
}

/// What a message shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Words, and what can be pressed below them. What rings is this: a phone shows its first words.
    Plain(Plain),
    /// Parts one below the other. Nothing that rings: a phone would show a notification without a word.
    Layout(Layout),
}

/// Words, and what can be pressed below them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// Its text.
    pub content: String,
    /// Its buttons, the likely one first.
    pub buttons: Vec<Button>,
    /// A menu below the buttons.
    pub menu: Option<Menu>,
    /// Buttons below the menu, where no thumb slips to them from the others.
    pub apart: Vec<Button>,
}

/// A file that goes with a message. What is in it may be a secret: it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, with its ending.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What it shows, for those who cannot see it.
    pub description: Option<String>,
}

impl File {
    /// A file of these bytes.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), description: None }
    }
}

impl Plain {
    /// Words alone.
    pub fn text(content: String) -> Self {
        Self { content, ..Self::default() }
    }

    /// Words, and buttons below them.
    pub fn with_buttons(content: String, buttons: Vec<Button>) -> Self {
        Self { content, buttons, ..Self::default() }
    }

    /// The same in a frame of this colour; as it is, should a message have no room for that.
    pub fn framed(self, accent: Accent) -> Look {
        let row = |row: Vec<&Button>| Block::Buttons(row.into_iter().cloned().collect());
        let menu = self.menu.iter().cloned().map(Block::Menu);
        let below = rows(&self.buttons).into_iter().map(row).chain(menu).chain(rows(&self.apart).into_iter().map(row));
        let blocks = [Block::Text(self.content.clone())].into_iter().chain(below).collect();
        Layout::framed(accent, blocks).map_or_else(|Full| Look::Plain(self), Look::Layout)
    }

    /// All its buttons, from top to bottom.
    pub fn all_buttons(&self) -> impl Iterator<Item = &Button> {
        self.buttons.iter().chain(&self.apart)
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({}, {} bytes)", self.name, self.bytes.len())
    }
}

impl Message {
    /// Words alone.
    pub fn text(content: String) -> Self {
        Self { look: Look::Plain(Plain::text(content)), files: Vec::new() }
    }

    /// Words, and buttons below them.
    pub fn with_buttons(content: String, buttons: Vec<Button>) -> Self {
        Self { look: Look::Plain(Plain::with_buttons(content, buttons)), files: Vec::new() }
    }

    /// Blocks in a frame of this colour; without a frame, and its buttons below the words, should a message have no room for that.
    pub fn framed(accent: Accent, blocks: Vec<Block>) -> Self {
        match Layout::framed(accent, blocks.clone()) {
            Ok(layout) => Self { look: Look::Layout(layout), files: Vec::new() },
            Err(Full) => {
                let words: Vec<&str> = blocks.iter().filter_map(Block::text).collect();
                let buttons = blocks.iter().flat_map(Block::buttons).cloned().collect();
                Self::with_buttons(words.join("\n"), buttons)
            }
        }
    }

    /// All its words.
    pub fn words(&self) -> String {
        match &self.look {
            Look::Plain(plain) => plain.content.clone(),
            Look::Layout(layout) => layout.words(),
        }
    }

    /// Whether there is anything to press or to choose.
    pub fn can_be_pressed(&self) -> bool {
        match &self.look {
            Look::Plain(plain) => plain.all_buttons().next().is_some() || plain.menu.is_some(),
            Look::Layout(layout) => layout.can_be_pressed(),
        }
    }
}

/// A text with one more line, which is never cut.
pub(crate) fn with_last_line(content: &str, line: &str) -> String {
    let room = fit::CONTENT.saturating_sub(length(line) + 1);
    format!("{}\n{line}", fit::cut_to(content, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::layout::Part;
    use crate::render::menu::{Choice, Chosen};

    fn button(label: &str) -> Button {
        Button::link(label.to_owned(), "https://example.com".to_owned())
    }

    #[test]
    fn whatever_fits_into_plain_words_fits_into_a_frame_and_says_the_same() {
        let choice = Choice { label: "Disks".to_owned(), value: "disks".to_owned(), chosen: Chosen::NotYet };
        let menu = Menu { custom_id: "m".to_owned(), placeholder: "Guide".to_owned(), choices: vec![choice] };
        // Three rows of four, a menu, and a last row: the most that stands below plain words.
        let plain = Plain {
            content: "é".repeat(fit::CONTENT),
            buttons: vec![button("Cancel"); 12],
            menu: Some(menu.clone()),
            apart: vec![button("Delete"); 5],
        };
        let Look::Layout(layout) = plain.clone().framed(Accent::Live) else { panic!("it has a frame") };
        assert_eq!(layout.words(), plain.content);
        let [Part::Container(Accent::Live, blocks)] = layout.parts() else { panic!("{layout:?}") };
        let buttons: Vec<_> = blocks.iter().flat_map(Block::buttons).collect();
        assert_eq!(buttons, plain.all_buttons().collect::<Vec<_>>());
        assert_eq!(blocks[4], Block::Menu(menu), "it stands between the others and what is apart");
        assert_eq!(Plain::default().framed(Accent::Live), Look::Plain(Plain::default()), "nothing to frame");
    }

    #[test]
    fn what_is_in_a_file_is_not_printed() {
        let file = File::new("link.txt", "https://example.com/#?id=fake-secret");
        assert_eq!(format!("{file:?}"), "File(link.txt, 36 bytes)");
    }
}
