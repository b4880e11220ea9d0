//! A session on a server's screen or serial line: which kind, and for how long.
//!
//! Pure. What leads to a session is a secret like the link to a password: whoever has it sits at the machine.

use serde::{Deserialize, Serialize};

/// A way to a server's screen (schema `dedicated.server.IpmiAccessTypeEnum`), without the one that needs an SSH key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsoleKind {
    /// The screen in a browser.
    KvmHtml5,
    /// The serial line in a browser.
    SerialOverLan,
    /// The screen in a Java application: a file that starts it.
    KvmJnlp,
}

impl ConsoleKind {
    /// All of them, the one that works on a phone first.
    pub const ALL: [Self; 3] = [Self::KvmHtml5, Self::SerialOverLan, Self::KvmJnlp];

    /// OVHcloud's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KvmHtml5 => "kvmipHtml5URL",
            Self::SerialOverLan => "serialOverLanURL",
            Self::KvmJnlp => "kvmipJnlp",
        }
    }
}

/// How long a session lasts; OVHcloud knows these five (schema `dedicated.server.CacheTTLEnum`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsoleMinutes {
    /// One minute.
    One,
    /// Three minutes.
    Three,
    /// Five minutes.
    Five,
    /// Ten minutes.
    Ten,
    /// Fifteen minutes.
    Fifteen,
}

impl ConsoleMinutes {
    /// All of them, shortest first.
    pub const ALL: [Self; 5] = [Self::One, Self::Three, Self::Five, Self::Ten, Self::Fifteen];

    /// The number of minutes.
    pub fn get(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Three => 3,
            Self::Five => 5,
            Self::Ten => 10,
            Self::Fifteen => 15,
        }
    }

    /// The one of that many minutes, if there is one.
    pub fn from_minutes(minutes: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| i64::from(choice.get()) == minutes)
    }
}

/// What OVHcloud's own test of a console came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "health", rename_all = "snake_case")]
pub enum Health {
    /// The test was done.
    Passes,
    /// The test failed.
    Fails {
        /// OVHcloud's words about it.
        said: String,
    },
    /// Nobody knows: it could not be made, or had no end in time.
    Unknown {
        /// Why.
        said: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ovhclouds_five_lengths_exist() {
        let known: Vec<i64> = (-60..=60).filter(|minutes| ConsoleMinutes::from_minutes(*minutes).is_some()).collect();
        assert_eq!(known, [1, 3, 5, 10, 15]);
    }
}
