//! The words of lines that people are told of, as closed sets: whoever puts lines into sentences has one for each.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Act;

/// What a person decided about an operation: each event that a line tells as a decision, and the request itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// They asked for it.
    Opened,
    /// They cancelled it before the reboot was sent.
    CancelAsked,
    /// They want one more reboot, which others must approve.
    RebootAgainAsked,
    /// They had it rebooted once more.
    RebootAgainApproved,
    /// They left it as it is.
    LeftAlone,
    /// They approved it.
    ApprovalGiven,
    /// They denied it.
    ApprovalDenied,
    /// They said why it was denied.
    DenialExplained,
    /// They took it back.
    Withdrawn,
    /// They had the link shown to them.
    LinkRevealed,
}

/// How an operation ended; the words are promised in docs/audit.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The link, of a rescue or a console, was sent by DM.
    LinkDelivered,
    /// The link was shown to the requester alone.
    LinkRevealed,
    /// A key opens this rescue.
    LinkNotNeeded,
    /// No link turned up in time.
    LinkNotFound,
    /// The link was there, and nobody took it.
    LinkNotTaken,
    /// The link was there, and whoever asked may not have it any more.
    LinkWithheld,
    /// A rescue that somebody else started has an owner.
    Adopted,
    /// A rescue has another owner.
    HandedOver,
    /// OVHcloud's support has a ticket.
    TicketOpened,
    /// A ticket was sent; whether it arrived is not known.
    TicketUnknown,
    /// OVHcloud ended all sessions on the server's consoles.
    SessionsFreed,
    /// It was asked to; whether it did is not known.
    SessionsUnknown,
    /// The server was taken out of rescue.
    Restored,
    /// It was rebooted.
    Rebooted,
    /// Its netboot was put back, without a reboot.
    NetbootBack,
    /// It could not be done.
    Impossible,
    /// It was accepted too long ago to be begun.
    Expired,
    /// Somebody denied it.
    Denied,
    /// Too few people approved it in time.
    NotApproved,
    /// Somebody cancelled it.
    Cancelled,
    /// OVHcloud would not.
    RefusedByOvhcloud,
    /// OVHcloud was not reached.
    NotSent,
    /// OVHcloud's task failed.
    TaskFailed,
    /// A person left it as it is.
    LeftAlone,
    /// It was under way in a copy of the store: what was done of it since is not known.
    InDoubt,
    /// Another operation took the server over.
    Superseded,
}

impl Decision {
    /// The decision of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        of_word(word)
    }
}

impl End {
    /// The end of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        of_word(word)
    }

    /// Its word in the audit.
    pub fn word(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or("an end").to_owned()
    }
}

impl Act {
    /// The act of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        of_word(word)
    }
}

fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_written_is_read_back() {
        let acts = [
            Act::Refused,
            Act::CardDismissed,
            Act::RightExplained,
            Act::CodeTaken,
            Act::CodeRefused,
            Act::FactorEnrolled,
            Act::FactorRemoved,
            Act::Paused,
            Act::Resumed,
            Act::DmWiped,
            Act::DmNotWiped,
            Act::DmWipeGivenUp,
            Act::LeaseExtended,
            Act::LeaseHandedOver,
            Act::ServerLeft,
            Act::RescueLeft,
            Act::RescueChanged,
            Act::Started,
            Act::PolicyLoaded,
            Act::Anchored,
            Act::RefusalsLost,
            Act::CopyFound,
            Act::StoreMoved,
        ];
        for act in acts {
            assert_eq!(Act::of_word(act.as_str()), Some(act));
        }
        assert_eq!(End::RefusedByOvhcloud.word(), "refused_by_ovhcloud");
        assert_eq!(End::of_word("not_sent"), Some(End::NotSent));
        assert_eq!((Decision::of_word("boot_set"), End::of_word("an end")), (None, None));
    }
}
