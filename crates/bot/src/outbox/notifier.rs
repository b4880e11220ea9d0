//! Posts notices: what the store says is owed is posted once, late rather than never.
//!
//! Level-triggered like the reporter. Each notice has a nonce of its own, so Discord makes two attempts one; when it may have
//! forgotten that, the channel's history is looked at first. Weather is waited out; a refusal for good turns to the notice's
//! second place, and then it is given up. What becomes of it afterwards is `tidy`'s.

mod draft;
mod tidy;

use std::{sync::Arc, time::Duration};

use bernard_discord::{Error, Rest, fit, rest::Nonce};
use bernard_domain::{
    locale::Locale,
    notice::{Door, Letter, Place},
    operation::ChannelId,
};
use bernard_engine::{fleet::Fleet, lookout::Lookout, policy::SharedPolicy, wakeups::Wakeups};
use bernard_platform::{clock, keyed_tasks::UnderWay};
use bernard_store::{Attempt, Delivered, NoticeId, PendingNotice, Store};
use serenity::model::id::{ChannelId as DiscordChannel, UserId as DiscordUser};
use sha1::{Digest, Sha1};
use tokio_util::sync::CancellationToken;

use super::{
    posting::{self, Failure},
    ringing::{Bell, Unheard},
};
use crate::render::{button, notice::Words};

/// How long the loop rests when nothing wakes it.
const REST: Duration = Duration::from_secs(2);
/// How many notices are posted at once; the sender keeps to Discord's limits.
const AT_ONCE: usize = 16;

/// What the notifier needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct NotifierSettings {
    /// The language of messages that everybody sees.
    pub locale: Locale,
    /// The role that is rung when a deadline passes.
    pub oncall: Option<u64>,
    /// The guild, for links to messages.
    pub guild: u64,
}

/// Posts notices.
#[derive(Debug)]
pub struct Notifier {
    rest: Rest,
    pub(crate) store: Store,
    wakeups: Wakeups,
    pub(crate) settings: NotifierSettings,
    pub(crate) fleet: Fleet,
    pub(crate) policy: SharedPolicy,
    pub(crate) lookout: Lookout,
    /// The notices whose ringing Discord does not take.
    unheard: Unheard<NoticeId>,
}

impl Notifier {
    /// A notifier.
    pub fn new(
        rest: Rest,
        store: Store,
        wakeups: Wakeups,
        settings: NotifierSettings,
        fleet: Fleet,
        policy: SharedPolicy,
    ) -> Self {
        let lookout = Lookout::new(store.clone(), fleet.clone(), wakeups.clone());
        Self { rest, store, wakeups, settings, fleet, policy, lookout, unheard: Unheard::default() }
    }

    /// Runs until `stop`, then lets what is being posted finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut posts = UnderWay::new(REST);
        while !stop.is_cancelled() {
            let rest = self.start_posts(&mut posts).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wakeups.for_herald() => {}
                Some(_) = posts.ended() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
        posts.finish().await;
    }

