//! What the bot decides and remembers.

pub mod server;
