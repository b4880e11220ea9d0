//! What others do with a server: OVHcloud's tasks that are not ours, and its people in the datacentre.
//!
//! Pure. A card names all of it that could be read. What is new since then is asked about before anything is done, and what could
//! be destroyed by a reboot or another netboot also stops what was confirmed already. A function that nobody knows is such work.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::server::{TaskId, TaskStatus};

/// How long before its beginning planned work counts as begun: a restart may take that long.
const SOON: SignedDuration = SignedDuration::from_mins(30);
/// How long after its beginning an intervention may still be under way: OVHcloud tells no end.
const RECENT: SignedDuration = SignedDuration::from_hours(2);
/// How far ahead planned work is named, if nothing longer is asked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The beginnings of functions that a restart neither destroys nor collides with: addresses, network, backup storage, the KVM.
const HARMLESS: [&str; 25] = [
    "INFRA_",
    "addVirtualMac",
    "addWindowSpla",
    "applyBackupFtp",
    "bypassAntiDDosGame",
    "changePasswordBackupFTP",
    "changeRipeOrg",
    "checkAndReleaseIp",
    "createBackupFTP",
    "createOrUpdateRipeOrg",
    "createPrivateNetwork",
    "disableFirewall",
    "enableFirewall",
    "genericMoveFloatingIp",
    "migrateBackupFTP",
    "moveFloatingIp",
    "moveVirtualMac",
    "reagregateBlock",
    "releaseIp",
    "removeBackupFTP",
    "removeVirtualMac",
    "requestAccessIPMI",
    "resetIPMI",
    "testIPMI",
    "virtualMac",
];

/// OVHcloud's name of a reboot.
const HARD_REBOOT: &str = "hardReboot";

/// Something that others do with a server, or are about to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum OthersWork {
    /// A task that has not ended.
    Task {
        /// Its id.
        id: TaskId,
        /// What it does, in OVHcloud's word.
        function: String,
        /// How far it was.
        status: TaskStatus,
    },
    /// A task of which only the id could be read.
    UnreadTask {
        /// Its id.
        id: TaskId,
    },
    /// Work in the datacentre that is planned, or under way.
    Planned {
        /// Its id.
        id: u64,
        /// OVHcloud's word for it.
        kind: String,
        /// When it is meant to begin.
        begins: Option<Timestamp>,
        /// When it is expected to end.
        ends: Option<Timestamp>,
    },
    /// An intervention that has begun lately; whether it is over OVHcloud does not tell.
    Intervention {
        /// Its id.
        id: u64,
        /// OVHcloud's word for it.
        kind: String,
        /// When it began.
        began: Timestamp,
    },
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// What.
    pub what: Source,
    /// Why, in OVHcloud's words.
    pub said: String,
}

/// Where others' work is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The server's tasks.
    Tasks,
    /// What is planned in the datacentre.
    Planned,
    /// What was done there lately.
    Interventions,
}

/// What was seen of others' work at one moment: what a card named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// The work.
    pub works: Vec<OthersWork>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// The newest tasks that were listed then, ended or not: what is not among them later is new. Empty: they were not read.
    pub tasks: Vec<TaskId>,
}

impl OthersWork {
    /// Whether both are the same piece of work, however far it is.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Task { id, .. } | Self::UnreadTask { id },
                Self::Task { id: other, .. } | Self::UnreadTask { id: other },
            ) => id == other,
            (Self::Planned { id, .. }, Self::Planned { id: other, .. })
            | (Self::Intervention { id, .. }, Self::Intervention { id: other, .. }) => id == other,
            _ => false,
        }
    }

    /// Whether it is a plain reboot.
    pub fn is_reboot(&self) -> bool {
        matches!(self, Self::Task { function, .. } if function == HARD_REBOOT)
    }

    /// Whether a restart could destroy it, or collide with it.
    pub fn collides(&self, now: Timestamp) -> bool {
        match self {
            Self::Task { function, .. } => !HARMLESS.iter().any(|harmless| function.starts_with(harmless)),
            Self::UnreadTask { .. } => true,
            Self::Planned { begins, ends, .. } => {
                let begun = begins.is_none_or(|begins| begins.duration_since(now) <= SOON);
                begun && ends.is_none_or(|ends| ends > now)
            }
            Self::Intervention { began, .. } => now.duration_since(*began) <= RECENT,
        }
    }

    /// Whether even another netboot, without a restart, could destroy it.
    pub fn forbids_writing(&self, now: Timestamp) -> bool {
        match self {
            Self::Task { .. } => self.collides(now) && !self.is_reboot(),
            Self::Planned { begins, .. } => self.collides(now) && begins.is_none_or(|begins| begins <= now),
            Self::UnreadTask { .. } | Self::Intervention { .. } => false,
        }
    }

    /// Whether it is worth a word to somebody whose deed lasts so long.
    pub fn is_worth_a_word(&self, lasting: SignedDuration, now: Timestamp) -> bool {
        match self {
            Self::Task { .. } | Self::UnreadTask { .. } => true,
            Self::Planned { begins, ends, .. } => {
                let ahead = begins.is_none_or(|begins| begins.duration_since(now) <= lasting.max(AHEAD));
                ahead && ends.is_none_or(|ends| ends > now)
            }
            Self::Intervention { began, .. } => now.duration_since(*began) <= RECENT,
        }
    }
}

