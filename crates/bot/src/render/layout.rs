//! A message of parts (Discord's components, version 2): text, lines with a button beside them, and frames with a colour around them.
//!
//! None can be made that Discord refuses for its size: what does not fit is not taken in, and its maker says how much was left out.

use bernard_discord::fit;
use bernard_untrusted::shown::size::length;

use super::{button::Button, menu::Menu};

/// How many components a message has at most, those inside others among them (Discord's reference of components).
pub const COMPONENTS: usize = 40;
/// How many characters the texts of a message have together at most (the same).
pub const CHARACTERS: usize = fit::TEXTS;
/// How many buttons stand in a row.
const IN_A_ROW: usize = 5;

/// A message of parts, within Discord's bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    parts: Vec<Part>,
    components: usize,
    characters: usize,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A block by itself.
    Block(Block),
    /// Blocks in a frame of this colour.
    Container(Accent, Vec<Block>),
}

/// What stands in a message or in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A text.
    Text(String),
    /// A text with its button beside it.
    Section(String, Button),
    /// One to five buttons in a row.
    Buttons(Vec<Button>),
    /// A menu in a row of its own.
    Menu(Menu),
    /// A line between two blocks.
    Separator,
    /// A picture that is attached under this name, and what it shows, for those who cannot see it.
    Picture(String, String),
    /// A file that is attached under this name.
    File(String),
}

/// The colour of a frame: that of the state of what is in it, of several the last of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accent {
    /// Nothing to do.
    Quiet,
    /// It is well, or done.
    Good,
    /// Something is under way, or a rescue runs.
    Live,
    /// Somebody should look.
    Warning,
    /// It failed, or is overdue.
    Bad,
}

/// There is no room for this part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message has no room for it")]
pub struct Full;

impl Layout {
    /// Blocks in a frame of this colour, and nothing else.
    ///
    /// # Errors
    /// [`Full`] when Discord would take no such message.
    pub fn framed(accent: Accent, blocks: Vec<Block>) -> Result<Self, Full> {
        let mut layout = Self::default();
        layout.add(Part::Container(accent, blocks))?;
        Ok(layout)
    }

    /// The parts, in their order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Takes in one more part, whole.
    ///
    /// # Errors
    /// [`Full`] when Discord would take no message with it; then nothing of it is taken in.
    pub fn add(&mut self, part: Part) -> Result<(), Full> {
        if !self.has_room(std::slice::from_ref(&part)) {
            return Err(Full);
        }
        self.components += part.components();
        self.characters += part.characters();
        self.parts.push(part);
        Ok(())
    }

    /// Whether these parts would all fit.
    pub fn has_room(&self, parts: &[Part]) -> bool {
        let components: usize = parts.iter().map(Part::components).sum();
        let characters: usize = parts.iter().map(Part::characters).sum();
        let whole = parts.iter().all(Part::is_whole);
        whole && self.components + components <= COMPONENTS && self.characters + characters <= CHARACTERS
    }

    /// How many characters of text still fit.
    pub fn room(&self) -> usize {
        CHARACTERS - self.characters
    }

    /// All its words, a line for each text.
    pub fn words(&self) -> String {
        self.blocks().filter_map(Block::text).collect::<Vec<_>>().join("\n")
    }

    /// Whether there is anything to press or to choose.
    pub fn can_be_pressed(&self) -> bool {
        self.blocks().any(|block| matches!(block, Block::Section(..) | Block::Buttons(_) | Block::Menu(_)))
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().flat_map(Part::blocks)
    }
}

impl Part {
    /// The blocks in it.
    pub fn blocks(&self) -> &[Block] {
        match self {
            Self::Block(block) => std::slice::from_ref(block),
            Self::Container(_, blocks) => blocks,
        }
    }

    fn components(&self) -> usize {
        let frame = usize::from(matches!(self, Self::Container(..)));
        frame + self.blocks().iter().map(Block::components).sum::<usize>()
    }

    fn characters(&self) -> usize {
        self.blocks().iter().filter_map(Block::text).map(length).sum()
    }

    /// Whether Discord takes it at all: nothing in it is empty, and no row is too long.
    fn is_whole(&self) -> bool {
        !self.blocks().is_empty() && self.blocks().iter().all(Block::is_whole)
    }
}

