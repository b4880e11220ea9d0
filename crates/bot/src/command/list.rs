//! `/rescue list`: what is in rescue, whoever started it; **Adopt** and **Restore** for what Bernard did not.

use bernard_domain::{
    access::Capability,
    inventory::foreign::Foreign,
    operation::{Kind, Wish},
    server::{Server, typed},
};
use bernard_engine::plan::{Aim, Back};
use bernard_platform::clock;
use bernard_text::say;

use crate::{
    approve::ApprovalMode,
    asker::Asker,
    command::{Typed, proposal::request},
    context::Handler,
    refusal::Refusal,
    reply::Reply,
    rescue_list::{Listing, in_rescue, listing, not_looked_at},
};

impl Handler {
    /// What is in rescue, as far as the asker may see it.
    pub(super) async fn list(&self, asking: &Asker) -> Result<Reply, Refusal> {
        let policy = self.policy.get();
        self.anywhere(asking, Capability::View)?;
        let sees = policy.sight(&asking.requester, Capability::View, asking.place.0);
        let (leases, foreign) = in_rescue(&self.store, &self.fleet.servers(), &sees).await?;
        let leases = self.lookout.leases(leases).await?;
        let Listing { mut lines, buttons } = listing(&leases, &foreign, clock::now(), asking.locale);
        if lines.is_empty() {
            lines.push(say!(asking.locale, "list-none"));
        }
        let unlisted = |server: &Server| sees(server) && !leases.iter().any(|lease| lease.server == server.name);
        lines.extend(not_looked_at(&self.fleet, unlisted, asking.locale));
        Ok(Reply { buttons, ..Reply::text(lines.join("\n")) })
    }

    /// **Adopt**: the rescue has an owner and a deadline from then on.
    pub(crate) async fn adopt(&self, asking: &Asker, foreign: &Foreign) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let known = self.find_named(asking, &foreign.found.server, Capability::Rescue).await?;
        let admitted = self.admit(asking, &known, Kind::Adopt).await?;
        self.not_held(&admitted.server, Kind::Adopt).await?;
        // It calls nothing at OVHcloud that would change anything.
        let guard = self.guard_press(asking, &admitted, Vec::new())?;
        let wish = Wish::Adopt { lease: self.settings.lease };
        self.open_by_press(asking, &admitted, request(asking, &admitted, wish, None, guard)).await
    }

    /// **Restore** of a rescue that somebody else started: a confirmation card first, as for `/restore`.
    pub(crate) async fn restore_foreign(&self, asking: &Asker, foreign: &Foreign) -> Result<Reply, Refusal> {
        let repeat = format!("/restore server:{}", typed(&foreign.found.label, foreign.found.server.as_str()));
        let typed = Typed { server: foreign.found.server.to_string(), reason: None, haste: ApprovalMode::None };
        self.propose(asking, typed, Aim::Restore(Back::Recorded), repeat).await
    }
}
