//! `/rescue list`: what is in rescue, whoever started it.

use std::collections::HashSet;

use bernard_domain::{
    access::Capability,
    server::{Server, ServiceName},
};
use bernard_platform::clock;
use bernard_text::say;

use crate::{
    admission::visible_rescues::{in_rescue, not_looked_at, with_causes},
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::rescue_list::{Entry, MOST, entries, frames},
    reply::Reply,
};

impl Handler {
    /// What is in rescue, as far as the asker may see it.
    pub(super) async fn list(&self, asking: &Asker) -> Result<Reply, Refusal> {
        let policy = self.policy.get();
        self.anywhere(asking, Capability::View)?;
        let sees = policy.sight(&asking.requester, Capability::View, asking.place.0);
        let (leases, foreign) = in_rescue(&self.store, &self.fleet.servers(), &sees).await?;
        let leases = self.lookout.leases(leases).await?;
        let listed: HashSet<&ServiceName> = leases.iter().map(|lease| &lease.server).collect();
        let unlisted = |server: &Server| sees(server) && !listed.contains(&server.name);
        let unread = not_looked_at(&self.fleet, unlisted, asking.locale);
        if leases.is_empty() && foreign.is_empty() {
            let none = [say!(asking.locale, "list-none")].into_iter().chain(unread);
            return Ok(Reply::text(none.collect::<Vec<_>>().join("\n")));
        }
        let foreign = with_causes(&self.fleet, foreign).await;
        let now = clock::now();
        let entries = entries(leases, foreign, now);
        let links = self.card_links(entries.iter().take(MOST).filter_map(Entry::operation)).await?;
        Ok(frames(&entries, &links, unread, now, asking.locale).into())
    }
}
