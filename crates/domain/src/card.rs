//! A confirmation card stands for one operation for ever: when it can be answered, and what its **Cancel** leaves in the audit.
//!
//! Pure.

use jiff::{SignedDuration, Timestamp};

use crate::{
    audit::{Act, Entry},
    operation::{OperationId, Request},
};

/// How long a card waits for its answer (product.md: ten minutes; Discord's token for editing it dies after fifteen).
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How far our clock may be behind the moment at which a card was made, before nobody knows how old it is.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// Why a card or press opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardRefusal {
    /// It was answered before; by this operation, or by **Cancel**.
    Answered(Option<OperationId>),
    /// Its ten minutes are over.
    Expired,
    /// Nobody was ever shown it.
    Unknown,
}

/// What became of a card that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// When it was made, by our clock.
    pub made: Timestamp,
    /// Until when it waits, by our clock.
    pub expires: Timestamp,
    /// Its answer: an operation, or `None` for **Cancel**.
    pub answer: Option<Option<OperationId>>,
}

impl Shown {
    /// Why it can no longer be answered; `None` when it can.
    pub fn refusal(&self, now: Timestamp) -> Option<CardRefusal> {
        // One that is made in the future was made by a clock that has been set back since: nobody knows how old it is.
        let is_ageless = self.made.duration_since(now) > AHEAD;
        match self.answer {
            Some(operation) => Some(CardRefusal::Answered(operation)),
            None => (is_ageless || self.expires <= now).then_some(CardRefusal::Expired),
        }
    }
}

/// **Cancel**. Only the one who was shown a card can answer it.
pub fn dismissed(request: &Request, now: Timestamp) -> Entry {
    let entry = Entry::act(Act::CardDismissed, now).by(request.requester).on(&request.server).at_place(request.channel);
    entry.asking(request.kind().as_str()).because(request.reason.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_serves_once_and_for_ten_minutes_by_a_clock_that_goes_on() {
        let made = Timestamp::UNIX_EPOCH;
        let expires = made + LIFE;
        let fresh = Shown { made, expires, answer: None };
        let second = SignedDuration::from_secs(1);
        assert_eq!(fresh.refusal(made), None);
        assert_eq!(fresh.refusal(expires - second), None);
        assert_eq!(fresh.refusal(expires), Some(CardRefusal::Expired));
        assert_eq!(fresh.refusal(made - AHEAD), None);
        assert_eq!(fresh.refusal(made - AHEAD - second), Some(CardRefusal::Expired), "the clock was set back");
        let by = Some(OperationId(7));
        assert_eq!(Shown { answer: Some(by), ..fresh }.refusal(expires), Some(CardRefusal::Answered(by)));
        assert_eq!(Shown { answer: Some(None), ..fresh }.refusal(made), Some(CardRefusal::Answered(None)));
    }
}
