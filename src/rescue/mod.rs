//! What the bot decides and remembers.

pub mod event;
pub mod lease;
pub mod operation;
pub mod server;
pub mod state;
pub mod step;
