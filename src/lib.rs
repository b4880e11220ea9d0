//! Bernard takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.

pub mod access;
pub mod config;
pub mod rescue;
