//! What somebody typed after the slash, turned into an interaction's data by what is registered.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::discord::{
    GUILD, Id,
    commands::Scope,
    model::ChannelKind,
    permission::{USE_APPLICATION_COMMANDS, VIEW_CHANNEL},
    world::World,
};

/// Discord's client would not let this person do this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotDo(pub(crate) String);

impl fmt::Display for CannotDo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotDo {}

/// Options as typed: names and values. Values of numbers, truths and people may be given as text.
#[derive(Clone, Debug, Default)]
pub struct Typed(Vec<(String, Value)>);

impl From<()> for Typed {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<Value> for Typed {
    /// From an object; anything else has no options.
    fn from(options: Value) -> Self {
        Self(options.as_object().cloned().unwrap_or_default().into_iter().collect())
    }
}

impl From<&[(&str, &str)]> for Typed {
    fn from(options: &[(&str, &str)]) -> Self {
        Self(options.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Typed {
    fn from(options: [(&str, &str); N]) -> Self {
        Self::from(&options[..])
    }
}

impl<const N: usize> From<&[(&str, &str); N]> for Typed {
    fn from(options: &[(&str, &str); N]) -> Self {
        Self::from(&options[..])
    }
}

/// The option that is being typed, for autocomplete.
pub(super) struct Focus<'a> {
    pub(super) option: &'a str,
    pub(super) partial: &'a str,
}

/// Builds the data of a command, or of an autocomplete when there is a focus.
pub(super) fn command_data(
    world: &World,
    person: Id,
    channel: Id,
    command: &str,
    typed: &Typed,
    focus: Option<&Focus<'_>>,
) -> Result<Value, CannotDo> {
    let words: Vec<&str> = command.trim_start_matches('/').split_whitespace().collect();
    let (name, path) = words.split_first().ok_or_else(|| CannotDo("no command was typed".to_owned()))?;
    let (scope, registered) =
        world.commands.named(name).ok_or_else(|| CannotDo(format!("/{name} is not registered")))?;
    usable(world, person, channel, scope, registered)?;
    let level = descend(registered, path)?;
    let mut resolved = Map::new();
    let mut options = fill(world, level, command, typed, focus, &mut resolved)?;
    for (depth, word) in path.iter().enumerate().rev() {
        let kind = if depth + 1 == path.len() { 1 } else { 2 };
        options = json!([{ "name": word, "type": kind, "options": options }]);
    }
    let mut data = json!({ "id": registered["id"], "name": name, "type": 1, "options": options });
    if scope == Scope::Guild {
        data["guild_id"] = json!(GUILD);
    }
    if !resolved.is_empty() {
        data["resolved"] = Value::Object(resolved);
    }
    Ok(data)
}

/// Whether this person is offered the command here.
pub(super) fn usable(world: &World, person: Id, channel: Id, scope: Scope, command: &Value) -> Result<(), CannotDo> {
    let name = &command["name"];
    let found = world.channel(channel).map_err(|_| CannotDo("that channel is gone".to_owned()))?;
    let needed = VIEW_CHANNEL | USE_APPLICATION_COMMANDS;
    if world.permissions(person, channel) & needed != needed {
        return Err(CannotDo(format!("may not use {name} in that channel")));
    }
    let in_dm = matches!(found.kind, ChannelKind::Dm { .. });
    let wanted = json!(if in_dm { 1 } else { 0 });
    let excluded = command["contexts"].as_array().is_some_and(|contexts| !contexts.contains(&wanted));
    let no_dm = in_dm && (scope == Scope::Guild || command["dm_permission"] == json!(false));
    if excluded || no_dm { Err(CannotDo(format!("{name} is not offered in that channel"))) } else { Ok(()) }
}

/// Finds the sub-command.
fn descend<'a>(command: &'a Value, path: &[&str]) -> Result<&'a Value, CannotDo> {
    let mut level = command;
    for word in path {
        let below = options_of(level).iter().find(|option| option["name"] == *word && is_nested(option));
        level = below.ok_or_else(|| CannotDo(format!("{} has no sub-command {word}", level["name"])))?;
    }
    match options_of(level).iter().find(|option| is_nested(option)) {
        Some(open) => Err(CannotDo(format!("{} needs a sub-command, such as {}", level["name"], open["name"]))),
        None => Ok(level),
    }
}

fn options_of(level: &Value) -> &[Value] {
    level["options"].as_array().map_or(&[], Vec::as_slice)
}

fn is_nested(option: &Value) -> bool {
    matches!(option["type"].as_i64(), Some(1 | 2))
}

fn fill(
    world: &World,
    level: &Value,
    command: &str,
    typed: &Typed,
    focus: Option<&Focus<'_>>,
    resolved: &mut Map<String, Value>,
) -> Result<Value, CannotDo> {
    let registered = options_of(level);
    let mut filled = Vec::new();
    for (name, value) in &typed.0 {
        let option = registered.iter().find(|option| option["name"] == **name);
        let option = option.ok_or_else(|| CannotDo(format!("{command} has no option {name}")))?;
        let value = convert(world, option, value, resolved)?;
        filled.push(json!({ "name": name, "type": option["type"], "value": value }));
    }
    if let Some(focus) = focus {
        let option = registered.iter().find(|option| option["name"] == focus.option);
        let option = option.ok_or_else(|| CannotDo(format!("{command} has no option {}", focus.option)))?;
        if option["autocomplete"] != json!(true) {
            return Err(CannotDo(format!("option {} of {command} does not autocomplete", focus.option)));
        }
        filled.push(json!({ "name": focus.option, "type": option["type"], "value": focus.partial, "focused": true }));
        return Ok(Value::Array(filled));
    }
    let missing = registered
        .iter()
        .find(|option| option["required"] == json!(true) && !typed.0.iter().any(|(name, _)| option["name"] == **name));
    match missing {
        Some(missing) => Err(CannotDo(format!("{command} needs the option {}", missing["name"]))),
        None => Ok(Value::Array(filled)),
    }
}

/// A typed value as the registered type wants it.
fn convert(world: &World, option: &Value, value: &Value, resolved: &mut Map<String, Value>) -> Result<Value, CannotDo> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let wrong = |wanted: &str| CannotDo(format!("option {} takes {wanted}, not {text:?}", option["name"]));
    let converted = match option["type"].as_i64() {
        Some(3) => json!(text),
        Some(4) => json!(text.parse::<i64>().map_err(|_| wrong("a whole number"))?),
        Some(5) => json!(text.parse::<bool>().map_err(|_| wrong("true or false"))?),
        Some(6) => user(world, &text, resolved).ok_or_else(|| wrong("a person"))?,
        Some(7) => channel(world, &text, resolved).ok_or_else(|| wrong("a channel"))?,
        Some(8) => role(world, &text, resolved).ok_or_else(|| wrong("a role"))?,
        Some(10) => json!(text.parse::<f64>().map_err(|_| wrong("a number"))?),
        _ => return Err(wrong("what this simulator cannot type")),
    };
    allowed(option, &converted)?;
    Ok(converted)
}

