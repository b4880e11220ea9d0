//! "Bernard is typing…": asked for by the bot, and gone with its next message or after a while.

use std::time::Duration;

use axum::extract::{Path, State};

use super::id;
use crate::discord::{
    BOT, Discord,
    permission::{SEND_MESSAGES, VIEW_CHANNEL},
    refusal::{Answer, Refusal, no_content},
};

/// How long clients show it (Discord's documentation: ten seconds).
const SHOWN: Duration = Duration::from_secs(10);

/// People's clients see it; no gateway tells it to bots, which do not ask for that intent.
pub(super) async fn typing(State(discord): State<Discord>, Path(channel): Path<String>) -> Answer {
    let channel = id(&channel)?;
    discord.change(|world| {
        world.channel(channel)?;
        let permissions = world.permissions(BOT, channel);
        if permissions & VIEW_CHANNEL == 0 {
            return Err(Refusal::MissingAccess);
        }
        if permissions & SEND_MESSAGES == 0 {
            return Err(Refusal::MissingPermissions);
        }
        let until = world.clock.now() + SHOWN;
        world.typing.insert(channel, until);
        no_content()
    })
}
