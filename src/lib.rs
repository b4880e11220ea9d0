//! Bernard takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.

pub mod discord;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod rescue;
