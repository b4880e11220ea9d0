//! Who may do what to which server: found by what was typed, read as it is now, and checked by the rights of this moment.

pub(crate) mod guard;
pub(crate) mod visible_rescues;

use bernard_domain::{
    access::{Capability, Grant, Protection, Reason},
    authorization::{Deed, RunningRescue, protection_of, waived_of},
    lease,
    operation::{Kind, Operation, approval::Waiver},
    server::{Server, ServiceName},
};
use bernard_engine::{
    fleet::{CANDIDATES, NotFound},
    intake, plan,
};

use crate::{asker::Asker, context::Handler, refusal::Refusal};

/// Somebody who may, on a server as it is now.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The server, read just now.
    pub(crate) server: Server,
    /// The right.
    pub(crate) grant: Grant,
    /// What others must approve before it is used.
    pub(crate) protection: Option<Protection>,
    /// What they would have to approve if whoever asks were not on duty.
    pub(crate) waived: Option<Waiver>,
}

impl Handler {
    /// The server that was typed, if the asker may do this to it as far as memory knows.
    ///
    /// Who may do it to no server at all does not learn which servers there are; and one that they may not see is, to them, none.
    pub(crate) async fn find(&self, asking: &Asker, typed: &str, capability: Capability) -> Result<Server, Refusal> {
        self.anywhere(asking, capability)?;
        let server = self.look_up(asking, typed, capability).await?;
        let policy = self.policy.get();
        let checked = policy.check(&asking.requester, capability, &server, asking.place.0);
        checked.map_err(|denial| {
            if denial.reason == Reason::NotThisServer && !self.sight(asking, Capability::View)(&server) {
                return Refusal::Unseen(Box::new(denial), typed.to_owned(), self.near(asking, capability, typed));
            }
            Refusal::Denied(Box::new(denial), Some(self.name_for(asking, &server, typed)))
        })?;
        self.fleet.inventory().named(asking.requester.user, &server.name);
        Ok(server)
    }

    /// The same for a server that a message names to whoever reads it: a refusal says which it is.
    pub(crate) async fn find_named(
        &self,
        asking: &Asker,
        name: &ServiceName,
        capability: Capability,
    ) -> Result<Server, Refusal> {
        match self.find(asking, name.as_str(), capability).await {
            Err(Refusal::Unseen(denial, typed, _)) => Err(Refusal::Denied(denial, Some(typed))),
            found => found,
        }
    }

    /// What they see goes by that name comes first: what they do not see makes no name ambiguous.
    async fn look_up(&self, asking: &Asker, typed: &str, capability: Capability) -> Result<Server, Refusal> {
        let (views, acts) = (self.sight(asking, Capability::View), self.sight(asking, capability));
        let sees = |server: &Server| views(server) || acts(server);
        let no_server = |not_found| Refusal::NoServer(typed.to_owned(), not_found);
        match self.fleet.find_among(typed, sees) {
            Ok(server) => return Ok(server),
            Err(NotFound::Unknown(_)) => {}
            Err(NotFound::Ambiguous(mut all)) => {
                let servers = self.fleet.servers();
                let can_act = |name: &ServiceName| servers.get(name).is_some_and(|known| acts(&known.server));
                if all.iter().any(can_act) {
                    all.retain(can_act);
                }
                return Err(no_server(NotFound::Ambiguous(all)));
            }
            Err(other) => return Err(no_server(other)),
        }
        match self.fleet.find(typed).await {
            // Of one that was never read nobody knows yet whose it is.
            Ok(server) if !self.fleet.was_read(&server) => match self.fleet.read(&server).await {
                Err(plan::Error::Ovh(error)) if error.is_transient() => {
                    Err(no_server(NotFound::Unreadable(error.cause().to_string())))
                }
                read => read.map_err(|_| no_server(NotFound::Unknown(self.near(asking, capability, typed)))),
            },
            Ok(server) => Ok(server),
            Err(NotFound::Unknown(_) | NotFound::Ambiguous(_)) => {
                Err(no_server(NotFound::Unknown(self.near(asking, capability, typed))))
            }
            Err(other) => Err(no_server(other)),
        }
    }

    /// What is near to what was typed, of what they may act on.
    fn near(&self, asking: &Asker, capability: Capability, typed: &str) -> Vec<String> {
        let acts = self.sight(asking, capability);
        let servers = self.fleet.servers();
        let near = servers.search(&acts, typed, &[], CANDIDATES);
        near.into_iter().map(|server| self.fleet.unique_name(server, &acts)).collect()
    }

    fn sight(&self, asking: &Asker, capability: Capability) -> impl Fn(&Server) -> bool + use<> {
        let (policy, requester, place) = (self.policy.get(), asking.requester.clone(), asking.place.0);
        move |server| policy.check(&requester, capability, server, place).is_ok()
    }

    /// What a refusal calls a server: who may not see it does not learn what else it goes by.
    fn name_for(&self, asking: &Asker, server: &Server, typed: &str) -> String {
        if self.sight(asking, Capability::View)(server) { server.label().to_owned() } else { typed.to_owned() }
    }

