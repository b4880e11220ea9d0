//! How often people may ask: the two numbers of the configuration.

use std::num::NonZeroU32;

/// `[limits]`: what one person, or one server, can take. `/restore`, links and reveals are exempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Commands of one person in a minute. Default: 20.
    pub per_user_per_minute: NonZeroU32,
    /// Operations on one server in an hour. Default: 6.
    pub per_server_per_hour: NonZeroU32,
}
