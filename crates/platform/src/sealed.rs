//! What is kept where others may read it: encrypted with a key that is elsewhere (ChaCha20-Poly1305).

use std::fmt;

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};

/// How many bytes a key has.
pub const KEY_BYTES: usize = 32;

/// A key. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; KEY_BYTES]);

/// The system gave no random bytes, or the cipher said no: nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NotSealed;

impl SealingKey {
    /// The key of these bytes, which are as random as can be.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// `plain`, encrypted. It opens only with this key and for the same `about`; each time it is another text.
    ///
    /// # Errors
    /// [`NotSealed`].
    pub fn seal(&self, plain: &[u8], about: &str) -> Result<Vec<u8>, NotSealed> {
        // Random, because several processes seal with one key; a few people's secrets come nowhere near its bound of 2³².
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = plain.to_vec();
        let aad = Aad::from(about.as_bytes());
        let tagged = self.cipher()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed);
        tagged.map_err(|_| NotSealed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// What was sealed; `None` when this is not the key, it was sealed about something else, or was changed.
    pub fn open(&self, sealed: &[u8], about: &str) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let plain = self.cipher().ok()?.open_in_place(nonce, Aad::from(about.as_bytes()), &mut rest).ok()?;
        Some(plain.to_vec())
    }

    fn cipher(&self) -> Result<LessSafeKey, NotSealed> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.0).map(LessSafeKey::new).map_err(|_| NotSealed)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey")
    }
}

/// Bytes that nobody guesses.
///
/// # Errors
/// [`NotSealed`].
pub fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], NotSealed> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NotSealed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_for_what_it_is_about_and_unchanged() {
        let key = SealingKey::new([7; KEY_BYTES]);
        let sealed = key.seal(b"fake-secret", "1").expect("it is sealed");
        assert_eq!(key.open(&sealed, "1").as_deref(), Some(&b"fake-secret"[..]));
        assert_eq!(key.open(&sealed, "2"), None, "somebody else's row");
        assert_eq!(SealingKey::new([8; KEY_BYTES]).open(&sealed, "1"), None);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(key.open(&changed, "1"), None, "byte {index}");
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open(&sealed[..length], "1"), None, "{length} bytes of it");
        }
        assert_ne!(key.seal(b"fake-secret", "1"), Ok(sealed), "each time it is another");
        assert_eq!(format!("{key:?}"), "SealingKey");
    }
}
