//! How fast the bot may go: the pace of edits in a channel, the global limit, and 429s on demand.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use serde_json::json;

use super::{Id, refusal::as_json};

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many.
    pub count: u32,
    /// In how much time, from the first of them.
    pub per: Duration,
}

/// Whom a 429 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The bot on one route.
    Route,
    /// Everybody on one resource; it does not count as an invalid request.
    Shared,
    /// The bot on every route.
    Global,
}

/// The counters, and what is scripted.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    edits: BTreeMap<Id, Window>,
    all: Window,
    all_stopped_until: Duration,
    scripted: Vec<Scripted>,
}

#[derive(Debug)]
struct Scripted {
    scope: Scope,
    method: String,
    path_part: String,
    retry_after: Duration,
    left: usize,
}

#[derive(Debug, Default)]
struct Window {
    started: Duration,
    used: u32,
}

/// A request's place in its window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    limit: u32,
    remaining: u32,
    reset_after: Duration,
}

/// A request came too fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TooFast {
    pub(crate) scope: Scope,
    retry_after: Duration,
    limit: u32,
}

impl Window {
    fn take(&mut self, allowance: Allowance, now: Duration) -> Result<Place, Duration> {
        if self.used == 0 || now >= self.started + allowance.per {
            *self = Self { started: now, used: 0 };
        }
        let reset_after = (self.started + allowance.per).saturating_sub(now);
        if self.used >= allowance.count {
            return Err(reset_after);
        }
        self.used += 1;
        Ok(Place { limit: allowance.count, remaining: allowance.count - self.used, reset_after })
    }
}

impl Pace {
    /// The next `count` requests of that kind are refused.
    pub(crate) fn script(&mut self, scope: Scope, method: &str, path_part: &str, retry_after: Duration, count: usize) {
        let (method, path_part) = (method.to_owned(), path_part.to_owned());
        self.scripted.push(Scripted { scope, method, path_part, retry_after, left: count });
    }

    /// What is scripted for this request.
    pub(crate) fn scripted(&mut self, method: &str, path: &str, now: Duration) -> Result<(), TooFast> {
        let mut fitting = self.scripted.iter_mut();
        let Some(script) = fitting.find(|s| s.left > 0 && s.method == method && path.contains(&s.path_part)) else {
            return Ok(());
        };
        script.left -= 1;
        let refused = TooFast { scope: script.scope, retry_after: script.retry_after, limit: 5 };
        if refused.scope == Scope::Global {
            self.all_stopped_until = now + refused.retry_after;
        }
        Err(refused)
    }

    /// A request that counts towards the global limit.
    pub(crate) fn any(&mut self, allowance: Allowance, now: Duration) -> Result<(), TooFast> {
        let stopped = self.all_stopped_until.saturating_sub(now);
        if !stopped.is_zero() {
            return Err(TooFast { scope: Scope::Global, retry_after: stopped, limit: allowance.count });
        }
        let taken = self.all.take(allowance, now);
        taken.map(|_| ()).map_err(|retry_after| TooFast { scope: Scope::Global, retry_after, limit: allowance.count })
    }

    /// An edit of a message in a channel.
    pub(crate) fn edit(&mut self, channel: Id, allowance: Allowance, now: Duration) -> Result<Place, TooFast> {
        let taken = self.edits.entry(channel).or_default().take(allowance, now);
        taken.map_err(|retry_after| TooFast { scope: Scope::Route, retry_after, limit: allowance.count })
    }
}

impl Place {
    /// The headers that tell a client where it stands.
    pub(crate) fn stamp(&self, headers: &mut HeaderMap, bucket: &str, now: f64) {
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-ratelimit-limit", self.limit.to_string());
        set("x-ratelimit-remaining", self.remaining.to_string());
        set("x-ratelimit-reset", format!("{:.3}", now + self.reset_after.as_secs_f64()));
        set("x-ratelimit-reset-after", format!("{:.3}", self.reset_after.as_secs_f64()));
        set("x-ratelimit-bucket", bucket.to_owned());
    }
}

impl TooFast {
    /// The 429, with Discord's headers and body. `Via` is there because some clients take a 429 without it for a ban.
    pub(crate) fn into_response(self, bucket: &str, now: f64) -> Response {
        let seconds = self.retry_after.as_secs_f64();
        let global = self.scope == Scope::Global;
        let message = match self.scope {
            Scope::Shared => "The resource is being rate limited.",
            Scope::Route | Scope::Global => "You are being rate limited.",
        };
        let body = json!({ "message": message, "retry_after": seconds, "global": global });
        let mut response = as_json(StatusCode::TOO_MANY_REQUESTS, &body);
        let headers = response.headers_mut();
        let scope = match self.scope {
            Scope::Route => "user",
            Scope::Shared => "shared",
            Scope::Global => "global",
        };
        if global {
            headers.insert("x-ratelimit-global", HeaderValue::from_static("true"));
        } else {
            Place { limit: self.limit, remaining: 0, reset_after: self.retry_after }.stamp(headers, bucket, now);
        }
        headers.insert("x-ratelimit-scope", HeaderValue::from_static(scope));
        headers.insert("via", HeaderValue::from_static("1.1 sim"));
        if let Ok(value) = HeaderValue::from_str(&format!("{}", seconds.ceil())) {
            headers.insert("retry-after", value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Allowance = Allowance { count: 5, per: Duration::from_secs(5) };

    #[test]
    fn the_sixth_edit_within_five_seconds_is_refused_and_the_next_window_is_fresh() {
        let mut pace = Pace::default();
        let at = Duration::from_secs;
        assert!((0..5).all(|n| pace.edit(Id(1), FIVE, at(10 + n / 2)).is_ok()));
        let refused = pace.edit(Id(1), FIVE, at(12));
        assert_eq!(refused, Err(TooFast { scope: Scope::Route, retry_after: at(3), limit: 5 }));
        assert!(pace.edit(Id(2), FIVE, at(12)).is_ok());
        assert!(pace.edit(Id(1), FIVE, at(15)).is_ok());
    }

    #[test]
    fn a_scripted_global_429_stops_everything_until_it_is_over() {
        let mut pace = Pace::default();
        let at = Duration::from_secs;
        pace.script(Scope::Global, "POST", "/messages", at(2), 1);
        assert!(pace.scripted("POST", "/channels/1/messages", at(1)).is_err());
        assert!(pace.any(FIVE, at(2)).is_err());
        assert!(pace.any(FIVE, at(3)).is_ok());
        assert!(pace.scripted("POST", "/channels/1/messages", at(3)).is_ok());
    }
}
