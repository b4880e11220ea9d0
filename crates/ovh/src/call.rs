//! What is asked of OVHcloud, and what a write came to: a [`Call`] before it is sent, a [`Written`] after it.

use bernard_domain::server::{QueryId, ServiceName};
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use url::Url;

use super::{
    answer::Answer,
    error::{Error, Failure},
};

/// The operator must act before this account can be used.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Kimsufi, So you Start and simulators have no known place for OAuth2 tokens.
    #[error("the account `{account}` uses OAuth2, but its endpoint has no known token_url")]
    NoTokenUrl {
        /// The account's name.
        account: String,
    },
    /// No connection could be trusted.
    #[error("no HTTP client can be built for the account `{account}`: {why}")]
    Tls {
        /// The account's name.
        account: String,
        /// What is wrong with the machine's certificate authorities, or with TLS.
        why: String,
    },
}

/// What a write came to, with OVHcloud's name for the request: what its support asks for.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// What OVHcloud answered.
    pub value: T,
    /// OVHcloud's name for the request; `None` when it gave none.
    pub query: Option<QueryId>,
}

impl<T> Written<T> {
    pub(super) fn of(value: T, answer: &Answer) -> Self {
        Self { value, query: answer.query_id.clone().map(QueryId::from) }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Written<U> {
        Written { value: change(self.value), query: self.query }
    }
}

/// What goes over the wire, without its proof.
#[derive(Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<String>,
    /// What is asked beside the address, such as a page; never a secret, and no part of what is signed.
    pub(super) asks: Vec<(HeaderName, HeaderValue)>,
}

/// A call: what goes over the wire, and the words for it.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) outgoing: Outgoing,
    /// Completes "could not …".
    pub(super) doing: String,
    /// The server that it is about, if it is about one.
    pub(super) server: Option<ServiceName>,
}

impl Call {
    pub(super) fn new(method: Method, url: Url, doing: impl Into<String>) -> Self {
        Self { outgoing: Outgoing { method, url, body: None, asks: Vec::new() }, doing: doing.into(), server: None }
    }

    pub(super) fn about(self, server: &ServiceName) -> Self {
        Self { server: Some(server.clone()), ..self }
    }

    pub(super) fn with_body(mut self, body: &serde_json::Value) -> Self {
        self.outgoing.body = Some(body.to_string());
        self
    }

    /// The same, asking this beside the address.
    pub(super) fn asking(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.outgoing.asks.push((HeaderName::from_static(name), value));
        self
    }

    pub(super) fn error(&self, failure: Failure) -> Error {
        Error::new(&self.doing, self.server.as_ref(), failure)
    }
}
