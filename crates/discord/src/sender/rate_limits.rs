//! Discord's limits as its answers teach them: buckets, holds, and the guard against being shut out.
//!
//! What holds what: a global 429 every call with the bot's token, and never the answers to interactions, which Discord does not
//! count in it. A 429 of the scope `shared`, or one that lasts longer than any bucket's window, is about one thing (one message's
//! edits): that thing waits, its neighbours go on. Every other 429, and an empty bucket, hold the route in its channel or guild.
//! An answer that is not Discord's holds the same, for growing pauses, and then lets one call through to see whether it has cleared.
//!
//! Locks here are held for a few instructions and never across an await. The callback path takes none of them.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::{error::Limiter, route::Access};

/// The window in which Discord counts invalid requests.
const INVALID_WINDOW: Duration = Duration::from_secs(600);
/// From this many invalid requests in the window on, every call waits its turn; Discord blocks the address at 10,000.
const INVALID_MANY: usize = 1_000;
/// Buckets kept before those that no longer say anything are forgotten.
const BUCKETS_KEPT: usize = 512;
/// How far two answers of the same window may disagree about its end.
const WINDOW_JITTER: Duration = Duration::from_millis(250);
/// No bucket that Discord was seen to have lasts longer: a 429 that does is about something narrower.
const LONGEST_WINDOW: Duration = Duration::from_secs(15);
/// The longest pause after answers that were not Discord's, however long a proxy asks for: twenty tries in ten minutes for each
/// route and channel are far from the 10,000 at which an address is shut out, and nobody waits long once it has cleared.
const LONGEST_WEATHER: Duration = Duration::from_secs(30);
/// How soon a full bucket whose time has come is looked at again while its calls are still out.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What one call counts against before its bucket is known: method, route, major parameter; and what exactly it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Counted {
    pub(super) method: &'static str,
    pub(super) template: &'static str,
    pub(super) major: u64,
    /// The one thing within `major`, such as a message; 0 for nothing narrower.
    pub(super) minor: u64,
    pub(super) access: Access,
}

/// A bucket: Discord's own name for it once an answer gave one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    Ours(&'static str, &'static str),
    Discords(String),
}

#[derive(Default)]
struct Bucket {
    /// What Discord said is left until `reset`; `None` until it said so.
    remaining: Option<u32>,
    /// What there is after the reset.
    limit: u32,
    reset: Option<Instant>,
    /// After a 429: nothing before this.
    held_until: Option<Instant>,
    /// Calls that are out and not yet answered.
    out: u32,
    /// How many answers in a row were not Discord's.
    foreign: u32,
}

#[derive(Default)]
struct Book {
    names: HashMap<(&'static str, &'static str), String>,
    buckets: HashMap<(Name, u64), Bucket>,
    /// After a global 429.
    held_until: Option<Instant>,
    /// Things that Discord wants left alone for longer than their bucket.
    things: HashMap<Counted, Instant>,
    invalid: VecDeque<Instant>,
}

/// What is known of Discord's limits.
#[derive(Default)]
pub(super) struct Limits(Mutex<Book>);

/// The right to one call of a bucket; dropping it says that the call is over, answered or not.
pub(super) struct Out<'a> {
    limits: &'a Limits,
    key: (Name, u64),
}

/// When to look again, and who has it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) by: Limiter,
    pub(super) until: Instant,
}

/// What a 429 holds up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Covers {
    Everything,
    Bucket,
    Thing,
}

/// What a 429 says that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every call with the bot's token.
    Global,
    /// Our own doing.
    User,
    /// Everybody's doing with the same thing: not counted as invalid.
    Shared,
}

impl Scope {
    fn covers(self, counted: Counted, wait: Duration) -> Covers {
        let narrow = counted.minor != 0 && (self == Self::Shared || wait > LONGEST_WINDOW);
        match self {
            Self::Global if counted.access == Access::BotToken => Covers::Everything,
            _ if narrow => Covers::Thing,
            _ => Covers::Bucket,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::User => "user",
            Self::Shared => "shared",
        }
    }
}

