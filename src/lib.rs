//! Bernard takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.

pub mod clock;
pub mod ovh;
pub mod rescue;
