//! `/dedicated/server`: reading servers and their netboots, and the one call that changes them.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{Answer, Shared, number, pages};
use crate::{
    net::lock,
    ovh::{
        machine::{Machine, Settings},
        refusal::Refusal,
        spec::{Installed, Netboot},
    },
};

/// The boot types that can be asked for (schema `dedicated.server.BootTypeEnum`).
const BOOT_TYPES: [&str; 5] = ["harddisk", "internal", "network", "power", "rescue"];
/// The states that can be written (schema `dedicated.server.StateEnum`).
const STATES: [&str; 4] = ["error", "hacked", "hackedBlocked", "ok"];
/// Fields that a body may hold and that are not written (schema, `readOnly`).
const READ_ONLY: [&str; 16] = [
    "availabilityZone",
    "commercialRange",
    "datacenter",
    "iam",
    "ip",
    "linkSpeed",
    "name",
    "newUpgradeSystem",
    "os",
    "powerState",
    "professionalUse",
    "rack",
    "region",
    "reverse",
    "serverId",
    "supportLevel",
];

pub(super) async fn list(State(world): State<Shared>, headers: HeaderMap) -> Answer<Response> {
    let world = lock(&world);
    if pages::asks_for_objects(&world.lists, &headers)? {
        return Ok(pages::numbered(&world.lists, &headers, |skipped, most| world.rows(skipped, most)));
    }
    let names: Vec<String> = world.listed().map(|machine| machine.spec.name.clone()).collect();
    Ok(Json(names).into_response())
}

pub(super) async fn read(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    let now = world.clock.instant();
    Ok(Json(world.machine(&name)?.body(now)))
}

/// Writes the fields that are given, all of them or none; answers `null`.
pub(super) async fn write(State(world): State<Shared>, Path(name): Path<String>, body: Bytes) -> Answer {
    let mut world = lock(&world);
    let machine = world.machine(&name)?;
    let fields: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|_| Refusal::BadRequest("Invalid JSON received".to_owned()))?;
    let mut settings = machine.settings.clone();
    for (field, value) in &fields {
        change(machine, &mut settings, field, value)?;
    }
    exclude(machine, &mut settings, &fields);
    if fields.contains_key("rescueMail") && machine.forgets_mail > 0 {
        machine.forgets_mail -= 1;
        settings.rescue_mail = machine.settings.rescue_mail.clone();
    }
    machine.settings = settings;
    Ok(Json(Value::Null))
}

/// A netboot and a script of one's own stand for each other: whichever is written empties the other.
fn exclude(machine: &Machine, settings: &mut Settings, fields: &Map<String, Value>) {
    let given = |field: &str| fields.get(field).is_some_and(|value| !value.is_null() && *value != "");
    if given("bootScript") {
        settings.boot_id = None;
        let kept = settings.boot_script.take().unwrap_or_default();
        settings.boot_script = Some(kept.chars().take(machine.keeps_of_scripts).collect());
    } else if given("bootId") {
        settings.boot_script = None;
    }
    if given("bootId") && machine.forgets_others {
        settings.efi_bootloader_path = fields.get("efiBootloaderPath").and_then(Value::as_str).map(str::to_owned);
        settings.monitoring = fields.get("monitoring").and_then(Value::as_bool).unwrap_or(false);
    }
}

fn change(machine: &Machine, settings: &mut Settings, field: &str, value: &Value) -> Result<(), Refusal> {
    let wrong = || Refusal::BadRequest(format!("Invalid value for parameter {field}"));
    let flag = || value.as_bool().ok_or_else(wrong);
    let text = || match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(wrong()),
    };
    match field {
        "bootId" if value.is_null() => settings.boot_id = None,
        "bootId" => settings.boot_id = Some(value.as_u64().filter(|id| machine.boot(*id).is_some()).ok_or_else(wrong)?),
        "bootScript" => settings.boot_script = text()?,
        "efiBootloaderPath" => settings.efi_bootloader_path = text()?,
        "rootDevice" => settings.root_device = text()?,
        "rescueMail" => settings.rescue_mail = text()?,
        "rescueSshKey" => settings.rescue_ssh_key = text()?,
        "monitoring" => settings.monitoring = flag()?,
        "noIntervention" => settings.no_intervention = flag()?,
        "state" => settings.state = value.as_str().filter(|state| STATES.contains(state)).ok_or_else(wrong)?.to_owned(),
        known if READ_ONLY.contains(&known) => {}
        unknown => return Err(Refusal::BadRequest(format!("Invalid parameter: {unknown}"))),
    }
    Ok(())
}