impl Limits {
    /// Waits until `counted` may go out.
    ///
    /// # Errors
    ///
    /// At once with the wait that would be needed, if that goes past `deadline`.
    pub(super) async fn acquire(&self, counted: Counted, deadline: Instant) -> Result<Out<'_>, Wait> {
        loop {
            match self.try_acquire(counted, Instant::now()) {
                Ok(out) => return Ok(out),
                Err(wait) if wait.until > deadline => return Err(wait),
                Err(wait) => tokio::time::sleep_until(wait.until).await,
            }
        }
    }

    /// Waits until nothing holds `counted`, and takes nothing: whoever needs another turn besides must not take that in vain.
    ///
    /// # Errors
    ///
    /// As [`Limits::acquire`].
    pub(super) async fn hold_passed(&self, counted: Counted, deadline: Instant) -> Result<(), Wait> {
        loop {
            let held = self.book().held(counted, Instant::now());
            match held {
                None => return Ok(()),
                Some(wait) if wait.until > deadline => return Err(wait),
                Some(wait) => tokio::time::sleep_until(wait.until).await,
            }
        }
    }

    fn try_acquire(&self, counted: Counted, now: Instant) -> Result<Out<'_>, Wait> {
        let mut book = self.book();
        if let Some(wait) = book.held(counted, now) {
            return Err(wait);
        }
        let key = book.key(counted);
        let bucket = book.buckets.entry(key.clone()).or_default();
        match bucket.blocked_until(now) {
            Some(until) => Err(Wait { by: bucket.limiter(), until }),
            None => {
                bucket.out += 1;
                Ok(Out { limits: self, key })
            }
        }
    }

    /// An answer was Discord's own: whatever stood between us has let it through.
    pub(super) fn cleared(&self, counted: Counted) {
        let mut book = self.book();
        let key = book.key(counted);
        if let Some(bucket) = book.buckets.get_mut(&key) {
            bucket.foreign = 0;
        }
    }

    /// An answer was not Discord's: its bucket rests, twice as long each time, from `shortest` on; or as long as was asked for,
    /// within reason.
    pub(super) fn rest(&self, counted: Counted, shortest: Duration, asked: Option<Duration>, now: Instant) {
        let mut book = self.book();
        let key = book.key(counted);
        let bucket = book.buckets.entry(key).or_default();
        let doubled = shortest.saturating_mul(1 << bucket.foreign.min(16));
        let pause = doubled.max(asked.unwrap_or_default()).min(LONGEST_WEATHER);
        bucket.foreign = bucket.foreign.saturating_add(1);
        bucket.held_until = bucket.held_until.max(Some(now + pause));
        book.forget_idle(now);
    }

    /// Takes note of what an answer's headers say about the bucket of `counted`.
    pub(super) fn learn(&self, counted: Counted, headers: &HeaderMap, now: Instant) {
        let Some(remaining) = number(headers, "x-ratelimit-remaining") else { return };
        let Some(reset_after) = seconds(headers, "x-ratelimit-reset-after") else { return };
        let mut book = self.book();
        if let Some(bucket) = text(headers, "x-ratelimit-bucket") {
            book.names.insert((counted.method, counted.template), bucket.to_owned());
        }
        let key = book.key(counted);
        let bucket = book.buckets.entry(key).or_default();
        let reset = now + reset_after;
        let same_window = bucket.reset.is_some_and(|known| known > now && reset <= known + WINDOW_JITTER);
        // Answers may overtake each other: within one window the smaller number is the later one.
        let known = bucket.remaining.filter(|_| same_window).unwrap_or(u32::MAX);
        bucket.remaining = Some(known.min(remaining));
        bucket.limit = number(headers, "x-ratelimit-limit").unwrap_or(1).max(1);
        bucket.reset = Some(reset);
        book.forget_idle(now);
    }

    /// After a 429 with these headers: nothing that it is about goes out for `wait`.
    pub(super) fn hold(&self, counted: Counted, scope: Scope, wait: Duration, headers: &HeaderMap, now: Instant) {
        let until = now + wait;
        let covers = scope.covers(counted, wait);
        if covers == Covers::Bucket {
            self.learn(counted, headers, now);
        }
        let mut book = self.book();
        match covers {
            Covers::Everything => book.held_until = book.held_until.max(Some(until)),
            Covers::Thing => {
                let held = book.things.entry(counted).or_insert(until);
                *held = until.max(*held);
            }
            Covers::Bucket => {
                let key = book.key(counted);
                let bucket = book.buckets.entry(key).or_default();
                bucket.held_until = bucket.held_until.max(Some(until));
            }
        }
        book.forget_idle(now);
    }

    /// Counts an answer that Discord counts as invalid.
    pub(super) fn count_invalid(&self, now: Instant) {
        let mut book = self.book();
        book.invalid.push_back(now);
        book.forget_invalid(now);
    }

    /// Whether so many calls were invalid of late that every further one must be slow.
    pub(super) fn is_suspect(&self, now: Instant) -> bool {
        let mut book = self.book();
        book.forget_invalid(now);
        book.invalid.len() >= INVALID_MANY
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn key(&self, counted: Counted) -> (Name, u64) {
        let name = match self.names.get(&(counted.method, counted.template)) {
            Some(bucket) => Name::Discords(bucket.clone()),
            None => Name::Ours(counted.method, counted.template),
        };
        (name, counted.major)
    }

    /// What holds a call, whatever room its bucket has.
    fn held(&self, counted: Counted, now: Instant) -> Option<Wait> {
        let later = |until: &Instant| *until > now;
        let everything = self.held_until.filter(|_| counted.access == Access::BotToken).filter(later);
        let held = everything.max(self.things.get(&counted).copied().filter(later));
        if let Some(until) = held {
            return Some(Wait { by: Limiter::Discord, until });
        }
        let bucket = self.buckets.get(&self.key(counted))?;
        let until = bucket.held_until.filter(later)?;
        Some(Wait { by: bucket.limiter(), until })
    }

    fn forget_idle(&mut self, now: Instant) {
        if self.things.len() > BUCKETS_KEPT {
            self.things.retain(|_, until| *until > now);
        }
        if self.buckets.len() > BUCKETS_KEPT {
            self.buckets.retain(|_, b| b.out > 0 || b.reset.max(b.held_until).is_some_and(|until| until > now));
        }
    }

    fn forget_invalid(&mut self, now: Instant) {
        while self.invalid.front().is_some_and(|at| now.duration_since(*at) > INVALID_WINDOW) {
            self.invalid.pop_front();
        }
    }
}

impl Bucket {
    fn limiter(&self) -> Limiter {
        if self.foreign > 0 { Limiter::Weather } else { Limiter::Discord }
    }

    /// When to look again, or `None` if a call may go out now.
    fn blocked_until(&self, now: Instant) -> Option<Instant> {
        // In such weather one call at a time sees whether it has cleared.
        if self.foreign > 0 && self.out > 0 {
            return Some(now + LOOK_AGAIN);
        }
        let remaining = self.remaining?;
        match self.reset.filter(|reset| *reset > now) {
            Some(reset) => (remaining <= self.out).then_some(reset),
            None => (self.limit <= self.out).then_some(now + LOOK_AGAIN),
        }
    }
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        if let Some(bucket) = self.limits.book().buckets.get_mut(&self.key) {
            bucket.out = bucket.out.saturating_sub(1);
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &str) -> Option<u32> {
    text(headers, name)?.parse().ok()
}

/// A header that holds seconds, fractional or whole, as a length of time of at most a day.
pub(super) fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    length(text(headers, name)?.parse().ok()?)
}

/// Seconds as a length of time of at most a day; `None` if it is no number of seconds.
pub(super) fn length(seconds: f64) -> Option<Duration> {
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(86_400.0)))
}
