//! Application commands: names, localisations, options and choices.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    form::{Form, join},
    message::check_choice_list,
};
use crate::discord::refusal::Refusal;

/// The locales Discord knows.
const LOCALES: &[&str] = &[
    "ar", "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl",
    "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
];
const SUB_COMMAND: i64 = 1;
const SUB_COMMAND_GROUP: i64 = 2;

/// Most characters in all names, descriptions and values of one command.
const TOTAL: usize = 8_000;

/// Checks a list that replaces all commands of a scope.
pub(crate) fn check_commands(commands: &Value) -> Result<(), Refusal> {
    let mut form = Form::new();
    let list = form.list("", Some(commands), 0, 130);
    let mut names = BTreeSet::new();
    for (index, command) in list.iter().enumerate() {
        check_one(&mut form, &index.to_string(), command);
        if !names.insert((command.get("type").and_then(Value::as_i64).unwrap_or(1), command["name"].to_string())) {
            form.wrong(
                &index.to_string(),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            );
        }
    }
    form.finish()?;
    let slashes = list.iter().filter(|command| command.get("type").and_then(Value::as_i64).unwrap_or(1) == 1).count();
    if slashes > 100 { Err(Refusal::TooManyCommands) } else { Ok(()) }
}

/// Checks one command.
pub(crate) fn check_command(command: &Value) -> Result<(), Refusal> {
    let mut form = Form::new();
    check_one(&mut form, "", command);
    form.finish()
}

