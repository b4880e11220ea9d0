//! A server as OVHcloud describes it, parsed once: after this module nobody checks a name again.
//!
//! Pure: no clock, no network. The field names are OVHcloud's (schema `dedicated.server.*`); every enum that
//! OVHcloud may extend keeps the words it does not know.

pub mod start;

use std::{collections::BTreeMap, fmt};

use bernard_untrusted::shown::size::length;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::server::start::{BootScript, Fact, Field};

/// OVHcloud's name for a dedicated server, such as `ns1111111.ip-203-0-113.eu`.
///
/// Holds 1 to 253 ASCII letters, digits, dots, hyphens or underscores and starts with a letter or a digit, so it can stand in a
/// URL path or a code span as it is. `.` and `..` cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceName(String);

/// The text is not a service name; says which.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a service name of OVHcloud: {0:?}")]
pub struct NotAServiceName(pub String);

impl ServiceName {
    /// The name as OVHcloud writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ServiceName {
    type Error = NotAServiceName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let starts_well = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if starts_well && text.len() <= 253 && text.chars().all(legal) {
            Ok(Self(text))
        } else {
            Err(NotAServiceName(text))
        }
    }
}

impl From<ServiceName> for String {
    fn from(name: ServiceName) -> Self {
        name.0
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a netboot entry. Ids differ by account and region: never compare with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BootId(pub u64);

impl fmt::Display for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of an OVHcloud task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// OVHcloud's name for a reboot in its task list.
pub const HARD_REBOOT: &str = "hardReboot";
/// The same for the end of all sessions on a server's consoles.
pub const RESET_SESSIONS: &str = "resetIPMISession";

/// OVHcloud's name for one request (`X-Ovh-QueryID`): what its support asks for. No secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QueryId(String);

impl QueryId {
    /// The name as OVHcloud writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for QueryId {
    fn from(name: String) -> Self {
        Self(name)
    }
}

/// A dedicated server as one `GET /dedicated/server/{name}` described it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// OVHcloud's name for it.
    pub name: ServiceName,
    /// The configured account (`[[ovh]] name`) it belongs to.
    pub account: String,
    /// What its owners call it (`iam.displayName`); `None` when unset, equal to the name, or `iam` is missing.
    pub display_name: Option<String>,
    /// Its tags (`iam.tags`); `None` when `iam` is missing: then nobody may rely on them.
    pub tags: Option<BTreeMap<String, String>>,
    /// Its main address.
    pub ip: Option<String>,
    /// Its reverse name, without the final dot.
    pub reverse: Option<String>,
    /// The installed system, such as `win2022-std_64` or `debian12_64`.
    pub os: String,
    /// `ok`, `error`, `hacked`, `hackedBlocked`, or a word of the future.
    pub state: String,
    /// `poweron`, `poweroff`, or unknown.
    pub power_state: Option<String>,
    /// The netboot entry of the next start, if any is set.
    pub boot: Option<BootId>,
    /// The script of its owners' that it starts instead of any netboot. It may hold secrets: no copy of a server keeps it.
    #[serde(skip)]
    pub boot_script: Option<BootScript>,
    /// Which EFI program the disk's start runs.
    #[serde(skip)]
    pub efi_bootloader_path: Option<String>,
    /// The root device.
    #[serde(skip)]
    pub root_device: Option<String>,
    /// Of what else decides how it starts: what cannot be read, so that nobody takes it for empty.
    #[serde(skip)]
    pub unread: Vec<Field>,
    /// Where OVHcloud mails rescue credentials to, if not to the account's contact.
    pub rescue_mail: Option<String>,
    /// The SSH key of the Linux rescue; with it no password exists.
    pub rescue_ssh_key: Option<String>,
    /// Whether OVHcloud monitors the server and intervenes; `None` when that cannot be read.
    pub monitoring: Option<bool>,
    /// Whether interventions in the datacentre are switched off.
    pub no_intervention: bool,
    /// Where it stands, such as `gra3`.
    pub datacenter: Option<String>,
}

/// What rules know a server by, besides OVHcloud's name for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// What its owners call it.
    pub display_name: Option<String>,
    /// Its tags; `None` when nobody may rely on them.
    pub tags: Option<BTreeMap<String, String>>,
}

impl Server {
    /// What rules know it by.
    pub fn identity(&self) -> Identity {
        Identity { display_name: self.display_name.clone(), tags: self.tags.clone() }
    }

