//! Anchors as signed notes (C2SP signed-note, with Ed25519): what line N of the audit was, by whoever has the key.
//!
//! A note's text is ours: its origin, which is the key's name too, the line's number, and its hash in base64. It is no checkpoint of a
//! transparency log: the hash is the head of a chain, not the root of a tree.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use bernard_domain::audit::{Anchor, Hash};
use bernard_platform::sealed;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The kind of the key and its signatures: Ed25519 over the text.
const ED25519: u8 = 1;
/// How a line with a signature begins: a dash of the width of an m, and a space.
pub const SIGNED: &str = "\u{2014} ";

/// The text is no seed of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the seed of an Ed25519 key: 32 bytes in base64, as `bernard audit anchor-key` writes them")]
pub struct NotASeed;

/// The text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key of signed notes: NAME+ID+KEY, as `bernard audit anchor-key` prints it")]
pub struct NotAKey;

/// Why a file's notes prove nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// No note in it is signed by this key.
    #[error("it holds no note that {0} has signed")]
    Nothing(String),
    /// A note claims to be signed by this key, and is not.
    #[error("its note number {place} claims to be signed by {name}, and is not: it was changed, or is forged")]
    Forged {
        /// From 1.
        place: usize,
        /// The key's name.
        name: String,
    },
    /// A note is signed by this key, and is no anchor.
    #[error("its note number {place} is signed by {name}, and is no anchor of an audit")]
    NoAnchor {
        /// From 1.
        place: usize,
        /// The key's name.
        name: String,
    },
}

/// Who signs anchors.
pub struct Signer {
    key: SigningKey,
    public: PublicKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public)
    }
}

/// What a signature is checked with. Printed and parsed as `NAME+ID+KEY`, as every tool for signed notes has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

/// The seed of a new key; `None`: the system has no chance to give.
pub fn new_seed() -> Option<String> {
    sealed::random::<32>().ok().map(|seed| STANDARD.encode(seed))
}

impl Signer {
    /// The one with this name and seed.
    ///
    /// # Errors
    /// [`NotASeed`].
    pub fn new(name: &str, seed: &str) -> Result<Self, NotASeed> {
        let seed: [u8; 32] = STANDARD.decode(seed).ok().and_then(|seed| seed.try_into().ok()).ok_or(NotASeed)?;
        let key = SigningKey::from_bytes(&seed);
        let public = PublicKey { name: name.to_owned(), key: key.verifying_key() };
        Ok(Self { key, public })
    }

    /// What its signatures are checked with.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The note that this line is there.
    pub fn note(&self, anchor: Anchor) -> String {
        let text = format!("{}\n{}\n{}\n", self.public.name, anchor.number, STANDARD.encode(anchor.hash.to_bytes()));
        let signature = self.key.sign(text.as_bytes());
        let signed = STANDARD.encode([&self.public.id()[..], &signature.to_bytes()[..]].concat());
        format!("{text}\n{SIGNED}{} {signed}\n", self.public.name)
    }
}

