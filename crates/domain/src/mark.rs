//! What tells a thing from another one that got the same number elsewhere.
//!
//! Pure. Numbers begin again when the store is lost, and go on from an earlier one when a backup is restored, while Discord
//! still shows the buttons of before. So everything that a button, a form or a nonce is about has a mark of its own: made at
//! random with the thing, kept with it, and known to no other store.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use uuid::Uuid;

/// The mark of one thing. The default is nobody's: what carries it is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Mark(u64);

/// The text is no mark: sixteen lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mark")]
pub struct NotAMark;

/// What a button names: a number, and the mark of the thing that has it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Marked<Id> {
    /// The number.
    pub id: Id,
    /// The mark; `None` on what was made before there were marks.
    pub mark: Option<Mark>,
}

impl Mark {
    /// A new one, like no other.
    #[expect(clippy::disallowed_methods, reason = "its moment is thrown away: only what is random in it is kept")]
    pub fn new() -> Self {
        let (_, random) = Uuid::now_v7().as_u64_pair();
        Self(random)
    }

    /// The mark of something within this thing that began at that moment: a question, or a round of asking.
    #[must_use]
    pub fn since(self, moment: Timestamp) -> Self {
        let digest = Sha1::digest(format!("{self} {}", moment.as_millisecond()));
        let first = digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Self(first)
    }

    /// This mark on a number.
    pub fn on<Id>(self, id: Id) -> Marked<Id> {
        Marked { id, mark: Some(self) }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Mark {
    type Err = NotAMark;

    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 16 || !text.bytes().all(is_digit) {
            return Err(NotAMark);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| NotAMark)
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

impl TryFrom<String> for Mark {
    type Error = NotAMark;

    fn try_from(text: String) -> Result<Self, NotAMark> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mark_survives_being_written(bits in any::<u64>()) {
            let mark = Mark(bits);
            prop_assert_eq!(mark.to_string().parse(), Ok(mark));
            let json = serde_json::to_string(&mark).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Mark>(&json).expect("a mark"), mark);
        }

        #[test]
        fn any_text_is_a_mark_or_is_refused(text in ".{0,20}") {
            if let Ok(mark) = text.parse::<Mark>() {
                prop_assert_eq!(mark.to_string(), text);
            }
        }
    }

    #[test]
    fn no_two_marks_are_alike_nor_two_moments_of_one() {
        let marks: std::collections::BTreeSet<String> = (0..10_000).map(|_| Mark::new().to_string()).collect();
        assert_eq!(marks.len(), 10_000);
        let (one, other) = (Mark(1), Mark(2));
        let later = Timestamp::from_millisecond(1).expect("a moment");
        assert_ne!(one.since(Timestamp::UNIX_EPOCH), one.since(later));
        assert_ne!(one.since(later), other.since(later));
        assert_ne!(one.since(later), one);
    }
}
