//! The phases' words, for logs and errors.

use super::Phase;

impl Phase {
    /// Its word, for logs and errors.
    pub fn word(&self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting approval",
            Self::Opened => "opened",
            Self::Prepared => "prepared",
            Self::Ready => "ready",
            Self::Intended(_) => "intended",
            Self::Unsettled(_) => "unsettled",
            Self::Undecided { .. } => "undecided",
            Self::PuttingBack(_) => "putting back",
            Self::Rebooting(_) => "rebooting",
            Self::Standing(_) => "standing",
            Self::TestingConsole(..) => "testing the console",
            Self::AskingConsole(_) => "asking for the console",
            Self::OpeningConsole(_) => "opening the console",
            Self::TicketReady => "ticket ready",
            Self::TicketIntended(_) => "ticket intended",
            Self::TicketUnsettled(_) => "ticket unsettled",
            Self::SessionsReady => "sessions ready",
            Self::SessionsIntended(_) => "sessions intended",
            Self::SessionsUnsettled(_) => "sessions unsettled",
            Self::FreeingSessions(_) => "freeing sessions",
            Self::Searching => "searching",
            Self::Delivering(_) => "delivering",
            Self::AwaitingReveal(_) => "awaiting reveal",
            Self::Watching => "watching",
            Self::Ended(_) => "ended",
        }
    }
}