pub(super) async fn boots(
    State(world): State<Shared>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer<Response> {
    let mut world = lock(&world);
    let asks = pages::asks_for_objects(&world.lists, &headers)?;
    let lists = world.lists.clone();
    let machine = world.machine(&name)?;
    let wanted = query.get("bootType").map(String::as_str);
    if let Some(unknown) = wanted.filter(|wanted| !BOOT_TYPES.contains(wanted)) {
        return Err(Refusal::BadRequest(format!("Invalid value for parameter bootType: {unknown}")));
    }
    let fits = |boot_type: &str| wanted.is_none_or(|wanted| wanted == boot_type);
    let boots = machine.spec.boots.iter().filter(|boot| fits(&boot.boot_type));
    if asks {
        let boots: Vec<Value> = boots.map(entry).collect();
        let rows = |skipped, most| (boots.iter().skip(skipped).take(most).cloned().collect(), boots.len());
        return Ok(pages::numbered(&lists, &headers, rows));
    }
    Ok(Json(boots.map(|boot| boot.id).collect::<Vec<u64>>()).into_response())
}

fn entry(boot: &Netboot) -> Value {
    json!({
        "bootId": boot.id,
        "bootType": boot.boot_type,
        "kernel": boot.kernel,
        "description": boot.description,
    })
}

pub(super) async fn boot(State(world): State<Shared>, Path((name, id)): Path<(String, String)>) -> Answer {
    let mut world = lock(&world);
    let machine = world.machine(&name)?;
    let boot = number(&id).ok().and_then(|id| machine.boot(id));
    let boot = boot.ok_or_else(|| Refusal::NotFound("bootId", id.clone()))?;
    Ok(Json(entry(boot)))
}

pub(super) async fn hardware(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    let spec = &world.machine(&name)?.spec;
    let legacy = spec.installed == Installed::Linux;
    Ok(Json(json!({
        "bootMode": if legacy { "uefi-legacy" } else { "uefi" },
        "coresPerProcessor": 8,
        "defaultHardwareRaidSize": null,
        "defaultHardwareRaidType": null,
        "description": "RISE-3 - AMD Ryzen 7",
        "diskGroups": [{
            "defaultHardwareRaidSize": null,
            "defaultHardwareRaidType": null,
            "description": "2 X Disk NVME 512 GB, JBOD",
            "diskGroupId": 1,
            "diskSize": {"unit": "GB", "value": 512},
            "diskType": "NVME",
            "numberOfDisks": 2,
            "raidController": null,
        }],
        "expansionCards": null,
        "formFactor": "1u",
        "memorySize": {"unit": "MB", "value": spec.memory_mb},
        "motherboard": "X470D4U2",
        "numberOfProcessors": 1,
        "processorArchitecture": "x86_64",
        "processorName": "Ryzen7-5800X",
        "threadsPerProcessor": 16,
        "usbKeys": null,
    })))
}

pub(super) async fn service_infos(State(world): State<Shared>, Path(name): Path<String>) -> Answer {
    let mut world = lock(&world);
    let machine = world.machine(&name)?;
    let asked = machine.flaps.as_mut().map(|asked| {
        *asked += 1;
        *asked
    });
    let renewed = machine.spec.renewed != asked.is_some_and(|asked| asked.is_multiple_of(2));
    Ok(Json(json!({
        "canDeleteAtExpiration": true,
        "contactAdmin": "xx11111-ovh",
        "contactBilling": "xx11111-ovh",
        "contactTech": "xx11111-ovh",
        "creation": "2025-03-01",
        "domain": machine.spec.name,
        "engagedUpTo": null,
        "expiration": machine.spec.expires_on,
        "possibleRenewPeriod": [1, 3, 6, 12],
        "renew": {
            "automatic": renewed,
            "deleteAtExpiration": false,
            "forced": false,
            "manualPayment": !machine.spec.renewed,
            "period": 1,
        },
        "renewalType": if machine.spec.renewed { "automaticV2016" } else { "manual" },
        "serviceId": machine.server_id + 90_000_000,
        "status": "ok",
    })))
}
