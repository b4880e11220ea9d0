//! `[traces]`

use secrecy::SecretString;

use super::{problem::Wrong, section::Section, value};

/// `[traces]`: where what happened to operations is sent when they have ended.
#[derive(Clone, Debug)]
pub struct Traces {
    /// A collector's base for OTLP over HTTP, without `/v1/traces`. No default.
    pub endpoint: String,
    /// Sent as a bearer token. Default: none.
    pub token: Option<SecretString>,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Traces> {
    let token = section.secret("token");
    if !section.has("endpoint") {
        section.missing("endpoint", r#"write the collector's address, such as "http://127.0.0.1:4318""#);
    }
    let at = section.at_of("endpoint");
    let endpoint = section.read_optional("endpoint", value::base_url)?;
    if token.is_some() && value::is_in_the_clear(&endpoint) {
        section.warn("endpoint", at, Wrong::new("is http, so the token crosses the network unencrypted", "use https"));
    }
    Some(Traces { endpoint, token })
}
