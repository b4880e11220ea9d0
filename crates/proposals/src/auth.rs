//! Whether a request is from whom the configuration names: a bearer token, Standard Webhooks 1.0.0, or Grafana's HMAC.
//!
//! Every comparison takes the same time whatever is compared. What is signed says when, and is taken within [`TOLERANCE`] of now; and
//! it has a name ([`Replay`]) under which it is taken once.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};

/// How far the time of a signed request may be from ours, before and after (Standard Webhooks' libraries have the same).
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// What a secret for Standard Webhooks begins with.
pub const SIGNED: &str = "whsec_";

/// The longest id of a request that is taken.
const LONGEST_ID: usize = 256;
/// The most signatures of a request that are looked at: an old key's and a new one's, with room.
const MOST_SIGNATURES: usize = 8;
/// The shortest key behind `whsec_`, in bytes.
const SHORTEST_KEY: usize = 8;

type Sha = Hmac<Sha256>;

/// How requests of one source are known.
#[derive(Clone, Debug)]
pub enum Auth {
    /// `Authorization: Bearer`.
    Bearer(SecretString),
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`, with this key.
    Webhook(SecretSlice<u8>),
    /// Grafana's HMAC over `TIMESTAMP:BODY`, as hex.
    Grafana {
        /// What it is signed with.
        key: SecretString,
        /// The header of the signature.
        signature: String,
        /// The header of the time.
        timestamp: String,
    },
}

/// The secret cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    /// Everybody has it.
    #[error("is empty")]
    Empty,
    /// What stands behind `whsec_` is no key.
    #[error("has no base64 of at least 8 bytes behind whsec_")]
    NoKey,
}

/// A request is from its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// Its name, under which it is taken once; `None`: whoever sends with a bearer token gives it none.
    pub replay: Option<Replay>,
    /// How far its clock is ahead of ours, if it says.
    pub ahead: Option<SignedDuration>,
}

/// A digest of what is the same for a request and every replay of it, and of no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replay(String);

impl Replay {
    /// The same request of this source: another's of the same name is another request.
    #[must_use]
    pub(crate) fn from(&self, source: &str) -> Self {
        Self::of(&format!("{} of", self.0), source.as_bytes())
    }

    fn of(kind: &str, what: &[u8]) -> Self {
        Self(hex::encode(&Sha256::new().chain_update(kind).chain_update([0_u8]).chain_update(what).finalize()[..16]))
    }

    /// As the store has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request is not taken for its source's. Whoever sent it is not told why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// Its token or its signature is not right, or missing.
    #[error("not signed by its source")]
    Wrong,
    /// It is rightly signed, for another time than now: replayed, or a clock is wrong by this.
    #[error("signed for another time, {0} from now")]
    AnotherTime(SignedDuration),
}

/// Looks a header up by its name in lower case.
type Header<'a, 'h> = &'a dyn Fn(&str) -> Option<&'h str>;

impl Auth {
    /// With a secret that begins with `whsec_`: Standard Webhooks; else a bearer token.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn of(secret: SecretString) -> Result<Self, BadSecret> {
        let Some(encoded) = secret.expose_secret().strip_prefix(SIGNED) else {
            return if secret.expose_secret().is_empty() { Err(BadSecret::Empty) } else { Ok(Self::Bearer(secret)) };
        };
        match STANDARD.decode(encoded) {
            Ok(key) if key.len() >= SHORTEST_KEY => Ok(Self::Webhook(key.into())),
            _ => Err(BadSecret::NoKey),
        }
    }

    /// Grafana's, with these headers.
    ///
    /// # Errors
    /// [`BadSecret::Empty`].
    pub fn of_grafana(key: SecretString, signature: &str, timestamp: &str) -> Result<Self, BadSecret> {
        if key.expose_secret().is_empty() {
            return Err(BadSecret::Empty);
        }
        Ok(Self::Grafana { key, signature: signature.to_ascii_lowercase(), timestamp: timestamp.to_ascii_lowercase() })
    }

    /// What tells its secret from another one, and from which nobody reads it.
    pub fn digest(&self) -> String {
        let secret = match self {
            Self::Bearer(token) => token.expose_secret().as_bytes(),
            Self::Webhook(key) => key.expose_secret(),
            Self::Grafana { key, .. } => key.expose_secret().as_bytes(),
        };
        hex::encode(keyed(secret).finalize().into_bytes())
    }

    /// Whether the headers alone say that a request is not genuine: then its body is never read. What needs the body is not known yet.
    ///
    /// # Errors
    /// [`NotGenuine`].
    pub fn before_body<'h>(&self, header: Header<'_, 'h>) -> Result<Known, NotGenuine> {
        match self {
            Self::Bearer(_) => self.check(header, &[], Timestamp::UNIX_EPOCH).map(|_| Known::Genuine),
            Self::Webhook(_) => has(header, &["webhook-id", "webhook-timestamp", "webhook-signature"]),
            Self::Grafana { signature, timestamp, .. } => has(header, &[signature.as_str(), timestamp.as_str()]),
        }
    }

    /// Whether a request is genuine.
    ///
    /// # Errors
    /// [`NotGenuine`].
    pub fn check<'h>(&self, header: Header<'_, 'h>, body: &[u8], now: Timestamp) -> Result<Genuine, NotGenuine> {
        match self {
            Self::Bearer(token) => {
                let presented = header("authorization").and_then(bearer).ok_or(NotGenuine::Wrong)?;
                match are_equal(presented, token.expose_secret()) {
                    true => Ok(Genuine { replay: None, ahead: None }),
                    false => Err(NotGenuine::Wrong),
                }
            }
            Self::Webhook(key) => webhook(key, header, body, now),
            Self::Grafana { key, signature, timestamp } => {
                let get = |name: &str| header(name).ok_or(NotGenuine::Wrong);
                grafana(key, get(signature)?, get(timestamp)?, body, now)
            }
        }
    }
}

/// How much of a request is known before its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is genuine.
    Genuine,
    /// Its body decides.
    NotYet,
}

fn has<'h>(header: Header<'_, 'h>, names: &[&str]) -> Result<Known, NotGenuine> {
    if names.iter().all(|name| header(name).is_some()) { Ok(Known::NotYet) } else { Err(NotGenuine::Wrong) }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
fn are_equal(one: &str, other: &str) -> bool {
    let tag = |text: &str| keyed(b"compared").chain_update(text);
    tag(one).verify(&tag(other).finalize().into_bytes()).is_ok()
}

fn keyed(key: &[u8]) -> Sha {
    Sha::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn webhook<'h>(
    key: &SecretSlice<u8>,
    header: Header<'_, 'h>,
    body: &[u8],
    now: Timestamp,
) -> Result<Genuine, NotGenuine> {
    let get = |name: &str| header(name).ok_or(NotGenuine::Wrong);
    let (id, timestamp, signatures) = (get("webhook-id")?, get("webhook-timestamp")?, get("webhook-signature")?);
    // The parts are joined by dots: an id with one could be read in two ways.
    if id.is_empty() || id.len() > LONGEST_ID || id.contains('.') {
        return Err(NotGenuine::Wrong);
    }
    let tag = keyed(key.expose_secret()).chain_update(format!("{id}.{timestamp}.")).chain_update(body);
    let is_it = |signature: &str| {
        let version = signature.strip_prefix("v1,").and_then(|encoded| STANDARD.decode(encoded).ok());
        version.is_some_and(|given| tag.clone().verify_slice(&given).is_ok())
    };
    if !signatures.split(' ').take(MOST_SIGNATURES).any(is_it) {
        return Err(NotGenuine::Wrong);
    }
    let ahead = of_now(timestamp, now)?;
    Ok(Genuine { replay: Some(Replay::of("id", id.as_bytes())), ahead: Some(ahead) })
}

fn grafana(
    key: &SecretString,
    signature: &str,
    timestamp: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Genuine, NotGenuine> {
    let given = hex::decode(signature.trim()).map_err(|_| NotGenuine::Wrong)?;
    let tag = keyed(key.expose_secret().as_bytes()).chain_update(timestamp).chain_update(":").chain_update(body);
    tag.verify_slice(&given).map_err(|_| NotGenuine::Wrong)?;
    let ahead = of_now(timestamp, now)?;
    // As bytes: the same signature in other letters is the same.
    Ok(Genuine { replay: Some(Replay::of("signature", &given)), ahead: Some(ahead) })
}

/// How far a time in seconds since 1970 is ahead of now, if it is near.
fn of_now(timestamp: &str, now: Timestamp) -> Result<SignedDuration, NotGenuine> {
    let said = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let ahead = said.ok_or(NotGenuine::Wrong)?.duration_since(now);
    if ahead.abs() <= TOLERANCE { Ok(ahead) } else { Err(NotGenuine::AnotherTime(ahead)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The published example of Standard Webhooks' reference libraries.
    const EXAMPLE: (&str, &str, &str, &str, &str) = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        r#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
    const SENT: i64 = 1_614_265_330;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    fn checked(auth: &Auth, headers: &[(&str, &str)], body: &str, now: i64) -> Result<Genuine, NotGenuine> {
        let header = |name: &str| headers.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
        auth.before_body(&header)?;
        auth.check(&header, body.as_bytes(), at(now))
    }

    fn signed(signatures: &str, id: &str, timestamp: &str, body: &str, now: i64) -> Result<Genuine, NotGenuine> {
        let auth = Auth::of(EXAMPLE.0.into()).expect("a key");
        let headers = [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signatures)];
        checked(&auth, &headers, body, now)
    }

    #[test]
    fn what_one_source_sent_is_no_replay_of_what_another_did() {
        let (secret, id, timestamp, body, signature) = EXAMPLE;
        let headers = [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
        let header = |name: &str| headers.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
        let replay = |name: &str| {
            let auth = Auth::of(secret.into()).expect("a key");
            let max_age = std::time::Duration::from_secs(3_600);
            let about = crate::AlertSource {
                name: name.to_owned(),
                channel: bernard_domain::operation::ChannelId(1),
                offers: Vec::new(),
                max_age,
            };
            let source = crate::Source { about, format: crate::Format::Generic, auth, server_from: Vec::new() };
            source.genuine(&header, body.as_bytes(), at(SENT)).expect("it is genuine").replay.expect("a name")
        };
        assert_eq!(replay("one"), replay("one"));
        assert_ne!(replay("one"), replay("other"));
    }

    #[test]
    fn a_bearer_token_is_the_whole_token() {
        let auth = Auth::of("fake-token-of-alertmanager".into()).expect("a token");
        let with = |value: &str| checked(&auth, &[("authorization", value)], "x", 0);
        for right in ["Bearer fake-token-of-alertmanager", "bearer  fake-token-of-alertmanager"] {
            assert_eq!(with(right), Ok(Genuine { replay: None, ahead: None }), "{right}");
        }
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "fake-token-of-alertmanager",
            "Basic fake-token-of-alertmanager",
            "Bearer fake-token-of-alertmanage",
            "Bearer fake-token-of-alertmanagerr",
            "Bearer Fake-token-of-alertmanager",
        ] {
            assert_eq!(with(wrong), Err(NotGenuine::Wrong), "{wrong}");
        }
        assert_eq!(checked(&auth, &[], "x", 0), Err(NotGenuine::Wrong));
        assert!(!format!("{auth:?}").contains("fake-token"), "it is not printed");
    }

    #[test]
    fn standard_webhooks_published_example_is_genuine_and_named() {
        let (_, id, timestamp, body, signature) = EXAMPLE;
        let genuine = signed(signature, id, timestamp, body, SENT + 7).expect("genuine");
        assert_eq!(genuine.ahead, Some(SignedDuration::from_secs(-7)));
        let list = format!("v1a,AAAA v1,AAAA v2,{} {signature}", &signature[3..]);
        assert_eq!(signed(&list, id, timestamp, body, SENT + 7), Ok(genuine), "an old key's beside a new one's");
    }

    #[test]
    fn another_id_time_body_or_signature_is_not_genuine() {
        let (_, id, timestamp, body, signature) = EXAMPLE;
        let cut = &signature[..signature.len() - 5];
        let other = format!("v2,{}", &signature[3..]);
        for (signatures, id, timestamp, body) in [
            (signature, "msg_p5jXN8AQM9LWM0D4loKWxJel", timestamp, body),
            (signature, id, "1614265331", body),
            (signature, id, timestamp, r#"{"test": 2432232315}"#),
            (signature, id, timestamp, ""),
            (cut, id, timestamp, body),
            (&other, id, timestamp, body),
            (&signature[3..], id, timestamp, body),
            ("", id, timestamp, body),
            ("v1,", id, timestamp, body),
            (signature, "", timestamp, body),
        ] {
            assert_eq!(signed(signatures, id, timestamp, body, SENT), Err(NotGenuine::Wrong), "{signatures} {id}");
        }
    }

    #[test]
    fn what_is_signed_counts_for_five_minutes_before_and_after() {
        let (_, id, timestamp, body, signature) = EXAMPLE;
        for (now, genuine) in [(SENT + 300, true), (SENT - 300, true), (SENT + 301, false), (SENT - 301, false)] {
            assert_eq!(signed(signature, id, timestamp, body, now).is_ok(), genuine, "{now}");
        }
        let late = SignedDuration::from_secs(-3_600);
        assert_eq!(signed(signature, id, timestamp, body, SENT + 3_600), Err(NotGenuine::AnotherTime(late)));
    }

    #[test]
    fn an_id_with_a_dot_could_be_read_in_two_ways_and_is_refused() {
        let auth = Auth::of(EXAMPLE.0.into()).expect("a key");
        let Auth::Webhook(key) = &auth else { panic!("a key") };
        let tag = keyed(key.expose_secret()).chain_update(format!("a.b.{SENT}.x")).finalize().into_bytes();
        let signature = format!("v1,{}", STANDARD.encode(tag));
        let time = SENT.to_string();
        assert_eq!(signed(&signature, "a.b", &time, "x", SENT), Err(NotGenuine::Wrong));
    }

    /// `printf '1614265330:{"alerts":[]}' | openssl dgst -sha256 -hmac fake-grafana-secret`
    const OF_GRAFANA: &str = "04f24c71c03c6d30e30bd4ef2c7e4a0d1d5044668d6ac05da04ec5cebaa6e51d";

    fn from_grafana(signature: &str, timestamp: &str, body: &str, now: i64) -> Result<Genuine, NotGenuine> {
        let auth =
            Auth::of_grafana("fake-grafana-secret".into(), "X-Grafana-Alerting-Signature", "X-Time").expect("a key");
        checked(&auth, &[("x-grafana-alerting-signature", signature), ("x-time", timestamp)], body, now)
    }

    #[test]
    fn grafanas_hmac_covers_time_and_body() {
        let body = r#"{"alerts":[]}"#;
        let genuine = from_grafana(OF_GRAFANA, "1614265330", body, SENT).expect("genuine");
        assert_eq!(from_grafana(&OF_GRAFANA.to_uppercase(), "1614265330", body, SENT), Ok(genuine), "and one replay");
        let prefixed = format!("sha256={OF_GRAFANA}");
        for (signature, timestamp, body) in [
            (OF_GRAFANA, "1614265331", body),
            (OF_GRAFANA, "1614265330", r#"{"alerts":[1]}"#),
            (&OF_GRAFANA[2..], "1614265330", body),
            (&prefixed, "1614265330", body),
            ("", "1614265330", body),
            ("zz", "1614265330", body),
        ] {
            assert_eq!(from_grafana(signature, timestamp, body, SENT), Err(NotGenuine::Wrong), "{signature}");
        }
        assert!(matches!(from_grafana(OF_GRAFANA, "1614265330", body, SENT + 301), Err(NotGenuine::AnotherTime(_))));
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_shown() {
        for (secret, wrong) in [
            ("", BadSecret::Empty),
            ("whsec_", BadSecret::NoKey),
            ("whsec_***", BadSecret::NoKey),
            ("whsec_c2hvcnQ=", BadSecret::NoKey),
        ] {
            let said = Auth::of(secret.into()).expect_err("no secret");
            assert_eq!(said, wrong);
            assert!(secret.is_empty() || secret == SIGNED || !said.to_string().contains(secret));
        }
        assert_eq!(Auth::of_grafana("".into(), "a", "b").err(), Some(BadSecret::Empty));
    }

    proptest! {
        #[test]
        fn no_made_up_signature_is_genuine(signature in "[ -~]{0,80}", id in "[ -~]{0,20}", time in "[ -~]{0,12}", body: String) {
            prop_assert!(signed(&signature, &id, &time, &body, SENT).is_err());
            prop_assert!(from_grafana(&signature, &time, &body, SENT).is_err());
        }

        #[test]
        fn texts_are_equal_when_they_are(one in ".{0,20}", other in ".{0,20}") {
            prop_assert!(are_equal(&one, &one));
            prop_assert_eq!(are_equal(&one, &other), one == other);
        }
    }
}
