//! OVHcloud's bodies as they come, and what they become.
//!
//! Lenient where it is harmless: unknown fields are ignored, a [`Field`] that is missing, null or odd counts as not read, unknown
//! words are kept. Strict where a guess could hurt, because a deed decides by it or puts it back: ids, kernels, the state of a
//! server or task, the netboot, the boot script, mail and key.

use std::{collections::BTreeMap, net::IpAddr};

use bernard_domain::{
    inventory::known::Planned,
    server::{
        self, BootId, ServiceName, TaskId,
        start::{self, BootScript},
    },
};
use bernard_untrusted::{lenient::Field, shown, sieve::one_line};
use jiff::Timestamp;
use serde::Deserialize;

use super::odd::{Partly, odd_ones};

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
    rescue_mail: Option<String>,
    rescue_ssh_key: Option<String>,
    #[serde(default)]
    os: Field<String>,
    #[serde(default)]
    efi_bootloader_path: Field<String>,
    #[serde(default)]
    root_device: Field<String>,
    #[serde(default)]
    power_state: Field<String>,
    #[serde(default)]
    ip: Field<String>,
    #[serde(default)]
    reverse: Field<String>,
    #[serde(default)]
    monitoring: Field<bool>,
    #[serde(default)]
    no_intervention: Field<bool>,
    #[serde(default)]
    datacenter: Field<String>,
    #[serde(default)]
    iam: Field<Iam>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Iam {
    #[serde(default)]
    pub(super) display_name: Field<String>,
    /// `null` inside a present `iam` means none; only a missing or odd one means that nobody knows.
    #[serde(default)]
    pub(super) tags: Field<BTreeMap<String, String>>,
}

impl Iam {
    /// What the server `name` is called, if not by its name, and its tags. Rules speak of both: if either is odd, nobody knows the tags.
    pub(super) fn naming(self, name: &ServiceName) -> (Option<String>, Option<BTreeMap<String, String>>) {
        let is_odd = self.display_name.is_odd() || self.tags.is_odd();
        let display_name = some_text(self.display_name.read()).filter(|shown| shown != name.as_str());
        (display_name, (!is_odd).then(|| self.tags.read().unwrap_or_default()))
    }
}

impl Partly for Server {
    fn odd(&self) -> Vec<String> {
        let of_iam = |odd: fn(&Iam) -> bool| matches!(&self.iam, Field::Read(iam) if odd(iam));
        odd_ones([
            ("os", self.os.is_odd()),
            ("efiBootloaderPath", self.efi_bootloader_path.is_odd()),
            ("rootDevice", self.root_device.is_odd()),
            ("powerState", self.power_state.is_odd()),
            ("ip", matches!(&self.ip, Field::Odd) || matches!(&self.ip, Field::Read(ip) if is_no_address(ip))),
            ("reverse", self.reverse.is_odd()),
            ("monitoring", self.monitoring.is_odd()),
            ("noIntervention", self.no_intervention.is_odd()),
            ("datacenter", self.datacenter.is_odd()),
            ("iam", self.iam.is_odd()),
            ("iam.displayName", of_iam(|iam| iam.display_name.is_odd())),
            ("iam.tags", of_iam(|iam| iam.tags.is_odd())),
        ])
    }
}

/// Text where an address should be, and that is none.
fn is_no_address(text: &str) -> bool {
    !text.trim().is_empty() && shown::address(text).is_none()
}

