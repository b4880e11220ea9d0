//! The languages.

use serde::{Deserialize, Serialize};

/// A language that Bernard speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// English.
    En,
    /// French.
    Fr,
}
