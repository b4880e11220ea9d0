//! The rescues of one server that are not done with, and what becomes of them.
//!
//! At most one is active. One that another rescue took over from sleeps: it wakes when that one comes to nothing, and is over when
//! the machine has arrived there.

use jiff::Timestamp;

use super::{Consequences, Links};
use crate::{
    access::UserId,
    lease::{Effect, Lease, leads_out, past::Over},
    notice::{Doing, Letter, Owed},
    operation::{Operation, OperationId},
    server::start::Fact,
};

/// A rescue as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Rescue {
    /// Its lease.
    pub lease: Lease,
    /// When its lease ended or fell asleep, by our clock; `None` while it is active.
    pub ended: Option<Timestamp>,
    /// The operation whose rescue took its place.
    pub replaced_by: Option<OperationId>,
    /// Since when it is certainly over, by our clock, and how it came to that; `None` while it is not. It may be over while its lease
    /// is active: then something is still to be put back.
    pub over: Option<(Timestamp, Over)>,
}

/// The rescues of one server that are active, asleep or not yet over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rescues(Vec<Rescue>);

/// When the lease of a server that left its rescue without us ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// At once: nothing of it is left.
    WithIt,
    /// When the rest is put back.
    OncePutBack,
}

/// What came of changing a lease.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    /// This follows.
    Done(Consequences),
    /// It ended or was changed meanwhile: nothing follows, read again and decide anew.
    Overtaken,
    /// This operation is leading the server out of rescue.
    Leaving(Box<Operation>),
}

impl Rescue {
    /// Whether its lease is active.
    pub fn is_active(&self) -> bool {
        self.ended.is_none()
    }

    fn now_over(self, how: Over, now: Timestamp) -> Self {
        let over = self.over.or(Some((now, how)));
        Self { over, ..self }
    }

    fn ended(self, now: Timestamp) -> Self {
        let ended = self.ended.or(Some(now));
        Self { ended, ..self }
    }
}

impl Rescues {
    /// These, all of one server.
    pub fn new(rescues: Vec<Rescue>) -> Self {
        Self(rescues)
    }

    /// All of them, in the order in which they were given.
    pub fn all(&self) -> &[Rescue] {
        &self.0
    }

    /// The one whose lease is active.
    pub fn active(&self) -> Option<&Rescue> {
        self.0.iter().find(|rescue| rescue.is_active())
    }

    /// Whether this is the active lease, and as it is.
    pub fn holds(&self, lease: &Lease) -> bool {
        self.held(lease).is_some()
    }

    fn held(&self, lease: &Lease) -> Option<&Rescue> {
        self.active().filter(|held| held.lease == *lease)
    }

    fn not_over(&self) -> impl Iterator<Item = &Rescue> {
        self.0.iter().filter(|rescue| rescue.over.is_none())
    }

    /// The first whose messages say that it runs.
    fn first_not_over(&self) -> Option<OperationId> {
        self.not_over().map(|rescue| rescue.lease.operation).min()
    }

    fn active_number(&self) -> Option<OperationId> {
        self.active().map(|rescue| rescue.lease.operation)
    }

    /// The first whose messages say that it runs, or that something of it is still to be put back.
    fn first_shown(&self) -> Option<OperationId> {
        self.active_number().into_iter().chain(self.first_not_over()).min()
    }

    /// What an effect of `operation` means for them; `None` when the lease that it is about ended or is somebody else's by now.
    pub(super) fn after(&self, operation: &Operation, effect: &Effect, now: Timestamp) -> Option<Consequences> {
        match effect {
            Effect::Begin(lease) => Some(self.begun(operation, lease, now)),
            Effect::Found(found) => Some(self.found(operation, found)),
            Effect::Undo => Some(self.undone(operation, now)),
            Effect::HandOver { lease, from, to } => self.handed_over(operation, *lease, *from, *to),
            Effect::End => {
                let told = self.active().and_then(|ended| of_others(&ended.lease, Doing::Ended, operation));
                let follows = self.end(Over::By(operation.id), now);
                Some(Consequences { notices: told.into_iter().collect(), ..follows })
            }
        }
    }

    /// A lease begins; an active one hands on what was there before it, and sleeps.
    fn begun(&self, operation: &Operation, lease: &Lease, now: Timestamp) -> Consequences {
        let begins = |lease| Rescue { lease, ended: None, replaced_by: None, over: None };
        let Some(earlier) = self.active() else {
            return Consequences {
                rescues: vec![begins(lease.clone())],
                forgets_foreign: true,
                ..Consequences::default()
            };
        };
        let asleep = Rescue { ended: Some(now), replaced_by: Some(operation.id), ..earlier.clone() };
        let in_a_row = lease.clone().in_a_row_after(&earlier.lease);
        Consequences {
            rescues: vec![asleep, begins(in_a_row)],
            shown_again: self.active_number(),
            forgets_foreign: true,
            notices: of_others(&earlier.lease, Doing::TakesOver, operation).into_iter().collect(),
            ..Consequences::default()
        }
    }

    /// What else was found with the netboot, as long as its lease is the active one.
    fn found(&self, operation: &Operation, found: &[Fact]) -> Consequences {
        let own = self.active().filter(|active| active.lease.operation == operation.id).cloned();
        let noted = own.map(|own| Rescue { lease: Lease { found: found.to_vec(), ..own.lease }, ..own });
        Consequences { rescues: noted.into_iter().collect(), ..Consequences::default() }
    }

