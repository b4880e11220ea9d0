//! The one way out to Discord's REST interface: nothing is sent past it, so its limits are kept whatever the callers do.
//!
//! Kept: Discord's buckets as its headers teach them, 429 (by route and global), 50 requests a second in all, five edits per
//! five seconds in a channel, and a wide distance from the 10,000 invalid requests that shut an address out. After the first
//! 401 to the bot's token nothing more is sent with it. What is safe to repeat is repeated until the caller's deadline; what is
//! not goes out again only when Discord has certainly not carried it out. Dropping a waiting call leaves no trace.
//!
//! Acknowledgements of interactions take none of these turns: they never wait for other traffic.

mod limits;
#[cfg(test)]
mod tests;
mod wire;

use std::{fmt, num::NonZeroU32, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
pub(crate) use reqwest::Method;
use reqwest::{Client, header::HeaderValue, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, time::Instant};

pub(crate) use self::wire::{Body, Call, Repeat};
use self::{
    limits::{Counted, EditPace, Limits},
    wire::{Answer, Limited, reason},
};
use super::{
    error::{Cause, Error, Fault},
    interaction::InteractionKey,
    route::{Access, Route},
};
use crate::tls::{self, Http};

/// Discord: 50 requests a second. 40 a second after a burst of 10 are never more than that in any second.
const GLOBAL_PER_SECOND: NonZeroU32 = nonzero(40);
const GLOBAL_BURST: NonZeroU32 = nonzero(10);
/// Once many calls were invalid: at this pace even a loop of nothing else stays below 5,000 in ten minutes.
const SUSPECT_PER_SECOND: NonZeroU32 = nonzero(5);
/// Discord gives an interaction three seconds; part of them had passed before it arrived here.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_millis(2_800);
/// One try at an acknowledgement: short enough for a second one.
const ACKNOWLEDGE_ATTEMPT: Duration = Duration::from_millis(1_200);
/// Between two tries at an acknowledgement.
const ACKNOWLEDGE_PAUSE: Duration = Duration::from_millis(50);

/// What the sender needs to know.
#[derive(Clone, Debug)]
pub struct SenderSettings {
    /// Discord's base, or a simulator's or proxy's, without `/api/v10`.
    pub api_url: String,
    /// The bot's token, without `Bot `.
    pub token: SecretString,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long one attempt may take in all.
    pub attempt_timeout: Duration,
    /// The first pause before a repetition; each further one doubles up to `retry_max`, with jitter.
    pub retry_min: Duration,
    /// The longest pause before a repetition, before jitter.
    pub retry_max: Duration,
    /// How many edits a channel may have in any `edit_window`. Observed of Discord: five in five seconds.
    pub edits: usize,
    /// See `edits`; a little more than Discord's, for what the network does to distances in time.
    pub edit_window: Duration,
}

impl SenderSettings {
    /// Discord's own figures, for the base `api_url`.
    pub fn new(api_url: impl Into<String>, token: SecretString) -> Self {
        Self {
            api_url: api_url.into(),
            token,
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(10),
            retry_min: Duration::from_millis(200),
            retry_max: Duration::from_secs(5),
            edits: 5,
            edit_window: Duration::from_millis(5_250),
        }
    }
}

/// The outcome of the first answer to an interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ack {
    /// Discord took our answer: the interaction is ours.
    Acknowledged,
    /// Discord no longer knows the interaction (10062): the three seconds had passed.
    TooLate,
    /// Somebody else answered first (40060): step back.
    Taken,
    /// Our answer certainly did not count.
    Failed(Error),
    /// Our answer may or may not have counted.
    Unknown(Error),
}

