//! One end of the wire: Discord.
//!
//! In: [`gateway`] (a thread of its own) or a signed web request ([`signed`]); both hand a [`RawInteraction`] over one
//! bounded channel. Out: [`rest`], typed calls on the one [`sender`], which keeps to Discord's limits so that nothing above
//! has to think of them.

pub mod error;
#[cfg(test)]
pub(crate) mod far;
pub mod gateway;
pub mod interaction;
pub mod rest;
mod route;
pub mod sender;
pub mod signed;
#[cfg(test)]
mod tests;

pub use error::{Cause, Error, Fault};
pub use interaction::{InteractionKey, RawInteraction};
pub use rest::Rest;

mod answer;
mod approval_card;
pub mod approve;
pub mod asking;
mod audit;
pub mod calls;
pub mod card;
pub mod command;
pub mod component;
mod console;
pub mod courier;
mod crowd;
pub mod dm;
mod fit;
pub mod form;
pub mod guide;
pub mod handler;
pub mod herald;
pub mod invite;
pub mod notice;
mod others;
mod past;
mod picture;
mod posting;
mod press;
mod reception;
pub mod refusal;
pub mod registration;
pub mod reporter;
pub mod rescues;
mod retype;
mod ringing;
mod sparse;
pub mod speak;
mod standing;
mod starts;
mod suggest;
mod tally;
mod under_way;
mod verdict;
mod waiting;
