//! The front that people talk to: takes interactions, answers them, and posts what is owed.
//!
//! The promise: everybody is acknowledged in time and answered in turn; whatever the store owes is posted once, late rather than
//! never; and no link stands anywhere but in a DM or an answer that only its owner sees. The program alone depends on this crate. It
//! knows no client of OVHcloud and no configuration: it asks the engine.
//!
//! In reading order:
//!
//! - In: `reception` (acknowledges everybody, answers in turn) and `crowd` (nobody takes all places), [`handler`] with
//!   its [`context`], [`asker`] (who asks, and where).
//! - What they ask: `typed` and [`command`] (a file for each command), `autocomplete` (while they type), [`component`] and [`modal`] (what a press or a
//!   form means), `press` (a file for what each press does), `proposal` (a card first), `admission` (may they, on the server as it is
//!   now?), `membership` (the roles of this moment).
//! - What they hear: `reply`, `answer`, [`refusal`] (every no, as data), `repeat` and `retype` (what to type instead), `ways` (what may help, below a refusal), `tally`, `audit` (refusals,
//!   recorded first).
//! - `card_links`: where the cards stand, for whatever names an operation.
//! - What is owed: [`outbox`] (cards, notices, alerts, DMs with links, and their end).
//! - [`alert_findings`]: what is odd about the alerts of machines.
//! - Data to messages, without any call: [`render`]; `wire` is where they become what Discord wants sent.
//! - [`registration`] and [`invite`]: how the bot stands with Discord, and what it needs there.

mod admission;
pub mod alert_findings;
mod answer;
pub mod asker;
mod audit;
mod autocomplete;
mod card_links;
pub mod command;
pub mod component;
pub mod context;
mod crowd;
pub mod handler;
pub mod invite;
mod membership;
pub mod modal;
pub mod outbox;
mod press;
mod proposal;
mod reception;
pub mod refusal;
pub mod registration;
pub mod render;
mod repeat;
mod reply;
mod retype;
mod tally;
mod typed;
mod ways;
mod wire;
