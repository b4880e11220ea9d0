//! One end of the wire: Discord.
//!
//! In: [`gateway`] (a thread of its own) or a signed web request ([`crate::http`]); both hand a [`RawInteraction`] over one
//! bounded channel. Out: [`rest`], typed calls on the one [`sender`], which keeps to Discord's limits so that nothing above
//! has to think of them.

pub mod error;
pub mod gateway;
pub mod interaction;
pub mod rest;
mod route;
pub mod sender;

pub use error::{Cause, Error, Fault};
pub use interaction::{InteractionKey, RawInteraction};