    /// Reads the server as it is now, and checks the rights of this moment against it; and says what protects it.
    pub(crate) async fn admit(&self, asking: &Asker, known: &Server, kind: Kind) -> Result<Admitted, Refusal> {
        let (server, grant) = self.admit_server(asking, known, intake::needed(kind)).await?;
        let protection = self.protection(asking, &server, kind).await?;
        let waived = match &protection {
            Some(_) => None,
            None => self.waived(asking, &server, kind),
        };
        Ok(Admitted { server, grant, protection, waived })
    }

    /// The approval that the asker needs for this on a server that was read just now. What the rescue that runs spares its owner is
    /// looked at where it matters; what cannot be read spares nobody.
    pub(crate) async fn protection(
        &self,
        asking: &Asker,
        server: &Server,
        kind: Kind,
    ) -> Result<Option<Protection>, Refusal> {
        let (policy, by) = (self.policy.get(), asking.requester.user);
        let deed = Deed::Asked { kind, by };
        let protection = protection_of(&policy, deed, server, None);
        if kind != Kind::Link || protection.is_none() {
            return Ok(protection);
        }
        let Some((lease, begun_by)) = self.store.rescue(&server.name).await?.filter(|(lease, _)| lease.owner == by)
        else {
            return Ok(protection);
        };
        Ok(match self.fleet.reboots(server).await {
            Ok(reboots) => {
                let rescue = RunningRescue { lease: &lease, begun_by: &begun_by, reboots: &reboots };
                protection_of(&policy, deed, server, Some(rescue))
            }
            Err(error) => {
                tracing::warn!(server.name = %server.name, %error, "the reboots cannot be read: nobody is spared an approval");
                protection
            }
        })
    }

    /// The approval that the asker does not need because they are on duty.
    fn waived(&self, asking: &Asker, server: &Server, kind: Kind) -> Option<Waiver> {
        let deed = Deed::Asked { kind, by: asking.requester.user };
        let (waived, by) = waived_of(&self.policy.get(), deed, server)?;
        Some(Waiver { count: waived.approvals.get(), rule: waived.rule.to_string(), by: by.to_string() })
    }

    /// Whether others would have to approve that this person has the link of the rescue that `operation` began, because it is no longer
    /// theirs, or was rebooted since.
    pub(crate) async fn needs_approval_now(
        &self,
        asking: &Asker,
        operation: &Operation,
        server: &Server,
    ) -> Result<bool, Refusal> {
        let own = operation.request.kind() == Kind::Enable;
        Ok(own && self.protection(asking, server, Kind::Link).await?.is_some())
    }

    /// The server as it is now, if the asker may see it with the names and tags it has now.
    pub(crate) async fn read_to_view(&self, asking: &Asker, known: &Server) -> Result<Server, Refusal> {
        self.admit_server(asking, known, Capability::View).await.map(|(server, _)| server)
    }

    /// The same for the server of an operation.
    pub(crate) async fn admit_by_name(
        &self,
        asking: &Asker,
        operation: &Operation,
        kind: Kind,
    ) -> Result<Admitted, Refusal> {
        let known = self.find_named(asking, &operation.request.server, intake::needed(kind)).await?;
        self.admit(asking, &known, kind).await
    }

    /// The same for a decision about a live operation, which was approved already.
    pub(crate) async fn admit_for(
        &self,
        asking: &Asker,
        operation: &Operation,
        capability: Capability,
    ) -> Result<(Server, Grant), Refusal> {
        let known = self.find_named(asking, &operation.request.server, capability).await?;
        self.admit_server(asking, &known, capability).await
    }

    /// The server as it is now, and the right to do this to it with the names and tags that it has now.
    pub(crate) async fn admit_server(
        &self,
        asking: &Asker,
        known: &Server,
        capability: Capability,
    ) -> Result<(Server, Grant), Refusal> {
        let server = self.fleet.read(known).await.map_err(|error| Refusal::from_plan(error, known.label()))?;
        // What it is called now is not told to whom it does not concern any more.
        let denied = |denial| Refusal::Denied(Box::new(denial), Some(known.label().to_owned()));
        let grant = self.policy.get().check(&asking.requester, capability, &server, asking.place.0).map_err(denied)?;
        Ok((server, grant))
    }

    /// The asker's right to do this to the server as it is given.
    pub(crate) fn may(&self, asking: &Asker, capability: Capability, server: &Server) -> Result<Grant, Refusal> {
        let denied = |denial| Refusal::Denied(Box::new(denial), Some(server.label().to_owned()));
        self.policy.get().check(&asking.requester, capability, server, asking.place.0).map_err(denied)
    }

    /// The asker's right to do this to some server.
    pub(crate) fn anywhere(&self, asking: &Asker, capability: Capability) -> Result<Grant, Refusal> {
        self.policy
            .get()
            .check_anywhere(&asking.requester, capability, asking.place.0)
            .map_err(|denial| Refusal::Denied(Box::new(denial), None))
    }

    /// That no live operation keeps the server from one of this kind.
    pub(crate) async fn not_held(&self, server: &Server, kind: Kind) -> Result<(), Refusal> {
        let live = self.store.live_on(&server.name).await?;
        match live.into_iter().find(|operation| lease::stands_in_the_way(operation, kind)) {
            Some(holder) => Err(Refusal::Busy(Box::new(holder))),
            None => Ok(()),
        }
    }
}
