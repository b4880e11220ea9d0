//! A mail to the account, which anybody can send: what is taken from it can stand in a link and break out of none.

#![no_main]

use bernard::rescue::link::id_in_mail;
use libfuzzer_sys::fuzz_target;
use secrecy::ExposeSecret;

fuzz_target!(|body: &str| {
    if let Some(id) = id_in_mail(body) {
        let id = id.expose_secret();
        assert!((8..=128).contains(&id.len()));
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert!(body.contains(id));
    }
});
