//! The ground that both far ends stand on: a web server on loopback that fails on demand and forgets nothing.
//!
//! What it promises to a test:
//!
//! - [`Server::journal`] holds every request whose body arrived, with the status that its sender was given, or none
//!   if the answer was lost.
//! - A request that reached its handler is handled to its end, even when the sender has given up meanwhile: what was
//!   asked for happens. Only [`Fault`]s that say so keep a request from its handler.
//! - [`Server::refuse`] closes the listening socket and keeps the port; [`Server::accept_again`] opens the same port.
//! - [`Server::reset_all`] resets every open connection (a real RST), WebSockets included.

mod client;
mod fault;
pub(crate) mod home;
mod journal;
mod line;
mod server;

pub use client::client;
pub use fault::{Fault, Faults, Hold, Rule};
pub use journal::{Journal, Seen};
pub use server::{Listener, Server};

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a test waits for a condition before it gives up and says what it saw: generous, because nothing depends on it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Locks, also after a panic elsewhere: a simulator that goes on says more about what broke.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
