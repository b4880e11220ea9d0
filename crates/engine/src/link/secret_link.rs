//! A link, as a secret.

use secrecy::{ExposeSecret, SecretString};

/// The link that leads to a password or to a screen. Whoever has its text has both, so it is shown to its requester and to nobody
/// else.
///
/// `{:?}` shows none of it; its memory is wiped when the last who holds it lets go. It is not copied, written down or put into a
/// sentence by itself:
///
/// ```compile_fail
/// fn copied(link: &bernard_engine::link::SecretLink) -> bernard_engine::link::SecretLink {
///     link.clone()
/// }
/// ```
///
/// ```compile_fail
/// fn written(link: &bernard_engine::link::SecretLink) -> String {
///     serde_json::to_string(link).expect("JSON")
/// }
/// ```
///
/// ```compile_fail
/// fn said(link: &bernard_engine::link::SecretLink) -> String {
///     link.to_string()
/// }
/// ```
#[derive(Debug)]
pub struct SecretLink(SecretString);

impl SecretLink {
    /// Its text, for the message that only its requester sees. `tests/house/rules.rs` pins where that is made.
    ///
    /// ```
    /// fn shown(link: &bernard_engine::link::SecretLink) -> String {
    ///     link.expose_to_requester().to_owned()
    /// }
    /// ```
    pub fn expose_to_requester(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<SecretString> for SecretLink {
    fn from(text: SecretString) -> Self {
        Self(text)
    }
}
