//! The front that people talk to: takes interactions, answers them, and posts what is owed.
//!
//! The promise: everybody is acknowledged in time and answered in turn; whatever the store owes is posted once, late rather than
//! never; and no link stands anywhere but in a DM or an answer that only its owner sees. The program alone depends on this crate. It
//! knows no client of OVHcloud and no configuration: it asks the engine.
//!
//! In reading order:
//!
//! - In: `reception` (acknowledges everybody, answers in turn) and `crowd` (nobody takes all places), [`handler`], [`asking`]
//!   (who asks, and where).
//! - What they ask: [`command`] (a file for each command), `suggest` (while they type), [`component`] and `press` (buttons), [`form`],
//!   [`approve`] (the second person), [`guide`], `verdict` (may they still?).
//! - What they hear: `answer`, [`refusal`] (every no, as data), `retype`, `tally`, `audit` (refusals, recorded first).
//! - What is owed: [`reporter`] (cards, from the state of operations), [`herald`] (notices), [`courier`] (DMs with links, and their
//!   end), `posting` and `ringing` (what they have in common).
//! - Data to words, without any call: [`card`], `approval_card`, [`dm`], [`notice`], [`rescues`], [`speak`], [`calls`], `console`,
//!   `others`, `past`, `picture`, `standing`, `starts`, `waiting`.
//! - [`registration`] and [`invite`]: how the bot stands with Discord, and what it needs there.

mod admission;
mod answer;
mod approval_card;
pub mod approve;
pub mod asking;
mod audit;
pub mod calls;
pub mod card;
pub mod command;
pub mod component;
mod console;
pub mod context;
pub mod courier;
mod crowd;
pub mod dm;
pub mod form;
pub mod guide;
mod guide_entry;
pub mod handler;
pub mod herald;
pub mod invite;
pub mod message;
mod others;
mod past;
mod picture;
mod posting;
mod press;
mod reception;
pub mod refusal;
pub mod registration;
mod reply;
pub mod reporter;
pub mod rescues;
mod retype;
mod ringing;
pub mod speak;
mod standing;
mod starts;
mod suggest;
mod tally;
mod membership;
mod waiting;
