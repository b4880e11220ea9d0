//! What is told outside of any operation's card, and to whom. Once written it is owed, like an operation's outcome.
//!
//! Pure. A notice holds what happened, not its words: those are made when it is posted, from how things are then. No notice
//! ever holds a link, a secret's id or a token.

mod listed;
mod place;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    audit::sink_trouble::Trouble,
    hindrance::Matter,
    lease::Lease,
    operation::{ChannelId, Operation, OperationId},
    server::TaskId,
};
use crate::access::{Capability, UserId, Who};
use crate::lease::reminder::Reminder;

pub use listed::Listed;
pub use place::{Door, Place};

/// A notice and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// To whom.
    pub to: To,
    /// What.
    pub notice: Notice,
}

/// A notice that is owed from now on. One with the same origin is owed once, for ever: the first one stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Owed {
    /// The one thing that it stands for.
    pub origin: String,
    /// What, and to whom.
    pub letter: Letter,
}

impl Letter {
    /// That a lease changes hands, by whose word: to the channel of the rescue, where the old owner and the new one are rung.
    pub fn handed_over(lease: &Lease, to: UserId, by: UserId) -> Self {
        let (operation, label) = (lease.operation, lease.label.clone());
        Self {
            to: To::Channel { channel: lease.channel, or_to: Some(to) },
            notice: Notice::HandedOver { lease: operation, label, from: lease.owner, to, by },
        }
    }

    /// That this operation of somebody else takes a lease over, gives it back, ended or rebooted it: to the channel of the rescue, where
    /// its owner is rung. `None` when it is the owner's own.
    pub fn of_others_doing(lease: &Lease, doing: Doing, operation: &Operation) -> Option<Self> {
        let (owner, by) = (lease.owner, operation.request.requester);
        let (label, of) = (lease.label.clone(), Some(lease.operation));
        let notice = Notice::OthersDoing { doing, label, owner, by, operation: operation.id, lease: of };
        (owner != by).then_some(Self { to: To::Channel { channel: lease.channel, or_to: Some(owner) }, notice })
    }
}

/// Where a notice goes, and where instead if Discord refuses that for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum To {
    /// By DM; to somebody who takes none, by a mention in the channel.
    Person {
        /// Whom.
        person: UserId,
        /// Where they are mentioned instead.
        or_in: Option<ChannelId>,
    },
    /// Into a channel; if that is gone or closed to us, by DM.
    Channel {
        /// Which.
        channel: ChannelId,
        /// Who gets it instead.
        or_to: Option<UserId>,
    },
    /// Into a channel; if that is gone or closed to us, by DM, and into another channel besides, where others are rung.
    Call {
        /// Which.
        channel: ChannelId,
        /// Who gets it instead.
        or_to: UserId,
        /// Where it is posted besides.
        and_in: ChannelId,
    },
}

