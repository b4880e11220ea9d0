//! The pages: sentences from the language files, and commands, which are the same in every language.
//!
//! Facts from OVHcloud's guides; the firewall's pages are the usual ways of Windows and Linux, and say so.

use bernard_domain::{locale::Locale, server::System};
use bernard_text::say;

use super::Topic;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Rdp,
    SshToWindows,
    SshToLinux,
    Kvm,
    WhatItIs,
    DiskManagement,
    Diskpart,
    Mount,
    SamEditor,
    Chntpw,
    Chroot,
    LoadHive,
    SwitchFirewallOff,
    UnloadHive,
    DisableFirewall,
    WindowsTools,
    LinuxTools,
    Leave,
    Afterwards,
}

/// Lines to type, in a code block of their own; a phone copies it with one tap.
type Block = &'static [&'static str];

const SSH_ADMINISTRATOR: Block = &["ssh Administrator@IP"];
const SSH_ROOT: Block = &["ssh root@IP"];
const FORGET_HOST_KEY: Block = &["ssh-keygen -R IP"];
const DISKPART: Block =
    &["diskpart", "list disk", "select disk 1", "online disk", "attributes disk clear readonly", "import", "exit"];
const LOOK_AT_DISKS: Block = &["lsblk -f", "mdadm --assemble --scan", "vgchange -ay"];
const MOUNT: Block = &["mount /dev/md2 /mnt", "umount /mnt"];
const SAM: Block = &[r"E:\Windows\System32\config\SAM"];
const CHNTPW: Block =
    &["mount /dev/sda2 /mnt", "cd /mnt/Windows/System32/config", "chntpw -l SAM", "chntpw -u Administrator SAM"];
const CHROOT: Block = &["mount /dev/md2 /mnt", "chroot /mnt passwd root", "umount /mnt"];
const LOAD_HIVE: Block =
    &[r"cd E:\Windows\System32\config", r"reg load HKLM\off SYSTEM", r"(gp HKLM:\off\Select).Current"];
const FIREWALL_OFF: Block = &[
    r"cd HKLM:\off\ControlSet001\Services",
    r"cd SharedAccess\Parameters",
    "cd FirewallPolicy",
    "sp DomainProfile EnableFirewall 0",
    "sp PublicProfile EnableFirewall 0",
    "sp StandardProfile EnableFirewall 0",
];
const UNLOAD_HIVE: Block = &[r"cd C:\", "[gc]::Collect()", r"reg unload HKLM\off"];
const DISABLE_FIREWALL: Block = &[
    "mount /dev/md2 /mnt",
    "systemctl --root=/mnt disable ufw",
    "systemctl --root=/mnt disable nftables",
    "umount /mnt",
];
const LINUX_TOOLS: Block = &["cat /proc/mdstat", "smartctl -a /dev/sda", "df -h"];

impl Page {
    /// The pages of a topic, for all readers.
    pub(super) fn of(topic: Topic) -> &'static [Self] {
        match topic {
            Topic::Connect => &[Self::Rdp, Self::SshToWindows, Self::SshToLinux, Self::Kvm],
            Topic::Disks => &[Self::WhatItIs, Self::DiskManagement, Self::Diskpart, Self::Mount],
            Topic::Password => &[Self::SamEditor, Self::Chntpw, Self::Chroot],
            Topic::Firewall => &[Self::LoadHive, Self::SwitchFirewallOff, Self::UnloadHive, Self::DisableFirewall],
            Topic::Tools => &[Self::WindowsTools, Self::LinuxTools],
            Topic::Leave => &[Self::Leave, Self::Afterwards],
        }
    }

    /// The rescue that it is about; `None`: any.
    pub(super) fn system(self) -> Option<System> {
        match self {
            Self::Rdp
            | Self::SshToWindows
            | Self::WhatItIs
            | Self::DiskManagement
            | Self::Diskpart
            | Self::SamEditor
            | Self::LoadHive
            | Self::SwitchFirewallOff
            | Self::UnloadHive
            | Self::WindowsTools => Some(System::Windows),
            Self::SshToLinux | Self::Mount | Self::Chntpw | Self::Chroot | Self::DisableFirewall | Self::LinuxTools => {
                Some(System::Linux)
            }
            Self::Kvm | Self::Leave | Self::Afterwards => None,
        }
    }

    /// What it says below the guide's title.
    pub(super) fn content(self, locale: Locale) -> String {
        let parts = match self {
            Self::Rdp => vec![say!(locale, "guide-rdp")],
            Self::SshToWindows => vec![
                say!(locale, "guide-ssh-windows"),
                block(SSH_ADMINISTRATOR),
                say!(locale, "guide-host-key"),
                block(FORGET_HOST_KEY),
            ],
            Self::SshToLinux => vec![
                say!(locale, "guide-ssh-linux"),
                block(SSH_ROOT),
                say!(locale, "guide-host-key"),
                block(FORGET_HOST_KEY),
            ],
            Self::Kvm => vec![say!(locale, "guide-kvm")],
            Self::WhatItIs => vec![say!(locale, "guide-what-it-is")],
            Self::DiskManagement => vec![say!(locale, "guide-disk-management")],
            Self::Diskpart => {
                vec![say!(locale, "guide-diskpart"), block(DISKPART), say!(locale, "guide-diskpart-after")]
            }
            Self::Mount => vec![
                say!(locale, "guide-look-at-disks"),
                block(LOOK_AT_DISKS),
                say!(locale, "guide-mount"),
                block(MOUNT),
            ],
            Self::SamEditor => vec![say!(locale, "guide-sam"), block(SAM), say!(locale, "guide-sam-after")],
            Self::Chntpw => vec![say!(locale, "guide-chntpw"), block(CHNTPW), say!(locale, "guide-chntpw-after")],
            Self::Chroot => vec![say!(locale, "guide-chroot"), block(CHROOT)],
            Self::LoadHive => vec![say!(locale, "guide-hive"), block(LOAD_HIVE), say!(locale, "guide-hive-after")],
            Self::SwitchFirewallOff => vec![say!(locale, "guide-firewall-off"), block(FIREWALL_OFF)],
            Self::UnloadHive => {
                vec![say!(locale, "guide-unload"), block(UNLOAD_HIVE), say!(locale, "guide-unload-after")]
            }
            Self::DisableFirewall => vec![
                say!(locale, "guide-disable-firewall"),
                block(DISABLE_FIREWALL),
                say!(locale, "guide-disable-firewall-after"),
            ],
            Self::WindowsTools => vec![say!(locale, "guide-windows-tools")],
            Self::LinuxTools => vec![say!(locale, "guide-linux-tools"), block(LINUX_TOOLS)],
            Self::Leave => vec![say!(locale, "guide-leave-steps")],
            Self::Afterwards => vec![say!(locale, "guide-afterwards")],
        };
        parts.join("\n")
    }
}

fn block(lines: Block) -> String {
    format!("```\n{}\n```", lines.join("\n"))
}
