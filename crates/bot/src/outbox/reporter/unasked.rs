//! Messages of operations that ring: with their ringing where Discord takes it, else without; and what is said when nobody was rung.

use bernard_discord::{Error, rest::Nonce};
use bernard_domain::notice::{Letter, Notice, To, Unasked};
use bernard_platform::clock;
use serenity::model::id::ChannelId as DiscordChannel;

use super::{Failure, It, Reporter};
use crate::{
    outbox::ringing,
    render::{approval_card, message::Plain, rendering::Rendering},
    wire,
};

/// Whether a message rang whom it was to ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rang {
    /// As far as Discord says.
    AsMeant,
    /// Nobody, and it says so.
    Nobody,
}

impl Reporter {
    /// Posts a message with its ringing; where Discord does not bear that, without.
    pub(super) async fn ring(&self, it: It<'_>, nonce: &Nonce) -> Result<(u64, Rang), Error> {
        let Rendering { slot, message, rings, .. } = it.rendering;
        let (channel, locale) = (DiscordChannel::new(it.channel.0), self.manner.locale);
        let at_place = self.rest_at(it);
        let rest = ringing::patience(rings).map_or_else(|| at_place.clone(), |patience| at_place.within(patience));
        let name = (it.operation.id, slot.clone());
        match rest.post(channel, &wire::ringing(message, rings), nonce, &[]).await {
            Ok(posted) => {
                self.unheard.over(&name);
                let unheard = ringing::unheard(rings, &posted);
                if unheard.is_empty() {
                    return Ok((posted.id.get(), Rang::AsMeant));
                }
                let words = ringing::without(&message.content, &unheard, locale);
                ringing::say_unrung(&at_place, channel, &posted, &words).await;
                Ok((posted.id.get(), Rang::Nobody))
            }
            Err(error) if !rings.is_empty() && self.unheard.failed(name.clone(), &error) => {
                tracing::warn!(operation.id = %it.operation.id, %error, "a message does not ring: Discord does not take that");
                self.unheard.over(&name);
                let content = ringing::without(&message.content, rings, locale);
                let quiet = wire::unrung(&Plain { content, ..message.clone() });
                let posted = at_place.post(channel, &quiet, nonce, &[]).await?;
                Ok((posted.id.get(), Rang::Nobody))
            }
            Err(error) => Err(error),
        }
    }

    /// Whoever waits for the approval of others hears that nobody was asked, and what to do.
    pub(super) async fn nobody_is_asked(&self, it: It<'_>, because: Unasked) -> Result<(), Failure> {
        let operation = it.operation;
        if approval_card::mark(operation, &it.rendering.slot).is_none() {
            return Ok(());
        }
        let Some((round, _)) = operation.open_round() else { return Ok(()) };
        let (label, person, channel) = (operation.request.label.clone(), round.asked_by, operation.request.channel);
        let notice = Notice::NobodyAsked { label, person, operation: operation.id, channel, because };
        let letter = Letter { to: To::Person { person, or_in: Some(channel) }, notice };
        let origin = format!("unasked:{}:{}", operation.id.0, it.rendering.slot);
        self.store.write_notice(&origin, &letter, clock::now()).await?;
        self.wakeups.notify();
        Ok(())
    }
}
