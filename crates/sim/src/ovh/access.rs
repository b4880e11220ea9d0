//! Who may call: signed keys or OAuth2 tokens, their life, and their rights.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{HeaderMap, Method};
use jiff::Timestamp;
use sha1::{Digest, Sha1};
use tokio::time::Instant;

use super::{clock::Clock, refusal::Refusal};

/// The application key that the simulated account knows.
pub const APPLICATION_KEY: &str = "FakeAppKey000000";
/// Its secret.
pub const APPLICATION_SECRET: &str = "fake-application-secret-000000";
/// The consumer key that the simulated account has validated.
pub const CONSUMER_KEY: &str = "fake-consumer-key-000000";
/// The OAuth2 client that the simulated account knows.
pub const CLIENT_ID: &str = "EU.fake0000client";
/// Its secret.
pub const CLIENT_SECRET: &str = "fake-client-secret-000000";

/// How far a signed timestamp may be from the simulated clock, in seconds.
const DRIFT: u64 = 30;

/// What a call reads whose timestamp is too far off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DriftReadsAs {
    /// 400 `INVALID_SIGNATURE`, as users report it.
    #[default]
    InvalidSignature,
    /// 403 `QUERY_TIME_OUT`.
    QueryTimeOut,
}

/// How a caller proved who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Keys,
    /// With a consumer key that was asked for, by its place in the list of those.
    AskedKey(usize),
    OAuth2,
}

/// One rule of a consumer key: a method and a path, where `*` stands for anything.
pub(super) type AccessRule = (String, String);

struct Token {
    expires: Instant,
}

/// A consumer key that somebody asked for.
pub(super) struct AskedKey {
    pub(super) consumer_key: String,
    /// What its page is known by.
    pub(super) page: String,
    pub(super) rules: Vec<AccessRule>,
    pub(super) state: KeyState,
}

/// What became of a consumer key that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyState {
    Pending,
    Validated,
    Refused,
}

/// Everything about credentials.
pub(super) struct Access {
    pub(super) consumer_key_expired: bool,
    pub(super) expiration: Option<Timestamp>,
    pub(super) rules: Vec<AccessRule>,
    pub(super) forbidden: BTreeSet<String>,
    /// What is denied on one server alone: its service name and the action.
    pub(super) forbidden_on: BTreeSet<(String, String)>,
    /// Actions that OVHcloud's list does not have, whatever calls need them.
    pub(super) unknown_actions: BTreeSet<String>,
    pub(super) client_rejected: bool,
    pub(super) token_life: std::time::Duration,
    pub(super) drift: DriftReadsAs,
    pub(super) tokens_issued: usize,
    pub(super) asked_keys: Vec<AskedKey>,
    tokens: BTreeMap<String, Token>,
}

