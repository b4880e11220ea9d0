//! What the gateway's thread does: one connection after the other, for ever.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::{FutureExt, StreamExt};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;
use serenity::model::id::ApplicationId;
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot, watch,
    },
    time::{Instant, sleep, sleep_until, timeout},
};
use twilight_gateway::{
    CloseFrame, Config, ConfigBuilder, Intents, Message, Session, Shard, ShardId, ShardState,
    error::ReceiveMessageErrorType, queue::Queue,
};

use super::{GatewaySettings, Health, address::dialable, signs::Signs};
use crate::discord::{
    error::{Error, Fault},
    interaction::RawInteraction,
    rest::{Rest, SessionStartLimit},
    sender::Sender,
};

/// How long one question for the gateway's address may take with its repetitions; then the back-off here takes over.
const ASK: Duration = Duration::from_secs(15);
/// When fewer than this part of a day's identifies is left, they are spread over the rest of the day …
const FEW_LEFT: u32 = 10;
/// … but nobody waits longer than this for the next one.
const SPREAD_MAX: Duration = Duration::from_secs(300);
/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) struct Driver {
    settings: GatewaySettings,
    rest: Rest,
    tx: mpsc::Sender<RawInteraction>,
    signs: Arc<Signs>,
    stop: watch::Receiver<bool>,
    /// Where Discord said the gateway is.
    address: Option<String>,
    /// What can be resumed, and where.
    session: Option<Session>,
    resume_address: Option<String>,
    identified: Option<Instant>,
}

/// How a connection, or the way to it, ended.
enum Ended {
    /// Another one must be made.
    Lost,
    Failed(Fault),
    Stopped,
}

/// The turn to identify is waited for before the connection is made, so the library's own queue grants it at once.
#[derive(Clone, Debug)]
struct Granted;

impl Queue for Granted {
    fn enqueue(&self, _shard: u32) -> oneshot::Receiver<()> {
        let (tx, rx) = oneshot::channel();
        // The receiver is right here.
        let _ = tx.send(());
        rx
    }
}

/// A frame's envelope; what it carries stays text until somebody wants it.
#[derive(Deserialize)]
struct Envelope<'a> {
    op: u8,
    #[serde(borrow, default)]
    t: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    d: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Hello {
    heartbeat_interval: u64,
}

#[derive(Deserialize)]
struct Ready {
    application: Id,
}

#[derive(Deserialize)]
struct Id {
    id: ApplicationId,
}

impl Driver {
    pub(super) fn new(
        settings: GatewaySettings,
        tx: mpsc::Sender<RawInteraction>,
        signs: Arc<Signs>,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let rest = Rest::new(Arc::new(Sender::new(settings.sender.clone())?)).within(ASK);
        Ok(Self { settings, rest, tx, signs, stop, address: None, session: None, resume_address: None, identified: None })
    }

    /// Stays connected until stopped or refused for good, and leaves the last word in the signs.
    pub(super) async fn drive(mut self) {
        let (signs, beat) = (Arc::clone(&self.signs), self.settings.beat);
        tokio::spawn(async move {
            let mut beats = tokio::time::interval(beat);
            loop {
                beats.tick().await;
                signs.beat();
            }
        });
        let health = self.reconnect_for_ever().await;
        self.signs.finished(health);
    }

    async fn reconnect_for_ever(&mut self) -> Health {
        let config = self.config();
        let mut pauses = self.pauses();
        loop {
            let begun = Instant::now();
            let ended = self.once(&config).await;
            self.signs.disconnected();
            match ended {
                Ended::Stopped => return Health::Stopped,
                Ended::Failed(fault) => {
                    tracing::error!("{fault}");
                    return Health::Failed(fault);
                }
                Ended::Lost if begun.elapsed() > self.settings.steady_after => pauses = self.pauses(),
                Ended::Lost => {}
            }
            let pause = pauses.next().unwrap_or(self.settings.retry_max);
            tracing::info!(?pause, resumable = self.session.is_some(), "connecting to the gateway again");
            if self.or_stopped(sleep(pause)).await.is_none() {
                return Health::Stopped;
            }
        }
    }

