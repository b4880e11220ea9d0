//! What is known of the fleet without asking: servers as they were last read, rescues that nobody here began, and the search
//! among all of them: by what somebody types, and in what somebody wrote.

pub mod boots;
pub mod foreign;
pub mod known;
pub mod listed;
pub mod looks;
pub mod mentioned;
pub mod named;
mod search;

mod index;
mod letters;
mod slip;