impl PublicKey {
    /// The first bytes of the hash of all that the key is.
    fn id(&self) -> [u8; 4] {
        let whole = [self.name.as_bytes(), &[b'\n', ED25519], self.key.as_bytes()].concat();
        let digest = Sha256::digest(whole);
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The anchors of all notes in a text that this key has signed. Others' notes and signatures say nothing.
    ///
    /// # Errors
    /// [`NotSigned`]: also when one of several is forged.
    pub fn anchors(&self, text: &str) -> Result<Vec<Anchor>, NotSigned> {
        let mut anchors = Vec::new();
        for (index, note) in notes(text).enumerate() {
            let (place, name) = (index + 1, self.name.clone());
            let ours: Vec<Vec<u8>> = note.signatures.iter().filter_map(|line| self.signature(line)).collect();
            if ours.is_empty() {
                continue;
            }
            let fits = |signature: &Vec<u8>| {
                let signature = Signature::from_slice(signature);
                signature.is_ok_and(|signature| self.key.verify_strict(note.text.as_bytes(), &signature).is_ok())
            };
            if !ours.iter().all(fits) {
                return Err(NotSigned::Forged { place, name });
            }
            anchors.push(self.anchor(&note.text).ok_or(NotSigned::NoAnchor { place, name })?);
        }
        if anchors.is_empty() { Err(NotSigned::Nothing(self.name.clone())) } else { Ok(anchors) }
    }

    /// Which notes of a text begin with this key's name and have no signature of it, counted from 1: cut off, or tampered with.
    pub fn unsigned(&self, text: &str) -> Vec<usize> {
        let is_ours = |note: &Note| note.text.lines().next() == Some(self.name.as_str());
        let lacks = |note: &Note| !note.signatures.iter().any(|line| self.signature(line).is_some());
        let all = notes(text).enumerate();
        all.filter(|(_, note)| is_ours(note) && lacks(note)).map(|(index, _)| index + 1).collect()
    }

    /// What a line says that claims to be this key's signature.
    fn signature(&self, line: &str) -> Option<Vec<u8>> {
        let (name, signed) = line.strip_prefix(SIGNED)?.split_once(' ')?;
        let signed = STANDARD.decode(signed).ok()?;
        // One whose end is missing is none.
        let (id, signature) =
            signed.split_at_checked(4).filter(|(_, signature)| signature.len() == Signature::BYTE_SIZE)?;
        (name == self.name && id == self.id()).then(|| signature.to_vec())
    }

    fn anchor(&self, text: &str) -> Option<Anchor> {
        let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
        let [name, number, hash] = lines.as_slice() else { return None };
        let hash: [u8; 32] = STANDARD.decode(hash).ok()?.try_into().ok()?;
        let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
        let number = number.parse().ok().filter(|_| plain && *name == self.name)?;
        Some(Anchor { number, hash: Hash::from_bytes(hash) })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519], &self.key.as_bytes()[..]].concat());
        let [a, b, c, d] = self.id();
        write!(f, "{}+{a:02x}{b:02x}{c:02x}{d:02x}+{key}", self.name)
    }
}

impl FromStr for PublicKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        // The key itself may have a plus in it, and a name has none.
        let mut parts = text.splitn(3, '+');
        let (name, key) = (parts.next().ok_or(NotAKey)?, parts.nth(1).ok_or(NotAKey)?);
        let key = STANDARD.decode(key).map_err(|_| NotAKey)?;
        let Some((&ED25519, key)) = key.split_first() else { return Err(NotAKey) };
        let key = VerifyingKey::try_from(key).map_err(|_| NotAKey)?;
        let read = Self { name: name.to_owned(), key };
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if plain && read.to_string() == text { Ok(read) } else { Err(NotAKey) }
    }
}

/// One note: its text with its last line break, and the lines below it.
struct Note {
    text: String,
    signatures: Vec<String>,
}

