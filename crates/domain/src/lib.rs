//! What Bernard decides, and nothing that carries it out: no network, no store, no clock, no task of tokio. There is none in
//! this crate's manifest; every moment comes in as a value.
//!
//! The promise: the same question has the same answer. Whoever needs `await` is in the wrong crate.
//!
//! In reading order:
//!
//! - [`server`]: an OVHcloud dedicated server, as it was read, and what it starts.
//! - [`access`]: who may do what. A permission is a value.
//! - [`duty`], [`hours`]: who is on duty, and when a rule counts.
//! - [`operation`]: the durable unit (`R-142`): what was asked for, what happened, where it is, what is due.
//! - [`lease`]: a rescue's owner and deadline, and who is reminded when.
//! - [`authorization`]: what rules mean for an operation, when it is asked for and again when it is done.
//! - [`others`], [`hindrance`]: what somebody else does to a server; what keeps an operation waiting.
//! - [`inventory`]: what is known of the fleet, and how it is searched.
//! - [`scheduling`]: which request is sent next, and how often one looks.
//! - [`notice`]: what people are owed to be told.
//! - [`alert`]: what machines say of a server, and the one open card that shows it.
//! - [`audit`]: what was decided and done, as a chain of lines that shows tampering.
//! - [`consequences`]: what follows from an event, whole, for the store to write.
//! - [`card`], [`wiping`], [`console`], [`ssh_key`], [`mark`], [`pause`], [`runbook`], [`duration`], [`locale`], [`rate_limits`]: small words of the same language.

pub mod locale;
pub mod duration;
pub mod rate_limits;
pub mod scheduling;
pub mod hours;
pub mod duty;
pub mod access;
pub mod audit;
pub mod server;
pub mod mark;
pub mod console;
pub mod operation;
pub mod hindrance;
pub mod lease;
pub mod second_factor;
pub mod authorization;
pub mod others;
pub mod notice;
pub mod alert;
pub mod ssh_key;
pub mod pause;
pub mod runbook;
pub mod card;
pub mod wiping;
pub mod consequences;
pub mod inventory;