impl Block {
    /// Its words, if it has any.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Section(text, _) => Some(text),
            Self::Buttons(_) | Self::Menu(_) | Self::Separator | Self::Picture(..) | Self::File(_) => None,
        }
    }

    /// Its buttons.
    pub fn buttons(&self) -> &[Button] {
        match self {
            Self::Section(_, button) => std::slice::from_ref(button),
            Self::Buttons(buttons) => buttons,
            Self::Text(_) | Self::Menu(_) | Self::Separator | Self::Picture(..) | Self::File(_) => &[],
        }
    }

    /// How many of Discord's components it is.
    fn components(&self) -> usize {
        match self {
            Self::Text(_) | Self::Separator | Self::Picture(..) | Self::File(_) => 1,
            // The section, its text and its button.
            Self::Section(..) => 3,
            Self::Buttons(buttons) => 1 + buttons.len(),
            // The row and the menu.
            Self::Menu(_) => 2,
        }
    }

    fn is_whole(&self) -> bool {
        match self {
            Self::Text(text) | Self::Section(text, _) => !text.trim().is_empty(),
            Self::Buttons(buttons) => (1..=IN_A_ROW).contains(&buttons.len()),
            Self::Menu(_) | Self::Separator | Self::Picture(..) | Self::File(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn button() -> Button {
        Button::link("Open".to_owned(), "https://example.com".to_owned())
    }

    fn line(text: &str) -> Part {
        Part::Block(Block::Section(text.to_owned(), button()))
    }

    #[test]
    fn what_does_not_fit_is_not_taken_in() {
        let mut layout = Layout::default();
        for _ in 0..13 {
            layout.add(line("web-1")).expect("39 components");
        }
        assert_eq!(layout.add(line("web-1")), Err(Full), "42 components");
        layout.add(Part::Block(Block::Separator)).expect("40 components");
        assert_eq!(layout.add(Part::Block(Block::Separator)), Err(Full), "41 components");
        assert_eq!(layout.parts().len(), 14);

        let mut long = Layout::default();
        long.add(Part::Block(Block::Text("é".repeat(CHARACTERS - 1)))).expect("3,999 characters");
        assert_eq!(long.add(Part::Block(Block::Text("ab".to_owned()))), Err(Full));
        assert_eq!(long.room(), 1);
        long.add(Part::Block(Block::Text("a".to_owned()))).expect("4,000 characters");
    }

    #[test]
    fn a_frame_and_all_that_is_in_it_counts() {
        let mut layout = Layout::default();
        let blocks = vec![Block::Text("a".to_owned()), Block::Buttons(vec![button(), button()]), Block::Separator];
        for _ in 0..6 {
            layout.add(Part::Container(Accent::Live, blocks.clone())).expect("6 components each");
        }
        assert_eq!(layout.add(Part::Container(Accent::Live, blocks)), Err(Full));
    }

    #[test]
    fn nothing_empty_is_taken_in() {
        let mut layout = Layout::default();
        for empty in [
            Part::Block(Block::Text(" \n".to_owned())),
            Part::Block(Block::Buttons(Vec::new())),
            Part::Block(Block::Buttons(vec![button(); 6])),
            Part::Container(Accent::Quiet, Vec::new()),
        ] {
            assert_eq!(layout.add(empty), Err(Full));
        }
        assert!(layout.parts().is_empty() && !layout.can_be_pressed());
    }

    #[test]
    fn its_words_are_those_of_all_its_parts() {
        let mut layout = Layout::default();
        layout.add(Part::Block(Block::Text("Rescues".to_owned()))).expect("room");
        let blocks = vec![Block::Section("web-1".to_owned(), button()), Block::Separator];
        layout.add(Part::Container(Accent::Live, blocks)).expect("room");
        assert_eq!(layout.words(), "Rescues\nweb-1");
        assert!(layout.can_be_pressed());
    }

    proptest! {
        #[test]
        fn whatever_is_added_it_stays_within_discords_bounds(
            parts in prop::collection::vec((0_usize..7, 0_usize..900), 0..60),
        ) {
            let mut layout = Layout::default();
            for (kind, size) in parts {
                let text = "🛟".repeat(size);
                let block = match kind {
                    0 => Block::Text(text),
                    1 => Block::Section(text, button()),
                    2 => Block::Buttons(vec![button(); size % 8]),
                    3 => Block::Separator,
                    _ => Block::File("a.txt".to_owned()),
                };
                let part = if kind == 4 { Part::Container(Accent::Bad, vec![block]) } else { Part::Block(block) };
                let _ = layout.add(part);
            }
            let components: usize = layout.parts().iter().map(Part::components).sum();
            prop_assert!(components <= COMPONENTS);
            prop_assert!(length(&layout.words().replace('\n', "")) <= CHARACTERS);
        }
    }
}
