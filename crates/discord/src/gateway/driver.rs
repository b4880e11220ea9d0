//! What the gateway's thread does: one connection after the other, for ever.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serenity::model::id::ApplicationId;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until},
};
use twilight_gateway::{ConfigBuilder, Session, ShardState};

use super::{GatewaySettings, Health, address::dialable};
use crate::gateway::{
    connection::{self, Config, Heard, Link},
    liveness::Signs,
};
use crate::{
    error::{Error, Fault},
    interaction::{Door, RawInteraction, hand_over},
    rest::{Rest, SessionStartLimit},
    sender::{Sender, pauses},
};

/// The longest frame that is looked at, in bytes: what Discord sends to a bot without intents has some thousands.
const LONGEST_FRAME: usize = 4 << 20;
/// How long one question for the gateway's address may take with its repetitions; then the back-off here takes over.
const ASK: Duration = Duration::from_secs(15);
/// When fewer than this part of a day's identifies is left, they are spread over the rest of the day …
const FEW_LEFT: u32 = 10;
/// … but nobody waits longer than this for the next one.
const SPREAD_MAX: Duration = Duration::from_secs(300);

pub(super) struct Driver {
    settings: GatewaySettings,
    rest: Rest,
    tx: mpsc::Sender<RawInteraction>,
    signs: Arc<Signs>,
    stop: watch::Receiver<bool>,
    /// Where Discord said the gateway is.
    address: Option<String>,
    /// What can be resumed.
    session: Option<Session>,
    /// Where Discord said to resume it; given up after one failed connection.
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
        Ok(Self {
            settings,
            rest,
            tx,
            signs,
            stop,
            address: None,
            session: None,
            resume_address: None,
            identified: None,
        })
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
        let config = connection::config(&self.settings.sender.token);
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

    async fn once(&mut self, config: &Config) -> Ended {
        let address = match self.session {
            Some(_) => self.resume_address.clone().or_else(|| self.address.clone()),
            None => match self.turn_to_identify().await {
                Ok(address) => Some(address),
                Err(ended) => return ended,
            },
        };
        let Some(address) = address else {
            self.forget_session();
            return Ended::Lost;
        };
        let how = if self.session.is_some() { "resume" } else { "identify" };
        metrics::counter!(bernard_platform::metrics::GATEWAY_CONNECTIONS, "how" => how).increment(1);
        let mut builder = ConfigBuilder::from(config.clone()).proxy_url(address);
        if let Some(session) = self.session.clone() {
            builder = builder.session(session);
        }
        self.connect(Link::new(builder.build())).await
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
    async fn connect(&mut self, mut link: Link) -> Ended {
        let mut stop = self.stop.clone();
        let established_by = Instant::now() + self.settings.handshake;
        let mut is_established = false;
        loop {
            let heard = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => {
                    link.say_goodbye().await;
                    return Ended::Stopped;
                }
                () = sleep_until(established_by), if !is_established => return self.give_up(&link),
                heard = link.hear() => heard,
            };
            match heard {
                Heard::Frame(text) => {
                    self.signs.message();
                    self.take(&text);
                    is_established |= link.state() == ShardState::Active;
                    if matches!(link.state(), ShardState::Disconnected { .. }) {
                        tracing::info!("Discord asks for another connection to the gateway");
                        // Sends the close frame that is due, and loses nothing that has already arrived.
                        while let Some(Heard::Frame(text)) = link.hear().now_or_never() {
                            self.take(&text);
                        }
                        return self.leave(&link);
                    }
                }
                Heard::Close(code) => return self.closed(&link, code),
                Heard::End => {
                    tracing::warn!("the connection to the gateway broke");
                    return self.leave(&link);
                }
                Heard::NoConnection(error) => {
                    tracing::warn!(error, "no connection to the gateway");
                    self.resume_address = None;
                    return Ended::Lost;
                }
                Heard::Nonsense if is_established => tracing::warn!("the gateway sent a frame that cannot be read"),
                Heard::Nonsense => {
                    tracing::warn!("the gateway does not speak as expected");
                    self.forget_session();
                    return Ended::Lost;
                }
            }
        }
    }

    /// The connection took too long to become a session.
    fn give_up(&mut self, link: &Link) -> Ended {
        tracing::warn!("the gateway did not establish a session in time");
        self.resume_address = None;
        if link.state() == ShardState::Resuming {
            self.forget_session();
        }
        Ended::Lost
    }

    fn closed(&mut self, link: &Link, code: Option<u16>) -> Ended {
        tracing::warn!(code, "the connection to the gateway was closed");
        if let Some(fault) = code.and_then(Fault::from_close_code) {
            return Ended::Failed(fault);
        }
        let ended = self.leave(link);
        if matches!(code, Some(4007 | 4009)) {
            self.forget_session();
        }
        ended
    }

    /// Keeps what can be resumed of a connection that is over.
    fn leave(&mut self, link: &Link) -> Ended {
        self.session = link.session().cloned();
        match (&self.session, link.resume_url()) {
            (None, _) => self.forget_session(),
            (Some(_), Some(url)) => self.resume_address = dialable(url).ok(),
            // It was itself a resumed one: where it is resumed has not changed.
            (Some(_), None) => {}
        }
        Ended::Lost
    }

    fn forget_session(&mut self) {
        self.session = None;
        self.resume_address = None;
    }

    /// Looks at a frame's envelope, and at what it carries if it is for us.
    fn take(&self, text: &str) {
        if text.len() > LONGEST_FRAME {
            tracing::warn!(bytes = text.len(), "the gateway sent a frame that is too large; it is not looked at");
            return;
        }
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
            (0, Some("INTERACTION_CREATE")) => {
                hand_over(body.as_bytes(), Door::Gateway, &self.tx);
            }
            _ => {}
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

    fn pauses(&self) -> impl Iterator<Item = Duration> + use<> {
        pauses(self.settings.retry_min, self.settings.retry_max)
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
