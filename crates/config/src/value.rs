//! What single values may be: ids, lengths of time, addresses, URLs. No complaint here quotes the value.

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use bernard_domain::duration;
use bernard_ovh::Rate;
use url::Url;

use super::{
    problem::Wrong,
    source::{Kind, Value},
    suggest::nearest,
};

pub(super) fn text(value: &Value) -> Result<&str, Wrong> {
    match &value.kind {
        Kind::Text(text) => Ok(text.trim()),
        _ => Err(Wrong::new("is not a text", "write it in quotes")),
    }
}

pub(super) fn non_empty(value: &Value) -> Result<String, Wrong> {
    match text(value)? {
        "" => Err(Wrong::new("is empty", "")),
        text => Ok(text.to_owned()),
    }
}

/// A Discord id: a number above zero, in quotes or not.
pub(super) fn id(value: &Value) -> Result<u64, Wrong> {
    let number = match &value.kind {
        Kind::Text(text) if text.trim().bytes().all(|byte| byte.is_ascii_digit()) => text.trim().parse().ok(),
        Kind::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    };
    number.filter(|number| *number > 0).ok_or_else(|| {
        Wrong::new(
            "is not an id of Discord's",
            "switch on developer mode, use \"Copy ID\", and write the number in quotes",
        )
    })
}

pub(super) fn flag(value: &Value) -> Result<bool, Wrong> {
    match value.kind {
        Kind::Flag(flag) => Ok(flag),
        _ => Err(Wrong::new("is neither true nor false", "write true or false without quotes")),
    }
}

/// How many: a part of one counts as one, and more than four thousand million are as good as those.
pub(super) fn count(value: &Value) -> Result<NonZeroU32, Wrong> {
    let whole = number(value)?.ceil().min(f64::from(u32::MAX)) as u32;
    Ok(NonZeroU32::new(whole).unwrap_or(NonZeroU32::MIN))
}

/// How many a minute, whole or not.
pub(super) fn rate(value: &Value) -> Result<Rate, Wrong> {
    number(value).map(Rate::per_minute)
}

/// Any number above zero.
fn number(value: &Value) -> Result<f64, Wrong> {
    let number = match value.kind {
        Kind::Integer(number) => number as f64,
        Kind::Float(number) => number,
        _ => f64::NAN,
    };
    let right = "write a number without quotes";
    if number.is_finite() && number > 0.0 { Ok(number) } else { Err(Wrong::new("is not a number above zero", right)) }
}

/// A number of seconds above zero, whole or not.
pub(super) fn seconds(value: &Value) -> Result<Duration, Wrong> {
    let seconds = match value.kind {
        Kind::Integer(number) => u64::try_from(number).ok().map(Duration::from_secs),
        Kind::Float(number) => Duration::try_from_secs_f64(number).ok(),
        _ => None,
    };
    seconds
        .filter(|length| !length.is_zero() && *length <= duration::LONGEST)
        .ok_or_else(|| Wrong::new("is not a number of seconds above zero", "write a number without quotes"))
}

pub(super) fn length(value: &Value) -> Result<Duration, Wrong> {
    let right = r#"write numbers with units in quotes, such as "90m", "1h30m", "2d", "15s" or "500ms""#;
    let Kind::Text(text) = &value.kind else { return Err(Wrong::new("is not a length of time", right)) };
    duration::parse(text).map_err(|error| Wrong::new(error.to_string(), right))
}

/// One of a few words.
pub(super) fn word<T: Copy>(value: &Value, words: &[(&'static str, T)]) -> Result<T, Wrong> {
    let names = || words.iter().map(|(name, _)| *name);
    let all = names().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let wrong = |near: Option<&str>| match near {
        Some(near) => Wrong::new("is not a word known here", format!("did you mean {near:?}? the words are {all}")),
        None => Wrong::new("is not a word known here", format!("the words are {all}")),
    };
    let Kind::Text(text) = &value.kind else { return Err(wrong(None)) };
    let found = words.iter().find(|(name, _)| *name == text.trim()).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| wrong(nearest(text.trim(), names())))
}

pub(super) fn address(value: &Value) -> Result<SocketAddr, Wrong> {
    let right = r#"write an IP address and a port, such as "127.0.0.1:9090" or "[::]:9090""#;
    text(value)?.parse().map_err(|_| Wrong::new("is not an address to listen at", right))
}

/// An http(s) URL with a host and without a user, a query or a fragment; without its trailing slashes.
pub(super) fn base_url(value: &Value) -> Result<String, Wrong> {
    let text = text(value)?.trim_end_matches('/');
    let wrong = |what: &str| Wrong::new(what, r#"write it like "https://example.com""#);
    let url = web(text, wrong)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or fragment in it"));
    }
    Ok(text.to_owned())
}

/// The http(s) address of a page, with a host and without a user, as it can stand in a link of Discord's.
pub(super) fn page(value: &Value) -> Result<String, Wrong> {
    /// Discord's bound for the address of a link button, and enough for any page.
    const LONGEST: usize = 512;
    let wrong = |what: &str| Wrong::new(what, r#"write it like "https://wiki.example.org/web""#);
    let url = web(text(value)?, wrong)?;
    let url = url.as_str().replace('(', "%28").replace(')', "%29");
    if url.len() > LONGEST { Err(wrong("is longer than 512 characters")) } else { Ok(url) }
}

/// An http(s) URL with a host and without a user.
pub(super) fn web(text: &str, wrong: impl Fn(&str) -> Wrong) -> Result<Url, Wrong> {
    let url = Url::parse(text).map_err(|_| wrong("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("is not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has a user or password in it"));
    }
    Ok(url)
}

/// Whether what is sent to this URL crosses a network unencrypted.
pub(super) fn is_in_the_clear(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !loopback
}
