//! What time alone makes of an operation: it needs nobody's answer, neither OVHcloud's nor Discord's.

use bernard_domain::operation::{Operation, event::Event};
use jiff::Timestamp;

use super::Settings;

/// What is to be recorded before anything else is done: a wait for approvals is over, or it takes longer than usual.
pub(crate) fn due(operation: &Operation, settings: &Settings, now: Timestamp) -> Option<Event> {
    if let Some((_, until)) = operation.open_round()
        && until <= now
    {
        return Some(Event::ApprovalExpired);
    }
    let longer = operation.longer_than_usual_at(settings.longer_from)?;
    (longer <= now).then_some(Event::LongerThanUsual)
}
