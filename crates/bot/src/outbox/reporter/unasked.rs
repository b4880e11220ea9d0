//! What is said when an operation's message rang nobody.

use bernard_domain::notice::{Letter, Notice, To, Unasked};
use bernard_platform::clock;

use super::{Failure, It, Reporter};
use crate::render::approval_card;

impl Reporter {
    /// Whoever waits for the approval of others hears that nobody was asked, and what to do.
    pub(super) async fn nobody_is_asked(&self, it: It<'_>, because: Unasked) -> Result<(), Failure> {
        let operation = it.operation;
        if approval_card::mark(operation, &it.rendering.slot).is_none() {
            return Ok(());
        }
        let Some((round, _)) = operation.open_round() else { return Ok(()) };
        let (label, person, channel) = (operation.request.label.clone(), round.asked_by, operation.request.channel);
        let notice = Notice::NobodyAsked { label, person, operation: operation.id, channel, because };
        let letter = Letter { to: To::Person { person, or_in: Some(channel) }, notice };
        let origin = format!("unasked:{}:{}", operation.id.0, it.rendering.slot);
        self.store.write_notice(&origin, &letter, clock::now()).await?;
        self.wakeups.notify();
        Ok(())
    }
}
