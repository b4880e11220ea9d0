//! An operation: what was asked, by whom, and everything that has happened to it since.
//!
//! Pure. People know it as `R-142`. It is never changed, only continued: [`Operation::record`] appends an event.

pub mod event;
pub mod state;
pub mod step;
pub mod exact_call;
pub mod approval;
pub mod usual;
pub mod urgency;
pub mod ticket;
pub mod sessions;

mod kind;
mod setting;
#[cfg(test)]
pub(crate) mod fixture;

use core::net::Ipv4Addr;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    console::ConsoleMinutes,
    mark::{Mark, Marked},
    others::Beside,
    server::{Boot, Identity, ServiceName, System},
    ssh_key,
};
use crate::{access::UserId, locale::Locale};
use crate::{
    operation::{
        approval::{Guard, Round, RoundEnd},
        event::Event,
        state::{IllegalEvent, Outcome, Phase, State},
        ticket::TicketWish,
    },
    server::start::{Field, Instead, Start},
};

pub use kind::Kind;
pub use setting::{Entry, Lacking, Missing, Plan, Setting, Snapshot};
pub use setting::{same_text, starts};

/// The number of an operation; `R-142` to people, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OperationId(pub i64);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{}", self.0)
    }
}

/// An operation, or the rescue that it began, as a button names it.
pub type MarkedOperation = Marked<OperationId>;

/// A Discord channel or thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChannelId(pub u64);

/// What was asked, as it was approved; it never changes afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What is to be done.
    pub wish: Wish,
    /// The server, as OVHcloud names it.
    pub server: ServiceName,
    /// The configured account it belongs to.
    pub account: String,
    /// What people call it.
    pub label: String,
    /// Who asked, and receives the link.
    pub requester: UserId,
    /// The requester's language, for what only they see.
    pub locale: Locale,
    /// Where the card is posted: the channel or thread in which it was asked for.
    pub channel: ChannelId,
    /// The channel that rights are looked up for: the same, or a thread's parent.
    pub place: ChannelId,
    /// Why, in the requester's words.
    pub reason: Option<String>,
    /// The rule that allowed it: its place in the configuration.
    pub rule: String,
    /// Whether others must approve it first.
    #[serde(default)]
    pub guard: Guard,
    /// What rules knew the server by when this was allowed; whatever has changed since is judged anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<Identity>,
    /// What others were at when this was asked for, as the person was shown it; `None` where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// What is to be read before acting on its server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<crate::runbook::Runbook>,
}

impl Request {
    /// What one types for its server.
    pub fn typed(&self) -> &str {
        crate::server::typed(&self.label, self.server.as_str())
    }

    /// The kind of its wish.
    pub fn kind(&self) -> Kind {
        match self.wish {
            Wish::Enable(_) => Kind::Enable,
            Wish::Restore { .. } => Kind::Restore,
            Wish::Reboot { .. } => Kind::Reboot,
            Wish::Link { .. } => Kind::Link,
            Wish::PutBack { .. } => Kind::PutBack,
            Wish::Adopt { .. } => Kind::Adopt,
            Wish::HandOver { .. } => Kind::HandOver,
            Wish::Console { .. } => Kind::Console,
            Wish::Ticket(_) => Kind::Ticket,
            Wish::FreeSessions { .. } => Kind::FreeSessions,
        }
    }
}

