//! **Extend**, and the offers that it makes.

use bernard_domain::{access::Capability, lease::extension::Offer, operation::Operation};
use bernard_text::{named, say, since_epoch};

use crate::{
    asker::Asker,
    component::Button,
    context::Handler,
    refusal::{LeaseRefusal, Refusal},
    reply::Reply,
};

impl Handler {
    /// **Extend**: how much longer?
    pub(crate) async fn offer_extension(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        self.find_named(asking, &operation.request.server, Capability::Rescue).await?;
        let lease = self.lease_of(operation).await?;
        let shown = lease.deadline.as_millisecond();
        let offers = Offer::ALL.map(|offer| Button::ExtendBy(operation.marked(), offer, shown).create(asking.locale));
        let until = since_epoch(lease.deadline);
        let content = say!(asking.locale, "extend-how-long", server = named(&lease.label), until = until);
        Ok(Reply::with_buttons(content, offers.to_vec()))
    }

    /// One of the offers, which was made for the deadline `shown`: it extends once.
    pub(crate) async fn take_offer(
        &self,
        asking: &Asker,
        operation: &Operation,
        offer: Offer,
        shown: i64,
    ) -> Result<Reply, Refusal> {
        let known = self.find_named(asking, &operation.request.server, Capability::Rescue).await?;
        let lease = self.lease_of(operation).await?;
        if lease.deadline.as_millisecond() != shown {
            return Err(Refusal::Lease(LeaseRefusal::Changed(lease.label)));
        }
        self.extend_lease(asking, &known, offer.more()).await
    }
}
