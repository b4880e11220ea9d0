//! What rules want of the reason for a deed, and which of them it does not meet.

use super::{Action, Policy, Protect, ReasonPattern, RulePlace, Selector, selector::Fit};
use crate::server::Server;

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
}
