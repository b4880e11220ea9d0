//! What a simulated server is like on the day it is rented: read like a shopping list.

use std::{collections::BTreeMap, net::Ipv4Addr};

use super::spec_address::loopback;

/// A netboot entry as OVHcloud lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netboot {
    /// Its id; ids differ by region.
    pub id: u64,
    /// `harddisk`, `rescue`, `power`, `network`, `internal`.
    pub boot_type: String,
    /// What it starts.
    pub kernel: String,
    /// OVHcloud's words for it.
    pub description: String,
}

impl Netboot {
    /// An entry.
    pub fn new(id: u64, boot_type: &str, kernel: &str, description: &str) -> Self {
        Self { id, boot_type: boot_type.into(), kernel: kernel.into(), description: description.into() }
    }
}

/// The installed system of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    /// Windows Server 2022.
    Windows,
    /// Debian 12.
    Linux,
}

/// A server to add to the simulated account.
#[derive(Clone, Debug)]
pub struct ServerSpec {
    pub(super) name: String,
    pub(super) display_name: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) has_iam: bool,
    pub(super) installed: Installed,
    pub(super) ip: Option<Ipv4Addr>,
    pub(super) memory_mb: u64,
    pub(super) boots: Vec<Netboot>,
    pub(super) boot_id: Option<u64>,
    pub(super) boot_script: Option<String>,
    pub(super) state: String,
    pub(super) monitoring: bool,
    pub(super) rescue_mail: Option<String>,
    pub(super) expires_on: String,
    pub(super) renewed: bool,
    pub(super) probed: bool,
    pub(super) datacenter: String,
}

impl ServerSpec {
    /// A Windows server with 32 GB in Gravelines, which can have the Windows and the Linux rescue.
    pub fn windows(name: &str) -> Self {
        Self {
            installed: Installed::Windows,
            memory_mb: 32_768,
            boots: vec![
                Netboot::new(22, "internal", "rescue-customer", "Customer rescue system [REMOVAL ON 2025-06-23]"),
                Netboot::new(203_323, "rescue", "ipxe-shell", "iPXE shell"),
                Netboot::new(1, "harddisk", "hd", "Boot to disk"),
                Netboot::new(230_242, "rescue", "rescue12-customer", "Customer rescue system (Debian-12-based)"),
                Netboot::new(
                    230_243,
                    "rescue",
                    "rescue-customer-windows",
                    "Windows customer rescue system (Windows2022-based)",
                ),
                Netboot::new(95_083, "power", "poweroff", "Power-off server"),
            ],
            ..Self::linux(name)
        }
    }

    /// A Linux server with 64 GB, which can have the Linux rescue only. Its ids are another region's.
    pub fn linux(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            display_name: None,
            tags: BTreeMap::new(),
            has_iam: true,
            installed: Installed::Linux,
            ip: None,
            memory_mb: 65_536,
            boots: vec![
                Netboot::new(203_323, "rescue", "ipxe-shell", "iPXE shell"),
                Netboot::new(218_949, "rescue", "rescue12-customer", "Customer rescue system (Debian-12-based)"),
                Netboot::new(1, "harddisk", "hd", "Boot to disk"),
                Netboot::new(95_644, "power", "poweroff", "Power-off server"),
            ],
            boot_id: Some(1),
            boot_script: None,
            state: "ok".to_owned(),
            monitoring: true,
            rescue_mail: None,
            expires_on: "2027-11-30".to_owned(),
            renewed: true,
            probed: false,
            datacenter: "gra3".to_owned(),
        }
    }

    /// What its owners call it.
    #[must_use]
    pub fn named(mut self, display_name: &str) -> Self {
        self.display_name = Some(display_name.to_owned());
        self
    }

    /// One more tag.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Where it stands, such as `rbx8`; without this, `gra3`.
    #[must_use]
    pub fn standing_in(mut self, datacenter: &str) -> Self {
        self.datacenter = datacenter.to_owned();
        self
    }

    /// Its main address; without this, one of 203.0.113.0/24.
    #[must_use]
    pub fn at(mut self, ip: Ipv4Addr) -> Self {
        self.ip = Some(ip);
        self
    }

    /// Its main address is this loopback address (127.x.y.z), where real TCP ports open and close with the machine:
    /// 3389 for a Windows or a Windows rescue, 22 for a Linux. Port 22 needs the right to bind it.
    #[must_use]
    pub fn listening_on(mut self, ip: Ipv4Addr) -> Self {
        self.probed = true;
        self.at(ip)
    }

    /// As [`ServerSpec::listening_on`], at a loopback address of its own, so that tests side by side do not meet.
    #[must_use]
    pub fn listening(self) -> Self {
        self.listening_on(loopback())
    }

    /// How much memory it has.
    #[must_use]
    pub fn memory_mb(mut self, memory_mb: u64) -> Self {
        self.memory_mb = memory_mb;
        self
    }

    /// Its list holds no Windows rescue.
    #[must_use]
    pub fn without_windows_rescue(mut self) -> Self {
        self.boots.retain(|boot| !boot.kernel.ends_with("windows"));
        self
    }

    /// Its list of netboots is empty.
    #[must_use]
    pub fn without_boots(mut self) -> Self {
        self.boots.clear();
        self
    }

    /// One more netboot, at the end of the list.
    #[must_use]
    pub fn with_boot(mut self, boot: Netboot) -> Self {
        self.boots.push(boot);
        self
    }

    /// The netboot that is set on the first day, and what it runs; `None`: nothing is set, and it runs from its disk.
    #[must_use]
    pub fn booting(mut self, boot_id: Option<u64>) -> Self {
        self.boot_id = boot_id;
        self
    }

    /// An iPXE script is served at its start, instead of any netboot, from the first day.
    #[must_use]
    pub fn scripted(mut self, script: &str) -> Self {
        self.boot_id = None;
        self.boot_script = Some(script.to_owned());
        self
    }

    /// Its state: `ok`, `error`, `hacked`, `hackedBlocked`.
    #[must_use]
    pub fn in_state(mut self, state: &str) -> Self {
        self.state = state.to_owned();
        self
    }

    /// OVHcloud does not monitor it.
    #[must_use]
    pub fn unmonitored(mut self) -> Self {
        self.monitoring = false;
        self
    }

    /// A rescue mail address is set from the first day.
    #[must_use]
    pub fn with_rescue_mail(mut self, address: &str) -> Self {
        self.rescue_mail = Some(address.to_owned());
        self
    }

    /// The day its service expires, such as `2027-11-30`.
    #[must_use]
    pub fn expiring_on(mut self, day: &str) -> Self {
        self.expires_on = day.to_owned();
        self
    }

    /// Nothing renews its service by itself.
    #[must_use]
    pub fn renewed_by_hand(mut self) -> Self {
        self.renewed = false;
        self
    }

    /// A small believable fleet: two Windows and two Linux servers, two of them in production.
    pub fn fleet() -> Vec<Self> {
        vec![
            Self::windows("ns1111111.ip-203-0-113.eu").named("web-1").tag("env", "prod").tag("team", "shop"),
            Self::windows("ns2222222.ip-203-0-113.eu").named("web-2").tag("env", "staging").tag("team", "shop"),
            Self::linux("ns3333333.ip-203-0-113.eu").named("db-1").tag("env", "prod").tag("team", "data"),
            Self::linux("ns4444444.ip-203-0-113.eu").named("build-1").tag("env", "test").unmonitored(),
        ]
    }
}
