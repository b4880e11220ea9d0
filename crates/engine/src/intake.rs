//! Where people's words become operations: without a [`Grant`] nothing here does anything.
//!
//! When [`Intake::open_from_card`] or [`Intake::open_from_press`] returns [`Open::Accepted`], the operation survives a crash, and
//! the bot owes an outcome.

mod approval;
mod lease;

use bernard_domain::{
    access::{Capability, Grant, UserId},
    audit::Entry,
    notice::{Letter, Notice, To},
    operation::{ChannelId, Operation, OperationId, Request, approval::Approval, event::Event, state::Phase},
    pause::Pause,
    server::{QueryId, ServiceName},
};
use bernard_platform::clock;
use bernard_store::{Again, Answer, Append, CardId, CardRefusal, Error as StoreError, GivenStep, Open, Store};

use super::{link::Found, runner::Runner};
use crate::{
    limits::{Limits, TooOften},
    wakeups::Wakeups,
};

pub use approval::{Approved, needed_to_withdraw};
pub use bernard_domain::authorization::needed;
pub use lease::{Extended, MoreTime};

/// How often a decision is tried again when the operation went on at the same moment.
const TRIES: u32 = 5;

/// Takes requests and decisions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    store: Store,
    wakeups: Wakeups,
    limits: Limits,
}

/// What a person decides about a live operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// **Cancel**, before the reboot is sent.
    Cancel,
    /// **Reboot again**, answering the question with this number.
    RebootAgain(u32),
    /// **Leave it**, answering the question with this number.
    LeaveIt(u32),
    /// **Leave it**, where a reboot's task stands.
    LetGo,
}

impl Decision {
    /// What one must be allowed to make this decision about that operation.
    pub fn needs(self, operation: &Operation) -> Capability {
        match self {
            Self::RebootAgain(_) | Self::LeaveIt(_) | Self::LetGo => Capability::Reboot,
            Self::Cancel => needed(operation.request.kind()),
        }
    }
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Decided {
    /// It is durable.
    Done(Box<Operation>),
    /// It comes too late: the operation has gone on.
    TooLate(Box<Operation>),
    /// There is no such operation.
    Unknown,
    /// The card that it was to be decided by was answered before, or is too old.
    Refused(CardRefusal),
}

/// The intake could not do what it was asked; nothing was accepted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server had enough of it.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// The grant is for something else: a fault of ours.
    #[error("the grant does not cover this")]
    WrongGrant,
}

impl Intake {
    /// An intake on this store.
    pub fn new(store: Store, wakeups: Wakeups, limits: Limits) -> Self {
        Self { store, wakeups, limits }
    }

    /// The same, writing by this store.
    #[must_use]
    pub fn writing_by(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }

    /// How often may be asked here.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Accepts what a confirmation card asked for, once for ever.
    ///
    /// # Errors
    /// [`Error`]: nothing was accepted.
    pub async fn open_from_card(&self, grant: &Grant, card: CardId, request: &Request) -> Result<Open, Error> {
        may_open(grant, request)?;
        self.within_limits(request).await?;
        let opened = self.store.open_from_card(card, request, clock::now()).await?;
        self.wakeups.notify();
        Ok(opened)
    }

    /// The same, given for a code whose step counts with it; `None` when that has counted by now: then nothing was accepted.
    ///
    /// # Errors
    /// [`Error`]: nothing was accepted.
    pub async fn open_from_card_by_code(
        &self,
        grant: &Grant,
        card: CardId,
        request: &Request,
        code: &GivenStep,
    ) -> Result<Option<Open>, Error> {
        may_open(grant, request)?;
        self.within_limits(request).await?;
        let opened = self.store.open_from_card_by_code(card, request, code, clock::now()).await?;
        self.wakeups.notify();
        Ok(opened)
    }

    /// Accepts what a press or command asked for, once for each interaction.
    ///
    /// # Errors
    /// [`Error`]: nothing was accepted.
    pub async fn open_from_press(&self, grant: &Grant, interaction: u64, request: &Request) -> Result<Open, Error> {
        may_open(grant, request)?;
        self.within_limits(request).await?;
        let opened = self.store.open_from_press(interaction, request, clock::now()).await?;
        self.wakeups.notify();
        Ok(opened)
    }

    /// Pulls the kill switch and tells the channel, unless it is pulled already: then whoever did it comes back.
    ///
    /// # Errors
    /// [`Error`]: nothing is paused.
    pub async fn pause(
        &self,
        grant: &Grant,
        reason: String,
        channel: ChannelId,
        entry: &Entry,
    ) -> Result<Option<Pause>, Error> {
        let by = may_switch(grant)?;
        let notice = Notice::Paused { by, reason: reason.clone() };
        let pause = Pause { by, at: clock::now(), reason };
        let earlier = self.store.begin_pause(&pause, &told_in(channel, by, notice), entry).await?;
        self.wakeups.notify();
        Ok(earlier)
    }

    /// Lets go of the kill switch and tells the channel; which pause that ended, if any.
    ///
    /// # Errors
    /// [`Error`]: nothing is resumed.
    pub async fn resume(&self, grant: &Grant, channel: ChannelId, entry: &Entry) -> Result<Option<Pause>, Error> {
        let by = may_switch(grant)?;
        let letter = told_in(channel, by, Notice::Resumed { by });
        let ended = self.store.end_pause(&letter, entry, clock::now()).await?;
        self.wakeups.notify();
        Ok(ended)
    }

    async fn within_limits(&self, request: &Request) -> Result<(), TooOften> {
        if request.kind().is_always_open() { Ok(()) } else { self.limits.operation(&request.server).await }
    }

