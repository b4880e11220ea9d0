//! The words of the policy: who, what, and the entries of the configuration that bring them together.

use std::{collections::BTreeSet, fmt, num::NonZeroU32, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{reason::ReasonPattern, selector::Selector};
use crate::hours::Hours;

/// A person on Discord, by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UserId(pub u64);

/// What a `[[role]]` can give. The words are those of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// `/status`, `/tasks`, `/rescue list`, `/plan`, `/why` for oneself.
    View,
    /// `/reboot`, and answering "reboot again?".
    Reboot,
    /// `/rescue enable`, `link`, `extend` and `hand-over`.
    Rescue,
    /// `/restore`.
    Restore,
    /// `/console`.
    Console,
    /// **Ask OVHcloud**: a ticket with its support.
    Ticket,
    /// Approving what somebody else asked for.
    Approve,
    /// `/history`, `/why` for others.
    Audit,
    /// `/doctor`, `/admin`, break-glass.
    Admin,
}

impl Capability {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::View,
        Self::Reboot,
        Self::Rescue,
        Self::Restore,
        Self::Console,
        Self::Ticket,
        Self::Approve,
        Self::Audit,
        Self::Admin,
    ];

    /// The configuration's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Reboot => "reboot",
            Self::Rescue => "rescue",
            Self::Restore => "restore",
            Self::Console => "console",
            Self::Ticket => "ticket",
            Self::Approve => "approve",
            Self::Audit => "audit",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be done to a server, and what a `[[protect]]` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Into rescue, and everything under `/rescue` but `extend`.
    Rescue,
    /// Back out of it.
    Restore,
    /// A hard reboot.
    Reboot,
    /// A KVM session.
    Console,
}

impl Action {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Rescue, Self::Restore, Self::Reboot, Self::Console];

    /// The capability it needs.
    pub fn capability(self) -> Capability {
        match self {
            Self::Rescue => Capability::Rescue,
            Self::Restore => Capability::Restore,
            Self::Reboot => Capability::Reboot,
            Self::Console => Capability::Console,
        }
    }

    /// The configuration's word, which is also the choice of `/plan` and `/why`.
    pub fn as_str(self) -> &'static str {
        self.capability().as_str()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names none of the things asked for. The word itself is not kept: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an unknown word")]
pub struct UnknownWord;

impl FromStr for Capability {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|capability| capability.as_str() == word).ok_or(UnknownWord)
    }
}

impl FromStr for Action {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|action| action.as_str() == word).ok_or(UnknownWord)
    }
}

/// Whom an entry speaks of: those with a Discord role, or one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Everybody who has this Discord role.
    Role(u64),
    /// This person.
    User(UserId),
}

/// Somebody who asks, as the interaction (or Discord, asked just now) described them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// Who.
    pub user: UserId,
    /// The ids of their Discord roles. `@everyone` is not among them.
    pub roles: BTreeSet<u64>,
}

impl Requester {
    pub(super) fn is(&self, who: Who) -> bool {
        match who {
            Who::Role(role) => self.roles.contains(&role),
            Who::User(user) => self.user == user,
        }
    }
}

/// Which list of the configuration a rule stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// `[[role]]`
    Role,
    /// `[[protect]]`
    Protect,
}

/// Where a rule stands: `[[role]] #2 (line 41)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulePlace {
    /// Its list.
    pub kind: RuleKind,
    /// Its number in that list, from 1.
    pub number: usize,
    /// The line of its header; `None` when it comes from the environment alone.
    pub line: Option<usize>,
}

impl fmt::Display for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            RuleKind::Role => "role",
            RuleKind::Protect => "protect",
        };
        write!(f, "[[{kind}]] #{}", self.number)?;
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => write!(f, " (environment)"),
        }
    }
}

/// For whom of those that an entry speaks of it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// For all of them.
    #[default]
    Always,
    /// For those who are on duty.
    OnDuty,
}

/// Whether somebody who is on duty needs the approval of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuty {
    /// As everybody does.
    #[default]
    NeedsApproval,
    /// They do not.
    NeedsNone,
}

/// One `[[role]]`: it adds rights and never takes any away.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Whom it speaks of.
    pub who: Who,
    /// What they may do.
    pub can: BTreeSet<Capability>,
    /// On which servers; none matches none.
    pub servers: Vec<Selector>,
    /// In which channels; empty: in all that Bernard serves.
    pub channels: BTreeSet<u64>,
    /// For whom of them it counts.
    pub when: When,
    /// In which hours it counts; `None`: always.
    pub hours: Option<Hours>,
    /// Where it stands.
    pub place: RulePlace,
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactor {
    /// It is not.
    #[default]
    NotAsked,
    /// It is.
    Asked,
}

impl SecondFactor {
    /// Whether it is.
    pub fn is_asked(self) -> bool {
        self == Self::Asked
    }
}

/// One `[[protect]]`: what it covers needs somebody else's approval.
#[derive(Clone, Debug, PartialEq)]
pub struct Protect {
    /// Which servers; none matches none.
    pub servers: Vec<Selector>,
    /// Which actions on them.
    pub actions: BTreeSet<Action>,
    /// How many people other than the requester must approve.
    pub approvals: NonZeroU32,
    /// How long an approval, and the wait for it, is good for.
    pub expires: Duration,
    /// Whether it counts for who is on duty.
    pub on_duty: OnDuty,
    /// What the reason must match; `None`: nothing.
    pub reason: Option<ReasonPattern>,
    /// Whether who approves, and who breaks the glass, gives a code.
    pub second_factor: SecondFactor,
    /// Where it stands.
    pub place: RulePlace,
}
