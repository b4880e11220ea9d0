//! How connections to both far ends are protected: by the system's certificate authorities, TLS 1.2 at least.
//!
//! Reading the authorities takes tens of milliseconds and more than a megabyte, so all clients share what was read first.
//! A change of the system's authorities counts from the next start.

use std::sync::OnceLock;

use native_tls::{Error, Protocol, TlsConnector};

/// Which HTTP a connection may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    /// HTTP/2 where the far end speaks it, and many requests on one connection.
    Newest,
    /// HTTP/1.1, one request after the other.
    One,
}

/// The shared connector.
///
/// # Errors
/// When the system's TLS library cannot be set up.
pub fn connector(http: Http) -> Result<TlsConnector, Error> {
    static NEWEST: OnceLock<TlsConnector> = OnceLock::new();
    static ONE: OnceLock<TlsConnector> = OnceLock::new();
    let (shared, offered): (_, &[&str]) = match http {
        Http::Newest => (&NEWEST, &["h2", "http/1.1"]),
        Http::One => (&ONE, &["http/1.1"]),
    };
    if let Some(connector) = shared.get() {
        return Ok(connector.clone());
    }
    let made = TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).request_alpns(offered).build()?;
    Ok(shared.get_or_init(|| made).clone())
}
