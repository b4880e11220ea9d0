//! Discord's limits as its answers teach them: buckets, holds, and the guard against being shut out.
//!
//! Locks here are held for a few instructions and never across an await. The callback path takes none of them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::header::HeaderMap;
use tokio::time::Instant;

/// The window in which Discord counts invalid requests.
const INVALID_WINDOW: Duration = Duration::from_secs(600);
/// From this many invalid requests in the window on, every call waits its turn; Discord blocks the address at 10,000.
const INVALID_MANY: usize = 1_000;
/// Buckets kept before those that no longer say anything are forgotten.
const BUCKETS_KEPT: usize = 512;
/// How far two answers of the same window may disagree about its end.
const WINDOW_JITTER: Duration = Duration::from_millis(250);
/// How soon a full bucket whose time has come is looked at again while its calls are still out.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What one call counts against before its bucket is known: method, route, major parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Counted {
    pub(super) method: &'static str,
    pub(super) template: &'static str,
    pub(super) major: u64,
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
}

#[derive(Default)]
struct Book {
    names: HashMap<(&'static str, &'static str), String>,
    buckets: HashMap<(Name, u64), Bucket>,
    held_until: Option<Instant>,
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

/// What a 429 holds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every call with the bot's token.
    Global,
    /// This bucket, by our own doing.
    User,
    /// This bucket, by everybody's doing: not counted as invalid.
    Shared,
}

