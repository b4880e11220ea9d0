//! How a request proves where it comes from: by keys and OVHcloud's time, or by a token. What is fetched for it is fetched by
//! the client.

use std::{sync::Arc, time::Duration};

use bernard_platform::clock::BootInstant;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    account::{Account, Credentials, Endpoint},
    call::{Fault, Outgoing},
    error::{Cause, Failure},
    sign::{Keys, signature},
};
use crate::single_flight::Flight;

/// How long before its end a token is renewed: longer than any request takes.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);

/// An account's proof, and what was fetched for it.
pub(super) struct Auth {
    pub(super) scheme: Scheme,
    /// OVHcloud's time, as it was read last.
    pub(super) clock: Flight<Reading>,
}

/// By what an account proves itself.
pub(super) enum Scheme {
    /// By signatures.
    Keys(Keys),
    /// By tokens.
    OAuth2(Box<ServiceAccount>),
}

/// Who fetches tokens, and the last one.
pub(super) struct ServiceAccount {
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    /// Where tokens are had.
    pub(super) url: Url,
    pub(super) token: Flight<Token>,
}

/// OVHcloud's time at a moment of ours.
pub(super) struct Reading {
    pub(super) ovh: Timestamp,
    pub(super) at: BootInstant,
}

/// An OAuth2 token, and how long it is good for.
pub(super) struct Token {
    pub(super) bearer: HeaderValue,
    pub(super) fetched: BootInstant,
    pub(super) life: Duration,
}

/// All that an attempt needs to prove itself, fetched beforehand: turning it into headers takes no waiting.
#[derive(Clone)]
pub(super) enum Ready {
    /// Sign with OVHcloud's time.
    Sign(Arc<Reading>),
    /// Carry the token.
    Bearer(Arc<Token>),
}

impl Reading {
    /// What time it is at OVHcloud by now.
    pub(super) fn now(&self) -> Timestamp {
        self.ovh.saturating_add(self.at.elapsed()).unwrap_or(self.ovh)
    }
}

impl Token {
    /// Whether it outlasts a request that is sent now.
    pub(super) fn is_good(&self) -> bool {
        self.fetched.elapsed() + TOKEN_MARGIN.min(self.life / 4) < self.life
    }
}

impl Auth {
    pub(super) fn new(account: &Account) -> Result<Self, Fault> {
        let scheme = match &account.credentials {
            Credentials::Keys { application_key, application_secret, consumer_key } => Scheme::Keys(Keys {
                application: application_key.clone(),
                secret: application_secret.clone(),
                consumer: consumer_key.clone(),
            }),
            Credentials::OAuth2 { client_id, client_secret, token_url } => Scheme::OAuth2(Box::new(ServiceAccount {
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                url: token_place(account.name.as_str(), token_url.as_ref(), &account.endpoint)?,
                token: Flight::new(),
            })),
        };
        Ok(Self { scheme, clock: Flight::new() })
    }

    /// The application's own key; `None` for OAuth2.
    pub(super) fn application(&self) -> Option<&str> {
        match &self.scheme {
            Scheme::Keys(keys) => Some(&keys.application),
            Scheme::OAuth2(_) => None,
        }
    }

    /// The headers of one attempt. `Err` only for keys that cannot stand in a header.
    pub(super) fn headers(&self, ready: &Ready, outgoing: &Outgoing) -> Result<HeaderMap, Cause> {
        let mut headers = HeaderMap::new();
        match (ready, &self.scheme) {
            (Ready::Bearer(token), _) => {
                headers.insert(AUTHORIZATION, token.bearer.clone());
            }
            (Ready::Sign(reading), Scheme::Keys(keys)) => {
                let second = reading.now().as_second();
                let body = outgoing.body.as_deref().unwrap_or("");
                let signed = signature(keys, outgoing.method.as_str(), outgoing.url.as_str(), body, second);
                headers.insert(HeaderName::from_static("x-ovh-application"), value(&keys.application)?);
                headers.insert(HeaderName::from_static("x-ovh-consumer"), value(keys.consumer.expose_secret())?);
                headers.insert(HeaderName::from_static("x-ovh-timestamp"), value(&second.to_string())?);
                headers.insert(HeaderName::from_static("x-ovh-signature"), value(&signed)?);
            }
            (Ready::Sign(_), Scheme::OAuth2(_)) => return Err(not_authorised("no token")),
        }
        Ok(headers)
    }

    /// Forgets what a refused attempt proved itself with, if that was the reason. Says whether a fresh one may help.
    pub(super) fn learn(&self, ready: &Ready, failure: &Failure) -> Another {
        let Cause::Answered(answered) = &failure.cause else { return Another::IsPointless };
        match (ready, &self.scheme) {
            (Ready::Sign(reading), _) if answered.blames_signature() => self.clock.discard(reading),
            (Ready::Bearer(bearer), Scheme::OAuth2(service)) if answered.status == 401 => service.token.discard(bearer),
            _ => return Another::IsPointless,
        }
        Another::MayHelp
    }
}

/// Whether another attempt with fresh proof may end better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Another {
    MayHelp,
    IsPointless,
}

fn token_place(account: &str, configured: Option<&Url>, endpoint: &Endpoint) -> Result<Url, Fault> {
    let place = configured.or(endpoint.token_url()).cloned();
    place.ok_or_else(|| Fault::NoTokenUrl { account: account.to_owned() })
}

pub(super) fn value(text: &str) -> Result<HeaderValue, Cause> {
    let mut value = HeaderValue::from_str(text).map_err(|_| not_authorised("a key holds an impossible character"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn not_authorised(code: &str) -> Cause {
    Cause::NotAuthorised { code: code.to_owned() }
}
