//! What holds whatever happens: random histories against the state machine, random races against a real store.

mod arbitrary;
mod frames;
mod histories;
mod races;
mod store_format;
