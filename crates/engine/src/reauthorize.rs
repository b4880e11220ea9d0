//! Whether people may at the moment in which something is done: by the policy in force, with their roles as Discord knows them now.
//!
//! The rules are [`authorization`]'s. What is here reads what they decide by: whoever's roles are wanted, one person after another,
//! each within its time.

use std::time::Duration;

use bernard_domain::{
    access::{Grant, UserId},
    authorization::{self, Membership, People, RolesWanted, Ruling, RunningRescue},
    operation::{ChannelId, Kind, Operation},
    server::{Server, TaskId},
};
use bernard_store::Store;

use super::{
    messenger::{Messenger, NotTold},
    policy::SharedPolicy,
};

/// How long Discord may take to tell somebody's roles while an operation waits for them: as long as any call to it.
const ROLES_WITHIN: Duration = Duration::from_secs(30);
/// How long Discord may take to tell an owner's roles at a deadline; then the answer is no, and people are reminded instead.
const OWNER_WITHIN: Duration = Duration::from_secs(10);

/// The rights of this moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rights {
    policy: SharedPolicy,
    store: Store,
    messenger: Messenger,
}

impl Rights {
    /// By this policy, with the roles that `messenger` brings.
    pub fn new(policy: SharedPolicy, store: Store, messenger: Messenger) -> Self {
        Self { policy, store, messenger }
    }

    /// Whether rights can end by themselves, with somebody's duty or hours: then they are looked at again however fresh they are.
    pub(super) fn go_by_time(&self) -> bool {
        self.policy.get().goes_by_time()
    }

    /// Whether what is next for `operation` may still be done to `server`, which was read just now; `None` while nobody can say.
    /// For a link, `reboots` are all that OVHcloud lists now; `None` when it does not say.
    pub(super) async fn reauthorize(
        &self,
        operation: &Operation,
        server: &Server,
        reboots: Option<&[TaskId]>,
    ) -> Option<Ruling> {
        let policy = self.policy.get();
        let running = match reboots.filter(|_| operation.request.kind() == Kind::Link) {
            Some(reboots) => match self.store.rescue(&server.name).await {
                Ok(running) => running.map(|(lease, begun_by)| (lease, begun_by, reboots)),
                Err(error) => {
                    tracing::error!(operation.id = %operation.id, %error, "the lease cannot be read");
                    return None;
                }
            },
            None => None,
        };
        let rescue = running.as_ref().map(|(lease, begun_by, reboots)| RunningRescue { lease, begun_by, reboots });
        self.with_roles(|people| authorization::reauthorize(&policy, operation, server, rescue, people)).await
    }

    /// Whether the requester of `operation` may still have its link; `None` while nobody can say.
    pub(super) async fn may_receive(&self, operation: &Operation, server: &Server) -> Option<Ruling> {
        let policy = self.policy.get();
        self.with_roles(|people| authorization::may_receive(&policy, operation, server, people)).await
    }

    /// The right of `person` to have something done at a deadline, without being asked again and without anybody's approval.
    ///
    /// # Errors
    /// [`NotTold`] when nobody can say in time.
    pub(super) async fn unattended(
        &self,
        person: UserId,
        kind: Kind,
        place: ChannelId,
        server: &Server,
    ) -> Result<Option<Grant>, NotTold> {
        Ok(match self.messenger.roles_of(person, OWNER_WITHIN).await? {
            Membership::Member(person) => authorization::unattended(&self.policy.get(), &person, kind, place, server),
            Membership::NotAMember | Membership::Unreadable => None,
        })
    }

    /// What `judge` comes to, who is told the roles of whomever they ask for; `None` while Discord cannot say.
    async fn with_roles(&self, judge: impl Fn(&People) -> Result<Ruling, RolesWanted>) -> Option<Ruling> {
        let mut people = People::new();
        loop {
            match judge(&people) {
                Ok(ruling) => return Some(ruling),
                Err(RolesWanted(person)) => {
                    let membership = self.messenger.roles_of(person, ROLES_WITHIN).await.ok()?;
                    people.insert(person, membership);
                }
            }
        }
    }
}
