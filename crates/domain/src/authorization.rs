//! What rules mean for an operation: what a deed needs, and whether what was asked and approved may still be done.
//!
//! Rights are those of the moment in which something is done, not of the moment in which it was asked for. [`reauthorize`]
//! looks at everybody behind an operation again; who cannot be read may not. It reads nothing by itself: whose roles it has
//! to know it says one after another ([`RolesWanted`]), so nobody is asked about whose answer would change nothing.
//!
//! Two rules stand here and nowhere else ([`protection_of`]): a rescue's owner needs nobody's approval for its link, and one
//! more reboot needs the stricter of two protections.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    access::{
        Action, Capability, Denial, Grant, Policy, Protection, Reason, Requester, RulePlace, UserId, WantedReason,
    },
    duty::Mark,
    lease::Lease,
    operation::{ChannelId, Kind, Operation, Wish, approval::Guard},
    server::{Server, TaskId},
};

/// The action that an operation of this kind is, to a `[[protect]]`; `None` for what none can name.
pub fn action(kind: Kind) -> Option<Action> {
    Some(match kind {
        Kind::Enable | Kind::Link | Kind::Adopt | Kind::HandOver => Action::Rescue,
        Kind::Restore | Kind::PutBack => Action::Restore,
        Kind::Reboot => Action::Reboot,
        Kind::Console | Kind::FreeSessions => Action::Console,
        Kind::Ticket => return None,
    })
}

/// What one must be allowed to ask for an operation of this kind.
pub fn needed(kind: Kind) -> Capability {
    action(kind).map_or(Capability::Ticket, Action::capability)
}

/// What a rule wants of the reason for an operation of this kind on `server`, and does not get. Kinds that nobody is asked a reason
/// for are done without.
pub fn unmet_reason(policy: &Policy, kind: Kind, server: &Server, reason: Option<&str>) -> Option<WantedReason> {
    match kind {
        Kind::Enable | Kind::Restore | Kind::Reboot => policy.unmet_reason(action(kind)?, server, reason),
        Kind::PutBack
        | Kind::Link
        | Kind::Adopt
        | Kind::HandOver
        | Kind::Console
        | Kind::FreeSessions
        | Kind::Ticket => None,
    }
}

/// What is about to be done, as far as rules tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// What somebody asked for.
    Asked {
        /// What.
        kind: Kind,
        /// Who.
        by: UserId,
    },
    /// One more reboot of an operation, after one of which nobody knows what became.
    RebootAgain {
        /// Of this kind.
        kind: Kind,
        /// Who asks for it.
        by: UserId,
    },
}

impl Deed {
    /// What `operation` does next.
    pub(crate) fn next_of(operation: &Operation) -> Self {
        let kind = operation.request.kind();
        match operation.state.facts.intents {
            0 => Self::Asked { kind, by: operation.request.requester },
            _ => Self::RebootAgain { kind, by: operation.state.mandate.asked_by },
        }
    }

    /// What one must be allowed for it.
    pub fn needs(self) -> Capability {
        match self {
            Self::Asked { kind, .. } => needed(kind),
            Self::RebootAgain { .. } => Capability::Reboot,
        }
    }
}

/// The rescue that runs on a server, as far as it decides whose its link is.
#[derive(Clone, Copy, Debug)]
pub struct RunningRescue<'a> {
    /// Its lease.
    pub lease: &'a Lease,
    /// The operation that began the lease.
    pub begun_by: &'a Operation,
    /// The ids of all `hardReboot` tasks that OVHcloud lists, read just now.
    pub reboots: &'a [TaskId],
}

impl RunningRescue<'_> {
    /// Whether `person` needs nobody's approval for its link: as its owner, and only as long as OVHcloud lists no newer reboot than
    /// the rescue's own. After one the machine may be in another rescue, whose link was never theirs.
    fn spares(&self, person: UserId) -> bool {
        let facts = &self.begun_by.state.facts;
        let own = facts.task.as_ref().map(|(task, _)| task);
        let before = facts.last_intent.as_ref().map(|intent| &intent.known).or(facts.reboots_before.as_ref());
        let Some(before) = before else { return false };
        let ours = self.lease.owner == person && self.lease.operation == self.begun_by.id;
        ours && self.reboots.iter().all(|reboot| before.contains(reboot) || Some(reboot) == own)
    }
}