    async fn once(&mut self, config: &Config<Granted>) -> Ended {
        let address = match self.session {
            Some(_) => self.resume_address.take().or_else(|| self.address.clone()),
            None => match self.turn_to_identify().await {
                Ok(address) => Some(address),
                Err(ended) => return ended,
            },
        };
        let Some(address) = address else {
            self.session = None;
            return Ended::Lost;
        };
        let how = if self.session.is_some() { "resume" } else { "identify" };
        metrics::counter!(crate::metrics::GATEWAY_CONNECTIONS, "how" => how).increment(1);
        let mut builder = ConfigBuilder::from(config.clone()).proxy_url(address);
        if let Some(session) = self.session.clone() {
            builder = builder.session(session);
        }
        self.connect(Shard::with_config(ShardId::ONE, builder.build())).await
    }

    /// Asks where the gateway is and waits until it may be identified with.
    async fn turn_to_identify(&mut self) -> Result<String, Ended> {
        let rest = self.rest.clone();
        let answer = match self.or_stopped(rest.gateway_bot()).await {
            None => return Err(Ended::Stopped),
            Some(Ok(answer)) => answer,
            Some(Err(error)) => {
                if let Some(fault) = error.fault() {
                    return Err(Ended::Failed(fault));
                }
                tracing::warn!(%error, "Discord does not say where its gateway is");
                return Err(Ended::Lost);
            }
        };
        let address = dialable(&answer.url).map_err(|error| {
            tracing::error!(%error, "the gateway cannot be reached");
            Ended::Lost
        })?;
        let limit = &answer.session_start_limit;
        let allowed_in = pause_before_identify(limit);
        if !allowed_in.is_zero() {
            tracing::warn!(left = limit.remaining, of = limit.total, wait = ?allowed_in,
                "few identifies with the gateway are left today; waiting, as Discord resets the token of a bot without any");
        }
        let spaced_at = self.identified.map_or_else(Instant::now, |at| at + self.settings.identify_every);
        let at = spaced_at.max(Instant::now() + allowed_in);
        self.or_stopped(sleep_until(at)).await.ok_or(Ended::Stopped)?;
        self.address = Some(address.clone());
        if limit.remaining == 0 {
            return Err(Ended::Lost); // to ask again
        }
        self.identified = Some(Instant::now());
        Ok(address)
    }

    /// One connection, from its first packet to its end.
    async fn connect(&mut self, mut shard: Shard<Granted>) -> Ended {
        let mut stop = self.stop.clone();
        let established_by = Instant::now() + self.settings.handshake;
        let mut is_established = false;
        loop {
            let item = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => {
                    say_goodbye(&mut shard).await;
                    return Ended::Stopped;
                }
                () = sleep_until(established_by), if !is_established => {
                    tracing::warn!("the gateway did not establish a session in time");
                    if shard.state() == ShardState::Resuming {
                        self.session = None;
                    }
                    return Ended::Lost;
                }
                item = shard.next() => item,
            };
            match item {
                Some(Ok(Message::Text(text))) => {
                    self.signs.message();
                    self.take(&text);
                    is_established |= shard.state() == ShardState::Active;
                    if matches!(shard.state(), ShardState::Disconnected { .. }) {
                        tracing::info!("Discord asks for another connection to the gateway");
                        // Sends the close frame that is due, and loses nothing that has already arrived.
                        while let Some(Some(Ok(Message::Text(text)))) = shard.next().now_or_never() {
                            self.take(&text);
                        }
                        return self.leave(&shard);
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.map(|frame| frame.code);
                    tracing::warn!(code, "the connection to the gateway was closed");
                    if let Some(fault) = code.and_then(Fault::from_close_code) {
                        return Ended::Failed(fault);
                    }
                    let ended = self.leave(&shard);
                    if matches!(code, Some(4007 | 4009)) {
                        self.session = None;
                    }
                    return ended;
                }
                Some(Err(error)) => match error.kind() {
                    // Its text holds the frame.
                    ReceiveMessageErrorType::Deserializing { .. } if is_established => {
                        tracing::warn!("the gateway sent a frame that cannot be read");
                    }
                    ReceiveMessageErrorType::Reconnect => {
                        let error = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                        tracing::warn!(error, "no connection to the gateway");
                        return Ended::Lost;
                    }
                    _ => {
                        tracing::warn!("the gateway does not speak as expected");
                        self.session = None;
                        return Ended::Lost;
                    }
                },
                None => return self.leave(&shard),
            }
        }
    }

    /// Keeps what can be resumed of a connection that is over.
    fn leave(&mut self, shard: &Shard<Granted>) -> Ended {
        self.session = shard.session().cloned();
        self.resume_address = shard.resume_url().and_then(|url| dialable(url).ok());
        Ended::Lost
    }

