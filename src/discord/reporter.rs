//! Keeps the messages of operations true: whatever the store says was not shown yet is shown.
//!
//! Level-triggered: it compares what an operation's messages should look like with what they do look like, so an edit that was
//! lost heals at the next look, and after a start everything live is looked at again. The latest state wins.

mod rollover;

use std::{collections::HashMap, sync::Arc, time::Duration};

use serenity::{
    builder::{CreateAllowedMentions, CreateMessage, EditMessage},
    model::{
        channel::MessageFlags,
        id::{ChannelId as DiscordChannel, GuildId, MessageId, RoleId, UserId as DiscordUser},
    },
};
use sha1::{Digest, Sha1};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    Error, Rest, approval_card,
    card::{self, Manner, Rendering},
    component,
    error::TOO_OLD_TO_EDIT,
    rest::Nonce,
};
use crate::{
    access::Who,
    clock,
    rescue::{
        operation::{ChannelId, Operation, OperationId},
        pulse::Pulse,
    },
    store::{self, Posted, Store, Unreported},
};

/// How long a message that could not be shown waits for the next try.
const REST: Duration = Duration::from_secs(2);
/// How long one part waits for the other.
const BREATH: Duration = Duration::from_millis(20);
/// How many operations are posted at once.
const POSTS_AT_ONCE: usize = 32;
/// How many operations of one channel are edited at once: as many as Discord lets through together. More would only wait for
/// their turn with a look that grows old.
const EDITS_AT_ONCE: usize = 5;
/// Discord remembers a nonce for a few minutes; an attempt that is older is looked for in the channel's history.
const NONCE_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);
/// Discord's codes for a message, channel or right that is gone.
const UNKNOWN_MESSAGE: u32 = 10_008;
/// "Tried to perform an operation on an archived thread": posting opens a thread again, editing does not.
const ARCHIVED: u32 = 50_083;
/// A message that can be shown nowhere: its channel is gone, or closed to us.
const NOWHERE: &str = "nowhere";

/// Shows operations.
#[derive(Debug)]
pub struct Reporter {
    rest: Rest,
    store: Store,
    pulse: Pulse,
    manner: Manner,
    /// Our own user id, to know our messages in a channel's history.
    bot: DiscordUser,
    /// The guild, for links to messages.
    guild: GuildId,
}

/// What is being shown, and where it was asked for.
type UnderWay = HashMap<(OperationId, Part), (ChannelId, Id)>;

/// New messages do not wait behind edits, which Discord lets out slowly: what rings must ring at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    /// Messages that are not there yet.
    Posts,
    /// Messages that are there and look different now.
    Edits,
}

/// What a look at an operation's messages came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// All is as it should be.
    All,
    /// The other part is still at it.
    Waits,
}

/// One message of an operation, and where it stands or will stand.
#[derive(Clone, Copy)]
struct It<'a> {
    operation: &'a Operation,
    rendering: &'a Rendering,
    /// The same for its requester alone.
    private: &'a Rendering,
    channel: ChannelId,
    /// When it was posted, or its posting first tried.
    since: jiff::Timestamp,
}

