//! What was seen, or could not be, as words of events.

use serde::{Deserialize, Serialize};

use crate::others::OthersWork;

/// Whether anybody can tell since when a server is in rescue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// Its reboot is listed, or it was begun here.
    #[default]
    Known,
    /// Its netboot is rescue, and no reboot is listed any more: what is found may be an earlier rescue's.
    Unknown,
}

/// Why nobody can say whether a change of the setting is still on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Doubt {
    /// It got no answer that says so, or it was answered and does not read back.
    Unanswered {
        /// What came instead.
        said: String,
    },
    /// The process ended, or failed, where it may have been waiting for the answer.
    Stopped,
}

/// How it is known that a reboot did not happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotDone {
    /// OVHcloud answered with a 4xx.
    #[default]
    Refused,
    /// No connection was made, or the time to send was over.
    Unsent,
}

/// Whether what was set is back as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum PutBack {
    /// It is, read back.
    Done,
    /// It is not.
    Failed {
        /// OVHcloud's words.
        said: String,
    },
    /// Somebody else set another netboot meanwhile: it was left as they set it.
    SetByOthers,
    /// Others are at something that writing could destroy: it was left as it was set.
    OthersAtWork {
        /// At what.
        works: Vec<OthersWork>,
    },
}

/// What the probe saw of the rescue's or the system's port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    /// It does not answer.
    Closed,
    /// It answers.
    Open,
}
