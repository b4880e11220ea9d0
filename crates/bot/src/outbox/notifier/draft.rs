//! What a notice says, from how things are when it is posted.

use bernard_domain::{
    access::Capability,
    lease::reminder::Reminder,
    locale::Locale,
    notice::{Door, Notice},
    server::Server,
};
use bernard_platform::clock;
use bernard_store as store;

use super::Notifier;
use crate::{
    admission::visible_rescues::in_rescue,
    render::{
        notice::{self, Standing, Words},
        rendering::ChannelStyle,
        rescue_list::{Listing, listing},
    },
};

impl Notifier {
    /// The words of a notice at a door: a DM speaks its reader's language, a channel the configured one. `None` when there is nothing to
    /// say any more: what it was about is over.
    pub(super) async fn draft(&self, notice: &Notice, door: Door) -> Result<Option<Words>, store::Error> {
        let style = ChannelStyle { locale: self.locale_at(door).await?, oncall: self.settings.oncall };
        let mut standing = Standing::default();
        match notice {
            Notice::Reminder { lease, deadline, reminder } => {
                let lease = self.store.lease_of(*lease).await?.filter(|lease| lease.deadline == *deadline);
                if let Some(lease) = &lease
                    && *reminder == Reminder::Before
                    && lease.deadline <= self.fleet.time_of(lease).await
                {
                    return Ok(None);
                }
                standing.lease = lease;
            }
            Notice::LeftRescue { lease, .. }
            | Notice::NetbootChanged { lease, .. }
            | Notice::RebootedByOthers { lease, .. }
            | Notice::Extended { lease, .. }
            | Notice::HandedOver { lease, .. } => standing.lease = self.store.lease_of(*lease).await?,
            Notice::NobodyAsked { operation, .. } => standing.operation = self.store.operation(*operation).await?,
            Notice::Digest { .. } => standing.listing = self.digest(door, style.locale).await?,
            Notice::RestoredAtDeadline { .. }
            | Notice::ServerLeft { .. }
            | Notice::OthersDoing { .. }
            | Notice::DmStands { .. }
            | Notice::Unshown { .. }
            | Notice::AuditAnchor { .. }
            | Notice::AccountTrouble { .. }
            | Notice::HelpAsked { .. }
            | Notice::Paused { .. }
            | Notice::Resumed { .. }
            | Notice::CopyFound { .. } => {}
        }
        Ok(notice::words(notice, standing, door, style))
    }

    /// The language that is spoken at a door.
    pub(super) async fn locale_at(&self, door: Door) -> Result<Locale, store::Error> {
        Ok(match door {
            Door::Dm(person) => self.store.locale_of(person).await?.unwrap_or(self.settings.locale),
            Door::Channel(_) => self.settings.locale,
        })
    }

    /// What is in rescue now, as far as anybody may see it in that channel.
    async fn digest(&self, door: Door, locale: Locale) -> Result<Listing, store::Error> {
        let policy = self.policy.get();
        let sees = |server: &Server| match door {
            Door::Dm(_) => false,
            Door::Channel(channel) => !policy.who_may(Capability::View, server, channel.0).is_empty(),
        };
        let (leases, foreign) = in_rescue(&self.store, &self.fleet.servers(), sees).await?;
        let leases = self.lookout.leases(leases).await?;
        Ok(listing(&leases, &foreign, clock::now(), locale))
    }
}