/// Checks choices, ranges and lengths.
fn allowed(option: &Value, value: &Value) -> Result<(), CannotDo> {
    let choices = option["choices"].as_array().map_or(&[][..], Vec::as_slice);
    if !choices.is_empty() && !choices.iter().any(|choice| choice["value"] == *value) {
        return Err(CannotDo(format!("{value} is no choice of option {}", option["name"])));
    }
    let size = match value {
        Value::String(text) => (text.chars().count() as f64, "min_length", "max_length"),
        Value::Number(number) => (number.as_f64().unwrap_or_default(), "min_value", "max_value"),
        _ => return Ok(()),
    };
    let most = if value.is_string() { 6_000.0 } else { f64::MAX };
    let (least, most) = (option[size.1].as_f64().unwrap_or(f64::MIN), option[size.2].as_f64().unwrap_or(most));
    let fits = (least..=most).contains(&size.0);
    if fits { Ok(()) } else { Err(CannotDo(format!("{value} is outside the bounds of option {}", option["name"]))) }
}

/// A person by name, id or mention.
fn user(world: &World, text: &str, resolved: &mut Map<String, Value>) -> Option<Value> {
    let bare = text.trim_start_matches("<@").trim_end_matches('>').trim_start_matches('@');
    let by_id = bare.parse::<Id>().ok().filter(|id| world.people.contains_key(id));
    let by_name = || world.people.iter().find(|(_, human)| human.name == bare).map(|(id, _)| *id);
    let id = by_id.or_else(by_name)?;
    put(resolved, "users", id, world.user_json(id));
    if let Some(mut member) = world.member_json(id) {
        if let Some(fields) = member.as_object_mut() {
            fields.remove("user");
            fields.insert("permissions".to_owned(), json!(world.permissions(id, crate::discord::OPS).to_string()));
        }
        put(resolved, "members", id, member);
    }
    Some(json!(id))
}