/// What is to be done, with what the person was shown before they said yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "snake_case")]
pub enum Wish {
    /// Into rescue.
    Enable(EnableWish),
    /// Out of rescue.
    Restore {
        /// The start that the person was shown, and no other.
        into: Start,
        /// What somebody else had changed, as the person was shown it; any other change is asked about again.
        #[serde(default)]
        despite: Vec<Difference>,
        /// Whose rescue the person was shown that it ends; no other one is ended.
        #[serde(default)]
        ends: Ends,
        /// What it does not lead to, if it leads to the disk in the place of something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Instead>,
    },
    /// A plain hard reboot.
    Reboot {
        /// The start that the person was shown; `None` when the server has none set.
        into: Option<Start>,
    },
    /// The link again.
    Link {
        /// Where to look, in order.
        sources: Vec<Source>,
    },
    /// The netboot and the rest as they were before the rescue, without a reboot.
    PutBack {
        /// The start that the person was shown, and no other.
        into: Start,
        /// What somebody else had changed, as the person was shown it.
        #[serde(default)]
        despite: Vec<Difference>,
        /// What it does not lead to, if it leads to the disk in the place of something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Instead>,
    },
    /// A rescue that somebody else started.
    Adopt {
        /// How long it is meant to last from now on.
        lease: SignedDuration,
    },
    /// Another owner for one rescue; for a later one, or after another hand-over, it is asked for anew.
    HandOver {
        /// The operation that began the lease.
        lease: OperationId,
        /// Whose it was when this was asked for.
        from: UserId,
        /// Whose it shall be.
        to: UserId,
    },
    /// A session on the screen.
    Console {
        /// For how long.
        minutes: ConsoleMinutes,
        /// The only address that may use it; `None`: any. The requester's own, so no channel sees it,
        /// unless somebody there has to approve the call.
        ip: Option<Ipv4Addr>,
    },
    /// A ticket with OVHcloud's support.
    Ticket(TicketWish),
    /// The end of all sessions on its consoles.
    FreeSessions {
        /// The console that could not be had.
        about: OperationId,
    },
}

/// Which rescue a way out ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// It was asked for before that was kept.
    #[default]
    Unsaid,
    /// None that has an owner.
    Nobodys,
    /// The one that this operation began.
    This(OperationId),
}

/// A field that is not as Bernard left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// It starts something else now; `None` when nothing is set.
    Boot(Option<Start>),
    /// `rescueMail` is another one now.
    RescueMail,
    /// `rescueSshKey` is another one now.
    RescueSshKey,
    /// Another field that changed with our deed, and once more since.
    Field(Field),
}

/// The particulars of `/rescue enable`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnableWish {
    /// The rescue that the person was shown, chosen by kernel.
    pub into: Boot,
    /// Its family: which user, which port, which guide.
    pub system: System,
    /// Where OVHcloud shall mail the credentials, if not to the account's contact.
    pub email: Option<String>,
    /// The key that the Linux rescue shall accept; then there is no password and no link.
    pub ssh_key: Option<String>,
    /// How long the rescue is meant to last.
    pub lease: SignedDuration,
    /// The operation of the rescue that the person was shown it takes over; no other one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<OperationId>,
}

/// Where a link is looked for (`rescue.secret_from`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// `POST …/authenticationSecret`.
    AuthenticationSecret,
    /// The account's mails.
    Mail,
    /// The KVM itself: not configurable, and of no password.
    Console,
}

/// What was known right before a deed was asked of OVHcloud that is a task there. Written before the call, because afterwards is too late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The moment, by OVHcloud's clock.
    pub at: Timestamp,
    /// The ids of the server's tasks of that function that existed: what is not among them is new.
    pub known: Vec<super::server::TaskId>,
}

/// One operation with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its number.
    pub id: OperationId,
    /// What tells it from another store's operation of that number.
    pub mark: Mark,
    /// What was asked.
    pub request: Request,
    /// Where it is: the fold over its events.
    pub state: State,
    /// How many events it has; a writer that expects another number lost a race.
    pub version: i64,
    /// When it was accepted, by our clock.
    pub opened: Timestamp,
    /// When it came into its present phase, by our clock.
    pub since: Timestamp,
    /// When the reboot that is next was last approved, by our clock: when it was accepted, if nobody else had to approve it.
    pub approved: Timestamp,
    /// How long one like it usually took when it was accepted; `None` when nothing was known of any.
    pub usual: Option<SignedDuration>,
}

impl Operation {
    /// A new operation, just accepted.
    pub fn open(id: OperationId, mark: Mark, request: Request, now: Timestamp) -> Self {
        let mut state = State::new(&request);
        state.facts.date(now);
        Self { id, mark, request, state, version: 0, opened: now, since: now, approved: now, usual: None }
    }

    /// It, or the rescue that it began, as its buttons name it.
    pub fn marked(&self) -> MarkedOperation {
        self.mark.on(self.id)
    }

