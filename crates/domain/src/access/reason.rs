//! What a reason must hold where a `[[protect]]` says so, such as the number of a ticket.
//!
//! A pattern must match somewhere in the reason; one that is to match all of it says so by `^` and `$`. Matching takes time
//! that grows with pattern and reason, and no more than that; both are short.

use regex_lite::{Regex, RegexBuilder};

use super::{Action, Policy, Protect, RulePlace, selector::Fit};
use crate::{access::Selector, server::Server};

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
    fn is_met_by(&self, reason: Option<&str>) -> bool {
        reason.is_some_and(|reason| !reason.trim().is_empty() && self.regex.is_match(reason))
    }
}

impl PartialEq for ReasonPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// What a rule wants of a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedReason {
    /// The rule.
    pub rule: RulePlace,
    /// Its pattern.
    pub pattern: String,
}

impl Policy {
    /// What every rule that covers `action` on `server` wants of its reason, in the order of the file.
    pub fn wanted_reasons(&self, action: Action, server: &Server) -> impl Iterator<Item = WantedReason> {
        self.patterns(action, server).map(|(rule, pattern)| wanted(rule, pattern))
    }

    /// The first rule that covers `action` on `server` and whose pattern `reason` does not match. One that might cover the server
    /// counts; a reason that is not there matches none.
    pub fn unmet_reason(&self, action: Action, server: &Server, reason: Option<&str>) -> Option<WantedReason> {
        let mut unmet = self.patterns(action, server).filter(|(_, pattern)| !pattern.is_met_by(reason));
        unmet.next().map(|(rule, pattern)| wanted(rule, pattern))
    }

    fn patterns(&self, action: Action, server: &Server) -> impl Iterator<Item = (&Protect, &ReasonPattern)> {
        let covers = move |rule: &&Protect| {
            rule.actions.contains(&action) && Selector::best_fit(&rule.servers, server) != Fit::No
        };
        self.protections.iter().filter(covers).filter_map(|rule| Some((rule, rule.reason.as_ref()?)))
    }
}

fn wanted(rule: &Protect, pattern: &ReasonPattern) -> WantedReason {
    WantedReason { rule: rule.place, pattern: pattern.as_str().to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::access::tests::{protect, server, unread};

    fn policy(patterns: &[(&str, &str)]) -> Policy {
        let rule = |(index, (servers, pattern)): (usize, &(&str, &str))| Protect {
            reason: Some(ReasonPattern::new(pattern).expect("a pattern")),
            ..protect(index + 1, &[servers], &[Action::Reboot], 1, 15)
        };
        Policy::new(Vec::new(), patterns.iter().enumerate().map(rule).collect())
    }

    #[test]
    fn a_pattern_matches_somewhere_unless_it_says_where() {
        let policy = policy(&[("*", r"INC-\d+")]);
        let unmet = |reason| policy.unmet_reason(Action::Reboot, &server("web"), reason).is_some();
        assert!(!unmet(Some("INC-7")) && !unmet(Some("disk full, see INC-4711 (Ann)")));
        for bad in [None, Some(""), Some("  "), Some("INC-"), Some("inc-7"), Some("disk full"), Some("INC-\u{663}")] {
            assert!(unmet(bad), "{bad:?}");
        }
        let whole = self::policy(&[("*", r"^INC-\d+$")]);
        assert!(whole.unmet_reason(Action::Reboot, &server("web"), Some("see INC-7")).is_some());
        let any = self::policy(&[("*", ".*")]);
        assert!(any.unmet_reason(Action::Reboot, &server("web"), None).is_some(), "a reason must be there");
    }

    #[test]
    fn every_rule_that_covers_or_might_cover_counts_and_no_other() {
        let policy = policy(&[("web", "INC"), ("tag:env=prod", "CHG"), ("db", "never")]);
        let unmet = |server: &Server, reason| {
            policy.unmet_reason(Action::Reboot, server, Some(reason)).map(|wanted| (wanted.rule.number, wanted.pattern))
        };
        assert_eq!(unmet(&server("web"), "CHG-1"), Some((1, "INC".into())));
        assert_eq!(unmet(&server("web"), "INC-1"), None);
        assert_eq!(unmet(&unread("web"), "INC-1"), Some((2, "CHG".into())), "its tags are not known");
        assert_eq!(policy.unmet_reason(Action::Restore, &server("web"), None), None);
        assert_eq!(policy.wanted_reasons(Action::Reboot, &server("web")).count(), 1);
    }

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
