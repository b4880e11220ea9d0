//! What we answer, held against OVHcloud's published schemas: every field is there, none is unknown, every value fits.
//!
//! The schemas are not part of the project. They are looked for in the folder that `BERNARD_SHARED` names, else beside the
//! checkout; without them the test says aloud that it was skipped.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Map, Value, json};
use sim::ovh::Ovh;

use crate::caller::Caller;

/// The document, if the schemas are there.
fn document(name: &str) -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared");
    let named = std::env::var("BERNARD_SHARED").ok();
    let folders = named.as_deref().into_iter().chain([concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"), beside]);
    let text = folders.map(|folder| PathBuf::from(folder).join("data").join(name)).find_map(|path| fs::read(path).ok());
    if text.is_none() {
        eprintln!("SKIPPED: OVHcloud's schema {name} is not here");
    }
    Some(serde_json::from_slice(&text?).unwrap())
}

/// OpenAPI 3.0 as JSON Schema: `nullable` spelt out, and every known field demanded.
fn strict(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return match schema {
            Value::Array(items) => items.iter().map(strict).collect(),
            plain => plain.clone(),
        };
    };
    let mut fields: Map<String, Value> = fields.iter().map(|(key, value)| (key.clone(), strict(value))).collect();
    if let Some(Value::Object(properties)) = fields.get("properties") {
        let names: Value = properties.keys().cloned().collect();
        fields.insert("required".into(), names);
        fields.insert("additionalProperties".into(), json!(false));
    }
    match fields.remove("nullable") {
        Some(Value::Bool(true)) => json!({"anyOf": [fields, {"type": "null"}]}),
        _ => Value::Object(fields),
    }
}

/// A validator for one schema of an OpenAPI document.
fn openapi(document: &Value, schema: &Value) -> jsonschema::Validator {
    let whole = json!({"components": strict(&document["components"]), "allOf": [strict(schema)]});
    jsonschema::options().build(&whole).unwrap()
}

/// A validator for one model of OVHcloud's older format.
fn model(document: &Value, name: &str) -> jsonschema::Validator {
    let models = document["models"].as_object().unwrap();
    let all: Map<String, Value> =
        models.iter().map(|(name, model)| (name.clone(), translated(model, models))).collect();
    let whole = json!({"models": all, "$ref": format!("#/models/{name}")});
    jsonschema::options().build(&whole).unwrap()
}

fn translated(model: &Value, models: &Map<String, Value>) -> Value {
    if let Some(words) = model.get("enum") {
        return json!({"enum": words});
    }
    let no_fields = Map::new();
    let fields = model["properties"].as_object().unwrap_or(&no_fields);
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, field)| {
            let plain = typed(field["fullType"].as_str().or(field["type"].as_str()).unwrap(), models);
            let nullable = field["canBeNull"] == true;
            (name.clone(), if nullable { json!({"anyOf": [plain, {"type": "null"}]}) } else { plain })
        })
        .collect();
    let names: Vec<_> = properties.keys().cloned().collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

fn typed(name: &str, models: &Map<String, Value>) -> Value {
    if let Some(item) = name.strip_suffix("[]") {
        return json!({"type": "array", "items": typed(item, models)});
    }
    match name {
        known if models.contains_key(known) => json!({"$ref": format!("#/models/{known}")}),
        "long" => json!({"type": "integer"}),
        "boolean" => json!({"type": "boolean"}),
        "datetime" => json!({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}),
        _ => json!({"type": "string"}),
    }
}

#[track_caller]
fn fits(validator: &jsonschema::Validator, what: &str, body: &Value) {
    let wrong: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{what} is not OVHcloud's: {wrong:#?}\n{body:#}");
}

