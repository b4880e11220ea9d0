//! Other people's text and data, made fit to be shown, logged and read. Pure, and a leaf: anybody may depend on it, and it knows
//! nobody and decides nothing.
//!
//! - [`shown`]: text on a screen: nothing in it hides, turns the direction of reading or breaks out of its place.
//! - [`sieve`]: what of their words may be logged: no links, ids or tokens.
//! - [`lenient`]: their JSON: one bad thing hides no good one.

pub mod shown;
pub mod lenient;
pub mod sieve;
