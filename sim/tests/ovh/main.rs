//! The simulated OVHcloud, as a client that is not ours sees it.

mod access;
mod caller;
mod rescue;
mod schema;
mod server;
mod task;
