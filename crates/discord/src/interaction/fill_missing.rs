//! An interaction that leaves out what Bernard does not need, or has something odd there.
//!
//! Discord's documentation and its practice differ in what is always there, new kinds of things come without notice, and proxies
//! leave things out. Whatever decides something (who, where, by whose install, what was typed or pressed) is kept as it came; the
//! rest is plain. A role that is no role counts for nothing, and what it might have allowed is not allowed.

use serde_json::{Map, Value, json};

/// The type of an option that is a subcommand.
const SUB_COMMAND: u64 = 1;
/// The type of an option that is a group of them.
const SUB_COMMAND_GROUP: u64 = 2;
/// The last type of an option that `serenity` knows.
const LAST_OPTION: u64 = 11;
/// The last place of an interaction that `serenity` knows.
const LAST_CONTEXT: u64 = 2;
/// The type of a component that is a button.
const BUTTON: u64 = 2;
/// The type of a component that is a text input.
const TEXT_INPUT: u64 = 4;

/// The same interaction with every field that its model insists on. What is no object comes back as it is.
pub(super) fn completed(mut interaction: Value) -> Value {
    let Value::Object(fields) = &mut interaction else { return interaction };
    // Nothing reads them, so they need not be readable.
    fields.insert("entitlements".to_owned(), json!([]));
    or(fields, "version", json!(1), Value::is_u64);
    or(fields, "locale", json!("en-US"), Value::is_string);
    or(fields, "attachment_size_limit", json!(0), |limit| {
        limit.as_u64().is_some_and(|limit| u32::try_from(limit).is_ok())
    });
    keep_if(fields, "app_permissions", |held| held.as_str().is_some_and(|held| held.parse::<u64>().is_ok()));
    keep_if(fields, "guild_locale", Value::is_string);
    keep_if(fields, "guild", |_| false);
    keep_if(fields, "context", |context| context.as_u64().is_some_and(|context| context <= LAST_CONTEXT));
    if let Some(Value::Object(owners)) = fields.get_mut("authorizing_integration_owners") {
        // Those of another kind than a guild or a person let nobody in.
        owners.retain(|kind, id| matches!(kind.as_str(), "0" | "1") && id.is_string());
    }
    let channel = fields.get("channel").and_then(|channel| channel.get("id")).cloned();
    or(fields, "channel_id", channel.unwrap_or(Value::Null), |_| true);
    for (name, complete) in [("member", member as fn(&Value) -> Value), ("user", user), ("channel", channel_of)] {
        if let Some(known) = fields.get(name).filter(|known| known.is_object()).map(complete) {
            fields.insert(name.to_owned(), known);
        }
    }
    if let Some(found) = fields.get("message").filter(|message| message.is_object()) {
        let message = message(found, fields);
        fields.insert("message".to_owned(), message);
    }
    let around: Map<_, _> = ["channel_id", "application_id"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.get(name)?.clone())))
        .collect();
    if let Some(Value::Object(data)) = fields.get_mut("data") {
        // Whom an option names stands in the option itself; of messages counts what they say.
        let resolved = data.remove("resolved").unwrap_or_default();
        if let Some(messages) = resolved.get("messages").and_then(Value::as_object) {
            let said = messages.iter().filter(|(_, found)| is_all_words(found));
            let said: Map<_, _> = said.map(|(id, found)| (id.clone(), message(found, &around))).collect();
            data.insert("resolved".to_owned(), json!({ "messages": said }));
        }
        match data.get("components") {
            // What was typed into a form, wherever in it that stands and whatever stands around it.
            Some(components) => {
                let mut typed = Vec::new();
                inputs(components, &mut typed);
                data.insert("components".to_owned(), Value::Array(typed));
            }
            None if data.contains_key("custom_id") => component(data),
            None => {
                or(data, "type", json!(1), is_small);
                keep_if(data, "target_id", Value::is_string);
                options(data);
            }
        }
    }
    interaction
}

