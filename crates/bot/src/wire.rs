//! The wire's door: drawn messages as Discord wants them sent. Nothing else makes one of its messages.
//!
//! Nobody is rung but by [`ringing`], and nobody's server fetches a link that stands in a message.

pub(crate) mod layout;

use bernard_discord::fit;
use bernard_domain::access::Who;
use serde_json::{Value, json};
use serenity::{
    builder::{
        CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateButton, CreateInteractionResponseFollowup,
        CreateMessage, CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption, EditAttachments, EditMessage,
    },
    model::{
        application::ButtonStyle as Style,
        channel::MessageFlags,
        id::{RoleId, UserId},
    },
};

use crate::render::{
    button::{Button, ButtonStyle, Leads, rows},
    menu::{Choice, Chosen, Menu},
    message::{File, Look, Plain},
};

/// A new message in a channel, which rings exactly these, whatever else its text names; without them no phone.
pub(crate) fn ringing(plain: &Plain, rings: &[Who]) -> CreateMessage {
    let message = new(plain).allowed_mentions(mentions(rings));
    match rings.is_empty() {
        true => message.flags(MessageFlags::SUPPRESS_EMBEDS | MessageFlags::SUPPRESS_NOTIFICATIONS),
        false => message,
    }
}

/// The same that names nobody, though not in silence: a DM, or what should have rung somebody.
pub(crate) fn unrung(plain: &Plain) -> CreateMessage {
    new(plain)
}

/// What a message becomes, with its words and all that stands below them.
pub(crate) fn edited(plain: &Plain) -> EditMessage {
    reworded(&plain.content).components(below(plain))
}

/// What a message becomes that may be made of parts from then on.
pub(crate) fn redrawn(look: &Look) -> Value {
    match look {
        Look::Plain(plain) => json!(edited(plain)),
        Look::Layout(layout) => layout::edited(layout),
    }
}

/// What a message becomes whose words change, and whose buttons stay as they are.
pub(crate) fn reworded(content: &str) -> EditMessage {
    EditMessage::new().content(content).allowed_mentions(CreateAllowedMentions::new())
}

/// What a message becomes of which only these words are left: no button, no file.
pub(crate) fn emptied(content: &str) -> EditMessage {
    reworded(content).components(Vec::new()).attachments(EditAttachments::new())
}

/// What a message becomes that offers nothing any more.
pub(crate) fn without_buttons() -> EditMessage {
    EditMessage::new().components(Vec::new())
}

/// An answer to an interaction, in the place of "thinking…". Nothing in it rings anybody. serenity's builder knows no flags here.
pub(crate) fn answer(plain: &Plain) -> Value {
    json!({
        "content": fit::cut(&plain.content),
        "components": below(plain),
        "allowed_mentions": CreateAllowedMentions::new(),
        "flags": MessageFlags::SUPPRESS_EMBEDS.bits(),
    })
}

/// Words for the asker alone, below an answer.
pub(crate) fn aside(words: String) -> CreateInteractionResponseFollowup {
    CreateInteractionResponseFollowup::new()
        .content(words)
        .flags(MessageFlags::EPHEMERAL | MessageFlags::SUPPRESS_EMBEDS)
        .allowed_mentions(CreateAllowedMentions::new())
}

/// The same with what can be pressed below it.
pub(crate) fn aside_of(plain: &Plain) -> CreateInteractionResponseFollowup {
    aside(plain.content.clone()).components(below(plain))
}

/// What is attached.
pub(crate) fn attachments(files: &[File]) -> Vec<CreateAttachment> {
    let attachment = |File { name, bytes, description }: &File| {
        let file = CreateAttachment::bytes(bytes.clone(), name);
        match description {
            Some(words) => file.description(words),
            None => file,
        }
    };
    files.iter().map(attachment).collect()
}

fn new(plain: &Plain) -> CreateMessage {
    CreateMessage::new()
        .content(&plain.content)
        .components(below(plain))
        .allowed_mentions(CreateAllowedMentions::new())
        .flags(MessageFlags::SUPPRESS_EMBEDS)
}

/// The rows below the words.
fn below(plain: &Plain) -> Vec<CreateActionRow> {
    let row = |row: Vec<&Button>| CreateActionRow::Buttons(row.into_iter().map(button).collect());
    let menu = plain.menu.iter().map(|menu| CreateActionRow::SelectMenu(select(menu)));
    let apart = rows(&plain.apart).into_iter().map(row);
    rows(&plain.buttons).into_iter().map(row).chain(menu).chain(apart).collect()
}

fn button(Button { label, leads }: &Button) -> CreateButton {
    match leads {
        Leads::ToUs { custom_id, style } => CreateButton::new(custom_id).label(label).style(style_of(*style)),
        Leads::Away(address) => CreateButton::new_link(address).label(label),
    }
}