impl Ack {
    fn word(&self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::TooLate => "too_late",
            Self::Taken => "taken",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// The one way out to Discord's REST interface. Share it by `Arc`.
pub struct Sender {
    client: Client,
    base: String,
    authorization: HeaderValue,
    settings: SenderSettings,
    limits: Limits,
    global: DefaultDirectRateLimiter,
    suspect: DefaultDirectRateLimiter,
    edits: EditPace,
    fault: watch::Sender<Option<Fault>>,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Sender {
    /// A sender with a connection pool of its own; connects to nothing yet.
    ///
    /// # Errors
    ///
    /// [`Cause::Unbuildable`] when `api_url` is no web address, the token cannot stand in a header, or TLS cannot be set up.
    pub fn new(settings: SenderSettings) -> Result<Self, Error> {
        let unbuildable = |why: String| Error::new("GET", "/", Cause::Unbuildable(why));
        let base = url::Url::parse(&settings.api_url).map_err(|e| unbuildable(format!("discord.api_url: {e}")))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(unbuildable("discord.api_url must start with http:// or https://".to_owned()));
        }
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", settings.token.expose_secret().trim()))
            .map_err(|_| unbuildable("discord.token holds a character that no token has".to_owned()))?;
        authorization.set_sensitive(true);
        let tls = tls::settings(Http::Newest).map_err(|e| unbuildable(e.to_string()))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("DiscordBot (bernard, ", env!("CARGO_PKG_VERSION"), ")"))
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(300))
            .tcp_keepalive(Duration::from_secs(30))
            .redirect(Policy::none())
            // The gateway cannot use a proxy from the environment either; `api_url` is the way to have one.
            .no_proxy()
            .build()
            .map_err(|e| unbuildable(reason(e)))?;
        Ok(Self {
            client,
            base: format!("{}/api/v10", settings.api_url.trim_end_matches('/')),
            authorization,
            limits: Limits::default(),
            global: RateLimiter::direct(Quota::per_second(GLOBAL_PER_SECOND).allow_burst(GLOBAL_BURST)),
            suspect: RateLimiter::direct(Quota::per_second(SUSPECT_PER_SECOND).allow_burst(nonzero(1))),
            edits: EditPace::new(settings.edits.max(1), settings.edit_window),
            fault: watch::Sender::new(None),
            settings,
        })
    }

    /// Why nothing more is sent with the bot's token, if so.
    pub fn fault(&self) -> Option<Fault> {
        *self.fault.borrow()
    }

