//! `[[ovh]]`: the accounts at OVHcloud. Defaults: the name `main`, the endpoint `ovh-eu`, 60 requests a minute, no reading of
//! the API log; credentials have none.

use std::num::NonZeroU32;

use bernard_ovh::{Account, ApiLog, Credentials, Endpoint};
use url::Url;

use super::{
    problem::{At, Wrong},
    section::Section,
    source::{Form, Value},
    suggest::nearest,
    value,
};

const KEYS: [&str; 3] = ["application_key", "application_secret", "consumer_key"];
const CLIENT: [&str; 2] = ["client_id", "client_secret"];

pub(super) fn read(section: &mut Section<'_>) -> Option<Account> {
    let name = section.read("name", Form::Text, name).unwrap_or_else(|| "main".to_owned());
    let at = section.at_of("endpoint");
    let endpoint = section.read("endpoint", Form::Text, endpoint).or_else(|| "ovh-eu".parse().ok())?;
    warn_if_in_the_clear(section, "endpoint", at, endpoint.base().as_str());
    let credentials = credentials(section, &endpoint);
    let requests_per_minute = section.read("requests_per_minute", Form::Toml, value::rate);
    let requests_per_minute = requests_per_minute.unwrap_or(const { NonZeroU32::new(60).unwrap() }.into());
    let api_log = match section.read("api_log", Form::Toml, value::flag) {
        Some(true) => ApiLog::Read,
        Some(false) | None => ApiLog::Off,
    };
    Some(Account { name, endpoint, credentials: credentials?, requests_per_minute, api_log })
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

fn endpoint(value: &Value) -> Result<Endpoint, Wrong> {
    let text = value::text(value)?;
    if let Ok(endpoint) = text.parse() {
        return Ok(endpoint);
    }
    if !text.contains("://") {
        let near = nearest(text, Endpoint::names()).map(|near| format!("did you mean {near:?}? ")).unwrap_or_default();
        let all = Endpoint::names().collect::<Vec<_>>().join(", ");
        return Err(Wrong::new("is no endpoint", format!("{near}the names are {all}; or a URL ending in /v1 or /1.0")));
    }
    value::base_url(value)?;
    Err(Wrong::new("ends in neither /v1 nor /1.0", r#"write it like "https://eu.api.ovh.com/v1""#))
}

/// Which of the keys are given.
fn given(section: &Section<'_>, keys: &[&'static str]) -> usize {
    keys.iter().filter(|key| section.has(key)).count()
}

fn credentials(section: &mut Section<'_>, endpoint: &Endpoint) -> Option<Credentials> {
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
    if client > 0 && endpoint.token_url().is_none() && !section.has("token_url") {
        section
            .missing("token_url", "this endpoint has no OAuth2 of its own: say where tokens are fetched, or use keys");
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

fn token_url(section: &mut Section<'_>) -> Option<Url> {
    let at = section.at_of("token_url");
    let url = section.read_optional("token_url", value::base_url)?;
    warn_if_in_the_clear(section, "token_url", at, &url);
    url.parse().ok()
}
