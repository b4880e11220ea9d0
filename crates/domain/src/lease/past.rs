//! A rescue that is over: from when to when it was, and what ended it. Messages that said that it runs say this instead.
//!
//! Pure.

use jiff::Timestamp;

use crate::access::UserId;
use crate::{lease::Lease, operation::OperationId};

/// A rescue that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// What it was.
    pub lease: Lease,
    /// When it was over, by our clock.
    pub to: Timestamp,
    /// What ended it.
    pub ended: Ending,
}

/// What ended a rescue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A restore.
    Restored {
        /// The restore.
        by: OperationId,
        /// Who asked for it.
        who: UserId,
    },
    /// The restore that its deadline asked for.
    AtDeadline {
        /// The restore.
        by: OperationId,
    },
    /// Its netboot was put back, without a reboot.
    PutBack {
        /// The operation that did.
        by: OperationId,
        /// Who asked for it.
        who: UserId,
    },
    /// Another rescue of the server has begun.
    TakenOver {
        /// The operation that began it.
        by: OperationId,
        /// Who asked for it.
        who: UserId,
    },
    /// Others took the server out of it, not Bernard.
    Others,
    /// The server left the account.
    ServerLeft,
    /// It never was: what should have begun it came to nothing.
    Undone,
}

/// Why a rescue is over, as it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// This operation ended it, or took it over.
    By(OperationId),
    /// Others did.
    Others,
    /// The server left the account.
    ServerLeft,
    /// It never was.
    Undone,
}

impl Over {
    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::By(_) => "operation",
            Self::Others => "others",
            Self::ServerLeft => "server left",
            Self::Undone => "undone",
        }
    }

    /// The operation, if one did it.
    pub fn by(self) -> Option<OperationId> {
        match self {
            Self::By(operation) => Some(operation),
            Self::Others | Self::ServerLeft | Self::Undone => None,
        }
    }
}