/// The approval that `deed` on `server` needs; `None` when it needs nobody's.
///
/// `rescue` matters to a link alone: `None` when none runs, or when it cannot be read, which spares nobody.
pub fn protection_of(
    policy: &Policy,
    deed: Deed,
    server: &Server,
    rescue: Option<RunningRescue<'_>>,
) -> Option<Protection> {
    match deed {
        Deed::Asked { kind: Kind::Link, by } if rescue.is_some_and(|rescue| rescue.spares(by)) => None,
        Deed::Asked { kind, by } => policy.protection_for(by, action(kind)?, server),
        Deed::RebootAgain { kind, by } => policy.strictest_protection_for(by, [action(kind)?, Action::Reboot], server),
    }
}

/// The approval that `deed` on `server` would need if whoever does it were not on duty, and the reading that says that they are.
pub fn waived_of(policy: &Policy, deed: Deed, server: &Server) -> Option<(Protection, Mark)> {
    match deed {
        Deed::Asked { kind, by } => policy.waived_for(by, action(kind)?, server),
        Deed::RebootAgain { kind, by } => {
            let actions = [action(kind)?, Action::Reboot];
            let is_needed = actions.iter().any(|action| policy.protection_for(by, *action, server).is_some());
            let mut waived = actions.into_iter().filter_map(|action| policy.waived_for(by, action, server));
            if is_needed { None } else { waived.next() }
        }
    }
}

/// The rule of this moment that asks whoever approves what is next for `operation` for a second factor, if any.
pub fn second_factor_of(policy: &Policy, operation: &Operation, server: &Server) -> Option<RulePlace> {
    protection_of(policy, Deed::next_of(operation), server, None)?.second_factor
}

/// What Discord says of somebody at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// They are in the guild, with these roles.
    Member(Requester),
    /// They are not in the guild.
    NotAMember,
    /// Discord will not say, and time alone does not change that.
    Unreadable,
}

/// What is known of people at this moment.
pub type People = BTreeMap<UserId, Membership>;

/// This person's [`Membership`] decides, and is not among the people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the roles of {} are wanted", .0.0)]
pub struct RolesWanted(pub UserId);

/// Whether what was asked and approved may still be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It may.
    Allowed,
    /// Whoever asked may not do it any more.
    NoLongerAllowed,
    /// Whoever asked may do it on duty, and is not on duty any more.
    NotOnDuty {
        /// When the schedule was read that says so; `None`: it could not be read.
        read_at: Option<Timestamp>,
    },
    /// The roles of this person decide and cannot be read; so it may not.
    RolesUnreadable(UserId),
    /// Whoever asked may, but this person, who should own the rescue from now on, has no right to.
    CannotOwn(UserId),
    /// Whoever asked may, but a rule of this moment wants another reason.
    ReasonUnfit(WantedReason),
    /// Whoever asked may, but fewer people than are needed now have approved it.
    NotEnough {
        /// How many are needed.
        needed: u32,
        /// How many of those who approved it still count.
        given: u32,
    },
}

/// Whether somebody has a right.
#[derive(Clone, Copy)]
enum Right {
    Held,
    Missing,
    /// They would hold it if they were on duty.
    OffDuty(Option<Timestamp>),
    Unreadable,
}

