//! Finds a message that was posted, though nobody heard so: by what it says, or by whose buttons it has.

use bernard_domain::operation::Operation;
use bernard_store::Posted;
use serenity::model::id::ChannelId as DiscordChannel;

use super::{Failure, It, Reporter, posting};
use crate::{
    component::{Button, Subject},
    render::{approval_card, rendering::Rendering},
};

impl Reporter {
    /// A message whose posting was tried and whose fate is unknown, if the channel has it and its nonce may be forgotten.
    pub(super) async fn find_lost(&self, it: It<'_>, asked: &str, known: &[Posted]) -> Result<Option<u64>, Failure> {
        let Some(tried) = known.iter().find(|posted| posted.slot == it.rendering.slot) else { return Ok(None) };
        let channel = DiscordChannel::new(it.channel.0);
        let seen = posting::since_attempt(&self.rest, channel, tried.attempted, it.operation.opened).await?;
        if seen.is_empty() {
            return Ok(None);
        }
        let me = self.rest.me().await?;
        let of_another_slot = |id: u64| known.iter().any(|posted| posted.message == Some(id));
        let mark = approval_card::mark(it.operation, &it.rendering.slot);
        let found = seen.iter().find(|message| {
            let same = match &mark {
                Some(mark) => message.custom_ids.contains(mark),
                None => {
                    is_this(&message.content, it.rendering, asked, it.operation)
                        && !names_another(&message.custom_ids, it.operation)
                }
            };
            message.author == me && !of_another_slot(message.id.get()) && same
        });
        Ok(found.map(|message| message.id.get()))
    }
}

/// Whether a text of the channel is an earlier look of this message. A card's title changes with its state, and an ended card
/// has the title of the end.
fn is_this(content: &str, rendering: &Rendering, asked: &str, operation: &Operation) -> bool {
    let title = content.lines().next().unwrap_or_default();
    let is_card = title.ends_with(&format!(" {}", operation.id)) && content.lines().nth(1) == Some(asked);
    match rendering.slot.as_str() {
        "card" => is_card,
        _ => !is_card && Some(title) == rendering.message.content.lines().next(),
    }
}

/// Whether a message has a button for an operation of another store that has the same number.
fn names_another(custom_ids: &[String], operation: &Operation) -> bool {
    let buttons = custom_ids.iter().filter_map(|id| id.parse::<Button>().ok());
    let mut of_that_number =
        buttons.filter(|button| matches!(button.subject(), Subject::Operation(named) if named.id == operation.id));
    of_that_number.any(|button| !button.is_unmarked() && !button.is_of(operation))
}
