//! How the latest request of an account went: what `/readyz` tells of it.

use std::sync::{Mutex, PoisonError};

use super::error::{Cause, Failure};

/// How it stands with an account, by its latest request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was asked yet, or no answer has come.
    #[default]
    Unasked,
    /// OVHcloud answered, and took the credentials.
    Answers,
    /// It did not answer, or is in trouble; in its own words.
    Trouble(String),
    /// It refuses the credentials, whatever is asked; in its own words.
    Refused(String),
}

/// The same, kept.
#[derive(Default)]
pub(super) struct Latest(Mutex<Standing>);

impl Latest {
    /// How the latest went.
    pub(super) fn standing(&self) -> Standing {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how a request went. What was not sent, for want of our own budget, tells nothing of OVHcloud.
    pub(super) fn note<T>(&self, went: &Result<T, Failure>) {
        let standing = match went {
            Ok(_) => Standing::Answers,
            Err(failure) if failure.cause.is_of_credentials() => Standing::Refused(failure.cause.to_string()),
            Err(failure) if failure.cause.is_transient() => Standing::Trouble(failure.cause.to_string()),
            // A refusal of one thing is an answer.
            Err(_) => Standing::Answers,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }
}

impl Cause {
    /// OVHcloud refuses whoever asks, whatever is asked.
    fn is_of_credentials(&self) -> bool {
        match self {
            Self::NotAuthorised { .. } => true,
            Self::Answered(answer) => answer.blames_credentials() && !answer.blames_rights(),
            _ => false,
        }
    }
}