/// The plain value, where there is none or something odd.
fn or(fields: &mut Map<String, Value>, name: &str, plain: Value, is_well: impl Fn(&Value) -> bool) {
    let well = fields.get(name).is_some_and(|value| !value.is_null() && is_well(value));
    if !well && !plain.is_null() {
        fields.insert(name.to_owned(), plain);
    }
}

fn keep_if(fields: &mut Map<String, Value>, name: &str, is_well: impl Fn(&Value) -> bool) {
    if fields.get(name).is_some_and(|value| !is_well(value)) {
        fields.remove(name);
    }
}

/// Discord numbers its kinds from 1, in one byte.
fn is_small(kind: &Value) -> bool {
    kind.as_u64().is_some_and(|kind| u8::try_from(kind).is_ok())
}

/// An id as Discord writes it; `serenity` reads no other.
fn is_id(id: &Value) -> bool {
    let number = id.as_u64().or_else(|| id.as_str()?.parse().ok());
    number.is_some_and(|number| number > 0)
}

fn member(member: &Value) -> Value {
    let roles = member.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
    let roles: Vec<Value> = roles.into_iter().filter(is_id).collect();
    json!({ "user": user(&member["user"]), "roles": roles, "deaf": false, "mute": false, "flags": 0 })
}

/// A press counts by its id; what is no menu is taken for a button.
fn component(data: &mut Map<String, Value>) {
    let is_menu = |kind: &Value| kind.as_u64().is_some_and(|kind| matches!(kind, 3 | 5..=8));
    let menu = data.get("component_type").is_some_and(is_menu) && data.get("values").is_some_and(Value::is_array);
    if !menu {
        data.insert("component_type".to_owned(), json!(BUTTON));
    } else if let Some(Value::Array(values)) = data.get_mut("values") {
        values.retain(Value::is_string);
    }
}

/// The text inputs of a form, each in a row of its own.
fn inputs(of: &Value, typed: &mut Vec<Value>) {
    match of {
        Value::Array(all) => all.iter().for_each(|one| inputs(one, typed)),
        Value::Object(fields) => {
            if let (Some(Value::String(id)), Some(Value::String(value))) =
                (fields.get("custom_id"), fields.get("value"))
            {
                let input = json!({ "type": TEXT_INPUT, "custom_id": id, "value": value });
                typed.push(json!({ "type": 1, "components": [input] }));
            }
            ["component", "components"]
                .iter()
                .filter_map(|name| fields.get(*name))
                .for_each(|inner| inputs(inner, typed));
        }
        _ => {}
    }
}

fn user(user: &Value) -> Value {
    json!({ "id": user["id"], "username": "somebody" })
}

fn channel_of(channel: &Value) -> Value {
    let kind = channel.get("type").filter(|kind| is_small(kind)).cloned().unwrap_or(json!(0));
    let parent = channel.get("parent_id").filter(|parent| is_id(parent));
    json!({ "id": channel["id"], "type": kind, "parent_id": parent })
}

/// Whether a message says nothing outside its text and its components.
fn is_all_words(message: &Value) -> bool {
    message["embeds"].as_array().is_none_or(Vec::is_empty)
}

/// Only which message it is counts, whether others see it, and what it says.
fn message(message: &Value, interaction: &Map<String, Value>) -> Value {
    json!({
        "id": message["id"], "channel_id": interaction.get("channel_id"),
        "flags": message.get("flags").filter(|flags| flags.is_u64()),
        "author": { "id": interaction.get("application_id"), "username": "bernard" },
        "content": message["content"].as_str().unwrap_or_default(), "timestamp": "2015-01-01T00:00:00Z", "type": 0, "tts": false, "pinned": false,
        "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
    })
}