/// The notes of a text that holds one after the other, with empty lines in between.
fn notes(text: &str) -> impl Iterator<Item = Note> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        while lines.next_if(|line| line.is_empty()).is_some() {}
        lines.peek()?;
        let mut note = Note { text: String::new(), signatures: Vec::new() };
        while let Some(line) = lines.next_if(|line| !line.is_empty()) {
            note.text += line;
            note.text.push('\n');
        }
        while lines.next_if(|line| line.is_empty()).is_some() {}
        while let Some(line) = lines.next_if(|line| line.starts_with(SIGNED)) {
            note.signatures.push(line.to_owned());
        }
        Some(note)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032's first test vector has this seed.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49,
        0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];

    fn signer(name: &str) -> Signer {
        Signer::new(name, &STANDARD.encode(SEED)).expect("a seed")
    }

    fn anchor(number: u64) -> Anchor {
        Anchor { number, hash: Hash::from_bytes([7; 32]) }
    }

    #[test]
    fn a_note_is_three_lines_and_a_signature_and_reads_back() {
        let signer = signer("bernard.example/audit");
        let note = signer.note(anchor(1204));
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[..4], ["bernard.example/audit", "1204", &STANDARD.encode([7; 32]), ""]);
        assert!(lines.len() == 5 && lines[4].starts_with("\u{2014} bernard.example/audit "), "{note}");
        let key: PublicKey = signer.public().to_string().parse().expect("a key");
        assert_eq!(key.anchors(&note), Ok(vec![anchor(1204)]));
        let file = format!("{note}\n{}\n", signer.note(anchor(1300)));
        assert_eq!(key.anchors(&file), Ok(vec![anchor(1204), anchor(1300)]), "one after the other");
    }

    #[test]
    fn the_public_key_is_that_of_the_standard() {
        let key = signer("a").public().to_string();
        let (name, rest) = key.split_once('+').expect("a name");
        let (id, key) = rest.split_once('+').expect("an id");
        let bytes = STANDARD.decode(key).expect("base64");
        assert_eq!((name, bytes[0], bytes.len()), ("a", 1, 33));
        // RFC 8032, 7.1, test 1.
        assert_eq!(bytes[1..5], [0xd7, 0x5a, 0x98, 0x01]);
        assert_eq!(
            id,
            Sha256::digest([b"a\n", &bytes[..]].concat())
                .iter()
                .take(4)
                .map(|b| format!("{b:02x}"))
                .collect::<String>()
        );
        for wrong in
            ["", "a", "a+0+", &format!("a+00000000+{key}"), &format!("b+{id}+{key}"), &format!("a+{id}+{key}=")]
        {
            assert_eq!(wrong.parse::<PublicKey>(), Err(NotAKey), "{wrong}");
        }
    }

    #[test]
    fn another_library_signs_the_very_same_note() {
        /// Made with Python's `cryptography`, as the fuzzer's seeds are.
        const THEIRS: [&str; 2] =
            [include_str!("../../../fuzz/corpus/note/one"), include_str!("../../../fuzz/corpus/note/key")];
        let ours = Signer::new("bernard/audit", "fakefakefakefakefakefakefakefakefakefakefak=").expect("a seed");
        let first = Anchor { number: 7, hash: Hash::from_bytes([0; 32]) };
        assert_eq!([ours.note(first), ours.public().to_string()], THEIRS);
    }

    #[test]
    fn what_is_changed_or_signed_by_somebody_else_proves_nothing() {
        let (ours, name) = (signer("audit"), "audit".to_owned());
        let key = ours.public();
        let note = ours.note(anchor(12));
        for (from, to) in [("12\n", "13\n"), ("audit\n", "other\n"), ("BwcH", "BwcI")] {
            let forged = note.replacen(from, to, 1);
            assert_eq!(key.anchors(&forged), Err(NotSigned::Forged { place: 1, name: name.clone() }), "{forged}");
        }
        let both = format!("{note}\n{}", note.replacen("12\n", "99\n", 1));
        assert_eq!(key.anchors(&both), Err(NotSigned::Forged { place: 2, name: name.clone() }));
        let other = Signer::new("audit", &STANDARD.encode([5; 32])).expect("a seed").note(anchor(12));
        assert_eq!(key.anchors(&other), Err(NotSigned::Nothing(name.clone())), "the same name, another key");
        assert_eq!(key.anchors(&format!("{note}\n{other}")), Ok(vec![anchor(12)]), "others say nothing");
        assert_eq!(key.anchors("12:00ff\n"), Err(NotSigned::Nothing(name)));
        for end in 1..note.len() - 1 {
            let Some(torn) = note.get(..end) else { continue };
            assert_eq!(
                key.anchors(&format!("{torn}\n\n{note}")),
                Ok(vec![anchor(12)]),
                "a machine that stopped: {torn}"
            );
        }
    }

    #[test]
    fn what_is_no_seed_makes_no_key_and_a_new_one_does() {
        for wrong in
            ["", "AAAA", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33]), "not base64 at all, in no way whatever"]
        {
            assert_eq!(Signer::new("a", wrong).err(), Some(NotASeed));
        }
        let [one, other] =
            [new_seed(), new_seed()].map(|seed| Signer::new("a", &seed.expect("chance")).expect("a seed"));
        assert_ne!(one.public(), other.public());
        assert!(!format!("{one:?}").contains(&STANDARD.encode(one.key.to_bytes())));
    }
}
