//! **Confirm** and **Cancel** on a confirmation card: everything is checked again, and only what the person was shown is done.

use bernard_domain::{
    operation::{Kind, Operation, Request, approval::Guard, event::Problem},
    second_factor::Code,
};
use bernard_engine::{
    intake,
    plan::{self, Aim, Proposal},
    second_factor::NotTaken,
};
use bernard_platform::clock;
use bernard_store::{Card, CardId, CardRefusal, Open};
use bernard_text::say;

use super::code::ByCode;
use crate::{
    admission::{Admitted, guard::ApprovalMode},
    asker::Asker,
    context::Handler,
    refusal::{CodeRefusal, Refusal},
    reply::Reply,
};

impl Handler {
    /// **Confirm**: everything is checked again, and only what the person was shown is done.
    pub(crate) async fn confirm(&self, asking: &Asker, id: CardId, code: Option<&Code>) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let card = self.own_card(asking, id).await?;
        self.still_good(&card).await?;
        let confirmed = match card.again {
            Some(again) => self.confirm_again(asking, card.clone(), again).await,
            None if card.request.kind() == Kind::Ticket => self.confirm_ticket(asking, card.clone()).await,
            None if card.request.kind() == Kind::FreeSessions => self.confirm_to_free(asking, card.clone()).await,
            None => self.confirm_new(asking, card.clone(), code).await,
        };
        match confirmed {
            // Whatever the second of two presses stumbled over: the first one is why.
            Err(refusal) => self.still_good(&card).await.and(Err(refusal)),
            confirmed => confirmed,
        }
    }

    /// That a card may still be answered.
    pub(crate) async fn still_good(&self, card: &Card) -> Result<(), Refusal> {
        let Some(refusal) = self.store.card_refusal(card.id, clock::now()).await? else { return Ok(()) };
        if let CardRefusal::Answered(Some(id)) = refusal
            && self.store.operation(id).await?.is_some_and(|operation| !operation.state.is_ended())
        {
            return Err(Refusal::UnderWay(id, card.command.clone()));
        }
        Err(Refusal::Card(refusal, card.command.clone()))
    }

    /// Whoever presses, if they still may, on the server as it is now, which nothing keeps from this.
    pub(super) async fn admit_to_confirm(&self, asking: &Asker, card: &Card) -> Result<Admitted, Refusal> {
        let kind = card.request.kind();
        if !kind.is_always_open() {
            self.press_counted(asking).await?;
        }
        self.not_paused(asking, kind).await?;
        let known = self.find_named(asking, &card.request.server, intake::needed(kind)).await?;
        let admitted = self.admit(asking, &known, kind).await?;
        match self.not_held(&admitted.server, kind).await {
            Err(Refusal::Busy(holder)) if is_same_deed(&holder, &card.request) => {
                Err(Refusal::UnderWay(holder.id, card.command.clone()))
            }
            held => held.map(|()| admitted),
        }
    }

    /// The operation that a card stands for is durable, or is not opened.
    pub(super) async fn open_confirmed(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        card: Card,
        guard: Guard,
    ) -> Result<Reply, Refusal> {
        let request = Request { guard, known_as: Some(admitted.server.identity()), ..card.request };
        let opened = self.intake.open_from_card(&admitted.grant, card.id, &request).await?;
        opened_as(opened, &request, card.command, asking)
    }

    async fn confirm_new(&self, asking: &Asker, card: Card, code: Option<&Code>) -> Result<Reply, Refusal> {
        let admitted = self.admit_to_confirm(asking, &card).await?;
        let server = &admitted.server;
        self.reason_fits(server, card.request.kind(), card.request.reason.as_deref(), &card.command)?;
        let lease = self.lookout.lease(server).await?;
        let plan = match self.fleet.confirm(server, &card.request.wish, lease.as_ref()).await {
            Ok(plan) => plan,
            Err(plan::Error::Problem(Problem::ChangedMeanwhile)) => {
                let why = say!(asking.locale, "card-changed");
                return Box::pin(self.ask_again(asking, &admitted, card, why)).await;
            }
            Err(error) => return Err(Refusal::from_plan(error, server.label())),
        };
        let shown = card.request.beside.clone().unwrap_or_default();
        let beside = Box::pin(self.beside(server, Some(&shown), &card.request.wish)).await?;
        if beside.asks_again(&shown) {
            let why = say!(asking.locale, "card-others");
            return Box::pin(self.ask_again(asking, &admitted, card, why)).await;
        }
        let proposal = Proposal { wish: card.request.wish.clone(), plan, remarks: Vec::new() };
        // What protects it may have changed since the card was shown: what counts is how it is now.
        let haste = ApprovalMode::of(&card.request.guard);
        let guard = self.guard(asking, &admitted, haste, self.calls(server, &proposal))?;
        let given = match self.glass_code(asking, &card, &guard, code).await? {
            ByCode::NotWanted => return self.open_confirmed(asking, &admitted, card, guard).await,
            ByCode::Given(given) => given,
            ByCode::Wanted(reply) => return Ok(*reply),
        };
        let request = Request { guard, known_as: Some(admitted.server.identity()), ..card.request };
        let opened = self.intake.open_from_card_by_code(&admitted.grant, card.id, &request, &given).await?;
        let used = || Refusal::Code(CodeRefusal::NotTaken(NotTaken::Used, asking.requester.user));
        opened_as(opened.ok_or_else(used)?, &request, card.command, asking)
    }

    /// **Cancel** on a confirmation card.
    pub(crate) async fn dismiss(&self, asking: &Asker, id: CardId) -> Result<Reply, Refusal> {
        let card = self.own_card(asking, id).await?;
        match self.store.cancel_card(id, clock::now()).await? {
            None => Ok(Reply::text(say!(asking.locale, "card-cancelled"))),
            Some(refusal) => Err(Refusal::Card(refusal, card.command)),
        }
    }

    pub(crate) async fn own_card(&self, asking: &Asker, id: CardId) -> Result<Card, Refusal> {
        let card = self.store.card(id).await?.ok_or(Refusal::Card(CardRefusal::Unknown, String::new()))?;
        if card.request.requester != asking.requester.user {
            return Err(Refusal::NotYours { whose: Some(card.request.requester), command: None });
        }
        Ok(card)
    }

    /// What it would boot into is no longer what the card said: a new card says what it is now.
    async fn ask_again(&self, asking: &Asker, admitted: &Admitted, old: Card, why: String) -> Result<Reply, Refusal> {
        let aim = Aim::of(&old.request.wish);
        Ok(self.card_instead(asking, admitted, old, aim).await?.after(&why))
    }
}

/// What came of opening an operation, for who asked.
fn opened_as(opened: Open, request: &Request, command: String, asking: &Asker) -> Result<Reply, Refusal> {
    match opened {
        Open::Accepted(operation, _) => Ok(Reply::accepted(operation, asking.locale)),
        Open::Busy(holder) if is_same_deed(&holder, request) => Err(Refusal::UnderWay(holder.id, command)),
        Open::Busy(holder) => Err(Refusal::Busy(holder)),
        Open::Refused(refusal) => Err(Refusal::Card(refusal, command)),
    }
}

/// Whether the operation that holds the server does just that, for the same person: then nothing is in the way.
fn is_same_deed(holder: &Operation, request: &Request) -> bool {
    let same_person = holder.request.requester == request.requester;
    same_person && holder.request.kind() == request.kind()
}
