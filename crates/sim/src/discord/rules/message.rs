//! Bodies of messages and autocomplete answers.

use serde_json::{Map, Value};

use super::{
    component::{Kit, check_components},
    embed::check_embeds,
    form::{Form, join},
};
use crate::discord::{message::COMPONENTS_V2, refusal::Refusal};

/// Where a message body is used; each place knows other fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyOf {
    /// `POST /channels/{c}/messages`.
    NewMessage,
    /// `PATCH /channels/{c}/messages/{m}`.
    EditedMessage,
    /// The `data` of an interaction's callback.
    Callback,
    /// `POST /webhooks/{application}/{token}`.
    FollowUp,
    /// `PATCH /webhooks/{application}/{token}/messages/…`.
    EditedAnswer,
}

impl BodyOf {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::NewMessage => &[
                "content",
                "nonce",
                "tts",
                "embeds",
                "allowed_mentions",
                "message_reference",
                "components",
                "sticker_ids",
                "attachments",
                "flags",
                "enforce_nonce",
                "poll",
            ],
            Self::EditedMessage | Self::EditedAnswer => {
                &["content", "embeds", "flags", "allowed_mentions", "components", "attachments"]
            }
            Self::Callback | Self::FollowUp => {
                &["content", "tts", "embeds", "allowed_mentions", "flags", "components", "attachments", "poll"]
            }
        }
    }

    /// The flags that may be set here; others are refused.
    fn flags(self) -> u64 {
        match self {
            Self::NewMessage => (1 << 2) | (1 << 6) | (1 << 12) | COMPONENTS_V2,
            Self::EditedMessage | Self::EditedAnswer => (1 << 2) | (1 << 6) | COMPONENTS_V2,
            Self::Callback | Self::FollowUp => (1 << 2) | (1 << 6) | (1 << 12) | COMPONENTS_V2,
        }
    }
}

/// Checks a message body; `files` is how many files came beside it.
pub(crate) fn check_message(body: &Value, place: BodyOf, files: usize) -> Result<(), Refusal> {
    check_edit(body, place, files, 0)
}

/// Checks the body of an edit of a message with these flags. The newer components stay for good, wanted again or not.
pub(crate) fn check_edit(body: &Value, place: BodyOf, files: usize, before: u64) -> Result<(), Refusal> {
    let mut form = Form::new();
    if let Some(body) = form.object("", body) {
        // discord.py and discord.js send fields of other places with values that ask for nothing.
        let mut asking = body.clone();
        asking.retain(|_, value| !value.is_null() && *value != Value::Bool(false));
        form.only("", &asking, place.fields());
        let wanted = body.get("flags").and_then(Value::as_u64);
        let flags = wanted.unwrap_or_default() | before;
        if before & COMPONENTS_V2 != 0 && wanted.is_some_and(|wanted| wanted & COMPONENTS_V2 == 0) {
            let words = "The IS_COMPONENTS_V2 flag cannot be removed from a message";
            form.wrong("flags", "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", words);
        }
        check_flags(&mut form, body, place);
        form.text("content", body.get("content"), 0, 2_000);
        form.truth("tts", body.get("tts"));
        check_nonce(&mut form, body);
        check_embeds(&mut form, "embeds", body.get("embeds"));
        let kit = if flags & COMPONENTS_V2 == 0 { Kit::Classic } else { Kit::V2 };
        check_components(&mut form, "components", body.get("components"), kit);
        if kit == Kit::V2 {
            refuse_classic_parts(&mut form, body);
        }
        check_allowed_mentions(&mut form, body.get("allowed_mentions"));
        check_attachments(&mut form, body.get("attachments"), files, place);
    }
    form.finish()
}

fn check_flags(form: &mut Form, body: &Map<String, Value>, place: BodyOf) {
    match body.get("flags") {
        None | Some(Value::Null) => {}
        Some(flags) => match flags.as_u64() {
            Some(flags) if flags & !place.flags() == 0 => {}
            _ => form.wrong("flags", "MESSAGE_FLAGS_INVALID", "Invalid message flags"),
        },
    }
}

fn check_nonce(form: &mut Form, body: &Map<String, Value>) {
    form.truth("enforce_nonce", body.get("enforce_nonce"));
    match body.get("nonce") {
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {}
        nonce => form.text("nonce", nonce, 0, 25),
    }
}

fn refuse_classic_parts(form: &mut Form, body: &Map<String, Value>) {
    for name in ["content", "embeds", "poll", "sticker_ids"] {
        let used = body.get(name).is_some_and(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            _ => true,
        });
        if used {
            let words = format!("The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
            form.wrong(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words);
        }
    }
}

fn check_allowed_mentions(form: &mut Form, allowed: Option<&Value>) {
    let Some(allowed) = allowed.filter(|allowed| !allowed.is_null()) else { return };
    let path = "allowed_mentions";
    let Some(allowed) = form.object(path, allowed) else { return };
    form.only(path, allowed, &["parse", "users", "roles", "replied_user"]);
    let parse = form.list(&join(path, "parse"), allowed.get("parse"), 0, 3);
    for (index, word) in parse.iter().enumerate() {
        if !matches!(word.as_str(), Some("users" | "roles" | "everyone")) {
            form.wrong(
                &format!("{path}.parse.{index}"),
                "BASE_TYPE_CHOICES",
                "Value must be one of ('users', 'roles', 'everyone').",
            );
        }
    }
    for kind in ["users", "roles"] {
        let here = join(path, kind);
        let named = form.list(&here, allowed.get(kind), 0, 100);
        for (index, id) in named.iter().enumerate() {
            let is_id = id.as_str().is_some_and(|id| id.parse::<u64>().is_ok()) || id.is_u64();
            if !is_id {
                form.wrong(&join(&here, index), "NUMBER_TYPE_COERCE", format!("Value {id} is not snowflake."));
            }
        }
        if !named.is_empty() && parse.iter().any(|word| word == kind) {
            let words = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            form.wrong(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words);
        }
    }
}

