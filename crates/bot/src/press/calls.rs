//! **Show calls**: what a card or a request would ask of OVHcloud, exactly. It changes nothing.

use bernard_domain::{
    access::Capability,
    locale::Locale,
    operation::{Operation, Wish, exact_call::ExactCall},
};
use bernard_engine::exact_calls as exact;
use bernard_store::{Card, CardId};
use bernard_text::say;

use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::exact_calls::{self, Readers},
    reply::Reply,
};

impl Handler {
    /// The calls of a confirmation card, from how the server is now: a card that is no longer true is refused as **Confirm** would be.
    pub(super) async fn show_calls(&self, asking: &Asker, id: CardId) -> Result<Reply, Refusal> {
        let card = self.own_card(asking, id).await?;
        self.still_good(&card).await?;
        let calls = self.calls_of(asking, &card).await?;
        let title = say!(asking.locale, "calls-of-card");
        Ok(Reply::text(format!("{title}\n{}", exact_calls::block(&calls, Readers::Asker, asking.locale))))
    }

    async fn calls_of(&self, asking: &Asker, card: &Card) -> Result<Vec<ExactCall>, Refusal> {
        let request = &card.request;
        let known = self.find_named(asking, &request.server, Capability::View).await?;
        let server = self.read_to_view(asking, &known).await?;
        if let Wish::Ticket(ticket) = &request.wish {
            return Ok(vec![exact::of_ticket(&server.name, ticket)]);
        }
        if let Wish::FreeSessions { .. } = &request.wish {
            return Ok(vec![exact::of_session_reset(&server.name)]);
        }
        if card.again.is_some() {
            return Ok(vec![exact::of_reboot(&server.name)]);
        }
        let lease = self.lookout.lease(&server).await?;
        let plan = self.fleet.confirm(&server, &request.wish, lease.as_ref()).await;
        let plan = plan.map_err(|error| Refusal::from_plan(error, server.label()))?;
        Ok(exact::of(&server.name, &request.wish, &plan, &self.settings.secret_from))
    }
}

/// The calls that others are asked to approve. They were made for everybody who reads that message, so no right is needed.
pub(super) fn asked(operation: &Operation, round: u32, locale: Locale) -> Result<Reply, Refusal> {
    let index = usize::try_from(round).ok().and_then(|round| round.checked_sub(1)).ok_or(Refusal::Unknown)?;
    let round = operation.state.facts.rounds.get(index).ok_or(Refusal::Unknown)?;
    let title = say!(locale, "approval-calls");
    Ok(Reply::text(format!("{title}\n{}", exact_calls::block(&round.approval.calls, Readers::Channel, locale))))
}
