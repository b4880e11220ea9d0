//! How operations end.

use crate::{
    access::UserId,
    operation::{
        OperationId,
        event::{NotDone, Problem},
    },
    server::TaskStatus,
};

/// How an operation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// In rescue, or the link of a rescue was looked for.
    InRescue(Link),
    /// A rescue that somebody else started has an owner and a deadline now.
    Adopted,
    /// The rescue has this owner now.
    HandedOver(UserId),
    /// A console's session was opened.
    ConsoleOpen(Link),
    /// OVHcloud's support has a ticket of this number.
    TicketOpened(u64),
    /// A ticket was sent, its answer got lost, and none of its subject was found: it may be there or not.
    TicketUnknown,
    /// OVHcloud ended all sessions on the server's consoles, as far as its task tells.
    SessionsFreed,
    /// That was asked for, the answer got lost, and no task tells: they may have ended or not.
    SessionsUnknown,
    /// Everything is back and the reboot's task is done.
    Restored,
    /// The reboot's task is done.
    Rebooted,
    /// What was changed is back, read back; nothing was rebooted.
    NetbootBack,
    /// It could not be done; nothing was changed.
    Impossible(Problem),
    /// It was accepted, or approved, too long ago to be begun.
    Expired,
    /// Somebody else denied it.
    Denied(UserId),
    /// Too few people approved it in time.
    NotApproved,
    /// A person cancelled it before the reboot.
    Cancelled(UserId),
    /// The setting or the reboot was refused, or certainly not sent.
    NotDone(NotDone, String),
    /// OVHcloud's task failed or was cancelled.
    TaskFailed {
        /// OVHcloud's word.
        status: TaskStatus,
        /// OVHcloud's comment.
        comment: Option<String>,
    },
    /// A person decided to leave an unknown outcome alone, or not to wait for a reboot's task that stands.
    LeftAlone(UserId),
    /// It was under way in a copy of the store that was put back: what was done of it since that was made, nobody knows here.
    InDoubt,
    /// Another operation took over.
    Superseded(OperationId),
}

/// What became of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It went by DM.
    Delivered,
    /// It was shown ephemerally.
    Revealed,
    /// There is none: an SSH key opens this rescue.
    NotNeeded,
    /// None turned up in time.
    NotFound,
    /// It was found, but nobody took it.
    NotTaken,
    /// It was found, and not sent: whoever asked may not have it any more.
    Withheld,
}