impl Scope {
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
    pub(super) async fn acquire(&self, counted: Counted, deadline: Instant) -> Result<Out<'_>, Duration> {
        loop {
            let now = Instant::now();
            match self.try_acquire(counted, now) {
                Ok(out) => return Ok(out),
                Err(until) if until > deadline => return Err(until - now),
                Err(until) => tokio::time::sleep_until(until).await,
            }
        }
    }

    fn try_acquire(&self, counted: Counted, now: Instant) -> Result<Out<'_>, Instant> {
        let mut book = self.book();
        if let Some(until) = book.held_until.filter(|until| *until > now) {
            return Err(until);
        }
        let key = book.key(counted);
        let bucket = book.buckets.entry(key.clone()).or_default();
        match bucket.blocked_until(now) {
            Some(until) => Err(until),
            None => {
                bucket.out += 1;
                Ok(Out { limits: self, key })
            }
        }
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

    /// After a 429: nothing that `scope` covers goes out for `wait`.
    pub(super) fn hold(&self, counted: Counted, scope: Scope, wait: Duration, now: Instant) {
        let until = now + wait;
        let mut book = self.book();
        if scope == Scope::Global {
            book.held_until = book.held_until.max(Some(until));
        } else {
            let key = book.key(counted);
            let bucket = book.buckets.entry(key).or_default();
            bucket.held_until = bucket.held_until.max(Some(until));
        }
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

    fn forget_idle(&mut self, now: Instant) {
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
    /// When to look again, or `None` if a call may go out now.
    fn blocked_until(&self, now: Instant) -> Option<Instant> {
        if let Some(until) = self.held_until.filter(|until| *until > now) {
            return Some(until);
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

/// At most so many edits in any window of time in one channel.
///
/// Exact, which a leaky bucket is not: it would let almost twice as many through at its start, or none together.
pub(super) struct EditPace {
    edits: usize,
    window: Duration,
    sent: Mutex<HashMap<u64, VecDeque<Instant>>>,
}

impl EditPace {
    pub(super) fn new(edits: usize, window: Duration) -> Self {
        Self { edits, window, sent: Mutex::default() }
    }

    /// Waits until `channel` may have another edit; dropping the wait leaves no trace.
    ///
    /// # Errors
    ///
    /// At once with the wait that would be needed, if that goes past `deadline`.
    pub(super) async fn acquire(&self, channel: u64, deadline: Instant) -> Result<(), Duration> {
        loop {
            let now = Instant::now();
            match self.try_acquire(channel, now) {
                Ok(()) => return Ok(()),
                Err(until) if until > deadline => return Err(until - now),
                Err(until) => tokio::time::sleep_until(until).await,
            }
        }
    }

    fn try_acquire(&self, channel: u64, now: Instant) -> Result<(), Instant> {
        let recent = |at: &Instant| now.duration_since(*at) < self.window;
        let mut channels = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.len() > BUCKETS_KEPT {
            channels.retain(|_, sent| sent.back().is_some_and(recent));
        }
        let sent = channels.entry(channel).or_default();
        while sent.front().is_some_and(|at| !recent(at)) {
            sent.pop_front();
        }
        match sent.front() {
            Some(first) if sent.len() >= self.edits => Err(*first + self.window),
            _ => {
                sent.push_back(now);
                Ok(())
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    const POST: Counted = Counted { method: "POST", template: "/channels/{channel}/messages", major: 1 };
    const ELSEWHERE: Counted = Counted { major: 2, ..POST };
    const OTHER: Counted = Counted { method: "GET", template: "/guilds/{guild}", major: 3 };
    const SECOND: Duration = Duration::from_secs(1);

    fn headers(remaining: u32, reset_after: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-bucket", "abcd".parse().unwrap());
        headers.insert("x-ratelimit-limit", "5".parse().unwrap());
        headers.insert("x-ratelimit-remaining", remaining.into());
        headers.insert("x-ratelimit-reset-after", reset_after.parse().unwrap());
        headers
    }

    #[test]
    fn a_bucket_lets_out_what_discord_said_is_left_and_the_rest_after_the_reset() {
        let (limits, now) = (Limits::default(), Instant::now());
        limits.learn(POST, &headers(2, "1.5"), now);
        let _first = limits.try_acquire(POST, now).ok().unwrap();
        let second = limits.try_acquire(POST, now).ok().unwrap();
        assert_eq!(limits.try_acquire(POST, now).err(), Some(now + SECOND.mul_f64(1.5)));
        assert!(limits.try_acquire(ELSEWHERE, now).is_ok(), "another channel has a bucket of its own");
        drop(second);
        limits.learn(POST, &headers(0, "1.4"), now + SECOND.mul_f64(0.1));
        assert!(limits.try_acquire(POST, now + SECOND).is_err());
        assert!(limits.try_acquire(POST, now + 2 * SECOND).is_ok());
    }

    #[test]
    fn an_older_answer_that_comes_late_gives_nothing_back() {
        let (limits, now) = (Limits::default(), Instant::now());
        limits.learn(POST, &headers(0, "1.0"), now);
        limits.learn(POST, &headers(3, "1.0"), now);
        assert!(limits.try_acquire(POST, now).is_err());
        limits.learn(POST, &headers(4, "1.0"), now + 2 * SECOND);
        assert!(limits.try_acquire(POST, now + 2 * SECOND).is_ok());
    }

    #[test]
    fn a_hold_covers_its_bucket_and_a_global_one_everything() {
        let (limits, now) = (Limits::default(), Instant::now());
        limits.hold(POST, Scope::User, SECOND, now);
        assert!(limits.try_acquire(POST, now).is_err());
        assert!(limits.try_acquire(OTHER, now).is_ok());
        limits.hold(POST, Scope::Global, 3 * SECOND, now);
        assert_eq!(limits.try_acquire(OTHER, now).err(), Some(now + 3 * SECOND));
        assert!(limits.try_acquire(OTHER, now + 3 * SECOND).is_ok());
    }

    #[test]
    fn many_invalid_requests_make_suspect_for_ten_minutes() {
        let (limits, now) = (Limits::default(), Instant::now());
        (1..INVALID_MANY).for_each(|_| limits.count_invalid(now));
        assert!(!limits.is_suspect(now));
        limits.count_invalid(now);
        assert!(limits.is_suspect(now + INVALID_WINDOW));
        assert!(!limits.is_suspect(now + INVALID_WINDOW + SECOND));
    }

    #[test]
    fn no_window_has_more_edits_than_allowed_however_they_come() {
        let (pace, start) = (EditPace::new(5, 5 * SECOND), Instant::now());
        let mut sent = Vec::new();
        for tick in 0..600_u32 {
            let now = start + Duration::from_millis(50) * tick;
            if pace.try_acquire(1, now).is_ok() {
                sent.push(now);
            }
        }
        assert!(sent.windows(6).all(|six| six[5] - six[0] >= 5 * SECOND));
        assert_eq!(sent.len(), 30, "and none is given away");
        assert!(pace.try_acquire(2, start).is_ok());
    }

    #[test]
    fn idle_buckets_and_channels_are_forgotten() {
        let (limits, pace, now) = (Limits::default(), EditPace::new(5, SECOND), Instant::now());
        for major in 0..2_000 {
            let later = now + SECOND * u32::try_from(major).unwrap();
            limits.learn(Counted { major, ..POST }, &headers(1, "0.5"), later);
            assert!(pace.try_acquire(major, later).is_ok());
        }
        assert!(limits.book().buckets.len() <= BUCKETS_KEPT + 1);
        assert!(pace.sent.lock().unwrap().len() <= BUCKETS_KEPT + 1);
    }
}
