//! What a reason must hold where a `[[protect]]` says so, such as the number of a ticket.
//!
//! A pattern must match somewhere in the reason; one that is to match all of it says so by `^` and `$`. Matching takes time
//! that grows with pattern and reason, and no more than that; both are short.

use regex_lite::{Regex, RegexBuilder};

/// The most characters of a pattern.
const LONGEST: usize = 200;
/// The most bytes of a pattern as it is matched with: some thousand states.
const LARGEST: usize = 256 << 10;
/// How deep its parentheses may stand in one another.
const DEEPEST: u32 = 20;

/// A pattern that a reason must match.
#[derive(Clone, Debug)]
pub struct ReasonPattern {
    text: String,
    regex: Regex,
}

/// The text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPattern {
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// It has more characters than a person reads in a refusal.
    #[error("is longer than 200 characters")]
    TooLong,
    /// It cannot be read, or repeats too much to be matched with.
    #[error("is no regular expression that can be used here")]
    Malformed,
}

impl ReasonPattern {
    /// The pattern of this text.
    ///
    /// # Errors
    /// [`NotAPattern`]: it says what is wrong, and never the text.
    pub fn new(text: &str) -> Result<Self, NotAPattern> {
        if text.is_empty() {
            return Err(NotAPattern::Empty);
        }
        if text.chars().count() > LONGEST {
            return Err(NotAPattern::TooLong);
        }
        let regex = RegexBuilder::new(text).size_limit(LARGEST).nest_limit(DEEPEST).build();
        Ok(Self { text: text.to_owned(), regex: regex.map_err(|_| NotAPattern::Malformed)? })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a reason is there and matches.
    pub(super) fn is_met_by(&self, reason: Option<&str>) -> bool {
        reason.is_some_and(|reason| !reason.trim().is_empty() && self.regex.is_match(reason))
    }
}

impl PartialEq for ReasonPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_pattern_is_refused_and_so_is_what_grows_without_bound() {
        for (text, why) in [
            ("", NotAPattern::Empty),
            ("INC-(", NotAPattern::Malformed),
            (r"\p{Greek}", NotAPattern::Malformed),
            ("((a{1000}){1000}){1000}", NotAPattern::Malformed),
        ] {
            assert_eq!(ReasonPattern::new(text), Err(why), "{text}");
        }
        assert_eq!(ReasonPattern::new(&"(".repeat(201)), Err(NotAPattern::TooLong));
        assert_eq!(ReasonPattern::new(&format!("{}{}", "(".repeat(60), ")".repeat(60))), Err(NotAPattern::Malformed));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused_and_what_is_taken_can_be_asked(text in ".{0,60}", reason in ".{0,400}") {
            if let Ok(pattern) = ReasonPattern::new(&text) {
                pattern.is_met_by(Some(&reason));
                prop_assert_eq!(pattern.as_str(), text);
            }
        }
    }
}