impl Server {
    /// The server of that name in that account.
    pub(super) fn into_domain(self, name: ServiceName, account: &str) -> server::Server {
        let (display_name, tags) = self.iam.read().map_or((None, None), |iam| iam.naming(&name));
        let unread = [
            (start::Field::EfiBootloaderPath, self.efi_bootloader_path.is_odd()),
            (start::Field::RootDevice, self.root_device.is_odd()),
            (start::Field::NoIntervention, self.no_intervention.is_odd()),
        ];
        let unread = unread.into_iter().filter(|(_, is_odd)| *is_odd).map(|(field, _)| field).collect();
        let reverse = self.reverse.read().map(|reverse| reverse.trim_end_matches('.').to_owned());
        server::Server {
            account: account.to_owned(),
            display_name,
            tags,
            ip: self.ip.read().as_deref().and_then(shown::address).as_ref().map(IpAddr::to_string),
            reverse: some_text(reverse),
            os: self.os.read().unwrap_or_default(),
            state: self.state,
            power_state: some_text(self.power_state.read()),
            boot: self.boot_id.map(BootId),
            boot_script: self.boot_script.and_then(BootScript::new),
            efi_bootloader_path: some_text(self.efi_bootloader_path.read()),
            root_device: some_text(self.root_device.read()),
            unread,
            rescue_mail: self.rescue_mail,
            rescue_ssh_key: self.rescue_ssh_key,
            monitoring: self.monitoring.read(),
            no_intervention: self.no_intervention.read().unwrap_or_default(),
            datacenter: some_text(self.datacenter.read()),
            name,
        }
    }
}

/// An entry of the account's API log (schema `api.Log`).
#[derive(Deserialize)]
pub(super) struct ApiLogEntry {
    pub(super) date: Timestamp,
    pub(super) method: String,
    pub(super) path: String,
}

/// An address on which attacks are filtered out.
#[derive(Deserialize)]
pub(super) struct Mitigation {
    #[serde(default)]
    pub(super) auto: Field<bool>,
    #[serde(default)]
    pub(super) permanent: Field<bool>,
}

/// What of a server only support asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bought {
    #[serde(default)]
    pub(super) commercial_range: Field<String>,
    #[serde(default)]
    pub(super) rack: Field<String>,
    #[serde(default)]
    pub(super) support_level: Field<String>,
}

/// What opening a ticket answers (schema `support.NewMessageInfo`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenedTicket {
    pub(super) ticket_number: u64,
}

/// A ticket, as far as it is told by its subject.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ticket {
    pub(super) subject: String,
    pub(super) ticket_number: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Boot {
    boot_id: u64,
    boot_type: String,
    kernel: String,
    #[serde(default)]
    description: Field<String>,
}

impl Partly for Boot {
    fn odd(&self) -> Vec<String> {
        odd_ones([("description", self.description.is_odd())])
    }
}