/// An operation could not be shown now.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Discord(#[from] Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Reporter {
    /// A reporter that speaks to channels in this manner.
    pub fn new(rest: Rest, store: Store, pulse: Pulse, manner: Manner, bot: DiscordUser, guild: GuildId) -> Self {
        Self { rest, store, pulse, manner, bot, guild }
    }

    /// Runs until `stop`, then lets what is being shown finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut under_way = UnderWay::new();
        let mut shows = JoinSet::new();
        while !stop.is_cancelled() {
            self.start_shows(&mut under_way, &mut shows, &stop).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.pulse.for_reporter() => {}
                Some(done) = shows.join_next_with_id() => {
                    // A panic in it touches no other operation, and it is shown again.
                    let done = done.map_or_else(|panic| panic.id(), |(id, ())| id);
                    under_way.retain(|_, (_, task)| *task != done);
                }
                () = tokio::time::sleep(REST) => {}
            }
        }
        while shows.join_next().await.is_some() {}
    }

    async fn start_shows(
        self: &Arc<Self>,
        under_way: &mut UnderWay,
        shows: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) {
        let unreported = match self.store.unreported().await {
            Ok(unreported) => unreported,
            Err(error) => {
                tracing::error!(%error, "the store does not say what is to be shown");
                return;
            }
        };
        for found in unreported {
            for part in [Part::Posts, Part::Edits] {
                let key = (found.operation, part);
                if part.has_room(under_way, found.channel) && !under_way.contains_key(&key) {
                    let task = shows.spawn(Arc::clone(self).guarded(found, part, stop.clone()));
                    under_way.insert(key, (found.channel, task.id()));
                }
            }
        }
    }

    /// One part of one operation, and a rest if it could not be shown. An edit that waits for its turn when we stop is
    /// dropped: the next start makes every live message true.
    async fn guarded(self: Arc<Self>, found: Unreported, part: Part, stop: CancellationToken) {
        let id = found.operation;
        let shown = match part {
            Part::Posts => Some(self.show(found, part).await),
            Part::Edits => stop.run_until_cancelled(self.show(found, part)).await,
        };
        let rest = match shown {
            None | Some(Ok(Shown::All)) => return,
            Some(Ok(Shown::Waits)) => BREATH,
            Some(Err(failure)) => {
                tracing::warn!(operation.id = %id, error = %failure, "an operation could not be shown yet");
                REST
            }
        };
        stop.run_until_cancelled(tokio::time::sleep(rest)).await;
    }

    /// Makes the messages of one operation look as they should: the new ones, or the ones that are there.
    async fn show(&self, found: Unreported, part: Part) -> Result<Shown, Failure> {
        let id = found.operation;
        let Some(operation) = self.store.operation(id).await? else { return Ok(Shown::All) };
        let lease = self.store.lease(&operation.request.server).await?;
        let known = self.store.messages(id).await?;
        let mut all = Shown::All;
        let now = clock::now();
        let public = card::messages(&operation, lease.as_ref(), now, self.manner);
        // What went to the requester alone, because the channel is gone, speaks their language.
        let theirs = Manner { locale: operation.request.locale, ..self.manner };
        let private = card::messages(&operation, lease.as_ref(), now, theirs);
        let asked = public.iter().find(|rendering| rendering.slot == "card").map(asked_line).unwrap_or_default();
        for (public, private) in public.iter().zip(&private) {
            let tried = known.iter().find(|posted| posted.slot == public.slot);
            let channel = tried.map_or(operation.request.channel, |tried| tried.channel);
            let rendering = if channel == operation.request.channel { public } else { private };
            let since = tried.map_or_else(clock::now, |tried| tried.attempted);
            let it = It { operation: &operation, rendering, private, channel, since };
            match (tried, part) {
                (Some(Posted { shown, .. }), _) if shown == NOWHERE => {}
                (Some(posted @ Posted { message: Some(message), .. }), Part::Edits) => {
                    if posted.shown != digest(rendering) && rollover::is_due(it) {
                        self.roll_over(it, *message).await?;
                        all = Shown::Waits;
                    } else if posted.shown != digest(rendering) {
                        self.edit(it, *message).await?;
                    }
                }
                (Some(Posted { message: Some(_), .. }), Part::Posts) => {}
                (_, Part::Edits) => all = Shown::Waits,
                (_, Part::Posts) => match self.find_lost(it, &asked, &known).await? {
                    Some(message) => self.remember(it, Some(message), String::new()).await?,
                    None => {
                        // The first attempt counts: that is when Discord began to remember the nonce.
                        self.attempted(it).await?;
                        self.post(it, None).await?;
                    }
                },
            }
        }
        if part == Part::Edits {
            self.point_onwards(&operation, &known).await?;
        }
        match (part, all) {
            (Part::Edits, Shown::All) => self.store.mark_reported(found, operation.version).await?,
            // The edits see to the rest.
            (Part::Posts, _) => return Ok(Shown::Waits),
            (Part::Edits, Shown::Waits) => {}
        }
        Ok(all)
    }

    async fn edit(&self, it: It<'_>, message: u64) -> Result<(), Failure> {
        match self.edit_even_if_archived(it, message).await {
            Ok(()) => self.remember(it, Some(message), digest(it.rendering)).await,
            // Somebody deleted it: it is posted anew, because a card is the only place of its operation.
            Err(error) if error.code() == Some(UNKNOWN_MESSAGE) => self.post(it, Some(message)).await,
            // Too old to be edited so often, or put away: a live card goes on in a new message, an ended one stays as it is.
            Err(error) if matches!(error.code(), Some(TOO_OLD_TO_EDIT | ARCHIVED)) => {
                match it.operation.state.is_ended() {
                    true => self.remember(it, Some(message), digest(it.rendering)).await,
                    false => self.post(it, Some(message)).await,
                }
            }
            // What is still asked must be answerable somewhere; what only looks old may stay so.
            Err(error) if it.operation.state.is_ended() || it.rendering.buttons.is_empty() => {
                self.give_up_or_retry(it, error).await
            }
            Err(error) => self.go_elsewhere_or_retry(it, error).await,
        }
    }

    /// Edits a message; while its operation lives, a thread that was archived is opened again for it.
    async fn edit_even_if_archived(&self, it: It<'_>, message: u64) -> Result<(), Error> {
        let edit = EditMessage::new()
            .content(&it.rendering.content)
            .components(component::rows(&it.rendering.buttons))
            .allowed_mentions(CreateAllowedMentions::new());
        let (channel, message) = (DiscordChannel::new(it.channel.0), MessageId::new(message));
        match self.rest.edit(channel, message, &edit).await {
            Err(error) if error.code() == Some(ARCHIVED) && !it.operation.state.is_ended() => {
                self.rest.unarchive(channel).await?;
                self.rest.edit(channel, message, &edit).await.map(drop)
            }
            edited => edited.map(drop),
        }
    }

    /// Posts a message, for the first time or in the place of an earlier one, which stays remembered until the new one is there:
    /// a repetition comes here again with the same nonce, and the other part does not take it for a message that is missing.
    async fn post(&self, it: It<'_>, instead_of: Option<u64>) -> Result<(), Failure> {
        let quiet = match it.rendering.rings.is_empty() {
            true => MessageFlags::SUPPRESS_NOTIFICATIONS,
            false => MessageFlags::empty(),
        };
        let message = CreateMessage::new()
            .content(&it.rendering.content)
            .components(component::rows(&it.rendering.buttons))
            .allowed_mentions(ringing(it.rendering))
            // Nobody's server fetches a link that somebody typed as a reason.
            .flags(MessageFlags::SUPPRESS_EMBEDS | quiet);
        let channel = DiscordChannel::new(it.channel.0);
        match self.rest.post(channel, &message, &nonce(it.operation, &it.rendering.slot, instead_of), &[]).await {
            Ok(posted) => {
                let it = It { since: clock::now(), ..it };
                self.remember(it, Some(posted.id.get()), digest(it.rendering)).await
            }
            Err(error) => self.go_elsewhere_or_retry(it, error).await,
        }
    }

    /// Where a channel is gone or closed to us, whoever asked hears by DM what people wait for.
    async fn go_elsewhere_or_retry(&self, it: It<'_>, error: Error) -> Result<(), Failure> {
        let is_final = !error.is_transient() && error.fault().is_none();
        let in_the_channel = it.channel == it.operation.request.channel;
        // Whoever it was to ring in the channel: its requester is the one who can still be reached.
        let waited_for = !it.rendering.rings.is_empty();
        if is_final && in_the_channel && waited_for {
            tracing::warn!(operation.id = %it.operation.id, %error, "the channel takes no message; its requester gets it by DM");
            match self.rest.open_dm(DiscordUser::new(it.operation.request.requester.0)).await {
                // The next look posts it there.
                Ok(dm) => {
                    let channel = ChannelId(dm.id.get());
                    self.attempted(It { channel, rendering: it.private, since: clock::now(), ..it }).await?;
                    return Ok(());
                }
                Err(error) => return self.give_up_or_retry(it, error).await,
            }
        }
        self.give_up_or_retry(it, error).await
    }

    /// Weather is waited out; what can be shown nowhere is given up, and the operation goes on without it.
    async fn give_up_or_retry(&self, it: It<'_>, error: Error) -> Result<(), Failure> {
        if error.is_transient() || error.fault().is_some() {
            return Err(error.into());
        }
        tracing::error!(operation.id = %it.operation.id, %error, "a message of an operation can be shown nowhere");
        self.remember(it, None, NOWHERE.to_owned()).await
    }

    /// A message whose posting was tried and whose fate is unknown, if the channel has it and its nonce may be forgotten.
    async fn find_lost(&self, it: It<'_>, asked: &str, known: &[Posted]) -> Result<Option<u64>, Failure> {
        let Some(tried) = known.iter().find(|posted| posted.slot == it.rendering.slot) else { return Ok(None) };
        if clock::now().duration_since(tried.attempted) < NONCE_LIFE {
            return Ok(None);
        }
        let channel = DiscordChannel::new(it.channel.0);
        let seen = match self.rest.messages_after(channel, snowflake(it.operation.opened), 100).await {
            Ok(seen) => seen,
            Err(error) if error.is_transient() => return Err(error.into()),
            // Without the right to read the history nothing can be found; a second card is the lesser evil.
            Err(_) => return Ok(None),
        };
        let of_another_slot = |id: u64| known.iter().any(|posted| posted.message == Some(id));
        let mark = approval_card::mark(it.operation, &it.rendering.slot);
        let found = seen.iter().find(|message| {
            let same = match &mark {
                Some(mark) => message.custom_ids.contains(mark),
                None => is_this(&message.content, it.rendering, asked, it.operation),
            };
            message.author == self.bot && !of_another_slot(message.id.get()) && same
        });
        Ok(found.map(|message| message.id.get()))
    }

    /// Posting is about to be tried.
    async fn attempted(&self, it: It<'_>) -> Result<(), Failure> {
        self.remember(it, None, digest(it.rendering)).await
    }

    async fn remember(&self, it: It<'_>, message: Option<u64>, shown: String) -> Result<(), Failure> {
        let slot = it.rendering.slot.clone();
        let posted = Posted { slot, channel: it.channel, message, shown, attempted: it.since };
        Ok(self.store.save_message(it.operation.id, &posted).await?)
    }
}

