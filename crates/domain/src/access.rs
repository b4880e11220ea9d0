//! Who may do what: **nothing is allowed unless an entry of the configuration allows it**, and a permission is a value.
//!
//! [`Policy::check`] answers with a [`Grant`], which only this module can make and without which no operation can be opened,
//! or with a [`Denial`], which says as data which rule refused, which entry came nearest, and who could help. Entries add
//! up; the order of the file means nothing. Pure: no clock, no network, no file.
//!
//! Some entries count only for who is on duty, or only in some hours. So a policy is asked as it is at a [`Moment`]; without one
//! nobody is on duty and no hours hold.
//!
//! What could not be read counts against the requester: a [`Server`] with `tags: None` has neither tags nor a display name
//! for a `[[role]]`, and matches every tag and every name pattern of a `[[protect]]`. A caller that could not read the
//! server right before it acts passes it with `tags: None`.

mod digest;
mod reason;
pub(crate) mod rule;
mod selector;
mod wanted;

use std::{collections::BTreeSet, num::NonZeroU32, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use reason::{NotAPattern, ReasonPattern};
pub use rule::{
    Action, Capability, OnDuty, Protect, Requester, Role, RuleKind, RulePlace, SecondFactor, UnknownWord, UserId, When,
    Who,
};
pub use selector::{NotASelector, Selector};
pub use wanted::WantedReason;

use crate::{
    duty::{Duty, Mark, OffDuty, roster::Person},
    server::{Server, ServiceName},
};
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
    on_duty: Option<Mark>,
    waived: Option<(RulePlace, Mark)>,
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

    /// The reading of the schedule that decided; `None` when the entry counts for everybody it speaks of.
    pub fn on_duty(&self) -> Option<&Mark> {
        self.on_duty.as_ref()
    }

    /// Where the entry stands and which reading of the schedule decided, for what is kept.
    pub fn rule(&self) -> String {
        let on_duty = self.on_duty.iter().map(|mark| format!(", on duty by {mark}"));
        let waived = self.waived.iter().map(|(rule, mark)| format!(", {rule} waived on duty by {mark}"));
        [self.place.to_string()].into_iter().chain(on_duty).chain(waived).collect()
    }

    /// The same right, used without the approval that whoever is on duty does not need.
    #[must_use]
    pub fn waiving(self, waived: Option<(Protection, Mark)>) -> Self {
        Self { waived: waived.map(|(protection, mark)| (protection.rule, mark)), ..self }
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
    /// Their entries allow it, but only in other hours.
    OutsideHours {
        /// Which.
        hours: BTreeSet<String>,
    },
    /// Their entries allow it to who is on duty, and they are not.
    NotOnDuty(Box<OffDuty>),
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

/// What rules go by beside who asks for what: the time, and who is on duty then.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// The time; `None`: no hours hold.
    pub now: Option<Timestamp>,
    /// Who is on duty.
    pub duty: Duty,
}

/// The rules of one configuration, at one moment. Replaced as a whole when that is read again; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    roles: Arc<[Role]>,
    protections: Arc<[Protect]>,
    people: Arc<[Person]>,
    moment: Moment,
}

impl Policy {
    /// A policy of these entries, at no moment: nobody is on duty, and no hours hold.
    pub fn new(roles: Vec<Role>, protections: Vec<Protect>) -> Self {
        Self { roles: roles.into(), protections: protections.into(), ..Self::default() }
    }

    /// The same with these `[[person]]` entries.
    #[must_use]
    pub fn with_people(self, people: Vec<Person>) -> Self {
        Self { people: people.into(), ..self }
    }

    /// The same rules at this moment.
    #[must_use]
    pub fn at(&self, moment: Moment) -> Self {
        Self { moment, ..self.clone() }
    }

    /// Who is on duty.
    pub fn duty(&self) -> &Duty {
        &self.moment.duty
    }

