//! What is pressed and chosen: rows, buttons and selects, their lengths and custom ids.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::form::{Form, join};

/// The type of a component; 0, which Discord does not have, where none is said.
pub(super) fn kind(component: &Map<String, Value>) -> i64 {
    component.get("type").and_then(Value::as_i64).unwrap_or_default()
}

pub(super) fn check_row(form: &mut Form, path: &str, row: &Map<String, Value>, custom_ids: &mut BTreeSet<String>) {
    form.only(path, row, &["type", "id", "components"]);
    let inside = join(path, "components");
    let children = form.list(&inside, row.get("components"), 1, 5);
    if row.get("components").is_none_or(Value::is_null) {
        form.wrong(&inside, "BASE_TYPE_REQUIRED", "This field is required");
    }
    for (index, child) in children.iter().enumerate() {
        let here = join(&inside, index);
        let Some(child) = form.object(&here, child) else { continue };
        match kind(child) {
            2 => check_button(form, &here, child, custom_ids),
            3 | 5..=8 if children.len() == 1 => check_select(form, &here, child, custom_ids),
            3 | 5..=8 => form.wrong(
                &here,
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                "The specified component exceeds the maximum width",
            ),
            _ => form.wrong(
                &join(&here, "type"),
                "UNION_TYPE_CHOICES",
                "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).",
            ),
        }
    }
}

pub(super) fn check_button(
    form: &mut Form,
    path: &str,
    button: &Map<String, Value>,
    custom_ids: &mut BTreeSet<String>,
) {
    form.only(path, button, &["type", "id", "style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"]);
    let has = |name: &str| button.get(name).is_some_and(|value| !value.is_null());
    form.text(&join(path, "label"), button.get("label"), 0, 80);
    form.truth(&join(path, "disabled"), button.get("disabled"));
    if !has("label") && !has("emoji") {
        form.wrong(path, "BUTTON_COMPONENT_REQUIRED_FIELDS", "A button needs a label or an emoji");
    }
    match button.get("style").and_then(Value::as_i64) {
        Some(1..=4) => {
            if has("url") {
                form.wrong(path, "BUTTON_COMPONENT_INVALID", "Only a link button has a url");
            }
            check_custom_id(form, path, button, custom_ids);
        }
        Some(5) => {
            if has("custom_id") {
                form.wrong(
                    path,
                    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                    "A custom id and url cannot both be specified",
                );
            }
            if !has("url") {
                form.wrong(path, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required");
            }
            form.text(&join(path, "url"), button.get("url"), 0, 512);
            form.address(&join(path, "url"), button.get("url"), &["http://", "https://", "discord://"]);
        }
        _ => form.wrong(&join(path, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5)."),
    }
}

fn check_select(form: &mut Form, path: &str, select: &Map<String, Value>, custom_ids: &mut BTreeSet<String>) {
    let known = [
        "type",
        "id",
        "custom_id",
        "options",
        "placeholder",
        "min_values",
        "max_values",
        "disabled",
        "required",
        "default_values",
        "channel_types",
    ];
    form.only(path, select, &known);
    check_custom_id(form, path, select, custom_ids);
    form.text(&join(path, "placeholder"), select.get("placeholder"), 0, 150);
    form.number(&join(path, "min_values"), select.get("min_values"), 0, 25);
    form.number(&join(path, "max_values"), select.get("max_values"), 1, 25);
    if kind(select) != 3 {
        return;
    }
    let mut values = BTreeSet::new();
    let options = join(path, "options");
    for (index, option) in form.list(&options, select.get("options"), 1, 25).iter().enumerate() {
        let here = join(&options, index);
        let Some(option) = form.object(&here, option) else { continue };
        form.only(&here, option, &["label", "value", "description", "emoji", "default"]);
        form.text(&join(&here, "label"), option.get("label"), 1, 100);
        form.text(&join(&here, "value"), option.get("value"), 1, 100);
        form.text(&join(&here, "description"), option.get("description"), 0, 100);
        if !values.insert(option.get("value").map(Value::to_string)) {
            form.wrong(
                &join(&here, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            );
        }
    }
}

fn check_custom_id(form: &mut Form, path: &str, component: &Map<String, Value>, custom_ids: &mut BTreeSet<String>) {
    let here = join(path, "custom_id");
    form.text(&here, component.get("custom_id"), 1, 100);
    if let Some(Value::String(custom_id)) = component.get("custom_id")
        && !custom_ids.insert(custom_id.clone())
    {
        form.wrong(&here, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}
