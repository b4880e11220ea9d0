//! The one way out to Discord's REST interface: nothing is sent past it, so its limits are kept whatever the callers do.
//!
//! Kept: Discord's buckets as its headers teach them, 429 (by route and global), 50 requests a second in all and five edits per
//! five seconds in a channel (these two together with other replicas: `shared`), and a wide distance from the 10,000 invalid
//! requests that shut an address out. After the first 401 to the bot's token nothing more is sent with it. What is safe to
//! repeat is repeated until the caller's deadline; what is not goes out again only when Discord has certainly not carried it
//! out. Dropping a waiting call leaves no trace.
//!
//! Only an answer in Discord's own form is one. A proxy's page, an empty body or a redirect, whatever its status, is weather: its
//! route rests for growing pauses, and whoever asked is told that nobody knows.
//!
//! Acknowledgements of interactions take none of these turns: they never wait for other traffic.

mod ack;
mod rate_limits;
mod pace;
mod shared;
#[cfg(test)]
mod tests;
mod transport;

use std::{fmt, num::NonZeroU32, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use bernard_platform::{
    live::Live,
    shared_budget::SharedBudget,
    tls::{self, Http},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::{Client, header::HeaderValue, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, time::Instant};

use self::pace::{Edit, EditPace};
use super::{
    error::{Cause, Error, Fault, Limiter},
    route::{Access, Route},
};
use crate::sender::{
    rate_limits::{Limits, Scope, Wait},
    shared::SharedTurns,
    transport::{Answer, Limited, reason},
};

pub use self::ack::Ack;
pub(crate) use crate::sender::transport::{Body, Call, Repeat};
pub(crate) use reqwest::Method;

/// Discord: 50 requests a second. 40 a second after a burst of 10 are never more than that in any second.
const GLOBAL_PER_SECOND: NonZeroU32 = nonzero(40);
const GLOBAL_BURST: NonZeroU32 = nonzero(10);
/// Once many calls were invalid: at this pace even a loop of nothing else stays below 5,000 in ten minutes.
const SUSPECT_PER_SECOND: NonZeroU32 = nonzero(5);
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

/// The one way out to Discord's REST interface. Share it by `Arc`.
pub struct Sender {
    client: Client,
    /// Connections of its own, for when those of `client` may be dead and nobody has noticed yet.
    spare: Client,
    base: String,
    token: Live<Token>,
    settings: SenderSettings,
    limits: Limits,
    global: DefaultDirectRateLimiter,
    suspect: DefaultDirectRateLimiter,
    edits: EditPace,
    /// What holds over all processes that send with this token.
    shared: Option<SharedTurns>,
    fault: watch::Sender<Option<Fault>>,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("base", &self.base).finish_non_exhaustive()
    }
}

/// The right to one attempt, for as long as it lasts.
struct Turn<'a> {
    _out: rate_limits::Out<'a>,
    _edit: Option<Edit<'a>>,
}

/// The bot's token, as it can be sent.
pub struct Token {
    secret: SecretString,
    authorization: HeaderValue,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

impl Token {
    /// This one; nothing is sent with it yet.
    ///
    /// # Errors
    /// [`Cause::Unbuildable`] when it cannot stand in a header.
    pub fn new(secret: SecretString) -> Result<Self, Error> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", secret.expose_secret().trim()))
            .map_err(|_| unbuildable("discord.token holds a character that no token has".to_owned()))?;
        authorization.set_sensitive(true);
        Ok(Self { secret, authorization })
    }
}

fn unbuildable(why: String) -> Error {
    Error::new("GET", "/", Cause::Unbuildable(why))
}