/// On creation every entry must point to a file that came along; on edits it may also be one that is there already.
fn check_attachments(form: &mut Form, attachments: Option<&Value>, files: usize, place: BodyOf) {
    for (index, attachment) in form.list("attachments", attachments, 0, 10).iter().enumerate() {
        let here = join("attachments", index);
        let Some(attachment) = form.object(&here, attachment) else { continue };
        form.text(&join(&here, "filename"), attachment.get("filename"), 0, 1_024);
        form.text(&join(&here, "description"), attachment.get("description"), 0, 1_024);
        let id = attachment.get("id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
        let edits = matches!(place, BodyOf::EditedMessage | BodyOf::EditedAnswer | BodyOf::Callback);
        match id {
            None => form.wrong(&join(&here, "id"), "BASE_TYPE_REQUIRED", "This field is required"),
            Some(id) if usize::try_from(id).is_ok_and(|id| id < files.max(10)) || edits => {}
            Some(_) => form.wrong(&join(&here, "id"), "ATTACHMENT_NOT_FOUND", "No file came for this attachment."),
        }
    }
    if files > 10 {
        form.wrong("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.");
    }
}

/// Checks the `data` of an autocomplete answer: at most 25 choices, names and values of 1 to 100 characters.
pub(crate) fn check_choices(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::new();
    if let Some(data) = form.object("data", data) {
        form.only("data", data, &["choices"]);
        if data.get("choices").is_none_or(Value::is_null) {
            form.wrong("data.choices", "BASE_TYPE_REQUIRED", "This field is required");
        }
        check_choice_list(&mut form, "data.choices", data.get("choices"));
    }
    form.finish()
}

/// Choices of an option or of an autocomplete answer.
pub(super) fn check_choice_list(form: &mut Form, path: &str, choices: Option<&Value>) {
    for (index, choice) in form.list(path, choices, 0, 25).iter().enumerate() {
        let here = join(path, index);
        let Some(choice) = form.object(&here, choice) else { continue };
        form.only(&here, choice, &["name", "name_localizations", "value"]);
        form.text(&join(&here, "name"), choice.get("name"), 1, 100);
        match choice.get("value") {
            Some(Value::Number(_)) => {}
            value => form.text(&join(&here, "value"), value, 1, 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(body: &Value) -> bool {
        check_message(body, BodyOf::NewMessage, 0).is_ok()
    }

    #[test]
    fn content_holds_two_thousand_characters() {
        assert!(taken(&json!({ "content": "é".repeat(2_000) })));
        assert!(!taken(&json!({ "content": "é".repeat(2_001) })));
    }

    #[test]
    fn unknown_fields_and_flags_are_refused() {
        assert!(!taken(&json!({ "content": "x", "contents": "y" })));
        assert!(!taken(&json!({ "content": "x", "flags": 128 })));
        assert!(taken(&json!({ "content": "x", "flags": 4096 })));
        assert!(check_message(&json!({ "content": "x", "nonce": "n" }), BodyOf::EditedMessage, 0).is_err());
    }

    #[test]
    fn a_nonce_has_twenty_five_characters_at_most() {
        assert!(taken(&json!({ "content": "x", "nonce": "n".repeat(25), "enforce_nonce": true })));
        assert!(!taken(&json!({ "content": "x", "nonce": "n".repeat(26) })));
    }

    #[test]
    fn allowed_mentions_are_checked() {
        assert!(taken(&json!({ "content": "x", "allowed_mentions": { "parse": [], "users": ["1"] } })));
        assert!(!taken(&json!({ "content": "x", "allowed_mentions": { "parse": ["user"] } })));
        assert!(!taken(&json!({ "content": "x", "allowed_mentions": { "parse": ["users"], "users": ["1"] } })));
        assert!(!taken(&json!({ "content": "x", "allowed_mentions": { "users": ["ann"] } })));
    }

    #[test]
    fn the_newer_components_exclude_content() {
        let text = json!([{ "type": 10, "content": "hello" }]);
        assert!(taken(&json!({ "flags": 32768, "components": text })));
        assert!(!taken(&json!({ "flags": 32768, "components": text, "content": "x" })));
        assert!(!taken(&json!({ "components": text })));
    }

    #[test]
    fn autocomplete_answers_at_most_twenty_five_choices() {
        let choices = |count: usize| json!({ "choices": vec![json!({ "name": "n", "value": "v" }); count] });
        assert!(check_choices(&choices(25)).is_ok());
        assert!(check_choices(&choices(0)).is_ok());
        assert!(check_choices(&choices(26)).is_err());
        assert!(check_choices(&json!({ "choices": [{ "name": "", "value": "v" }] })).is_err());
        assert!(check_choices(&json!({ "choices": [{ "name": "n".repeat(101), "value": "v" }] })).is_err());
        assert!(check_choices(&json!({})).is_err());
    }
}