impl From<Boot> for server::Boot {
    fn from(boot: Boot) -> Self {
        let Boot { boot_id, boot_type, kernel, description } = boot;
        Self { id: BootId(boot_id), boot_type, kernel, description: description.read().unwrap_or_default() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    task_id: u64,
    status: String,
    #[serde(default)]
    function: Field<String>,
    #[serde(default)]
    comment: Field<String>,
    // Without a zone a date says nothing: ids decide, dates only bound.
    #[serde(default)]
    start_date: Field<Timestamp>,
    #[serde(default)]
    done_date: Field<Timestamp>,
}

impl Partly for Task {
    fn odd(&self) -> Vec<String> {
        odd_ones([
            ("function", self.function.is_odd()),
            ("comment", self.comment.is_odd()),
            ("startDate", self.start_date.is_odd()),
            ("doneDate", self.done_date.is_odd()),
        ])
    }
}

impl From<Task> for server::Task {
    fn from(task: Task) -> Self {
        Self {
            id: TaskId(task.task_id),
            function: task.function.read().unwrap_or_default(),
            status: task.status.into(),
            // It is shown in the channel, so it holds no more than an error's words may.
            comment: some_text(task.comment.read()).map(|comment| one_line(&comment)),
            started: task.start_date.read(),
            ended: task.done_date.read(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hardware {
    #[serde(default)]
    pub(super) memory_size: Field<Size>,
}

impl Partly for Hardware {
    fn odd(&self) -> Vec<String> {
        odd_ones([("memorySize", self.memory_size.is_odd())])
    }
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
    #[serde(default)]
    pub(super) user: Field<String>,
    #[serde(default)]
    pub(super) url: Field<String>,
    #[serde(default)]
    pub(super) password: Field<String>,
}

#[derive(Deserialize)]
pub(super) struct Mail {
    #[serde(default)]
    pub(super) date: Field<Timestamp>,
    #[serde(default)]
    pub(super) subject: Field<String>,
    #[serde(default)]
    pub(super) body: Field<String>,
}

impl Partly for Mail {
    fn odd(&self) -> Vec<String> {
        odd_ones([("date", self.date.is_odd()), ("subject", self.subject.is_odd()), ("body", self.body.is_odd())])
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ipmi {
    #[serde(default)]
    pub(super) activated: Field<bool>,
    #[serde(default)]
    pub(super) supported_features: Field<BTreeMap<String, serde_json::Value>>,
}

impl Partly for Ipmi {
    fn odd(&self) -> Vec<String> {
        odd_ones([("activated", self.activated.is_odd()), ("supportedFeatures", self.supported_features.is_odd())])
    }
}

#[derive(Deserialize)]
pub(super) struct IpmiAccess {
    pub(super) value: Option<String>,
    #[serde(default)]
    pub(super) expiration: Field<Timestamp>,
}

impl Partly for IpmiAccess {
    fn odd(&self) -> Vec<String> {
        odd_ones([("expiration", self.expiration.is_odd())])
    }
}

#[derive(Deserialize)]
pub(super) struct IpmiTest {
    #[serde(default)]
    pub(super) status: Field<String>,
}

impl Partly for IpmiTest {
    fn odd(&self) -> Vec<String> {
        odd_ones([("status", self.status.is_odd())])
    }
}

#[derive(Deserialize)]
pub(super) struct ServiceInfos {
    #[serde(default)]
    pub(super) expiration: Field<jiff::civil::Date>,
    #[serde(default)]
    pub(super) renew: Field<Renew>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Renew {
    pub(super) automatic: Option<bool>,
    pub(super) delete_at_expiration: Option<bool>,
}

impl Partly for ServiceInfos {
    fn odd(&self) -> Vec<String> {
        odd_ones([("expiration", self.expiration.is_odd()), ("renew", self.renew.is_odd())])
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlannedIntervention {
    #[serde(rename = "type", default)]
    kind: Field<String>,
    #[serde(default)]
    status: Field<String>,
    #[serde(default)]
    wanted_start_date: Field<Timestamp>,
    #[serde(default)]
    expected_end_date: Field<Timestamp>,
}

impl Partly for PlannedIntervention {
    fn odd(&self) -> Vec<String> {
        odd_ones([
            ("type", self.kind.is_odd()),
            ("status", self.status.is_odd()),
            ("wantedStartDate", self.wanted_start_date.is_odd()),
            ("expectedEndDate", self.expected_end_date.is_odd()),
        ])
    }
}

impl PlannedIntervention {
    /// A status that nobody knows is not over.
    pub(super) fn unless_over(self, id: u64) -> Option<Planned> {
        let over = self.status.read().is_some_and(|status| status == "done");
        let kind = one_line(&self.kind.read().unwrap_or_default());
        let (begins, ends) = (self.wanted_start_date.read(), self.expected_end_date.read());
        (!over).then_some(Planned { id, kind, begins, ends })
    }
}

#[derive(Deserialize)]
pub(super) struct Intervention {
    #[serde(rename = "type", default)]
    pub(super) kind: Field<String>,
    #[serde(default)]
    pub(super) date: Field<Timestamp>,
}

impl Partly for Intervention {
    fn odd(&self) -> Vec<String> {
        odd_ones([("type", self.kind.is_odd()), ("date", self.date.is_odd())])
    }
}

#[cfg(test)]
mod tests;
