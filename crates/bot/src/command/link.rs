//! `/rescue link`, **Look again** and **Try the mail**: the link of a running rescue, for the one who asks.

use bernard_domain::{
    access::Capability,
    operation::{Kind, Source, Wish},
};
use bernard_engine::exact_calls;

use crate::{
    admission::Admitted, admission::guard::ApprovalMode, asker::Asker, context::Handler, refusal::Refusal, reply::Reply,
};

impl Handler {
    pub(super) async fn link(&self, asking: &Asker, typed: &str) -> Result<Reply, Refusal> {
        let known = self.find(asking, typed, Capability::Rescue).await?;
        let admitted = self.admit(asking, &known, Kind::Link).await?;
        asking.bot_can_report()?;
        // A rescue that others ended is noticed now, and told where it belongs.
        self.lookout.lease(&admitted.server).await?;
        self.look(asking, &admitted, self.settings.secret_from.clone()).await
    }

    pub(crate) async fn look(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        sources: Vec<Source>,
    ) -> Result<Reply, Refusal> {
        self.not_held(&admitted.server, Kind::Link).await?;
        let calls = exact_calls::of_link(&admitted.server.name, &sources);
        let guard = self.guard(asking, admitted, ApprovalMode::None, calls)?;
        self.open_at_once(asking, admitted, Wish::Link { sources }, guard).await
    }
}