impl Sender {
    /// A sender with a connection pool of its own; connects to nothing yet.
    ///
    /// # Errors
    ///
    /// [`Cause::Unbuildable`] when `api_url` is no web address, the token cannot stand in a header, or TLS cannot be set up.
    pub fn new(settings: SenderSettings) -> Result<Self, Error> {
        let base = url::Url::parse(&settings.api_url).map_err(|e| unbuildable(format!("discord.api_url: {e}")))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(unbuildable("discord.api_url must start with http:// or https://".to_owned()));
        }
        let token = Token::new(settings.token.clone())?;
        Ok(Self {
            client: client(&settings).map_err(unbuildable)?,
            spare: client(&settings).map_err(unbuildable)?,
            base: format!("{}/api/v10", settings.api_url.trim_end_matches('/')),
            token: Live::new(token),
            limits: Limits::default(),
            global: RateLimiter::direct(Quota::per_second(GLOBAL_PER_SECOND).allow_burst(GLOBAL_BURST)),
            suspect: RateLimiter::direct(Quota::per_second(SUSPECT_PER_SECOND).allow_burst(nonzero(1))),
            edits: EditPace::new(settings.edits.max(1), settings.edit_window),
            shared: None,
            fault: watch::Sender::new(None),
            settings,
        })
    }

    /// The same, which keeps Discord's limits together with all that draw on `budget`; `None`: nobody else sends with its token.
    pub fn sharing(self, budget: Option<Arc<dyn SharedBudget>>) -> Self {
        let SenderSettings { edits, edit_window, .. } = self.settings;
        Self { shared: budget.map(|of| SharedTurns::new(of, edits, edit_window)), ..self }
    }

    /// From now on this token: what was refused for the earlier one is sent again.
    pub fn exchange_token(&self, token: Token) {
        self.token.set(token);
        self.fault.send_replace(None);
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
        let mut doubt: Option<Error> = None;
        loop {
            let failed = match self.attempt(call, deadline).await {
                Ok(body) => return Ok(body),
                Err(failed) => failed,
            };
            let again = failed.retry_after.or_else(|| pauses.next().filter(|_| call.bears(failed.error.cause())));
            if failed.error.may_have_happened() {
                doubt = Some(failed.error.clone());
            }
            let in_time = again.filter(|pause| Instant::now() + *pause < deadline);
            let Some(pause) = in_time else {
                // That the last try had no turn any more does not make the earlier ones undone.
                return Err(doubt.filter(|_| failed.error.wait().is_some()).unwrap_or(failed.error));
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// One attempt, after having waited for every turn that the call must wait for.
    async fn attempt(&self, call: &Call<'_>, deadline: Instant) -> Result<Vec<u8>, Failed> {
        let counted = call.counted();
        let _turn = self.await_turn(call, deadline).await.map_err(|cause| Failed::from(call.error(cause)))?;
        let token = self.token.get();
        let left = deadline.saturating_duration_since(Instant::now()).min(self.settings.attempt_timeout);
        let answer = self.exchange(&self.client, call, left).await?;
        let now = Instant::now();
        if !answer.is_discords() {
            tracing::warn!(
                discord.route = counted.template,
                status = answer.status,
                "something else answered for Discord"
            );
            self.limits.rest(counted, self.settings.retry_min, answer.retry_after(), now);
            self.note_invalid(call, &answer, None, &token);
            return Err(call.error(Cause::NotDiscords { status: answer.status }).into());
        }
        let limited = answer.limited();
        if answer.status < 500 {
            self.limits.cleared(counted);
        }
        match limited {
            None => self.limits.learn(counted, &answer.headers, now),
            Some(Limited { scope, wait }) => {
                tracing::warn!(discord.route = counted.template, scope = scope.as_str(), wait = ?wait, "Discord asks to wait");
                metrics::counter!(bernard_platform::metrics::DISCORD_LIMITED, "scope" => scope.as_str()).increment(1);
                // Never at once, even if Discord says so: each 429 counts as an invalid request.
                let wait = wait.max(self.settings.retry_min);
                self.limits.hold(counted, scope, wait, &answer.headers, now);
                if let Some(shared) = self.shared.as_ref().filter(|_| scope == Scope::Global) {
                    shared.hold(wait).await;
                }
            }
        }
        if answer.is_success() {
            return Ok(answer.body);
        }
        self.note_invalid(call, &answer, limited, &token);
        let is_refused = answer.status == 401 && call.route.access() == Access::BotToken;
        if let Some(fault) = self.fault().filter(|_| is_refused) {
            return Err(call.error(Cause::Fault(fault)).into());
        }
        let error = call.error(self.refusal(call, &answer));
        // The hold makes the next attempt wait; here it is only said that there may be one.
        let retry_after = limited.map(|_| Duration::ZERO);
        Err(Failed { error, retry_after })
    }

    async fn await_turn(&self, call: &Call<'_>, deadline: Instant) -> Result<Turn<'_>, Cause> {
        let counted = call.counted();
        let limited = |Wait { by, until }| Cause::Limited { by, wait: until.saturating_duration_since(Instant::now()) };
        let ours = |wait| Cause::Limited { by: Limiter::Ourselves, wait };
        let with_bot_token = call.route.access() == Access::BotToken;
        if let Some(fault) = self.fault().filter(|_| with_bot_token) {
            return Err(Cause::Fault(fault));
        }
        let in_time =
            |turn| async move { tokio::time::timeout_at(deadline, turn).await.map_err(|_| ours(Duration::ZERO)) };
        if self.limits.is_suspect(Instant::now()) {
            in_time(Box::pin(self.suspect.until_ready())).await?;
        }
        let edit = if let (Route::Message(channel, _), &Method::PATCH) = (call.route, &call.method) {
            // An edit that may not go out yet takes no turn from the others of its channel.
            self.limits.hold_passed(counted, deadline).await.map_err(limited)?;
            let edit = self.edits.acquire(channel.get(), deadline).await.map_err(ours)?;
            if let Some(shared) = &self.shared {
                shared.edit(channel.get(), deadline).await.map_err(ours)?;
            }
            Some(edit)
        } else {
            None
        };
        let out = self.limits.acquire(counted, deadline).await.map_err(limited)?;
        if with_bot_token {
            in_time(Box::pin(self.global.until_ready())).await?;
            if let Some(shared) = &self.shared {
                shared.request(deadline).await.map_err(ours)?;
            }
        }
        Ok(Turn { _out: out, _edit: edit })
    }

    /// Counts what Discord counts as invalid, whoever answered, and ends everything at a bot token that Discord itself refuses.
    fn note_invalid(&self, call: &Call<'_>, answer: &Answer, limited: Option<Limited>, token: &Arc<Token>) {
        let shared = limited.is_some_and(|l| l.scope == Scope::Shared);
        if matches!(answer.status, 401 | 403 | 429) && !shared {
            self.limits.count_invalid(Instant::now());
        }
        // What an earlier token is refused says nothing of the one that took its place.
        let is_current = Arc::ptr_eq(token, &self.token.get());
        if answer.status == 401 && answer.is_discords() && call.route.access() == Access::BotToken && is_current {
            tracing::error!(discord.route = call.route.template(), "{}", Fault::BadToken);
            self.fault.send_replace(Some(Fault::BadToken));
        }
    }
}

fn client(settings: &SenderSettings) -> Result<Client, String> {
    let tls = tls::settings(Http::Newest).map_err(|e| e.to_string())?;
    Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("DiscordBot (bernard, ", env!("CARGO_PKG_VERSION"), ")"))
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(300))
        .tcp_keepalive(Duration::from_secs(30))
        .redirect(Policy::none())
        // The gateway cannot use a proxy from the environment either; `api_url` is the way to have one.
        .no_proxy()
        .build()
        .map_err(reason)
}

/// Pauses between tries: doubling from the shortest to the longest, with jitter, for ever.
pub fn pauses(shortest: Duration, longest: Duration) -> impl Iterator<Item = Duration> {
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
