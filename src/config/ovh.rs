//! `[[ovh]]`: the accounts at OVHcloud.

use std::num::NonZeroU32;

use secrecy::SecretString;

use super::{
    problem::{At, Wrong},
    section::Section,
    source::{Form, Value},
    suggest::nearest,
    value,
};

/// The endpoints that have a name, with whether OVHcloud gives OAuth2 tokens there.
const ENDPOINTS: [(&str, OAuth2Offer); 7] = [
    ("ovh-eu", OAuth2Offer::Known),
    ("ovh-ca", OAuth2Offer::Known),
    ("ovh-us", OAuth2Offer::Known),
    ("soyoustart-eu", OAuth2Offer::None),
    ("soyoustart-ca", OAuth2Offer::None),
    ("kimsufi-eu", OAuth2Offer::None),
    ("kimsufi-ca", OAuth2Offer::None),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum OAuth2Offer {
    Known,
    None,
}

const KEYS: [&str; 3] = ["application_key", "application_secret", "consumer_key"];
const CLIENT: [&str; 2] = ["client_id", "client_secret"];

/// One account at OVHcloud.
#[derive(Clone, Debug)]
pub struct OvhAccount {
    /// What people and logs call it; unique. Default: `main`.
    pub name: String,
    /// One of OVHcloud's names (`ovh-eu`, `ovh-ca`, `ovh-us`, `soyoustart-eu`, `soyoustart-ca`, `kimsufi-eu`, `kimsufi-ca`), or
    /// an http(s) base URL that ends in `/v1` or `/1.0`, without a slash at the end. Default: `ovh-eu`.
    pub endpoint: String,
    /// How Bernard proves who it is. No default.
    pub credentials: Credentials,
    /// What Bernard allows itself, over all replicas. Default: 60.
    pub requests_per_minute: NonZeroU32,
}

/// How Bernard proves to OVHcloud who it is: complete, and of exactly one kind.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Each request is signed.
    Keys {
        /// The application's name to OVHcloud; not a secret.
        application_key: String,
        /// What requests are signed with.
        application_secret: SecretString,
        /// What stands for the person who consented.
        consumer_key: SecretString,
    },
    /// Each request carries a token that is fetched with these.
    OAuth2 {
        /// The service account's id; not a secret.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
        /// Where tokens are fetched; `None`: the endpoint's own.
        token_url: Option<String>,
    },
}

pub(super) fn read(section: &mut Section<'_>) -> Option<OvhAccount> {
    let name = section.read("name", Form::Text, name).unwrap_or_else(|| "main".to_owned());
    let at = section.at_of("endpoint");
    let endpoint = section.read("endpoint", Form::Text, endpoint).unwrap_or_else(|| "ovh-eu".to_owned());
    warn_if_in_the_clear(section, "endpoint", at, &endpoint);
    let credentials = credentials(section, &endpoint);
    let requests_per_minute = section.read("requests_per_minute", Form::Toml, value::count);
    let requests_per_minute = requests_per_minute.unwrap_or(const { NonZeroU32::new(60).unwrap() });
    Some(OvhAccount { name, endpoint, credentials: credentials?, requests_per_minute })
}

fn warn_if_in_the_clear(section: &mut Section<'_>, key: &str, at: At, url: &str) {
    if value::is_in_the_clear(url) {
        section.warn(key, at, Wrong::new("is http, so credentials cross the network unencrypted", "use https"));
    }
}

fn name(value: &Value) -> Result<String, Wrong> {
    let name = value::non_empty(value)?;
    if name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(Wrong::new("is not a name", "write at most 64 characters on one line"));
    }
    Ok(name)
}

fn endpoint(value: &Value) -> Result<String, Wrong> {
    let names = || ENDPOINTS.iter().map(|(name, _)| *name);
    let text = value::text(value)?;
    if names().any(|name| name == text) {
        return Ok(text.to_owned());
    }
    if !text.contains("://") {
        let near = nearest(text, names()).map(|near| format!("did you mean {near:?}? ")).unwrap_or_default();
        let all = names().collect::<Vec<_>>().join(", ");
        return Err(Wrong::new("is no endpoint", format!("{near}the names are {all}; or a URL ending in /v1 or /1.0")));
    }
    let url = value::base_url(value)?;
    if url.ends_with("/v1") || url.ends_with("/1.0") {
        return Ok(url);
    }
    Err(Wrong::new("ends in neither /v1 nor /1.0", r#"write it like "https://eu.api.ovh.com/v1""#))
}

/// Which of the keys are given.
fn given(section: &Section<'_>, keys: &[&'static str]) -> usize {
    keys.iter().filter(|key| section.has(key)).count()
}

fn credentials(section: &mut Section<'_>, endpoint: &str) -> Option<Credentials> {
    let (keys, client) = (given(section, &KEYS), given(section, &CLIENT));
    if keys > 0 && client > 0 {
        let at = section.at.clone();
        let what = "has credentials of both kinds, an application's and an OAuth2 client's";
        section.complain(
            "client_id",
            at,
            Wrong::new(what, format!("keep {} or {}", KEYS.join(", "), CLIENT.join(", "))),
        );
    } else if keys == 0 && client == 0 {
        section.missing("application_key", format!("write {}, or {} for OAuth2", KEYS.join(", "), CLIENT.join(", ")));
    } else {
        let wanted = if keys > 0 { KEYS.as_slice() } else { CLIENT.as_slice() };
        for key in wanted.iter().filter(|key| !section.has(key)).collect::<Vec<_>>() {
            section.missing(key, format!("{} belong together", wanted.join(", ")));
        }
    }
    let application_key = section.identifier("application_key");
    let application_secret = section.secret("application_secret");
    let consumer_key = section.secret("consumer_key");
    let client_id = section.identifier("client_id");
    let client_secret = section.secret("client_secret");
    if client > 0 && !section.has("token_url") {
        require_known_token_url(section, endpoint);
    }
    let token_url = token_url(section);
    match (keys > 0, client > 0) {
        (true, false) => Some(Credentials::Keys {
            application_key: application_key?,
            application_secret: application_secret?,
            consumer_key: consumer_key?,
        }),
        (false, true) => Some(Credentials::OAuth2 { client_id: client_id?, client_secret: client_secret?, token_url }),
        _ => None,
    }
}

fn token_url(section: &mut Section<'_>) -> Option<String> {
    let at = section.at_of("token_url");
    let url = section.read_optional("token_url", value::base_url)?;
    warn_if_in_the_clear(section, "token_url", at, &url);
    Some(url)
}

fn require_known_token_url(section: &mut Section<'_>, endpoint: &str) {
    match ENDPOINTS.iter().find(|(name, _)| *name == endpoint) {
        Some((_, OAuth2Offer::Known)) => {}
        Some((_, OAuth2Offer::None)) => {
            section.missing(
                "token_url",
                "this endpoint has no OAuth2 of its own: use keys, or say where tokens are fetched",
            );
        }
        None => section.missing("token_url", "an endpoint given as a URL needs the address where tokens are fetched"),
    }
}
