//! OVHcloud's side: OpenAPI files for servers, the account and its rights, the older format for credentials and notifications.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sim::net::Seen;
use url::form_urlencoded;

use super::{
    document::{self, Document, best_template},
    requests::{Body, body, path, query, typed},
};

/// OVHcloud's files.
struct Files {
    openapi: [Document; 3],
    first: Older,
    second: Older,
    rights: Document,
}

/// A file of the older format.
#[derive(Deserialize)]
struct Older {
    apis: Vec<Api>,
    models: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Api {
    path: String,
    operations: Vec<Value>,
}

/// Everything that requests to OVHcloud break.
pub(super) fn violations(requests: &[Seen]) -> Vec<String> {
    static FILES: OnceLock<Option<Files>> = OnceLock::new();
    let Some(files) = FILES.get_or_init(Files::read) else { return Vec::new() };
    requests
        .iter()
        .flat_map(|seen| {
            let name = format!("OVHcloud {} {}", seen.method, seen.path);
            files.of_request(seen).into_iter().map(move |wrong| format!("{name}: {wrong}"))
        })
        .collect()
}

impl Files {
    fn read() -> Option<Self> {
        let older = |name| -> Option<Older> {
            Some(serde_json::from_str(&document::text(name)?).expect("a file of the older format"))
        };
        let openapi = [
            Document::read("ovh-dedicated-server.openapi.json")?,
            Document::read("ovh-me.openapi.json")?,
            Document::read("ovh-v1-extras.json")?,
        ];
        let (first, second) = (older("ovh-auth.json")?, older("ovh-notification-v2.json")?);
        Some(Self { openapi, first, second, rights: Document::read("ovh-v2-iam.json")? })
    }

    fn of_request(&self, seen: &Seen) -> Vec<String> {
        let whole = path(seen);
        if whole == "/auth/oauth2/token" {
            return token_request(seen);
        }
        if let Some(below) = whole.strip_prefix("/v2") {
            return match self.rights.operation(seen.method.as_str(), below) {
                Some(operation) => in_openapi(&self.rights, &operation, seen),
                None => self.second.of_request(seen, below),
            };
        }
        let Some(below) = whole.strip_prefix("/1.0").or(whole.strip_prefix("/v1")) else {
            return vec!["is below no version".to_owned()];
        };
        let of_address = ["spam", "phishing"].map(|list| format!("%2F32/{list}"));
        if seen.method == "GET" && below.starts_with("/ip/") && of_address.iter().any(|list| below.ends_with(list)) {
            // Beside `antihack`, which is in a file, and asked alike.
            return Vec::new();
        }
        if seen.method == "GET" && below.starts_with("/support/tickets") {
            return search_for_a_ticket(seen, below);
        }
        if below.starts_with("/auth/") {
            return self.first.of_request(seen, below);
        }
        let found = self.openapi.iter().find_map(|file| Some((file, file.operation(seen.method.as_str(), below)?)));
        match found {
            Some((file, operation)) => in_openapi(file, &operation, seen),
            None => vec!["there is no such operation".to_owned()],
        }
    }
}

fn in_openapi(file: &Document, operation: &document::Operation, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    for (_, value, schema) in &operation.path {
        wrong.extend(file.complaints(schema, &typed(value, schema), strict));
    }
    for (name, value) in query(seen) {
        match operation.query.get(&name) {
            Some(schema) => wrong.extend(file.complaints(schema, &typed(&value, schema), strict)),
            None => wrong.push(format!("the query has an unknown {name:?}")),
        }
    }
    let schema = &operation.body["content"]["application/json"]["schema"];
    match body(seen) {
        Body::Nothing if operation.body["required"] == true => wrong.push("it has no body".to_owned()),
        Body::Nothing => {}
        Body::Json(_) if schema.is_null() => wrong.push("it has a body".to_owned()),
        Body::Json(json) => wrong.extend(file.complaints(schema, &json, strict)),
        Body::Multipart(..) => wrong.push("it is a form".to_owned()),
        Body::Wrong(why) => wrong.push(why),
    }
    wrong
}

/// OpenAPI 3.0 as JSON Schema: `nullable` spelt out, unknown fields refused, and those that cannot be written refused too.
fn strict(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return match schema {
            Value::Array(items) => items.iter().map(strict).collect(),
            plain => plain.clone(),
        };
    };
    if fields.get("readOnly") == Some(&json!(true)) {
        return json!(false);
    }
    let mut fields: Map<String, Value> = fields.iter().map(|(key, value)| (key.clone(), strict(value))).collect();
    if fields.contains_key("properties") {
        fields.insert("additionalProperties".to_owned(), json!(false));
    }
    match fields.remove("nullable") {
        Some(Value::Bool(true)) => json!({ "anyOf": [fields, { "type": "null" }] }),
        _ => Value::Object(fields),
    }
}

