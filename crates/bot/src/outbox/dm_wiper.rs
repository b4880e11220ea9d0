//! Takes links away again. Only what is gone is gone: a DM that Discord will not let be edited is deleted, and what it will not let
//! be deleted is tried again with growing pauses, for a week. Its reader, who can delete it, is told early.

use std::{sync::Arc, time::Duration};

use bernard_discord::Error;
use bernard_domain::{
    notice::{Letter, Notice, To},
    operation::Operation,
};
use bernard_engine::messenger::Arrival;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::{Later, TriedDelivery, Wipe, Wiped};
use jiff::SignedDuration;
use serenity::model::id::{ChannelId as DiscordChannel, MessageId};
use tokio_util::sync::CancellationToken;

use super::link_delivery::LinkDelivery;
use crate::{render::dm, wire};

/// How often it is looked whether a DM is to be wiped.
const WIPE_LOOK: Duration = Duration::from_millis(500);
/// How long after an attempt a DM may still arrive: longer than any repetition of it, and than Discord remembers its nonce.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(5);
/// Between two looks for a DM that may have arrived: a third of its age, within these.
const LOOK_AGAIN: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(1), SignedDuration::from_hours(1));
/// The message is gone, or its channel.
const GONE: [u32; 2] = [10_008, 10_003];
/// The pause after the first try; each is twice the last, up to the longest.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_millis(500);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// After so many tries it is no passing trouble any more: deleting is tried where editing only meets weather, and its reader is told.
const PATIENT_TRIES: u32 = 3;
/// How long it is tried.
const FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

impl LinkDelivery {
    /// Wipes what is to be wiped, until `stop`.
    pub async fn wipe(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.find_all().await {
                tracing::error!(%error, "the store does not say which DMs are to be looked for");
            }
            if let Err(error) = self.wipe_all().await {
                tracing::error!(%error, "the store does not say which DMs are to be wiped");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(WIPE_LOOK) => {}
            }
        }
    }

    /// Looks for the DMs of which nobody knows whether they arrived, and whose operations look no more: taken over right after a
    /// crash, say. What is found is wiped.
    async fn find_all(&self) -> Result<(), store::Error> {
        let now = clock::now();
        for TriedDelivery { operation: id, tried } in self.store.deliveries_to_look_for(now).await? {
            let Some(operation) = self.store.operation(id).await? else { continue };
            let age = now.duration_since(tried);
            match self.look(&operation).await {
                Arrival::Arrived => {}
                Arrival::Missing | Arrival::Closed if age > ON_ITS_WAY => self.store.no_delivery(id).await?,
                Arrival::Missing | Arrival::Closed | Arrival::Refused(_) | Arrival::NotNow(_) | Arrival::Unknown => {
                    let pause = (age / 3).clamp(LOOK_AGAIN.0, LOOK_AGAIN.1);
                    self.store.look_for_delivery_at(id, clock::now() + pause).await?;
                }
            }
        }
        Ok(())
    }

    async fn wipe_all(&self) -> Result<(), store::Error> {
        for wipe in self.store.deliveries_to_wipe(clock::now()).await? {
            let Some(operation) = self.store.operation(wipe.delivery.operation).await? else { continue };
            match self.wipe_one(&wipe, &operation).await {
                Ok(how) => {
                    let (channel, message) = (wipe.delivery.channel, wipe.delivery.message);
                    self.store.mark_wiped(channel, message, how, clock::now()).await?;
                }
                Err(error) => self.not_wiped(&wipe, &operation, &error).await?,
            }
        }
        Ok(())
    }

    async fn wipe_one(&self, wipe: &Wipe, operation: &Operation) -> Result<Wiped, Error> {
        let (channel, message) = (DiscordChannel::new(wipe.delivery.channel.0), MessageId::new(wipe.delivery.message));
        match self.rest.edit(channel, message, &wire::emptied(&dm::wiped(operation))).await {
            Ok(()) => return Ok(Wiped::Emptied),
            Err(error) if is_gone(&error) => return Ok(Wiped::Gone),
            Err(error) if !error.is_final() && wipe.tries < PATIENT_TRIES => return Err(error),
            Err(error) => {
                tracing::info!(operation.id = %operation.id, %error, "a DM cannot be edited, so it is deleted")
            }
        }
        match self.rest.delete(channel, message).await {
            Err(error) if is_gone(&error) => Ok(Wiped::Gone),
            deleted => deleted.map(|()| Wiped::Deleted),
        }
    }

    async fn not_wiped(&self, wipe: &Wipe, operation: &Operation, error: &Error) -> Result<(), store::Error> {
        tracing::warn!(operation.id = %operation.id, %error, tries = wipe.tries + 1, "a DM could not be wiped yet");
        let now = clock::now();
        let is_over = wipe.since.is_some_and(|since| now.duration_since(since) > FOR);
        let later = if is_over { Later::Never } else { Later::Again(now + pause_after(wipe.tries)) };
        let lasts = is_over || wipe.tries + 1 >= PATIENT_TRIES;
        let letter = lasts.then(|| Letter {
            to: To::Channel { channel: operation.request.channel, or_to: Some(operation.request.requester) },
            notice: Notice::DmStands {
                label: operation.request.label.clone(),
                person: operation.request.requester,
                operation: operation.id,
            },
        });
        let why = match error.code() {
            Some(code) => format!("Discord refuses it, code {code}"),
            None => "Discord does not answer".to_owned(),
        };
        self.store.wipe_failed(wipe, later, &why, letter.as_ref(), now).await
    }
}

fn is_gone(error: &Error) -> bool {
    error.code().is_some_and(|code| GONE.contains(&code))
}

fn pause_after(tries: u32) -> SignedDuration {
    FIRST_PAUSE.checked_mul(1 << tries.min(20)).map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        let all: Vec<i64> = (0..16).map(|tries| pause_after(tries).as_secs()).collect();
        assert_eq!((all[0], all[1], all[4], all[12], all[15]), (0, 1, 8, 2048, 3600));
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
