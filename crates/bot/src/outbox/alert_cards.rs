//! Posts the cards of what machines say, and has each show what is so: counted, quiet, or over. Late rather than never, and one
//! message for each card.
//!
//! Level-triggered: a card is due while its message shows less than the store knows; many changes are one edit. A card has a nonce of
//! its own, so Discord makes two attempts one; when it may have forgotten that, the channel is searched for a message with its buttons.
//! What was over before anybody saw it is not posted any more.

use std::{sync::Arc, time::Duration};

use bernard_discord::{Rest, fit};
use bernard_domain::{alert::AlertCardId, locale::Locale};
use bernard_engine::wakeups::Wakeups;
use bernard_platform::{clock, keyed_tasks::UnderWay};
use bernard_store::{Attempt, DueAlertCard, ShownAlertCard, Store};
use serenity::model::id::{ChannelId, MessageId};
use sha1::{Digest, Sha1};
use tokio_util::sync::CancellationToken;

use super::posting::{self, Failure};
use crate::{
    render::{alert_card::alert_card, button, message::Plain},
    wire,
};

/// How long the loop rests when nothing wakes it: another replica may have heard something.
const REST: Duration = Duration::from_secs(1);
/// Discord's code for a message that is gone.
const UNKNOWN_MESSAGE: u32 = 10_008;
/// How many cards are posted or edited at once; the sender keeps to Discord's limits.
const AT_ONCE: usize = 8;

/// Posts the cards of alerts.
#[derive(Debug)]
pub struct AlertCards {
    rest: Rest,
    store: Store,
    wakeups: Wakeups,
    locale: Locale,
}

impl AlertCards {
    /// Cards in this language.
    pub fn new(rest: Rest, store: Store, wakeups: Wakeups, locale: Locale) -> Self {
        Self { rest, store, wakeups, locale }
    }

    /// Runs until `stop`, then lets what is being posted finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut posts = UnderWay::new(REST);
        while !stop.is_cancelled() {
            let rest = self.start_posts(&mut posts).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wakeups.for_alerts() => {}
                Some(_) = posts.ended() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
        posts.finish().await;
    }

    /// Starts what is due and not under way; returns how long nothing will be.
    async fn start_posts(self: &Arc<Self>, posts: &mut UnderWay<AlertCardId>) -> Duration {
        let now = clock::now();
        let (due, next) = match self.store.due_alert_cards(now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the store does not say which cards of alerts are due");
                return REST;
            }
        };
        for card in due {
            if posts.names().count() < AT_ONCE {
                posts.begin(card.card.id, Arc::clone(self).attempt(card));
            }
        }
        clock::until(next, now, REST)
    }

    /// One attempt, and a pause if it did not work; each pause is twice the last.
    async fn attempt(self: Arc<Self>, due: DueAlertCard) {
        let Err(failure) = self.show(&due).await else { return };
        let id = due.card.id;
        tracing::warn!(alert_card.id = id.0, error = %failure, "the card of an alert could not be shown yet");
        let pause = posting::pause(due.attempts);
        if let Err(error) = self.store.postpone_alert_card(id, clock::now() + pause).await {
            tracing::error!(alert_card.id = id.0, %error, "the card of an alert could not be postponed");
            tokio::time::sleep(REST).await;
        }
    }

    async fn show(&self, due: &DueAlertCard) -> Result<(), Failure> {
        let mut plain = alert_card(&due.card, self.locale);
        plain.content = fit::cut(&plain.content);
        match due.message {
            Some(message) => self.edit(due, message, &plain).await,
            None if due.tried.is_none() && !due.card.is_open() => {
                Ok(self.store.alert_card_shown(due, ShownAlertCard::Never).await?)
            }
            None => self.post(due, &plain).await,
        }
    }

    async fn edit(&self, due: &DueAlertCard, message: u64, plain: &Plain) -> Result<(), Failure> {
        let channel = ChannelId::new(due.card.channel.0);
        let (message_id, edit) = (MessageId::new(message), wire::edited(plain));
        let shown = match posting::edit_even_if_archived(&self.rest, channel, message_id, &edit).await {
            Ok(()) => ShownAlertCard::As(message),
            // Somebody deleted it: what goes on makes a new card.
            Err(error) if error.code() == Some(UNKNOWN_MESSAGE) && due.card.is_open() => ShownAlertCard::Nowhere,
            Err(error) if error.is_final() => {
                // It is gone, or too old to be edited: what becomes of its alerts is seen on the next card.
                tracing::info!(alert_card.id = due.card.id.0, %error, "the card of an alert stays as it is");
                ShownAlertCard::Never
            }
            Err(error) => return Err(error.into()),
        };
        Ok(self.store.alert_card_shown(due, shown).await?)
    }

    /// Posts it, or finds it where an earlier attempt left it.
    async fn post(&self, due: &DueAlertCard, plain: &Plain) -> Result<(), Failure> {
        let channel = ChannelId::new(due.card.channel.0);
        if let Some(tried) = &due.tried
            && let Some(message) = self.find_lost(channel, due, tried).await?
        {
            return self.edit(due, message, plain).await;
        }
        let shown = shown(plain);
        self.store.alert_card_tried(due.card.id, &shown, clock::now()).await?;
        let nonce = posting::nonce(due.card.mark, "alert");
        match self.rest.post(channel, &wire::unrung(plain), &nonce, &[]).await {
            Ok(posted) => {
                // Discord may have kept to the earlier attempt, which said something else: then it is edited.
                let as_tried = due.tried.as_ref().is_none_or(|tried| tried.shown == shown);
                let version = if as_tried { due.version } else { -1 };
                let due = DueAlertCard { version, ..due.clone() };
                Ok(self.store.alert_card_shown(&due, ShownAlertCard::As(posted.id.get())).await?)
            }
            Err(error) if error.is_final() => {
                tracing::error!(alert_card.id = due.card.id.0, %error, "the card of an alert cannot be posted in its channel");
                Ok(self.store.alert_card_shown(due, ShownAlertCard::Nowhere).await?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A message whose fate is unknown, if the channel has it and its nonce may be forgotten: its buttons are no other's.
    async fn find_lost(&self, channel: ChannelId, due: &DueAlertCard, tried: &Attempt) -> Result<Option<u64>, Failure> {
        let seen = posting::since_attempt(&self.rest, channel, tried.at, tried.at).await?;
        if seen.is_empty() {
            return Ok(None);
        }
        let me = self.rest.me().await?;
        let mark = due.card.mark.to_string();
        let is_it = |ids: &[String]| ids.iter().any(|id| id.starts_with("alert:") && id.contains(&mark));
        Ok(seen.iter().find(|message| message.author == me && is_it(&message.custom_ids)).map(|one| one.id.get()))
    }
}

/// What tells two looks of a card apart.
fn shown(plain: &Plain) -> String {
    hex::encode(Sha1::digest([plain.content.as_str(), &button::ids(&plain.buttons).join(" ")].join("\n")))
}
