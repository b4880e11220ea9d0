//! What Discord takes: no message of ours is refused because somebody gave a server, a kernel or a reason a long name.
//!
//! Builders keep what matters in front and short; this is the last look before anything goes out. Lengths are counted in UTF-16
//! units, which are never fewer than the characters that Discord counts, however it counts them.

mod markup;

use bernard_untrusted::shown::size::{length, shorten};
use serde_json::Value;

pub use markup::cut_to;

/// A message's text.
pub const CONTENT: usize = 2_000;
/// The texts of a message of parts together (Discord's reference of components).
pub const TEXTS: usize = 4_000;
/// An address behind a button.
pub(super) const URL: usize = 512;
/// What a menu offers, and what is suggested while somebody types.
pub const CHOICE: usize = 100;
/// A button's label.
pub const LABEL: usize = 80;
/// What a menu says while nothing is chosen.
const PLACEHOLDER: usize = 150;
/// A form's title, and the name of a field of it.
const FORM: usize = 45;
/// What a field of a form says while it is empty.
const HINT: usize = 100;
/// A file's description.
const DESCRIPTION: usize = 1_024;
/// How many choices one suggestion has.
const CHOICES: usize = 25;
/// Discord's number for a field of a form.
const INPUT: u64 = 4;

/// As much of a text as a message takes.
pub fn cut(text: &str) -> String {
    cut_to(text, CONTENT)
}

/// A body on its way out: a message, an edit, an answer, a form or suggestions.
pub(super) fn body(body: &mut Value) {
    text(body.get_mut("content"), cut);
    text(body.get_mut("title"), |title| shorten(title, FORM));
    components(body.get_mut("components"));
    for file in list(body.get_mut("attachments")) {
        text(file.get_mut("description"), |words| shorten(words, DESCRIPTION));
    }
    if let Some(Value::Array(choices)) = body.get_mut("choices") {
        // What is sent when it is taken cannot be shortened.
        choices.retain(|choice| choice["value"].as_str().is_none_or(|value| length(value) <= CHOICE));
        choices.truncate(CHOICES);
        choices.iter_mut().for_each(|choice| text(choice.get_mut("name"), |name| shorten(name, CHOICE)));
    }
}

/// Rows, and what stands in them. A button that leads to an address that is too long goes: the message says the address.
fn components(of: Option<&mut Value>) {
    let Some(Value::Array(all)) = of else { return };
    all.retain(|one| one["url"].as_str().is_none_or(|url| length(url) <= URL));
    for one in all.iter_mut() {
        let is_field = one["type"] == INPUT;
        components(one.get_mut("components"));
        text(one.get_mut("label"), |label| shorten(label, if is_field { FORM } else { LABEL }));
        text(one.get_mut("placeholder"), |hint| shorten(hint, if is_field { HINT } else { PLACEHOLDER }));
        for option in list(one.get_mut("options")) {
            text(option.get_mut("label"), |label| shorten(label, CHOICE));
            text(option.get_mut("description"), |words| shorten(words, CHOICE));
        }
    }
    all.retain(|one| one["components"].as_array().is_none_or(|inside| !inside.is_empty()));
}

fn text(value: Option<&mut Value>, shorter: impl Fn(&str) -> String) {
    if let Some(Value::String(text)) = value {
        *text = shorter(text);
    }
}

fn list(value: Option<&mut Value>) -> &mut [Value] {
    value.and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

#[cfg(test)]
mod tests {
    use bernard_untrusted::shown::span::code;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stays_as_it_is() {
        for whole in ["", "web-1", &"é".repeat(CONTENT), &"🛟".repeat(CONTENT / 2)] {
            assert_eq!(cut(whole), whole);
        }
    }

    #[test]
    fn a_text_is_cut_between_lines_and_never_inside_a_span_or_a_block() {
        let lines = "one line\n".repeat(400);
        assert!(cut(&lines).ends_with("one line\n…"));
        let spans = vec![code("@everyone"); 400].join(", ");
        assert_eq!(cut(&spans).matches('`').count() % 2, 0);
        let ticks = cut(&format!("{}`` a`b and so on ``{}", "x".repeat(1_985), "y".repeat(90)));
        assert!(ticks.ends_with("xxx\n…"), "{}", &ticks[1_900..]);
        let block = cut(&format!("```\n{}```\nafter", "POST /x\n".repeat(400)));
        assert_eq!(block.matches("```").count(), 2, "{block}");
    }

    #[test]
    fn every_field_gets_what_discord_takes() {
        let long = "🛟".repeat(3_000);
        let button = json!({"type": 2, "style": 1, "label": long, "custom_id": "x"});
        let link = |length: usize| json!({"type": 2, "style": 5, "label": "Open", "url": "h".repeat(length)});
        let menu = json!({"type": 3, "custom_id": "m", "placeholder": long,
                          "options": [{"label": long, "value": "v", "description": long}]});
        let mut message = json!({
            "content": long, "attachments": [{"id": "0", "filename": "a", "description": long}],
            "components": [{"type": 1, "components": [button, link(512), link(513)]}, {"type": 1, "components": [link(900)]},
                           {"type": 1, "components": [menu]}],
        });
        body(&mut message);
        let units = |value: &Value| length(value.as_str().expect("a text"));
        assert!(units(&message["content"]) <= CONTENT);
        let rows = message["components"].as_array().expect("rows");
        assert_eq!((rows.len(), rows[0]["components"].as_array().map(Vec::len)), (2, Some(2)));
        assert!(units(&rows[0]["components"][0]["label"]) <= 80);
        let menu = &rows[1]["components"][0];
        assert!(units(&menu["placeholder"]) <= 150 && units(&menu["options"][0]["label"]) <= 100);
        assert!(units(&menu["options"][0]["description"]) <= 100);
        assert!(units(&message["attachments"][0]["description"]) <= 1_024);

        let field = json!({"type": 4, "custom_id": "f", "label": long, "placeholder": long});
        let mut form = json!({"title": long, "components": [{"type": 1, "components": [field]}]});
        body(&mut form);
        assert!(units(&form["title"]) <= 45 && units(&form["components"][0]["components"][0]["label"]) <= 45);

        let mut offered = json!({"choices": vec![json!({"name": long, "value": "v"}); 40]});
        offered["choices"][0]["value"] = json!("v".repeat(101));
        body(&mut offered);
        let choices = offered["choices"].as_array().expect("choices");
        assert!(choices.len() == 25 && choices.iter().all(|choice| units(&choice["name"]) <= 100));
        let mut nothing = json!({"flags": 64});
        body(&mut nothing);
        assert_eq!(nothing, json!({"flags": 64}), "nothing is added");
    }

    proptest! {
        #[test]
        fn any_text_fits_afterwards(text in "(?s).{0,60}", times in 1_usize..200) {
            let all = text.repeat(times);
            let fits = cut(&all);
            prop_assert!(length(&fits) <= CONTENT);
            if length(&all) <= CONTENT {
                prop_assert_eq!(fits, all);
            }
        }
    }
}