    /// Its question with this number, as the buttons below that name it; nobody's, when there is none.
    pub fn question(&self, number: u32) -> MarkedOperation {
        self.marked_since(nth(&self.state.facts.asked_at, number))
    }

    /// Its round of asking with this number, as the buttons below that name it; nobody's, when there is none.
    pub fn round(&self, number: u32) -> MarkedOperation {
        self.marked_since(nth(&self.state.facts.rounds, number).and_then(|round| round.asked_at.as_ref()))
    }

    fn marked_since(&self, moment: Option<&Timestamp>) -> MarkedOperation {
        moment.map_or_else(Mark::default, |moment| self.mark.since(*moment)).on(self.id)
    }

    /// The round that waits for somebody, and until when; `None` when nothing is to be approved.
    pub fn open_round(&self) -> Option<(&Round, Timestamp)> {
        let round = self.state.facts.rounds.last().filter(|round| round.end == RoundEnd::Open)?;
        Some((round, self.since.checked_add(round.approval.expires).unwrap_or(Timestamp::MAX)))
    }

    /// The family and the address of the rescue that this operation is about, as far as they are known.
    pub fn rescue(&self) -> Option<(System, Option<&str>)> {
        let facts = &self.state.facts;
        match (&self.request.wish, &facts.rescue) {
            (_, Some((system, ip, _))) => Some((*system, ip.as_deref())),
            (Wish::Enable(wish), None) => {
                Some((wish.system, facts.plan.as_ref().and_then(|plan| plan.before.ip.as_deref())))
            }
            _ => None,
        }
    }

    /// What the SSH key is called that opens the rescue this operation is about; `None` when a password does.
    pub fn key(&self) -> Option<String> {
        let facts = &self.state.facts;
        let set =
            facts.plan.as_ref().filter(|plan| plan.entry == Entry::Key).and_then(|plan| match &self.request.wish {
                Wish::Enable(EnableWish { ssh_key: Some(key), .. }) => Some(key),
                _ => plan.before.rescue_ssh_key.as_ref(),
            });
        facts.key.clone().or_else(|| set.map(|key| ssh_key::name(key)))
    }

    /// Whether putting back without a reboot is a way out of how this ended: what was set may never have been booted, or may be
    /// booted without anybody having seen it.
    ///
    /// Not for a rescue that followed another one: there a rescue runs for certain, and only a restore leads out.
    pub fn can_be_put_back(&self) -> bool {
        let Phase::Ended(outcome) = &self.state.phase else { return false };
        let before = self.state.facts.plan.as_ref().and_then(|plan| plan.before.boot.as_ref());
        match (&self.request.wish, outcome) {
            (Wish::Enable(_), Outcome::LeftAlone(_) | Outcome::TaskFailed { .. }) => {
                !before.is_some_and(Start::is_rescue)
            }
            (Wish::Restore { .. }, Outcome::LeftAlone(_)) => true,
            (Wish::Restore { .. }, Outcome::Restored) => self.state.is_end_unseen(),
            _ => false,
        }
    }

    /// Whether a person may say that nobody waits for its task any more: nothing but the reboot was asked for.
    pub fn can_be_let_go(&self) -> bool {
        self.request.kind() == Kind::Reboot && self.state.stands()
    }

    /// The same operation after one more event.
    ///
    /// # Errors
    /// [`IllegalEvent`] when the event cannot follow: the caller's picture of the operation is old, or the program is wrong.
    pub fn record(&self, event: &Event, now: Timestamp) -> Result<Self, IllegalEvent> {
        let mut state = self.state.next(event)?;
        state.facts.date(now);
        let same_phase = state.phase.word() == self.state.phase.word();
        let since = if same_phase { self.since } else { now };
        let granted = state.facts.reboots_approved > self.state.facts.reboots_approved;
        let approved = if granted { now } else { self.approved };
        Ok(Self { state, version: self.version + 1, since, approved, ..self.clone() })
    }
}

/// The one with this number, counted from 1.
fn nth<T>(all: &[T], number: u32) -> Option<&T> {
    (number as usize).checked_sub(1).and_then(|index| all.get(index))
}
