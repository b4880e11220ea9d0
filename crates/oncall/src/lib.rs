//! The schedule of who is on duty, as an iCalendar feed has it: fetched, and made into times and what they say of whose they are.
//!
//! Who that is on Discord, and what follows from it, is decided elsewhere (`bernard_domain::duty`). The feed's address is a secret: it
//! is in no error and no log line.
//!
//! In reading order: [`feed`] (an address or a file becomes a text), [`calendar`] (a text becomes times).

pub mod feed;
pub mod calendar;
