//! What the messages have in common that Bernard posts of his own accord: how one whose fate is unknown is found again.

use bernard_discord::{
    Error, Rest,
    rest::{Nonce, SeenMessage},
};
use bernard_domain::mark::Mark;
use bernard_platform::clock;
use bernard_store as store;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serenity::model::id::{ChannelId, MessageId};
use sha1::{Digest, Sha1};

/// Discord remembers a nonce for a few minutes; an attempt that is older is looked for in the channel's history.
const NONCE_LIFE: SignedDuration = SignedDuration::from_mins(2);

/// The longest pause between two attempts at one message.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// A message could not be posted, changed or found now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Discord did not take it.
    #[error(transparent)]
    Discord(#[from] Error),
    /// Our own store did not.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The same for every attempt at one message, so that Discord itself makes two of them one; another one for any other message,
/// also of another store whose numbers are the same.
pub(crate) fn nonce(mark: Mark, what: &str) -> Nonce {
    /// As many characters as stay below Discord's 25.
    const LENGTH: usize = 24;
    let digest = hex::encode(Sha1::digest(format!("{mark} {what}")));
    Nonce::try_from(digest.chars().take(LENGTH).collect::<String>()).expect("24 characters")
}

/// How long is waited after so many attempts that came to nothing: each pause is twice the last.
pub(crate) fn pause(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs(1 << attempts.min(6)).min(LONGEST_PAUSE)
}

/// Edits a message; a thread that was archived is opened again for it.
pub(crate) async fn edit_even_if_archived(
    rest: &Rest,
    channel: ChannelId,
    message: MessageId,
    edit: &(impl Serialize + Sync),
) -> Result<(), Error> {
    match rest.edit(channel, message, edit).await {
        Err(error) if error.is_archived() => {
            rest.unarchive(channel).await?;
            rest.edit(channel, message, edit).await
        }
        edited => edited,
    }
}

/// What was posted to a channel since an attempt whose fate is unknown; nothing while its nonce still makes a repetition the
/// same message, and nothing without the right to read the history: saying it twice is the lesser evil.
pub(crate) async fn since_attempt(
    rest: &Rest,
    channel: ChannelId,
    attempted: Timestamp,
    since: Timestamp,
) -> Result<Vec<SeenMessage>, Error> {
    if clock::now().duration_since(attempted).abs() < NONCE_LIFE {
        return Ok(Vec::new());
    }
    match history(rest, channel, since).await {
        Err(error) if !error.is_transient() && error.fault().is_none() => Ok(Vec::new()),
        seen => seen,
    }
}

/// What was posted to a channel since then, the newest first, as far as Discord gives it at once.
pub(crate) async fn history(rest: &Rest, channel: ChannelId, since: Timestamp) -> Result<Vec<SeenMessage>, Error> {
    rest.messages_after(channel, snowflake(since), 100).await
}

/// The id that a message of this moment would have, less a minute for our clock: what we posted comes after it.
fn snowflake(time: Timestamp) -> MessageId {
    /// The first millisecond of Discord's ids: 2015-01-01T00:00:00Z.
    const DISCORD_EPOCH: i64 = 1_420_070_400_000;
    let since = time.as_millisecond() - 60_000 - DISCORD_EPOCH;
    MessageId::new((since.max(1).cast_unsigned()) << 22)
}
