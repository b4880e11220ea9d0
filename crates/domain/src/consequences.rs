//! What follows from what happens: the lines of the audit, what becomes of the server's rescues, which messages are shown again,
//! which DMs are to be wiped, who is owed a word.
//!
//! Pure. Decided here from what the store has read in its transaction; the store writes all of it, or nothing.

mod gate;
mod rescues;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::{
    audit::{self, Entry},
    lease::{self, Effect, Lease, sight::Seen},
    notice::Owed,
    operation::{
        Operation, OperationId, Wish,
        event::{Doubt, Event, Problem},
        state::{IllegalEvent, Outcome, Phase},
        step::Step,
    },
};

pub use gate::{Begins, Closed, gate, needs_lease, taken_over};
pub use rescues::{Changed, Ends, Rescue, Rescues};

/// What follows for one server from what happened, whole. Whoever drops it records a thing without what it means.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Consequences {
    /// Its rescues that change, as they are kept from now on; written in this order no two are ever active at once.
    pub rescues: Vec<Rescue>,
    /// The lease of this operation has another deadline, and reminders of its own for that.
    pub planned_anew: Option<OperationId>,
    /// The messages of this operation and of all later ones are shown again.
    pub shown_again: Option<OperationId>,
    /// The DMs with links to its rescues that are to be wiped. A console's link goes with its session.
    pub wiped: Option<Links>,
    /// Whether a rescue that somebody else had begun is forgotten: it has an owner now, or is over.
    pub forgets_foreign: bool,
    /// What is owed to be told.
    pub notices: Vec<Owed>,
    /// The audit's lines, in their order.
    pub entries: Vec<Entry>,
}

/// Links to a server's rescues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// All of them.
    All,
    /// Those that operations before this one delivered.
    Before(OperationId),
}

/// An event that may follow, before it was looked at what it means for its server's rescues.
#[derive(Clone, Debug)]
#[must_use]
pub struct Recording<'a> {
    operation: Operation,
    event: &'a Event,
    begins: Begins,
    effect: Option<Effect>,
    now: Timestamp,
}

/// An event with all that is to be written of it.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Recorded {
    /// The operation with that event.
    pub operation: Operation,
    /// When it is looked at next, by our clock; `None`: nothing is due.
    pub due: Option<Timestamp>,
    /// How long it took its requester, if this says so.
    pub took: Option<SignedDuration>,
    /// Whether a DM is about to be sent: from here on it may arrive.
    pub sends_dm: bool,
    /// What follows for its server.
    pub consequences: Consequences,
}

impl<'a> Recording<'a> {
    /// `event` at `now`, after everything that has happened to `operation`.
    ///
    /// # Errors
    /// [`IllegalEvent`] when it cannot follow.
    pub fn of(operation: &Operation, event: &'a Event, now: Timestamp) -> Result<Self, IllegalEvent> {
        let after = operation.record(event, now)?;
        let begins = Begins::of(operation, &after, event);
        let effect = lease::effect(&after, event, now);
        Ok(Self { operation: after, event, begins, effect, now })
    }

    /// The operation with that event.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// It.
    pub fn event(&self) -> &'a Event {
        self.event
    }

    /// What it sets going that a pause or another operation may forbid.
    pub fn begins(&self) -> Begins {
        self.begins
    }

    /// Whether the server's rescues must be known to say what follows; else none need be read.
    pub fn touches_rescues(&self) -> bool {
        self.effect.is_some() || self.outdates_links() || self.reboots_into_rescue()
    }

    /// What follows, where `rescues` are the server's; `None` when the lease that it is about ended or is somebody else's by now:
    /// then nothing is to be recorded.
    pub fn among(self, rescues: &Rescues) -> Option<Recorded> {
        let (after, now) = (&self.operation, self.now);
        let mut follows = match &self.effect {
            Some(effect) => rescues.after(after, effect, now)?,
            None if self.outdates_links() => rescues.arrived(after, now),
            None if self.reboots_into_rescue() => rescues.rebooted(after),
            None => Consequences { shown_again: ticketed(after), ..Consequences::default() },
        };
        follows.entries.push(audit::of_event(after, self.event, now));
        follows.entries.extend(self.effect.iter().map(|effect| audit::of_lease(after, effect, now)));
        Some(Recorded {
            due: Step::of(&after.state.phase).map(|_| now),
            took: after.took(self.event, now),
            sends_dm: matches!(self.event, Event::DeliveryAttempted { .. }),
            operation: self.operation,
            consequences: follows,
        })
    }

    fn outdates_links(&self) -> bool {
        lease::outdates_links(&self.operation, self.event)
    }

    fn reboots_into_rescue(&self) -> bool {
        lease::reboots_into_rescue(&self.operation, self.event)
    }
}

impl Consequences {
    /// This is owed too.
    pub fn owing(mut self, owed: impl IntoIterator<Item = Owed>) -> Self {
        self.notices.extend(owed);
        self
    }

    /// The audit has this line too.
    pub fn audited(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }
}

/// The operation whose messages name the ticket that was just opened about it.
fn ticketed(after: &Operation) -> Option<OperationId> {
    match (&after.request.wish, &after.state.phase) {
        (Wish::Ticket(ticket), Phase::Ended(Outcome::TicketOpened(_))) => ticket.about,
        _ => None,
    }
}

/// What follows when a lease goes on to its next reminder: after its deadline the messages of its rescue say so.
pub fn moved_on(lease: &Lease, now: Timestamp) -> Consequences {
    let shown_again = (lease.deadline <= now).then_some(lease.operation);
    Consequences { shown_again, ..Consequences::default() }
}

/// What a start means for operations that are live: what the last process was writing when it ended may show up late. Said once.
pub fn doubted_at_start(live: &[Operation]) -> Vec<(&Operation, Event)> {
    let in_doubt = live.iter().filter(|live| live.state.writes() && live.state.facts.doubt.is_none());
    in_doubt.map(|live| (live, Event::SettingInDoubt { doubt: Doubt::Stopped, query: None })).collect()
}

/// What it means for the live operations of a server what others were `seen` to do to its rescue: once it has left, a link that is
/// found leads nowhere.
pub fn in_vain<'a>(seen: &Seen, live: &'a [Operation]) -> Vec<(&'a Operation, Event)> {
    let seek = live.iter().filter(|live| seen.has_left() && live.state.seeks_link());
    seek.map(|live| (live, Event::FoundImpossible { problem: Problem::LeftRescue })).collect()
}
