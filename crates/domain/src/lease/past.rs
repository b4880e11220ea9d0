//! A rescue that is over: from when to when it was, and what ended it. Messages that said that it runs say this instead.
//!
//! Pure.

use jiff::Timestamp;

use crate::access::UserId;
use crate::{
    lease::Lease,
    operation::{Kind, Operation, OperationId, Wish},
};

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

/// The operation that ended a rescue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedBy {
    /// Its number.
    pub operation: OperationId,
    /// Who asked for it.
    pub who: UserId,
    /// What it did; `None`: a word that nobody here knows.
    pub kind: Option<Kind>,
    /// Whether a deadline asked for it.
    pub at_deadline: bool,
}

impl Ending {
    /// What ended a rescue that is over so, with the operation that did, if one did and is known.
    pub fn of(over: Over, by: Option<EndedBy>) -> Self {
        let Some(EndedBy { operation: by, who, kind, at_deadline }) = by else {
            return match over {
                Over::ServerLeft => Self::ServerLeft,
                Over::Undone => Self::Undone,
                Over::By(_) | Over::Others => Self::Others,
            };
        };
        match kind {
            Some(Kind::PutBack) => Self::PutBack { by, who },
            Some(Kind::Enable) => Self::TakenOver { by, who },
            _ if at_deadline => Self::AtDeadline { by },
            _ => Self::Restored { by, who },
        }
    }
}

/// Whose rescue the messages of an operation speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Of the one that this operation began.
    Of(OperationId),
    /// Of the one that its server was in when it was asked for.
    AtOpening,
    /// Of none.
    None,
}

impl Spoken {
    /// Of which the messages of this operation speak.
    pub fn by(operation: &Operation) -> Self {
        match operation.request.wish {
            Wish::Enable(_) | Wish::Adopt { .. } => Self::Of(operation.id),
            Wish::HandOver { lease, .. } => Self::Of(lease),
            Wish::Link { .. } => Self::AtOpening,
            Wish::Restore { .. }
            | Wish::PutBack { .. }
            | Wish::Reboot { .. }
            | Wish::Console { .. }
            | Wish::Ticket(_)
            | Wish::FreeSessions { .. } => Self::None,
        }
    }
}

impl Over {
    /// What is recorded with that word, and with that operation; any other word: others did.
    pub fn of(word: &str, by: Option<OperationId>) -> Self {
        match by {
            Some(by) if word == Self::By(by).as_str() => Self::By(by),
            _ if word == Self::ServerLeft.as_str() => Self::ServerLeft,
            _ if word == Self::Undone.as_str() => Self::Undone,
            _ => Self::Others,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_of_an_end_is_read_as_it_was() {
        let by = OperationId(7);
        for over in [Over::By(by), Over::Others, Over::ServerLeft, Over::Undone] {
            assert_eq!(Over::of(over.as_str(), over.by()), over);
        }
        assert_eq!(Over::of("operation", None), Over::Others, "nobody knows which");
    }

    #[test]
    fn what_ended_a_rescue_is_told_by_the_operation_that_did() {
        let (by, who) = (OperationId(7), UserId(200));
        let ended = |kind, at_deadline| {
            Ending::of(Over::By(by), Some(EndedBy { operation: by, who, kind: Some(kind), at_deadline }))
        };
        assert_eq!(ended(Kind::Restore, false), Ending::Restored { by, who });
        assert_eq!(ended(Kind::Restore, true), Ending::AtDeadline { by });
        assert_eq!(ended(Kind::PutBack, false), Ending::PutBack { by, who });
        assert_eq!(ended(Kind::Enable, false), Ending::TakenOver { by, who });
        assert_eq!(Ending::of(Over::ServerLeft, None), Ending::ServerLeft);
        assert_eq!(Ending::of(Over::Others, None), Ending::Others);
        assert_eq!(Ending::of(Over::Undone, None), Ending::Undone);
    }
}