    /// Records a person's decision about a live operation.
    ///
    /// # Errors
    /// [`Error`]: nothing was decided.
    pub async fn decide(&self, grant: &Grant, id: OperationId, decision: Decision) -> Result<Decided, Error> {
        let covers = |operation: &Operation| covers(grant, &operation.request.server, decision.needs(operation));
        self.decide_with(None, id, covers, |operation| event(grant, operation, decision)).await
    }

    /// **Confirm** on a card that asks for one more reboot: it answers the question, or asks those whose approval it needs.
    ///
    /// # Errors
    /// [`Error`]: nothing was decided.
    pub async fn reboot_again(
        &self,
        grant: &Grant,
        card: CardId,
        again: Again,
        approval: Option<&Approval>,
    ) -> Result<Decided, Error> {
        let covers = |operation: &Operation| covers(grant, &operation.request.server, Capability::Reboot);
        let event = |operation: &Operation| match approval {
            None => event(grant, operation, Decision::RebootAgain(again.asked)),
            Some(approval) => is_asked(operation, again.asked).then(|| Event::RebootAgainAsked {
                by: by(grant),
                approval: Box::new(approval.clone()),
                rule: rule(grant),
            }),
        };
        self.decide_with(Some(card), again.operation, covers, event).await
    }

    /// Records the event that a decision is, as often as the operation goes on at the same moment; no event: it comes too late.
    async fn decide_with(
        &self,
        card: Option<CardId>,
        id: OperationId,
        covers: impl Fn(&Operation) -> Result<(), Error>,
        event: impl Fn(&Operation) -> Option<Event>,
    ) -> Result<Decided, Error> {
        for _ in 0..TRIES {
            let Some(operation) = self.store.operation(id).await? else { return Ok(Decided::Unknown) };
            covers(&operation)?;
            let Some(event) = event(&operation) else { return Ok(Decided::TooLate(Box::new(operation))) };
            let now = clock::now();
            let appended = match card {
                None => self.store.append(&operation, &event, now).await?,
                Some(card) => match self.store.append_from_card(card, &operation, &event, now).await? {
                    Answer::Recorded(appended) => appended,
                    Answer::Refused(refusal) => return Ok(Decided::Refused(refusal)),
                },
            };
            match appended {
                Append::Done(next) => {
                    self.wakeups.notify();
                    return Ok(Decided::Done(next));
                }
                Append::Overtaken => {}
                // No decision is a last approval: that is given by `approve`.
                Append::Busy(_) | Append::Illegal(_) => return Ok(Decided::TooLate(Box::new(operation))),
            }
        }
        let operation = self.store.operation(id).await?;
        Ok(operation.map_or(Decided::Unknown, |operation| Decided::TooLate(Box::new(operation))))
    }

    /// Finds the link of an operation that waits for **Reveal link**; the caller shows it to its requester and to nobody else.
    ///
    /// # Errors
    /// [`Error`]: nothing was found out.
    pub async fn find_for_reveal(
        &self,
        grant: &Grant,
        runner: &Runner,
        operation: &Operation,
    ) -> Result<Option<Found>, Error> {
        if by(grant) != operation.request.requester || grant.server() != Some(&operation.request.server) {
            return Err(Error::WrongGrant);
        }
        Ok(runner.link_of(operation).await)
    }

    /// The requester has seen the link, whose secret was made by the request that OVHcloud calls `query`.
    ///
    /// # Errors
    /// [`Error`]: it is not recorded, so the button stays.
    pub async fn revealed(&self, id: OperationId, query: Option<QueryId>) -> Result<(), Error> {
        let revealed = Event::LinkRevealed { query };
        // Their own grant for it was looked at before it was shown to them.
        self.decide_with(None, id, |_| Ok(()), |_| Some(revealed.clone())).await.map(drop)
    }
}

fn may_switch(grant: &Grant) -> Result<UserId, Error> {
    if grant.capability() == Capability::Admin { Ok(by(grant)) } else { Err(Error::WrongGrant) }
}

/// A notice in the channel, or to whoever caused it if the channel takes none.
fn told_in(channel: ChannelId, by: UserId, notice: Notice) -> Letter {
    Letter { to: To::Channel { channel, or_to: Some(by) }, notice }
}

fn may_open(grant: &Grant, request: &Request) -> Result<(), Error> {
    if by(grant) != request.requester {
        return Err(Error::WrongGrant);
    }
    covers(grant, &request.server, needed(request.kind()))
}

fn covers(grant: &Grant, server: &ServiceName, capability: Capability) -> Result<(), Error> {
    let same = grant.server() == Some(server) && grant.capability() == capability;
    if same { Ok(()) } else { Err(Error::WrongGrant) }
}

fn by(grant: &Grant) -> UserId {
    grant.requester().user
}

fn rule(grant: &Grant) -> Option<String> {
    Some(grant.rule())
}

/// Whether the question with this number is still asked.
pub fn is_asked(operation: &Operation, number: u32) -> bool {
    matches!(operation.state.phase, Phase::Undecided { .. }) && operation.state.facts.asked == number
}

/// The event of a decision; `None` when the question it answers is no longer asked.
fn event(grant: &Grant, operation: &Operation, decision: Decision) -> Option<Event> {
    let (by, rule) = (by(grant), rule(grant));
    match decision {
        Decision::Cancel if operation.state.can_be_cancelled() => Some(Event::CancelAsked { by, rule }),
        Decision::RebootAgain(number) if is_asked(operation, number) => Some(Event::RebootAgainApproved { by, rule }),
        Decision::LeaveIt(number) if is_asked(operation, number) => Some(Event::LeftAlone { by, rule }),
        Decision::LetGo if operation.can_be_let_go() => Some(Event::LeftAlone { by, rule }),
        _ => None,
    }
}
