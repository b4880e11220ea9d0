//! What a server starts next: an entry of OVHcloud's netboots, or an iPXE script of its owners'.
//!
//! Pure. At OVHcloud the two stand for each other: setting one empties the other. A script is typed by people and may hold
//! anything, so nothing here prints it: it is kept with the operation that has to put it back, and sent to OVHcloud alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::server::{Boot, BootId};

/// What a server starts next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Start {
    /// A netboot entry.
    Netboot(Boot),
    /// A script of the server's owners'; it is served instead of any netboot.
    Script(BootScript),
}

impl Start {
    /// The netboot entry, if it is one.
    pub fn netboot(&self) -> Option<&Boot> {
        match self {
            Self::Netboot(boot) => Some(boot),
            Self::Script(_) => None,
        }
    }

    /// Whether a server that starts this is in rescue.
    pub fn is_rescue(&self) -> bool {
        self.netboot().is_some_and(Boot::is_rescue)
    }

    /// Whether it is the hard disk.
    pub fn is_disk(&self) -> bool {
        self.netboot().is_some_and(Boot::is_disk)
    }

    /// Why this is no place to return to; `None` when it is one, or nobody knows what it is.
    pub fn unfit(&self) -> Option<Unfit> {
        self.netboot().and_then(Boot::unfit)
    }

    /// Whether a restore may lead back to this, as far as it is known.
    pub fn is_worth_returning_to(&self) -> bool {
        self.netboot().is_none_or(Boot::is_worth_returning_to)
    }

    /// Whether both start the same. A disk is a disk, whatever else its entry says.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Netboot(one), Self::Netboot(other)) => {
                one.id == other.id && (one.kernel == other.kernel || (one.is_disk() && other.is_disk()))
            }
            (Self::Script(one), Self::Script(other)) => one.is_same_as(other),
            _ => false,
        }
    }
}

impl From<Boot> for Start {
    fn from(boot: Boot) -> Self {
        Self::Netboot(boot)
    }
}

impl Boot {
    /// An entry of which only the number is known: OVHcloud does not show it.
    pub fn unread(id: BootId) -> Self {
        Self { id, boot_type: String::new(), kernel: String::new(), description: String::new() }
    }

    /// What stands for a script of the owners' where only a netboot has a place: OVHcloud's name for the field, and no number.
    pub fn script() -> Self {
        Self { boot_type: "bootScript".to_owned(), kernel: "bootScript".to_owned(), ..Self::unread(BootId(0)) }
    }

    /// An entry of this type, of which no more than that is known.
    pub fn unread_of(id: BootId, boot_type: &str) -> Self {
        Self { boot_type: boot_type.to_owned(), ..Self::unread(id) }
    }

    /// Whether more than its number is known.
    pub fn is_known(&self) -> bool {
        !self.kernel.is_empty() || self.is_disk()
    }

    /// Why this is no place to return to; `None` when it is one, or nobody knows what it is.
    pub fn unfit(&self) -> Option<Unfit> {
        if self.is_unreachable() {
            Some(Unfit::Unreachable)
        } else if self.is_power_off() {
            Some(Unfit::PowerOff)
        } else {
            self.is_rescue().then_some(Unfit::Rescue)
        }
    }
}

/// An iPXE script that OVHcloud serves when the server starts; never blank. Its `Debug` says its length and nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootScript {
    script: String,
}

impl BootScript {
    /// The script, as it was written; `None` when nothing stands in it: then OVHcloud serves none.
    pub fn new(script: String) -> Option<Self> {
        (!script.trim().is_empty()).then_some(Self { script })
    }

    /// The whole script, for OVHcloud and nobody else.
    pub fn whole(&self) -> &str {
        &self.script
    }

    /// How many characters it has: what may be said of it.
    pub fn length(&self) -> usize {
        self.script.chars().count()
    }

    /// Whether both are the same to iPXE: OVHcloud may write line ends in its own way, and drop blank ones at the end.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.lines().eq(other.lines())
    }

    /// Whether this is only the beginning of `whole`.
    pub fn is_cut_of(&self, whole: &Self) -> bool {
        let (part, whole): (Vec<&str>, Vec<&str>) = (self.lines().collect(), whole.lines().collect());
        let Some((last, before)) = part.split_last() else { return true };
        part != whole && whole.starts_with(before) && whole.get(before.len()).is_some_and(|line| line.starts_with(last))
    }

    /// Whether `words` quote any of it that is long enough to tell something.
    pub fn is_quoted_in(&self, words: &str) -> bool {
        /// `#!ipxe`, `boot` and the like tell nothing.
        const TELLING: usize = 8;
        let squeezed = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut pieces = self.script.split_whitespace().filter(|piece| piece.chars().count() >= TELLING);
        // A beginning is enough: long words are cut.
        pieces.any(|piece| squeezed.contains(&piece.chars().take(TELLING).collect::<String>()))
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.script.trim_end().lines().map(str::trim_end)
    }
}

impl fmt::Debug for BootScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BootScript({} characters)", self.length())
    }
}