#[tokio::test]
async fn answers_about_servers_are_as_the_schema_has_them() {
    let Some(document) = document("ovh-dedicated-server.openapi.json") else { return };
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.freeze();
    let mut checked = Vec::new();
    for server in ["web-1", "db-1"] {
        let base = format!("/dedicated/server/{}", ovh.service_name(server));
        ovh.netboot_by_somebody(server, Some(ovh.boot_id(server, "rescue12-customer")));
        let reboot = caller.call("POST", &format!("{base}/reboot"), "").await.body;
        let asked = json!({"type": "kvmipHtml5URL", "ttl": 15}).to_string();
        let console = caller.call("POST", &format!("{base}/features/ipmi/access"), &asked).await.body;
        let test = json!({"type": "http", "ttl": 5}).to_string();
        let test = caller.call("POST", &format!("{base}/features/ipmi/test"), &test).await.body;
        let other = if server == "web-1" { "db-1" } else { "web-1" };
        let freed = format!("/dedicated/server/{}/features/ipmi/resetSessions", ovh.service_name(other));
        let freed = caller.call("POST", &freed, "").await.body;
        ovh.plan_intervention(server, Duration::from_secs(3_600));
        ovh.intervened(server, Duration::from_secs(86_400));
        ovh.advance(Duration::from_millis(10));
        let calls = [
            ("GET", "/boot?bootType=rescue".to_owned(), "/boot"),
            ("GET", "/boot/1".to_owned(), "/boot/{bootId}"),
            ("GET", "/task".to_owned(), "/task"),
            ("GET", format!("/task/{}", reboot["taskId"]), "/task/{taskId}"),
            ("GET", "/ongoing".to_owned(), "/ongoing"),
            ("GET", "/intervention".to_owned(), "/intervention"),
            ("GET", "/plannedIntervention".to_owned(), "/plannedIntervention"),
            ("GET", "/plannedIntervention/7000".to_owned(), "/plannedIntervention/{interventionId}"),
            ("GET", "/intervention/7001".to_owned(), "/intervention/{interventionId}"),
            ("GET", "/specifications/hardware".to_owned(), "/specifications/hardware"),
            ("GET", "/serviceInfos".to_owned(), "/serviceInfos"),
            ("GET", "/features/ipmi".to_owned(), "/features/ipmi"),
            ("GET", String::new(), ""),
        ];
        let after = [
            ("GET", format!("/task/{}", reboot["taskId"]), "/task/{taskId}"),
            ("GET", format!("/task/{}", console["taskId"]), "/task/{taskId}"),
            ("GET", "/features/ipmi/access?type=kvmipHtml5URL".to_owned(), "/features/ipmi/access"),
            ("GET", format!("/task/{}", test["taskId"]), "/task/{taskId}"),
            ("GET", "/features/ipmi/test?type=http".to_owned(), "/features/ipmi/test"),
            ("POST", "/authenticationSecret".to_owned(), "/authenticationSecret"),
        ];
        checked.push(("POST", "/reboot", reboot));
        checked.push(("POST", "/features/ipmi/access", console));
        checked.push(("POST", "/features/ipmi/test", test));
        checked.push(("POST", "/features/ipmi/resetSessions", freed));
        for (method, path, template) in calls.into_iter().chain(after) {
            if template == "/features/ipmi/access" {
                ovh.advance(Duration::from_secs(1));
            }
            let answer = caller.call(method, &format!("{base}{path}"), "").await;
            assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
            checked.push((method, template, answer.body));
        }
    }
    let secrets = checked.iter().filter(|(_, template, _)| *template == "/authenticationSecret");
    assert!(secrets.into_iter().all(|(.., body)| body.as_array().is_some_and(|accesses| !accesses.is_empty())));
    for (method, template, body) in checked {
        let path = format!("/dedicated/server/{{serviceName}}{template}");
        let operation = &document["paths"][&path][method.to_lowercase()];
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path} has no schema");
        fits(&openapi(&document, schema), &format!("{method} {path}"), &body);
    }
}

#[tokio::test]
async fn a_ticket_the_log_and_a_mitigation_are_answered_as_the_schema_has_them() {
    let Some(extras) = document("ovh-v1-extras.json") else { return };
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let wanted = json!({
        "subject": "a task failed",
        "body": "It failed.",
        "serviceName": ovh.service_name("web-1"),
        "product": "dedicated",
        "category": "incident",
    });
    let asked =
        &extras["paths"]["/support/tickets/create"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert!(
        jsonschema::options()
            .build(&json!({"components": extras["components"], "allOf": [asked]}))
            .unwrap()
            .is_valid(&wanted)
    );
    let opened = caller.call("POST", "/support/tickets/create", &wanted.to_string()).await;
    assert_eq!(opened.status, 200, "{opened:?}");
    fits(&openapi(&extras, &json!({"$ref": "#/components/schemas/support.NewMessageInfo"})), "a ticket", &opened.body);
    let listed = caller.get("/support/tickets?subject=task").await;
    assert_eq!(listed, json!([opened.body["ticketId"]]));
    assert_eq!(caller.get("/support/tickets?subject=other").await, json!([]));
    let whole = caller.get(&format!("/support/tickets/{}", opened.body["ticketId"])).await;
    assert_eq!(whole["ticketNumber"], opened.body["ticketNumber"]);
    for nothing in [
        json!({"subject": "", "body": "x"}),
        json!({"body": "x"}),
        json!({"subject": "x", "body": "x", "product": "car"}),
    ] {
        assert_eq!(caller.call("POST", "/support/tickets/create", &nothing.to_string()).await.status, 400);
    }
    assert_eq!(ovh.tickets().len(), 1);
    let model = |name: &str| openapi(&extras, &json!({"$ref": format!("#/components/schemas/{name}")}));
    let logged = caller.get("/me/api/logs/self").await;
    let entry = caller.get(&format!("/me/api/logs/self/{}", logged[0])).await;
    assert_eq!((&entry["method"], &entry["path"]), (&json!("POST"), &json!("/support/tickets/create")));
    fits(&model("api.Log"), "an entry of the log", &entry);
    ovh.mitigate("web-1");
    let ip = caller.get(&format!("/dedicated/server/{}", ovh.service_name("web-1"))).await["ip"].clone();
    let ip = ip.as_str().expect("an address");
    let mitigated = caller.get(&format!("/ip/{ip}%2F32/mitigation/{ip}")).await;
    fits(&model("ip.MitigationIp"), "a mitigation", &mitigated);
}

#[tokio::test]
async fn mails_notifications_and_credentials_are_as_the_schemas_have_them() {
    let (Some(me), Some(auth), Some(notification)) =
        (document("ovh-me.openapi.json"), document("ovh-auth.json"), document("ovh-notification-v2.json"))
    else {
        return;
    };
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.old_rescue_mail("web-1", Duration::from_secs(60));
    let mail = json!({"$ref": "#/components/schemas/nichandle.EmailNotification"});
    fits(&openapi(&me, &mail), "a mail", &caller.get("/me/notification/email/history/1").await);

    let keys = caller.get("/auth/currentCredential").await;
    fits(&model(&auth, "auth.ApiCredential"), "the credential", &keys);
    fits(&model(&auth, "auth.Details"), "the details", &caller.get("/auth/details").await);

    let history = Caller::of_version(&ovh, "/v2").get("/notification/history").await;
    fits(&model(&notification, "notification.history.Notification"), "a notification", &history[0]);
}
