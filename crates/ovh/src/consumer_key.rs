//! A consumer key for an application: asked for here, authorized by a person on OVHcloud's own page.

use std::fmt;

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName},
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::{auth, call::Call, client::Client, error::Error};

/// A consumer key that is good for nothing until somebody authorizes it (schema `auth.Credential`).
#[derive(Deserialize)]
#[serde(from = "Wire")]
pub struct PendingKey {
    /// The key: a secret from now on.
    pub consumer_key: SecretString,
    /// Where somebody signs in and authorizes it. Whoever opens it decides, so it is for the operator's eyes only.
    pub validation_url: String,
}

/// The same as it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    consumer_key: String,
    validation_url: String,
}

impl From<Wire> for PendingKey {
    fn from(Wire { consumer_key, validation_url }: Wire) -> Self {
        Self { consumer_key: consumer_key.into(), validation_url }
    }
}

impl fmt::Debug for PendingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingKey").finish_non_exhaustive()
    }
}

impl Client {
    /// Asks for a consumer key with these rules (method and path, with `*`). Only the application's own key is used, and nothing is
    /// signed; a lost answer costs a key that nobody ever authorizes.
    ///
    /// # Errors
    /// As every read: OVHcloud refuses an application that it does not know.
    pub async fn ask_for_consumer_key(&self, rules: &[(&str, String)]) -> Result<PendingKey, Error> {
        let url = self.inner.endpoint.url(&["auth", "credential"]);
        let rules: Vec<_> = rules.iter().map(|(method, path)| json!({ "method": method, "path": path })).collect();
        let call = Call::new(Method::POST, url, "ask for a consumer key").with_body(&json!({ "accessRules": rules }));
        let asked = async {
            let mut headers = HeaderMap::new();
            if let Some(application) = self.inner.auth.application() {
                headers.insert(HeaderName::from_static("x-ovh-application"), auth::value(application)?);
            }
            let permit = self.inner.quota.permit(self.priority).await?;
            self.send(permit, &self.inner.reads, call.outgoing.clone(), headers).await?.parse()
        };
        asked.await.map_err(|failure| call.error(failure))
    }
}