fn channel(world: &World, text: &str, resolved: &mut Map<String, Value>) -> Option<Value> {
    let bare = text.trim_start_matches("<#").trim_end_matches('>').trim_start_matches('#');
    let id: Id = bare.parse().ok()?;
    let found = world.channel(id).ok()?;
    put(resolved, "channels", id, world.channel_json(id, found));
    Some(json!(id))
}

fn role(world: &World, text: &str, resolved: &mut Map<String, Value>) -> Option<Value> {
    let bare = text.trim_start_matches("<@&").trim_end_matches('>').trim_start_matches('@');
    let all = world.roles_json();
    let named = |role: &&Value| role["id"] == *bare || role["name"] == *bare;
    let found = all.as_array()?.iter().find(named)?;
    put(resolved, "roles", found["id"].as_str()?.parse().ok()?, found.clone());
    Some(found["id"].clone())
}

/// Notes what an id stands for.
pub(super) fn put(resolved: &mut Map<String, Value>, kind: &str, id: Id, value: Value) {
    let all = resolved.entry(kind).or_insert_with(|| json!({}));
    all[id.to_string()] = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::{
        OPS,
        model::{Dms, Human, Membership},
    };

    const ANN: Id = Id(7);

    fn world() -> World {
        let mut world = World::new();
        let human = Human {
            name: "ann".to_owned(),
            locale: "fr".to_owned(),
            roles: Vec::new(),
            membership: Membership::Member,
            dms: Dms::Open,
        };
        world.people.insert(ANN, human);
        let server = json!({ "type": 3, "name": "server", "description": "d", "required": true, "autocomplete": true });
        let minutes =
            json!({ "type": 4, "name": "minutes", "description": "d", "choices": [{ "name": "5", "value": 5 }] });
        let user = json!({ "type": 6, "name": "user", "description": "d" });
        let enable = json!({ "type": 1, "name": "enable", "description": "d", "options": [server, minutes, user] });
        let command = json!({ "name": "rescue", "description": "d", "options": [enable] });
        world.commands.replace(Scope::Guild, &[command], &mut world.clock);
        world
    }

    fn typed(command: &str, options: impl Into<Typed>) -> Result<Value, CannotDo> {
        command_data(&world(), ANN, OPS, command, &options.into(), None)
    }

    #[test]
    fn options_get_their_registered_types() {
        let data = typed("rescue enable", [("server", "web-1"), ("minutes", "5"), ("user", "ann")]).unwrap();
        let options = &data["options"][0]["options"];
        assert_eq!(data["options"][0]["type"], 1);
        assert_eq!(options[0], json!({ "name": "server", "type": 3, "value": "web-1" }));
        assert_eq!(options[1]["value"], 5);
        assert_eq!(options[2]["value"], "7");
        assert_eq!(data["resolved"]["users"]["7"]["username"], "ann");
    }

    #[test]
    fn what_is_not_registered_cannot_be_typed() {
        assert!(typed("reboot", ()).is_err());
        assert!(typed("rescue", ()).is_err());
        assert!(typed("rescue disable", ()).is_err());
        assert!(typed("rescue enable", ()).is_err());
        assert!(typed("rescue enable", [("server", "web-1"), ("force", "yes")]).is_err());
        assert!(typed("rescue enable", [("server", "web-1"), ("minutes", "6")]).is_err());
        assert!(typed("rescue enable", [("server", "web-1"), ("minutes", "many")]).is_err());
    }

    #[test]
    fn autocomplete_marks_the_option_being_typed() {
        let world = world();
        let focus = Focus { option: "server", partial: "we" };
        let data = command_data(&world, ANN, OPS, "rescue enable", &Typed::default(), Some(&focus)).unwrap();
        assert_eq!(data["options"][0]["options"][0]["focused"], true);
        let focus = Focus { option: "minutes", partial: "" };
        assert!(command_data(&world, ANN, OPS, "rescue enable", &Typed::default(), Some(&focus)).is_err());
    }
}
