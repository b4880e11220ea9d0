//! The registered commands, of the guild and global, with ids that stay as long as the name does.

use serde_json::{Value, json};

use super::{APPLICATION, GUILD, Id, clock::Clock, patch::merge, refusal::Refusal};

/// Discord's number of a command that is typed.
const SLASH_COMMAND: i64 = 1;
/// Discord's number of a command in the menu of a message.
pub(crate) const MESSAGE_COMMAND: i64 = 3;

/// Where a command is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Global,
    Guild,
}

/// What is registered, in Discord's JSON.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    global: Vec<Value>,
    guild: Vec<Value>,
    /// How many requests changed something here.
    pub(crate) writes: usize,
}

impl Registry {
    pub(crate) fn list(&self, scope: Scope) -> &[Value] {
        match scope {
            Scope::Global => &self.global,
            Scope::Guild => &self.guild,
        }
    }

    fn list_mut(&mut self, scope: Scope) -> &mut Vec<Value> {
        self.writes += 1;
        match scope {
            Scope::Global => &mut self.global,
            Scope::Guild => &mut self.guild,
        }
    }

    pub(crate) fn get(&self, scope: Scope, id: &str) -> Result<&Value, Refusal> {
        self.list(scope).iter().find(|command| command["id"] == id).ok_or(Refusal::UnknownCommand)
    }

    /// A slash command by name: the guild's own before a global one.
    pub(crate) fn named(&self, name: &str) -> Option<(Scope, &Value)> {
        self.find(SLASH_COMMAND, name)
    }

    /// A command of the menu of messages, by name.
    pub(crate) fn of_messages(&self, name: &str) -> Option<(Scope, &Value)> {
        self.find(MESSAGE_COMMAND, name)
    }

    fn find(&self, kind: i64, name: &str) -> Option<(Scope, &Value)> {
        let in_scope = |scope| {
            let mut those = self.list(scope).iter().filter(|command| command["type"] == kind);
            those.find(|command| command["name"] == name).map(|command| (scope, command))
        };
        in_scope(Scope::Guild).or_else(|| in_scope(Scope::Global))
    }

    /// Replaces all commands of a scope; those of a known name and type keep their id.
    pub(crate) fn replace(&mut self, scope: Scope, wanted: &[Value], clock: &mut Clock) -> Vec<Value> {
        let known = std::mem::take(self.list_mut(scope));
        let fresh: Vec<Value> = wanted.iter().map(|body| register(scope, body, &known, clock)).collect();
        self.list_mut(scope).clone_from(&fresh);
        self.writes -= 1;
        fresh
    }

    /// Creates a command, or overwrites the one of that name and type. Says which.
    pub(crate) fn put(&mut self, scope: Scope, body: &Value, clock: &mut Clock) -> Result<(Value, Put), Refusal> {
        let list = self.list_mut(scope);
        let command = register(scope, body, list, clock);
        let same = list.iter().position(|known| known["id"] == command["id"]);
        if same.is_none() && list.len() >= 100 {
            return Err(Refusal::TooManyCommands);
        }
        match same {
            Some(place) => list[place] = command.clone(),
            None => list.push(command.clone()),
        }
        Ok((command, if same.is_some() { Put::Overwritten } else { Put::Created }))
    }

    /// Changes the named fields of a command.
    pub(crate) fn patch(
        &mut self,
        scope: Scope,
        id: &str,
        changed: &Value,
        clock: &mut Clock,
    ) -> Result<Value, Refusal> {
        let list = self.list_mut(scope);
        let known = list.iter_mut().find(|known| known["id"] == id).ok_or(Refusal::UnknownCommand)?;
        merge(known, changed.clone());
        known["version"] = json!(clock.id());
        Ok(known.clone())
    }

    pub(crate) fn remove(&mut self, scope: Scope, id: &str) -> Result<(), Refusal> {
        let list = self.list_mut(scope);
        let place = list.iter().position(|command| command["id"] == id).ok_or(Refusal::UnknownCommand)?;
        list.remove(place);
        Ok(())
    }
}

/// Whether a command was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Created,
    Overwritten,
}

/// A command as Discord gives it back: complete, with an id and a version that changes when the command does.
fn register(scope: Scope, body: &Value, known: &[Value], clock: &mut Clock) -> Value {
    let kind = body["type"].as_i64().unwrap_or(1);
    let mut command = json!({
        "application_id": APPLICATION, "type": kind, "name": body["name"], "name_localizations": body["name_localizations"],
        "description": body["description"].as_str().unwrap_or_default(),
        "description_localizations": body["description_localizations"],
        "default_member_permissions": permissions(&body["default_member_permissions"]),
        "dm_permission": body["dm_permission"].as_bool().unwrap_or(true), "nsfw": body["nsfw"].as_bool().unwrap_or(false),
        "contexts": body["contexts"], "integration_types": integration_types(&body["integration_types"]),
    });
    if let Some(options) = body["options"].as_array().filter(|options| !options.is_empty()) {
        command["options"] = options.iter().map(complete_option).collect();
    }
    if scope == Scope::Guild {
        command["guild_id"] = json!(GUILD);
        command.as_object_mut().map(|command| command.remove("dm_permission"));
    }
    let before = known.iter().find(|known| known["name"] == command["name"] && known["type"] == command["type"]);
    let id = before.map_or_else(|| json!(clock.id()), |before| before["id"].clone());
    let same = before.filter(|before| bare(before) == command).map(|before| before["version"].clone());
    command["version"] = same.unwrap_or_else(|| json!(clock.id()));
    command["id"] = id;
    command
}

/// Options come back with the fields that they were sent without.
fn complete_option(option: &Value) -> Value {
    let mut option = option.clone();
    if let Some(fields) = option.as_object_mut() {
        fields.retain(|_, value| !value.is_null() && *value != json!([]) && *value != json!(false));
        if let Some(Value::Array(below)) = fields.get_mut("options") {
            *below = below.iter().map(complete_option).collect();
        }
    }
    option
}

fn permissions(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.to_string()),
        other => other.clone(),
    }
}

fn integration_types(value: &Value) -> Value {
    if value.is_array() { value.clone() } else { json!([0]) }
}

fn bare(command: &Value) -> Value {
    let mut command = command.clone();
    if let Some(fields) = command.as_object_mut() {
        fields.remove("id");
        fields.remove("version");
    }
    command
}

/// The id of a command, for paths.
pub(crate) fn id_in(command: &Value) -> Option<Id> {
    command["id"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_keeps_its_id_and_changes_its_version_only_when_it_changes() {
        let mut clock = Clock::new();
        let mut registry = Registry::default();
        let body = json!([{ "name": "status", "description": "d", "options": [{ "type": 3, "name": "server", "description": "d", "required": false }] }]);
        let first = registry.replace(Scope::Guild, body.as_array().unwrap(), &mut clock);
        let same = registry.replace(Scope::Guild, body.as_array().unwrap(), &mut clock);
        assert_eq!(first, same);
        let other = registry.replace(Scope::Guild, &[json!({ "name": "status", "description": "e" })], &mut clock);
        assert_eq!(first[0]["id"], other[0]["id"]);
        assert_ne!(first[0]["version"], other[0]["version"]);
        assert_eq!(registry.writes, 3);
    }
}
