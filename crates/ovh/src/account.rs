//! An account of OVHcloud: where it is reached and how it proves itself.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

use secrecy::SecretString;
use url::Url;

/// What rates are counted by.
const MINUTE: Duration = Duration::from_secs(60);
/// The longest that one request has to itself.
const SLOWEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// One `[[ovh]]` of the configuration.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the operator calls it; it stands in logs, metrics and [`Server::account`](bernard_domain::server::Server).
    pub name: String,
    /// Where OVHcloud is reached.
    pub endpoint: Endpoint,
    /// How requests prove where they come from.
    pub credentials: Credentials,
    /// The budget: how many requests a minute Bernard allows itself.
    pub requests_per_minute: Rate,
    /// Whether its API log is read.
    pub api_log: ApiLog,
}

/// So many requests in so long, above zero: half a request a minute is one in two minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many; what may come at once is a part of them.
    pub(crate) count: NonZeroU32,
    /// In how long.
    pub(crate) within: Duration,
}

impl Rate {
    /// So many a minute, whole or not. As many as can be counted are enough for any that is larger; of nothing, or less, it is the
    /// slowest that there is.
    pub fn per_minute(requests: f64) -> Self {
        let count = NonZeroU32::new(requests as u32).unwrap_or(NonZeroU32::MIN);
        if count == NonZeroU32::MAX {
            return count.into();
        }
        let within = MINUTE.as_secs_f64() * f64::from(count.get()) / requests;
        Self { count, within: Duration::try_from_secs_f64(within).map_or(SLOWEST, |within| within.min(SLOWEST)) }
    }
}

impl From<NonZeroU32> for Rate {
    fn from(count: NonZeroU32) -> Self {
        Self { count, within: MINUTE }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.count.get()) * MINUTE.as_secs_f64() / self.within.as_secs_f64())
    }
}

/// Whether the account's API log is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiLog {
    /// It is not; no right is needed for it.
    #[default]
    Off,
    /// It is, where a reboot's outcome is unknown.
    Read,
}

/// How requests prove where they come from.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An application's keys: every request is signed.
    Keys {
        /// The application key (`AK`); not a secret.
        application_key: String,
        /// The application secret (`AS`).
        application_secret: SecretString,
        /// The consumer key (`CK`).
        consumer_key: SecretString,
    },
    /// A service account of OAuth2: requests carry a token that lives about an hour.
    OAuth2 {
        /// The client's id; not a secret.
        client_id: String,
        /// The client's secret.
        client_secret: SecretString,
        /// Where tokens are asked for; `None` means the endpoint's own place.
        token_url: Option<Url>,
    },
}

/// Where OVHcloud is reached: one of its regions, or a base address of a simulator or a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    tokens: Option<Url>,
}

/// The text names no endpoint.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an endpoint: expected ovh-eu, ovh-ca, ovh-us, soyoustart-eu, soyoustart-ca, kimsufi-eu, kimsufi-ca, \
     or an http(s) address ending in /v1 or /1.0"
)]
pub struct NotAnEndpoint;

/// Name, base address, and where OAuth2 tokens come from (Kimsufi and So you Start have no such place).
const REGIONS: [(&str, &str, Option<&str>); 7] = [
    ("ovh-eu", "https://eu.api.ovh.com/1.0", Some("https://www.ovh.com/auth/oauth2/token")),
    ("ovh-ca", "https://ca.api.ovh.com/1.0", Some("https://ca.ovh.com/auth/oauth2/token")),
    ("ovh-us", "https://api.us.ovhcloud.com/1.0", Some("https://us.ovhcloud.com/auth/oauth2/token")),
    ("soyoustart-eu", "https://eu.api.soyoustart.com/1.0", None),
    ("soyoustart-ca", "https://ca.api.soyoustart.com/1.0", None),
    ("kimsufi-eu", "https://eu.api.kimsufi.com/1.0", None),
    ("kimsufi-ca", "https://ca.api.kimsufi.com/1.0", None),
];

/// OVHcloud's newer hosts of the same regions, as its own libraries announce them: a base address may name one. The signature is over
/// the address that is sent, so it differs.
const NEWER: [(&str, &str); 2] = [
    ("https://api.eu.ovhcloud.com", "https://auth.eu.ovhcloud.com/oauth2/token"),
    ("https://api.ca.ovhcloud.com", "https://auth.ca.ovhcloud.com/oauth2/token"),
];

impl FromStr for Endpoint {
    type Err = NotAnEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let region = REGIONS.iter().find(|(name, ..)| *name == text);
        let base = parse_base(region.map_or(text, |(_, base, _)| base))?;
        let is_host = |known: &str| Url::parse(known).is_ok_and(|known| known.origin() == base.origin());
        let known = REGIONS.iter().map(|(_, known, tokens)| (*known, *tokens));
        let known = known.chain(NEWER.iter().map(|(known, tokens)| (*known, Some(*tokens))));
        let tokens = known.filter(|(known, _)| is_host(known)).find_map(|(_, tokens)| tokens);
        Ok(Self { tokens: tokens.and_then(|url| Url::parse(url).ok()), base })
    }
}

