//! The signature that proves a request comes from us: OVHcloud's `$1$` scheme.
//!
//! A signature holds a second of OVHcloud's clock, so every attempt is signed anew.

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};

/// The three parts of an application's access (`AK`, `AS`, `CK` in OVHcloud's guides).
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// Names the application; not a secret.
    pub(super) application: String,
    /// Never sent.
    pub(super) secret: SecretString,
    /// Sent with every request.
    pub(super) consumer: SecretString,
}

/// The value of `X-Ovh-Signature` for one attempt.
///
/// `url` is the whole address with its query, exactly as it is sent; `body` is empty when there is none; `second` is
/// OVHcloud's time.
pub(super) fn signature(keys: &Keys, method: &str, url: &str, body: &str, second: i64) -> String {
    let mut hash = Sha1::new();
    for part in [keys.secret.expose_secret(), keys.consumer.expose_secret(), method, url, body] {
        hash.update(part);
        hash.update("+");
    }
    hash.update(second.to_string());
    format!("$1${}", hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_ovhcloud_publishes_it() {
        // Revoked keys, published with these answers in OVHcloud's own client libraries.
        let keys = Keys {
            application: "TDPKJdwZwAQPwKX2".to_owned(),
            secret: "9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk".into(),
            consumer: "5mBuy6SUQcRw2ZUxg0cG68BoDKpED4KY".into(),
        };
        let body = r#"{"a":"b","c":"d"}"#;
        for (method, body, expected) in [
            ("GET", "", "$1$e9556054b6309771395efa467c22e627407461ad"),
            ("POST", body, "$1$ec2fb5c7a81f64723c77d2e5b609ae6f58a84fc1"),
            ("PUT", body, "$1$8a75a9e7c8e7296c9dbeda6a2a735eb6bd58ec4b"),
            ("DELETE", "", "$1$a1eecd00b3b02b6cf5708b84b9ff42059a950d85"),
        ] {
            let signed = signature(&keys, method, "https://eu.api.ovh.com/1.0/auth", body, 1_457_018_875);
            assert_eq!(signed, expected, "{method}");
        }
    }
}
