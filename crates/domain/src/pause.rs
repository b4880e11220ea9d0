//! The kill switch: while it is pulled nothing new is begun. What is under way goes on, and the ways out stay open: see
//! [`Kind::is_always_open`](super::operation::Kind::is_always_open).
//!
//! Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::UserId;

/// Who pulled it, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Who.
    pub by: UserId,
    /// When, by our clock.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: String,
}
