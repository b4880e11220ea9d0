//! How connections to both far ends are protected: rustls, by the system's certificate authorities, TLS 1.2 at least.
//!
//! `SSL_CERT_FILE` and `SSL_CERT_DIR` name other authorities, a company's own for example. Reading them takes milliseconds and
//! a quarter of a megabyte, so all clients share what was read first: a change of the system's authorities counts from the next start.

use std::sync::{Arc, OnceLock};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
};

/// Which HTTP a connection may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    /// HTTP/2 where the far end speaks it, and many requests on one connection.
    Newest,
    /// HTTP/1.1, one request after the other.
    One,
}

/// No connection could be trusted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unusable {
    /// The system has no certificate authorities.
    #[error(
        "no certificate authorities were found: install the package `ca-certificates`, or name a file of them in SSL_CERT_FILE"
    )]
    NoAuthorities,
    /// The TLS library refuses its own settings.
    #[error("TLS cannot be set up: {0}")]
    Settings(String),
}

/// What every connection is made with. Cheap to clone.
///
/// # Errors
/// [`Unusable`] when there is nobody to trust.
pub fn settings(http: Http) -> Result<ClientConfig, Unusable> {
    static SHARED: OnceLock<ClientConfig> = OnceLock::new();
    let mut settings = match SHARED.get() {
        Some(shared) => shared.clone(),
        None => {
            let made = make()?;
            SHARED.get_or_init(|| made).clone()
        }
    };
    settings.alpn_protocols = match http {
        Http::Newest => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        Http::One => vec![b"http/1.1".to_vec()],
    };
    Ok(settings)
}

fn make() -> Result<ClientConfig, Unusable> {
    let mut authorities = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::warn!(%error, "some certificate authorities cannot be read");
    }
    let (_, ignored) = authorities.add_parsable_certificates(found.certs);
    if ignored > 0 {
        tracing::warn!(ignored, "some certificate authorities make no sense");
    }
    if authorities.is_empty() {
        return Err(Unusable::NoAuthorities);
    }
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Unusable::Settings(error.to_string()))?;
    Ok(versions.with_root_certificates(authorities).with_no_client_auth())
}