/// What is told. Kept in the store: add variants and optional fields, change or remove nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A rescue's time ends soon, or is over. Not sent if it ended or was extended meanwhile.
    Reminder {
        /// The operation that began the lease.
        lease: OperationId,
        /// The deadline it speaks of.
        deadline: Timestamp,
        /// Which of that deadline's reminders it is.
        reminder: Reminder,
    },
    /// A rescue's time is over, and the server is being put back for it.
    RestoredAtDeadline {
        /// What people call the server.
        label: String,
        /// Whose rights it is done with.
        owner: UserId,
        /// The restore.
        operation: OperationId,
        /// The operation that began the lease; `None`: it was written before that was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lease: Option<OperationId>,
    },
    /// A rescue is over because its server is in no account any more.
    ServerLeft {
        /// The operation that began the lease.
        lease: OperationId,
        /// What people called the server.
        label: String,
        /// Whose rescue it was.
        owner: UserId,
    },
    /// A server left its rescue without us: others changed its netboot, and rebooted it.
    LeftRescue {
        /// The operation that began the lease.
        lease: OperationId,
        /// What people call the server.
        label: String,
        /// Whose rescue it was.
        owner: UserId,
        /// The kernel that it boots now; `None` when nothing is set.
        boot: Option<String>,
        /// The task that rebooted it.
        task: TaskId,
        /// Whether something of ours is still set on it; then the lease stays until that is put back.
        remains: bool,
    },
    /// Others changed the netboot under a rescue that still runs: it leaves with the next reboot.
    NetbootChanged {
        /// The operation that began the lease.
        lease: OperationId,
        /// What people call the server.
        label: String,
        /// Whose rescue it is.
        owner: UserId,
        /// The kernel that it boots next; `None` when nothing is set.
        boot: Option<String>,
    },
    /// Others rebooted a server in rescue: its password may be another one now.
    RebootedByOthers {
        /// The operation that began the lease.
        lease: OperationId,
        /// What people call the server.
        label: String,
        /// Whose rescue it is.
        owner: UserId,
        /// The task that did.
        task: TaskId,
    },
    /// A rescue lasts longer.
    Extended {
        /// The operation that began the lease.
        lease: OperationId,
        /// What people call the server.
        label: String,
        /// Whose rescue it is.
        owner: UserId,
        /// Who extended it.
        by: UserId,
        /// The new deadline.
        until: Timestamp,
    },
    /// A rescue has another owner.
    HandedOver {
        /// The operation that began the lease.
        lease: OperationId,
        /// What people call the server.
        label: String,
        /// Whose rescue it was.
        from: UserId,
        /// Whose it is now.
        to: UserId,
        /// Who handed it over.
        by: UserId,
    },
    /// Somebody else's operation did this to a rescue.
    OthersDoing {
        /// What.
        doing: Doing,
        /// What people call the server.
        label: String,
        /// Whose rescue it is, or was.
        owner: UserId,
        /// Who asked for the operation.
        by: UserId,
        /// The operation.
        operation: OperationId,
        /// The operation that began that rescue; `None`: it was written before that was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lease: Option<OperationId>,
    },
    /// The daily list of what is in rescue, as it is when it is posted.
    Digest {
        /// The day, in the operator's time zone.
        day: Date,
    },
    /// The latest link of the audit's chain, for a later comparison.
    AuditAnchor {
        /// The number of the entry.
        number: u64,
        /// Its hash, as hex.
        hash: String,
        /// How many lines came since the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<u64>,
    },
    /// OVHcloud refuses what only the operator can mend, and an operation waits for it or came to nothing.
    AccountTrouble {
        /// The account.
        account: String,
        /// What does not work.
        matter: Matter,
        /// OVHcloud's words, with the query id.
        said: String,
        /// The operation that met it first.
        operation: OperationId,
        /// What people call its server.
        label: String,
        /// Who waits for it, and is rung if nobody is on call.
        waiter: UserId,
    },
    /// A DM that holds a link could not be wiped: its reader can delete it.
    DmStands {
        /// What people call the server.
        label: String,
        /// Whose DM it is.
        person: UserId,
        /// The operation that sent it.
        operation: OperationId,
    },
    /// Discord did not let an answer be shown to somebody.
    Unshown {
        /// To whom.
        person: UserId,
        /// In which channel they asked.
        channel: ChannelId,
        /// Discord's code; 0: it did not say why.
        code: u32,
    },
    /// What waits for the approval of others could not be put before them: nobody was asked.
    NobodyAsked {
        /// What people call the server.
        label: String,
        /// Who asked for it.
        person: UserId,
        /// What waits.
        operation: OperationId,
        /// Where it was to be asked.
        channel: ChannelId,
        /// What hindered it.
        because: Unasked,
    },
    /// Somebody may not do something, and asks those who may.
    HelpAsked {
        /// Who asks.
        person: UserId,
        /// Whom.
        of: Who,
        /// To do what.
        capability: Capability,
        /// What people call the server; `None`: it is about no certain one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    /// Somebody gave too many wrong codes of their second factor: none is looked at for a while.
    CodesLocked {
        /// Who.
        person: UserId,
    },
    /// Nothing new is begun from now on.
    Paused {
        /// Who said so.
        by: UserId,
        /// Why, in their words.
        reason: String,
    },
    /// Things are begun again.
    Resumed {
        /// Who said so.
        by: UserId,
    },
    /// The store turned out to be a copy of an earlier moment: what happened since, nobody knows here.
    CopyFound {
        /// When it was made; `None`: nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        made: Option<Timestamp>,
        /// How many operations were under way in it, and are in doubt.
        operations: u32,
        /// How many rescues are in it; none is ended by a clock.
        leases: u32,
    },
    /// A sink of the audit does not take its lines, and only people can mend that.
    SinkTrouble {
        /// Which.
        sink: String,
        /// What is wrong.
        trouble: Trouble,
        /// Who may look after it: they are rung if nobody is on call.
        admins: Vec<Who>,
    },
}

