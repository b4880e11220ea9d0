//! Waiting for others: nothing is done for what waits to begin; a reboot that was thought lost may still turn up meanwhile.

use bernard_domain::{operation::event::Event, server::HARD_REBOOT};
use bernard_platform::clock;

use super::{Failure, Next, Work};

impl Work<'_> {
    /// Looks for what makes the wait needless, and comes again when it is over.
    pub(super) async fn await_approval(&self) -> Result<Next, Failure> {
        let Some((_, until)) = self.operation.open_round() else { return Ok(Next::Reread) };
        let left = std::time::Duration::try_from(until.duration_since(clock::now())).unwrap_or_default();
        let Some(intent) = &self.operation.state.facts.last_intent else { return Ok(Next::Wait(left)) };
        if let [task] = self.new_tasks(HARD_REBOOT, intent).await?.as_slice() {
            return Ok(Next::Record(Event::TaskAdopted { task: *task }));
        }
        Ok(Next::Wait(left.min(self.settings().task_poll)))
    }
}
