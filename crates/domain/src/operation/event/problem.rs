//! Why an operation cannot be done. Pure, and kept for ever, like the events it stands in.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    access::UserId,
    others::{OthersWork, in_words},
    server::{
        QueryId,
        start::{LeftOut, Start},
    },
};

/// Why something cannot be done. Spoken by `text`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// The server is no longer in the account.
    ServerGone,
    /// OVHcloud itself holds the server (`hacked`, `hackedBlocked`).
    HeldByOvhcloud {
        /// OVHcloud's word.
        state: String,
    },
    /// The server lists no netboot entry of the needed kind.
    NoBoots,
    /// It has no rescue of the wanted kind.
    NoSuchRescue {
        /// What was asked for: `windows`, `linux` or a kernel.
        wanted: String,
        /// The kernels it has instead.
        has: Vec<String>,
        /// Its installed system.
        os: String,
        /// Its memory in GB, if it could be read.
        memory_gb: Option<u64>,
        /// The entries that OVHcloud lists and does not show: what was asked for may be among them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<LeftOut>,
    },
    /// The way out needs the hard-disk boot, and it cannot be found.
    NoDisk {
        /// What else is known to be a way, though it is none now.
        recorded: Option<Start>,
        /// Why the disk cannot be found.
        said: String,
    },
    /// What it would boot into is no longer what the person was shown.
    ChangedMeanwhile,
    /// It is not in rescue, so there is nothing to put back and no link to look for.
    NotInRescue,
    /// It is in no rescue and boots what can be reached: to put it back would only be a reboot.
    NothingToRestore,
    /// It has left its rescue without us: others changed its netboot and rebooted it.
    LeftRescue,
    /// Its rescue is somebody's already.
    HasOwner {
        /// Whose.
        owner: UserId,
    },
    /// Its rescue ended or was changed since this was asked for.
    LeaseChanged,
    /// Whoever should be the rescue's owner has no right to be.
    CannotOwn {
        /// Who.
        person: UserId,
    },
    /// Others are at something that it would destroy or collide with, and that was not on the card.
    OthersAtWork {
        /// At what.
        works: Vec<OthersWork>,
    },
    /// It is rebooting right now.
    Rebooting,
    /// The configuration no longer names its account.
    NoAccount {
        /// The account.
        account: String,
    },
    /// Whoever asked may not do this any more.
    NoLongerAllowed,
    /// Whoever asked may do this on duty, and is not on duty any more.
    NotOnDuty {
        /// When the schedule was read that says so; `None`: it could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read_at: Option<Timestamp>,
    },
    /// Discord does not tell the roles of somebody whose right decides.
    RolesUnreadable {
        /// Whose.
        person: UserId,
    },
    /// By the rules of this moment it needs more approvals than it has.
    NotEnoughApprovals {
        /// How many people must approve it now.
        needed: u32,
        /// How many of those who approved it may still do so.
        given: u32,
    },
    /// By the rules of this moment its reason does not say what it must.
    ReasonUnfit {
        /// The rule that wants another one: its place in the configuration.
        rule: String,
        /// The pattern that it must match.
        pattern: String,
    },
    /// OVHcloud does not say what is installed, so nobody chooses a rescue by it.
    SystemUnread,
    /// An SSH key does not work with the Windows rescue (OVHcloud guide).
    KeyNeedsLinux,
    /// It has no console that a link or a file leads to.
    NoConsole,
    /// OVHcloud would not, in its own words.
    Ovhcloud {
        /// Those words, with the query id.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// What OVHcloud answered made no sense, or could not be used: nobody refused anything.
    Unclear {
        /// What was wrong with it, with the query id.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// OVHcloud could not just now, and may later.
    Weather {
        /// What came instead of an answer, with the query id.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
}

/// The word that it is kept under, and what there is to say of it: for the audit and for operators, the same whatever the variants
/// are called here.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = serde_json::to_value(self).unwrap_or_default();
        f.write_str(value["problem"].as_str().unwrap_or("a problem"))?;
        match self {
            Self::Ovhcloud { said, .. }
            | Self::Unclear { said, .. }
            | Self::Weather { said, .. }
            | Self::NoDisk { said, .. } => write!(f, ": {said}"),
            Self::HeldByOvhcloud { state } => write!(f, ": {state}"),
            Self::NoSuchRescue { wanted, .. } => write!(f, ": {wanted}"),
            Self::NoAccount { account } => write!(f, ": {account}"),
            Self::NotEnoughApprovals { needed, given } => write!(f, ": {given} of {needed}"),
            Self::ReasonUnfit { rule, pattern } => write!(f, ": {pattern} by {rule}"),
            Self::OthersAtWork { works } => write!(f, ": {}", in_words(works)),
            Self::CannotOwn { person } | Self::RolesUnreadable { person } => write!(f, ": {}", person.0),
            Self::NotOnDuty { read_at: Some(read_at) } => write!(f, ": by the schedule read at {read_at:.0}"),
            Self::HasOwner { .. }
            | Self::NotOnDuty { read_at: None }
            | Self::LeaseChanged
            | Self::ServerGone
            | Self::NoBoots
            | Self::ChangedMeanwhile
            | Self::NotInRescue
            | Self::NothingToRestore
            | Self::LeftRescue
            | Self::Rebooting
            | Self::NoLongerAllowed
            | Self::SystemUnread
            | Self::KeyNeedsLinux
            | Self::NoConsole => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_called_by_the_word_that_it_is_kept_under() {
        let no_disk = Problem::NoDisk { recorded: None, said: "404".into() };
        assert_eq!((Problem::NoBoots.to_string(), no_disk.to_string()), ("no_boots".into(), "no_disk: 404".into()));
    }
}
