//! An interaction that leaves out what Bernard does not need.
//!
//! Discord's documentation and its practice differ in what is always there, and proxies leave things out. Whatever decides
//! something (who, where, by whose install, what was typed or pressed) is kept as it came; the rest is plain.

use serde_json::{Map, Value, json};

/// The type of an option that is a subcommand.
const SUB_COMMAND: u64 = 1;

/// The same interaction with every field that its model insists on. What is no object comes back as it is.
pub(super) fn completed(mut interaction: Value) -> Value {
    let Value::Object(fields) = &mut interaction else { return interaction };
    // Nothing reads them, so they need not be readable.
    fields.insert("entitlements".to_owned(), json!([]));
    or(fields, "version", json!(1));
    or(fields, "locale", json!("en-US"));
    or(fields, "attachment_size_limit", json!(0));
    let channel = fields.get("channel").and_then(|channel| channel.get("id")).cloned();
    or(fields, "channel_id", channel.unwrap_or(Value::Null));
    for (name, complete) in [("member", member as fn(&Value) -> Value), ("user", user), ("channel", channel_of)] {
        if let Some(known) = fields.get(name).filter(|known| known.is_object()).map(complete) {
            fields.insert(name.to_owned(), known);
        }
    }
    if let Some(found) = fields.get("message").filter(|message| message.is_object()) {
        let message = message(found, fields);
        fields.insert("message".to_owned(), message);
    }
    if let Some(Value::Object(data)) = fields.get_mut("data") {
        // Whom an option names stands in the option itself.
        data.remove("resolved");
        let is_component = data.contains_key("custom_id");
        or(data, if is_component { "component_type" } else { "type" }, json!(if is_component { 2 } else { 1 }));
        options(data);
    }
    interaction
}

fn or(fields: &mut Map<String, Value>, name: &str, plain: Value) {
    let missing = fields.get(name).is_none_or(Value::is_null);
    if missing && !plain.is_null() {
        fields.insert(name.to_owned(), plain);
    }
}

fn member(member: &Value) -> Value {
    let roles = member.get("roles").filter(|roles| roles.is_array()).cloned().unwrap_or_else(|| json!([]));
    json!({ "user": user(&member["user"]), "roles": roles, "deaf": false, "mute": false, "flags": 0 })
}

fn user(user: &Value) -> Value {
    json!({ "id": user["id"], "username": "somebody" })
}

fn channel_of(channel: &Value) -> Value {
    let kind = channel.get("type").filter(|kind| kind.is_number()).cloned().unwrap_or(json!(0));
    json!({ "id": channel["id"], "type": kind, "parent_id": channel["parent_id"] })
}

/// Only which message it is counts, and whether others see it.
fn message(message: &Value, interaction: &Map<String, Value>) -> Value {
    json!({
        "id": message["id"], "channel_id": interaction.get("channel_id"), "flags": message["flags"],
        "author": { "id": interaction.get("application_id"), "username": "bernard" },
        "content": "", "timestamp": "2015-01-01T00:00:00Z", "type": 0, "tts": false, "pinned": false,
        "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
    })
}

/// A subcommand without options has an empty list of them.
fn options(of: &mut Map<String, Value>) {
    let Some(Value::Array(all)) = of.get_mut("options") else { return };
    for option in all.iter_mut().filter_map(Value::as_object_mut) {
        if option.get("type").and_then(Value::as_u64) == Some(SUB_COMMAND) {
            or(option, "options", json!([]));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serenity::model::application::{CommandDataOptionValue, Interaction};

    use super::*;
    use crate::discord::RawInteraction;

    #[track_caller]
    fn parsed(json: &Value) -> Interaction {
        match RawInteraction::parse(json.to_string().as_bytes(), Instant::now()) {
            Ok(RawInteraction::Readable { interaction, .. }) => *interaction,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_command_needs_only_who_where_and_what() {
        let command = parsed(&json!({
            "id": "7", "application_id": "500", "type": 2, "token": "fake-token", "guild_id": "100",
            "channel": { "id": "201", "type": 11, "parent_id": "200" },
            "member": { "user": { "id": "300" }, "roles": ["400"] },
            "data": { "id": "900", "name": "rescue", "options": [{ "name": "list", "type": 1 }] },
        }));
        let Interaction::Command(command) = command else { panic!("{command:?}") };
        let member = command.member.expect("a member");
        assert_eq!((command.user.id.get(), member.roles[0].get(), command.channel_id.get()), (300, 400, 201));
        assert_eq!(command.channel.and_then(|channel| channel.parent_id).map(|id| id.get()), Some(200));
        assert_eq!(command.data.options[0].value, CommandDataOptionValue::SubCommand(Vec::new()));
    }

    #[test]
    fn a_press_needs_only_who_and_which_button() {
        let press = parsed(&json!({
            "id": "7", "application_id": "500", "type": 3, "token": "fake-token", "channel_id": "200", "locale": "fr",
            "user": { "id": "300", "avatar": 7 }, "message": { "id": "600", "flags": 64 }, "data": { "custom_id": "x:1" },
        }));
        let Interaction::Component(press) = press else { panic!("{press:?}") };
        assert_eq!((press.user.id.get(), press.message.id.get(), press.locale.as_str()), (300, 600, "fr"));
        assert!(press.message.flags.is_some_and(|flags| flags.bits() == 64) && press.guild_id.is_none());
    }

    #[test]
    fn a_user_that_is_named_needs_not_be_described() {
        let command = parsed(&json!({
            "id": "7", "application_id": "500", "type": 2, "token": "fake-token", "guild_id": "100", "channel_id": "200",
            "member": { "user": { "id": "300", "username": "ada" }, "roles": [] },
            "data": { "id": "900", "name": "history", "type": 1, "resolved": { "users": { "301": { "id": "301" } } },
                "options": [{ "name": "user", "type": 6, "value": "301" }] },
        }));
        let Interaction::Command(command) = command else { panic!("{command:?}") };
        assert!(matches!(command.data.options[0].value, CommandDataOptionValue::User(user) if user.get() == 301));
    }

    #[test]
    fn without_knowing_who_nothing_is_made_up() {
        let json = json!({
            "id": "7", "application_id": "500", "type": 2, "token": "fake-token", "guild_id": "100", "channel_id": "200",
            "member": { "roles": ["400"] }, "data": { "id": "900", "name": "help" },
        });
        let raw = RawInteraction::parse(json.to_string().as_bytes(), Instant::now());
        assert!(matches!(raw, Ok(RawInteraction::Unreadable { .. })), "{raw:?}");
    }
}
