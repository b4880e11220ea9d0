//! What a step waits on that does not work, and who can mend it.
//!
//! Pure. Whoever waits says what for: weather only when it lasts, what somebody must mend as soon as it is certain. What only the
//! operator can mend rings on-call, once for each account and matter.

use serde::{Deserialize, Serialize};

/// What does not work. Kept in the store: add variants, change or remove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// OVHcloud refuses the account's key, or its OAuth2 client: expired, revoked, deleted.
    Key,
    /// The key is good, and has no right to this call.
    Right,
    /// OVHcloud refuses the signature or its time: a wrong secret, or a clock.
    Clock,
    /// The server's service has expired.
    Service,
    /// The configuration no longer names the account.
    Account,
    /// OVHcloud says no for another reason, or something that nobody understands.
    Refused,
    /// OVHcloud or the way to it does not work just now; time heals that.
    Weather,
}

/// Why an operation does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// What it is.
    pub matter: Matter,
    /// What came instead of an answer.
    pub said: String,
}

impl Matter {
    /// Every matter, for tables and tests.
    pub const ALL: [Self; 7] =
        [Self::Key, Self::Right, Self::Clock, Self::Service, Self::Account, Self::Refused, Self::Weather];

    /// Whether nobody but the operator can mend it: then on-call hears of it, and it is asked less often.
    pub fn is_the_operators(self) -> bool {
        match self {
            Self::Key | Self::Right | Self::Clock | Self::Service | Self::Account => true,
            Self::Refused | Self::Weather => false,
        }
    }

    /// Whether it goes for every call of the account, so that any call that works ends it.
    pub fn is_the_accounts(self) -> bool {
        matches!(self, Self::Key | Self::Clock | Self::Account)
    }

    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Right => "right",
            Self::Clock => "clock",
            Self::Service => "service",
            Self::Account => "account",
            Self::Refused => "refused",
            Self::Weather => "weather",
        }
    }
}