/// Why a server should not be left set to something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unfit", rename_all = "snake_case")]
pub enum Unfit {
    /// It is a rescue.
    Rescue,
    /// It switches the machine off.
    PowerOff,
    /// Nobody can reach the machine there (`ipxe-shell`).
    Unreachable,
    /// OVHcloud no longer lists it.
    Gone,
    /// OVHcloud does not show it now.
    Unread {
        /// OVHcloud's words.
        said: String,
    },
    /// A person chose the disk instead.
    Chosen,
}

/// What a way out does not lead to, and why: then it leads to the hard disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// What was recorded; without a lease, what is set.
    pub of: Start,
    /// Why not.
    pub why: Unfit,
}

/// An entry of a list of netboots that OVHcloud lists and does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which.
    pub id: BootId,
    /// OVHcloud's words.
    pub said: String,
}

/// A writable fact of a server that decides how it starts or who looks after it, beside the netboot and the rescue's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
pub enum Fact {
    /// Which EFI program the disk's start runs.
    EfiBootloaderPath(Option<String>),
    /// The root device.
    RootDevice(Option<String>),
    /// Whether OVHcloud monitors the server and intervenes.
    Monitoring(bool),
    /// Whether interventions in the datacentre are switched off.
    NoIntervention(bool),
}

impl Fact {
    /// Which field it is.
    pub fn field(&self) -> Field {
        match self {
            Self::EfiBootloaderPath(_) => Field::EfiBootloaderPath,
            Self::RootDevice(_) => Field::RootDevice,
            Self::Monitoring(_) => Field::Monitoring,
            Self::NoIntervention(_) => Field::NoIntervention,
        }
    }

    /// The fact about the same field among `facts`.
    pub fn among<'a>(&self, facts: &'a [Self]) -> Option<&'a Self> {
        facts.iter().find(|fact| fact.field() == self.field())
    }
}

/// A field of a server, by OVHcloud's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// `rescueMail`
    RescueMail,
    /// `rescueSshKey`
    RescueSshKey,
    /// `efiBootloaderPath`
    EfiBootloaderPath,
    /// `rootDevice`
    RootDevice,
    /// `monitoring`
    Monitoring,
    /// `noIntervention`
    NoIntervention,
}

impl Field {
    /// OVHcloud's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RescueMail => "rescueMail",
            Self::RescueSshKey => "rescueSshKey",
            Self::EfiBootloaderPath => "efiBootloaderPath",
            Self::RootDevice => "rootDevice",
            Self::Monitoring => "monitoring",
            Self::NoIntervention => "noIntervention",
        }
    }
}

/// Those of `before` that are otherwise in `after`.
pub fn changed(before: &[Fact], after: &[Fact]) -> Vec<Fact> {
    let is_other = |fact: &&Fact| fact.among(after).is_some_and(|after| after != *fact);
    before.iter().filter(is_other).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "#!ipxe\nset token fake-token-in-a-script\nchain http://203.0.113.9/boot\n";

    fn script(text: &str) -> BootScript {
        BootScript::new(text.to_owned()).expect("a script")
    }

    #[test]
    fn a_script_is_never_printed() {
        let start = Start::Script(script(SCRIPT));
        assert_eq!(format!("{start:?}"), "Script(BootScript(70 characters))");
    }

    #[test]
    fn a_blank_script_is_none() {
        for blank in ["", " ", "\r\n\n"] {
            assert_eq!(BootScript::new(blank.to_owned()), None, "{blank:?}");
        }
    }

    #[test]
    fn line_ends_make_no_other_script_and_a_missing_end_does() {
        assert!(script(SCRIPT).is_same_as(&script(&SCRIPT.replace('\n', "\r\n"))));
        assert!(script(SCRIPT).is_same_as(&script(SCRIPT.trim_end())));
        assert!(!script(SCRIPT).is_same_as(&script(&SCRIPT.replace("203", "198"))));
        for kept in [1, 20, 60, 68] {
            let cut = script(&SCRIPT[..kept]);
            assert!(!cut.is_same_as(&script(SCRIPT)) && cut.is_cut_of(&script(SCRIPT)), "{kept}");
        }
        assert!(!script("#!ipxe\nshell").is_cut_of(&script(SCRIPT)));
        assert!(!script(SCRIPT).is_cut_of(&script(SCRIPT)));
    }

    #[test]
    fn words_that_quote_it_are_known() {
        assert!(script(SCRIPT).is_quoted_in("Invalid bootScript: set token fake-token-in-a-script"));
        assert!(script(SCRIPT).is_quoted_in("line 3: chain http://203.0.113.9/boot is no"));
        assert!(!script(SCRIPT).is_quoted_in("Invalid value for parameter bootScript: #!ipxe expected"));
    }

    #[test]
    fn what_was_stored_as_a_boot_is_read_and_a_script_survives_the_store() {
        let old = r#"{"id": 1, "type": "harddisk", "kernel": "hd", "description": "Boot to disk"}"#;
        assert!(serde_json::from_str::<Start>(old).expect("a netboot").is_disk());
        for text in [SCRIPT.to_owned(), SCRIPT.replace('\n', "\r\n")] {
            let start = Start::Script(script(&text));
            let stored = serde_json::to_string(&start).expect("JSON");
            assert_eq!(serde_json::from_str::<Start>(&stored).expect("and back"), start);
        }
    }
}