fn parse_base(text: &str) -> Result<Url, NotAnEndpoint> {
    let url = Url::parse(text.trim_end_matches('/')).map_err(|_| NotAnEndpoint)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let version = url.path().ends_with("/v1") || url.path().ends_with("/1.0");
    let ours = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.fragment().is_none();
    if plain && version && ours { Ok(url) } else { Err(NotAnEndpoint) }
}

impl Endpoint {
    /// The names of OVHcloud's own endpoints, as the configuration has them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        REGIONS.iter().map(|(name, ..)| *name)
    }

    /// The address that calls begin with.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Where this endpoint hands out OAuth2 tokens, if it does.
    pub fn token_url(&self) -> Option<&Url> {
        self.tokens.as_ref()
    }

    /// The page that makes an application's three keys. OVHcloud's newer hosts have it elsewhere.
    pub fn create_token(&self) -> String {
        match self.base.host_str() {
            Some("api.eu.ovhcloud.com") => "https://auth.eu.ovhcloud.com/api/createToken".to_owned(),
            Some("api.ca.ovhcloud.com") => "https://auth.ca.ovhcloud.com/api/createToken".to_owned(),
            _ => format!("{}/createToken/", self.base.origin().ascii_serialization()),
        }
    }

    /// The page that makes an application, without a consumer key.
    pub fn create_app(&self) -> String {
        self.create_token().replace("createToken", "createApp")
    }

    /// The same on the newer branch, which stands beside the version of the base.
    pub(super) fn second(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().pop().push("v2").extend(segments);
        }
        url
    }

    /// The address of a call: the segments are percent-encoded, so none can reach another call.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_parses_and_knows_where_tokens_come_from() {
        for (name, base, tokens) in REGIONS {
            let endpoint: Endpoint = name.parse().unwrap();
            assert_eq!(endpoint.url(&[]).as_str(), base, "{name}");
            assert_eq!(endpoint.token_url().map(Url::as_str), tokens, "{name}");
        }
        let alias: Endpoint = "https://eu.api.ovh.com/v1/".parse().unwrap();
        assert_eq!(alias.token_url().unwrap().as_str(), "https://www.ovh.com/auth/oauth2/token");
    }

    #[test]
    fn the_newer_hosts_are_known_too() {
        for region in ["eu", "ca"] {
            let endpoint: Endpoint = format!("https://api.{region}.ovhcloud.com/v1").parse().unwrap();
            let tokens = format!("https://auth.{region}.ovhcloud.com/oauth2/token");
            assert_eq!(endpoint.token_url().map(Url::as_str), Some(tokens.as_str()));
            assert_eq!(endpoint.create_token(), format!("https://auth.{region}.ovhcloud.com/api/createToken"));
            let list = endpoint.second(&["iam", "resource"]);
            assert_eq!(list.as_str(), format!("https://api.{region}.ovhcloud.com/v2/iam/resource"));
        }
    }

    #[test]
    fn a_base_address_ends_in_a_version() {
        for bad in ["", "ovh-xx", "http://127.0.0.1:1", "ftp://x/v1", "http://a:b@x/v1", "http://x/v1?a=b", "/v1"] {
            assert_eq!(bad.parse::<Endpoint>(), Err(NotAnEndpoint), "{bad}");
        }
        let endpoint: Endpoint = "http://127.0.0.1:8080/sim/1.0".parse().unwrap();
        assert_eq!(endpoint.url(&["auth", "time"]).as_str(), "http://127.0.0.1:8080/sim/1.0/auth/time");
        assert_eq!(endpoint.token_url(), None);
    }

    #[test]
    fn a_segment_cannot_reach_another_call() {
        let endpoint: Endpoint = "ovh-eu".parse().unwrap();
        let second = endpoint.second(&["iam", "resource", "urn:v1:eu:x"]);
        assert_eq!(second.as_str(), "https://eu.api.ovh.com/v2/iam/resource/urn:v1:eu:x");
        let url = endpoint.url(&["dedicated", "server", "a/../b?c#d%2f"]);
        assert_eq!(url.as_str(), "https://eu.api.ovh.com/1.0/dedicated/server/a%2F..%2Fb%3Fc%23d%252f");
    }

    #[test]
    fn an_account_can_be_printed_without_its_secrets() {
        let keys = Credentials::Keys {
            application_key: "fake-ak".to_owned(),
            application_secret: "fake-secret".into(),
            consumer_key: "fake-consumer".into(),
        };
        let printed = format!("{keys:?}");
        assert!(!printed.contains("fake-secret") && !printed.contains("fake-consumer"), "{printed}");
    }
}
