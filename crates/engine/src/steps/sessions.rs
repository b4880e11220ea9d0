//! The end of all sessions on a server's consoles: asked for once, because it ends those of other people too, and looked for in
//! OVHcloud's tasks when nobody knows whether it was taken. It is never asked for again by itself.

use bernard_domain::{
    operation::{
        Intent,
        event::{Event, NoAnswer, NotDone, NotTaken, Taken},
    },
    server::RESET_SESSIONS,
};
use bernard_ovh::SessionResetAnswer;
use bernard_platform::clock;

use super::{Failure, Next, Work};

impl Work<'_> {
    /// Records the intent, then asks for it, once.
    pub(super) async fn free_sessions(&self) -> Result<Next, Failure> {
        if let Some(stop) = self.too_late() {
            return Ok(stop);
        }
        // The permit first: what is read after it must still be true when the intent is written.
        let mut ready = self.client.prepare_session_reset(self.server()).await?;
        let known = self.client.task_ids(self.server(), Some(RESET_SESSIONS), None).await?;
        if let Some(stop) = self.still_wanted().await? {
            return Ok(stop);
        }
        let intent = Intent { at: ready.now().await?, known };
        let store = &self.context.store;
        let Some((intended, proof)) = store.intend_session_reset(self.operation, intent, clock::now()).await? else {
            return Ok(Next::Reread);
        };
        self.context.wakeups.notify();
        let event = match ready.send(proof).await {
            SessionResetAnswer::Accepted(task) => {
                Event::SessionsAccepted(Taken { task: task.value.id, query: task.query })
            }
            SessionResetAnswer::Refused(error) => not_done(NotDone::Refused, &error),
            SessionResetAnswer::Unsent(error) => not_done(NotDone::Unsent, &error),
            SessionResetAnswer::Unknown(error) => {
                Event::SessionsUnknown(NoAnswer { said: error.to_string(), query: error.query() })
            }
        };
        self.record_answer(&intended, &event, "session reset").await?;
        Ok(Next::Reread)
    }
}

fn not_done(why: NotDone, error: &bernard_ovh::Error) -> Event {
    Event::SessionsNotDone(NotTaken { why, said: error.to_string(), query: error.query() })
}
