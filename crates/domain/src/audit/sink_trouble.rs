//! Why a sink of the audit does not have every line of it.

use serde::{Deserialize, Serialize};

/// Why a sink does not have every line. Kept in the store: add variants and optional fields, change or remove nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// It does not answer, or not now. It is tried again.
    Away {
        /// Why, in words.
        said: String,
    },
    /// It lets us not in. It is tried again.
    Closed {
        /// Why, in words.
        said: String,
    },
    /// It refuses this line. Nothing is sent to it any more.
    Line {
        /// The line's number.
        number: u64,
        /// Why, in words.
        said: String,
    },
    /// The audit does not go on from what was sent. Nothing is sent any more.
    Chain {
        /// The last line that was sent.
        number: u64,
    },
}

impl Trouble {
    /// Whether nothing is sent any more until the configuration is read again.
    pub fn stops(&self) -> bool {
        matches!(self, Self::Line { .. } | Self::Chain { .. })
    }

    /// What it is, in one word: for what is owed about it once.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Away { .. } => "away",
            Self::Closed { .. } => "closed",
            Self::Line { .. } => "line",
            Self::Chain { .. } => "chain",
        }
    }
}
