//! Keeps the messages of operations true: whatever the store says was not shown yet is shown.
//!
//! Level-triggered: it compares what an operation's messages should look like with what they do look like, so an edit that was
//! lost heals at the next look, and after a start everything live is looked at again. The latest state wins.

mod looked;
mod lost;
mod put_off;
mod unasked;
mod rollover;
mod room;
mod support;

use std::{sync::Arc, time::Duration};

use bernard_discord::{Error, Rest, error::TOO_OLD_TO_EDIT, rest::Nonce};
use bernard_domain::{
    locale::Locale,
    notice::Unasked,
    operation::{ChannelId, Operation, OperationId},
};
use bernard_engine::{policy::SharedPolicy, wakeups::Wakeups};
use bernard_platform::{clock, keyed_tasks::UnderWay};
use bernard_store::{Posted, Store, Unreported};
use serenity::model::id::{ChannelId as DiscordChannel, GuildId, MessageId, UserId as DiscordUser};
use sha1::{Digest, Sha1};
use tokio_util::sync::CancellationToken;

use self::{looked::Looked, put_off::PutOff, room::Room};
use super::{
    posting::{self, Failure},
    ringing::{Bell, Rang, Unheard},
};
use crate::{
    card_links::card_links,
    render::{
        approval_card,
        card::{self, LinkOut, Moment, Rescue},
        past,
        rendering::{ChannelStyle, Rendering, Speaks},
    },
    wire,
};

/// How long a message that could not be shown waits for the next try.
const REST: Duration = Duration::from_secs(2);
/// How long it rests for each operation that is not shown yet, before it looks over all of them again: each of a thousand has a dozen events
/// that wake it.
const PAUSE: Duration = Duration::from_micros(50);
/// How long a part waits before it looks whether what it has done is all.
const BREATH: Duration = Duration::from_millis(20);
/// Discord's codes for a message, channel or right that is gone.
const UNKNOWN_MESSAGE: u32 = 10_008;
/// A message that can be shown nowhere: its channel is gone, or closed to us.
const NOWHERE: &str = "nowhere";

/// Shows operations.
#[derive(Debug)]
pub struct Reporter {
    rest: Rest,
    store: Store,
    wakeups: Wakeups,
    /// The language of messages that everybody sees.
    locale: Locale,
    /// The Discord role that is told what nobody else reacts to, where nobody is known to be on duty.
    oncall: Option<u64>,
    policy: SharedPolicy,
    /// The guild, for links to messages.
    guild: GuildId,
    /// What Discord wants left alone for a while.
    put_off: PutOff,
    /// What has nothing to do for now.
    looked: Looked,
    /// The messages whose ringing Discord does not take.
    unheard: Unheard<(OperationId, String)>,
}

/// What is being shown, and where it was asked for.
type Show = (OperationId, Part, ChannelId);

/// New messages do not wait behind edits, which Discord lets out slowly: what rings must ring at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    /// Messages that are not there yet.
    Posts,
    /// Messages that are there and look different now.
    Edits,
}

/// Whether a message may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    /// It was never posted: it looks as it was sent.
    First,
    /// The nonce may have brought back what was posted before, as things were then: the edits see to its look.
    Again,
}

/// What a look at an operation's messages came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// All is as it should be.
    All,
    /// Something was done: what is there now is looked at again.
    Again,
    /// A message is not there yet, which is the other part's.
    Missing,
}

/// One message of an operation, and where it stands or will stand.
#[derive(Clone, Copy)]
struct It<'a> {
    operation: &'a Operation,
    rendering: &'a Rendering,
    channel: ChannelId,
    /// When it was posted, or its posting first tried.
    since: jiff::Timestamp,
}

impl Reporter {
    /// A reporter that speaks to channels in this language, and calls who is on duty, or this Discord role.
    pub fn new(
        rest: Rest,
        store: Store,
        wakeups: Wakeups,
        (locale, oncall): (Locale, Option<u64>),
        policy: SharedPolicy,
        guild: GuildId,
    ) -> Self {
        Self {
            rest,
            store,
            wakeups,
            locale,
            oncall,
            policy,
            guild,
            put_off: PutOff::default(),
            looked: Looked::default(),
            unheard: Unheard::default(),
        }
    }

