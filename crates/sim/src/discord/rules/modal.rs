//! Modals: their title, their rows, and the one text input of each.
//!
//! Only text inputs are known, in a row of their own or below a label: Discord has more fields since, which no bot here uses.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::form::{Form, join};
use crate::discord::refusal::Refusal;

/// Most top-level components of a modal, by Discord's documentation (its file of types allows more).
const MOST_ROWS: usize = 5;

/// Checks the `data` of an answer that opens a modal.
pub(crate) fn check_modal(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::new();
    if let Some(data) = form.object("data", data) {
        form.only("data", data, &["custom_id", "title", "components"]);
        form.text("data.custom_id", data.get("custom_id"), 1, 100);
        form.text("data.title", data.get("title"), 1, 45);
        let rows = form.list("data.components", data.get("components"), 1, MOST_ROWS);
        if data.get("components").is_none_or(Value::is_null) {
            form.wrong("data.components", "BASE_TYPE_REQUIRED", "This field is required");
        }
        let mut custom_ids = BTreeSet::new();
        for (index, row) in rows.iter().enumerate() {
            check_row(&mut form, &format!("data.components.{index}"), row, &mut custom_ids);
        }
    }
    form.finish()
}

fn check_row(form: &mut Form, path: &str, row: &Value, custom_ids: &mut BTreeSet<String>) {
    let Some(row) = form.object(path, row) else { return };
    match row.get("type").and_then(Value::as_i64) {
        Some(1) => {
            form.only(path, row, &["type", "id", "components"]);
            let inside = join(path, "components");
            let inputs = form.list(&inside, row.get("components"), 1, 1);
            if row.get("components").is_none_or(Value::is_null) {
                form.wrong(&inside, "BASE_TYPE_REQUIRED", "This field is required");
            }
            for (index, input) in inputs.iter().enumerate() {
                let here = join(&inside, index);
                let Some(input) = form.object(&here, input) else { continue };
                form.text(&join(&here, "label"), input.get("label"), 1, 45);
                check_input(form, &here, input, custom_ids);
            }
        }
        Some(18) => {
            form.only(path, row, &["type", "id", "label", "description", "component"]);
            form.text(&join(path, "label"), row.get("label"), 1, 45);
            form.text(&join(path, "description"), row.get("description"), 0, 100);
            let here = join(path, "component");
            if let Some(input) = form.object(&here, row.get("component").unwrap_or(&Value::Null)) {
                if input.get("label").is_some_and(|label| !label.is_null()) {
                    form.wrong(&join(&here, "label"), "COMPONENT_LABEL_NOT_ALLOWED", "The label above has the words");
                }
                check_input(form, &here, input, custom_ids);
            }
        }
        _ => form.wrong(&join(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 18)."),
    }
}

fn check_input(form: &mut Form, path: &str, input: &Map<String, Value>, custom_ids: &mut BTreeSet<String>) {
    let known =
        ["type", "id", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"];
    form.only(path, input, &known);
    if input.get("type").and_then(Value::as_i64) != Some(4) {
        form.wrong(&join(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (4,).");
    }
    if !matches!(input.get("style").and_then(Value::as_i64), Some(1 | 2)) {
        form.wrong(&join(path, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2).");
    }
    let here = join(path, "custom_id");
    form.text(&here, input.get("custom_id"), 1, 100);
    if let Some(Value::String(custom_id)) = input.get("custom_id")
        && !custom_ids.insert(custom_id.clone())
    {
        form.wrong(&here, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
    form.number(&join(path, "min_length"), input.get("min_length"), 0, 4_000);
    form.number(&join(path, "max_length"), input.get("max_length"), 1, 4_000);
    form.truth(&join(path, "required"), input.get("required"));
    form.text(&join(path, "value"), input.get("value"), 0, 4_000);
    form.text(&join(path, "placeholder"), input.get("placeholder"), 0, 100);
}

/// Why Discord's client does not send this text from this input; `None` when it does.
pub(crate) fn refuses_typed(input: &Value, typed: &str) -> Option<String> {
    let length = typed.chars().count() as u64;
    let required = input["required"].as_bool().unwrap_or(true);
    if length == 0 {
        return required.then(|| "the field must be filled in".to_owned());
    }
    let (least, most) = (input["min_length"].as_u64().unwrap_or(0), input["max_length"].as_u64().unwrap_or(4_000));
    (!(least..=most).contains(&length)).then(|| format!("the field takes {least} to {most} characters, not {length}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn input(custom_id: &str) -> Value {
        json!({ "type": 4, "custom_id": custom_id, "style": 2, "label": "Reason", "max_length": 400 })
    }

    fn row(input: Value) -> Value {
        json!({ "type": 1, "components": [input] })
    }

    fn taken(rows: Value) -> bool {
        check_modal(&json!({ "custom_id": "f", "title": "Why?", "components": rows })).is_ok()
    }

    #[test]
    fn one_to_five_rows_of_one_text_input_each() {
        assert!(taken(json!([row(input("a"))])));
        assert!(taken(json!(["a", "b", "c", "d", "e"].map(|id| row(input(id))))));
        assert!(!taken(json!(["a", "b", "c", "d", "e", "f"].map(|id| row(input(id))))));
        assert!(!taken(json!([])) && !taken(Value::Null));
        assert!(!taken(json!([row(input("a")), row(input("a"))])), "the same custom id twice");
        assert!(!taken(json!([{ "type": 1, "components": [input("a"), input("b")] }])));
        assert!(!taken(
            json!([{ "type": 1, "components": [{ "type": 2, "custom_id": "a", "label": "x", "style": 1 }] }])
        ));
    }

    #[test]
    fn an_input_has_a_style_a_label_and_lengths_within_reason() {
        let spoilt = |field: &str, value: Value| {
            let mut input = input("a");
            input[field] = value;
            taken(json!([row(input)]))
        };
        assert!(spoilt("placeholder", json!("x".repeat(100))));
        for (field, value) in [
            ("style", json!(3)),
            ("style", Value::Null),
            ("label", Value::Null),
            ("label", json!("x".repeat(46))),
            ("max_length", json!(4_001)),
            ("max_length", json!(0)),
            ("placeholder", json!("x".repeat(101))),
            ("custom_id", json!("")),
            ("maximum", json!(3)),
        ] {
            assert!(!spoilt(field, value.clone()), "{field} = {value}");
        }
    }

    #[test]
    fn a_label_carries_the_words_of_its_input() {
        let mut bare = input("a");
        bare.as_object_mut().unwrap().remove("label");
        assert!(taken(json!([{ "type": 18, "label": "Reason", "component": bare }])));
        assert!(!taken(json!([{ "type": 18, "label": "Reason", "component": input("a") }])));
        assert!(!taken(json!([{ "type": 18, "component": bare }])));
    }

    #[test]
    fn a_client_sends_what_fits() {
        let input = json!({ "min_length": 2, "max_length": 3 });
        assert!(refuses_typed(&input, "é").is_some() && refuses_typed(&input, "éé").is_none());
        assert!(refuses_typed(&input, "abcd").is_some() && refuses_typed(&input, "").is_some());
        assert!(refuses_typed(&json!({ "required": false }), "").is_none());
    }
}
