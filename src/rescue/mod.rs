//! What the bot decides and remembers.
//!
//! In reading order. Up to `pause` they are pure: no async, no clock, no network; the others carry them out.

pub mod server;
pub mod start;
pub mod mark;
pub mod console;
pub mod operation;
pub mod hindrance;
pub mod event;
pub mod state;
pub mod step;
pub mod lease;
pub mod past;
pub mod sight;
pub mod others;
pub mod daily;
pub mod reminder;
pub mod extension;
pub mod foreign;
pub mod notice;
pub mod known;
pub mod search;
pub mod exact_call;
pub mod calls;
pub mod needs;
pub mod approval;
pub mod ssh_key;
pub mod pause;

pub mod inventory;
pub mod refresh;
pub mod kernels;
pub mod fleet;
pub mod look;
pub mod health;
pub mod plan;
pub mod link;
mod kept;
pub mod errand;
pub mod pulse;
pub mod steps;
pub mod runner;
pub mod desk;
pub mod finder;
pub mod lookout;
pub mod beside;
pub mod warden;