impl Access {
    pub(super) fn new() -> Self {
        Self {
            consumer_key_expired: false,
            expiration: None,
            rules: ["GET", "POST", "PUT", "DELETE"].map(|method| (method.to_owned(), "/*".to_owned())).into(),
            forbidden: BTreeSet::new(),
            forbidden_on: BTreeSet::new(),
            unknown_actions: BTreeSet::new(),
            client_rejected: false,
            token_life: std::time::Duration::from_secs(3599),
            drift: DriftReadsAs::default(),
            tokens_issued: 0,
            asked_keys: Vec::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// A new access token for this client, if it is known.
    pub(super) fn issue(&mut self, now: Instant, id: &str, secret: &str) -> Option<String> {
        if self.client_rejected || id != CLIENT_ID || secret != CLIENT_SECRET {
            return None;
        }
        self.tokens_issued += 1;
        let token = format!("fake-access-token-{}", uuid::Uuid::new_v4().simple());
        self.tokens.insert(token.clone(), Token { expires: now + self.token_life });
        Some(token)
    }

    /// A new consumer key that nobody has validated yet.
    pub(super) fn ask_for_key(&mut self, rules: Vec<AccessRule>) -> &AskedKey {
        let fresh = || uuid::Uuid::new_v4().simple().to_string();
        let (consumer_key, page) = (format!("fake-consumer-key-{}", fresh()), fresh());
        self.asked_keys.push(AskedKey { consumer_key, page, rules, state: KeyState::Pending });
        &self.asked_keys[self.asked_keys.len() - 1]
    }

    /// The rules of whoever calls with keys.
    pub(super) fn rules_of(&self, caller: Caller) -> &[AccessRule] {
        match caller {
            Caller::AskedKey(place) => self.asked_keys.get(place).map_or(&[], |asked| &asked.rules),
            Caller::Keys | Caller::OAuth2 => &self.rules,
        }
    }

    /// No token issued so far is good any more.
    pub(super) fn expire_tokens(&mut self) {
        self.tokens.clear();
    }

    /// Who calls, by the headers and by what was sent; `clock` says whether that is fresh.
    pub(super) fn identify(
        &self,
        clock: &Clock,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Caller, Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(token) = header("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
            let good = self.tokens.get(token).is_some_and(|token| clock.instant() < token.expires);
            return if good { Ok(Caller::OAuth2) } else { Err(Refusal::NotLoggedIn) };
        }
        let now = clock.now();
        let key = header("x-ovh-application").ok_or(Refusal::NotLoggedIn)?;
        if key != APPLICATION_KEY {
            return Err(Refusal::UnknownApplication);
        }
        let consumer = header("x-ovh-consumer").ok_or(Refusal::NotLoggedIn)?;
        let asked = self.asked_keys.iter().position(|asked| asked.consumer_key == consumer);
        let caller = match asked.map(|place| (place, self.asked_keys[place].state)) {
            None if consumer == CONSUMER_KEY => Caller::Keys,
            None | Some((_, KeyState::Refused)) => return Err(Refusal::NotCredential),
            Some((_, KeyState::Pending)) => return Err(Refusal::InvalidCredential),
            Some((place, KeyState::Validated)) => Caller::AskedKey(place),
        };
        if self.consumer_key_expired || self.expiration.is_some_and(|end| end <= now) {
            return Err(Refusal::InvalidCredential);
        }
        let at = header("x-ovh-timestamp").and_then(|at| at.parse::<i64>().ok()).ok_or(Refusal::InvalidSignature)?;
        if at.abs_diff(now.as_second()) > DRIFT {
            return Err(match self.drift {
                DriftReadsAs::InvalidSignature => Refusal::InvalidSignature,
                DriftReadsAs::QueryTimeOut => Refusal::QueryTimeOut,
            });
        }
        let expected = signature([APPLICATION_SECRET, consumer], method.as_str(), url, body, at);
        let given = header("x-ovh-signature").unwrap_or_default();
        if given == expected { Ok(caller) } else { Err(Refusal::InvalidSignature) }
    }

    /// Whether an action is denied on a server.
    pub(super) fn denies(&self, server: &str, action: &str) -> bool {
        self.forbidden.contains(action)
            || self.forbidden_on.iter().any(|(its, denied)| its == server && denied == action)
    }

    /// Whether this caller may do this: `path` is below the version, without query.
    pub(super) fn permit(
        &self,
        caller: Caller,
        method: &Method,
        path: &str,
        action: &'static str,
    ) -> Result<(), Refusal> {
        let server = path.strip_prefix("/dedicated/server/").and_then(|rest| rest.split('/').next());
        let denied = self.denies(server.unwrap_or_default(), action);
        let ruled = |(its, pattern): &AccessRule| its == method.as_str() && glob(pattern, path);
        match caller {
            Caller::OAuth2 if denied => Err(Refusal::Iam(action)),
            // Every key may ask about itself.
            Caller::Keys | Caller::AskedKey(_)
                if !path.starts_with("/auth/") && (denied || !self.rules_of(caller).iter().any(ruled)) =>
            {
                Err(Refusal::NotGrantedCall)
            }
            Caller::OAuth2 | Caller::Keys | Caller::AskedKey(_) => Ok(()),
        }
    }
}

/// OVHcloud's signature of a call, with the application secret and the consumer key as `keys`.
fn signature(keys: [&str; 2], method: &str, url: &str, body: &[u8], at: i64) -> String {
    let mut sha1 = Sha1::new();
    sha1.update(format!("{}+{}+{method}+{url}+", keys[0], keys[1]));
    sha1.update(body);
    sha1.update(format!("+{at}"));
    format!("$1${}", hex::encode(sha1.finalize()))
}

/// Whether `text` is `pattern`, where each `*` stands for anything, slashes too.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| glob(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_ovhclouds() {
        // Published with revoked keys by OVHcloud's own clients.
        let keys = ["9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk", "5mBuy6SUQcRw2ZUxg0cG68BoDKpED4KY"];
        let body = r#"{"a":"b","c":"d"}"#;
        for (method, body, hash) in [
            ("GET", "", "e9556054b6309771395efa467c22e627407461ad"),
            ("POST", body, "ec2fb5c7a81f64723c77d2e5b609ae6f58a84fc1"),
            ("PUT", body, "8a75a9e7c8e7296c9dbeda6a2a735eb6bd58ec4b"),
            ("DELETE", "", "a1eecd00b3b02b6cf5708b84b9ff42059a950d85"),
        ] {
            let signed = signature(keys, method, "https://eu.api.ovh.com/1.0/auth", body.as_bytes(), 1_457_018_875);
            assert_eq!(signed, format!("$1${hash}"), "{method}");
        }
    }

    #[test]
    fn rules_of_keys_are_globs() {
        assert!(glob("/*", "/dedicated/server"));
        assert!(glob("/dedicated/server/*/reboot", "/dedicated/server/ns1/reboot"));
        assert!(!glob("/dedicated/server/*/reboot", "/dedicated/server/ns1/task"));
        assert!(!glob("/dedicated/server", "/dedicated/server/ns1"));
        assert!(glob("/me/notification/email/history*", "/me/notification/email/history/7"));
    }
}
