//! What became of posted notices: of a rescue that is over they say so, lists in that row, and what is no longer the latest word about its rescue loses
//! its buttons. Late rather than never: both are rows, and each edit is done once.

use std::{sync::Arc, time::Duration};

use bernard_discord::fit;
use bernard_domain::operation::ChannelId;
use bernard_store::{NoticeId, Outdated, Stale};
use serenity::{
    builder::EditMessage,
    model::id::{ChannelId as DiscordChannel, MessageId},
};
use tokio_util::sync::CancellationToken;

use super::{Failure, Notifier, REST, posting};
use crate::{
    card_links::card_links,
    render::{message::Plain, past},
    wire,
};

/// How long an old notice stays as it is after it could not be edited.
const TIDY_AGAIN: Duration = Duration::from_secs(30);

impl Notifier {
    /// Has old notices say what is so, until `stop`: one at a time, so that cards do not wait for it.
    pub async fn tidy(self: Arc<Self>, stop: CancellationToken) {
        let tidy = async {
            loop {
                let pause = match self.tidy_all().await {
                    Ok(()) => REST,
                    Err(failure) => {
                        tracing::warn!(error = %failure, "an old notice stays as it is for now");
                        TIDY_AGAIN
                    }
                };
                tokio::time::sleep(pause).await;
            }
        };
        stop.run_until_cancelled(tidy).await;
    }

    async fn tidy_all(&self) -> Result<(), Failure> {
        let mut later: Result<(), Failure> = Ok(());
        for stale in self.store.stale_notices().await? {
            let edit = self.told_over(&stale).await?;
            if self.edited(&mut later, stale.id, stale.channel, stale.message, &edit).await? {
                self.store.notice_is_told(stale.id).await?;
            }
        }
        for list in self.store.stale_lists().await? {
            let edit = wire::edited(&self.redrawn(&list).await?);
            if self.edited(&mut later, list.id, list.channel, list.message, &edit).await? {
                self.store.list_is_told(&list).await?;
            }
        }
        for Outdated { id, channel, message } in self.store.outdated_notices().await? {
            let edit = wire::without_buttons();
            if self.edited(&mut later, id, channel, message, &edit).await? {
                self.store.notice_offers_nothing(id).await?;
            }
        }
        later
    }

    /// What a notice says of a rescue that is over, in the language that it was written in.
    async fn told_over(&self, stale: &Stale) -> Result<EditMessage, Failure> {
        let locale = self.locale_of(&stale.letter, stale.place).await?;
        let named = past::named_by(&stale.past).chain(stale.letter.notice.names());
        let links = card_links(&self.store, self.settings.guild, named).await?;
        let content = fit::cut(&past::notice(&stale.letter.notice, &stale.past, &links, locale));
        Ok(wire::edited(&Plain::text(content)))
    }

    /// Whether that is done with: it is edited, or never will be. Weather holds back the rest too; what Discord wants left alone for a
    /// while is left for `later`, and the others need not wait with it.
    async fn edited(
        &self,
        later: &mut Result<(), Failure>,
        id: NoticeId,
        channel: ChannelId,
        message: u64,
        edit: &EditMessage,
    ) -> Result<bool, Failure> {
        let (channel, message) = (DiscordChannel::new(channel.0), MessageId::new(message));
        match posting::edit_even_if_archived(&self.rest, channel, message, edit).await {
            Ok(()) => Ok(true),
            Err(error) if error.wait().is_some() => {
                *later = Err(error.into());
                Ok(false)
            }
            Err(error) if !error.is_final() => Err(error.into()),
            // It is gone, or too old to be edited: a press on it is refused with what to type.
            Err(error) => {
                tracing::info!(notice.id = id.0, %error, "an old notice stays as it is");
                Ok(true)
            }
        }
    }
}
