//! Every published or schema-made example body is understood. The collection is not part of the project: build with
//! `BERNARD_SHARED` set to its folder, or have it beside the project.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{super::Credential, FarEnd, name, shown};
use crate::bodies;

fn examples() -> Option<Value> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = option_env!("BERNARD_SHARED").map_or_else(beside, PathBuf::from);
    let text = std::fs::read_to_string(folder.join("data/ovh-examples.json")).ok();
    if text.is_none() {
        eprintln!("skipped: no ovh-examples.json in {}", folder.display());
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

#[track_caller]
fn body<T: DeserializeOwned>(examples: &Value, name: &str) -> T {
    serde_json::from_value(examples[name]["body"].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_example_body_is_understood() {
    let Some(examples) = examples() else { return };
    assert!(body::<i64>(&examples, "auth_time") > 0);
    assert_eq!(body::<Vec<String>>(&examples, "server_list").len(), 1);
    let server = body::<bodies::Server>(&examples, "server").into_domain(name(), "main");
    assert_eq!(server.label(), "web-01");
    assert_eq!(server.reverse.as_deref(), Some(name().as_str()));
    body::<Vec<u64>>(&examples, "boot_ids_rescue");
    for boot in ["boot_harddisk", "boot_rescue_linux", "boot_rescue_windows", "boot_ipxe_shell", "boot_power"] {
        body::<bodies::Boot>(&examples, boot);
    }
    for task in ["reboot_task", "ipmi_access_post"] {
        assert!(bernard_domain::server::Task::from(body::<bodies::Task>(&examples, task)).started.is_some());
    }
    let hardware: bodies::Hardware = body(&examples, "hardware");
    assert_eq!(hardware.memory_size.read().unwrap().megabytes(), Some(524_288));
    let access: Vec<bodies::Access> = body(&examples, "authentication_secret");
    assert!(matches!(access[0].password, bernard_untrusted::lenient::Field::Read(_)));
    body::<Vec<u64>>(&examples, "email_history");
    assert!(body::<bodies::Mail>(&examples, "email_history_item").subject.read().unwrap().contains("[ns1111111"));
    assert!(body::<bodies::Ipmi>(&examples, "ipmi").activated.read().unwrap());
    assert!(body::<bodies::IpmiAccess>(&examples, "ipmi_access_get").expiration.read().is_some());
}

#[tokio::test]
async fn every_example_refusal_is_told_in_its_own_words() {
    let Some(examples) = examples() else { return };
    let errors = examples["errors"].as_object().unwrap();
    for (which, example) in errors {
        let Some(status) = example["status"].as_u64() else { continue };
        let far_end = FarEnd::start().await;
        let body = example["body_text"].as_str().map_or_else(|| example["body"].to_string(), str::to_owned);
        let status = u16::try_from(status).unwrap();
        far_end.server.faults().always().answer("POST", "/authenticationSecret", status, &[], body.as_bytes());
        let error = far_end.client().authentication_secrets(&name()).await.unwrap_err();
        let said = shown(&error);
        assert!(said.contains(&status.to_string()), "{which}: {said}");
        if let Some(message) = example["body"]["message"].as_str() {
            assert!(said.contains(message), "{which}: {said}");
        }
        assert_eq!(error.is_refusal(), status < 500, "{which}");
        assert_eq!(error.is_credential(), matches!(status, 401 | 403), "{which}");
        assert_eq!(error.is_expired_service(), status == 460, "{which}");
    }
}

#[test]
fn our_own_credentials_are_understood() {
    let credential: Credential = serde_json::from_value(serde_json::json!({
        "status": "validated", "expiration": null, "creation": "2026-01-01T00:00:00+01:00", "credentialId": 1,
        "rules": [{"method": "GET", "path": "/dedicated/server/*"}],
    }))
    .unwrap();
    assert_eq!(credential.rules[0].path, "/dedicated/server/*");
}
