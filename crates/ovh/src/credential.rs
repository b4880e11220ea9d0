//! What OVHcloud thinks of our own credentials (`/auth`), read without effect.

use bernard_untrusted::lenient::{Field, List};
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;

use super::{
    call::Call,
    client::Client,
    error::Error,
    odd::{Partly, odd_ones},
};

/// One thing that a consumer key may do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AccessRule {
    /// The HTTP method.
    pub method: String,
    /// The path, with `*` for anything.
    pub path: String,
}

/// The consumer key in use (schema `auth.ApiCredential`). Only accounts with keys have one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Credential {
    /// `validated`, `expired`, `refused`, `pendingValidation`, or a word of the future.
    pub status: String,
    /// When it expires; `None` means never, or that it cannot be read.
    pub expiration: Option<Timestamp>,
    /// What it may do.
    pub rules: Vec<AccessRule>,
}

/// The same as it comes.
#[derive(Deserialize)]
struct Wire {
    status: String,
    #[serde(default)]
    expiration: Field<Timestamp>,
    #[serde(default)]
    rules: Field<List<AccessRule>>,
}

impl From<Wire> for Credential {
    fn from(Wire { status, expiration, rules }: Wire) -> Self {
        Self { status, expiration: expiration.read(), rules: rules.read().unwrap_or_default().entries }
    }
}

impl Partly for Wire {
    fn odd(&self) -> Vec<String> {
        let some_rule =
            matches!(&self.rules, Field::Odd) || matches!(&self.rules, Field::Read(rules) if !rules.odd.is_empty());
        odd_ones([("expiration", self.expiration.is_odd()), ("rules", some_rule)])
    }
}

/// Whose credentials these are (schema `auth.Details`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Details {
    /// The account, such as `xx11111-ovh`.
    pub account: String,
    /// The URNs that policies know the credentials by.
    #[serde(default)]
    pub identities: Vec<String>,
}

impl AccessRule {
    /// Whether it lets a call through; `*` stands for anything.
    pub fn covers(&self, method: &str, path: &str) -> bool {
        self.method == method && wildmatch::WildMatch::new(&self.path).matches(path)
    }
}

impl Credential {
    /// Those of `calls` (method and path, where `/x` stands for any server) that no rule lets through, as an operator writes them.
    pub fn lacks(&self, calls: &[(&str, &str)]) -> Vec<String> {
        let covered = |(method, path): &&(&str, &str)| self.rules.iter().any(|rule| rule.covers(method, path));
        let lacking = calls.iter().filter(|call| !covered(call));
        lacking.map(|(method, path)| format!("{method} {}", path.replace("/x", "/*"))).collect()
    }
}

impl Client {
    /// The consumer key in use: its state, end and rules.
    ///
    /// # Errors
    /// As every read; for an account with OAuth2, OVHcloud refuses.
    pub async fn current_credential(&self) -> Result<Credential, Error> {
        let doing = format!("read the credentials of the account `{}`", self.account());
        let call = Call::new(Method::GET, self.inner.endpoint.url(&["auth", "currentCredential"]), doing);
        self.read::<Wire>(&call).await.map(Credential::from)
    }
}

impl Client {
    /// Whose the credentials in use are. Takes no right.
    ///
    /// # Errors
    /// As every read.
    pub async fn details(&self) -> Result<Details, Error> {
        let doing = format!("read whose the credentials of the account `{}` are", self.account());
        self.read_whole(&Call::new(Method::GET, self.inner.endpoint.url(&["auth", "details"]), doing)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(path: &str) -> AccessRule {
        AccessRule { method: "GET".into(), path: path.into() }
    }

    #[test]
    fn a_star_in_a_rule_stands_for_anything() {
        assert!(rule("/*").covers("GET", "/dedicated/server/x"));
        assert!(rule("/dedicated/server/*").covers("GET", "/dedicated/server/x"));
        assert!(!rule("/dedicated/server/*").covers("GET", "/dedicated/server"));
        assert!(!rule("/*").covers("PUT", "/dedicated/server/x"));
    }

    #[test]
    fn what_is_lacking_is_said_as_an_operator_writes_it() {
        let rules = vec![rule("/dedicated/server/*")];
        let credential = Credential { status: "validated".into(), expiration: None, rules };
        let lacks = credential.lacks(&[("GET", "/dedicated/server/x"), ("POST", "/dedicated/server/x/reboot")]);
        assert_eq!(lacks, ["POST /dedicated/server/*/reboot"]);
    }
}
