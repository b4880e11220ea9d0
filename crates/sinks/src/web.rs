//! Lines as JSON by `POST`, one request at a time. A 2xx is an acknowledgement, taken at its word.
//!
//! Of an answer only its status is ever repeated: a body may quote the token that it was refused for.

use std::{error::Error as _, time::Duration};

use bernard_domain::audit::shipping::{Answer, Record};
use bernard_platform::{
    clock,
    tls::{self, Http},
};
use bernard_untrusted::sieve;
use reqwest::{
    Client, RequestBuilder,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};

use crate::reached::Reached;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take: some acknowledge only when their own sinks have it.
const ANSWER: Duration = Duration::from_secs(30);

/// A web server that takes lines.
pub(crate) struct Web {
    url: SecretString,
    token: Option<SecretString>,
    /// `None` until it could be made.
    client: Option<Client>,
}

impl Web {
    pub(crate) fn new(url: SecretString, token: Option<SecretString>) -> Self {
        Self { url, token, client: None }
    }

    /// Sends all of it in one request.
    pub(crate) async fn send(&mut self, batch: &[Record]) -> Answer {
        let Some(last) = batch.last() else { return Answer::Taken };
        let client = match self.client() {
            Ok(client) => client,
            Err(said) => return Answer::Away { said, again: None },
        };
        let body: String = batch.iter().flat_map(|record| [record.json.as_str(), "\n"]).collect();
        let request = client
            .post(self.url.expose_secret())
            .header(CONTENT_TYPE, "application/x-ndjson")
            // A hash stands for everything before it: the same key is the same body.
            .header("idempotency-key", format!("\"{}-{}\"", last.line.hash, batch.len()))
            .body(body);
        match self.signed(request).send().await {
            Ok(answer) => Answer::of_status(answer.status().as_u16(), asked(answer.headers())),
            Err(error) => Answer::Away { said: words(error), again: None },
        }
    }

    /// Asks whether anybody is there, and changes nothing.
    pub(crate) async fn reach(mut self) -> Reached {
        let client = match self.client() {
            Ok(client) => client,
            Err(said) => return Reached::Not(said),
        };
        match self.signed(client.head(self.url.expose_secret())).send().await {
            Ok(answer) => Reached::Answered(answer.status().as_u16()),
            Err(error) => Reached::Not(words(error)),
        }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    fn client(&mut self) -> Result<Client, String> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = client().map_err(|error| sieve::one_line(&error.to_string()))?;
        Ok(self.client.insert(client).clone())
    }
}

/// What keeps a client from being made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoClient {
    #[error("{0}")]
    Tls(#[from] tls::Unusable),
    #[error("{0}")]
    Client(#[from] reqwest::Error),
}

/// How everything that is posted travels: to the address that is configured, and nowhere else.
pub(crate) fn client() -> Result<Client, NoClient> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls::settings(Http::One)?)
        .user_agent(concat!("bernard/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .no_proxy();
    Ok(builder.build()?)
}

/// Why there is no answer: without the address, which may be a secret.
pub(crate) fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = error.source();
    }
    sieve::one_line(&words)
}

/// How long we are asked to wait, as seconds or as a moment.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    moment.duration_since(clock::now()).try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().expect("a header"));
        asked(&headers)
    }

    #[test]
    fn it_is_waited_as_long_as_is_asked_in_either_form() {
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        let soon = after("Wed, 21 Oct 2099 07:28:00 GMT").expect("a moment");
        assert!(soon > Duration::from_secs(86_400), "{soon:?}");
        for nothing in ["Wed, 21 Oct 2015 07:28:00 GMT", "-5", "soon", ""] {
            assert_eq!(after(nothing), None, "{nothing}");
        }
    }
}
