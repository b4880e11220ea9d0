//! Why a PostgreSQL server was not believed to be the one that its address names, in words that say what to do.

use std::{fs, io, path::Path};

use rustls::CertificateError;

/// How the driver says that a server has no TLS.
const NO_TLS: &str = "does not support TLS";
/// How a certificate in a file begins.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// What is wrong with this file of authorities; `None`: it holds some.
pub(super) fn wrong_roots(file: &Path) -> Option<String> {
    match fs::read_to_string(file) {
        Ok(text) if text.contains(CERTIFICATE) => None,
        Ok(_) => Some(format!("sslrootcert: {} holds no certificate in PEM", file.display())),
        Err(error) => Some(format!("sslrootcert: {} cannot be read: {error}", file.display())),
    }
}

/// What of this error is about who the server is; `None`: nothing.
pub(super) fn doubt(error: &sqlx::Error) -> Option<String> {
    match error {
        sqlx::Error::Tls(error) if error.to_string().contains(NO_TLS) => {
            Some("it speaks no TLS: switch ssl on there (what crosses a network is encrypted)".to_owned())
        }
        sqlx::Error::Tls(error) => Some(error.to_string()),
        sqlx::Error::Io(error) => of_certificate(error),
        _ => None,
    }
}

fn of_certificate(error: &io::Error) -> Option<String> {
    let told = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let rustls::Error::InvalidCertificate(wrong) = told else { return Some(told.to_string()) };
    Some(match wrong {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("its certificate is for another name: address it by one that is in there ({told})")
        }
        // Another authority of the same name is no more trusted than an unknown one.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is signed by nobody whom this machine trusts: name the file of its authority in sslrootcert"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("its certificate has expired ({told})")
        }
        _ => told.to_string(),
    })
}
