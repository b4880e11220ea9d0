//! What was typed, as data: every command with its options. How it is parsed and what it does stands with each command.

use bernard_domain::access::{Action, UserId};
use serde::{Deserialize, Serialize};

use crate::render::guide::Topic;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// `/rescue enable`
    Enable(EnableOptions),
    /// `/rescue link`
    Link {
        /// `server`
        server: String,
    },
    /// `/rescue extend`
    Extend {
        /// `server`
        server: String,
        /// `by`
        by: Option<String>,
    },
    /// `/rescue hand-over`
    HandOver {
        /// `server`
        server: String,
        /// `user`
        user: UserId,
    },
    /// `/rescue list`
    List,
    /// `/restore`
    Restore(Typed),
    /// `/reboot`
    Reboot(Typed),
    /// `/status`
    Status {
        /// `server`
        server: Option<String>,
    },
    /// `/console`
    Console(ConsoleOptions),
    /// `/guide`
    Guide(Topic),
    /// `/tasks`
    Tasks {
        /// `server`
        server: String,
    },
    /// `/plan`
    Plan {
        /// `action`
        action: Action,
        /// `server`
        server: String,
    },
    /// `/why`
    Why(WhyOptions),
    /// `/admin pause`
    Pause {
        /// `reason`
        reason: String,
    },
    /// `/admin resume`
    Resume,
    /// `/history`
    History {
        /// `server`
        server: Option<String>,
        /// `user`
        user: Option<UserId>,
    },
    /// `/report`
    Report {
        /// `operation`
        operation: String,
    },
    /// `/doctor`
    Doctor,
    /// `/oncall`
    Oncall,
    /// `/help`
    Help,
    /// **Rescue the server named here…**, in the menu of a message: what that says, which others wrote and no store keeps
    #[serde(skip)]
    NamedHere(String),
}

/// The options that `/restore` and `/reboot` share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    /// `server`
    pub server: String,
    /// `reason`
    pub reason: Option<String>,
    /// `break_glass`
    pub haste: ApprovalMode,
}

/// What was typed after `/rescue enable`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EnableOptions {
    /// `server`
    pub server: String,
    /// `system`
    pub system: Option<String>,
    /// `email`
    pub email: Option<String>,
    /// `ssh_key`
    pub ssh_key: Option<String>,
    /// `for`
    pub length: Option<String>,
    /// `reason`
    pub reason: Option<String>,
    /// `break_glass`
    pub haste: ApprovalMode,
}

/// What was typed after `/console`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleOptions {
    /// `server`
    pub server: String,
    /// `minutes`, as it came
    pub minutes: Option<i64>,
    /// `ip`
    pub ip: Option<String>,
}

/// What was typed after `/why`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhyOptions {
    /// `action`
    pub action: Action,
    /// `server`
    pub server: String,
    /// `user`; `None`: the asker.
    pub user: Option<UserId>,
}

/// Whether a person waits for approval where it is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalMode {
    /// They wait.
    #[default]
    None,
    /// They break the glass: an emergency.
    BreakGlass,
}