impl Part {
    /// Whether one more may be shown in a channel now.
    fn has_room(self, under_way: &UnderWay, channel: ChannelId) -> bool {
        let alike = under_way.iter().filter(|((_, part), _)| *part == self);
        match self {
            Self::Posts => alike.count() < POSTS_AT_ONCE,
            Self::Edits => alike.filter(|(_, (other, _))| *other == channel).count() < EDITS_AT_ONCE,
        }
    }
}

/// Whom a new message rings: exactly these roles and people, whatever else its text names.
fn ringing(rendering: &Rendering) -> CreateAllowedMentions {
    let (mut roles, mut users) = (Vec::new(), Vec::new());
    for who in &rendering.rings {
        match who {
            Who::Role(role) => roles.push(RoleId::new(*role)),
            Who::User(user) => users.push(DiscordUser::new(user.0)),
        }
    }
    CreateAllowedMentions::new().roles(roles).users(users)
}

fn digest(rendering: &Rendering) -> String {
    hex::encode(Sha1::digest(rendering.digest()))
}

fn nonce_text(operation: &Operation, slot: &str) -> String {
    format!("{}-{slot}", operation.id)
}

/// The card's second line: who asked, and why. It never changes, and no other message has it there.
fn asked_line(card: &Rendering) -> String {
    card.content.lines().nth(1).unwrap_or_default().to_owned()
}

