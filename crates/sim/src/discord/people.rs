//! The people: what they type, press and see.
//!
//! A person can only do what Discord's client lets them do: type registered commands with their registered options, press enabled
//! buttons of messages that they see. [`Person::press_raw`] is the exception, for those who speak the protocol themselves.

mod asked;
mod choosing;
mod menu;
mod person;
mod typing;

pub use asked::{Asked, Choice, Outcome};
pub use person::Person;
pub use typing::{CannotDo, Typed};
