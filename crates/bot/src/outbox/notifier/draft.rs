//! What a notice says, from how things are when it is posted.

use bernard_domain::{
    access::Capability,
    lease::reminder::Reminder,
    locale::Locale,
    notice::{Door, Letter, Notice, Place},
    server::Server,
};
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::{ListedNow, StaleList};
use jiff::Timestamp;

use super::Notifier;
use crate::{
    admission::visible_rescues::{in_rescue, with_causes},
    card_links::card_links,
    render::{
        message::Plain,
        notice::{self, Digest, Standing, Words},
        rendering::ChannelStyle,
        rescue_list::{Entry, Listing, MOST, entries, listing},
    },
};

impl Notifier {
    /// The words of a notice at a door: a DM speaks its reader's language, a channel the configured one. `None` when there is nothing to
    /// say any more: what it was about is over.
    pub(super) async fn draft(&self, notice: &Notice, door: Door) -> Result<Option<Words>, store::Error> {
        let oncall = self.policy.get().duty().called(self.settings.oncall);
        let style = ChannelStyle { locale: self.locale_at(door).await?, oncall: &oncall };
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
            Notice::Digest { .. } => standing.digest = self.digest(door, style.locale).await?,
            Notice::RestoredAtDeadline { .. }
            | Notice::ServerLeft { .. }
            | Notice::OthersDoing { .. }
            | Notice::DmStands { .. }
            | Notice::Unshown { .. }
            | Notice::AuditAnchor { .. }
            | Notice::AccountTrouble { .. }
            | Notice::HelpAsked { .. }
            | Notice::CodesLocked { .. }
            | Notice::Paused { .. }
            | Notice::Resumed { .. }
            | Notice::CopyFound { .. }
            | Notice::SinkTrouble { .. } => {}
        }
        standing.links = card_links(&self.store, self.settings.guild, notice.names()).await?;
        Ok(notice::words(notice, standing, door, style))
    }

    /// The language that is spoken at a door.
    pub(super) async fn locale_at(&self, door: Door) -> Result<Locale, store::Error> {
        Ok(match door {
            Door::Dm(person) => self.store.locale_of(person).await?.unwrap_or(self.settings.locale),
            Door::Channel(_) => self.settings.locale,
        })
    }

    /// The language that a posted letter was written in.
    pub(super) async fn locale_of(&self, letter: &Letter, place: Place) -> Result<Locale, store::Error> {
        match letter.to.door(place) {
            Some(door) => self.locale_at(door).await,
            None => Ok(self.settings.locale),
        }
    }

    /// What is in rescue now, as far as anybody may see it in that channel.
    async fn digest(&self, door: Door, locale: Locale) -> Result<Digest, store::Error> {
        let policy = self.policy.get();
        let sees = |server: &Server| match door {
            Door::Dm(_) => false,
            Door::Channel(channel) => !policy.who_may_ever(Capability::View, server, channel.0).is_empty(),
        };
        let (leases, foreign) = in_rescue(&self.store, &self.fleet.servers(), sees).await?;
        let leases = self.lookout.leases(leases).await?;
        let foreign = with_causes(&self.fleet, foreign).await;
        self.listed(entries(leases, foreign, clock::now()), clock::now(), locale).await
    }

    /// A digest of these rescues, as of `at`.
    async fn listed(&self, entries: Vec<Entry>, at: Timestamp, locale: Locale) -> Result<Digest, store::Error> {
        let links =
            card_links(&self.store, self.settings.guild, entries.iter().take(MOST).flat_map(Entry::names)).await?;
        let listing = Listing { at, ..listing(&entries, &links, clock::now(), locale) };
        Ok(Digest { listing, listed: entries.iter().filter_map(Entry::listed).collect() })
    }

    /// A posted digest as it says how it is now: it loses no row, and what is over says so.
    pub(super) async fn redrawn(&self, stale: &StaleList) -> Result<Plain, store::Error> {
        let locale = self.locale_of(&stale.letter, stale.place).await?;
        let servers = self.fleet.servers();
        let foreign = stale.rows.iter().filter_map(|row| match row {
            ListedNow::Foreign(foreign) => Some(foreign.clone()),
            _ => None,
        });
        let mut foreign = with_causes(&self.fleet, foreign.collect()).await.into_iter();
        let mut entry = |row: &ListedNow| match row.clone() {
            ListedNow::Ours(lease) => Entry::Ours(lease),
            ListedNow::Over(past) => Entry::Over(past),
            // In their order, so that each has its own cause.
            ListedNow::Foreign(as_read) => Entry::Foreign(foreign.next().unwrap_or(as_read)),
            ListedNow::Gone(server) => {
                let known = servers.get(&server).map(|known| known.server.label().to_owned());
                Entry::Gone(known.unwrap_or_else(|| server.to_string()))
            }
        };
        let digest = self.listed(stale.rows.iter().map(&mut entry).collect(), stale.at, locale).await?;
        let Words { message, .. } = notice::digest(digest, locale);
        // A later one has what can be pressed.
        let buttons = if stale.offer.is_some() { message.buttons } else { Vec::new() };
        Ok(Plain { buttons, ..message })
    }
}
