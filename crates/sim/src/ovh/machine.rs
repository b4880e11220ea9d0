//! One server's life: what is set, what was asked of it, and what it really runs now.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    network::Network,
    port_state::Port,
    spec::{Installed, Netboot, ServerSpec},
    task::{By, Ending, RESET_SESSIONS, Task},
};

/// What runs where a server's own boot script was served.
pub const BOOT_SCRIPT: &str = "boot-script";

/// Kinds of console sessions (schema `dedicated.server.IpmiAccessTypeEnum`).
pub(super) const CONSOLES: [&str; 4] = ["kvmipHtml5URL", "kvmipJnlp", "serialOverLanSshKey", "serialOverLanURL"];

/// What a machine runs at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// The system on its disk.
    Installed,
    /// The Windows rescue.
    WindowsRescue,
    /// The Linux rescue.
    LinuxRescue,
    /// An iPXE shell that nobody can reach.
    IpxeShell,
    /// Nothing: it is restarting and answers nowhere.
    Dark,
    /// Nothing: it is switched off.
    PoweredOff,
    /// A kernel that has no rescue and no disk to it.
    Other(String),
}

impl Running {
    /// Whether it is a rescue that a person can log in to.
    pub fn is_rescue(&self) -> bool {
        matches!(self, Self::WindowsRescue | Self::LinuxRescue)
    }

    fn of(boot: Option<&Netboot>) -> Self {
        let Some(boot) = boot else { return Self::Installed };
        match (boot.boot_type.as_str(), boot.kernel.as_str()) {
            ("harddisk", _) => Self::Installed,
            ("power", _) => Self::PoweredOff,
            (_, "ipxe-shell") => Self::IpxeShell,
            (_, kernel) if kernel.starts_with("rescue") && kernel.ends_with("windows") => Self::WindowsRescue,
            (_, kernel) if kernel.starts_with("rescue") => Self::LinuxRescue,
            (_, kernel) => Self::Other(kernel.to_owned()),
        }
    }
}

/// The fields of a server that a `PUT` can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The netboot of the next start.
    pub boot_id: Option<u64>,
    /// A custom boot script.
    pub boot_script: Option<String>,
    /// The path of the EFI bootloader.
    pub efi_bootloader_path: Option<String>,
    /// The root device.
    pub root_device: Option<String>,
    /// Whether OVHcloud monitors it.
    pub monitoring: bool,
    /// Whether interventions are switched off.
    pub no_intervention: bool,
    /// Where rescue credentials are mailed to.
    pub rescue_mail: Option<String>,
    /// The SSH key of the Linux rescue.
    pub rescue_ssh_key: Option<String>,
    /// `ok`, `error`, `hacked`, `hackedBlocked`.
    pub state: String,
}

/// Something that OVHcloud's people do with a server.
pub(super) struct Work {
    pub(super) id: u64,
    pub(super) begins: Timestamp,
    pub(super) ends: Timestamp,
}

impl Work {
    /// Whether it is over, and part of the history.
    pub(super) fn is_past(&self, now: Timestamp) -> bool {
        self.ends <= now
    }
}

