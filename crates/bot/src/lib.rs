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
//! - What they ask: [`command`] (a file for each command), `autocomplete` (while they type), [`component`] and `press` (buttons), [`modal`],
//!   [`approve`] (the second person), [`guide`], `admission` (may they, on the server as it is now?), `membership` (the roles of this moment).
//! - What they hear: `reply`, `answer`, [`refusal`] (every no, as data), `retype`, `tally`, `audit` (refusals, recorded first).
//! - What is owed: [`reporter`] (cards, from the state of operations), [`notifier`] (notices), [`link_delivery`] (DMs with links, and their
//!   end), `posting` and `ringing` (what they have in common).
//! - Data to words, without any call: [`card`], `approval_card`, [`dm`], [`message`], [`rescue_list`], [`wording`], [`exact_calls`], `console`,
//!   `others`, `past`, `timeline`, `standing`, `starts`, `waiting`.
//! - [`registration`] and [`invite`]: how the bot stands with Discord, and what it needs there.

mod admission;
mod answer;
mod approval_card;
pub mod approve;
pub mod asker;
mod audit;
pub mod exact_calls;
pub mod card;
pub mod command;
pub mod component;
mod console;
pub mod context;
pub mod link_delivery;
mod crowd;
pub mod dm;
pub mod modal;
pub mod guide;
mod guide_entry;
pub mod handler;
pub mod notifier;
pub mod invite;
pub mod message;
mod others;
mod past;
mod timeline;
mod posting;
mod press;
mod reception;
pub mod refusal;
pub mod registration;
mod reply;
pub mod reporter;
pub mod rescue_list;
mod retype;
mod ringing;
pub mod wording;
mod standing;
mod starts;
mod autocomplete;
mod tally;
mod membership;
mod waiting;