    /// Starts what is due and not under way; returns how long nothing will be.
    async fn start_posts(self: &Arc<Self>, posts: &mut UnderWay<NoticeId>) -> Duration {
        let now = clock::now();
        let (due, next) = match self.store.due_notices(now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the store does not say which notices are due");
                return REST;
            }
        };
        for owed in due {
            if posts.names().count() < AT_ONCE {
                posts.begin(owed.id, Arc::clone(self).attempt(owed));
            }
        }
        clock::until(next, now, REST)
    }

    /// One attempt, and a pause if it did not work; each pause is twice the last.
    async fn attempt(self: Arc<Self>, owed: PendingNotice) {
        let Err(failure) = self.post(&owed).await else { return };
        tracing::warn!(notice.id = owed.id.0, error = %failure, "a notice could not be posted yet");
        let pause = posting::pause(owed.attempts);
        if let Err(error) = self.store.postpone_notice(owed.id, clock::now() + pause).await {
            tracing::error!(notice.id = owed.id.0, %error, "a notice could not be postponed");
            tokio::time::sleep(REST).await;
        }
    }

    async fn post(&self, owed: &PendingNotice) -> Result<(), Failure> {
        let Some(door) = owed.letter.to.door(owed.place) else {
            tracing::error!(notice.id = owed.id.0, "a notice can be posted nowhere");
            return Ok(self.store.end_notice(owed.id, Delivered::Nowhere).await?);
        };
        let Some(mut words) = self.draft(&owed.letter.notice, door).await? else {
            return Ok(self.store.end_notice(owed.id, Delivered::Needless).await?);
        };
        words.message.content = fit::cut(&words.message.content);
        match self.post_at(owed, door, &words).await {
            Ok((channel, message)) => {
                let (offer, about) = (owed.letter.notice.offer(), owed.letter.notice.about());
                if let Some((at, rows)) = &words.lists {
                    self.store.save_list(owed.id, *at, rows).await?;
                }
                Ok(self.store.end_notice(owed.id, Delivered::Posted { channel, message, offer, about }).await?)
            }
            Err(Failure::Discord(error)) if error.is_final() => self.turn(owed, &error).await,
            Err(failure) => Err(failure),
        }
    }

    /// Posts it, or finds it where an earlier attempt left it.
    async fn post_at(&self, owed: &PendingNotice, door: Door, words: &Words) -> Result<(ChannelId, u64), Failure> {
        let channel = match door {
            Door::Dm(person) => self.rest.open_dm(DiscordUser::new(person.0)).await?.id,
            Door::Channel(channel) => DiscordChannel::new(channel.0),
        };
        let there = ChannelId(channel.get());
        if let Some(tried) = &owed.tried
            && let Some(message) = self.find_lost(channel, tried, words).await?
        {
            return Ok((there, message));
        }
        let ids = button::ids(&words.message.buttons);
        self.store.notice_tried(owed.id, &digest(&words.message.content, &ids), clock::now()).await?;
        let rest = match door {
            Door::Dm(_) => self.rest.in_a_dm(),
            Door::Channel(_) => self.rest.clone(),
        };
        let (nonce, locale, unheard) = (&nonce(owed), self.settings.locale, &self.unheard);
        let bell = Bell { rest, channel, nonce, locale, unheard, name: owed.id };
        let (posted, _) = bell.ring(&words.message, &words.rings).await?;
        Ok((there, posted.id.get()))
    }

    /// A message whose fate is unknown, if the channel has it and its nonce may be forgotten.
    async fn find_lost(&self, channel: DiscordChannel, tried: &Attempt, now: &Words) -> Result<Option<u64>, Failure> {
        let seen = posting::since_attempt(&self.rest, channel, tried.at, tried.at).await?;
        if seen.is_empty() {
            return Ok(None);
        }
        let me = self.rest.me().await?;
        // What an earlier life of this store tried, nobody wrote down: it is looked for as it would be said now.
        let shown = match tried.shown.as_str() {
            "" => digest(&now.message.content, &button::ids(&now.message.buttons)),
            shown => shown.to_owned(),
        };
        for message in seen.iter().filter(|message| message.author == me) {
            if digest(&message.content, &message.custom_ids) == shown && !self.store.is_notice(message.id.get()).await?
            {
                return Ok(Some(message.id.get()));
            }
        }
        Ok(None)
    }

    /// This place refused it for good; the other one is next, if there is one.
    async fn turn(&self, owed: &PendingNotice, error: &Error) -> Result<(), Failure> {
        tracing::warn!(notice.id = owed.id.0, %error, "a notice cannot be posted where it was meant to");
        match owed.place {
            Place::First => {
                let Letter { to, notice } = &owed.letter;
                let beside = to.besides().map(|to| Letter { to, notice: notice.clone() });
                self.store.turn_notice(owed.id, beside.as_ref(), clock::now()).await?;
                self.wakeups.notify();
                Ok(())
            }
            Place::Second => Ok(self.store.end_notice(owed.id, Delivered::Nowhere).await?),
        }
    }
}

/// What tells a message from every other one; its buttons name what no other store knows.
fn digest(content: &str, custom_ids: &[String]) -> String {
    hex::encode(Sha1::digest([content.trim(), &custom_ids.join(" ")].join("\n")))
}

/// The same for every attempt at one place, so that Discord itself makes two of them one.
fn nonce(owed: &PendingNotice) -> Nonce {
    let place = match owed.place {
        Place::First => "a",
        Place::Second => "b",
    };
    posting::nonce(owed.mark, place)
}
