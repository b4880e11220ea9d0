//! The kinds of operations. Pure.

use serde::{Deserialize, Serialize};

/// What people ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Netboot to a rescue, reboot, deliver the link.
    Enable,
    /// Put back what was changed, reboot.
    Restore,
    /// Reboot into whatever the netboot says.
    Reboot,
    /// Look for the link of a running rescue again.
    Link,
    /// Put back what was changed, and leave the machine running as it is.
    PutBack,
    /// Take over a rescue that somebody else started: from then on it has an owner and a deadline.
    Adopt,
    /// Another owner for a rescue, where others must approve that.
    HandOver,
    /// A session on the server's screen.
    Console,
    /// A ticket with OVHcloud's support.
    Ticket,
    /// The end of all sessions on the server's consoles, because stuck ones keep everybody out.
    FreeSessions,
}

impl Kind {
    /// Every kind, for tests and tables.
    pub const ALL: [Self; 10] = [
        Self::Enable,
        Self::Restore,
        Self::Reboot,
        Self::Link,
        Self::PutBack,
        Self::Adopt,
        Self::HandOver,
        Self::Console,
        Self::Ticket,
        Self::FreeSessions,
    ];

    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Restore => "restore",
            Self::Reboot => "reboot",
            Self::Link => "link",
            Self::PutBack => "putback",
            Self::Adopt => "adopt",
            Self::HandOver => "handover",
            Self::Console => "console",
            Self::Ticket => "ticket",
            Self::FreeSessions => "free_sessions",
        }
    }

    /// The kind with that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether neither pause nor limit stands in its way: it leads out of rescue, looks for a link, or only takes note.
    pub fn is_always_open(self) -> bool {
        match self {
            Self::Restore | Self::PutBack | Self::Link | Self::Adopt | Self::HandOver => true,
            Self::Enable | Self::Reboot | Self::Console | Self::Ticket | Self::FreeSessions => false,
        }
    }

    /// Whether it ends with a link for its requester.
    pub fn seeks_link(self) -> bool {
        matches!(self, Self::Enable | Self::Link | Self::Console)
    }

    /// Whether it runs beside whatever else is done to its server and takes over from nothing; it holds the server from nobody,
    /// but a console and a reset of consoles from each other, and one ticket from another.
    pub(crate) fn runs_beside(self) -> bool {
        matches!(self, Self::Console | Self::HandOver | Self::Ticket | Self::FreeSessions)
    }

    /// Whether it changes its server or begins to look after it, which nothing else may do meanwhile.
    pub fn changes(self) -> bool {
        self.reboots() || matches!(self, Self::PutBack | Self::Adopt)
    }

    /// Whether it reboots its server.
    pub fn reboots(self) -> bool {
        matches!(self, Self::Enable | Self::Restore | Self::Reboot)
    }
}
