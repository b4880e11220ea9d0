//! Interactions by web request: only what Discord signed, and signed within [`TOLERANCE`] of now, is looked at at all.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::interactions_endpoint::Verifier;
use tokio::sync::mpsc;

use super::interaction::{Arrival, Door, RawInteraction, hand_over};

/// How far the time of a signed request may be from ours: Discord's delays and our clock's error, with room.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The door for Discord's interactions by web request.
#[derive(Clone)]
pub struct Interactions {
    verifier: Verifier,
    tx: mpsc::Sender<RawInteraction>,
    now: fn() -> Timestamp,
}

/// What became of a web request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Discord asks whether we are there: to be answered with `{"type":1}`.
    Ping,
    /// The interaction is on its way to the handler, which answers by Discord's callback.
    HandedOver,
    /// Discord did not sign it, or not just now: to be answered with 401.
    NotGenuine,
    /// It is no interaction, or one without id or token.
    Unanswerable,
    /// Too many are waiting.
    Dropped,
}

/// The text is no Ed25519 public key in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "discord.public_key is not an Ed25519 key of 64 hex digits; it is on the application's first page in the developer portal"
)]
pub struct BadPublicKey;

impl Interactions {
    /// Interactions signed for the application's `public_key` (hex), by the clock `now`, handed over to `tx`.
    ///
    /// # Errors
    ///
    /// When `public_key` is none.
    pub fn new(
        public_key: &str,
        now: fn() -> Timestamp,
        tx: mpsc::Sender<RawInteraction>,
    ) -> Result<Self, BadPublicKey> {
        let mut key = [0; 32];
        hex::decode_to_slice(public_key.trim(), &mut key).map_err(|_| BadPublicKey)?;
        let verifier = Verifier::try_new(key).map_err(|_| BadPublicKey)?;
        Ok(Self { verifier, tx, now })
    }

    /// Takes what came with these two headers (empty, if they did not come): never waits.
    pub fn receive(&self, signature: &str, timestamp: &str, body: &[u8]) -> Received {
        #[derive(Deserialize)]
        struct Kind {
            #[serde(rename = "type")]
            kind: u64,
        }
        if !self.is_genuine(signature, timestamp, body) {
            // Discord sends wrong ones on purpose, so this is no more than a figure.
            metrics::counter!(bernard_platform::metrics::SIGNATURES_REFUSED).increment(1);
            return Received::NotGenuine;
        }
        if let Ok(Kind { kind: 1 }) = serde_json::from_slice(body) {
            return Received::Ping;
        }
        match hand_over(body, Door::Http, &self.tx) {
            Arrival::HandedOver => Received::HandedOver,
            Arrival::Dropped => Received::Dropped,
            Arrival::Unanswerable => Received::Unanswerable,
        }
    }

    /// Whether Discord signed these bytes, a short time ago.
    fn is_genuine(&self, signature: &str, timestamp: &str, body: &[u8]) -> bool {
        let sent = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let is_recent = sent.is_some_and(|sent| (self.now)().duration_since(sent).abs() <= TOLERANCE);
        is_recent && self.verifier.verify(signature, timestamp, body).is_ok()
    }
}

impl fmt::Debug for Interactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interactions").finish_non_exhaustive()
    }
}
