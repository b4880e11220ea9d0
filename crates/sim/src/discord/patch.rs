//! A body that passed the rules, and what it does to a message.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Id,
    clock::Clock,
    media,
    message::{Attachment, LOADING, Message},
    refusal::Refusal,
    rules::{BodyOf, Form, check_edit, check_message},
};

/// A file as it came.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The `n` of `files[n]`.
    pub(crate) number: u64,
    pub(crate) filename: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// A request's body: its JSON, and the files beside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incoming {
    pub(crate) json: Value,
    pub(crate) files: Vec<File>,
}

/// A change of a message that Discord's rules allow. Fields that are absent change nothing.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    json: Value,
    files: Vec<File>,
}

impl Patch {
    /// Checks a body against the rules of its place.
    pub(crate) fn read(incoming: Incoming, place: BodyOf) -> Result<Self, Refusal> {
        check_message(&incoming.json, place, incoming.files.len())?;
        Ok(Self { json: incoming.json, files: incoming.files })
    }

    /// Checks the body of an edit of this message.
    pub(crate) fn edit(incoming: Incoming, place: BodyOf, message: &Message) -> Result<Self, Refusal> {
        check_edit(&incoming.json, place, incoming.files.len(), message.flags)?;
        Ok(Self { json: incoming.json, files: incoming.files })
    }

    pub(crate) fn flags(&self) -> u64 {
        self.json["flags"].as_u64().unwrap_or_default()
    }

    pub(crate) fn allowed_mentions(&self) -> Option<&Value> {
        self.json.get("allowed_mentions")
    }

    pub(crate) fn field(&self, name: &str) -> &Value {
        &self.json[name]
    }

    pub(crate) fn has_embeds(&self) -> bool {
        self.json["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty())
    }

    pub(crate) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// The nonce, as text.
    pub(crate) fn nonce(&self) -> Option<String> {
        match &self.json["nonce"] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Puts the change into `message`, whose content is its text alone, and into its history.
    pub(crate) fn apply(&self, message: &mut Message, clock: &mut Clock) -> Result<(), Refusal> {
        let mut changed = message.clone();
        match &self.json["content"] {
            Value::String(text) => changed.content = text.trim().to_owned(),
            Value::Null if self.json.get("content").is_some() => changed.content.clear(),
            _ => {}
        }
        if let Some(embeds) = self.json.get("embeds") {
            changed.embeds = embeds.as_array().into_iter().flatten().map(rich).collect();
        }
        if let Some(components) = self.json.get("components") {
            changed.components = components.as_array().cloned().unwrap_or_default();
            number(&mut changed.components, &mut 0);
        }
        self.keep_attachments(&mut changed);
        self.add_files(&mut changed, clock);
        changed.flags &= !LOADING;
        refuse_leftovers(&changed)?;
        let empty = changed.content.is_empty()
            && changed.embeds.is_empty()
            && changed.components.is_empty()
            && (changed.attachments.is_empty() || changed.is_layout());
        if empty {
            return Err(Refusal::EmptyMessage);
        }
        if changed.is_layout() {
            changed.content = changed.texts();
        }
        let at: Timestamp = clock.now();
        changed.history.push(changed.version(at));
        *message = changed;
        Ok(())
    }

    /// An edit that lists attachments keeps only those.
    fn keep_attachments(&self, message: &mut Message) {
        let Some(listed) = self.json.get("attachments") else { return };
        let ids: Vec<Id> = listed.as_array().into_iter().flatten().filter_map(|entry| id_of(&entry["id"])).collect();
        message.attachments.retain(|kept| ids.contains(&kept.id));
    }

    fn add_files(&self, message: &mut Message, clock: &mut Clock) {
        for file in &self.files {
            let entries = self.json["attachments"].as_array().map_or(&[][..], Vec::as_slice);
            let entry = entries.iter().find(|entry| id_of(&entry["id"]) == Some(Id(file.number)));
            let text = |field: &str| entry.and_then(|entry| entry[field].as_str()).map(str::to_owned);
            message.attachments.push(Attachment {
                id: clock.id(),
                filename: text("filename").unwrap_or_else(|| file.filename.clone()),
                description: text("description"),
                content_type: media::kind(&file.filename, &file.content_type),
                bytes: file.bytes.clone(),
            });
        }
    }
}

/// What a message showed before it got the newer components has to be taken away by the same edit.
fn refuse_leftovers(message: &Message) -> Result<(), Refusal> {
    let mut form = Form::new();
    if message.is_layout() {
        for (name, gone) in [("content", message.content.is_empty()), ("embeds", message.embeds.is_empty())] {
            if !gone {
                let words = format!("The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
                form.wrong(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words);
            }
        }
    }
    form.finish()
}

/// Puts the fields of `extra` into an object, over those of the same name.
pub(crate) fn merge(into: &mut Value, extra: Value) {
    if let (Some(into), Value::Object(extra)) = (into.as_object_mut(), extra) {
        into.extend(extra);
    }
}

/// Discord numbers the components that came without a number, and fills in what was left out.
fn number(components: &mut [Value], last: &mut u64) {
    for component in components {
        number_one(component, last);
    }
}

fn number_one(component: &mut Value, last: &mut u64) {
    *last += 1;
    if component["id"].as_u64().unwrap_or_default() == 0 {
        component["id"] = json!(*last);
    }
    let unsaid: &[(&str, Value)] = match component["type"].as_u64() {
        Some(14) => &[("spacing", json!(1)), ("divider", json!(true))],
        Some(17) => &[("accent_color", Value::Null), ("spoiler", json!(false))],
        _ => &[],
    };
    for (field, value) in unsaid.iter().filter(|(field, _)| component[*field].is_null()).cloned().collect::<Vec<_>>() {
        component[field] = value;
    }
    if let Some(children) = component.get_mut("components").and_then(Value::as_array_mut) {
        number(children, last);
    }
    if let Some(accessory) = component.get_mut("accessory").filter(|accessory| accessory.is_object()) {
        number_one(accessory, last);
    }
}

fn id_of(value: &Value) -> Option<Id> {
    value.as_u64().map(Id).or_else(|| value.as_str()?.parse().ok())
}

/// Discord marks a bot's embeds as `rich`.
fn rich(embed: &Value) -> Value {
    let mut embed = embed.clone();
    embed["type"] = json!("rich");
    embed
}
