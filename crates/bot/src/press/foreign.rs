//! **Adopt** and **Restore**, for a rescue that somebody else started.

use bernard_domain::{
    access::Capability,
    inventory::foreign::Foreign,
    operation::{Kind, Wish},
    server::typed,
};
use bernard_engine::plan::{Aim, Back};

use crate::{
    admission::guard::ApprovalMode, asker::Asker, context::Handler, proposal::Typed, refusal::Refusal, reply::Reply,
};

impl Handler {
    /// **Adopt**: the rescue has an owner and a deadline from then on.
    pub(crate) async fn adopt(&self, asking: &Asker, foreign: &Foreign) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let known = self.find_named(asking, &foreign.found.server, Capability::Rescue).await?;
        let admitted = self.admit(asking, &known, Kind::Adopt).await?;
        self.not_held(&admitted.server, Kind::Adopt).await?;
        // It calls nothing at OVHcloud that would change anything.
        let guard = self.guard_press(asking, &admitted, Vec::new())?;
        let wish = Wish::Adopt { lease: self.settings.lease };
        self.open_by_press(asking, &admitted, self.request(asking, &admitted, wish, None, guard)).await
    }

    /// **Restore** of a rescue that somebody else started: a confirmation card first, as for `/restore`.
    pub(crate) async fn restore_foreign(&self, asking: &Asker, foreign: &Foreign) -> Result<Reply, Refusal> {
        let repeat = format!("/restore server:{}", typed(&foreign.found.label, foreign.found.server.as_str()));
        let typed = Typed { server: foreign.found.server.to_string(), reason: None, haste: ApprovalMode::None };
        self.propose(asking, typed, Aim::Restore(Back::Recorded), repeat).await
    }
}
