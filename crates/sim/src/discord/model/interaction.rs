//! An interaction: who did what, and what became of it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::discord::Id;

/// An interaction and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Interaction {
    pub(crate) id: Id,
    pub(crate) token: String,
    pub(crate) kind: Kind,
    pub(crate) person: Id,
    pub(crate) channel: Id,
    pub(crate) in_guild: bool,
    /// When it was sent to the bot.
    pub(crate) dispatched: Timestamp,
    /// How long the simulator had run then.
    pub(crate) dispatched_after: Duration,
    pub(crate) fate: Fate,
    /// The message that `@original` means.
    pub(crate) original: Option<Id>,
    pub(crate) follow_ups: Vec<Id>,
    pub(crate) choices: Vec<Value>,
    pub(crate) modal: Option<Value>,
}

/// What somebody did.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Command {
        name: String,
    },
    /// A command of the menu of a message.
    MessageCommand {
        name: String,
        target: Id,
    },
    Component {
        message: Id,
    },
    Autocomplete,
    Modal {
        message: Option<Id>,
    },
}

impl Kind {
    /// Discord's number for it.
    pub(crate) fn number(&self) -> u8 {
        match self {
            Self::Command { .. } | Self::MessageCommand { .. } => 2,
            Self::Component { .. } => 3,
            Self::Autocomplete => 4,
            Self::Modal { .. } => 5,
        }
    }

    /// The message that an update would change.
    pub(crate) fn source(&self) -> Option<Id> {
        match self {
            Self::Component { message } => Some(*message),
            Self::Modal { message } => *message,
            Self::Command { .. } | Self::MessageCommand { .. } | Self::Autocomplete => None,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command { name } => write!(f, "/{name}"),
            Self::MessageCommand { name, .. } => f.write_str(name),
            Self::Component { .. } => f.write_str("component"),
            Self::Autocomplete => f.write_str("autocomplete"),
            Self::Modal { .. } => f.write_str("modal"),
        }
    }
}

/// What became of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Waiting,
    /// Answered, so long after its dispatch.
    Acknowledged(Duration),
    /// "The application did not respond."
    Failed,
}
