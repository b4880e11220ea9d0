//! How the registration of the commands with Discord stands, for whoever shows it.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

/// How it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It was not tried yet.
    #[default]
    Untried,
    /// Discord has the commands of this version.
    Done,
    /// Discord has them as they were, if at all; everything else goes on.
    Failed {
        /// Why, fit to be shown.
        said: String,
        /// When it is tried again.
        again: Timestamp,
    },
}

/// The standing of this moment. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Registration(Arc<RwLock<Standing>>);

impl Registration {
    /// How it stands now.
    pub fn standing(&self) -> Standing {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on it stands so.
    pub fn set(&self, standing: Standing) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = standing;
    }
}
