//! What becomes of a DM with a link that is to be wiped, and what the audit says of it.
//!
//! Pure.

use jiff::Timestamp;

use crate::{
    access::UserId,
    audit::{Act, Entry},
    operation::{ChannelId, OperationId},
    server::ServiceName,
};

/// How a DM came to hold no link any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wiped {
    /// It says something else now.
    Emptied,
    /// It is deleted.
    Deleted,
    /// It was gone already, or its channel is.
    Gone,
}

/// What is next for a DM that could not be wiped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// It is tried again then.
    Again(Timestamp),
    /// It is not tried any more.
    Never,
}

/// A DM with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkDm {
    /// The operation that sent it.
    pub operation: OperationId,
    /// To which server the link leads.
    pub server: Option<ServiceName>,
    /// Who received it.
    pub person: UserId,
    /// The DM's channel.
    pub channel: ChannelId,
}

/// Whether a DM that has just arrived is to be wiped at once: its operation was taken over while it was on its way. `is_live`: whether
/// the operation has not ended; `None` where there is none.
pub fn is_wiped_on_arrival(is_live: Option<bool>) -> bool {
    is_live == Some(false)
}

impl LinkDm {
    /// It holds no link any more.
    pub fn wiped(self, how: Wiped, now: Timestamp) -> Entry {
        let entry = self.entry(Act::DmWiped, now);
        match how {
            Wiped::Emptied => entry,
            Wiped::Deleted => entry.saying("deleted"),
            Wiped::Gone => entry.saying("it was gone already"),
        }
    }

    /// It could not be wiped, after so many tries before this one. The first time is worth a line, and the last.
    pub fn not_wiped(self, later: Later, tries: u32, why: &str, now: Timestamp) -> Option<Entry> {
        let act = match later {
            Later::Again(_) if tries == 0 => Act::DmNotWiped,
            Later::Again(_) => return None,
            Later::Never => Act::DmWipeGivenUp,
        };
        Some(self.entry(act, now).saying(why))
    }

    fn entry(self, act: Act, now: Timestamp) -> Entry {
        let entry = Entry::act(act, now).by(self.person).at_place(self.channel);
        Entry { operation: Some(self.operation), server: self.server, ..entry }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_failed_tries_the_first_and_the_last_have_a_line() {
        let dm = LinkDm { operation: OperationId(1), server: None, person: UserId(200), channel: ChannelId(9) };
        let now = Timestamp::UNIX_EPOCH;
        let line = |later, tries| dm.clone().not_wiped(later, tries, "Discord said no", now).map(|entry| entry.what);
        assert_eq!(line(Later::Again(now), 0).as_deref(), Some("dm_not_wiped"));
        assert_eq!(line(Later::Again(now), 1), None);
        assert_eq!(line(Later::Never, 0).as_deref(), Some("dm_wipe_given_up"));
        assert_eq!(line(Later::Never, 9).as_deref(), Some("dm_wipe_given_up"));
    }

    #[test]
    fn a_dm_that_arrives_after_its_operation_is_wiped() {
        assert!(is_wiped_on_arrival(Some(false)));
        assert!(!is_wiped_on_arrival(Some(true)) && !is_wiped_on_arrival(None));
    }

    #[test]
    fn a_wiped_dm_says_whose_it_was_and_how() {
        let dm = LinkDm { operation: OperationId(1), server: None, person: UserId(200), channel: ChannelId(9) };
        let entry = dm.wiped(Wiped::Deleted, Timestamp::UNIX_EPOCH);
        assert_eq!((entry.who, entry.operation), (Some(UserId(200)), Some(OperationId(1))));
        assert_eq!((entry.what.as_str(), entry.detail.as_deref()), ("dm_wiped", Some("deleted")));
    }
}
