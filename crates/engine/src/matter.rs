//! Who can mend what does not work.

use bernard_domain::hindrance::Matter;
use bernard_ovh as ovh;

/// Who can mend what OVHcloud, or the way to it, answered.
pub(crate) fn matter(error: &ovh::Error) -> Matter {
    if error.is_expired_service() {
        Matter::Service
    } else if error.is_clock() {
        Matter::Clock
    } else if error.is_right() {
        Matter::Right
    } else if error.is_credential() {
        Matter::Key
    } else if error.is_transient() {
        Matter::Weather
    } else {
        Matter::Refused
    }
}
