//! OVHcloud's bodies as they come, and what they become.
//!
//! Lenient where it is harmless: unknown fields are ignored, a missing or null field that nothing decides on has a plain
//! default, unknown words are kept. Strict where a guess could hurt: ids, kernels, the state of a server or task.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{
    answer::one_line,
    service::{self, Service},
};
use crate::rescue::{
    known::Planned,
    server::{self, BootId, ServiceName, TaskId},
    start::BootScript,
};

/// `null` counts as missing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// A date that cannot be read counts as missing: OVHcloud has been seen to leave odd ones, and ids decide, not dates.
fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// Text that says something, or nothing.
fn some_text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Server {
    pub(super) name: String,
    state: String,
    boot_id: Option<u64>,
    boot_script: Option<String>,
    efi_bootloader_path: Option<String>,
    root_device: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    os: String,
    power_state: Option<String>,
    ip: Option<String>,
    reverse: Option<String>,
    rescue_mail: Option<String>,
    rescue_ssh_key: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    monitoring: bool,
    #[serde(default, deserialize_with = "or_default")]
    no_intervention: bool,
    datacenter: Option<String>,
    iam: Option<Iam>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Iam {
    display_name: Option<String>,
    /// `null` inside a present `iam` means none; only a missing `iam` means that nobody knows.
    #[serde(default, deserialize_with = "or_default")]
    tags: BTreeMap<String, String>,
}

impl Server {
    /// The server of that name in that account.
    pub(super) fn into_domain(self, name: ServiceName, account: &str) -> server::Server {
        let (display_name, tags) = match self.iam {
            Some(iam) => (some_text(iam.display_name), Some(iam.tags)),
            None => (None, None),
        };
        let reverse = self.reverse.map(|reverse| reverse.trim_end_matches('.').to_owned());
        server::Server {
            account: account.to_owned(),
            display_name: display_name.filter(|shown| shown != name.as_str()),
            tags,
            ip: some_text(self.ip),
            reverse: some_text(reverse),
            os: self.os,
            state: self.state,
            power_state: some_text(self.power_state),
            boot: self.boot_id.map(BootId),
            boot_script: self.boot_script.and_then(BootScript::new),
            efi_bootloader_path: some_text(self.efi_bootloader_path),
            root_device: some_text(self.root_device),
            rescue_mail: self.rescue_mail,
            rescue_ssh_key: self.rescue_ssh_key,
            monitoring: self.monitoring,
            no_intervention: self.no_intervention,
            datacenter: some_text(self.datacenter),
            name,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Boot {
    boot_id: u64,
    boot_type: String,
    kernel: String,
    #[serde(default, deserialize_with = "or_default")]
    description: String,
}

impl From<Boot> for server::Boot {
    fn from(boot: Boot) -> Self {
        let Boot { boot_id, boot_type, kernel, description } = boot;
        Self { id: BootId(boot_id), boot_type, kernel, description }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    task_id: u64,
    #[serde(default, deserialize_with = "or_default")]
    function: String,
    status: String,
    comment: Option<String>,
    #[serde(default, deserialize_with = "date")]
    start_date: Option<Timestamp>,
    #[serde(default, deserialize_with = "date")]
    done_date: Option<Timestamp>,
}

impl From<Task> for server::Task {
    fn from(task: Task) -> Self {
        Self {
            id: TaskId(task.task_id),
            function: task.function,
            status: task.status.into(),
            // It is shown in the channel, so it holds no more than an error's words may.
            comment: some_text(task.comment).map(|comment| one_line(&comment)),
            started: task.start_date,
            ended: task.done_date,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hardware {
    pub(super) memory_size: Option<Size>,
}

#[derive(Deserialize)]
pub(super) struct Size {
    unit: String,
    value: u64,
}

impl Size {
    /// In MB; `None` in a unit that nobody knows.
    pub(super) fn megabytes(&self) -> Option<u64> {
        match self.unit.to_ascii_uppercase().as_str() {
            "MB" | "MIB" => Some(self.value),
            "GB" | "GIB" => self.value.checked_mul(1024),
            "TB" | "TIB" => self.value.checked_mul(1024 * 1024),
            _ => None,
        }
    }
}

/// An entry of `authenticationSecret`; `password` holds the id of a secret.
#[derive(Deserialize)]
pub(super) struct Access {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) user: Option<String>,
    pub(super) url: Option<String>,
    pub(super) password: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Mail {
    pub(super) id: u64,
    pub(super) date: Timestamp,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) subject: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ipmi {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) activated: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) supported_features: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct IpmiAccess {
    pub(super) value: Option<String>,
    #[serde(default, deserialize_with = "date")]
    pub(super) expiration: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct ServiceInfos {
    expiration: Option<jiff::civil::Date>,
    renew: Option<Renew>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renew {
    automatic: Option<bool>,
    delete_at_expiration: Option<bool>,
}

impl From<ServiceInfos> for Service {
    fn from(infos: ServiceInfos) -> Self {
        let renewed = infos.renew.and_then(|renew| {
            // A service that is renewed and then deleted is not renewed.
            renew.automatic.map(|automatic| automatic && renew.delete_at_expiration != Some(true))
        });
        Self { expires: infos.expiration, renewed }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlannedIntervention {
    id: u64,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    kind: String,
    #[serde(default, deserialize_with = "or_default")]
    status: String,
    #[serde(default, deserialize_with = "date")]
    wanted_start_date: Option<Timestamp>,
    #[serde(default, deserialize_with = "date")]
    expected_end_date: Option<Timestamp>,
}

impl PlannedIntervention {
    /// A status that nobody knows is not over.
    pub(super) fn unless_over(self) -> Option<Planned> {
        let over = self.status == "done";
        let Self { id, kind, wanted_start_date, expected_end_date, .. } = self;
        (!over).then(|| Planned { id, kind: one_line(&kind), begins: wanted_start_date, ends: expected_end_date })
    }
}

#[derive(Deserialize)]
pub(super) struct Intervention {
    #[serde(rename = "interventionId")]
    id: u64,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    kind: String,
    #[serde(default, deserialize_with = "date")]
    date: Option<Timestamp>,
}

impl From<Intervention> for service::Intervention {
    fn from(read: Intervention) -> Self {
        Self { id: read.id, kind: one_line(&read.kind), began: read.date }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn name() -> ServiceName {
        ServiceName::try_from("ns1111111.ip-203-0-113.eu".to_owned()).unwrap()
    }

    fn server(with: Value) -> server::Server {
        let mut body = json!({
            "name": "ns1111111.ip-203-0-113.eu", "state": "ok", "os": "win2022-std_64", "bootId": 1,
            "powerState": "poweron", "ip": "203.0.113.100", "reverse": "web.example.", "monitoring": true,
            "noIntervention": false, "datacenter": "gra3", "rescueMail": null, "rescueSshKey": null,
            "aFieldOfTheFuture": {"a": [1]},
            "iam": {"displayName": "web-01", "tags": {"env": "prod"}, "id": "x", "urn": "y"},
        });
        body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        from_value::<Server>(body).unwrap().into_domain(name(), "main")
    }

    #[test]
    fn a_server_is_read_whole() {
        let server = server(json!({}));
        assert_eq!(server.display_name.as_deref(), Some("web-01"));
        assert_eq!(server.reverse.as_deref(), Some("web.example"), "without the final dot");
        assert_eq!(server.tags.unwrap()["env"], "prod");
        assert_eq!(server.boot, Some(BootId(1)));
        assert!(server.monitoring && !server.no_intervention);
    }

    #[test]
    fn what_may_be_null_may_be_null() {
        let server = server(json!({
            "bootId": null, "reverse": null, "ip": null, "os": null, "powerState": null, "monitoring": null,
            "datacenter": null, "iam": {"displayName": "ns1111111.ip-203-0-113.eu", "tags": null},
        }));
        assert_eq!((server.boot, server.reverse, server.display_name), (None, None, None));
        assert_eq!(server.tags, Some(BTreeMap::new()), "known to have none");
    }

    #[test]
    fn without_iam_nobody_knows_the_tags() {
        assert_eq!(server(json!({"iam": null})).tags, None);
    }

    #[test]
    fn a_task_is_read_with_its_offset_and_its_unknown_word() {
        let task: server::Task = from_value::<Task>(json!({
            "taskId": 123_456_789, "function": "hardReboot", "status": "paused", "comment": "Reboot asked",
            "startDate": "2024-01-26T17:57:10+01:00", "doneDate": null, "tags": null, "needSchedule": false,
        }))
        .unwrap()
        .into();
        assert_eq!(task.started, Some("2024-01-26T16:57:10Z".parse().unwrap()));
        assert_eq!(task.status.as_str(), "paused");
        let bare = from_value::<Task>(json!({"taskId": 1, "status": "done", "startDate": "yesterday"})).unwrap();
        assert_eq!(server::Task::from(bare).started, None);
    }

    #[test]
    fn a_tasks_comment_carries_no_link() {
        let comment = "done, see https://www.ovh.com/manager/secret/#?id=fake";
        let task = from_value::<Task>(json!({"taskId": 1, "status": "done", "comment": comment})).unwrap();
        assert_eq!(server::Task::from(task).comment.as_deref(), Some("done, see [link]"));
    }

    #[test]
    fn memory_is_counted_in_megabytes() {
        let size = |unit: &str, value| Size { unit: unit.to_owned(), value }.megabytes();
        assert_eq!(size("MB", 32_768), Some(32_768));
        assert_eq!(size("GB", 16), Some(16_384));
        assert_eq!(size("pages", 16), None);
    }
}