    /// Looks at a frame's envelope, and at what it carries if it is for us.
    fn take(&self, text: &str) {
        let Ok(Envelope { op, t, d }) = serde_json::from_str::<Envelope<'_>>(text) else {
            tracing::warn!("the gateway sent a frame without an envelope");
            return;
        };
        let body = d.map_or("null", RawValue::get);
        match (op, t.as_deref()) {
            (10, _) => {
                if let Ok(hello) = serde_json::from_str::<Hello>(body) {
                    self.signs.hello(Duration::from_millis(hello.heartbeat_interval));
                }
            }
            (0, Some("READY")) => {
                let application = serde_json::from_str::<Ready>(body).ok().map(|ready| ready.application.id);
                tracing::info!(application.id = application.map(ApplicationId::get), "the gateway has a new session");
                self.signs.connected(application);
            }
            (0, Some("RESUMED")) => {
                tracing::info!("the gateway has resumed its session");
                self.signs.connected(None);
            }
            (0, Some("INTERACTION_CREATE")) => self.hand_over(body),
            _ => {}
        }
    }

    fn hand_over(&self, body: &str) {
        let raw = match RawInteraction::parse(body.as_bytes(), std::time::Instant::now()) {
            Ok(raw) => raw,
            Err(error) => {
                metrics::counter!(crate::metrics::INTERACTIONS_UNREADABLE).increment(1);
                tracing::error!(%error, "an interaction came that cannot even be answered");
                return;
            }
        };
        metrics::counter!(crate::metrics::INTERACTIONS, "door" => "gateway").increment(1);
        if let Err(TrySendError::Full(raw) | TrySendError::Closed(raw)) = self.tx.try_send(raw) {
            metrics::counter!(crate::metrics::INTERACTIONS_DROPPED).increment(1);
            tracing::error!(interaction.id = %raw.key().id, "an interaction was dropped: too many are waiting");
        }
    }

    /// The outcome of `work`, or `None` when the gateway is to stop first.
    async fn or_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => None,
            outcome = work => Some(outcome),
        }
    }

    fn config(&self) -> Config<Granted> {
        let token = self.settings.sender.token.expose_secret().trim().to_owned();
        // No intent is needed for interactions, and nothing is sent that would need the library's own limits.
        ConfigBuilder::new(token, Intents::empty()).queue(Granted).ratelimit_messages(false).build()
    }

    fn pauses(&self) -> impl Iterator<Item = Duration> + use<> {
        ExponentialBuilder::new()
            .with_min_delay(self.settings.retry_min)
            .with_max_delay(self.settings.retry_max)
            .with_jitter()
            .without_max_times()
            .build()
    }
}

/// How long to wait before an identify, as few are left.
fn pause_before_identify(limit: &SessionStartLimit) -> Duration {
    match limit.remaining {
        0 => limit.reset_after,
        left if left >= limit.total / FEW_LEFT => Duration::ZERO,
        left => (limit.reset_after / left).min(SPREAD_MAX),
    }
}

/// Closes the connection in a way that ends the session, so that the bot shows as offline at once.
async fn say_goodbye(shard: &mut Shard<Granted>) {
    if matches!(shard.state(), ShardState::Disconnected { .. }) {
        return;
    }
    shard.close(CloseFrame::NORMAL);
    // If the far end hangs up without a word, the library would connect again: that must not get as far as an identify.
    let closed = async {
        while let Some(Ok(Message::Text(_))) = shard.next().await {
            if shard.state() == ShardState::Identifying {
                return;
            }
        }
    };
    // Nobody waits longer for a goodbye; the kernel closes what is left.
    let _ = timeout(GOODBYE, closed).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_identifies_left_are_spread_and_none_left_is_waited_for() {
        let day = Duration::from_secs(86_400);
        let pause = |remaining| pause_before_identify(&SessionStartLimit { total: 1_000, remaining, reset_after: day });
        assert_eq!(pause(1_000), Duration::ZERO);
        assert_eq!(pause(100), Duration::ZERO);
        assert_eq!(pause(99), SPREAD_MAX);
        assert_eq!(pause(0), day);
        let soon = SessionStartLimit { total: 1_000, remaining: 10, reset_after: Duration::from_secs(60) };
        assert_eq!(pause_before_identify(&soon), Duration::from_secs(6));
    }
}
