//! What an account fetches to prove itself: OVHcloud's time, or a token.
//!
//! OVHcloud's time is asked for once and carried on by the clock that counts through sleep; so neither a wrong wall clock nor
//! one that jumps can spoil a signature, or the moment that an intent is recorded with.

use std::{sync::Arc, time::Duration};

use bernard_platform::clock::BootInstant;
use jiff::Timestamp;
use reqwest::{Method, header::HeaderMap};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::Client;
use crate::{
    answer::Answer,
    auth::{Reading, Ready, Scheme, ServiceAccount, Token, value},
    call::Outgoing,
    error::{Cause, Error, FOR_A_TOKEN, Failure, Unreadable},
    quota::{Permit, Priority},
};

/// How long one reading of OVHcloud's clock is trusted. A bad quartz strays a third of a second an hour; signatures bear 30 s.
const CLOCK_TRUST: Duration = Duration::from_secs(3600);
/// The life of a token that does not say: well below OVHcloud's usual hour.
const TOKEN_LIFE_UNSAID: Duration = Duration::from_secs(600);

impl Client {
    /// Whether the account proves itself by keys, whose rights OVHcloud tells, and not by OAuth2, whose rights it does not.
    pub fn has_keys(&self) -> bool {
        matches!(self.inner.auth.scheme, Scheme::Keys(_))
    }

    /// What time it is at OVHcloud. It gives whole seconds, so this is right to about one; it does not depend on the wall clock.
    ///
    /// # Errors
    /// Only when the time was never learned and cannot be asked for now.
    pub async fn now(&self) -> Result<Timestamp, Error> {
        let reading = self.reading().await;
        reading.map(|reading| reading.now()).map_err(|failure| Error::new("ask OVHcloud for the time", None, failure))
    }

    /// All that the next attempt needs to prove itself.
    pub(crate) async fn ready(&self) -> Result<Ready, Failure> {
        match &self.inner.auth.scheme {
            Scheme::Keys(_) => {
                let reading = self.reading().await.map_err(|failure| during(failure, "asking for the time first"))?;
                Ok(Ready::Sign(reading))
            }
            Scheme::OAuth2(service) => {
                let fetched = service.token.get(Token::is_good, self.fetch_token(service)).await;
                let token = fetched.map_err(|failure| during(failure, FOR_A_TOKEN))?;
                Ok(Ready::Bearer(token))
            }
        }
    }

    async fn reading(&self) -> Result<Arc<Reading>, Failure> {
        let clock = &self.inner.auth.clock;
        let fresh = clock.get(|reading| reading.at.elapsed() < CLOCK_TRUST, self.read_clock()).await;
        // An old reading is better than none: it strays by fractions of a second.
        fresh.or_else(|failure| clock.last().ok_or(failure))
    }

    async fn read_clock(&self) -> Result<Reading, Failure> {
        let permit = self.inner.quota.permit(Priority::Proof).await?;
        let url = self.inner.endpoint.url(&["auth", "time"]);
        let outgoing = Outgoing { method: Method::GET, url, body: None, asks: Vec::new() };
        let before = BootInstant::now();
        let answer = self.send(permit, &self.inner.reads, outgoing, HeaderMap::new()).await?;
        let (at, round_trip) = (BootInstant::now(), before.elapsed());
        let second = Timestamp::from_second(answer.parse()?).map_err(|_| answer.wrong("."))?;
        Ok(Reading { ovh: second.saturating_add(round_trip / 2).unwrap_or(second), at })
    }

    async fn fetch_token(&self, service: &ServiceAccount) -> Result<Token, Failure> {
        let permit = self.inner.quota.permit(Priority::Proof).await?;
        let fetched = self.ask_for_token(permit, service).await;
        // Also with status 200 it may be a refusal of the client.
        self.inner.latest.note(&fetched);
        fetched
    }

    async fn ask_for_token(&self, permit: Permit, service: &ServiceAccount) -> Result<Token, Failure> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", service.client_id.as_str()),
            ("client_secret", service.client_secret.expose_secret()),
            ("scope", "all"),
        ];
        let fetched = BootInstant::now();
        let answer = self.send_form(permit, &service.url, &form).await.map_err(refused_client)?;
        let given: GivenToken = answer.parse()?;
        let Some(token) = given.access_token.filter(|token| !token.is_empty()) else {
            return Err(refused_with_200(given.error, &answer));
        };
        let bearer = value(&format!("Bearer {token}"))?;
        let life = given.expires_in.map_or(TOKEN_LIFE_UNSAID, Duration::from_secs);
        Ok(Token { bearer, fetched, life })
    }
}

fn during(failure: Failure, step: &'static str) -> Failure {
    Failure { before: Some(step), ..failure }
}

/// What OAuth2 (RFC 6749, 5.2) says of a client, and only then the operator must act. `server_error`, or a proxy's "forbidden", is
/// none of it.
const OF_THE_CLIENT: [&str; 8] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "access_denied",
    "invalid_client_id",
];

/// A client that the token's place refuses is the operator's matter, in OAuth2's own word. A page says nothing about it.
fn refused_client(failure: Failure) -> Failure {
    match failure.cause {
        Cause::Answered(answered) if matches!(answered.status, 400 | 401 | 403) => {
            let of_client = |code: &String| answered.is_no() || OF_THE_CLIENT.contains(&code.as_str());
            match answered.code.clone().filter(of_client) {
                Some(code) => Failure { cause: Cause::NotAuthorised { code }, ..failure },
                None => Failure { cause: Cause::Answered(answered), ..failure },
            }
        }
        cause => Failure { cause, ..failure },
    }
}

/// OVHcloud refuses an unknown client with HTTP 200 and a word. Other words, and none, are not about the client.
fn refused_with_200(error: Option<String>, answer: &Answer) -> Failure {
    let of_client = error.filter(|word| OF_THE_CLIENT.contains(&word.as_str()));
    let cause = of_client.map_or(Cause::Unreadable(Unreadable::NotAToken), |code| Cause::NotAuthorised { code });
    Failure { query_id: answer.query_id.clone(), ..cause.into() }
}

#[derive(Deserialize)]
struct GivenToken {
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    error: Option<String>,
}
