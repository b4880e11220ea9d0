//! Why a lease is not changed, in words.

use bernard_domain::{access::UserId, lease::Lease, locale::Locale};
use bernard_text::{duration as in_words, mention, named, say, since_epoch};
use jiff::SignedDuration;

/// Why a lease is not changed.
#[derive(Debug)]
pub enum LeaseRefusal {
    /// Bernard holds no rescue of this server.
    None(String),
    /// The server has left its rescue without us.
    Left(String),
    /// The rescue that somebody else started is over, or has an owner now.
    Gone,
    /// It ends as late as it may.
    Longest(Box<Lease>, SignedDuration),
    /// It was changed or ended at the same moment.
    Changed(String),
    /// This person has no right to be its owner.
    CannotOwn(UserId, String),
    /// It is theirs already.
    AlreadyTheirs(UserId, String),
}

impl LeaseRefusal {
    /// The sentence.
    pub fn speak(&self, locale: Locale) -> String {
        match self {
            Self::None(label) => say!(locale, "lease-none", server = named(label)),
            Self::Left(label) => say!(locale, "lease-left", server = named(label)),
            Self::Gone => say!(locale, "lease-gone"),
            Self::Longest(lease, longest) => say!(
                locale,
                "lease-longest",
                server = named(&lease.label),
                until = since_epoch(lease.deadline),
                longest = in_words(locale, *longest)
            ),
            Self::Changed(label) => say!(locale, "lease-changed", server = named(label)),
            Self::CannotOwn(who, label) => {
                say!(locale, "lease-cannot-own", who = mention(*who), server = named(label))
            }
            Self::AlreadyTheirs(who, label) => {
                say!(locale, "lease-has-owner", who = mention(*who), server = named(label))
            }
        }
    }
}
