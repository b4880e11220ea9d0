//! That a reason is not one that a rule takes.

use bernard_domain::{access::WantedReason, locale::Locale};
use bernard_text::say;
use bernard_untrusted::shown::span::code;

use crate::repeat::shown;

/// Names the rule, its pattern, and the command to type with a reason that matches.
pub(super) fn unfit(wanted: &WantedReason, command: &str, locale: Locale) -> String {
    let (rule, pattern) = (code(&wanted.rule.to_string()), code(&wanted.pattern));
    say!(locale, "refusal-reason", rule = rule, pattern = pattern, command = shown(command))
}
