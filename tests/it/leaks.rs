//! Promise 3: a link goes to the one who asked and appears nowhere else; tokens and keys appear nowhere at all.
//!
//! A whole story is told with every log line there is switched on, and then everything that came out of the bot is searched
//! for every secret that was in it, as it is and in the usual disguises.

mod alone;
mod inside;
mod ledger;
mod panics;
mod search;
mod story;

pub(crate) use alone::is_alone;