    /// The rescue that this operation began never was; what slept for it is active again.
    fn undone(&self, operation: &Operation, now: Timestamp) -> Consequences {
        let own = self.0.iter().find(|rescue| rescue.lease.operation == operation.id).cloned();
        let own = own.map(|own| Rescue { ended: Some(now), over: Some((now, Over::Undone)), ..own });
        let slept = self.0.iter().find(|rescue| rescue.replaced_by == Some(operation.id));
        let awake = slept.map(|slept| Rescue { ended: None, replaced_by: None, ..slept.clone() });
        // Where its own lease had ended before, another one may be active by now.
        let active = awake.clone().or_else(|| self.active().filter(|active| !is_of(active, operation)).cloned());
        Consequences {
            shown_again: active.as_ref().map(|active| active.lease.operation),
            notices: active
                .and_then(|active| of_others(&active.lease, Doing::GivesBack, operation))
                .into_iter()
                .collect(),
            rescues: own.into_iter().chain(awake).collect(),
            ..Consequences::default()
        }
    }

    /// A lease goes from one owner to another, and both are told; `None` if it ended or is somebody else's by now.
    fn handed_over(&self, operation: &Operation, lease: OperationId, from: UserId, to: UserId) -> Option<Consequences> {
        let held = self.active().filter(|held| held.lease.operation == lease && held.lease.owner == from)?;
        let letter = Letter::handed_over(&held.lease, to, operation.request.requester);
        let theirs = Rescue { lease: Lease { owner: to, ..held.lease.clone() }, ..held.clone() };
        Some(Consequences {
            rescues: vec![theirs],
            shown_again: Some(lease),
            notices: vec![Owed { origin: format!("hand-over:{}", operation.id.0), letter }],
            ..Consequences::default()
        })
    }

    /// The machine has arrived in this operation's rescue: what slept for it, and what was delivered before it, is over.
    pub(super) fn arrived(&self, operation: &Operation, now: Timestamp) -> Consequences {
        let earlier = self.not_over().filter(|rescue| !rescue.is_active() && rescue.lease.operation < operation.id);
        let over = earlier.cloned().map(|rescue| rescue.now_over(Over::By(operation.id), now));
        Consequences {
            rescues: over.collect(),
            shown_again: self.first_not_over(),
            wiped: Some(Links::Before(operation.id)),
            ..Consequences::default()
        }
    }

    /// This operation rebooted the machine into the rescue that it was in.
    pub(super) fn rebooted(&self, operation: &Operation) -> Consequences {
        let told = self.active().and_then(|active| of_others(&active.lease, Doing::Rebooted, operation));
        Consequences { notices: told.into_iter().collect(), ..Consequences::default() }
    }

    /// All of them are over: what was delivered is to be wiped, and their messages, and those of what was tried since, say so.
    fn all_over(&self, how: Over, now: Timestamp) -> Consequences {
        let touched = self.0.iter().filter(|rescue| rescue.is_active() || rescue.over.is_none());
        Consequences {
            rescues: touched.cloned().map(|rescue| rescue.now_over(how, now)).collect(),
            shown_again: self.first_shown(),
            wiped: Some(Links::All),
            ..Consequences::default()
        }
    }

    /// The server is out of rescue, and nothing is left to be put back: all of them are over, and the active lease ends.
    pub fn end(&self, how: Over, now: Timestamp) -> Consequences {
        let over = self.all_over(how, now);
        let ended = over.rescues.into_iter().map(|rescue| rescue.ended(now)).collect();
        Consequences { rescues: ended, forgets_foreign: true, ..over }
    }

    /// The active lease is `changed`, by what others were seen to do to it; `ends`: nothing of it is left to be put back. `None` when it
    /// is not `lease` any more.
    pub fn seen(&self, lease: &Lease, changed: &Lease, ends: Ends, now: Timestamp) -> Option<Consequences> {
        let held = self.held(lease)?;
        let seen = Rescue { lease: changed.clone(), ..held.clone() };
        if !changed.seen.has_left() {
            // One that had left is in its rescue again.
            let rescues = vec![Rescue { over: None, ..seen }];
            return Some(Consequences { rescues, shown_again: Some(lease.operation), ..Consequences::default() });
        }
        let others = self.0.iter().filter(|rescue| !rescue.is_active()).cloned();
        let all = Self(others.chain([seen]).collect());
        Some(match ends {
            Ends::WithIt => all.end(Over::Others, now),
            Ends::OncePutBack => all.all_over(Over::Others, now),
        })
    }

    /// The active lease becomes `changed`, with another deadline or owner; `live` are the operations of its server.
    pub fn change(&self, lease: &Lease, changed: &Lease, live: &[Operation]) -> Changed {
        let Some(held) = self.held(lease) else { return Changed::Overtaken };
        if let Some(way_out) = live.iter().find(|operation| leads_out(operation)) {
            return Changed::Leaving(Box::new(way_out.clone()));
        }
        Changed::Done(Consequences {
            rescues: vec![Rescue { lease: changed.clone(), ..held.clone() }],
            planned_anew: (changed.deadline != lease.deadline).then_some(lease.operation),
            shown_again: Some(lease.operation),
            ..Consequences::default()
        })
    }
}

fn is_of(rescue: &Rescue, operation: &Operation) -> bool {
    rescue.lease.operation == operation.id
}

/// The owner of a lease is owed a word about what somebody else's operation does to it; about their own, none.
fn of_others(lease: &Lease, doing: Doing, operation: &Operation) -> Option<Owed> {
    let letter = Letter::of_others_doing(lease, doing, operation)?;
    Some(Owed { origin: format!("{}:{}", doing.as_str(), operation.id.0), letter })
}
