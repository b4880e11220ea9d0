//! What the guild is made of: its roles, channels and people, and the words for what becomes of them.

pub(crate) mod interaction;

use super::{Id, permission::Overwrite};

/// Where interactions go.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    Gateway,
    /// To a web address, signed.
    Endpoint(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) permissions: u64,
    pub(crate) mentions: Mentions,
}

/// Whether anybody may ring a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mentions {
    /// Anybody may.
    Anybody,
    /// Only who may mention everyone.
    Privileged,
}

#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) kind: ChannelKind,
    pub(crate) overwrites: Vec<Overwrite>,
    pub(crate) state: ChannelState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelKind {
    Text,
    Thread { parent: Id },
    Dm { with: Id },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelState {
    There,
    /// A thread that was put away; whoever may write in it opens it again.
    Archived,
    /// A thread that was put away and that only moderators open again.
    Locked,
    Deleted,
}

#[derive(Clone, Debug)]
pub(crate) struct Human {
    pub(crate) name: String,
    pub(crate) locale: String,
    pub(crate) roles: Vec<Id>,
    pub(crate) membership: Membership,
    pub(crate) dms: Dms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Membership {
    Member,
    Left,
}

/// Whether a person takes direct messages from the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dms {
    /// They arrive.
    Open,
    /// The channel opens, sending fails with 50007: the usual case.
    Closed,
    /// Opening the channel fails already.
    ClosedAtOpening,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Created,
    Updated,
}
