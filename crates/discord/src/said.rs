//! What a message says outside its embeds, whichever form it has.

use serde_json::Value;

/// Discord's number for a text among the components.
const TEXT: u64 = 10;

/// Its text, and the texts among its components, each on a line of its own.
pub(crate) fn words(content: &str, components: &Value) -> String {
    let mut all = Vec::new();
    if !content.is_empty() {
        all.push(content);
    }
    collect(components, &mut all);
    all.join("\n")
}

fn collect<'a>(components: &'a Value, into: &mut Vec<&'a str>) {
    match components {
        Value::Array(list) => list.iter().for_each(|component| collect(component, into)),
        Value::Object(fields) => {
            if fields.get("type").and_then(Value::as_u64) == Some(TEXT) {
                into.extend(fields.get("content").and_then(Value::as_str));
            }
            if let Some(inside) = fields.get("components") {
                collect(inside, into);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_says_the_same_in_either_form() {
        let row = json!({ "type": 1, "components": [{ "type": 2, "label": "Cancel", "content": "no text" }] });
        assert_eq!(words("one\ntwo", &json!([row])), "one\ntwo");
        let line = json!({ "type": 9, "components": [{ "type": 10, "content": "two" }], "accessory": { "type": 2 } });
        let frame = json!({ "type": 17, "components": [{ "type": 10, "content": "one" }, line, row] });
        assert_eq!(words("", &json!([frame])), "one\ntwo");
        for odd in [json!(null), json!([7, { "type": 10 }, { "type": 10, "content": 7 }, { "components": 1 }])] {
            assert_eq!(words("", &odd), "");
        }
    }
}
