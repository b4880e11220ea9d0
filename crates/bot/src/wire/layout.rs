//! Messages of parts, as Discord's reference of components has them (version 2). serenity 0.12 has no builders for them.

use serde_json::{Value, json};
use serenity::model::channel::MessageFlags;

use crate::render::layout::{Accent, Block, Layout, Part};

/// The flag that says that a message is made of parts: it has no content and no embeds.
const IS_COMPONENTS_V2: u64 = 1 << 15;
// Discord's numbers for the components.
const ROW: u8 = 1;
const SECTION: u8 = 9;
const TEXT: u8 = 10;
const GALLERY: u8 = 12;
const FILE: u8 = 13;
const SEPARATOR: u8 = 14;
const CONTAINER: u8 = 17;

/// An answer to an interaction, in the place of "thinking…" or of words that it takes away. Nothing in it rings anybody.
pub(crate) fn answer(layout: &Layout) -> Value {
    in_the_place_of_words(layout, IS_COMPONENTS_V2)
}

/// What a message in a channel becomes, for good, whether it was plain before or not. Nothing in it rings anybody.
pub(super) fn edited(layout: &Layout) -> Value {
    in_the_place_of_words(layout, IS_COMPONENTS_V2 | MessageFlags::SUPPRESS_EMBEDS.bits())
}

fn in_the_place_of_words(layout: &Layout, flags: u64) -> Value {
    let components: Vec<Value> = layout.parts().iter().map(part).collect();
    json!({
        "flags": flags,
        // Discord takes no parts beside words that stand there.
        "content": null,
        "embeds": [],
        "components": components,
        "allowed_mentions": { "parse": [] },
    })
}

fn part(part: &Part) -> Value {
    match part {
        Part::Block(one) => block(one),
        Part::Container(accent, blocks) => {
            let inside: Vec<Value> = blocks.iter().map(block).collect();
            json!({ "type": CONTAINER, "accent_color": colour(*accent), "components": inside })
        }
    }
}

fn block(block: &Block) -> Value {
    match block {
        Block::Text(text) => json!({ "type": TEXT, "content": text }),
        Block::Section(text, button) => {
            let words = json!({ "type": TEXT, "content": text });
            json!({ "type": SECTION, "components": [words], "accessory": super::button(button) })
        }
        Block::Buttons(buttons) => {
            let buttons: Vec<_> = buttons.iter().map(super::button).collect();
            json!({ "type": ROW, "components": buttons })
        }
        Block::Menu(menu) => json!({ "type": ROW, "components": [super::select(menu)] }),
        Block::Separator => json!({ "type": SEPARATOR }),
        Block::Picture(name, shows) => {
            json!({ "type": GALLERY, "items": [{ "media": attached(name), "description": shows }] })
        }
        Block::File(name) => json!({ "type": FILE, "file": attached(name) }),
    }
}

fn attached(name: &str) -> Value {
    json!({ "url": format!("attachment://{name}") })
}

/// The colour of a frame, as Discord counts it.
fn colour(accent: Accent) -> u32 {
    match accent {
        Accent::Quiet => 0x0080_848e,
        Accent::Good => 0x0023_a55a,
        Accent::Live => 0x0058_65f2,
        Accent::Warning => 0x00f0_b232,
        Accent::Bad => 0x00f2_3f43,
    }
}
