//! What is known of the fleet without asking: servers as they were last read, rescues that nobody here began, and the search
//! among all of them.

pub mod foreign;
pub mod known;
pub mod search;
