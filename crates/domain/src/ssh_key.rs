//! What an SSH public key is called, so that people know which of theirs opens a rescue.
//!
//! Pure.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use sha2::{Digest, Sha256};

/// The most characters of a comment that are shown.
const LONGEST: usize = 60;
/// How much of what is no key is shown.
const HEAD: usize = 20;

/// The key's comment, which says whose it is, and its fingerprint as `ssh-add -l` shows it.
pub fn name(key: &str) -> String {
    let mut words = key.split_whitespace().skip_while(|word| !is_type(word)).skip(1);
    let blob = words.next().and_then(|blob| STANDARD.decode(blob).ok());
    let comment: String = words.collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    let fingerprint = blob.map(|blob| format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(blob))));
    match (comment.is_empty(), fingerprint) {
        (false, Some(fingerprint)) => format!("{comment} {fingerprint}"),
        (false, None) => comment,
        (true, Some(fingerprint)) => fingerprint,
        (true, None) => format!("{}…", key.trim().chars().take(HEAD).collect::<String>()),
    }
}

/// A key may have options in front of its type.
fn is_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_comment_and_its_fingerprint() {
        // The fingerprint of these 33 bytes: `printf 'fake-fake-fake-fake-fake-fake-key' | sha256sum`, as base64.
        let blob = STANDARD.encode("fake-fake-fake-fake-fake-fake-key");
        let print = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest("fake-fake-fake-fake-fake-fake-key")));
        assert_eq!(name(&format!("ssh-ed25519 {blob} ann@laptop\n")), format!("ann@laptop {print}"));
        assert_eq!(name(&format!("no-pty,command=\"x\" ssh-rsa {blob}")), print);
        assert_eq!(name(&format!("ssh-rsa not*base64 {}", "x".repeat(500))), "x".repeat(LONGEST));
        assert_eq!(name("something else altogether"), "something else altog…");
    }
}
