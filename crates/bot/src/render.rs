//! Data to messages: the same data, the same message. Nothing here asks anybody for anything, or waits: whoever has a message drawn
//! brings all that it says.
//!
//! In reading order: [`message`], [`button`] and [`layout`] (what a message is made of), [`rendering`], [`card`] with `accent` (its colour) and `approval_card` (the messages of an operation),
//! with `waiting`, `past`, `standing` and `starts` (how it stands, in words); `confirmation`, `runbook` and `accepted` (before and after
//! **Confirm**); `alert_card` (what machines say); [`ticket`] (what is asked of OVHcloud's support); `sessions` (stuck ones of consoles); [`dm`]; `notice`; [`rescue_list`], `audit_line`, [`exact_calls`], `timeline`, [`report`] (a whole story as files),
//! [`guide`]; `card_links` and [`wording`] are what they share.

mod accent;
pub(crate) mod accepted;
pub(crate) mod alert_card;
pub(crate) mod approval_card;
pub(crate) mod audit_line;
pub mod button;
pub mod card;
pub mod card_links;
pub(crate) mod confirmation;
pub(crate) mod console;
pub mod dm;
pub mod exact_calls;
pub mod guide;
pub mod guide_controls;
pub(crate) mod installed;
pub mod layout;
pub mod menu;
pub mod message;
pub(crate) mod notice;
pub(crate) mod others;
pub(crate) mod past;
pub(crate) mod progress;
pub mod rendering;
pub mod report;
pub mod rescue_list;
pub(crate) mod runbook;
pub(crate) mod sinks;
pub(crate) mod standing;
pub(crate) mod starts;
pub(crate) mod sessions;
pub mod ticket;
pub(crate) mod timeline;
pub(crate) mod waiting;
pub mod wording;
