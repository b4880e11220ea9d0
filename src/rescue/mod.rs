//! What the bot decides and remembers.
//!
//! In reading order. The first seven are pure: no async, no clock, no network; the others carry them out.

pub mod server;
pub mod console;
pub mod operation;
pub mod event;
pub mod state;
pub mod step;
pub mod lease;

pub mod fleet;
pub mod plan;
pub mod link;
pub mod errand;
pub mod pulse;
pub mod steps;
pub mod runner;
pub mod desk;
