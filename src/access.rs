//! Who may do what: **nothing is allowed unless an entry of the configuration allows it**, and a permission is a value.
//!
//! [`Policy::check`] answers with a [`Grant`], which only this module can make and without which no operation can be opened,
//! or with a [`Denial`], which says as data which rule refused, which entry came nearest, and who could help. Entries add
//! up; the order of the file means nothing. Pure: no clock, no network, no file.
//!
//! What could not be read counts against the requester: a [`Server`] with `tags: None` has neither tags nor a display name
//! for a `[[role]]`, and matches every tag and every name pattern of a `[[protect]]`. A caller that could not read the
//! server right before it acts passes it with `tags: None`.

mod selector;

use std::{collections::BTreeSet, fmt, num::NonZeroU32, str::FromStr, time::Duration};

pub use selector::{NotASelector, Selector};

use crate::rescue::server::{Server, ServiceName};
use selector::Fit;

/// A person on Discord, by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct UserId(pub u64);

/// What a `[[role]]` can give. The words are those of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// `/status`, `/tasks`, `/rescue list`, `/plan`, `/why` for oneself.
    View,
    /// `/reboot`, and answering "reboot again?".
    Reboot,
    /// `/rescue enable`, `link`, `extend` and `hand-over`.
    Rescue,
    /// `/restore`.
    Restore,
    /// `/console`.
    Console,
    /// Approving what somebody else asked for.
    Approve,
    /// `/history`, `/why` for others.
    Audit,
    /// `/doctor`, `/admin`, break-glass.
    Admin,
}

impl Capability {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 8] =
        [Self::View, Self::Reboot, Self::Rescue, Self::Restore, Self::Console, Self::Approve, Self::Audit, Self::Admin];

    /// The configuration's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Reboot => "reboot",
            Self::Rescue => "rescue",
            Self::Restore => "restore",
            Self::Console => "console",
            Self::Approve => "approve",
            Self::Audit => "audit",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be done to a server, and what a `[[protect]]` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Into rescue, and everything under `/rescue` but `extend`.
    Rescue,
    /// Back out of it.
    Restore,
    /// A hard reboot.
    Reboot,
    /// A KVM session.
    Console,
}

impl Action {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Rescue, Self::Restore, Self::Reboot, Self::Console];

    /// The capability it needs.
    pub fn capability(self) -> Capability {
        match self {
            Self::Rescue => Capability::Rescue,
            Self::Restore => Capability::Restore,
            Self::Reboot => Capability::Reboot,
            Self::Console => Capability::Console,
        }
    }

    /// The configuration's word, which is also the choice of `/plan` and `/why`.
    pub fn as_str(self) -> &'static str {
        self.capability().as_str()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names none of the things asked for. The word itself is not kept: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an unknown word")]
pub struct UnknownWord;

impl FromStr for Capability {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|capability| capability.as_str() == word).ok_or(UnknownWord)
    }
}

impl FromStr for Action {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|action| action.as_str() == word).ok_or(UnknownWord)
    }
}

/// Whom an entry speaks of: those with a Discord role, or one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Everybody who has this Discord role.
    Role(u64),
    /// This person.
    User(UserId),
}

/// Somebody who asks, as the interaction (or Discord, asked just now) described them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// Who.
    pub user: UserId,
    /// The ids of their Discord roles. `@everyone` is not among them.
    pub roles: BTreeSet<u64>,
}

impl Requester {
    fn is(&self, who: Who) -> bool {
        match who {
            Who::Role(role) => self.roles.contains(&role),
            Who::User(user) => self.user == user,
        }
    }
}

/// Which list of the configuration a rule stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// `[[role]]`
    Role,
    /// `[[protect]]`
    Protect,
}

/// Where a rule stands: `[[role]] #2 (line 41)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulePlace {
    /// Its list.
    pub kind: RuleKind,
    /// Its number in that list, from 1.
    pub number: usize,
    /// The line of its header; `None` when it comes from the environment alone.
    pub line: Option<usize>,
}

impl fmt::Display for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            RuleKind::Role => "role",
            RuleKind::Protect => "protect",
        };
        write!(f, "[[{kind}]] #{}", self.number)?;
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => write!(f, " (environment)"),
        }
    }
}