    /// A server of which nothing is known but its name: nobody may rely on its tags, and its state is no word.
    pub fn only_named(name: ServiceName, account: &str) -> Self {
        Self {
            name,
            account: account.to_owned(),
            display_name: None,
            tags: None,
            ip: None,
            reverse: None,
            os: String::new(),
            state: String::new(),
            power_state: None,
            boot: None,
            boot_script: None,
            efi_bootloader_path: None,
            root_device: None,
            unread: Vec::new(),
            rescue_mail: None,
            rescue_ssh_key: None,
            monitoring: None,
            no_intervention: false,
            datacenter: None,
        }
    }

    /// What people call the server: its display name, else its service name.
    pub fn label(&self) -> &str {
        self.display_name.as_deref().unwrap_or(self.name.as_str())
    }

    /// The family of the installed system, by OVHcloud's names for its images.
    pub fn system(&self) -> System {
        if self.os.to_ascii_lowercase().starts_with("win") { System::Windows } else { System::Linux }
    }

    /// What else decides how it starts and who looks after it, as far as it could be read.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts =
            vec![Fact::EfiBootloaderPath(self.efi_bootloader_path.clone()), Fact::RootDevice(self.root_device.clone())];
        facts.extend(self.monitoring.map(Fact::Monitoring));
        facts.push(Fact::NoIntervention(self.no_intervention));
        facts.retain(|fact| !self.unread.contains(&fact.field()));
        facts
    }

    /// Whether OVHcloud itself holds the server (`hacked`, `hackedBlocked`): then nobody but its support changes anything.
    pub fn is_held_by_ovhcloud(&self) -> bool {
        self.state.to_ascii_lowercase().starts_with("hacked")
    }
}

/// How a retired image begins the end of its description (seen at OVHcloud).
const RETIRED: &str = "[REMOVAL ON ";

/// A family of rescue systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// The Windows rescue: a VM on top of the Linux rescue; user `Administrator`, RDP on port 3389.
    Windows,
    /// The Linux rescue: user `root`, SSH on port 22.
    Linux,
}

impl System {
    /// The user that the rescue's password belongs to (OVHcloud guide).
    pub fn user(self) -> &'static str {
        match self {
            Self::Windows => "Administrator",
            Self::Linux => "root",
        }
    }

    /// The TCP port that tells whether the rescue answers: RDP or SSH.
    pub fn port(self) -> u16 {
        match self {
            Self::Windows => 3389,
            Self::Linux => 22,
        }
    }
}

/// A netboot entry of one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// Its id on this server.
    pub id: BootId,
    /// `harddisk`, `rescue`, `power`, `network`, `internal`, `ipxeCustomerScript`, or a word of the future.
    #[serde(rename = "type")]
    pub boot_type: String,
    /// What it starts, such as `hd` or `rescue12-customer`: the only thing to choose by.
    pub kernel: String,
    /// OVHcloud's words for it; a retired image says `[REMOVAL ON …]`.
    pub description: String,
}

impl Boot {
    /// Whether a server that starts this is in rescue. `bootType` alone misses some, and `ipxe-shell` is listed as a rescue that nobody can reach.
    pub fn is_rescue(&self) -> bool {
        let kernel = self.kernel.to_ascii_lowercase();
        let listed = self.boot_type == "rescue" && self.is_known() && !self.is_unreachable();
        listed || kernel.starts_with("rescue") || kernel == "winrescue"
    }

    /// Whether this powers the server off instead of starting it.
    pub(crate) fn is_power_off(&self) -> bool {
        self.boot_type == "power" || self.kernel.eq_ignore_ascii_case("poweroff")
    }

    /// Whether nobody can reach a machine that starts this: it stands in a shell that only its screen shows.
    pub fn is_unreachable(&self) -> bool {
        self.kernel.trim().to_ascii_lowercase().starts_with("ipxe-shell")
    }

    /// Whether it is the hard disk.
    pub fn is_disk(&self) -> bool {
        self.boot_type == "harddisk"
    }

    /// Whether OVHcloud has retired this image.
    pub fn is_retired(&self) -> bool {
        self.description.to_ascii_uppercase().contains(RETIRED)
    }

    /// Whether a restore may lead back to this: not to a rescue, not to where nobody gets, and not into the dark.
    pub fn is_worth_returning_to(&self) -> bool {
        self.is_known() && self.unfit().is_none()
    }

    /// The family of this rescue; `None` when it is none. The legacy `WinRescue` is a different thing and no Windows rescue.
    pub fn rescue_system(&self) -> Option<System> {
        let kernel = self.kernel.to_ascii_lowercase();
        if !self.is_rescue() || kernel == "winrescue" {
            None
        } else if kernel.starts_with("rescue") && kernel.ends_with("windows") {
            Some(System::Windows)
        } else {
            Some(System::Linux)
        }
    }

