//! What is owed is posted, late rather than never: each loop compares what the store says with what Discord shows, and holds nothing
//! that the store does not have.
//!
//! [`reporter`] (the messages of operations), [`notifier`] (notices), [`alert_cards`] (what machines say), [`link_delivery`] (DMs with links) and `dm_wiper` (their end);
//! `posting` and `ringing` are what they have in common.

pub mod alert_cards;
mod dm_wiper;
pub mod link_delivery;
pub mod notifier;
mod posting;
pub mod reporter;
mod ringing;
