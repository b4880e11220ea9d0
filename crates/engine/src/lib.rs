//! Carries out what the domain decided: reads servers, records intents, sends the calls, follows the tasks, finds the link,
//! reminds.
//!
//! The promise: what was accepted gets its outcome, whatever crashes in between, and a reboot is sent at most once for each time that
//! it was approved. `bernard-bot` and the program depend on it. It speaks to people only through [`messenger`]; it knows no word of
//! Discord, no sentence and no configuration.
//!
//! In reading order:
//!
//! - [`intake`]: where a request becomes an operation, or is refused.
//! - [`runner`], [`steps`]: one loop takes the step that is due; each step is a function that says what it did.
//! - [`policy`], [`reauthorize`]: the rules in force; whether people may at the moment in which something is done.
//! - [`plan`], [`exact_calls`]: what an action would do now, to the letter.
//! - [`link`]: where the link to the password is looked for. `matter`: who can mend what OVHcloud answers.
//! - [`lease_scheduler`], [`lookout`]: deadlines, reminders, and rescues that others ended.
//! - [`fleet`]: the servers of all accounts: read, remembered, found, checked.
//! - [`beside`]: what others are at on a server, read before a deed. [`support`]: what a ticket says of it.
//! - [`messenger`]: what the engine asks of whoever talks to people. [`wakeups`]: who is told that something changed.
//! - [`liveness`]: which loops still come round.
//! - [`needs`]: which rights at OVHcloud each thing needs: one table for `rights`, `check` and the documentation.
//! - [`limits`]: how often people may ask. [`audit_anchor`]: the audit's last hash, where people see it.

pub mod limits;
pub mod exact_calls;
pub mod needs;
pub mod fleet;
pub mod plan;
mod matter;
pub mod link;
pub mod messenger;
pub mod liveness;
pub mod wakeups;
pub mod policy;
pub mod second_factor;
pub mod reauthorize;
pub mod steps;
pub mod runner;
pub mod intake;
pub mod lookout;
pub mod beside;
pub mod support;
pub mod lease_scheduler;
pub mod audit_anchor;
