//! `/rescue list`: what is in rescue, whoever started it; **Adopt** and **Restore** for what Bernard did not.

use crate::{
    access::Capability,
    clock,
    discord::{
        approve::{Emergency, Haste},
        asking::Asking,
        command::{
            Typed,
            propose::{accepted_by_press, request},
        },
        handler::{Handler, Reply},
        refusal::Refusal,
        rescues::listing,
    },
    rescue::{
        foreign::Foreign,
        operation::{Kind, Wish},
        plan::Aim,
        server::{Server, ServiceName},
    },
    say,
    store::Open,
};

impl Handler {
    /// What is in rescue, as far as the asker may see it.
    pub(super) async fn list(&self, asking: &Asking) -> Result<Reply, Refusal> {
        let policy = self.policy.get();
        self.anywhere(asking, Capability::View)?;
        let servers = self.fleet.servers();
        let visible: Vec<&Server> =
            policy.visible(&asking.requester, Capability::View, asking.place.0, servers.iter()).collect();
        let sees = |name: &ServiceName| visible.iter().any(|server| server.name == *name);
        let mut leases = self.store.leases().await?;
        leases.retain(|lease| sees(&lease.server));
        let mut foreign = self.store.foreign_rescues().await?;
        foreign.retain(|foreign| sees(&foreign.found.server));
        let listing = listing(&leases, &foreign, clock::now(), asking.locale);
        if listing.lines.is_empty() {
            return Ok(Reply::text(say!(asking.locale, "list-none")));
        }
        Ok(Reply { buttons: listing.buttons, ..Reply::text(listing.lines.join("\n")) })
    }

    /// **Adopt**: the rescue has an owner and a deadline from then on.
    pub(in crate::discord) async fn adopt(&self, asking: &Asking, foreign: &Foreign) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let known = self.find(asking, foreign.found.server.as_str(), Capability::Rescue).await?;
        let admitted = self.admit(asking, &known, Kind::Adopt).await?;
        if let Some(holder) = self.holder(&admitted.server, Kind::Adopt).await? {
            return Err(Refusal::Busy(Box::new(holder)));
        }
        let lease = self.settings.lease.try_into().unwrap_or(jiff::SignedDuration::MAX);
        // It calls nothing at OVHcloud that would change anything.
        let emergency = self.emergency(asking, &admitted.server, Emergency::Restore);
        let guard = self
            .guard(asking, &admitted, Haste::None, Vec::new())
            .map_err(|refusal| refusal.naming(emergency.clone()))?;
        let request = request(asking, &admitted, Wish::Adopt { lease }, None, guard);
        match self.desk.open_from_press(&admitted.grant, asking.interaction, &request).await? {
            Open::Accepted(operation, _) => Ok(Reply::text(accepted_by_press(&operation, asking, emergency))),
            Open::Busy(holder) => Err(Refusal::Busy(holder)),
            Open::Refused(_) => Err(Refusal::Unknown),
        }
    }

    /// **Restore** of a rescue that somebody else started: a confirmation card first, as for `/restore`.
    pub(in crate::discord) async fn restore_foreign(
        &self,
        asking: &Asking,
        foreign: &Foreign,
    ) -> Result<Reply, Refusal> {
        let repeat = format!("/restore server:{}", foreign.found.label);
        let typed = Typed { server: foreign.found.server.to_string(), reason: None, haste: Haste::None };
        self.propose(asking, typed, Aim::Restore, repeat).await
    }
}
