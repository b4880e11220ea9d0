//! A ticket with OVHcloud's support: sent once, as somebody was shown it, and looked for by its subject when nobody knows whether it
//! arrived. It is never sent again by itself.

use bernard_domain::operation::{
    Wish,
    event::{Event, NotDone},
    state::Phase,
    ticket::TicketWish,
};
use bernard_ovh::Outcome;
use bernard_platform::clock;

use super::{Failure, Next, Work, earliest};

impl Work<'_> {
    /// Records the intent, then sends the ticket, once.
    pub(super) async fn send_ticket(&self) -> Result<Next, Failure> {
        let Some(ticket) = self.ticket() else { return Ok(Next::Reread) };
        if let Some(stop) = self.too_late() {
            return Ok(stop);
        }
        // The permit first: what is read after it must still be true when the intent is written.
        let mut ready = self.client.prepare_ticket(self.server(), ticket).await?;
        if let Some(stop) = self.still_wanted().await? {
            return Ok(stop);
        }
        let at = ready.now().await?;
        let Some((intended, proof)) = self.context.store.intend_ticket(self.operation, at, clock::now()).await? else {
            return Ok(Next::Reread);
        };
        self.context.wakeups.notify();
        let event = match ready.send(proof).await {
            Outcome::Accepted(opened) => Event::TicketOpened { number: opened.value, query: opened.query },
            Outcome::Refused(error) => not_done(NotDone::Refused, &error),
            Outcome::Unsent(error) => not_done(NotDone::Unsent, &error),
            Outcome::Unknown(error) => Event::TicketUnknown { said: error.to_string(), query: error.query() },
        };
        self.record_answer(&intended, &event, "ticket").await?;
        Ok(Next::Reread)
    }

    /// Looks for a ticket whose outcome is unknown. Its subject is like no other, so the first one that has it is ours.
    pub(super) async fn find_ticket(&self) -> Result<Next, Failure> {
        let (Some(ticket), Phase::TicketIntended(at) | Phase::TicketUnsettled(at)) =
            (self.ticket(), &self.operation.state.phase)
        else {
            return Ok(Next::Reread);
        };
        let settle = self.settings().reboot_settle;
        let since = earliest(*at);
        Ok(match self.client.find_ticket(self.server(), &ticket.subject, since).await {
            Ok(Some(number)) => Next::Record(Event::TicketFound { number }),
            Ok(None) if self.waited() > settle => Next::Record(Event::TicketNotFound { trouble: None }),
            Ok(None) => Next::Wait(self.settings().task_poll.min(settle / 4)),
            Err(error) if self.waited() > settle => {
                let trouble = Some(error.to_string());
                Next::RecordAfter(Event::TicketNotFound { trouble }, Box::new(error))
            }
            Err(error) => return Err(error.into()),
        })
    }

    fn ticket(&self) -> Option<&TicketWish> {
        match &self.operation.request.wish {
            Wish::Ticket(ticket) => Some(ticket),
            _ => None,
        }
    }
}

fn not_done(why: NotDone, error: &bernard_ovh::Error) -> Event {
    Event::TicketNotDone { why, said: error.to_string(), query: error.query() }
}
