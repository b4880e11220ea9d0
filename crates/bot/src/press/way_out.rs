//! **Restore now** and **Put netboot back**: what leads out of a rescue, each with a confirmation first where it reboots.

use bernard_domain::{
    operation::{Kind, Operation, Request, Wish},
    others::Beside,
    server::Server,
};
use bernard_engine::plan::{Aim, Back};

use crate::{
    admission::Admitted,
    asker::Asker,
    context::Handler,
    proposal::way_out,
    refusal::{Emergency, Refusal},
    reply::Reply,
};

impl Handler {
    /// **Restore now**: a confirmation card first, as for `/restore`.
    pub(crate) async fn restore_now(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let admitted = self.admit_by_name(asking, operation, Kind::Restore).await?;
        let lease = self.lookout.lease(&admitted.server).await?;
        let Some(lease) = lease.filter(|lease| lease.operation == operation.id) else {
            return Err(Refusal::TooLate(Some(operation.id), Some(restore_command(operation))));
        };
        self.lead_out(asking, operation, &admitted, way_out(&lease)).await
    }

    /// **Put netboot back**: the way out of an end that left a netboot behind and perhaps nothing else. The same confirmation.
    pub(crate) async fn put_netboot_back(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let admitted = self.admit_by_name(asking, operation, Kind::PutBack).await?;
        let lease = self.lookout.lease(&admitted.server).await?;
        let remains = lease.as_ref().is_some_and(|lease| lease.seen.has_left());
        if !(remains || operation.can_be_put_back()) || !lease.is_some_and(|lease| lease.is_of(operation)) {
            return Err(Refusal::TooLate(Some(operation.id), Some(restore_command(operation))));
        }
        self.lead_out(asking, operation, &admitted, Aim::PutBack(Back::Recorded)).await
    }

    /// What a press leads out of a rescue with: after a card, if it reboots or somebody else changed the server; else at once.
    async fn lead_out(
        &self,
        asking: &Asker,
        operation: &Operation,
        admitted: &Admitted,
        aim: Aim,
    ) -> Result<Reply, Refusal> {
        let reason = self.reason_of_way_out(operation, &admitted.server, &aim)?;
        let (proposal, beside) = self.proposal_beside(&admitted.server, aim).await?;
        let guard = self.guard_press(asking, admitted, self.calls(&admitted.server, &proposal))?;
        let asks =
            Request { beside: Some(beside), ..self.request(asking, admitted, proposal.wish.clone(), reason, guard) };
        if let Wish::PutBack { despite, instead: None, .. } = &proposal.wish
            && despite.is_empty()
            && proposal.remarks.is_empty()
            && asks.beside.as_ref().is_none_or(Beside::is_quiet)
        {
            return self.open_by_press(asking, admitted, asks).await;
        }
        // Whoever might break the glass is told how before they confirm: the card passes no approval.
        let emergency = self.emergency_restore(asking, &admitted.server, &asks.guard);
        let reply = self.card(asks, &admitted.server, &proposal, restore_command(operation)).await?;
        Ok(reply.reworded(|words| Emergency::below(words.to_owned(), emergency.as_ref(), asking.locale)))
    }

    /// The reason that a press has where rules want one: that of the rescue that it ends. What reboots nothing needs none.
    fn reason_of_way_out(&self, operation: &Operation, server: &Server, aim: &Aim) -> Result<Option<String>, Refusal> {
        if matches!(aim, Aim::PutBack(_)) || self.reason_fits(server, Kind::Restore, None, "").is_ok() {
            return Ok(None);
        }
        let reason = operation.request.reason.clone();
        self.reason_fits(server, Kind::Restore, reason.as_deref(), &restore_command(operation))?;
        Ok(reason)
    }
}

/// What to type when a button comes too late.
fn restore_command(operation: &Operation) -> String {
    format!("/restore server:{}", operation.request.typed())
}
