//! Commands that a text names, as Discord makes them clickable: `</rescue enable:ID>`.
//!
//! A sentence names one as [`command`](bernard_untrusted::shown::span::command) writes it, which is a code span: it stays one outside
//! Discord, until Discord has said the command's id, and where a message would grow too long by it.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use bernard_untrusted::shown::{size::length, span};
use serde_json::Value;
use serenity::model::id::CommandId;

use super::fit::{CONTENT, TEXTS};

/// The ids of the commands, as Discord said them last. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct CommandIds(Arc<RwLock<BTreeMap<String, CommandId>>>);

impl CommandIds {
    /// From now on these are the commands, by their first words.
    pub fn set(&self, ids: impl IntoIterator<Item = (String, CommandId)>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ids.into_iter().collect();
    }

    /// A body on its way out, with its commands clickable.
    pub(super) fn link(&self, body: &mut Value) {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if ids.is_empty() {
            return;
        }
        within(body.get_mut("content").into_iter().collect(), CONTENT, &ids);
        let mut texts = Vec::new();
        collect(body.get_mut("components"), &mut texts);
        within(texts, TEXTS, &ids);
    }

    /// A text that came back, as it was written before [`Self::link`].
    pub(super) fn unlink(&self, text: &str) -> String {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ids.iter().fold(text.to_owned(), |text, (first, id)| spelt(&text, first, *id))
    }
}

/// These texts with their commands clickable, if they have no more than `most` characters together then.
fn within(texts: Vec<&mut Value>, most: usize, ids: &BTreeMap<String, CommandId>) {
    let linked: Vec<String> = texts.iter().map(|text| linked(text.as_str().unwrap_or_default(), ids)).collect();
    if linked.iter().map(|text| length(text)).sum::<usize>() > most {
        return;
    }
    for (text, linked) in texts.into_iter().zip(linked).filter(|(text, _)| text.is_string()) {
        *text = Value::String(linked);
    }
}

/// The texts of parts, those inside others among them.
fn collect<'a>(parts: Option<&'a mut Value>, texts: &mut Vec<&'a mut Value>) {
    let Some(Value::Array(parts)) = parts else { return };
    for part in parts.iter_mut().filter_map(Value::as_object_mut) {
        for (name, value) in part.iter_mut() {
            match name.as_str() {
                "content" => texts.push(value),
                "components" => collect(Some(value), texts),
                _ => {}
            }
        }
    }
}

fn linked(text: &str, ids: &BTreeMap<String, CommandId>) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, name, after)) = span::next_command(rest) {
        out.push_str(before);
        match ids.get(name.split(' ').next().unwrap_or_default()) {
            Some(id) => out.push_str(&format!("</{name}:{id}>")),
            None => out.push_str(&span::command(name)),
        }
        rest = after;
    }
    out + rest
}

/// The text with what [`linked`] made of this command taken back.
fn spelt(text: &str, first: &str, id: CommandId) -> String {
    let (begin, end) = (format!("</{first}"), format!(":{id}>"));
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, tail)) = rest.split_once(&begin) {
        out.push_str(before);
        match tail.split_once(&end).filter(|(sub, _)| sub.is_empty() || span::is_command(&format!("{first}{sub}"))) {
            Some((sub, after)) => {
                out.push_str(&span::command(&format!("{first}{sub}")));
                rest = after;
            }
            None => {
                out.push_str(&begin);
                rest = tail;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use bernard_untrusted::shown::span::code;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn known() -> CommandIds {
        let ids = CommandIds::default();
        ids.set([("restore".to_owned(), CommandId::new(7)), ("rescue".to_owned(), CommandId::new(8))]);
        ids
    }

    fn sent(mut body: Value) -> Value {
        known().link(&mut body);
        body
    }

    #[test]
    fn what_a_sentence_names_is_clickable_and_what_somebody_typed_is_not() {
        let text = format!("``/restore``, ``/rescue hand-over`` or ``/status``; {}", code("/restore"));
        let links = "</restore:7>, </rescue hand-over:8> or ``/status``; `/restore`";
        assert_eq!(sent(json!({ "content": text }))["content"], links);
        assert_eq!(known().unlink(links), text);
        let mut before = json!({ "content": text });
        CommandIds::default().link(&mut before);
        assert_eq!(before["content"], text.as_str(), "nobody knows an id yet");
    }

    #[test]
    fn so_is_what_the_parts_of_a_message_name() {
        let text = |words: &str| json!({ "type": 10, "content": words });
        let body = sent(json!({ "content": null, "components": [
            text("``/restore``"), { "type": 17, "components": [{ "type": 9, "components": [text("``/rescue list``")] }] },
        ]}));
        assert_eq!(body["components"][0]["content"], "</restore:7>");
        assert_eq!(body["components"][1]["components"][0]["components"][0]["content"], "</rescue list:8>");
        assert_eq!(body["content"], Value::Null);
    }

    #[test]
    fn where_there_is_no_room_the_code_span_stays() {
        let ids = CommandIds::default();
        ids.set([("restore".to_owned(), CommandId::new(1_000_000_000_000_000_007))]);
        let long = format!("``/restore``{}", "x".repeat(CONTENT - 12));
        let mut body = json!({ "content": long });
        ids.link(&mut body);
        assert!(body["content"] == long.as_str(), "it is as it was");
    }

    proptest! {
        #[test]
        fn nobody_elses_text_is_a_command(text: String) {
            let shown = code(&text);
            prop_assert_eq!(linked(&shown, &BTreeMap::from([("restore".to_owned(), CommandId::new(7))])), shown);
        }

        #[test]
        fn what_went_out_is_known_again(pieces in prop::collection::vec("``/restore``|``/rescue list``|[a-z <`/]{0,6}", 0..8)) {
            let text = pieces.join(" ");
            let body = sent(json!({ "content": text }));
            prop_assert_eq!(known().unlink(body["content"].as_str().expect("a text")), text);
        }
    }
}
