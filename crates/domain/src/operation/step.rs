//! What is due in each phase: one step, or a person's decision.
//!
//! Pure. Each step is a promise of its own: a process that dies in the middle of it leaves a phase whose step is right.

use super::state::Phase;

/// One thing the runner does for an operation, named by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Wait until enough others have approved, or too much time has passed.
    AwaitApproval,
    /// Read the server, its boots and its lease, and record the plan. Repeatable: it only reads.
    Prepare,
    /// Write the setting and read it back. Repeatable: idempotent.
    Set,
    /// Record the intent, then ask for the reboot, once. Never repeated.
    Reboot,
    /// Look for the task of a reboot, or of a reset of consoles, whose outcome is unknown. Repeatable: it only reads.
    Settle,
    /// Put back what was set. Repeatable: idempotent.
    PutBack,
    /// Have OVHcloud test a console. Repeatable: one test too many changes nothing.
    TestConsole,
    /// Ask for a console's session. Repeatable: one session too many ends by itself within minutes, and nobody is sent to it.
    AskConsole,
    /// Record the intent, then send the ticket, once. Never repeated.
    SendTicket,
    /// Look for a ticket whose outcome is unknown, by its subject. Repeatable: it only reads.
    FindTicket,
    /// Record the intent, then ask for the end of all sessions on a server's consoles, once. Never repeated.
    FreeSessions,
    /// Follow OVHcloud's task. Repeatable: it only reads.
    Follow,
    /// Follow a task that stands, and look for a rescue's link meanwhile. Repeatable as following and searching are.
    Outlast,
    /// Find the link, record the attempt, send the DM.
    Search,
    /// Find out whether the DM arrived; else find the link and send it again.
    Deliver,
    /// Wait until **Reveal link** is pressed, or give up.
    AwaitReveal,
    /// Watch the machine come back. Repeatable: it only reads.
    Watch,
}

impl Step {
    /// Every step: crash tests are generated from this list.
    pub const ALL: [Self; 17] = [
        Self::AwaitApproval,
        Self::Prepare,
        Self::Set,
        Self::Reboot,
        Self::Settle,
        Self::PutBack,
        Self::TestConsole,
        Self::AskConsole,
        Self::SendTicket,
        Self::FindTicket,
        Self::FreeSessions,
        Self::Follow,
        Self::Outlast,
        Self::Search,
        Self::Deliver,
        Self::AwaitReveal,
        Self::Watch,
    ];

    /// The step of a phase; `None` when it is over.
    pub fn of(phase: &Phase) -> Option<Self> {
        match phase {
            Phase::AwaitingApproval => Some(Self::AwaitApproval),
            Phase::Opened => Some(Self::Prepare),
            Phase::Prepared => Some(Self::Set),
            Phase::Ready => Some(Self::Reboot),
            Phase::Intended(_) | Phase::Unsettled(_) | Phase::Undecided { .. } => Some(Self::Settle),
            Phase::PuttingBack(_) => Some(Self::PutBack),
            Phase::TestingConsole(..) => Some(Self::TestConsole),
            Phase::AskingConsole(_) => Some(Self::AskConsole),
            Phase::TicketReady => Some(Self::SendTicket),
            Phase::TicketIntended(_) | Phase::TicketUnsettled(_) => Some(Self::FindTicket),
            Phase::SessionsReady => Some(Self::FreeSessions),
            Phase::SessionsIntended(_) | Phase::SessionsUnsettled(_) => Some(Self::Settle),
            Phase::Rebooting(_) | Phase::OpeningConsole(_) | Phase::FreeingSessions(_) => Some(Self::Follow),
            Phase::Standing(_) => Some(Self::Outlast),
            Phase::Searching => Some(Self::Search),
            Phase::Delivering(_) => Some(Self::Deliver),
            Phase::AwaitingReveal(_) => Some(Self::AwaitReveal),
            Phase::Watching => Some(Self::Watch),
            Phase::Ended(_) => None,
        }
    }
}