    /// Waits until Discord refuses the bot's token; for ever, if it never does.
    pub async fn faulted(&self) -> Fault {
        let mut seen = self.fault.subscribe();
        loop {
            if let Some(fault) = *seen.borrow_and_update() {
                return fault;
            }
            if seen.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Sends `call`, and again where that is safe, until it succeeds, is refused, or `deadline` has come.
    pub(crate) async fn send(&self, call: &Call<'_>, deadline: Instant) -> Result<Vec<u8>, Error> {
        let mut pauses = pauses(self.settings.retry_min, self.settings.retry_max);
        loop {
            let failed = match self.attempt(call, deadline).await {
                Ok(body) => return Ok(body),
                Err(failed) => failed,
            };
            let Some(pause) = failed.retry_after.or_else(|| pauses.next().filter(|_| call.bears(failed.error.cause())))
            else {
                return Err(failed.error);
            };
            if Instant::now() + pause >= deadline {
                return Err(failed.error);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// One attempt, after having waited for every turn that the call must wait for.
    async fn attempt(&self, call: &Call<'_>, deadline: Instant) -> Result<Vec<u8>, Failed> {
        let counted =
            Counted { method: call.method_name(), template: call.route.template(), major: call.route.major() };
        let _out = self.await_turn(call, counted, deadline).await.map_err(|cause| Failed::from(call.error(cause)))?;
        let left = deadline.saturating_duration_since(Instant::now()).min(self.settings.attempt_timeout);
        let answer = self.exchange(call, left).await?;
        let now = Instant::now();
        self.limits.learn(counted, &answer.headers, now);
        if answer.is_success() {
            return Ok(answer.body);
        }
        let limited = answer.limited();
        if let Some(Limited { scope, wait }) = limited {
            tracing::warn!(discord.route = counted.template, scope = scope.as_str(), wait = ?wait, "Discord asks to wait");
            metrics::counter!(crate::metrics::DISCORD_LIMITED, "scope" => scope.as_str()).increment(1);
            // Never at once, even if Discord says so: each 429 counts as an invalid request.
            self.limits.hold(counted, scope, wait.max(self.settings.retry_min), now);
        }
        self.note_invalid(call, &answer, limited, now);
        let is_refused = answer.status == 401 && call.route.access() == Access::BotToken;
        if let Some(fault) = self.fault().filter(|_| is_refused) {
            return Err(call.error(Cause::Fault(fault)).into());
        }
        // The hold makes the next attempt wait; here it is only said that there may be one.
        let retry_after = limited.map(|_| Duration::ZERO);
        Err(Failed { error: call.error(self.refusal(call, &answer)), retry_after })
    }

    async fn await_turn(&self, call: &Call<'_>, counted: Counted, deadline: Instant) -> Result<limits::Out<'_>, Cause> {
        let limited = |wait| Cause::Limited { wait };
        let with_bot_token = call.route.access() == Access::BotToken;
        if let Some(fault) = self.fault().filter(|_| with_bot_token) {
            return Err(Cause::Fault(fault));
        }
        let in_time = |wait| async move {
            tokio::time::timeout_at(deadline, wait).await.map_err(|_| Cause::Limited { wait: Duration::ZERO })
        };
        if self.limits.is_suspect(Instant::now()) {
            in_time(Box::pin(self.suspect.until_ready())).await?;
        }
        if let (Route::Message(channel, _), &Method::PATCH) = (call.route, &call.method) {
            self.edits.acquire(channel.get(), deadline).await.map_err(limited)?;
        }
        let out = self.limits.acquire(counted, deadline).await.map_err(limited)?;
        if with_bot_token {
            in_time(Box::pin(self.global.until_ready())).await?;
        }
        Ok(out)
    }

    /// Counts what Discord counts as invalid, and ends everything at a refused bot token.
    fn note_invalid(&self, call: &Call<'_>, answer: &Answer, limited: Option<Limited>, now: Instant) {
        let shared = limited.is_some_and(|l| l.scope == limits::Scope::Shared);
        if matches!(answer.status, 401 | 403 | 429) && !shared {
            self.limits.count_invalid(now);
        }
        if answer.status == 401 && call.route.access() == Access::BotToken {
            tracing::error!(discord.route = call.route.template(), "{}", Fault::BadToken);
            self.fault.send_replace(Some(Fault::BadToken));
        }
    }

    /// The first answer to an interaction: at once, and within the three seconds that Discord gives.
    ///
    /// Waits for no other traffic. A try whose outcome is unknown is repeated; if Discord then says that the interaction has an
    /// answer already, nobody here can tell whose it is.
    pub(crate) async fn acknowledge(&self, key: &InteractionKey, body: Body) -> Ack {
        let call = Call::new(Method::POST, Route::Callback(key.id, &key.token), body, Repeat::OnlyIfUndone);
        let ack = self.acknowledge_call(&call, Instant::from_std(key.received) + ACKNOWLEDGE_WITHIN).await;
        metrics::counter!(crate::metrics::ACKNOWLEDGEMENTS, "outcome" => ack.word()).increment(1);
        metrics::histogram!(crate::metrics::ACKNOWLEDGEMENT_SECONDS).record(key.received.elapsed());
        ack
    }

    async fn acknowledge_call(&self, call: &Call<'_>, deadline: Instant) -> Ack {
        let mut doubt: Option<Error> = None;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let late = || Ack::Failed(call.error(Cause::Limited { wait: Duration::ZERO }));
                return doubt.map_or_else(late, Ack::Unknown);
            }
            let mut pause = ACKNOWLEDGE_PAUSE;
            let error = match self.exchange(call, left.min(ACKNOWLEDGE_ATTEMPT)).await {
                Ok(answer) if answer.is_success() => return Ack::Acknowledged,
                Ok(answer) => {
                    let limited = answer.limited();
                    self.note_invalid(call, &answer, limited, Instant::now());
                    pause = limited.map_or(pause, |l| l.wait.max(pause));
                    call.error(self.refusal(call, &answer))
                }
                Err(failed) => failed.error,
            };
            match error.code() {
                Some(10062) => return Ack::TooLate,
                Some(40060) => return doubt.map_or(Ack::Taken, Ack::Unknown),
                _ => {}
            }
            let hopeless = !error.is_transient() || Instant::now() + pause >= deadline;
            if error.may_have_happened() {
                doubt = Some(error.clone());
            }
            if hopeless {
                return doubt.map_or(Ack::Failed(error), Ack::Unknown);
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// Pauses between tries: doubling from the shortest to the longest, with jitter, for ever.
pub(super) fn pauses(shortest: Duration, longest: Duration) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::new().with_min_delay(shortest).with_max_delay(longest).with_jitter().without_max_times().build()
}

/// An attempt that failed, and whether Discord itself said when to come again.
struct Failed {
    error: Error,
    retry_after: Option<Duration>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None }
    }
}

const fn nonzero(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}
