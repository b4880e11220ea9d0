//! Whether OVHcloud's support can be asked about an operation: offered only where the policy lets somebody, and only until it was.

use bernard_domain::{access::Capability, operation::Operation};

use super::{Failure, Reporter};
use crate::render::ticket::Support;

impl Reporter {
    pub(super) async fn support_for(&self, operation: &Operation) -> Result<Support, Failure> {
        if operation.trouble().is_none() {
            return Ok(Support::Closed);
        }
        Ok(match self.store.ticket_about(operation).await? {
            Some((by, number)) => Support::Asked(by, number),
            None if self.policy.get().gives(Capability::Ticket) => Support::Open,
            None => Support::Closed,
        })
    }
}
