//! A card that is about to be an hour old goes on in a new message: older ones may be edited only seldom (Discord's code
//! 30046), and nobody finds them in a busy channel. The old one then points to the new one.
//!
//! The pointer is owed before the new message is posted, so a crash in between leaves no card that has stopped without a word.

use bernard_domain::operation::Operation;
use bernard_platform::clock;
use bernard_store::Posted;
use bernard_text::{message_link, named, say};
use jiff::SignedDuration;
use serenity::model::id::{ChannelId as DiscordChannel, MessageId};

use super::{Failure, It, Reporter, Try};
use crate::{
    render::{layout::Accent, message::Plain},
    wire,
};

/// Discord's hour, less the time in which a state may change once more.
const ROLL_OVER: SignedDuration = SignedDuration::from_mins(55);
/// The slot of the message that goes on.
const CARD: &str = "card";
/// How the slots of messages begin that went on elsewhere.
const OLD: &str = "old-";
/// What a message shows that points to the new one.
const POINTS: &str = "points";

/// Whether this message, which must change, goes on in a new one.
pub(super) fn is_due(it: It<'_>) -> bool {
    let age = clock::now().duration_since(it.since);
    it.rendering.slot == CARD && !it.operation.state.is_ended() && age >= ROLL_OVER
}

/// Whether a live card that Discord wants left alone for long goes on in a new message: once, until the old one can say so.
/// Should Discord mean the whole channel, there is no flood of cards.
pub(super) fn may_go_on(it: It<'_>, known: &[Posted]) -> bool {
    let owes_pointer = known.iter().any(|posted| posted.slot.starts_with(OLD) && posted.shown != POINTS);
    it.rendering.slot == CARD && !it.operation.state.is_ended() && !owes_pointer
}

impl Reporter {
    /// The card goes on in a new message, which rings nobody.
    pub(super) async fn roll_over(&self, it: It<'_>, message: u64) -> Result<(), Failure> {
        let slot = format!("{OLD}{message}");
        let (channel, shown) = (it.channel, String::new());
        let old = Posted { slot, channel, message: Some(message), shown, attempted: it.since };
        self.store.save_message(it.operation.id, &old).await?;
        self.post(it, Some(message), Try::Again).await.map(drop)
    }

    /// Has what went on elsewhere say where.
    pub(super) async fn point_onwards(&self, operation: &Operation, known: &[Posted]) -> Result<(), Failure> {
        let newest = known.iter().find(|posted| posted.slot == CARD).and_then(|posted| posted.message);
        let Some(newest) = newest else { return Ok(()) };
        for old in known.iter().filter(|posted| posted.slot.starts_with(OLD) && posted.shown != POINTS) {
            let Some(message) = old.message.filter(|message| *message != newest) else { continue };
            let link = message_link(self.guild.get(), old.channel, newest);
            let server = named(&operation.request.label);
            let text = say!(self.locale, "card-moved", server = server, id = operation.id.to_string(), link = link);
            let edit = wire::redrawn(&Plain::text(text).framed(Accent::Quiet));
            match self.rest.edit(DiscordChannel::new(old.channel.0), MessageId::new(message), &edit).await {
                Err(error) if error.is_transient() => return Err(error.into()),
                Err(error) => tracing::info!(operation.id = %operation.id, %error, "an old card stays as it is"),
                Ok(_) => {}
            }
            self.store.save_message(operation.id, &Posted { shown: POINTS.to_owned(), ..old.clone() }).await?;
        }
        Ok(())
    }
}
