//! Bernard takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.
//!
//! The program: it alone knows the configuration and every crate below `crates/`, builds the concrete things, and starts and stops
//! them in order. Nothing depends on it but its `main` and the stories in `tests/it`, which start it in their process. What decides,
//! carries out and talks is in the crates: ARCHITECTURE.md is the map.
//!
//! In reading order:
//!
//! - [`app`]: builds all of it, starts the loops, stops them in order.
//! - [`check`]: proves every credential beforehand, with a verdict; [`rights`] prints what to grant, and [`init`] writes a
//!   configuration, whole or not at all.
//! - [`http`]: `/healthz`, `/readyz`, `/metrics` and `/interactions`, behind a door with bounds.
//! - [`manual`]: completions and manual pages. [`say`]: words that nobody need read. `progress`: how far a verb is, on a terminal.
//! - [`logging`], [`process`]: capped logs; no core dumps, descriptors.
//! - [`service_manager`]: what systemd hears: ready, how it goes, that it lives.
//! - `traces`: what happened to operations, for a collector (feature `otlp`).
//! - `demo`: the program between two simulated far ends, for who has no account (feature `demo`; not in the image).

pub mod http;
pub mod metrics;
pub mod logging;
pub mod process;
pub mod service_manager;
pub mod app;
pub mod check;
pub mod rights;
pub mod init;
pub mod manual;
pub mod say;
mod progress;
#[cfg(feature = "otlp")]
mod traces;
#[cfg(feature = "demo")]
pub mod demo;
