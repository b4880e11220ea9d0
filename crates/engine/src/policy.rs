//! The policy in force. Everybody who asks for it within one decision asks once, so that one policy decides.

use bernard_domain::access::Policy;
use bernard_platform::live::Live;

/// The policy in force; replaced as a whole when the configuration is read again. Cheap to clone.
pub type SharedPolicy = Live<Policy>;
