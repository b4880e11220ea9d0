//! What somebody chose in a menu, as an interaction's data: the menu's own options, or people, roles and channels.

use serde_json::{Map, Value, json};

use super::{CannotDo, typing::put};
use crate::discord::{Id, model::ChannelKind, world::World};

/// The data of a choice in this menu, checked as the client does.
pub(super) fn menu_data(world: &World, custom_id: &str, menu: &Value, values: &[&str]) -> Result<Value, CannotDo> {
    if menu["disabled"] == json!(true) {
        return Err(CannotDo("that menu is grey".to_owned()));
    }
    let bound = |name: &str| menu[name].as_u64().unwrap_or(1);
    let (least, most) = (bound("min_values"), bound("max_values"));
    if !(least..=most).contains(&(values.len() as u64)) {
        return Err(CannotDo(format!("the menu takes {least} to {most} values, not {}", values.len())));
    }
    let mut resolved = Map::new();
    for value in values {
        if !offered(world, menu, value, &mut resolved) {
            return Err(CannotDo(format!("the menu has no value {value:?}")));
        }
    }
    let mut data =
        json!({ "custom_id": custom_id, "component_type": menu["type"], "id": menu["id"], "values": values });
    if menu["type"] != json!(STRINGS) {
        data["resolved"] = Value::Object(resolved);
    }
    Ok(data)
}

const STRINGS: u64 = 3;
const PEOPLE: u64 = 5;
const ROLES: u64 = 6;
const PEOPLE_AND_ROLES: u64 = 7;
const CHANNELS: u64 = 8;

/// Whether the menu offers a value; what it stands for is noted in `resolved`.
fn offered(world: &World, menu: &Value, value: &str, resolved: &mut Map<String, Value>) -> bool {
    let id = value.parse::<Id>().ok();
    match menu["type"].as_u64() {
        Some(STRINGS) => menu["options"].as_array().is_some_and(|all| all.iter().any(|one| one["value"] == *value)),
        Some(PEOPLE) => id.is_some_and(|id| person(world, id, resolved)),
        Some(ROLES) => id.is_some_and(|id| role(world, id, resolved)),
        Some(PEOPLE_AND_ROLES) => id.is_some_and(|id| person(world, id, resolved) || role(world, id, resolved)),
        Some(CHANNELS) => id.is_some_and(|id| channel(world, menu, id, resolved)),
        _ => false,
    }
}

fn person(world: &World, id: Id, resolved: &mut Map<String, Value>) -> bool {
    let Some(mut member) = world.member_json(id) else { return false };
    put(resolved, "users", id, world.user_json(id));
    if let Some(fields) = member.as_object_mut() {
        fields.remove("user");
        fields.insert("permissions".to_owned(), json!(world.permissions(id, crate::discord::OPS).to_string()));
    }
    put(resolved, "members", id, member);
    true
}

fn role(world: &World, id: Id, resolved: &mut Map<String, Value>) -> bool {
    let all = world.roles_json();
    let found = all.as_array().and_then(|all| all.iter().find(|role| role["id"] == json!(id)));
    found.is_some_and(|role| {
        put(resolved, "roles", id, role.clone());
        true
    })
}

fn channel(world: &World, menu: &Value, id: Id, resolved: &mut Map<String, Value>) -> bool {
    let Ok(found) = world.channel(id) else { return false };
    let rendered = world.channel_json(id, found);
    let wanted = menu["channel_types"].as_array();
    let fits = wanted.is_none_or(|kinds| kinds.contains(&rendered["type"]));
    if !fits || matches!(found.kind, ChannelKind::Dm { .. }) {
        return false;
    }
    put(resolved, "channels", id, rendered);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::{ONCALL, OPS};

    #[test]
    fn each_kind_of_menu_takes_what_it_stands_for() {
        let world = World::new();
        let (role, channel) = (ONCALL.to_string(), OPS.to_string());
        let chosen = |menu: Value, value: &str| menu_data(&world, "m", &menu, &[value]);
        let strings = json!({ "type": 3, "options": [{ "label": "A", "value": "a" }] });
        assert_eq!(chosen(strings.clone(), "a").unwrap()["component_type"], 3);
        assert!(chosen(strings, "b").is_err());
        assert!(chosen(json!({ "type": 6 }), &role).unwrap()["resolved"]["roles"][&role].is_object());
        assert!(chosen(json!({ "type": 5 }), &role).is_err(), "a role is nobody");
        assert!(chosen(json!({ "type": 7 }), &role).is_ok());
        assert!(chosen(json!({ "type": 8 }), &channel).unwrap()["resolved"]["channels"][&channel].is_object());
        assert!(chosen(json!({ "type": 8, "channel_types": [2] }), &channel).is_err(), "no voice channel");
    }

    #[test]
    fn a_menu_takes_no_more_and_no_fewer_than_it_says() {
        let world = World::new();
        let options = json!([{ "label": "A", "value": "a" }, { "label": "B", "value": "b" }]);
        let menu = json!({ "type": 3, "options": options, "min_values": 1, "max_values": 1 });
        assert!(menu_data(&world, "m", &menu, &["a", "b"]).is_err());
        assert!(menu_data(&world, "m", &menu, &[]).is_err());
        let mut grey = menu;
        grey["disabled"] = json!(true);
        assert!(menu_data(&world, "m", &grey, &["a"]).is_err());
    }
}
