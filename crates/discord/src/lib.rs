//! One end of the wire: Discord.
//!
//! The promise: nothing above has to think of Discord's limits, reconnects and weather. `bernard-bot` and the program depend on it;
//! it knows no server, no operation and no OVHcloud.
//!
//! In: [`gateway`] (a thread of its own) or a signed web request ([`signed`]); both hand a [`RawInteraction`] over one
//! bounded channel. Out: [`rest`], typed calls on the one [`sender`], which keeps to Discord's limits so that nothing above
//! has to think of them. [`clickable`] makes links of the commands that a text names. [`fit`] is the last look at a body: none leaves that
//! is longer than Discord takes. [`error`] says what went wrong,
//! and whether it may have happened all the same; [`interaction`] reads what came, also where parts are missing that nobody needs.

pub mod clickable;
pub mod error;
#[cfg(test)]
pub(crate) mod fake_discord;
pub mod gateway;
pub mod interaction;
pub mod rest;
mod route;
mod said;
pub mod sender;
pub mod signed;
#[cfg(test)]
mod tests;

pub use error::{Cause, Error, Fault};
pub use interaction::{InteractionKey, RawInteraction};
pub use rest::Rest;

pub mod fit;