/// One `[[role]]`: it adds rights and never takes any away.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Whom it speaks of.
    pub who: Who,
    /// What they may do.
    pub can: BTreeSet<Capability>,
    /// On which servers; none matches none.
    pub servers: Vec<Selector>,
    /// In which channels; empty: in all that Bernard serves.
    pub channels: BTreeSet<u64>,
    /// Where it stands.
    pub place: RulePlace,
}

/// One `[[protect]]`: what it covers needs somebody else's approval.
#[derive(Clone, Debug, PartialEq)]
pub struct Protect {
    /// Which servers; none matches none.
    pub servers: Vec<Selector>,
    /// Which actions on them.
    pub actions: BTreeSet<Action>,
    /// How many people other than the requester must approve.
    pub approvals: NonZeroU32,
    /// How long an approval, and the wait for it, is good for.
    pub expires: Duration,
    /// Where it stands.
    pub place: RulePlace,
}

/// The right to do one thing, once, held as a value. Only [`Policy`] makes it; it cannot be copied.
#[derive(Debug, PartialEq, Eq)]
pub struct Grant {
    requester: Requester,
    capability: Capability,
    server: Option<ServiceName>,
    channel: u64,
    who: Who,
    place: RulePlace,
}

impl Grant {
    /// Who may.
    pub fn requester(&self) -> &Requester {
        &self.requester
    }

    /// What they may.
    pub fn capability(&self) -> Capability {
        self.capability
    }

    /// On which server; `None` for what concerns no single server, such as `/history`.
    pub fn server(&self) -> Option<&ServiceName> {
        self.server.as_ref()
    }

    /// In which channel (a thread's parent).
    pub fn channel(&self) -> u64 {
        self.channel
    }

    /// Which Discord role or person the entry that allows it speaks of.
    pub fn who(&self) -> Who {
        self.who
    }

    /// Where the entry that allows it stands.
    pub fn place(&self) -> RulePlace {
        self.place
    }
}

/// A refusal, as data for `text` to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What was asked for.
    pub capability: Capability,
    /// The rule that refused.
    pub reason: Reason,
    /// The entry that came nearest; the first in the file of several.
    pub nearest: Option<RulePlace>,
    /// Whose entries allow it here: these roles and people could help. Empty: nobody can.
    pub could_help: BTreeSet<Who>,
}

/// Why a requester may not. Later ones came nearer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The configuration has no `[[role]]` at all: nobody may do anything.
    NobodyMay,
    /// No entry speaks of the requester or any of their roles.
    NoEntryForYou,
    /// Their entries lack this capability.
    LacksCapability,
    /// Their entries with this capability are for other servers.
    NotThisServer,
    /// An entry might be for this server, but its tags and display name could not be read.
    ServerUnread,
    /// Their entries allow it, but only in other channels.
    NotThisChannel {
        /// The channels in which they may.
        channels: BTreeSet<u64>,
    },
}

/// The approval that an action on a server needs: the strictest of all entries that cover it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// How many people other than the requester must approve.
    pub approvals: NonZeroU32,
    /// How long an approval, and the wait for it, is good for.
    pub expires: Duration,
    /// The entry that asks for the most approvals; the first in the file of several.
    pub rule: RulePlace,
    /// How sure it is that the entry covers this server.
    pub because: Because,
}

/// How sure it is that a protection covers a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Its selectors match.
    Matches,
    /// They might: the server's tags and display name could not be read.
    Unread,
}

/// The rules of one configuration. Replaced as a whole when that is read again.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    roles: Vec<Role>,
    protections: Vec<Protect>,
}

impl Policy {
    /// A policy of these entries.
    pub fn new(roles: Vec<Role>, protections: Vec<Protect>) -> Self {
        Self { roles, protections }
    }

    /// Whether `requester` may do what needs `capability` to `server`, asked in `channel` (a thread's parent).
    ///
    /// # Errors
    /// When no entry allows it.
    pub fn check(
        &self,
        requester: &Requester,
        capability: Capability,
        server: &Server,
        channel: u64,
    ) -> Result<Grant, Denial> {
        self.decide(requester, Wish { capability, server: Some(server), channel })
    }

    /// Whether `requester` may do what concerns no single server (`/history`, `/admin`, `/doctor`): whether any of their
    /// entries gives `capability` in `channel`, for whichever servers.
    ///
    /// # Errors
    /// When no entry allows it.
    pub fn check_anywhere(&self, requester: &Requester, capability: Capability, channel: u64) -> Result<Grant, Denial> {
        self.decide(requester, Wish { capability, server: None, channel })
    }

