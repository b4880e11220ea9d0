//! One end of the wire: OVHcloud's API, as [`Client`] speaks it for one account.
//!
//! The engine asks it, and the program's verbs that prove a configuration; it knows neither the store nor Discord, and no sentence.
//! What holds here, whoever calls:
//!
//! - nothing is sent without a permit of the account's budget (`quota`), and people come before background work;
//! - a reboot is sent only with the proof of its recorded intent, at most once, within five seconds of it, and its answer says honestly what is known (`once`); so are a ticket and a reset of console sessions;
//! - reads ride out bad weather within a bound, other deeds are done once or are safe to repeat (`client`);
//! - an [`Error`] names its object, OVHcloud's words and query id, and never a secret (`error`);
//! - `POST /secret/retrieve` does not exist in this program.
//!
//! In reading order: `account` (where and who) · `sign` and `auth` (proof and OVHcloud's time) · `single_flight` (fetch once
//! for many) · `quota`, `queue` and `budget` (the budget, who waits for it, and with others) · `call` (what is asked) · `client` (the only way out) · `answer` and `error` (what came back) ·
//! `odd` and `each` (one bad thing hides no good one) · `in_time` (limits that do not run while the budget is waited for) · `standing` (how the latest went) · `bodies` · `dedicated`, `lists`, `once`, `reboot`, `support`, `service`, `console`, `session_reset`, `mail`, `network`, `api_log`, `credential`, `consumer_key`, `authorization` (the calls) ·
//! `decode` (their bodies without a connection).

mod account;
mod api_log;
pub mod answer;
mod auth;
mod authorization;
mod call;
mod client;
mod console;
mod consumer_key;
mod credential;
pub mod decode;
mod dedicated;
mod each;
mod in_time;
mod error;
mod lists;
mod mail;
mod network;
mod odd;
mod once;
mod budget;
mod queue;
mod quota;
mod reboot;
mod service;
mod session_reset;
mod sign;
mod single_flight;
mod standing;
mod support;
mod bodies;

#[cfg(test)]
mod tests;

pub use bernard_intent::RecordedIntent;

pub use account::{Account, ApiLog, Credentials, Endpoint, NotAnEndpoint, Rate};
pub use call::{Fault, Written};
pub use client::{Client, READ_PATIENCE};
pub use console::{Console, console_body, console_test_body};
pub use consumer_key::PendingKey;
pub use credential::{AccessRule, Credential, Details};
pub use dedicated::{Access, Boots, Change, Listed};
pub use each::Each;
pub use error::{Answered, Cause, Error, Unreadable, Voice};
pub use in_time::in_time;
pub use lists::Whole;
pub use mail::{Mail, MailId};
pub use network::{Blocked, Mitigation};
pub use odd::Oddity;
pub use once::{Outcome, SEND_WITHIN};
pub use quota::Priority;
pub use reboot::{ReadyReboot, RebootAnswer};
pub use service::{Intervention, Service};
pub use session_reset::{ReadySessionReset, SessionResetAnswer};
pub use standing::Standing;
pub use support::{Bought, ReadyTicket, TicketAnswer, ticket_body};