/// A whole server.
pub(super) struct Machine {
    pub(super) spec: ServerSpec,
    pub(super) server_id: u64,
    pub(super) ip: Ipv4Addr,
    pub(super) settings: Settings,
    /// In the order they began.
    pub(super) tasks: Vec<Task>,
    /// How the next reboots end, in order; then well.
    pub(super) endings: Vec<Ending>,
    /// The kinds of consoles it has; none: it has no IPMI.
    pub(super) consoles: Vec<String>,
    /// How its next console tasks end, in order; then well.
    pub(super) console_endings: Vec<Ending>,
    /// How its next tests of a console end, in order; then well.
    pub(super) test_endings: Vec<Ending>,
    /// How its next tasks that free its sessions end, in order; then well.
    pub(super) reset_endings: Vec<Ending>,
    /// Since when its sessions are stuck, if they ever were.
    pub(super) stuck_since: Option<Instant>,
    /// Its console cannot be tested.
    pub(super) is_untestable: bool,
    /// How many more writes of the rescue mail are forgotten.
    pub(super) forgets_mail: u32,
    /// How many characters of a boot script it keeps; the rest is dropped without a word.
    pub(super) keeps_of_scripts: usize,
    /// Writing a netboot takes its EFI bootloader's path and its monitoring away.
    pub(super) forgets_others: bool,
    pub(super) hands_out_secret: bool,
    pub(super) hands_out_mail: bool,
    pub(super) refuses_while_busy: bool,
    pub(super) expired: bool,
    /// Of its renewal it is said yes and no in turn; so often it was asked.
    pub(super) flaps: Option<u32>,
    /// What OVHcloud's people did and plan.
    pub(super) works: Vec<Work>,
    /// What is said of its address.
    pub(super) network: Network,
    /// What its address shows, if it has real ports.
    pub(super) port: Port,
}

impl Machine {
    pub(super) fn new(spec: ServerSpec, server_id: u64, ip: Ipv4Addr) -> Self {
        let settings = Settings {
            boot_id: spec.boot_id,
            boot_script: spec.boot_script.clone(),
            efi_bootloader_path: (spec.installed == Installed::Windows)
                .then(|| r"\efi\microsoft\boot\bootmgfw.efi".to_owned()),
            root_device: None,
            monitoring: spec.monitoring,
            no_intervention: false,
            rescue_mail: spec.rescue_mail.clone(),
            rescue_ssh_key: None,
            state: spec.state.clone(),
        };
        Self {
            server_id,
            ip,
            settings,
            tasks: Vec::new(),
            endings: Vec::new(),
            consoles: CONSOLES.map(str::to_owned).to_vec(),
            console_endings: Vec::new(),
            test_endings: Vec::new(),
            reset_endings: Vec::new(),
            stuck_since: None,
            is_untestable: false,
            forgets_mail: 0,
            keeps_of_scripts: usize::MAX,
            forgets_others: false,
            hands_out_secret: true,
            hands_out_mail: true,
            refuses_while_busy: false,
            expired: false,
            flaps: None,
            works: Vec::new(),
            network: Network::default(),
            port: Port::default(),
            spec,
        }
    }

    /// What a start from now on would be served: its own script, or the netboot that is set.
    pub(super) fn next_start(&self) -> Option<Netboot> {
        served(self.settings.boot_script.as_deref()).or(self.settings.boot_id.and_then(|id| self.boot(id)).cloned())
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.spec.name == name || self.spec.display_name.as_deref() == Some(name)
    }

    pub(super) fn boot(&self, id: u64) -> Option<&Netboot> {
        self.spec.boots.iter().find(|boot| boot.id == id)
    }

    /// The restart that made the machine what it is now, or is about to: the last to have gone dark.
    pub(super) fn restart(&self, now: Instant) -> Option<&Task> {
        let dark = |task: &&Task| task.dark().is_some_and(|dark| dark <= now);
        self.tasks.iter().filter(dark).max_by_key(|task| task.dark())
    }

    pub(super) fn running(&self, now: Instant) -> Running {
        match self.restart(now) {
            Some(task) if task.up().is_some_and(|up| now < up) => Running::Dark,
            Some(task) => Running::of(task.restart.as_ref().and_then(|restart| restart.boot.as_ref())),
            None => Running::of(
                served(self.spec.boot_script.as_deref()).as_ref().or(self.spec.boot_id.and_then(|id| self.boot(id))),
            ),
        }
    }

