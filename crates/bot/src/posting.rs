//! What the messages have in common that Bernard posts of his own accord: how they are built, and how one whose fate is
//! unknown is found again.

use bernard_discord::{
    Error, Rest, fit,
    rest::{Nonce, SeenMessage},
};
use bernard_domain::{access::Who, mark::Mark};
use bernard_platform::clock;
use bernard_store as store;
use bernard_untrusted::shown::size::length;
use jiff::{SignedDuration, Timestamp};
use serenity::{
    builder::{CreateAllowedMentions, CreateButton, CreateMessage},
    model::{
        channel::MessageFlags,
        id::{ChannelId, MessageId, RoleId, UserId},
    },
};
use sha1::{Digest, Sha1};

use super::component;

/// Discord remembers a nonce for a few minutes; an attempt that is older is looked for in the channel's history.
const NONCE_LIFE: SignedDuration = SignedDuration::from_mins(2);

/// A message could not be posted, changed or found now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Discord did not take it.
    #[error(transparent)]
    Discord(#[from] Error),
    /// Our own store did not.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A new message, which rings exactly these, whatever else its text names; without them no phone.
pub(super) fn message(content: &str, buttons: &[CreateButton], rings: &[Who]) -> CreateMessage {
    let quiet = match rings.is_empty() {
        true => MessageFlags::SUPPRESS_NOTIFICATIONS,
        false => MessageFlags::empty(),
    };
    CreateMessage::new()
        .content(content)
        .components(component::rows(buttons))
        .allowed_mentions(ringing(rings))
        // Nobody's server fetches a link that somebody typed as a reason.
        .flags(MessageFlags::SUPPRESS_EMBEDS | quiet)
}

/// The same that rings nobody, though not in silence: for what should have rung.
pub(super) fn unrung(content: &str, buttons: &[CreateButton]) -> CreateMessage {
    message(content, buttons, &[]).flags(MessageFlags::SUPPRESS_EMBEDS)
}

/// A text with one more line, which is never cut.
pub(super) fn with_last_line(content: &str, line: &str) -> String {
    let room = fit::CONTENT.saturating_sub(length(line) + 1);
    format!("{}\n{line}", fit::cut_to(content, room))
}

fn ringing(rings: &[Who]) -> CreateAllowedMentions {
    let (mut roles, mut users) = (Vec::new(), Vec::new());
    for who in rings {
        match who {
            Who::Role(role) => roles.push(RoleId::new(*role)),
            Who::User(user) => users.push(UserId::new(user.0)),
        }
    }
    CreateAllowedMentions::new().roles(roles).users(users)
}

/// The same for every attempt at one message, so that Discord itself makes two of them one; another one for any other message,
/// also of another store whose numbers are the same.
pub(super) fn nonce(mark: Mark, what: &str) -> Nonce {
    /// As many characters as stay below Discord's 25.
    const LENGTH: usize = 24;
    let digest = hex::encode(Sha1::digest(format!("{mark} {what}")));
    Nonce::try_from(digest.chars().take(LENGTH).collect::<String>()).expect("24 characters")
}

/// What was posted to a channel since an attempt whose fate is unknown; nothing while its nonce still makes a repetition the
/// same message, and nothing without the right to read the history: saying it twice is the lesser evil.
pub(super) async fn since_attempt(
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
pub(super) async fn history(rest: &Rest, channel: ChannelId, since: Timestamp) -> Result<Vec<SeenMessage>, Error> {
    rest.messages_after(channel, snowflake(since), 100).await
}

/// The id that a message of this moment would have, less a minute for our clock: what we posted comes after it.
fn snowflake(time: Timestamp) -> MessageId {
    /// The first millisecond of Discord's ids: 2015-01-01T00:00:00Z.
    const DISCORD_EPOCH: i64 = 1_420_070_400_000;
    let since = time.as_millisecond() - 60_000 - DISCORD_EPOCH;
    MessageId::new((since.max(1).cast_unsigned()) << 22)
}