/// A subcommand without options has an empty list of them. An option without a value, or of a kind that nobody knows, is none;
/// one that has a name and a kind of ours and an odd value stays as it is: what was meant is not guessed.
fn options(of: &mut Map<String, Value>) {
    keep_if(of, "options", Value::is_array);
    let Some(Value::Array(all)) = of.get_mut("options") else { return };
    all.retain(|option| {
        let known = option.get("type").and_then(Value::as_u64).is_some_and(|kind| (1..=LAST_OPTION).contains(&kind));
        let is_group = option.get("type").and_then(Value::as_u64).is_some_and(|kind| kind <= SUB_COMMAND_GROUP);
        let is_given = is_group || option.get("value").is_some_and(|value| !value.is_null());
        known && is_given && option.get("name").is_some_and(Value::is_string)
    });
    for option in all.iter_mut().filter_map(Value::as_object_mut) {
        keep_if(option, "focused", Value::is_boolean);
        if option.get("type").and_then(Value::as_u64) == Some(SUB_COMMAND) {
            or(option, "options", json!([]), Value::is_array);
            options(option);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serenity::model::application::{CommandDataOptionValue, Interaction};

    use super::*;
    use crate::RawInteraction;

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
    fn one_odd_thing_hides_no_command() {
        let command = parsed(&json!({
            "id": "7", "application_id": "500", "type": 2, "token": "fake-token", "guild_id": "100", "channel_id": "200",
            "locale": 7, "version": "x", "attachment_size_limit": -1, "app_permissions": {"a": 1}, "context": 99,
            "guild_locale": 3, "entitlements": "x", "guild": { "id": null }, "channel": { "id": "200", "type": "x", "parent_id": 7.5 },
            "authorizing_integration_owners": { "0": "100", "9": { "x": 1 } },
            "member": { "user": { "id": "300", "username": 7, "public_flags": "x" }, "nick": 5, "avatar": [], "flags": null,
                "permissions": {}, "joined_at": "yesterday",
                "roles": [null, 7, "400", "no role", { "id": "401" }, "-1", "0", "401"] },
            "data": { "id": "900", "name": "rescue", "type": "x", "options": [{ "name": "enable", "type": 1, "options": [
                { "name": "server", "type": 3, "value": "web-1" }, { "name": "for", "type": 3, "value": null },
                { "name": "new", "type": 99, "value": { "a": 1 } }, { "name": 7, "type": 3, "value": "x" }, null, 5,
            ] }] },
        }));
        let Interaction::Command(command) = command else { panic!("{command:?}") };
        let member = command.member.expect("a member");
        assert_eq!(member.roles.iter().map(|role| role.get()).collect::<Vec<_>>(), [7, 400, 401]);
        let CommandDataOptionValue::SubCommand(options) = &command.data.options[0].value else { panic!() };
        assert_eq!(options.iter().map(|option| option.name.as_str()).collect::<Vec<_>>(), ["server"]);
        assert_eq!(command.locale, "en-US");
    }

    #[test]
    fn a_component_of_a_kind_that_nobody_knows_hides_no_press() {
        for kind in [json!(99), json!("x"), json!(null), json!(1), json!(3), json!(1_000)] {
            let press = parsed(&json!({
                "id": "7", "application_id": "500", "type": 3, "token": "fake-token", "channel_id": "200", "locale": "fr",
                "user": { "id": "300" }, "data": { "custom_id": "x:1", "component_type": kind },
                "message": { "id": "600", "flags": "x", "components": [{ "type": 17, "components": [{ "type": 99 }] }] },
            }));
            let Interaction::Component(press) = press else { panic!("{press:?}") };
            assert_eq!(press.data.custom_id, "x:1", "{kind}");
        }
    }

    #[test]
    fn a_message_of_parts_brings_its_words_along() {
        let part = json!({ "type": 17, "accent_color": 7, "components": [
            { "type": 10, "content": "🔄 `web-1`" }, { "type": 1, "components": [{ "type": 2, "custom_id": "cancel:1", "style": 4 }] },
        ] });
        let card = json!({ "id": "600", "flags": 32768, "content": "", "embeds": [], "components": [part] });
        let press = parsed(&json!({
            "id": "7", "application_id": "500", "type": 3, "token": "fake-token", "channel_id": "200", "user": { "id": "300" },
            "data": { "custom_id": "cancel:1", "component_type": 2 }, "message": card,
        }));
        let Interaction::Component(press) = press else { panic!("{press:?}") };
        assert_eq!(press.message.content, "🔄 `web-1`");
        let whole = parsed(&json!({
            "id": "7", "application_id": "500", "type": 3, "token": "fake-token", "version": 1, "guild_id": "100", "channel_id": "200",
            "locale": "en-US", "entitlements": [], "attachment_size_limit": 7, "authorizing_integration_owners": {},
            "user": { "id": "300", "username": "ada", "discriminator": "0" }, "data": { "custom_id": "cancel:1", "component_type": 2 },
            "message": {
                "id": "600", "channel_id": "200", "flags": 32768, "author": { "id": "500", "username": "bernard" }, "content": "", "type": 0,
                "timestamp": "2026-01-01T00:00:00Z", "tts": false, "pinned": false, "mention_everyone": false, "mentions": [],
                "mention_roles": [], "attachments": [], "embeds": [], "components": [part],
            },
        }));
        let Interaction::Component(press) = whole else { panic!("{whole:?}") };
        assert_eq!(
            (press.message.content.as_str(), press.user.name.as_str()),
            ("🔄 `web-1`", "ada"),
            "nothing was missing"
        );

        let embed = json!({ "id": "601", "content": "", "embeds": [{ "title": "web-1" }], "components": [part] });
        let chosen = parsed(&json!({
            "id": "7", "application_id": "500", "type": 2, "token": "fake-token", "channel_id": "200", "user": { "id": "300" },
            "data": { "id": "900", "name": "Rescue the server named here…", "type": 3, "target_id": "600",
                "resolved": { "messages": { "600": card, "601": embed }, "users": { "x": 7 } } },
        }));
        let Interaction::Command(chosen) = chosen else { panic!("{chosen:?}") };
        let said: Vec<_> = chosen.data.resolved.messages.values().map(|message| message.content.as_str()).collect();
        assert_eq!(said, ["🔄 `web-1`"], "half of what a message says is not taken for all of it");
    }

    #[test]
    fn what_stands_around_a_forms_text_hides_it_not() {
        let input = json!({ "type": 4, "custom_id": "reason", "value": "not today" });
        for components in [
            json!([{ "type": 10, "content": "x" }, { "type": 1, "components": [input] }]),
            json!([{ "type": 18, "id": 1, "component": input }]),
            json!([{ "type": 99 }, { "type": 18, "component": { "type": 99, "custom_id": 7 } }, { "type": 18, "component": input }]),
        ] {
            let form = parsed(&json!({
                "id": "7", "application_id": "500", "type": 5, "token": "fake-token", "guild_id": "100", "channel_id": "200",
                "member": { "user": { "id": "300" }, "roles": ["400"] },
                "data": { "custom_id": "why:1:1", "components": components },
            }));
            let Interaction::Modal(form) = form else { panic!("{form:?}") };
            assert!(format!("{:?}", form.data).contains("not today"), "{components}");
        }
    }

    #[test]
    fn an_odd_value_of_ours_is_not_guessed() {
        let json = json!({
            "id": "7", "application_id": "500", "type": 2, "token": "fake-token", "guild_id": "100", "channel_id": "200",
            "member": { "user": { "id": "300" }, "roles": ["400"] },
            "data": { "id": "900", "name": "status", "options": [{ "name": "server", "type": 3, "value": { "a": 1 } }] },
        });
        let raw = RawInteraction::parse(json.to_string().as_bytes(), Instant::now());
        assert!(matches!(raw, Ok(RawInteraction::Unreadable { .. })), "the whole fleet was not asked for: {raw:?}");
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
