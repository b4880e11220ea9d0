//! What was there before an operation changed anything, and what it sets.
//!
//! Pure. Kept with the operation: whatever is put back is put back from here.

use serde::{Deserialize, Serialize};

use crate::rescue::server::{Boot, BootId, Server};

/// What was there before an operation changed anything, and what it is going to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What was there.
    pub before: Snapshot,
    /// What will be set; `None` changes nothing (a plain reboot).
    pub change: Option<Setting>,
    /// What the machine will start.
    pub into: Option<Boot>,
    /// What opens the rescue.
    pub entry: Entry,
}

impl Plan {
    /// Whether this netboot is ours to overwrite: it was there before, or it is what this sets. Any other is somebody else's.
    pub fn may_overwrite(&self, boot: Option<BootId>) -> bool {
        boot == self.before.boot.as_ref().map(|boot| boot.id)
            || self.change.as_ref().is_some_and(|change| boot == Some(change.boot.id))
    }
}

/// What opens a rescue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A password behind a link.
    Password,
    /// The SSH key that is set on the server: then OVHcloud makes no password (OVHcloud guide).
    Key,
    /// No rescue is being started.
    None,
}

/// The writable facts of a server at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The netboot entry, if any was set.
    pub boot: Option<Boot>,
    /// `rescueMail`.
    pub rescue_mail: Option<String>,
    /// `rescueSshKey`.
    pub rescue_ssh_key: Option<String>,
    /// The ids of the account's mails that existed; `None` when mails are not looked at. Newer ones may hold the link.
    pub mails: Option<Vec<u64>>,
    /// The main address, for the probe and the DM.
    pub ip: Option<String>,
}

/// What an operation sets, and nothing else. For mail and key the outer `None` leaves the field alone; the inner one is OVHcloud's null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The netboot entry.
    pub boot: Boot,
    /// `rescueMail`.
    #[serde(default, with = "nullable", skip_serializing_if = "Option::is_none")]
    pub rescue_mail: Option<Option<String>>,
    /// `rescueSshKey`.
    #[serde(default, with = "nullable", skip_serializing_if = "Option::is_none")]
    pub rescue_ssh_key: Option<Option<String>>,
}

impl Setting {
    /// Whether the server has all of this.
    pub fn holds_on(&self, server: &Server) -> bool {
        self.holds(server.boot, server.rescue_mail.as_deref(), server.rescue_ssh_key.as_deref())
    }

    /// Whether all of this was there already.
    pub fn holds_in(&self, before: &Snapshot) -> bool {
        let boot = before.boot.as_ref().map(|boot| boot.id);
        self.holds(boot, before.rescue_mail.as_deref(), before.rescue_ssh_key.as_deref())
    }

    fn holds(&self, boot: Option<BootId>, mail: Option<&str>, key: Option<&str>) -> bool {
        boot == Some(self.boot.id)
            && self.rescue_mail.as_ref().is_none_or(|ours| ours.as_deref() == mail)
            && self.rescue_ssh_key.as_ref().is_none_or(|ours| same_text(ours.as_deref(), key))
    }
}

/// Whether two mails or SSH keys are the same to OVHcloud, which may trim what it was given.
pub(in crate::rescue) fn same_text(ours: Option<&str>, theirs: Option<&str>) -> bool {
    ours.map(str::trim) == theirs.map(str::trim)
}

/// A present null is different from an absent field.
mod nullable {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Option<Option<String>>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
        Option::<String>::deserialize(from).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_that_is_to_be_put_back_survives_the_store() {
        let boot =
            Boot { id: BootId(1), boot_type: "harddisk".into(), kernel: "hd".into(), description: String::new() };
        for rescue_mail in [None, Some(None), Some(Some("ops@example.com".to_owned()))] {
            let setting = Setting { boot: boot.clone(), rescue_mail, rescue_ssh_key: None };
            let text = serde_json::to_string(&setting).expect("a setting is JSON");
            assert_eq!(serde_json::from_str::<Setting>(&text).expect("and back"), setting, "{text}");
        }
    }
}
