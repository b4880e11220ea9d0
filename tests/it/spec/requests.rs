//! A request taken apart.

use serde_json::Value;
use sim::net::Seen;
use url::form_urlencoded;

/// What a request carries.
pub(super) enum Body {
    Nothing,
    Json(Value),
    /// The message and the names of the other parts.
    Multipart(Value, Vec<String>),
    /// Neither; why.
    Wrong(String),
}

/// The path without its query.
pub(super) fn path(seen: &Seen) -> &str {
    seen.path.split('?').next().unwrap_or_default()
}

/// The query's pairs, decoded.
pub(super) fn query(seen: &Seen) -> Vec<(String, String)> {
    let text = seen.path.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The body, by its content type.
pub(super) fn body(seen: &Seen) -> Body {
    let kind = seen.header("content-type").unwrap_or_default();
    if let Some((_, boundary)) = kind.split_once("multipart/form-data; boundary=") {
        return multipart(&String::from_utf8_lossy(&seen.body), boundary.trim_matches('"'));
    }
    match (kind, seen.body.is_empty()) {
        (_, true) => Body::Nothing,
        ("application/json", false) => match serde_json::from_slice(&seen.body) {
            Ok(json) => Body::Json(json),
            Err(error) => Body::Wrong(format!("the body is no JSON: {error}")),
        },
        (other, false) => Body::Wrong(format!("the content type is {other:?}")),
    }
}

fn multipart(text: &str, boundary: &str) -> Body {
    let mut message = None;
    let mut others = Vec::new();
    for part in text.split(&format!("--{boundary}")).filter(|part| part.contains("name=\"")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            return Body::Wrong("a part without a body".to_owned());
        };
        let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        match name {
            "payload_json" => message = serde_json::from_str(content.trim_end_matches("\r\n")).ok(),
            other => others.push(other.to_owned()),
        }
    }
    message.map_or(Body::Wrong("no payload_json that is JSON".to_owned()), |message| Body::Multipart(message, others))
}

/// A parameter as its schema wants it: numbers and truth values come as text.
pub(super) fn typed(text: &str, schema: &Value) -> Value {
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // A list comes one by one.
    if kinds.contains(&"array") {
        return Value::Array(vec![typed(text, &schema["items"])]);
    }
    let plain = kinds.iter().any(|kind| matches!(*kind, "integer" | "number" | "boolean"));
    let parsed = if plain { serde_json::from_str(text).ok() } else { None };
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}