    /// Those of `servers` for which [`check`](Self::check) would grant `capability`, in their order. Cheap enough for
    /// each letter that somebody types.
    pub fn visible<'a>(
        &'a self,
        requester: &Requester,
        capability: Capability,
        channel: u64,
        servers: impl IntoIterator<Item = &'a Server>,
    ) -> impl Iterator<Item = &'a Server> {
        let wish = Wish { capability, server: None, channel };
        let rules: Vec<&Role> = self.roles.iter().filter(|rule| rule.refusal(requester, wish).is_none()).collect();
        servers
            .into_iter()
            .filter(move |server| rules.iter().any(|rule| Selector::best_fit(&rule.servers, server) == Fit::Yes))
    }

    /// Everybody whose entries give `capability` on `server` in `channel`: whom to ask, or to mention.
    pub fn who_may(&self, capability: Capability, server: &Server, channel: u64) -> BTreeSet<Who> {
        self.holders(Wish { capability, server: Some(server), channel })
    }

    /// The approval that `action` on `server` needs, if any.
    pub fn protection(&self, action: Action, server: &Server) -> Option<Protection> {
        let covering = self.protections.iter().filter(|rule| rule.actions.contains(&action)).filter_map(|rule| {
            let because = match Selector::best_fit(&rule.servers, server) {
                Fit::Yes => Because::Matches,
                Fit::Unknown => Because::Unread,
                Fit::No => return None,
            };
            Some(Protection { approvals: rule.approvals, expires: rule.expires, rule: rule.place, because })
        });
        covering.reduce(Protection::stricter)
    }

    fn decide(&self, requester: &Requester, wish: Wish<'_>) -> Result<Grant, Denial> {
        let mut reason = Reason::NobodyMay;
        let mut nearest = None;
        for rule in &self.roles {
            match rule.refusal(requester, wish) {
                None => return Ok(rule.grant(requester, wish)),
                Some(Reason::NotThisChannel { channels: more }) => match &mut reason {
                    Reason::NotThisChannel { channels } => channels.extend(more),
                    _ => (reason, nearest) = (Reason::NotThisChannel { channels: more }, Some(rule.place)),
                },
                Some(nearer) if nearer > reason => {
                    nearest = (nearer > Reason::NoEntryForYou).then_some(rule.place);
                    reason = nearer;
                }
                Some(_) => {}
            }
        }
        Err(Denial { capability: wish.capability, reason, nearest, could_help: self.holders(wish) })
    }

    fn holders(&self, wish: Wish<'_>) -> BTreeSet<Who> {
        self.roles.iter().filter(|rule| rule.refusal_to_holder(wish).is_none()).map(|rule| rule.who).collect()
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Wish<'a> {
    capability: Capability,
    /// `None`: on no single server.
    server: Option<&'a Server>,
    channel: u64,
}

impl Role {
    /// Why this entry does not allow it; `None` when it does.
    fn refusal(&self, requester: &Requester, wish: Wish<'_>) -> Option<Reason> {
        if requester.is(self.who) { self.refusal_to_holder(wish) } else { Some(Reason::NoEntryForYou) }
    }

    /// As [`refusal`](Self::refusal), for somebody this entry speaks of.
    fn refusal_to_holder(&self, wish: Wish<'_>) -> Option<Reason> {
        if !self.can.contains(&wish.capability) {
            return Some(Reason::LacksCapability);
        }
        match wish.server.map_or(Fit::Yes, |server| Selector::best_fit(&self.servers, server)) {
            Fit::No => Some(Reason::NotThisServer),
            Fit::Unknown => Some(Reason::ServerUnread),
            Fit::Yes if self.channels.is_empty() || self.channels.contains(&wish.channel) => None,
            Fit::Yes => Some(Reason::NotThisChannel { channels: self.channels.clone() }),
        }
    }

    fn grant(&self, requester: &Requester, wish: Wish<'_>) -> Grant {
        Grant {
            requester: requester.clone(),
            capability: wish.capability,
            server: wish.server.map(|server| server.name.clone()),
            channel: wish.channel,
            who: self.who,
            place: self.place,
        }
    }
}

impl Protection {
    fn stricter(self, other: Self) -> Self {
        let (most, fewer) = if other.approvals > self.approvals { (other, self) } else { (self, other) };
        Self { expires: most.expires.min(fewer.expires), ..most }
    }
}

#[cfg(test)]
mod tests;
