//! What Discord hands over, by either door, before anyone has looked at what it asks for.
//!
//! Nothing that can be answered is dropped: an interaction that does not parse still carries what an apology needs.

mod fill_missing;

use std::{fmt, time::Instant};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use serenity::model::{application::Interaction, channel::Message, id::InteractionId};
use tokio::sync::mpsc::{self, error::TrySendError};

use super::{error::kind_of, said::words};

/// The longest interaction that is read, in bytes. A press brings the message that it was made on: six thousand characters at
/// most, of up to twelve bytes each in JSON, and its buttons.
pub const LONGEST: usize = 128 << 10;

/// An interaction as it came in.
pub enum RawInteraction {
    /// It parsed.
    Readable {
        /// When it arrived here; Discord's three seconds had already begun.
        received: Instant,
        /// How long it was, in bytes.
        size: usize,
        /// What Discord sent. Its own `Debug` prints its token: never print it.
        interaction: Box<Interaction>,
    },
    /// It did not parse, or is too long, but it can be answered with an apology.
    Unreadable {
        /// When it arrived here.
        received: Instant,
        /// Its id.
        id: InteractionId,
        /// Its token.
        token: SecretString,
        /// Discord's number for its type: 2 command, 3 component, 4 autocomplete, 5 modal.
        kind: Option<u64>,
    },
}

/// What it takes to give an interaction its first answer.
#[derive(Clone, Debug)]
pub struct InteractionKey {
    /// The interaction's id.
    pub id: InteractionId,
    /// Its token: whoever holds it may speak for the bot for fifteen minutes.
    pub token: SecretString,
    /// When the interaction arrived here: the three seconds count from before that.
    pub received: Instant,
}

/// Why a body is of no use: it is no interaction, or its id or token is missing.
///
/// `Display` names the missing field at most; never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an interaction that can be answered: {0}")]
pub struct Unanswerable(String);

/// The few fields an apology needs.
#[derive(Deserialize)]
struct Bare {
    id: InteractionId,
    token: String,
    #[serde(rename = "type")]
    kind: Option<u64>,
}

impl RawInteraction {
    /// Parses what Discord sent as `json`, which arrived at `received`.
    ///
    /// What Bernard does not need may be missing. What does not parse all the same, or is longer than [`LONGEST`], is logged
    /// without its body and becomes [`RawInteraction::Unreadable`].
    ///
    /// # Errors
    ///
    /// When not even the id and the token can be read.
    pub fn parse(json: &[u8], received: Instant) -> Result<Self, Unanswerable> {
        let size = json.len();
        let parsed = if size > LONGEST {
            Err(format!("longer than {LONGEST} bytes"))
        } else {
            let whole = serde_json::from_slice(json).or_else(|why| without_the_needless(json).ok_or(why));
            whole.map_err(|why| complaint(&why))
        };
        match parsed {
            Ok(mut interaction) => {
                fill_words(&mut interaction, json);
                Ok(Self::Readable { received, size, interaction: Box::new(interaction) })
            }
            Err(why) => {
                let Bare { id, token, kind } = serde_json::from_slice(json).map_err(|e| Unanswerable(complaint(&e)))?;
                tracing::error!(interaction.id = %id, interaction.kind = kind, why,
                    "an interaction cannot be read; it will be answered with an apology");
                metrics::counter!(bernard_platform::metrics::INTERACTIONS_UNREADABLE).increment(1);
                Ok(Self::Unreadable { received, id, token: token.into(), kind })
            }
        }
    }

    /// Who sent it; of what cannot be read nobody knows, and it all counts as one person's.
    pub fn person(&self) -> u64 {
        let nobody = 0;
        let Self::Readable { interaction, .. } = self else { return nobody };
        match &**interaction {
            Interaction::Command(command) | Interaction::Autocomplete(command) => command.user.id.get(),
            Interaction::Component(press) => press.user.id.get(),
            Interaction::Modal(form) => form.user.id.get(),
            _ => nobody,
        }
    }

    /// How much room it takes, in bytes: what cannot be read is not kept.
    pub fn size(&self) -> usize {
        match self {
            Self::Readable { size, .. } => *size,
            Self::Unreadable { .. } => 0,
        }
    }

    /// It is not looked at: too many are waiting. Counted and logged.
    pub fn dropped(self) {
        metrics::counter!(bernard_platform::metrics::INTERACTIONS_DROPPED).increment(1);
        tracing::error!(interaction.id = %self.key().id, "an interaction was dropped: too many are waiting");
    }

    /// What it takes to answer.
    pub fn key(&self) -> InteractionKey {
        match self {
            Self::Readable { received, interaction, .. } => InteractionKey {
                id: interaction.id(),
                token: SecretString::from(interaction.token()),
                received: *received,
            },
            Self::Unreadable { received, id, token, .. } => {
                InteractionKey { id: *id, token: token.clone(), received: *received }
            }
        }
    }
}

impl fmt::Debug for RawInteraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Readable { interaction, .. } => {
                f.debug_struct("Readable").field("id", &interaction.id()).field("kind", &interaction.kind()).finish()
            }
            Self::Unreadable { id, kind, .. } => {
                f.debug_struct("Unreadable").field("id", id).field("kind", kind).finish_non_exhaustive()
            }
        }
    }
}

/// The ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Gateway,
    Http,
}

/// What became of an interaction that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    HandedOver,
    /// Too many are waiting, or nobody takes them any more.
    Dropped,
    /// There is nobody to answer.
    Unanswerable,
}