/// Whether what is next for `operation` may be done to `server` as it is now, by the rules in `policy`, the `rescue` that runs,
/// and the roles of the `people` behind it.
///
/// # Errors
/// [`RolesWanted`] while it cannot be said without somebody who is not among `people`.
pub fn reauthorize(
    policy: &Policy,
    operation: &Operation,
    server: &Server,
    rescue: Option<RunningRescue<'_>>,
    people: &People,
) -> Result<Ruling, RolesWanted> {
    let (request, mandate) = (&operation.request, &operation.state.mandate);
    let right = |person: UserId, capability: Capability| {
        Ok(match people.get(&person).ok_or(RolesWanted(person))? {
            Membership::Member(one) => match policy.check(one, capability, server, request.place.0) {
                Ok(_) => Right::Held,
                Err(Denial { reason: Reason::NotOnDuty(off), .. }) => Right::OffDuty(off.read_at()),
                Err(_) => Right::Missing,
            },
            Membership::NotAMember => Right::Missing,
            Membership::Unreadable => Right::Unreadable,
        })
    };
    let (deed, asker) = (Deed::next_of(operation), mandate.asked_by);
    match right(asker, deed.needs())? {
        Right::Held => {}
        Right::Missing => return Ok(Ruling::NoLongerAllowed),
        Right::OffDuty(read_at) => return Ok(Ruling::NotOnDuty { read_at }),
        Right::Unreadable => return Ok(Ruling::RolesUnreadable(asker)),
    }
    if let Wish::HandOver { to, .. } = request.wish {
        match right(to, Capability::Rescue)? {
            Right::Held => {}
            Right::Missing | Right::OffDuty(_) => return Ok(Ruling::CannotOwn(to)),
            Right::Unreadable => return Ok(Ruling::RolesUnreadable(to)),
        }
    }
    // One more reboot has the reason of the operation that it is of, which was looked at when that began.
    if let Deed::Asked { kind, .. } = deed
        && let Some(wanted) = unmet_reason(policy, kind, server, request.reason.as_deref())
    {
        return Ok(Ruling::ReasonUnfit(wanted));
    }
    let Some(protection) = protection_of(policy, deed, server, rescue) else { return Ok(Ruling::Allowed) };
    let needed = protection.approvals.get();
    // Whoever was asked without a code has given none.
    if protection.second_factor.is_some() && !wanted_codes(operation, deed) {
        return Ok(Ruling::NotEnough { needed, given: 0 });
    }
    // The glass was broken for what was asked, not for one more reboot.
    let broke_glass = matches!((&request.guard, deed), (Guard::BrokenGlass { .. }, Deed::Asked { .. }));
    if broke_glass && matches!(right(asker, Capability::Admin)?, Right::Held) {
        return Ok(Ruling::Allowed);
    }
    let mut given = 0;
    for approver in &mandate.approvers {
        if matches!(right(*approver, Capability::Approve)?, Right::Held) {
            given += 1;
        }
    }
    Ok(if given >= needed { Ruling::Allowed } else { Ruling::NotEnough { needed, given } })
}

/// Whether those who let `deed` happen were asked for a code.
fn wanted_codes(operation: &Operation, deed: Deed) -> bool {
    let asked = match (deed, &operation.request.guard) {
        (Deed::Asked { .. }, Guard::BrokenGlass { passed, .. }) => Some(passed),
        _ => operation.state.facts.rounds.last().map(|round| &round.approval),
    };
    asked.is_some_and(|approval| approval.second_factor.is_some())
}

/// Whether the requester of `operation` may still have its link. A reboot that was approved since, maybe by somebody else, makes no
/// difference to whose link it is.
///
/// # Errors
/// [`RolesWanted`] when the requester is not among `people`.
pub fn may_receive(
    policy: &Policy,
    operation: &Operation,
    server: &Server,
    people: &People,
) -> Result<Ruling, RolesWanted> {
    let request = &operation.request;
    let person = request.requester;
    Ok(match people.get(&person).ok_or(RolesWanted(person))? {
        Membership::Member(one) => match policy.check(one, needed(request.kind()), server, request.place.0) {
            Ok(_) => Ruling::Allowed,
            Err(_) => Ruling::NoLongerAllowed,
        },
        Membership::NotAMember => Ruling::NoLongerAllowed,
        Membership::Unreadable => Ruling::RolesUnreadable(person),
    })
}

/// The right of `person` to have something of this kind done to `server` without being asked again; none where others would have
/// to approve it, were that person not on duty: on duty one may be asleep.
pub fn unattended(policy: &Policy, person: &Requester, kind: Kind, place: ChannelId, server: &Server) -> Option<Grant> {
    // No clock gives a reason.
    if unmet_reason(policy, kind, server, None).is_some() {
        return None;
    }
    match action(kind).and_then(|action| policy.protection(action, server)) {
        Some(_) => None,
        None => policy.check(person, needed(kind), server, place.0).ok(),
    }
}

#[cfg(test)]
mod tests;
