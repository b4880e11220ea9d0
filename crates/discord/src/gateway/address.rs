//! The gateway's address as the library wants it.

use url::Url;

/// The text is no address of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Discord gave an address of its gateway that cannot be used: {0:?}")]
pub(super) struct BadAddress(String);

/// The address such that `/?v=10&encoding=json`, which the library always appends, does no harm.
///
/// An address with a path or query of its own gets Discord's parameters here, and swallows the appended ones in a parameter
/// that nobody reads.
pub(super) fn dialable(answered: &str) -> Result<String, BadAddress> {
    let bad = || BadAddress(answered.to_owned());
    let url = Url::parse(answered).map_err(|_| bad())?;
    if !matches!(url.scheme(), "ws" | "wss") || !url.has_host() || !url.username().is_empty() {
        return Err(bad());
    }
    let origin = url.origin().ascii_serialization();
    match (url.path(), url.query()) {
        ("" | "/", None | Some("")) => Ok(origin),
        (path, None | Some("")) => Ok(format!("{origin}{path}?v=10&encoding=json&_=")),
        (path, Some(query)) => Ok(format!("{origin}{path}?{query}&v=10&encoding=json&_=")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the library itself puts at the end of every address.
    const APPENDED: &str = "/?v=10&encoding=json";

    #[test]
    fn the_path_survives_what_the_library_appends() {
        let dialled = |answered| dialable(answered).unwrap() + APPENDED;
        assert_eq!(dialled("wss://gateway.discord.gg"), "wss://gateway.discord.gg/?v=10&encoding=json");
        assert_eq!(dialled("wss://gateway.discord.gg/"), "wss://gateway.discord.gg/?v=10&encoding=json");
        let with_path = Url::parse(&dialled("ws://127.0.0.1:4000/gw")).unwrap();
        assert_eq!(with_path.path(), "/gw");
        let asked: Vec<_> = with_path.query_pairs().collect();
        assert_eq!(asked[..2], [("v".into(), "10".into()), ("encoding".into(), "json".into())]);
        let with_query = Url::parse(&dialled("ws://127.0.0.1:4000/gw?shard=1#x")).unwrap();
        assert_eq!(with_query.query(), Some("shard=1&v=10&encoding=json&_=/?v=10&encoding=json"));
    }

    #[test]
    fn what_is_no_gateway_is_refused() {
        for answered in ["", "https://discord.com", "ws://", "not an address", "wss://user@host"] {
            assert!(dialable(answered).is_err(), "{answered}");
        }
    }
}
