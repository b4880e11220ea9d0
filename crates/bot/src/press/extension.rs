//! **Extend**, and the offers that it makes.

use bernard_domain::{
    access::Capability,
    lease::extension::{More, Offer, extended},
    locale::Locale,
    operation::Operation,
};
use bernard_platform::clock;
use bernard_text::{duration, named, say, since_epoch, weekday};
use jiff::{Timestamp, Unit};

use crate::{
    asker::Asker,
    component::Button,
    context::{Handler, HandlerSettings},
    refusal::{LeaseRefusal, Refusal},
    reply::Reply,
};

impl Handler {
    /// **Extend**: how much longer?
    pub(crate) async fn offer_extension(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        self.find_named(asking, &operation.request.server, Capability::Rescue).await?;
        let lease = self.lease_of(operation).await?;
        let shown = lease.deadline.as_millisecond();
        let offers = Offer::ALL.map(|offer| {
            let button = Button::ExtendBy(operation.marked(), offer, shown).create(asking.locale);
            match offer {
                Offer::Morning => button.labelled(self.until_morning(lease.deadline, asking.locale)),
                Offer::Hour | Offer::FourHours => button,
            }
        });
        let until = since_epoch(lease.deadline);
        let content = say!(asking.locale, "extend-how-long", server = named(&lease.label), until = until);
        Ok(Reply::with_buttons(content, offers.to_vec()))
    }

    /// Which day that is, and how much time it adds.
    fn until_morning(&self, deadline: Timestamp, locale: Locale) -> String {
        let HandlerSettings { zone, max_lease, .. } = &self.settings;
        let now = clock::now();
        let Some(extension) = extended(deadline, More::Morning, *max_lease, now, zone) else {
            return say!(locale, "button-extend-morning");
        };
        let until = extension.until.to_zoned(zone.clone());
        let day = weekday(locale, until.weekday());
        let more = extension.until.duration_since(deadline.max(now)).round(Unit::Minute).unwrap_or_default();
        say!(
            locale,
            "button-extend-until",
            day = day,
            time = until.strftime("%H:%M").to_string(),
            more = duration(locale, more)
        )
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