fn check_one(form: &mut Form, path: &str, command: &Value) {
    let Some(command) = form.object(path, command) else { return };
    let known = [
        "id",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "default_member_permissions",
        "default_permission",
        "dm_permission",
        "type",
        "nsfw",
        "contexts",
        "integration_types",
        "handler",
    ];
    form.only(path, command, &known);
    let slash = command.get("type").and_then(Value::as_i64).unwrap_or(1) == 1;
    if slash {
        check_name(form, path, command);
        form.text(&join(path, "description"), command.get("description"), 1, 100);
    } else {
        form.text(&join(path, "name"), command.get("name"), 1, 32);
        form.text(&join(path, "description"), command.get("description"), 0, 0);
        if command.get("options").and_then(Value::as_array).is_some_and(|options| !options.is_empty()) {
            let words = "Only slash commands have options";
            form.wrong(&join(path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words);
        }
    }
    check_locales(form, path, command);
    check_permissions(form, path, command.get("default_member_permissions"));
    check_options(form, &join(path, "options"), command.get("options"), Depth::Command);
    if weight(command) > TOTAL {
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
    }
}

/// A string of digits or null; Discord's file says integer, its documentation and every client a string.
fn check_permissions(form: &mut Form, path: &str, permissions: Option<&Value>) {
    match permissions {
        None | Some(Value::Null | Value::Number(_)) => {}
        Some(Value::String(text)) if text.parse::<u64>().is_ok() => {}
        Some(_) => {
            form.wrong(&join(path, "default_member_permissions"), "BITFIELD_TYPE_CONVERT", "Not a set of permissions.")
        }
    }
}

/// 1 to 32 letters, digits, hyphens or underscores, without capitals.
fn check_name(form: &mut Form, path: &str, named: &Map<String, Value>) {
    let here = join(path, "name");
    form.text(&here, named.get("name"), 1, 32);
    let localised = named.get("name_localizations").and_then(Value::as_object);
    let all = localised.into_iter().flat_map(|names| names.iter().map(|(locale, name)| (Some(locale), name)));
    for (locale, name) in all.chain(named.get("name").map(|name| (None, name))) {
        let Some(name) = name.as_str() else { continue };
        let legal = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'');
        if !name.chars().all(legal) || name.to_lowercase() != name {
            let at =
                locale.map_or_else(|| here.clone(), |locale| format!("{}.{locale}", join(path, "name_localizations")));
            form.wrong(&at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
    }
}

fn check_locales(form: &mut Form, path: &str, localised: &Map<String, Value>) {
    for (field, most) in [("name_localizations", 32), ("description_localizations", 100)] {
        let here = join(path, field);
        let Some(texts) = localised.get(field).filter(|texts| !texts.is_null()) else { continue };
        let Some(texts) = form.object(&here, texts) else { continue };
        for (locale, text) in texts {
            let at = join(&here, locale);
            if !LOCALES.contains(&locale.as_str()) {
                form.wrong(&at, "LOCALE_INVALID", format!("{locale} is not a locale of Discord."));
            }
            form.text(&at, Some(text), 1, most);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Command,
    Group,
    SubCommand,
}

fn check_options(form: &mut Form, path: &str, options: Option<&Value>, depth: Depth) {
    let options = form.list(path, options, 0, 25);
    let mut names = BTreeSet::new();
    let mut optional_seen = false;
    let nests = |option: &Value| matches!(option["type"].as_i64(), Some(SUB_COMMAND | SUB_COMMAND_GROUP));
    if options.iter().any(nests) && !options.iter().all(nests) {
        form.wrong(
            path,
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        );
    }
    for (index, option) in options.iter().enumerate() {
        let here = join(path, index);
        let Some(option) = form.object(&here, option) else { continue };
        check_option(form, &here, option, depth);
        if !names.insert(option.get("name").map(Value::to_string)) {
            form.wrong(
                &join(&here, "name"),
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                "Option name already exists",
            );
        }
        let required = option.get("required").and_then(Value::as_bool).unwrap_or(false);
        if required && optional_seen {
            form.wrong(
                path,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            );
        }
        optional_seen |= !required;
    }
}

fn check_option(form: &mut Form, path: &str, option: &Map<String, Value>, depth: Depth) {
    let known = [
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "required",
        "choices",
        "options",
        "channel_types",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "autocomplete",
    ];
    form.only(path, option, &known);
    check_name(form, path, option);
    form.text(&join(path, "description"), option.get("description"), 1, 100);
    check_locales(form, path, option);
    form.number(&join(path, "min_length"), option.get("min_length"), 0, 6_000);
    form.number(&join(path, "max_length"), option.get("max_length"), 1, 6_000);
    let below = join(path, "options");
    match (option.get("type").and_then(Value::as_i64), depth) {
        (Some(SUB_COMMAND), Depth::Command | Depth::Group) => {
            check_options(form, &below, option.get("options"), Depth::SubCommand);
        }
        (Some(SUB_COMMAND_GROUP), Depth::Command) => check_options(form, &below, option.get("options"), Depth::Group),
        (Some(3..=11), Depth::Command | Depth::SubCommand) => check_value_option(form, path, option),
        _ => form.wrong(&join(path, "type"), "BASE_TYPE_CHOICES", "Not a type that may stand here."),
    }
}

fn check_value_option(form: &mut Form, path: &str, option: &Map<String, Value>) {
    let kind = option.get("type").and_then(Value::as_i64).unwrap_or_default();
    let choices = join(path, "choices");
    check_choice_list(form, &choices, option.get("choices"));
    let list = option.get("choices").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (index, choice) in list.iter().enumerate() {
        let fits = match kind {
            3 => choice["value"].is_string(),
            4 => choice["value"].is_i64(),
            10 => choice["value"].is_number(),
            _ => false,
        };
        if !fits {
            form.wrong(&format!("{choices}.{index}.value"), "BASE_TYPE_BAD_TYPE", "Not of the option's type.");
        }
        if let Some(choice) = choice.as_object() {
            check_locales(form, &join(&choices, index), &choice_as_named(choice));
        }
    }
    let autocomplete = option.get("autocomplete").and_then(Value::as_bool).unwrap_or(false);
    if autocomplete && (!list.is_empty() || !matches!(kind, 3 | 4 | 10)) {
        form.wrong(
            &join(path, "autocomplete"),
            "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID",
            "Not together with choices, and only for strings and numbers.",
        );
    }
    if option.get("options").is_some_and(|below| below.as_array().is_some_and(|below| !below.is_empty())) {
        form.wrong(&join(path, "options"), "UNKNOWN_FIELD", "Only sub-commands have options.");
    }
}

/// A choice's localised names may have 100 characters, so only their keys are checked here.
fn choice_as_named(choice: &Map<String, Value>) -> Map<String, Value> {
    let mut named = Map::new();
    if let Some(names) = choice.get("name_localizations") {
        named.insert("description_localizations".to_owned(), names.clone());
    }
    named
}

/// The characters that count: name, description and values, the longest localisation of each.
fn weight(named: &Map<String, Value>) -> usize {
    let long = |field: &str| {
        let own = named.get(field).and_then(Value::as_str).map_or(0, |text| text.chars().count());
        let localised = named.get(&format!("{field}_localizations")).and_then(Value::as_object);
        let longest =
            localised.into_iter().flatten().filter_map(|(_, text)| text.as_str()).map(|text| text.chars().count());
        longest.max().unwrap_or(0).max(own)
    };
    let value = named.get("value").and_then(Value::as_str).map_or(0, |text| text.chars().count());
    let below = ["options", "choices"].into_iter().filter_map(|field| named.get(field)?.as_array()).flatten();
    long("name") + long("description") + value + below.filter_map(Value::as_object).map(weight).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(extra: &Value) -> Value {
        let mut command = json!({ "name": "rescue", "description": "Rescue a server" });
        command.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        command
    }

    fn taken(extra: &Value) -> bool {
        check_command(&with(extra)).is_ok()
    }

    #[test]
    fn names_have_no_capitals() {
        assert!(taken(&json!({})));
        assert!(!taken(&json!({ "name": "Rescue" })));
        assert!(!taken(&json!({ "name": "res cue" })));
        assert!(!taken(&json!({ "name": "r".repeat(33) })));
        assert!(!taken(&json!({ "description": "d".repeat(101) })));
        assert!(!taken(&json!({ "description": "" })));
    }

    #[test]
    fn only_known_locales() {
        assert!(taken(&json!({ "description_localizations": { "fr": "Secourir" } })));
        assert!(!taken(&json!({ "description_localizations": { "fr-FR": "Secourir" } })));
        assert!(!taken(&json!({ "name_localizations": { "fr": "Secourir" } })));
    }

    #[test]
    fn required_options_come_first() {
        let option =
            |name: &str, required: bool| json!({ "type": 3, "name": name, "description": "d", "required": required });
        assert!(taken(&json!({ "options": [option("a", true), option("b", false)] })));
        assert!(!taken(&json!({ "options": [option("a", false), option("b", true)] })));
        assert!(!taken(&json!({ "options": [option("a", true), option("a", true)] })));
    }

    #[test]
    fn autocomplete_excludes_choices() {
        let option = |extra: Value| {
            let mut option = json!({ "type": 3, "name": "a", "description": "d" });
            option.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            json!({ "options": [option] })
        };
        assert!(taken(&option(json!({ "autocomplete": true, "choices": [] }))));
        assert!(!taken(&option(json!({ "autocomplete": true, "choices": [{ "name": "n", "value": "v" }] }))));
        assert!(!taken(&option(json!({ "autocomplete": true, "type": 5 }))));
        assert!(!taken(&option(json!({ "choices": [{ "name": "n", "value": 1 }] }))));
        assert!(!taken(&option(json!({ "default": 1 }))));
    }

    #[test]
    fn sub_commands_do_not_mix_with_values_and_nest_two_deep() {
        let sub = json!({ "type": 1, "name": "s", "description": "d" });
        let value = json!({ "type": 3, "name": "v", "description": "d" });
        let group = json!({ "type": 2, "name": "g", "description": "d", "options": [sub] });
        assert!(taken(&json!({ "options": [group, sub] })));
        assert!(!taken(&json!({ "options": [sub, value] })));
        assert!(!taken(&json!({ "options": [{ "type": 2, "name": "g", "description": "d", "options": [group] }] })));
    }

    #[test]
    fn a_hundred_slash_commands_a_scope() {
        let many = |count: usize| -> Value {
            (0..count).map(|n| json!({ "name": format!("c{n}"), "description": "d" })).collect::<Vec<_>>().into()
        };
        assert!(check_commands(&many(100)).is_ok());
        assert_eq!(check_commands(&many(101)), Err(Refusal::TooManyCommands));
        assert!(check_commands(&json!([with(&json!({})), with(&json!({}))])).is_err());
    }
}