    /// Runs until `stop`, then lets what is being shown finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut shows = UnderWay::new(REST);
        while !stop.is_cancelled() {
            let waiting = self.start_shows(&mut shows, &stop).await;
            stop.run_until_cancelled(tokio::time::sleep((PAUSE * waiting).min(REST))).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wakeups.for_reporter() => {}
                Some(_) = shows.ended() => {}
                () = tokio::time::sleep(REST) => {}
            }
        }
        shows.finish().await;
    }

    /// Starts what can be shown now; returns how many operations are not shown yet.
    async fn start_shows(self: &Arc<Self>, shows: &mut UnderWay<Show>, stop: &CancellationToken) -> u32 {
        let unreported = match self.store.unreported().await {
            Ok(unreported) => unreported,
            Err(error) => {
                tracing::error!(%error, "the store does not say what is to be shown");
                return 0;
            }
        };
        self.looked.keep(&unreported);
        let waiting = u32::try_from(unreported.len()).unwrap_or(u32::MAX);
        let mut room = Room::beside(shows.names());
        for found in unreported {
            for part in [Part::Posts, Part::Edits] {
                let show = (found.operation, part, found.channel);
                let idle = self.looked.holds(found, part) || self.put_off.holds(found, part);
                if !idle && shows.is_free(&show) && room.take(part, found.channel) {
                    shows.begin(show, Arc::clone(self).attempt(found, part, stop.clone()));
                }
            }
        }
        waiting
    }

    /// One part of one operation, and a rest if it could not be shown. An edit that waits for its turn when we stop is
    /// dropped: the next start makes every live message true.
    async fn attempt(self: Arc<Self>, found: Unreported, part: Part, stop: CancellationToken) {
        let id = found.operation;
        let shown = match part {
            Part::Posts => Some(self.show(found, part).await),
            Part::Edits => stop.run_until_cancelled(self.show(found, part)).await,
        };
        let rest = match shown {
            None => return,
            Some(Ok(Shown::All)) => {
                if part == Part::Posts {
                    self.looked.all_are_there(found);
                }
                return;
            }
            Some(Ok(Shown::Missing)) => return self.looked.one_is_missing(found),
            Some(Ok(Shown::Again)) => BREATH,
            Some(Err(failure)) => {
                tracing::warn!(operation.id = %id, error = %failure, "an operation could not be shown yet");
                if self.put_off.until(found, part, &failure) {
                    return;
                }
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
        let past = self.store.past_of(&operation).await?;
        let named = past.iter().flat_map(past::named_by);
        let links = card_links(&self.store, self.guild.get(), named).await?;
        let rescue = Rescue { lease: lease.as_ref(), past: past.as_ref(), links: Some(&links) };
        let link = match self.store.has_link_out(&operation).await? {
            true => LinkOut::Possible,
            false => LinkOut::Never,
        };
        // Only an end leads there.
        let dm = if operation.state.is_ended() { self.store.delivery_of(id).await? } else { None };
        let known = self.store.messages(id).await?;
        let mut all = Shown::All;
        let mut trouble: Result<(), Failure> = Ok(());
        let support = self.support_for(&operation).await?;
        let moment = Moment { link, dm, support, usual: operation.usual, now: clock::now() };
        let called = self.policy.get().duty().called(self.oncall);
        let manner = ChannelStyle { locale: self.locale, oncall: &called };
        let public = card::messages(&operation, rescue, moment, manner);
        let here = operation.request.channel;
        // What went to the requester alone, because the channel is gone, speaks their language.
        let theirs = ChannelStyle { locale: operation.request.locale, ..manner };
        let private = match known.iter().any(|posted| posted.channel != here) {
            true => card::messages(&operation, rescue, moment, theirs),
            false => Vec::new(),
        };
        let asked = public.iter().find(|rendering| rendering.slot == "card").map(asked_line).unwrap_or_default();
        for (at, public) in public.iter().enumerate() {
            let tried = known.iter().find(|posted| posted.slot == public.slot);
            let channel = tried.map_or(here, |tried| tried.channel);
            let rendering = private.get(at).filter(|_| channel != here).unwrap_or(public);
            let since = tried.map_or_else(clock::now, |tried| tried.attempted);
            let it = It { operation: &operation, rendering, channel, since };
            match (tried, part) {
                (Some(Posted { shown, .. }), _) if shown == NOWHERE => {}
                (Some(Posted { shown, message: Some(_), .. }), Part::Edits) if *shown == digest(rendering) => {}
                (Some(Posted { message: Some(message), .. }), Part::Edits) if rollover::is_due(it) => {
                    self.roll_over(it, *message).await?;
                    all = Shown::Again;
                }
                (Some(Posted { message: Some(message), .. }), Part::Edits) => match self.edit(it, *message).await {
                    // One message that Discord wants left alone keeps none of the others back.
                    Err(Failure::Discord(error)) if put_off::is_long(&error) => match rollover::may_go_on(it, &known) {
                        true => {
                            self.roll_over(it, *message).await?;
                            all = Shown::Again;
                        }
                        false => trouble = Err(error.into()),
                    },
                    edited => all = all.max(edited?),
                },
                (Some(Posted { message: Some(_), .. }), Part::Posts) => {}
                (_, Part::Edits) => all = Shown::Missing,
                (_, Part::Posts) => {
                    all = Shown::Again;
                    match self.find_lost(it, &asked, &known).await? {
                        Some(message) => self.remember(it, Some(message), String::new()).await?,
                        None => {
                            // The first attempt counts: that is when Discord began to remember the nonce.
                            self.attempted(it).await?;
                            self.post(it, None, tried.map_or(Try::First, |_| Try::Again)).await?;
                        }
                    }
                }
            }
        }
        trouble?;
        if part == Part::Edits {
            self.point_onwards(&operation, &known).await?;
            if all == Shown::All {
                self.store.mark_reported(found, operation.version).await?;
            }
        }
        Ok(all)
    }

    async fn edit(&self, it: It<'_>, message: u64) -> Result<Shown, Failure> {
        match self.edit_even_if_archived(it, message).await {
            Ok(()) => self.remember(it, Some(message), digest(it.rendering)).await?,
            // It would only say that something is over.
            Err(error) if error.is_final() && it.rendering.speaks == Speaks::OfThePast => {
                tracing::info!(operation.id = %it.operation.id, %error, "a message of a rescue that is over stays as it is");
                self.remember(it, Some(message), digest(it.rendering)).await?;
            }
            // Somebody deleted it: it is posted anew, because a card is the only place of its operation.
            Err(error) if error.code() == Some(UNKNOWN_MESSAGE) => {
                return self.post(it, Some(message), Try::Again).await;
            }
            // Too old to be edited so often, or put away: a live card goes on in a new message, an ended one stays as it is.
            Err(error) if error.is_archived() || error.code() == Some(TOO_OLD_TO_EDIT) => {
                match it.operation.state.is_ended() {
                    true => self.remember(it, Some(message), digest(it.rendering)).await?,
                    false => return self.post(it, Some(message), Try::Again).await,
                }
            }
            // What is still asked must be answerable somewhere. What only looks old stays so until there is more to say: a channel that
            // is closed to us now may be open by then.
            Err(error) if error.is_final() && !is_waited_for(it) => {
                tracing::warn!(operation.id = %it.operation.id, %error, "a message of an operation stays as it is for now");
                self.remember(it, Some(message), digest(it.rendering)).await?;
            }
            Err(error) => return self.go_elsewhere_or_retry(it, error).await,
        }
        Ok(Shown::All)
    }

    /// Edits a message; a thread that was archived is opened again for it while its operation lives, and to say that a rescue is over.
    async fn edit_even_if_archived(&self, it: It<'_>, message: u64) -> Result<(), Error> {
        let edit = wire::redrawn(&it.rendering.edited());
        let (channel, message) = (DiscordChannel::new(it.channel.0), MessageId::new(message));
        let opens = !it.operation.state.is_ended() || it.rendering.speaks == Speaks::OfThePast;
        let rest = self.rest_at(it);
        match opens {
            true => posting::edit_even_if_archived(&rest, channel, message, &edit).await,
            false => rest.edit(channel, message, &edit).await,
        }
    }

    /// What speaks where a message stands: away from its operation's channel that is its requester's DM.
    fn rest_at(&self, it: It<'_>) -> Rest {
        if it.channel == it.operation.request.channel { self.rest.clone() } else { self.rest.in_a_dm() }
    }

    /// Posts a message, for the first time or in the place of an earlier one, which stays remembered until the new one is there:
    /// a repetition comes here again with the same nonce, and the other part does not take it for a message that is missing.
    async fn post(&self, it: It<'_>, instead_of: Option<u64>, attempt: Try) -> Result<Shown, Failure> {
        let Rendering { slot, message, rings, .. } = it.rendering;
        let (rest, channel) = (self.rest_at(it), DiscordChannel::new(it.channel.0));
        let (nonce, locale) = (&nonce(it.operation, slot, instead_of), self.locale);
        let bell = Bell { rest, channel, nonce, locale, unheard: &self.unheard, name: (it.operation.id, slot.clone()) };
        match bell.ring(message, rings).await {
            Ok((posted, Rang::Nobody)) => {
                // It says more than its rendering, and goes on saying it until its state changes.
                self.remember(It { since: clock::now(), ..it }, Some(posted.id.get()), digest(it.rendering)).await?;
                self.nobody_is_asked(it, Unasked::NoRing).await?;
            }
            Ok((posted, Rang::AsMeant)) => {
                let shown = match attempt {
                    Try::First => digest(it.rendering),
                    Try::Again => String::new(),
                };
                self.remember(It { since: clock::now(), ..it }, Some(posted.id.get()), shown).await?;
            }
            Err(error) => return self.go_elsewhere_or_retry(it, error).await,
        }
        Ok(Shown::All)
    }

    /// Where a channel is gone or closed to us, whoever asked hears by DM what people wait for. What asks others for their approval
    /// does not go there: nobody is asked by it.
    async fn go_elsewhere_or_retry(&self, it: It<'_>, error: Error) -> Result<Shown, Failure> {
        if error.is_final() && approval_card::mark(it.operation, &it.rendering.slot).is_some() {
            self.nobody_is_asked(it, Unasked::NoMessage).await?;
            self.give_up_or_retry(it, error).await?;
            return Ok(Shown::All);
        }
        let in_the_channel = it.channel == it.operation.request.channel;
        // Whoever it was to ring in the channel: its requester is the one who can still be reached.
        if error.is_final() && in_the_channel && !it.rendering.rings.is_empty() {
            tracing::warn!(operation.id = %it.operation.id, %error, "the channel takes no message; its requester gets it by DM");
            match self.rest.open_dm(DiscordUser::new(it.operation.request.requester.0)).await {
                // The next look posts it there.
                Ok(dm) => {
                    let channel = ChannelId(dm.id.get());
                    self.attempted(It { channel, since: clock::now(), ..it }).await?;
                    return Ok(Shown::Missing);
                }
                Err(error) => self.give_up_or_retry(it, error).await?,
            }
        } else {
            self.give_up_or_retry(it, error).await?;
        }
        Ok(Shown::All)
    }

    /// Weather is waited out; what can be shown nowhere is given up, and the operation goes on without it.
    async fn give_up_or_retry(&self, it: It<'_>, error: Error) -> Result<(), Failure> {
        if !error.is_final() {
            return Err(error.into());
        }
        tracing::error!(operation.id = %it.operation.id, %error, "a message of an operation can be shown nowhere");
        self.remember(it, None, NOWHERE.to_owned()).await
    }

    /// Posting is about to be tried.
    async fn attempted(&self, it: It<'_>) -> Result<(), Failure> {
        self.remember(it, None, String::new()).await
    }

    async fn remember(&self, it: It<'_>, message: Option<u64>, shown: String) -> Result<(), Failure> {
        let slot = it.rendering.slot.clone();
        let posted = Posted { slot, channel: it.channel, message, shown, attempted: it.since };
        Ok(self.store.save_message(it.operation.id, &posted).await?)
    }
}

fn digest(rendering: &Rendering) -> String {
    hex::encode(Sha1::digest(rendering.digest()))
}

/// Whether it asks somebody who is rung for it, or whose approval it is for.
fn is_waited_for(it: It<'_>) -> bool {
    let calls = !it.rendering.rings.is_empty() || approval_card::mark(it.operation, &it.rendering.slot).is_some();
    calls && !it.rendering.message.buttons.is_empty() && !it.operation.state.is_ended()
}

/// The card's second line: who asked, and why. It never changes, and no other message has it there.
fn asked_line(card: &Rendering) -> String {
    card.message.content.lines().nth(1).unwrap_or_default().to_owned()
}

/// The same for every attempt at one message; another one for a message that replaces it.
fn nonce(operation: &Operation, slot: &str, instead_of: Option<u64>) -> Nonce {
    let what = instead_of.map_or_else(|| slot.to_owned(), |old| format!("{slot} {old}"));
    posting::nonce(operation.mark, &what)
}
