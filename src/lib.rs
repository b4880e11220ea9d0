//! Bernard takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.
//!
//! In reading order:
//!
//! - [`config`]: what the operator says; everything wrong with it is said at once.
//! - [`access`]: who may do what: a pure function, and a permission is a value.
//! - [`rescue`]: what the bot decides and remembers: servers, operations, their states and steps, and who carries them on.
//! - [`audit`]: what was decided and done, as a chain of lines that shows tampering: pure.
//! - [`store`]: the durable side: events, operations, leases, the audit.
//! - [`limits`]: how often people may ask.
//! - [`ovh`]: one end of the wire, with its budget, its signatures and the fence before a reboot.
//! - [`discord`]: the other end: interactions in, answers, cards and DMs out.
//! - [`text`]: every sentence, in English and French; [`shown`]: other people's text, made fit to be shown;
//!   [`lenient`]: other people's data, of which one bad thing hides no good one.
//! - `sieve`: what may be logged and shown of other people's words.
//! - [`http`], [`tls`], [`metrics`], [`logging`], [`clock`], [`process`], [`private`]: the edges.
//! - [`app`]: builds all of it, starts the loops, stops them in order; [`check`] proves beforehand that it can; [`rights`] prints
//!   what to grant, and [`init`] writes a configuration.
//! - `demo`: the program between two simulated far ends, for who has no account (feature `demo`; not in the image).

pub mod http;
pub mod metrics;
pub mod logging;
pub mod process;
pub mod app;
pub mod check;
pub mod rights;
pub mod init;
#[cfg(feature = "demo")]
pub mod demo;
