//! `/rescue extend`, **Extend** and `/rescue hand-over`: how long a rescue lasts, and who answers for it.

use bernard_domain::{
    access::{Capability, Requester, UserId},
    authorization::Membership,
    duration,
    lease::{
        Lease,
        extension::{Cut, More},
    },
    operation::{Kind, Operation, Wish},
    server::Server,
};
use bernard_engine::intake::{Extended, MoreTime};
use bernard_store::Change;
use bernard_text::{duration as in_words, mention, named, say, since_epoch};
use jiff::SignedDuration;
use serenity::{
    builder::CreateCommandOption,
    model::{application::CommandOptionType, id::GuildId},
};

use super::{option, server, text};
use crate::{
    admission::Admitted,
    admission::guard::ApprovalMode,
    asker::{Asker, ROLES_WITHIN},
    context::Handler,
    membership::membership,
    refusal::{LeaseRefusal, Refusal},
    reply::Reply,
};

/// The options of `/rescue extend`, in the contract's order.
pub(super) fn extend_options() -> Vec<CreateCommandOption> {
    vec![server(), text("by", |l| say!(l, "option-by"))]
}

/// The options of `/rescue hand-over`, in the contract's order.
pub(super) fn hand_over_options() -> Vec<CreateCommandOption> {
    vec![server(), option(CommandOptionType::User, "user", |l| say!(l, "option-owner")).required(true)]
}

impl Handler {
    /// `/rescue extend`
    pub(super) async fn extend(&self, asking: &Asker, typed: &str, by: Option<&str>) -> Result<Reply, Refusal> {
        let length = match by {
            None => self.settings.lease,
            Some(text) => duration::parse(text)
                .map_err(|_| Refusal::Typed("by", say!(asking.locale, "typed-more")))?
                .try_into()
                .unwrap_or(SignedDuration::MAX),
        };
        let known = self.find(asking, typed, Capability::Rescue).await?;
        self.extend_lease(asking, &known, More::Length(length)).await
    }

    /// `/rescue hand-over`
    pub(super) async fn hand_over(&self, asking: &Asker, typed: &str, to: UserId) -> Result<Reply, Refusal> {
        let known = self.find(asking, typed, Capability::Rescue).await?;
        // Their roles first: the server is read right before the lease changes hands.
        let heir = self.roles_of(to).await?;
        let admitted = self.admit(asking, &known, Kind::HandOver).await?;
        let lease = self.lease_on(&admitted.server).await?;
        if lease.owner == to {
            return Err(Refusal::Lease(LeaseRefusal::AlreadyTheirs(to, lease.label)));
        }
        self.may_own(asking, &admitted.server, to, heir)?;
        if admitted.protection.is_some() {
            return self.ask_to_hand_over(asking, &admitted, &lease, to).await;
        }
        match self.intake.hand_over(&admitted.grant, &lease, to).await? {
            Change::Done => {
                Ok(Reply::text(say!(asking.locale, "handed-over", server = named(&lease.label), who = mention(to))))
            }
            Change::Overtaken => Err(Refusal::Lease(LeaseRefusal::Changed(lease.label))),
            Change::Leaving(way_out) => Err(Refusal::Busy(way_out)),
        }
    }

    /// Where others must approve it, it is an operation that waits for them.
    async fn ask_to_hand_over(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        lease: &Lease,
        to: UserId,
    ) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        // It calls nothing at OVHcloud.
        let guard = self.guard(asking, admitted, ApprovalMode::None, Vec::new())?;
        let wish = Wish::HandOver { lease: lease.operation, from: lease.owner, to };
        self.open_at_once(asking, admitted, wish, guard).await
    }

    pub(crate) async fn extend_lease(&self, asking: &Asker, known: &Server, more: More) -> Result<Reply, Refusal> {
        let (server, grant) = self.admit_server(asking, known, Capability::Rescue).await?;
        let lease = self.lease_on(&server).await?;
        let longest = self.settings.max_lease;
        let at = self.fleet.time_of(&lease).await;
        let more = MoreTime { more, longest, at, zone: &self.settings.zone };
        match self.intake.extend(&grant, &lease, more).await? {
            Extended::Until(extension) => {
                let (server, until) = (named(&lease.label), since_epoch(extension.until));
                let mut lines = vec![say!(asking.locale, "extended", server = server, until = until)];
                if extension.cut == Cut::ToLongest {
                    let longest = in_words(asking.locale, longest);
                    lines.push(say!(asking.locale, "extended-cut", longest = longest));
                }
                Ok(Reply::text(lines.join("\n")))
            }
            Extended::Longest => Err(Refusal::Lease(LeaseRefusal::Longest(Box::new(lease), longest))),
            Extended::Overtaken => Err(Refusal::Lease(LeaseRefusal::Changed(lease.label))),
            Extended::Leaving(way_out) => Err(Refusal::Busy(way_out)),
        }
    }

    /// Somebody else with their roles of this moment; `None` when they are not in the guild.
    async fn roles_of(&self, to: UserId) -> Result<Option<Requester>, Refusal> {
        let guild = GuildId::new(self.settings.served_guild.guild);
        match membership(&self.rest.within(ROLES_WITHIN), guild, to).await {
            Ok(Membership::Member(requester)) => Ok(Some(requester)),
            Ok(Membership::NotAMember) => Ok(None),
            Ok(Membership::Unreadable) | Err(_) => Err(Refusal::TheirRolesUnreadable(to)),
        }
    }

    /// The new owner must hold `rescue` for the server.
    fn may_own(&self, asking: &Asker, server: &Server, to: UserId, heir: Option<Requester>) -> Result<(), Refusal> {
        let policy = self.policy.get();
        let may = heir.is_some_and(|heir| policy.check(&heir, Capability::Rescue, server, asking.place.0).is_ok());
        let cannot = || Refusal::Lease(LeaseRefusal::CannotOwn(to, server.label().to_owned()));
        if may { Ok(()) } else { Err(cannot()) }
    }

    /// The active lease that this operation began.
    pub(crate) async fn lease_of(&self, operation: &Operation) -> Result<Lease, Refusal> {
        let too_late = || Refusal::TooLate(Some(operation.id), None);
        let lease = self.store.lease_of(operation.id).await?.ok_or_else(too_late)?;
        self.still_in_rescue(self.lookout.now(&lease).await?.ok_or(Refusal::Lease(LeaseRefusal::Left(lease.label)))?)
    }

    async fn lease_on(&self, server: &Server) -> Result<Lease, Refusal> {
        let none = || Refusal::Lease(LeaseRefusal::None(server.label().to_owned()));
        let before = self.store.lease(&server.name).await?.ok_or_else(none)?;
        let now = self.lookout.lease(server).await?;
        self.still_in_rescue(now.ok_or(Refusal::Lease(LeaseRefusal::Left(before.label)))?)
    }

    /// Of a server that has left its rescue nothing is to be extended or handed over.
    fn still_in_rescue(&self, lease: Lease) -> Result<Lease, Refusal> {
        if lease.seen.has_left() { Err(Refusal::Lease(LeaseRefusal::Left(lease.label))) } else { Ok(lease) }
    }
}