/// Why nobody was asked for their approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unasked {
    /// The channel takes no message.
    NoMessage,
    /// The message stands in the channel, and Discord rang nobody.
    NoRing,
}

/// What somebody else's operation does to a rescue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Another rescue of the server takes its place.
    TakesOver,
    /// That one came to nothing, without a reboot: it is its owner's again.
    GivesBack,
    /// A restore ended it.
    Ended,
    /// It was rebooted into the same rescue again: its password may be another one.
    Rebooted,
}

impl Doing {
    /// The word that a notice about it is owed under, once for ever (`notices.origin`). Not the one in its letter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TakesOver => "TakesOver",
            Self::GivesBack => "GivesBack",
            Self::Ended => "Ended",
            Self::Rebooted => "Rebooted",
        }
    }
}

/// What the buttons of a notice are about. Of all notices about the same, only the latest keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The rescue that this operation began.
    Rescue(OperationId),
    /// All that is in rescue.
    Fleet,
}

impl Notice {
    /// What its buttons are about, if it has any.
    pub fn offer(&self) -> Option<Offer> {
        match self {
            Self::Reminder { lease, .. }
            | Self::Extended { lease, .. }
            | Self::HandedOver { lease, .. }
            | Self::NetbootChanged { lease, .. }
            | Self::RebootedByOthers { lease, .. }
            | Self::LeftRescue { lease, remains: true, .. } => Some(Offer::Rescue(*lease)),
            Self::Digest { .. } => Some(Offer::Fleet),
            Self::RestoredAtDeadline { .. }
            | Self::ServerLeft { .. }
            | Self::LeftRescue { .. }
            | Self::OthersDoing { .. }
            | Self::AuditAnchor { .. }
            | Self::AccountTrouble { .. }
            | Self::DmStands { .. }
            | Self::Unshown { .. }
            | Self::NobodyAsked { .. }
            | Self::HelpAsked { .. }
            | Self::CodesLocked { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::CopyFound { .. }
            | Self::SinkTrouble { .. } => None,
        }
    }
}

impl Notice {
    /// The operation that it names, so that whoever reads of it can look at it.
    pub fn names(&self) -> Option<OperationId> {
        match self {
            Self::Reminder { lease, .. }
            | Self::ServerLeft { lease, .. }
            | Self::LeftRescue { lease, .. }
            | Self::NetbootChanged { lease, .. }
            | Self::RebootedByOthers { lease, .. } => Some(*lease),
            Self::RestoredAtDeadline { operation, .. }
            | Self::OthersDoing { operation, .. }
            | Self::AccountTrouble { operation, .. }
            | Self::DmStands { operation, .. }
            | Self::NobodyAsked { operation, .. } => Some(*operation),
            Self::Extended { .. }
            | Self::HandedOver { .. }
            | Self::Digest { .. }
            | Self::AuditAnchor { .. }
            | Self::Unshown { .. }
            | Self::HelpAsked { .. }
            | Self::CodesLocked { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::CopyFound { .. }
            | Self::SinkTrouble { .. } => None,
        }
    }
}

impl Notice {
    /// The rescue that it says is running, by the operation that began it: it is told when that is over.
    pub fn about(&self) -> Option<OperationId> {
        match self {
            Self::Reminder { lease, .. }
            | Self::Extended { lease, .. }
            | Self::HandedOver { lease, .. }
            | Self::NetbootChanged { lease, .. }
            | Self::RebootedByOthers { lease, .. }
            | Self::LeftRescue { lease, remains: true, .. } => Some(*lease),
            Self::RestoredAtDeadline { lease, .. }
            | Self::OthersDoing { doing: Doing::GivesBack | Doing::Rebooted, lease, .. } => *lease,
            Self::OthersDoing { doing: Doing::TakesOver, operation, .. } => Some(*operation),
            Self::OthersDoing { doing: Doing::Ended, .. }
            | Self::LeftRescue { .. }
            | Self::ServerLeft { .. }
            | Self::Digest { .. }
            | Self::AuditAnchor { .. }
            | Self::AccountTrouble { .. }
            | Self::DmStands { .. }
            | Self::Unshown { .. }
            | Self::NobodyAsked { .. }
            | Self::HelpAsked { .. }
            | Self::CodesLocked { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::CopyFound { .. }
            | Self::SinkTrouble { .. } => None,
        }
    }
}
