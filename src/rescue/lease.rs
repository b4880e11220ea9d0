//! A rescue is a lease: it has an owner, a deadline, and a memory of what was there before.
//!
//! Pure. [`effect`] says what an event means for the lease; the store does both in one transaction.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    event::{Event, PutBack},
    operation::{ChannelId, Kind, Operation, OperationId, Setting, Snapshot, Wish},
    server::{ServiceName, System, TaskStatus},
};
use crate::access::UserId;

/// One rescue of one server, from before the netboot is changed until everything is back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// The operation that began it.
    pub operation: OperationId,
    /// The server.
    pub server: ServiceName,
    /// The configured account.
    pub account: String,
    /// What people call the server.
    pub label: String,
    /// Who answers for it.
    pub owner: UserId,
    /// Where it is talked about.
    pub channel: ChannelId,
    /// When it began, by our clock.
    pub started: Timestamp,
    /// When it should be over, by our clock.
    pub deadline: Timestamp,
    /// What was there before the first rescue of an unbroken row of them: this is put back.
    pub before: Snapshot,
    /// What was set: what differs from it was changed by somebody else.
    pub set: Setting,
    /// The rescue's family.
    pub system: System,
}

/// What an event means for the leases.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A lease begins; an active one of the server hands its memory on and sleeps.
    Begin(Box<Lease>),
    /// The lease that this operation began is undone; one that slept for it is active again.
    Undo,
    /// The server is out of rescue: its lease ends, and what was delivered is to be wiped.
    End,
}

/// What `event`, recorded now, means for the leases; `operation` is the one it was recorded for, as it is afterwards.
pub fn effect(operation: &Operation, event: &Event, now: Timestamp) -> Option<Effect> {
    match (&operation.request.wish, event) {
        (Wish::Enable(wish), Event::Prepared { plan }) => Some(Effect::Begin(Box::new(Lease {
            operation: operation.id,
            server: operation.request.server.clone(),
            account: operation.request.account.clone(),
            label: operation.request.label.clone(),
            owner: operation.request.requester,
            channel: operation.request.channel,
            started: now,
            deadline: now.checked_add(wish.lease).unwrap_or(Timestamp::MAX),
            before: plan.before.clone(),
            set: plan.change.clone()?,
            system: wish.system,
        }))),
        (Wish::Enable(_), Event::PutBack { result: PutBack::Done }) => Some(Effect::Undo),
        (Wish::Restore { .. }, Event::TaskSeen { status: TaskStatus::Done, .. } | Event::TaskVanished) => {
            Some(Effect::End)
        }
        _ => None,
    }
}

/// What opening an operation of this kind means for one that is still live on the same server.
///
/// A restore takes over from what waits for a link or a person; another rescue takes over from what waits for a link of the
/// last one; watching a machine come back ends when it is sent away again.
pub fn overtaken(by: OperationId, kind: Kind, live: &Operation) -> Option<Event> {
    use super::state::Phase;
    match (&live.state.phase, kind) {
        (_, Kind::Link) => None,
        (Phase::Watching, _) => Some(Event::Watched),
        (Phase::Undecided { .. }, Kind::Restore) => Some(Event::Superseded { by }),
        (Phase::Searching | Phase::Delivering(_) | Phase::AwaitingReveal(_), Kind::Restore | Kind::Enable) => {
            Some(Event::Superseded { by })
        }
        _ => None,
    }
}