fn style_of(style: ButtonStyle) -> Style {
    match style {
        ButtonStyle::Primary => Style::Primary,
        ButtonStyle::Secondary => Style::Secondary,
        ButtonStyle::Success => Style::Success,
        ButtonStyle::Danger => Style::Danger,
    }
}

fn select(menu: &Menu) -> CreateSelectMenu {
    let option = |choice: &Choice| {
        CreateSelectMenuOption::new(&choice.label, &choice.value).default_selection(choice.chosen == Chosen::Already)
    };
    let options = menu.choices.iter().map(option).collect();
    CreateSelectMenu::new(&menu.custom_id, CreateSelectMenuKind::String { options }).placeholder(&menu.placeholder)
}

fn mentions(rings: &[Who]) -> CreateAllowedMentions {
    let (mut roles, mut users) = (Vec::new(), Vec::new());
    for who in rings {
        match who {
            Who::Role(role) => roles.push(RoleId::new(*role)),
            Who::User(user) => users.push(UserId::new(user.0)),
        }
    }
    CreateAllowedMentions::new().roles(roles).users(users)
}

#[cfg(test)]
mod tests {
    use bernard_domain::access::UserId as Person;

    use super::*;
    use crate::render::layout::Accent;

    fn drawn() -> Plain {
        let press = Button {
            label: "Confirm".to_owned(),
            leads: Leads::ToUs { custom_id: "confirm:1".to_owned(), style: ButtonStyle::Danger },
        };
        let choice = Choice { label: "Disks".to_owned(), value: "disks".to_owned(), chosen: Chosen::Already };
        let menu = Menu { custom_id: "m".to_owned(), placeholder: "Guide".to_owned(), choices: vec![choice] };
        let link = Button::link("Open".to_owned(), "https://example.com".to_owned());
        Plain { menu: Some(menu), ..Plain::with_buttons("web-1".to_owned(), vec![press, link]) }
    }

    /// A builder as it goes out.
    macro_rules! json_of {
        ($builder:expr) => {
            serde_json::to_value($builder).expect("a message is JSON")
        };
    }

    #[test]
    fn a_drawn_message_is_what_discord_documents() {
        let sent = json_of!(ringing(&drawn(), &[Who::User(Person(7)), Who::Role(9)]));
        assert_eq!(sent["allowed_mentions"], json!({"parse": [], "users": ["7"], "roles": ["9"]}));
        assert_eq!(sent["flags"], 4, "it rings, and shows no preview");
        let row = &sent["components"][0]["components"];
        assert_eq!(
            row[0],
            json!({"type": 2, "style": 4, "custom_id": "confirm:1", "label": "Confirm", "disabled": false})
        );
        assert_eq!(
            row[1],
            json!({"type": 2, "style": 5, "url": "https://example.com", "label": "Open", "disabled": false})
        );
        let menu = &sent["components"][1]["components"][0];
        assert_eq!(menu["options"], json!([{"label": "Disks", "value": "disks", "default": true}]));
    }

    #[test]
    fn what_rings_nobody_is_silent_and_what_should_have_rung_is_not() {
        let quiet = json_of!(ringing(&drawn(), &[]));
        assert_eq!(quiet["flags"], 4 | 4_096);
        for message in [json_of!(unrung(&drawn())), quiet, json_of!(edited(&drawn())), json_of!(answer(&drawn()))] {
            assert_eq!(message["allowed_mentions"]["users"].as_array().map_or(0, Vec::len), 0, "{message}");
            assert_eq!(message["allowed_mentions"]["parse"], json!([]), "{message}");
        }
        assert_eq!(json_of!(unrung(&drawn()))["flags"], 4);
    }

    #[test]
    fn an_edit_takes_the_words_away_and_puts_a_frame_there_with_all_that_was_below() {
        let before = json_of!(edited(&drawn()));
        let sent = redrawn(&drawn().framed(Accent::Warning));
        assert_eq!((&sent["content"], &sent["embeds"], &sent["flags"]), (&json!(null), &json!([]), &json!(32_768 | 4)));
        assert_eq!(sent["allowed_mentions"], json!({"parse": []}));
        let [frame] = sent["components"].as_array().expect("parts").as_slice() else { panic!("{sent}") };
        assert_eq!((&frame["type"], &frame["accent_color"]), (&json!(17), &json!(0xf0_b232)));
        let [words, below @ ..] = frame["components"].as_array().expect("parts").as_slice() else { panic!("{sent}") };
        assert_eq!(*words, json!({"type": 10, "content": "web-1"}));
        assert_eq!(json!(below), before["components"]);
        let plain = redrawn(&Look::Plain(drawn()));
        assert_eq!(plain, before, "what has no frame stays as it is");
    }

    #[test]
    fn what_is_emptied_keeps_no_button_and_no_file() {
        let sent = json_of!(emptied("over"));
        assert_eq!((&sent["components"], &sent["attachments"]), (&json!([]), &json!([])));
    }
}
