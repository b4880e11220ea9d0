//! The simulated OVHcloud, as a client that is not ours sees it.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail like tests")]

mod access;
mod caller;
mod port;
mod rescue;
mod schema;
mod server;
mod task;
