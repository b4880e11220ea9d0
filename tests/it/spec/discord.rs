//! Discord's side: its OpenAPI file, version 10.

use std::sync::OnceLock;

use serde_json::{Value, json};
use sim::net::Seen;

use super::{
    document::Document,
    requests::{Body, body, path, query, typed},
};

/// Everything that requests to Discord break.
pub(super) fn violations(requests: &[Seen]) -> Vec<String> {
    static DOCUMENT: OnceLock<Option<Document>> = OnceLock::new();
    let Some(document) = DOCUMENT.get_or_init(|| Document::read("discord-openapi.json")) else { return Vec::new() };
    requests
        .iter()
        .flat_map(|seen| {
            let name = format!("Discord {} {}", seen.method, path(seen));
            of_request(document, seen).into_iter().map(move |wrong| format!("{name}: {wrong}"))
        })
        .collect()
}

fn of_request(document: &Document, seen: &Seen) -> Vec<String> {
    let Some(below) = path(seen).strip_prefix("/api/v10") else {
        // The gateway's socket is on the same port.
        let is_socket = seen.header("upgrade").is_some();
        return if is_socket { Vec::new() } else { vec!["is not below /api/v10".to_owned()] };
    };
    let Some(operation) = document.operation(seen.method.as_str(), below) else {
        return vec!["there is no such operation".to_owned()];
    };
    let mut wrong = Vec::new();
    for (name, value, schema) in &operation.path {
        let found = document.complaints(schema, &typed(value, schema), as_it_is);
        wrong.extend(found.into_iter().map(|wrong| format!("{{{name}}}{wrong}")));
    }
    for (name, value) in query(seen) {
        match operation.query.get(&name) {
            Some(schema) => wrong.extend(document.complaints(schema, &typed(&value, schema), as_it_is)),
            None => wrong.push(format!("the query has an unknown {name:?}")),
        }
    }
    let schema_of = |kind: &str| Some(&operation.body["content"][kind]["schema"]).filter(|schema| !schema.is_null());
    match (body(seen), schema_of("application/json")) {
        (Body::Nothing, Some(_)) if operation.body["required"] == true => wrong.push("it has no body".to_owned()),
        (Body::Nothing, _) => {}
        (Body::Wrong(why), _) => wrong.push(why),
        (Body::Json(_) | Body::Multipart(..), None) => wrong.push("it has a body".to_owned()),
        (Body::Json(json), Some(schema)) => wrong.extend(document.complaints(schema, &known_quirk(json), as_it_is)),
        (Body::Multipart(json, files), Some(schema)) => {
            let limit = if schema_takes_files(schema_of("multipart/form-data")) { 10 } else { 0 };
            let allowed: Vec<String> = (0..limit).map(|n| format!("files[{n}]")).collect();
            wrong.extend(
                files.iter().filter(|name| !allowed.contains(name)).map(|name| format!("a part called {name:?}")),
            );
            wrong.extend(document.complaints(schema, &known_quirk(json), as_it_is));
        }
    }
    wrong
}

/// Discord's file is written in the dialect that the validator speaks.
fn as_it_is(schema: &Value) -> Value {
    schema.clone()
}

fn schema_takes_files(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| schema.to_string().contains("files[0]"))
}

/// The file wants `default_member_permissions` as a number; Discord's documentation and every client have a text of digits.
fn known_quirk(mut body: Value) -> Value {
    match &mut body {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = known_quirk(item.take())),
        Value::Object(fields) => {
            if let Some(Value::String(digits)) = fields.get("default_member_permissions") {
                let number: u64 = digits.parse().unwrap_or_else(|_| panic!("permissions {digits:?}"));
                fields.insert("default_member_permissions".to_owned(), json!(number));
            }
        }
        _ => {}
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::request;

    const MESSAGES: &str = "/api/v10/channels/500000000000000001/messages";

    #[test]
    fn what_discord_would_refuse_is_noticed() {
        if super::super::document::text("discord-openapi.json").is_none() {
            return;
        }
        let good = request("POST", MESSAGES, &json!({ "content": "hello", "nonce": "card-1", "enforce_nonce": true }));
        assert_eq!(violations(&[good]), Vec::<String>::new());
        for (wrong, what) in [
            (request("POST", MESSAGES, &json!({ "content": "x".repeat(4_001) })), "too long"),
            (request("POST", MESSAGES, &json!({ "embeds": [{ "title": 7 }] })), "a title that is no text"),
            (request("POST", MESSAGES, &Value::Null), "no body"),
            (request("GET", "/api/v10/channels/ops/messages", &Value::Null), "an id that is none"),
            (request("GET", &format!("{MESSAGES}?limit=101"), &Value::Null), "too many"),
            (request("GET", &format!("{MESSAGES}?colour=red"), &Value::Null), "an unknown parameter"),
            (request("GET", "/api/v10/everything", &Value::Null), "an unknown path"),
            (request("PUT", MESSAGES, &Value::Null), "an unknown method"),
            (request("GET", "/api/v9/gateway", &Value::Null), "another version"),
            (request("GET", "/api/v10/gateway", &json!({ "a": 1 })), "a body"),
        ] {
            assert!(!violations(&[wrong]).is_empty(), "{what}");
        }
    }
}
