//! **Reboot again**: a confirmation card first, then a new approval of the presser's own, and, where others must approve a
//! reboot, of theirs.

use bernard_domain::{
    authorization::{Deed, waived_of},
    card as life,
    operation::{
        Kind, Operation, Request, Wish,
        approval::{Approval, Guard},
        event::Problem,
    },
    server::Server,
};
use bernard_engine::{
    intake::{self, Decided, Decision},
    plan::{self, Aim, Proposal},
};
use bernard_platform::clock;
use bernard_store::{Again, Card, CardId};
use bernard_text::say;

use crate::{
    admission::Admitted,
    asker::Asker,
    context::Handler,
    refusal::{Emergency, Refusal, done},
    render::{
        accepted::accepted_waiting,
        approval_card,
        confirmation::{in_rescue, into, machine, valid_until},
        runbook, starts,
    },
    reply::Reply,
};

impl Handler {
    /// **Reboot again**, on a question: nothing is done before its card is confirmed.
    pub(crate) async fn propose_again(
        &self,
        asking: &Asker,
        operation: &Operation,
        asked: u32,
    ) -> Result<Reply, Refusal> {
        self.not_paused(asking, operation.request.kind()).await?;
        let again = Again { operation: operation.id, asked };
        let (admitted, approval) = self.may_reboot_again(asking, operation, asked).await?;
        self.card_again(asking, operation, again, &admitted, approval).await
    }

    /// **Confirm** on that card: everything is checked again.
    pub(crate) async fn confirm_again(&self, asking: &Asker, card: Card, again: Again) -> Result<Reply, Refusal> {
        let operation = self.store.operation(again.operation).await?.ok_or(Refusal::Unknown)?;
        self.press_counted(asking).await?;
        self.not_paused(asking, operation.request.kind()).await?;
        let (admitted, approval) = self.may_reboot_again(asking, &operation, again.asked).await?;
        match self.fleet.confirm(&admitted.server, &card.request.wish, None).await {
            Ok(_) => {}
            Err(plan::Error::Problem(Problem::ChangedMeanwhile)) => {
                if let Some(refusal) = self.store.cancel_card(card.id, clock::now()).await? {
                    return Err(Refusal::Card(refusal, card.command));
                }
                let reply = self.card_again(asking, &operation, again, &admitted, approval).await?;
                return Ok(reply.after(&say!(asking.locale, "card-changed")));
            }
            Err(error) => return Err(Refusal::from_plan(error, admitted.server.label())),
        }
        let decided = self.intake.reboot_again(&admitted.grant, card.id, again, approval.as_ref()).await?;
        if let Decided::Refused(refusal) = decided {
            return Err(Refusal::Card(refusal, card.command));
        }
        let operation = done(decided)?;
        let said = accepted_waiting(&operation, asking.locale);
        Ok(Reply::text(said.unwrap_or_else(|| say!(asking.locale, "decided-again"))))
    }

    /// The server as it is now and the right to reboot it once more, while the question is asked; and whose approval that needs.
    async fn may_reboot_again(
        &self,
        asking: &Asker,
        operation: &Operation,
        asked: u32,
    ) -> Result<(Admitted, Option<Approval>), Refusal> {
        let needed = Decision::RebootAgain(asked).needs(operation);
        let (server, grant) = self.admit_for(asking, operation, needed).await?;
        if !intake::is_asked(operation, asked) {
            return Err(Refusal::TooLate(Some(operation.id), None));
        }
        let approval = self.guard_again(asking, operation, &server)?;
        let deed = Deed::RebootAgain { kind: operation.request.kind(), by: asking.requester.user };
        let grant = grant.waiving(waived_of(&self.policy.get(), deed, &server));
        Ok((Admitted { server, grant, protection: None, waived: None }, approval))
    }

    async fn card_again(
        &self,
        asking: &Asker,
        operation: &Operation,
        again: Again,
        admitted: &Admitted,
        approval: Option<Approval>,
    ) -> Result<Reply, Refusal> {
        let server = &admitted.server;
        let proposal = self.proposal(server, Aim::Reboot).await?;
        let emergency = match &approval {
            Some(_) => self.emergency(asking, server, Emergency::Reboot),
            None => None,
        };
        let guard = approval.map_or(Guard::Unprotected, Guard::Approval);
        let request = self.request(asking, admitted, proposal.wish.clone(), None, guard);
        let content = self.describe_again(operation, &request, &proposal, server).await?;
        let command = format!("/reboot server:{}", server.label());
        let card = Card { id: CardId::new(), request, command, again: Some(again) };
        self.show_card(&card, Emergency::below(content, emergency.as_ref(), asking.locale), asking.locale).await
    }

    /// What one more reboot means: into what, and whose rescue a way out ends.
    async fn describe_again(
        &self,
        operation: &Operation,
        request: &Request,
        proposal: &Proposal,
        server: &Server,
    ) -> Result<String, Refusal> {
        let locale = request.locale;
        let mut lines = vec![
            say!(locale, "confirm-again", id = operation.id.to_string()),
            machine(server),
            say!(locale, "confirm-boots-into", into = into(&proposal.plan, locale)),
        ];
        if let Wish::Reboot { into: start } = &proposal.wish {
            lines.extend(starts::dead_end(start.as_ref(), locale));
        }
        // An enable's reboot is its own rescue's.
        if operation.request.kind() != Kind::Enable {
            let lease = self.lookout.lease(server).await?;
            lines.extend(in_rescue(proposal, lease.as_ref(), request.requester, locale));
        }
        lines.push(say!(locale, "confirm-services-stop"));
        lines.extend(approval_card::forewarning(&request.guard, locale));
        lines.extend(runbook::lines(&request.runbooks, locale));
        lines.push(valid_until(clock::now() + life::LIFE, locale));
        Ok(lines.join("\n"))
    }
}