impl Beside {
    /// Whether there is anything to say.
    pub fn is_quiet(&self) -> bool {
        self.works.is_empty() && self.unread.is_empty()
    }

    /// The work that `shown` does not name.
    pub fn news(&self, shown: &[OthersWork]) -> Vec<OthersWork> {
        self.works.iter().filter(|work| !shown.iter().any(|known| known.is(work))).cloned().collect()
    }

    /// Whether the tasks could be read.
    pub fn knows_tasks(&self) -> bool {
        !self.unread.iter().any(|unread| unread.what == Source::Tasks)
    }

    /// Whether who was shown `shown` has to be asked again: there is more now, or less can be read.
    pub fn asks_again(&self, shown: &Self) -> bool {
        !self.news(&shown.works).is_empty() || (shown.knows_tasks() && !self.knows_tasks())
    }
}

/// All of it in OVHcloud's words, for the audit and for operators.
pub fn in_words(works: &[OthersWork]) -> String {
    let word = |work: &OthersWork| match work {
        OthersWork::Task { id, function, status } => format!("{function} {id} ({})", status.as_str()),
        OthersWork::UnreadTask { id } => format!("task {id}"),
        OthersWork::Planned { id, kind, .. } => format!("planned {kind} {id}"),
        OthersWork::Intervention { id, kind, .. } => format!("intervention {kind} {id}"),
    };
    works.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn task(id: u64, function: &str) -> OthersWork {
        OthersWork::Task { id: TaskId(id), function: function.to_owned(), status: TaskStatus::Doing }
    }

    fn planned(begins: i64, ends: i64) -> OthersWork {
        let at = |minutes| Some(NOW + SignedDuration::from_mins(minutes));
        OthersWork::Planned { id: 1, kind: "x".to_owned(), begins: at(begins), ends: at(ends) }
    }

    #[test]
    fn installations_hardware_reboots_and_what_nobody_knows_collide() {
        for function in
            ["reinstallServer", "hardware_update", "hardReboot", "rebootPower8To", "ipmi/configureSGX", "new"]
        {
            assert!(task(1, function).collides(NOW), "{function}");
        }
        for function in ["addVirtualMac", "requestAccessIPMI", "INFRA_002_VirtualNetworkInterface", "releaseIp"] {
            assert!(!task(1, function).collides(NOW), "{function}");
        }
        assert!(OthersWork::UnreadTask { id: TaskId(1) }.collides(NOW));
    }

    #[test]
    fn a_reboot_of_others_keeps_nobody_from_putting_back() {
        assert!(!task(1, "hardReboot").forbids_writing(NOW) && task(1, "reinstallServer").forbids_writing(NOW));
        assert!(planned(-1, 59).forbids_writing(NOW) && !planned(10, 70).forbids_writing(NOW));
    }

    #[test]
    fn planned_work_collides_shortly_before_it_begins_until_it_ends() {
        let all = [planned(-10, 50), planned(10, 70), planned(60, 120), planned(-70, -10)];
        assert_eq!(all.map(|work| work.collides(NOW)), [true, true, false, false]);
        let lasting = SignedDuration::from_hours(4);
        assert!(planned(60, 120).is_worth_a_word(lasting, NOW) && !planned(-70, -10).is_worth_a_word(lasting, NOW));
        assert!(!planned(48 * 60, 49 * 60).is_worth_a_word(lasting, NOW));
        assert!(planned(48 * 60, 49 * 60).is_worth_a_word(SignedDuration::from_hours(72), NOW), "in a long rescue");
    }

    #[test]
    fn the_same_work_further_on_is_no_news() {
        let shown = Beside { works: vec![OthersWork::UnreadTask { id: TaskId(7) }], ..Beside::default() };
        let now = Beside { works: vec![task(7, "reinstallServer"), task(9, "hardReboot")], ..Beside::default() };
        assert_eq!(now.news(&shown.works), [task(9, "hardReboot")]);
        assert!(now.asks_again(&shown) && !shown.asks_again(&now));
    }

    #[test]
    fn what_could_be_read_and_cannot_be_now_is_asked_about() {
        let unread = Unread { what: Source::Tasks, said: String::new() };
        let blind = Beside { unread: vec![unread], ..Beside::default() };
        assert!(blind.asks_again(&Beside::default()) && !blind.asks_again(&blind));
        assert!(!Beside::default().asks_again(&blind));
    }
}
