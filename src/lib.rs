//! Bernard takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.

pub mod access;
pub mod clock;
pub mod config;
pub mod discord;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod ovh;
pub mod rescue;
pub mod store;
