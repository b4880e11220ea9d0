//! What was there before an operation changed anything, and what it sets.
//!
//! Pure. Kept with the operation: whatever is put back is put back from here.

use serde::{Deserialize, Serialize};

use crate::server::{
    BootId, Server,
    start::{BootScript, Fact, Field, Start},
};

/// What was there before an operation changed anything, and what it is going to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What was there.
    pub before: Snapshot,
    /// What will be set; `None` changes nothing (a plain reboot).
    pub change: Option<Setting>,
    /// What the machine will start.
    pub into: Option<Start>,
    /// What opens the rescue.
    pub entry: Entry,
}

impl Plan {
    /// Whether what this server starts is ours to overwrite: it was there before, or it is what this sets. Any other is somebody
    /// else's.
    pub fn may_overwrite(&self, server: &Server) -> bool {
        let there = Held::on(server);
        let before = match &self.before.boot {
            Some(start) => there.starts(start),
            None => there.boot.is_none() && there.script.is_none(),
        };
        before || self.change.as_ref().is_some_and(|change| there.starts(&change.boot) || there.cut(&change.boot))
    }

    /// Whether nothing was set before, as far as was known then.
    pub fn had_none(&self) -> bool {
        self.before.boot.is_none()
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What it was to start next, if anything was set.
    pub boot: Option<Start>,
    /// `rescueMail`.
    pub rescue_mail: Option<String>,
    /// `rescueSshKey`.
    pub rescue_ssh_key: Option<String>,
    /// The ids of the account's mails that existed; `None` when mails are not looked at. Newer ones may hold the link.
    pub mails: Option<Vec<u64>>,
    /// The main address, for the probe and the DM.
    pub ip: Option<String>,
    /// What else decides how it starts and who looks after it; nothing, where it was not recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

/// What an operation sets, and nothing else. For mail and key the outer `None` leaves the field alone; the inner one is OVHcloud's null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// What it shall start next.
    pub boot: Start,
    /// `rescueMail`.
    #[serde(default, with = "nullable", skip_serializing_if = "Option::is_none")]
    pub rescue_mail: Option<Option<String>>,
    /// `rescueSshKey`.
    #[serde(default, with = "nullable", skip_serializing_if = "Option::is_none")]
    pub rescue_ssh_key: Option<Option<String>>,
    /// What else shall be so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

impl Setting {
    /// Only what it starts next.
    pub fn of(boot: Start) -> Self {
        Self { boot, rescue_mail: None, rescue_ssh_key: None, facts: Vec::new() }
    }

    /// Whether the server has all of this.
    pub fn holds_on(&self, server: &Server) -> bool {
        self.lacking_on(server).is_nothing()
    }

    /// What of it the server has not.
    pub fn lacking_on(&self, server: &Server) -> Lacking {
        self.lacking(&Held::on(server), &server.facts())
    }

    /// What of it was not there.
    pub fn lacking_in(&self, before: &Snapshot) -> Lacking {
        self.lacking(&Held::of(before), &before.facts)
    }

    fn lacking(&self, held: &Held<'_>, facts: &[Fact]) -> Lacking {
        let start = match &self.boot {
            start if held.starts(start) => None,
            // The number is right, and a script that should have gone with it is still there.
            Start::Netboot(boot) if held.boot == Some(boot.id) => Some(Missing::ScriptStays),
            Start::Netboot(_) | Start::Script(_) => Some(Missing::Whole),
        };
        let mail = self.rescue_mail.as_ref().is_some_and(|ours| !same_text(ours.as_deref(), held.mail));
        let key = self.rescue_ssh_key.as_ref().is_some_and(|ours| !same_text(ours.as_deref(), held.key));
        let other = |fact: &&Fact| fact.among(facts).is_some_and(|there| there != *fact);
        Lacking { start, mail, key, facts: self.facts.iter().filter(other).cloned().collect() }
    }
}

/// What of a setting is not so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lacking {
    /// What it starts next.
    pub start: Option<Missing>,
    /// `rescueMail`.
    pub mail: bool,
    /// `rescueSshKey`.
    pub key: bool,
    /// What else, as it shall be.
    pub facts: Vec<Fact>,
}

/// What of a start is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is another one.
    Whole,
    /// The netboot is right, but a script is set beside it.
    ScriptStays,
}

impl Lacking {
    /// Whether all is so.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The fields beside the start.
    pub fn fields(&self) -> Vec<Field> {
        let mail = self.mail.then_some(Field::RescueMail);
        let key = self.key.then_some(Field::RescueSshKey);
        mail.into_iter().chain(key).chain(self.facts.iter().map(Fact::field)).collect()
    }

    /// The same in pieces that can be written one by one, the start first.
    pub fn pieces(&self) -> Vec<Self> {
        let none = Self::default;
        let mut pieces: Vec<Self> = Vec::new();
        pieces.extend(self.start.map(|start| Self { start: Some(start), ..none() }));
        pieces.extend(self.mail.then(|| Self { mail: true, ..none() }));
        pieces.extend(self.key.then(|| Self { key: true, ..none() }));
        pieces.extend(self.facts.iter().map(|fact| Self { facts: vec![fact.clone()], ..none() }));
        pieces
    }
}

/// What a server, or a memory of one, has of what can be set.
struct Held<'a> {
    boot: Option<BootId>,
    script: Option<&'a BootScript>,
    mail: Option<&'a str>,
    key: Option<&'a str>,
}

impl<'a> Held<'a> {
    fn on(server: &'a Server) -> Self {
        Self {
            boot: server.boot,
            script: server.boot_script.as_ref(),
            mail: server.rescue_mail.as_deref(),
            key: server.rescue_ssh_key.as_deref(),
        }
    }

    fn of(before: &'a Snapshot) -> Self {
        let (boot, script) = match &before.boot {
            Some(Start::Netboot(boot)) => (Some(boot.id), None),
            Some(Start::Script(script)) => (None, Some(script)),
            None => (None, None),
        };
        Self { boot, script, mail: before.rescue_mail.as_deref(), key: before.rescue_ssh_key.as_deref() }
    }

    fn starts(&self, start: &Start) -> bool {
        match start {
            Start::Netboot(boot) => self.boot == Some(boot.id) && self.script.is_none(),
            Start::Script(script) => self.script.is_some_and(|there| there.is_same_as(script)),
        }
    }

    /// Whether it has only the beginning of this script.
    fn cut(&self, start: &Start) -> bool {
        matches!((start, self.script), (Start::Script(whole), Some(there)) if there.is_cut_of(whole))
    }
}

/// Whether a server starts what was set there.
pub fn starts(server: &Server, start: &Start) -> bool {
    Held::on(server).starts(start)
}

/// Whether two mails or SSH keys are the same to OVHcloud, which may trim what it was given.
pub fn same_text(ours: Option<&str>, theirs: Option<&str>) -> bool {
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
    use crate::server::Boot;

    #[test]
    fn a_null_that_is_to_be_put_back_survives_the_store() {
        let boot =
            Boot { id: BootId(1), boot_type: "harddisk".into(), kernel: "hd".into(), description: String::new() };
        for rescue_mail in [None, Some(None), Some(Some("ops@example.com".to_owned()))] {
            let setting = Setting { rescue_mail, ..Setting::of(boot.clone().into()) };
            let text = serde_json::to_string(&setting).expect("a setting is JSON");
            assert_eq!(serde_json::from_str::<Setting>(&text).expect("and back"), setting, "{text}");
        }
    }
}
