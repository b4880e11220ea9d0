//! The ways on from a refusal: what is near to what was typed, the other rescue, the same once more, and those who may.
//!
//! A refusal itself has no buttons. What may help stands below it, in a message of its own that only its asker sees; a press does
//! what the command would have done, with the rights that its presser has then. What was typed is kept in memory for as long as Discord
//! lets an answer be changed: after that, and after a restart, it is typed again. Where replicas share a store it is there as long, as
//! another replica may be pressed.

mod ask;
mod found;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use bernard_domain::access::{Capability, UserId, Who};
use bernard_platform::clock;
use bernard_store::Store;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{component::WayId, typed::Command};

/// How long a way can be taken: Discord's answers can be changed for as long.
const LIFE: SignedDuration = SignedDuration::from_mins(15);
/// How long names of roles are good for.
const NAMES_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How many answers' ways are kept at most: many more than people read at once.
const MOST: usize = 1_000;

/// What a press does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Way {
    /// What this command would.
    Command(Box<Command>),
    /// Asks these people in the channel for their help.
    Ask(Help),
    /// Asks OVHcloud's support about the server of this name, which OVHcloud itself holds.
    Support(String),
}

/// What somebody may not do, and asks others for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Help {
    /// Whom they ask.
    pub(crate) of: Who,
    /// To do what.
    pub(crate) capability: Capability,
    /// What they know the server by; `None`: it is about no certain one.
    pub(crate) label: Option<String>,
}

/// The ways that are open.
#[derive(Debug, Default)]
pub(crate) struct Ways(Mutex<VecDeque<Open>>);

#[derive(Debug)]
struct Open {
    answer: Uuid,
    person: UserId,
    until: Timestamp,
    ways: Vec<Way>,
}

/// Why a way cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It was too long ago, or in another process.
    Over,
    /// It is this person's.
    NotYours(UserId),
}

impl Ways {
    /// Keeps the ways of one answer for `person`, and says what its buttons mean, in their order.
    pub(crate) fn keep(&self, person: UserId, ways: Vec<Way>) -> Vec<WayId> {
        let (answer, now) = (Uuid::now_v7(), clock::now());
        let ids = (0..u8::try_from(ways.len()).unwrap_or(u8::MAX)).map(|number| WayId { answer, number }).collect();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|one| one.until > now);
        open.truncate(MOST - 1);
        open.push_front(Open { answer, person, until: now.saturating_add(LIFE).unwrap_or(Timestamp::MAX), ways });
        ids
    }

    /// What a button means to `person`.
    pub(crate) fn take(&self, id: WayId, person: UserId) -> Result<Way, Closed> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        let one = open.iter().find(|one| one.answer == id.answer && one.until > now).ok_or(Closed::Over)?;
        if one.person != person {
            return Err(Closed::NotYours(one.person));
        }
        one.ways.get(usize::from(id.number)).cloned().ok_or(Closed::Over)
    }

    /// The same as [`keep`](Self::keep), for other replicas too.
    pub(crate) async fn offer(&self, store: &Store, person: UserId, ways: Vec<Way>) -> Vec<WayId> {
        // What others wrote is not kept there: then the button works where it was offered.
        let kept = serde_json::to_string(&ways).ok();
        let ids = self.keep(person, ways);
        if let (Some(kept), Some(first)) = (kept, ids.first()) {
            let until = clock::now().saturating_add(LIFE).unwrap_or(Timestamp::MAX);
            if let Err(error) = store.offer_ways(&first.answer.to_string(), person, &kept, until).await {
                tracing::warn!(%error, "the ways on from an answer can be taken in this replica alone");
            }
        }
        ids
    }

    /// The same as [`take`](Self::take), of what another replica offered too.
    pub(crate) async fn taken(&self, store: &Store, id: WayId, person: UserId) -> Result<Way, Closed> {
        match self.take(id, person) {
            Err(Closed::Over) => {}
            taken => return taken,
        }
        let offered = store.offered_ways(&id.answer.to_string(), clock::now()).await;
        let offered = offered.inspect_err(|error| tracing::warn!(%error, "the ways on from an answer cannot be read"));
        let (of, ways) = offered.ok().flatten().ok_or(Closed::Over)?;
        if of != person {
            return Err(Closed::NotYours(of));
        }
        let ways: Vec<Way> = serde_json::from_str(&ways).map_err(|_| Closed::Over)?;
        ways.into_iter().nth(usize::from(id.number)).ok_or(Closed::Over)
    }
}

/// What roles are called, as Discord said last.
#[derive(Debug, Default)]
pub(crate) struct RoleNames(Mutex<Option<(Timestamp, BTreeMap<u64, String>)>>);

impl RoleNames {
    fn fresh(&self, now: Timestamp) -> Option<BTreeMap<u64, String>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(read, _)| now.duration_since(*read) < NAMES_LIFE).map(|(_, names)| names.clone())
    }

    fn learn(&self, now: Timestamp, names: &BTreeMap<u64, String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, names.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: UserId = UserId(1);
    const BEN: UserId = UserId(2);

    #[test]
    fn a_way_is_taken_by_whom_it_was_offered_to_and_as_often_as_they_like() {
        let ways = Ways::default();
        let ids = ways.keep(ANN, vec![Way::Command(Box::new(Command::Help)), Way::Command(Box::new(Command::List))]);
        assert_eq!(ways.take(ids[1], ANN), Ok(Way::Command(Box::new(Command::List))));
        assert_eq!(
            ways.take(ids[1], ANN),
            Ok(Way::Command(Box::new(Command::List))),
            "the command can be typed twice too"
        );
        assert_eq!(ways.take(ids[0], BEN), Err(Closed::NotYours(ANN)));
        let guessed = WayId { answer: Uuid::now_v7(), ..ids[0] };
        assert_eq!(ways.take(guessed, ANN), Err(Closed::Over));
        assert_eq!(ways.take(WayId { number: 2, ..ids[0] }, ANN), Err(Closed::Over));
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let ways = Ways::default();
        let first = ways.keep(ANN, vec![Way::Command(Box::new(Command::Help))])[0];
        let all: Vec<_> = (0..MOST).map(|_| ways.keep(BEN, vec![Way::Command(Box::new(Command::Help))])[0]).collect();
        assert_eq!(ways.take(first, ANN), Err(Closed::Over));
        assert!(all.iter().all(|id| ways.take(*id, BEN).is_ok()));
    }
}
