//! **Delete this message**, on a DM.

use bernard_domain::operation::ChannelId;
use bernard_platform::clock;
use bernard_store::Wiped;
use bernard_text::say;
use serenity::model::application::ComponentInteraction;

use crate::{context::Handler, refusal::Refusal, reply::Reply};

impl Handler {
    /// **Delete this message**: the reader's own DM needs no right but being there. It is about the message and nothing else, so
    /// what another store sent goes too.
    pub(super) async fn delete_message(&self, press: &ComponentInteraction) -> Result<Reply, Refusal> {
        let locale = bernard_text::locale_of(&press.locale);
        if press.guild_id.is_some() {
            return Err(Refusal::NotYours { whose: None, command: None });
        }
        if let Err(error) = self.rest.delete(press.channel_id, press.message.id).await {
            tracing::warn!(%error, "a DM could not be deleted");
            return Err(Refusal::Fault);
        }
        self.store
            .mark_wiped(ChannelId(press.channel_id.get()), press.message.id.get(), Wiped::Deleted, clock::now())
            .await?;
        Ok(Reply::text(say!(locale, "dm-deleted")))
    }
}
