//! `[second_factor]`, and what of it `[[protect]]` needs.

use std::collections::BTreeMap;

use bernard_domain::access::Protect;
use bernard_platform::sealed::{KEY_BYTES, SealingKey};
use secrecy::ExposeSecret;

use super::{
    problem::{At, Problem, Wrong},
    section::Section,
};

/// `[second_factor]`: what second factors are kept with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// What their secrets are encrypted with in the store.
    pub key: SealingKey,
}

const RIGHT: &str = "write 64 hexadecimal digits, as `openssl rand -hex 32` makes them, into a file and name that";

pub(super) fn read(section: &mut Section<'_>) -> Option<SecondFactor> {
    if !section.has("key") {
        section.missing("key", RIGHT);
    }
    let at = section.at_of("key");
    let text = section.secret("key")?;
    match key(text.expose_secret()) {
        Some(key) => Some(SecondFactor { key }),
        None => {
            section.complain("key", at, Wrong::new("is no key of 32 bytes", RIGHT));
            None
        }
    }
}

/// The key of these hexadecimal digits.
fn key(text: &str) -> Option<SealingKey> {
    let digits = text.trim().as_bytes();
    let mut key = [0; KEY_BYTES];
    if digits.len() != 2 * KEY_BYTES || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(SealingKey::new(key))
}

/// A protection that asks for a second factor, where there is no section for them.
pub(super) fn lacking(protections: &[Protect], places: &BTreeMap<String, At>) -> Option<Problem> {
    let asks = protections.iter().find(|rule| rule.second_factor.is_asked())?;
    let key = format!("protect[{}].second_factor", asks.place.number - 1);
    let at = places.get(&key).cloned().unwrap_or(At::File);
    let what = "asks for codes, and nobody can have a second factor without [second_factor]".to_owned();
    let right = "add [second_factor] with a key".to_owned();
    (!places.contains_key("second_factor")).then_some(Problem { at, key, what, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixty_four_hexadecimal_digits() {
        let digits = "0123456789abcdefABCDEF9876543210".repeat(2);
        assert!(key(&digits).is_some() && key(&format!(" {digits}\n")).is_some());
        for bad in ["", &digits[1..], &format!("{digits}0"), &digits.replace('a', "g"), &"é".repeat(32)] {
            assert_eq!(key(bad), None, "{bad}");
        }
    }
}
