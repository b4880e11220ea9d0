//! Why the code of a second factor is not taken.

use bernard_domain::{access::UserId, locale::Locale};
use bernard_engine::second_factor::NotTaken;
use bernard_text::{say, since_epoch};
use bernard_untrusted::shown::span::code;

/// Why the code of a second factor is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// It is not six digits.
    NotACode,
    /// It was looked at; whose it is.
    NotTaken(NotTaken, UserId),
}

impl CodeRefusal {
    /// Whether it is a matter of the audit, which has wrong codes already.
    pub(crate) fn for_the_audit(self) -> Option<&'static str> {
        match self {
            Self::NotACode | Self::NotTaken(NotTaken::Wrong(_), _) => None,
            Self::NotTaken(NotTaken::Used, _) => Some("the code was given before"),
            Self::NotTaken(NotTaken::Locked(_), _) => Some("too many codes were wrong"),
            Self::NotTaken(NotTaken::NotEnrolled, _) => Some("no second factor"),
            Self::NotTaken(NotTaken::OtherKey, _) => Some("the second factor cannot be read"),
        }
    }

    pub(super) fn speak(self, locale: Locale) -> String {
        match self {
            Self::NotACode => say!(locale, "code-not-six"),
            Self::NotTaken(NotTaken::Wrong(left), _) => say!(locale, "code-wrong", left = left),
            Self::NotTaken(NotTaken::Used, _) => say!(locale, "code-used"),
            Self::NotTaken(NotTaken::Locked(until), _) => say!(locale, "code-locked", until = since_epoch(until)),
            Self::NotTaken(NotTaken::NotEnrolled, person) => {
                let command = code(&format!("bernard totp enrol {}", person.0));
                say!(locale, "code-not-enrolled", command = command)
            }
            Self::NotTaken(NotTaken::OtherKey, _) => say!(locale, "code-other-key"),
        }
    }
}