    /// Whether what it allows can change by itself, as time goes on.
    pub fn goes_by_time(&self) -> bool {
        self.roles.iter().any(|role| role.when == When::OnDuty || role.hours.is_some())
            || self.protections.iter().any(|protect| protect.on_duty == OnDuty::NeedsNone)
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
        let rules: Vec<&Role> =
            self.roles.iter().filter(|rule| self.refusal(rule, requester, wish).is_none()).collect();
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

    /// Everybody whose entries give `capability` on `server` in `channel` now: whom to ask, or to mention. Of an entry for who is on
    /// duty it is the Discord role, as long as anybody is.
    pub fn who_may(&self, capability: Capability, server: &Server, channel: u64) -> BTreeSet<Who> {
        self.holders(Wish { capability, server: Some(server), channel })
    }

    /// Everybody whose entries give `capability` on `server` in `channel` at one time or another.
    pub fn who_may_ever(&self, capability: Capability, server: &Server, channel: u64) -> BTreeSet<Who> {
        let wish = Wish { capability, server: Some(server), channel };
        self.roles.iter().filter(|rule| rule.refusal_to_holder(wish).is_none()).map(|rule| rule.who).collect()
    }

    /// Everybody whose entries give `capability` in `channel`, for whichever servers.
    pub fn who_may_anywhere(&self, capability: Capability, channel: u64) -> BTreeSet<Who> {
        self.holders(Wish { capability, server: None, channel })
    }

    /// Whether any entry gives `capability`, to whomever and wherever.
    pub fn gives(&self, capability: Capability) -> bool {
        self.roles.iter().any(|role| role.can.contains(&capability))
    }

    /// The approval that `action` on `server` needs of everybody who is not on duty, if any.
    pub fn protection(&self, action: Action, server: &Server) -> Option<Protection> {
        self.strictest(action, server, |_| true)
    }

    /// The approval that `action` on `server` needs when this person does it, if any.
    pub fn protection_for(&self, person: UserId, action: Action, server: &Server) -> Option<Protection> {
        self.strictest(action, server, |rule| !self.waives(rule, person))
    }

    /// The approval that this person would need for `action` on `server` if they were not on duty, and the reading that says that they
    /// are; `None` when they need one, or nobody does.
    pub fn waived_for(&self, person: UserId, action: Action, server: &Server) -> Option<(Protection, Mark)> {
        if self.protection_for(person, action, server).is_some() {
            return None;
        }
        let mark = self.moment.duty.of(person)?.clone();
        self.strictest(action, server, |rule| self.waives(rule, person)).map(|waived| (waived, mark))
    }

    fn waives(&self, rule: &Protect, person: UserId) -> bool {
        rule.on_duty == OnDuty::NeedsNone && self.moment.duty.of(person).is_some()
    }

    fn strictest(&self, action: Action, server: &Server, counts: impl Fn(&Protect) -> bool) -> Option<Protection> {
        let covering = self.protections.iter().filter(|rule| rule.actions.contains(&action) && counts(rule));
        let covering = covering.filter_map(|rule| {
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

    /// The strictest approval that any of `actions` on `server` needs when this person does it, if any.
    pub(crate) fn strictest_protection_for(
        &self,
        person: UserId,
        actions: impl IntoIterator<Item = Action>,
        server: &Server,
    ) -> Option<Protection> {
        let all = actions.into_iter().filter_map(|action| self.protection_for(person, action, server));
        all.reduce(Protection::stricter)
    }

    fn decide(&self, requester: &Requester, wish: Wish<'_>) -> Result<Grant, Denial> {
        let mut reason = Reason::NobodyMay;
        let mut nearest = None;
        for rule in self.roles.iter() {
            let Some(found) = self.refusal(rule, requester, wish) else { return Ok(self.grant(rule, requester, wish)) };
            match (&mut reason, found) {
                (Reason::NotThisChannel { channels }, Reason::NotThisChannel { channels: more }) => {
                    channels.extend(more)
                }
                (Reason::OutsideHours { hours }, Reason::OutsideHours { hours: more }) => hours.extend(more),
                (reason, nearer) if nearer > *reason => {
                    nearest = (nearer > Reason::NoEntryForYou).then(|| rule.entry());
                    *reason = nearer;
                }
                _ => {}
            }
        }
        Err(Denial { capability: wish.capability, reason, nearest, could_help: self.holders(wish) })
    }

    fn holders(&self, wish: Wish<'_>) -> BTreeSet<Who> {
        let helps = |rule: &&Role| rule.refusal_to_holder(wish).is_none() && self.counts_for_somebody(rule);
        self.roles.iter().filter(helps).map(|rule| rule.who).collect()
    }

    /// Why this entry does not allow it; `None` when it does.
    fn refusal(&self, rule: &Role, requester: &Requester, wish: Wish<'_>) -> Option<Reason> {
        if !requester.is(rule.who) {
            return Some(Reason::NoEntryForYou);
        }
        rule.refusal_to_holder(wish).or_else(|| self.refusal_now(rule, requester))
    }

    /// Why an entry that allows it at other times does not now.
    fn refusal_now(&self, rule: &Role, requester: &Requester) -> Option<Reason> {
        if rule.when == When::OnDuty && self.moment.duty.of(requester.user).is_none() {
            return Some(Reason::NotOnDuty(Box::new(self.moment.duty.without())));
        }
        let hours = rule.hours.as_ref().filter(|_| !self.is_within_hours(rule))?;
        Some(Reason::OutsideHours { hours: [hours.windows.to_string()].into() })
    }

    fn is_within_hours(&self, rule: &Role) -> bool {
        let now = self.moment.now;
        rule.hours.as_ref().is_none_or(|hours| now.is_some_and(|now| hours.hold(now)))
    }

    /// Whether anybody this entry speaks of may have what it gives now.
    fn counts_for_somebody(&self, rule: &Role) -> bool {
        let on_duty = match (rule.when, rule.who) {
            (When::Always, _) => true,
            (When::OnDuty, Who::User(user)) => self.moment.duty.of(user).is_some(),
            (When::OnDuty, Who::Role(_)) => !self.moment.duty.people().is_empty(),
        };
        on_duty && self.is_within_hours(rule)
    }

    fn grant(&self, rule: &Role, requester: &Requester, wish: Wish<'_>) -> Grant {
        let mark = self.moment.duty.of(requester.user).filter(|_| rule.when == When::OnDuty);
        Grant {
            requester: requester.clone(),
            capability: wish.capability,
            server: wish.server.map(|server| server.name.clone()),
            channel: wish.channel,
            who: rule.who,
            place: rule.place,
            on_duty: mark.cloned(),
            waived: None,
        }
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
    /// Why this entry does not allow it to somebody it speaks of, at whatever time; `None` when it does.
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
