//! Chance.

use bernard_platform::sealed;

/// A number from 0 to 1.
pub(crate) fn throw() -> f64 {
    sealed::random().map_or(1.0, |bytes| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}
