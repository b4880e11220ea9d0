//! Two far ends on loopback, reached only by URL and never importing the bot: a simulated OVHcloud and a simulated
//! Discord. The demo, the tests and the benchmarks use them.
//!
//! In reading order:
//!
//! - [`net`]: the ground they stand on: a server whose connections can be refused, reset and starved of answers, and
//!   which remembers every request.
//! - [`ovh`]: an account with dedicated servers that reboot, go dark, come back in rescue and mail their secrets.
//! - [`discord`]: Discord's gateway and REST, and the people who type and press.
//! - [`log`]: a page that takes in what a program logs.
//! - [`web`]: a page for a browser, where a person is one of those people, and sees OVHcloud's side too.

pub mod discord;
pub mod log;
pub mod net;
pub mod ovh;
pub mod web;