/// Whether a text of the channel is an earlier look of this message. A card's title changes with its state, and an ended card
/// has the title of the end.
fn is_this(content: &str, rendering: &Rendering, asked: &str, operation: &Operation) -> bool {
    let title = content.lines().next().unwrap_or_default();
    let is_card = title.ends_with(&format!(" {}", operation.id)) && content.lines().nth(1) == Some(asked);
    match rendering.slot.as_str() {
        "card" => is_card,
        _ => !is_card && Some(title) == rendering.content.lines().next(),
    }
}

/// The same for every attempt at one message; another one for a message that replaces it.
fn nonce(operation: &Operation, slot: &str, instead_of: Option<u64>) -> Nonce {
    let text = nonce_text(operation, slot);
    let text = instead_of.map_or_else(|| text.clone(), |old| format!("{text}-{:x}", (old >> 12) & 0xff_ffff));
    Nonce::try_from(text).expect("an operation's number and a slot are short")
}

/// The id that a message of this moment would have, less a minute for our clock: what we posted comes after it.
pub(super) fn snowflake(time: jiff::Timestamp) -> MessageId {
    /// The first millisecond of Discord's ids: 2015-01-01T00:00:00Z.
    const DISCORD_EPOCH: i64 = 1_420_070_400_000;
    let since = time.as_millisecond() - 60_000 - DISCORD_EPOCH;
    MessageId::new((since.max(1).cast_unsigned()) << 22)
}