    /// The rescue it runs, with the key it was started with, if its secret exists by now.
    pub(super) fn rescue_with_secret(&self, now: Instant) -> Option<(Running, bool)> {
        let running = self.running(now);
        let (exists, keyed) = match self.restart(now) {
            Some(task) => (
                task.up().is_some_and(|up| now >= up + task.tempo.secret),
                task.restart.as_ref().is_some_and(|restart| restart.ssh_key.is_some()),
            ),
            None => (true, false),
        };
        (running.is_rescue() && exists && self.hands_out_secret).then_some((running, keyed))
    }

    pub(super) fn task(&self, id: u64, now: Instant) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id && task.is_readable(now))
    }

    /// Its tasks that stood or were stuck end like this.
    pub(super) fn tasks_go_on(&mut self, ending: &Ending) {
        self.tasks.iter_mut().filter(|task| task.stands_still()).for_each(|task| task.ending = ending.clone());
    }

    pub(super) fn reboots(&self, by: By) -> usize {
        self.tasks.iter().filter(|task| task.function == "hardReboot" && task.by == by).count()
    }

    /// Whether its sessions are stuck: nobody has freed them since.
    pub(super) fn has_stuck_sessions(&self, now: Instant) -> bool {
        let freed = |since: Instant| self.resets(now).any(|reset| reset.begun >= since);
        self.stuck_since.is_some_and(|since| !freed(since))
    }

    /// How a task about its console ends of which nothing was said.
    pub(super) fn console_ending(&self, now: Instant) -> Ending {
        if self.has_stuck_sessions(now) { Ending::OvhError } else { Ending::Done }
    }

    /// What freed its sessions: the tasks that are done.
    pub(super) fn resets(&self, now: Instant) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |task| task.function == RESET_SESSIONS && task.status(now) == "done")
    }

    pub(super) fn is_busy(&self, now: Instant) -> bool {
        self.tasks.iter().any(|task| task.is_live(now))
    }

    /// Its body (schema `dedicated.server.DedicatedWithIAM`).
    pub(super) fn body(&self, now: Instant) -> Value {
        let (spec, set) = (&self.spec, &self.settings);
        let dark = matches!(self.running(now), Running::Dark | Running::PoweredOff);
        let windows = spec.installed == Installed::Windows;
        let mut body = json!({
            "availabilityZone": "eu-west-gra-a",
            "bootId": set.boot_id,
            "bootScript": set.boot_script,
            "commercialRange": "rise",
            "datacenter": spec.datacenter,
            "efiBootloaderPath": set.efi_bootloader_path,
            "ip": self.ip.to_string(),
            "linkSpeed": 1000,
            "monitoring": set.monitoring,
            "name": spec.name,
            "newUpgradeSystem": true,
            "noIntervention": set.no_intervention,
            "os": if windows { "win2022-std_64" } else { "debian12_64" },
            "powerState": if dark { "poweroff" } else { "poweron" },
            "professionalUse": false,
            "rack": "G210A01",
            "region": "eu-west-gra",
            "rescueMail": set.rescue_mail,
            "rescueSshKey": set.rescue_ssh_key,
            "reverse": format!("{}.", spec.name),
            "rootDevice": set.root_device,
            "serverId": self.server_id,
            "state": set.state,
            "supportLevel": "pro",
        });
        if spec.has_iam {
            body["iam"] = self.iam();
        }
        body
    }

    fn iam(&self) -> Value {
        json!({
            "displayName": self.spec.display_name.as_ref().unwrap_or(&self.spec.name),
            "id": uuid::Uuid::from_u64_pair(0x1111_1111_2222_4333, 0x8444_0000_0000_0000 | self.server_id).to_string(),
            "tags": self.spec.tags,
            "urn": format!("urn:v1:eu:resource:dedicatedServer:{}", self.spec.name),
        })
    }
}

/// A script as the netboot that it stands for; empty, it is none.
fn served(script: Option<&str>) -> Option<Netboot> {
    let script = script.filter(|script| !script.trim().is_empty())?;
    Some(Netboot::new(0, "ipxeCustomerScript", BOOT_SCRIPT, script))
}
