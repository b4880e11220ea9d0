//! Whether what was asked and approved may still be done: everybody behind it, as Discord knows them at this moment.
//!
//! Who cannot be read may not. Weather is no answer: then it is asked again, until the operation is too old to be begun.

use std::time::Duration;

use bernard_domain::{
    access::{Action, Capability, Policy, Requester, UserId},
    lease::spares_owner,
    operation::{ChannelId, Kind, Operation, Wish, approval::Guard},
    server::{Server, TaskId},
};
use bernard_engine::{
    intake::{action, needed},
    messenger::{Permission, Verdict},
};

use super::{asking, courier::Courier};

/// How long Discord may take to tell an owner's roles at a deadline; then the answer is no, and people are reminded instead.
const OWNER_WITHIN: Duration = Duration::from_secs(10);

impl Courier {
    /// The rights of those behind `operation` by the policy of this moment; `None` while nobody can say.
    pub(super) async fn may_still(
        &self,
        operation: &Operation,
        server: &Server,
        reboots: Option<&[TaskId]>,
    ) -> Option<Verdict> {
        let policy = self.policy.get();
        let mandate = &operation.state.mandate;
        let kind = operation.request.kind();
        let again = operation.state.facts.intents > 0;
        let capability = if again { Capability::Reboot } else { needed(kind) };
        let may = |person: &Requester, capability| {
            policy.check(person, capability, server, operation.request.place.0).is_ok()
        };
        let Some(asker) = self.as_of_now(server, mandate.asked_by).await? else { return Some(Verdict::Refused) };
        if !may(&asker, capability) {
            return Some(Verdict::Refused);
        }
        if let Wish::HandOver { to, .. } = operation.request.wish {
            let heir = self.as_of_now(server, to).await?;
            if !heir.is_some_and(|heir| may(&heir, Capability::Rescue)) {
                return Some(Verdict::CannotOwn(to));
            }
        }
        let Some(needed) = self.approvals_needed(&policy, operation, server, reboots).await? else {
            return Some(Verdict::Allowed);
        };
        let broke_glass = matches!(operation.request.guard, Guard::BrokenGlass { .. }) && !again;
        if broke_glass && may(&asker, Capability::Admin) {
            return Some(Verdict::Allowed);
        }
        let mut given = 0;
        for approver in &mandate.approvers {
            if let Some(person) = self.as_of_now(server, *approver).await?
                && may(&person, Capability::Approve)
            {
                given += 1;
            }
        }
        Some(if given >= needed { Verdict::Allowed } else { Verdict::NotEnough { needed, given } })
    }

    /// The requester's right to the link of `operation`, by the policy of this moment; `None` while nobody can say. A reboot that
    /// was approved since, maybe by somebody else, makes no difference to whose link it is.
    pub(super) async fn may_receive(&self, operation: &Operation, server: &Server) -> Option<Permission> {
        let request = &operation.request;
        let asker = self.as_of_now(server, request.requester).await?;
        let policy = self.policy.get();
        let grant = asker.and_then(|asker| policy.check(&asker, needed(request.kind()), server, request.place.0).ok());
        Some(grant.map_or(Permission::Refused, Permission::Granted))
    }

    /// The right of a person, as Discord knows them now, to do something that needs nobody's approval; no, if Discord will not say.
    pub(super) async fn may_now(&self, person: UserId, kind: Kind, place: ChannelId, server: &Server) -> Permission {
        let requester = match asking::as_of_now(&self.rest.within(OWNER_WITHIN), self.guild, person).await {
            Ok(requester) => requester,
            Err(error) => {
                tracing::warn!(server.name = %server.name, %error, "an owner's roles cannot be read: the answer is no");
                return Permission::Refused;
            }
        };
        let policy = self.policy.get();
        if policy.protection(action(kind), server).is_some() {
            return Permission::Refused;
        }
        match policy.check(&requester, needed(kind), server, place.0) {
            Ok(grant) => Permission::Granted(grant),
            Err(_) => Permission::Refused,
        }
    }

    /// How many must have approved it by the protections of now; `None` within for nobody.
    async fn approvals_needed(
        &self,
        policy: &Policy,
        operation: &Operation,
        server: &Server,
        reboots: Option<&[TaskId]>,
    ) -> Option<Option<u32>> {
        let kind = operation.request.kind();
        let again = (operation.state.facts.intents > 0).then_some(Action::Reboot);
        let actions = std::iter::once(action(kind)).chain(again);
        let Some(protection) = policy.strictest_protection(actions, server) else { return Some(None) };
        if kind == Kind::Link {
            match self.store.rescue(&server.name).await {
                Ok(Some((lease, begun_by))) => {
                    let person = operation.request.requester;
                    if reboots.is_some_and(|reboots| spares_owner(&lease, &begun_by, person, reboots)) {
                        return Some(None);
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(operation.id = %operation.id, %error, "the lease cannot be read");
                    return None;
                }
            }
        }
        Some(Some(protection.approvals.get()))
    }

    /// A person with the roles of this moment; `None` within when they have left, or Discord will not say.
    async fn as_of_now(&self, server: &Server, user: UserId) -> Option<Option<Requester>> {
        match asking::as_of_now(&self.rest, self.guild, user).await {
            Ok(requester) => Some(Some(requester)),
            Err(error) if error.is_transient() => None,
            Err(error) => {
                tracing::warn!(server.name = %server.name, user.id = user.0, %error, "somebody's roles cannot be read: the answer is no");
                Some(None)
            }
        }
    }
}