impl Older {
    /// Bernard only reads here: a body is always wrong.
    fn of_request(&self, seen: &Seen, below: &str) -> Vec<String> {
        let template = best_template(self.apis.iter().map(|api| api.path.as_str()), below);
        let operations =
            self.apis.iter().filter(|api| Some(api.path.as_str()) == template).flat_map(|api| &api.operations);
        let Some(operation) = operations.into_iter().find(|known| known["httpMethod"] == seen.method.as_str()) else {
            return vec!["there is no such operation".to_owned()];
        };
        let mut wrong = Vec::new();
        for (name, value) in query(seen) {
            let known = operation["parameters"].as_array().into_iter().flatten();
            match known.into_iter().find(|known| known["paramType"] == "query" && known["name"] == name.as_str()) {
                Some(parameter) => {
                    let schema = self.schema(parameter["fullType"].as_str().unwrap_or_default());
                    wrong.extend(document::complaints(&schema, &typed(&value, &schema)));
                }
                None => wrong.push(format!("the query has an unknown {name:?}")),
            }
        }
        if !matches!(body(seen), Body::Nothing) {
            wrong.push("it has a body".to_owned());
        }
        wrong
    }

    fn schema(&self, kind: &str) -> Value {
        // Lists in a query come one by one.
        let kind = kind.trim_end_matches("[]");
        match (kind, self.models.get(kind)) {
            (_, Some(model)) if model.get("enum").is_some() => json!({ "enum": model["enum"] }),
            ("long", _) => json!({ "type": "integer" }),
            ("boolean", _) => json!({ "type": "boolean" }),
            ("datetime", _) => {
                json!({ "type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$" })
            }
            _ => json!({ "type": "string" }),
        }
    }
}

/// The search for a ticket is in none of these files; its query is OVHcloud's as its own programs ask it.
fn search_for_a_ticket(seen: &Seen, below: &str) -> Vec<String> {
    let names: Vec<String> = query(seen).into_iter().map(|(name, _)| name).collect();
    let one = below.strip_prefix("/support/tickets/").is_some_and(|id| id.parse::<u64>().is_ok());
    let right = match one {
        true => names.is_empty(),
        false => below == "/support/tickets" && names == ["serviceName", "minCreationDate", "subject"],
    };
    if right { Vec::new() } else { vec![format!("it asks for {names:?}")] }
}

/// The OAuth2 token's form is in no schema; OVHcloud's guide has these four fields.
fn token_request(seen: &Seen) -> Vec<String> {
    let mut names: Vec<String> = form_urlencoded::parse(&seen.body).map(|(name, _)| name.into_owned()).collect();
    names.sort_unstable();
    let right = seen.method == "POST" && names == ["client_id", "client_secret", "grant_type", "scope"];
    if right { Vec::new() } else { vec![format!("the form holds {names:?}")] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::request;

    const CHECK: &str =
        "/v2/iam/resource/urn:v1:eu:resource:dedicatedServer:ns1111111.ip-203-0-113.eu/authorization/check";
    const SERVER: &str = "/1.0/dedicated/server/ns1111111.ip-203-0-113.eu";

    #[test]
    fn what_ovhcloud_would_refuse_is_noticed() {
        if document::text("ovh-auth.json").is_none() {
            return;
        }
        let history = "/v2/notification/history?createdAfter=2026-01-01T00:00:00Z&titleContains=ns1";
        let good = [
            request("PUT", SERVER, &json!({ "bootId": 1, "rescueMail": null })),
            request("GET", &format!("{SERVER}/task?function=hardReboot&status=todo"), &Value::Null),
            request("POST", &format!("{SERVER}/reboot"), &Value::Null),
            request("GET", "/1.0/auth/time", &Value::Null),
            request("GET", history, &Value::Null),
            request("POST", CHECK, &json!({ "actions": ["dedicatedServer:apiovh:get"] })),
        ];
        assert_eq!(violations(&good), Vec::<String>::new());
        for (wrong, what) in [
            (request("PUT", SERVER, &json!({ "bootId": "1" })), "an id that is a text"),
            (request("PUT", SERVER, &json!({ "bootID": 1 })), "an unknown field"),
            (request("PUT", SERVER, &json!({ "name": "ns2" })), "a field that cannot be written"),
            (request("PUT", SERVER, &json!({ "monitoring": null })), "a null where none may be"),
            (request("POST", &format!("{SERVER}/reboot"), &json!({})), "a body"),
            (request("GET", &format!("{SERVER}/task?function=reboot"), &Value::Null), "a word that is none"),
            (request("GET", &format!("{SERVER}/task/latest"), &Value::Null), "an id that is none"),
            (request("GET", "/1.0/dedicated/servers", &Value::Null), "an unknown path"),
            (request("POST", "/1.0/auth/time", &Value::Null), "an unknown method"),
            (request("GET", "/v2/notification/history?createdAfter=today", &Value::Null), "no date"),
            (
                request("POST", CHECK, &json!({ "action": "dedicatedServer:apiovh:get" })),
                "an unknown field of the check",
            ),
            (request("POST", "/1.0/secret/retrieve", &json!({ "id": "x" })), "what Bernard never calls"),
            (request("POST", "/auth/oauth2/token", &json!({})), "a token without its form"),
        ] {
            assert!(!violations(&[wrong]).is_empty(), "{what}");
        }
    }
}