    /// The family by whose user and port this rescue is entered: the legacy `WinRescue` is Windows, too.
    pub fn family(&self) -> System {
        self.rescue_system().unwrap_or(System::Windows)
    }
}

/// A task of OVHcloud, such as a reboot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it does: `hardReboot`, `reinstallServer`, ….
    pub function: String,
    /// How far it is.
    pub status: TaskStatus,
    /// OVHcloud's comment, if any.
    pub comment: Option<String>,
    /// When it was begun, in whole seconds of OVHcloud's clock.
    pub started: Option<Timestamp>,
    /// When it ended, in whole seconds of OVHcloud's clock.
    pub ended: Option<Timestamp>,
}

/// The state of a task (schema `dedicated.TaskStatusEnum`); a word that nobody knows is neither success nor failure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum TaskStatus {
    /// Being created.
    Init,
    /// Waiting.
    Todo,
    /// Running.
    Doing,
    /// Ended well. Not the end of a reboot: the machine goes dark a minute later.
    Done,
    /// Somebody cancelled it.
    Cancelled,
    /// It failed, and the customer must act.
    CustomerError,
    /// It failed, and OVHcloud must act.
    OvhError,
    /// A word of the future, as it came.
    Other(String),
}

impl TaskStatus {
    /// Whether the task has ended in any way.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::CustomerError | Self::OvhError)
    }

    /// OVHcloud's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Init => "init",
            Self::Todo => "todo",
            Self::Doing => "doing",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::CustomerError => "customerError",
            Self::OvhError => "ovhError",
            Self::Other(word) => word,
        }
    }
}

impl From<String> for TaskStatus {
    fn from(word: String) -> Self {
        match word.as_str() {
            "init" => Self::Init,
            "todo" => Self::Todo,
            "doing" => Self::Doing,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            "customerError" => Self::CustomerError,
            "ovhError" => Self::OvhError,
            _ => Self::Other(word),
        }
    }
}

impl From<TaskStatus> for String {
    fn from(status: TaskStatus) -> Self {
        status.as_str().to_owned()
    }
}

/// The longest name that anybody types.
const TYPED: usize = 60;

/// What one types for a server: what people call it, unless that is too long to be typed.
pub fn typed<'a>(label: &'a str, service: &'a str) -> &'a str {
    if length(label) <= TYPED { label } else { service }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::start::Unfit;

    fn boot(boot_type: &str, kernel: &str) -> Boot {
        Boot { id: BootId(7), boot_type: boot_type.into(), kernel: kernel.into(), description: String::new() }
    }

    #[test]
    fn a_service_name_can_stand_in_a_url_path() {
        for bad in ["", "..", "a/b", "a b", "a?b", "a#b", "é", "-x", "a%2fb", "a\nb"] {
            assert!(ServiceName::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(ServiceName::try_from("ns1111111.ip-203-0-113.eu".to_owned()).is_ok());
    }

    #[test]
    fn the_ipxe_shell_is_no_rescue_and_an_internal_rescue_is_one() {
        for shell in ["ipxe-shell", "iPXE-shell", "ipxe-shell-uefi"] {
            assert!(!boot("rescue", shell).is_rescue());
            assert_eq!(boot("rescue", shell).unfit(), Some(Unfit::Unreachable));
        }
        assert_eq!(boot("power", "poweroff").unfit(), Some(Unfit::PowerOff));
        assert!(!Boot::unread(BootId(7)).is_worth_returning_to() && Boot::unread(BootId(7)).unfit().is_none());
        assert!(boot("internal", "rescue-customer").is_rescue());
        assert!(boot("rescue", "WinRescue").is_rescue());
        assert!(!boot("harddisk", "hd").is_rescue());
    }

    #[test]
    fn a_rescue_is_windows_by_its_kernel() {
        assert_eq!(boot("rescue", "rescue-customer-windows").rescue_system(), Some(System::Windows));
        assert_eq!(boot("rescue", "Rescue2025-Windows").rescue_system(), Some(System::Windows));
        assert_eq!(boot("rescue", "rescue12-customer").rescue_system(), Some(System::Linux));
        assert_eq!(boot("rescue", "WinRescue").rescue_system(), None);
        assert_eq!(boot("harddisk", "hd").rescue_system(), None);
    }

    #[test]
    fn an_unknown_task_status_is_kept_and_is_not_final() {
        let status = TaskStatus::from("paused".to_owned());
        assert!(!status.is_final());
        assert_eq!(String::from(status), "paused");
    }
}