/// Hands over what came in by `door`, without ever waiting; counts and logs what cannot be handed over.
pub(crate) fn hand_over(json: &[u8], door: Door, tx: &mpsc::Sender<RawInteraction>) -> Arrival {
    let raw = match RawInteraction::parse(json, Instant::now()) {
        Ok(raw) => raw,
        Err(error) => {
            metrics::counter!(bernard_platform::metrics::INTERACTIONS_UNREADABLE).increment(1);
            tracing::error!(%error, ?door, "an interaction came that cannot even be answered");
            return Arrival::Unanswerable;
        }
    };
    let door = match door {
        Door::Gateway => "gateway",
        Door::Http => "http",
    };
    metrics::counter!(bernard_platform::metrics::INTERACTIONS, "door" => door).increment(1);
    match tx.try_send(raw) {
        Ok(()) => Arrival::HandedOver,
        Err(TrySendError::Full(raw) | TrySendError::Closed(raw)) => {
            raw.dropped();
            Arrival::Dropped
        }
    }
}

/// The model reads no text of a message that is made of the newer components: it gets their words as its content.
fn fill_words(interaction: &mut Interaction, json: &[u8]) {
    let mut wordless: Vec<(String, &mut Message)> = match interaction {
        Interaction::Component(press) => vec![("/message".to_owned(), &mut press.message)],
        Interaction::Command(command) => {
            let chosen = command.data.resolved.messages.iter_mut();
            chosen.map(|(id, message)| (format!("/data/resolved/messages/{id}"), message)).collect()
        }
        _ => return,
    };
    wordless.retain(|(_, message)| message.content.is_empty());
    if wordless.is_empty() {
        return;
    }
    let json: Value = serde_json::from_slice(json).unwrap_or_default();
    for (place, message) in wordless {
        message.content = json.pointer(&place).map(|found| words("", &found["components"])).unwrap_or_default();
    }
}

/// The interaction as far as it is needed; `None` when even that cannot be read.
fn without_the_needless(json: &[u8]) -> Option<Interaction> {
    let json = serde_json::from_slice(json).ok()?;
    serde_json::from_value(fill_missing::completed(json)).ok()
}

/// What serde complains about, as far as it quotes no value: the rest of its messages may hold what a person typed.
fn complaint(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let safe = text.starts_with("missing field") || text.starts_with("duplicate field");
    if safe { text } else { format!("{} error", kind_of(error)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    /// A slash command as Discord sends it.
    pub(crate) fn slash(id: u64, token: &str) -> serde_json::Value {
        serde_json::json!({
            "id": id.to_string(), "application_id": "500", "type": 2, "token": token, "version": 1,
            "guild_id": "100", "channel_id": "200", "locale": "fr", "guild_locale": "fr",
            "context": 0, "attachment_size_limit": 10_485_760, "app_permissions": "2147483647",
            "authorizing_integration_owners": {"0": "100"}, "entitlements": [],
            "member": {"user": user(), "roles": ["400"], "permissions": "0", "joined_at": "2026-01-01T00:00:00+00:00",
                "deaf": false, "mute": false, "flags": 0, "pending": false},
            "data": {"id": "900", "name": "status", "type": 1, "options": [{"name": "server", "type": 3, "value": "web-1"}]},
        })
    }

    fn user() -> serde_json::Value {
        serde_json::json!({"id": "300", "username": "ada", "discriminator": "0", "global_name": "Ada", "avatar": null})
    }

    #[test]
    fn a_slash_command_parses_and_its_token_is_never_printed() {
        let body = slash(7, "fake-interaction-token").to_string();
        let raw = RawInteraction::parse(body.as_bytes(), Instant::now()).unwrap();
        assert!(matches!(&raw, RawInteraction::Readable { .. }), "{raw:?}");
        assert_eq!(raw.key().id.get(), 7);
        assert_eq!(raw.key().token.expose_secret(), "fake-interaction-token");
        assert!(!format!("{raw:?} {:?}", raw.key()).contains("fake-interaction-token"));
    }

    #[test]
    fn an_unexpected_null_leaves_what_an_apology_needs() {
        let mut body = slash(8, "fake-interaction-token");
        body["data"]["name"] = serde_json::Value::Null;
        let raw = RawInteraction::parse(body.to_string().as_bytes(), Instant::now()).unwrap();
        assert!(matches!(&raw, RawInteraction::Unreadable { kind: Some(2), .. }), "{raw:?}");
        assert_eq!(raw.key().id.get(), 8);
        assert!(!format!("{raw:?}").contains("fake-interaction-token"));
    }

    #[test]
    fn what_is_too_long_is_not_read_and_can_be_answered() {
        for (length, is_readable) in [(LONGEST / 2, true), (LONGEST, false), (40 * LONGEST, false)] {
            let mut body = slash(9, "fake-interaction-token");
            body["data"]["options"][0]["value"] = "x".repeat(length).into();
            let raw = RawInteraction::parse(body.to_string().as_bytes(), Instant::now()).unwrap();
            assert_eq!(matches!(&raw, RawInteraction::Readable { .. }), is_readable, "{length}");
            assert_eq!(raw.key().id.get(), 9);
            assert!(raw.size() <= LONGEST && (raw.size() > length || !is_readable));
        }
    }

    #[test]
    fn what_cannot_be_answered_is_refused_without_quoting_it() {
        let refused =
            RawInteraction::parse(br#"{"id": "secret words", "token": "fake-token"}"#, Instant::now()).unwrap_err();
        assert!(!refused.to_string().contains("secret words"), "{refused}");
        assert!(RawInteraction::parse(b"not json", Instant::now()).is_err());
    }
}
