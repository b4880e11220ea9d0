//! Who may do what: **nothing is allowed unless an entry of the configuration allows it**, and a permission is a value.
//!
//! [`Policy::check`] answers with a [`Grant`], which only this module can make and without which no operation can be opened,
//! or with a [`Denial`], which says as data which rule refused, which entry came nearest, and who could help. Entries add
//! up; the order of the file means nothing. Pure: no clock, no network, no file.
//!
//! What could not be read counts against the requester: a [`Server`] with `tags: None` has neither tags nor a display name
//! for a `[[role]]`, and matches every tag and every name pattern of a `[[protect]]`. A caller that could not read the
//! server right before it acts passes it with `tags: None`.

mod digest;
mod reason;
mod rule;
mod selector;
mod wanted;

use std::{collections::BTreeSet, num::NonZeroU32, time::Duration};

use serde::{Deserialize, Serialize};

pub use reason::{NotAPattern, ReasonPattern};
pub use rule::{
    Action, Capability, Protect, Requester, Role, RuleKind, RulePlace, SecondFactor, UnknownWord, UserId, Who,
};
pub use selector::{NotASelector, Selector};
pub use wanted::WantedReason;

use crate::server::{Server, ServiceName};
use selector::Fit;

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
    pub nearest: Option<Entry>,
    /// Whose entries allow it here: these roles and people could help. Empty: nobody can.
    pub could_help: BTreeSet<Who>,
}

/// An entry, as far as a refusal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: RulePlace,
    /// Whom it speaks of.
    pub who: Who,
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
    /// The first of all entries that cover it and ask for a second factor; `None`: none does.
    pub second_factor: Option<RulePlace>,
}

/// How sure it is that a protection covers a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

    /// Whether [`check`](Self::check) would grant `capability` on a server, asked of many: cheap enough for each letter that
    /// somebody types.
    pub fn sight(&self, requester: &Requester, capability: Capability, channel: u64) -> impl Fn(&Server) -> bool {
        let wish = Wish { capability, server: None, channel };
        let rules: Vec<&Role> = self.roles.iter().filter(|rule| rule.refusal(requester, wish).is_none()).collect();
        move |server| rules.iter().any(|rule| Selector::best_fit(&rule.servers, server) == Fit::Yes)
    }

    /// Those of `servers` for which [`check`](Self::check) would grant `capability`, in their order.
    pub fn visible<'a>(
        &self,
        requester: &Requester,
        capability: Capability,
        channel: u64,
        servers: impl IntoIterator<Item = &'a Server>,
    ) -> impl Iterator<Item = &'a Server> {
        let sees = self.sight(requester, capability, channel);
        servers.into_iter().filter(move |server| sees(server))
    }

    /// Everybody whose entries give `capability` on `server` in `channel`: whom to ask, or to mention.
    pub fn who_may(&self, capability: Capability, server: &Server, channel: u64) -> BTreeSet<Who> {
        self.holders(Wish { capability, server: Some(server), channel })
    }

    /// Everybody whose entries give `capability` in `channel`, for whichever servers.
    pub fn who_may_anywhere(&self, capability: Capability, channel: u64) -> BTreeSet<Who> {
        self.holders(Wish { capability, server: None, channel })
    }

    /// Whether any entry gives `capability`, to whomever and wherever.
    pub fn gives(&self, capability: Capability) -> bool {
        self.roles.iter().any(|role| role.can.contains(&capability))
    }

    /// The approval that `action` on `server` needs, if any.
    pub fn protection(&self, action: Action, server: &Server) -> Option<Protection> {
        let covering = self.protections.iter().filter(|rule| rule.actions.contains(&action)).filter_map(|rule| {
            let because = match Selector::best_fit(&rule.servers, server) {
                Fit::Yes => Because::Matches,
                Fit::Unknown => Because::Unread,
                Fit::No => return None,
            };
            let second_factor = rule.second_factor.is_asked().then_some(rule.place);
            let (approvals, expires) = (rule.approvals, rule.expires);
            Some(Protection { approvals, expires, rule: rule.place, because, second_factor })
        });
        covering.reduce(Protection::stricter)
    }

    /// The strictest approval that any of `actions` on `server` needs, if any.
    pub(crate) fn strictest_protection(
        &self,
        actions: impl IntoIterator<Item = Action>,
        server: &Server,
    ) -> Option<Protection> {
        actions.into_iter().filter_map(|action| self.protection(action, server)).reduce(Protection::stricter)
    }

    fn decide(&self, requester: &Requester, wish: Wish<'_>) -> Result<Grant, Denial> {
        let mut reason = Reason::NobodyMay;
        let mut nearest = None;
        for rule in &self.roles {
            match rule.refusal(requester, wish) {
                None => return Ok(rule.grant(requester, wish)),
                Some(Reason::NotThisChannel { channels: more }) => match &mut reason {
                    Reason::NotThisChannel { channels } => channels.extend(more),
                    _ => (reason, nearest) = (Reason::NotThisChannel { channels: more }, Some(rule.entry())),
                },
                Some(nearer) if nearer > reason => {
                    nearest = (nearer > Reason::NoEntryForYou).then(|| rule.entry());
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

    fn entry(&self) -> Entry {
        Entry { place: self.place, who: self.who }
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
        let second_factor = self.second_factor.or(other.second_factor);
        Self { expires: most.expires.min(fewer.expires), second_factor, ..most }
    }
}

#[cfg(test)]
pub(crate) mod tests;
