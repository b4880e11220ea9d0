//! What `/rescue enable`, `/restore` and `/reboot` have in common: a card first, and what pressing it does.

use bernard_domain::{
    lease::Lease,
    locale::Locale,
    operation::{Kind, Operation, Request, Wish, approval::Guard, event::Problem, exact_call::ExactCall},
    others::Beside,
    server::Server,
};
use bernard_engine::{
    beside::Scope,
    exact_calls, intake,
    plan::{self, Aim, Back, Proposal},
};
use bernard_platform::clock;
use bernard_store::{Card, CardId, CardRefusal, Open};
use bernard_text::{named, say};
use jiff::SignedDuration;

use super::{Typed, described::describe};
use crate::{
    admission::Admitted,
    approve::{ApprovalMode, accepted_waiting},
    asker::Asker,
    component::Button,
    context::Handler,
    others,
    refusal::{Emergency, Refusal},
    reply::Reply,
};

impl Handler {
    /// Answers with a confirmation card: nothing is done before it is pressed.
    pub(super) async fn propose(
        &self,
        asking: &Asker,
        typed: Typed,
        aim: Aim,
        repeat: String,
    ) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let Typed { server, reason, haste } = typed;
        haste.check_reason(reason.as_deref(), asking)?;
        let kind = kind_of(&aim);
        self.not_paused(asking, kind).await?;
        let known = self.find(asking, &server, intake::needed(kind)).await?;
        let admitted = self.admit(asking, &known, kind).await?;
        if !kind.is_always_open() {
            self.would_let(&admitted.server)?;
        }
        self.not_held(&admitted.server, kind).await?;
        let aim = self.aim_now(&admitted.server, aim).await?;
        let (proposal, beside) = self.proposal_beside(&admitted.server, aim).await?;
        let guard = self.guard(asking, &admitted, haste, self.calls(&admitted.server, &proposal))?;
        let idle = haste == ApprovalMode::BreakGlass && guard == Guard::Unprotected;
        let request =
            Request { beside: Some(beside), ..request(asking, &admitted, proposal.wish.clone(), reason, guard) };
        let reply = self.card(request, &proposal, repeat, asking.locale).await?;
        Ok(if idle { reply.after(&say!(asking.locale, "confirm-glass-idle")) } else { reply })
    }

    /// **Confirm**: everything is checked again, and only what the person was shown is done.
    pub(crate) async fn confirm(&self, asking: &Asker, id: CardId) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        let card = self.own_card(asking, id).await?;
        self.still_good(&card).await?;
        let confirmed = match card.again {
            Some(again) => self.confirm_again(asking, card.clone(), again).await,
            None => self.confirm_new(asking, card.clone()).await,
        };
        match confirmed {
            // Whatever the second of two presses stumbled over: the first one is why.
            Err(refusal) => self.still_good(&card).await.and(Err(refusal)),
            confirmed => confirmed,
        }
    }

    /// That a card may still be answered.
    pub(super) async fn still_good(&self, card: &Card) -> Result<(), Refusal> {
        let Some(refusal) = self.store.card_refusal(card.id, clock::now()).await? else { return Ok(()) };
        if let CardRefusal::Answered(Some(id)) = refusal
            && self.store.operation(id).await?.is_some_and(|operation| !operation.state.is_ended())
        {
            return Err(Refusal::UnderWay(id, card.command.clone()));
        }
        Err(Refusal::Card(refusal, card.command.clone()))
    }

    async fn confirm_new(&self, asking: &Asker, card: Card) -> Result<Reply, Refusal> {
        let id = card.id;
        let kind = card.request.kind();
        if !kind.is_always_open() {
            self.press_counted(asking)?;
        }
        self.not_paused(asking, kind).await?;
        let known = self.find_named(asking, &card.request.server, intake::needed(kind)).await?;
        let admitted = self.admit(asking, &known, kind).await?;
        let server = &admitted.server;
        match self.not_held(server, kind).await {
            Err(Refusal::Busy(holder)) if is_same_deed(&holder, &card.request) => {
                return Err(Refusal::UnderWay(holder.id, card.command));
            }
            held => held?,
        }
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
        let known_as = Some(server.identity());
        let request = Request { guard, known_as, ..card.request };
        match self.intake.open_from_card(&admitted.grant, id, &request).await? {
            Open::Accepted(operation, _) => Ok(Reply::text(accepted(&operation, asking))),
            Open::Busy(holder) if is_same_deed(&holder, &request) => Err(Refusal::UnderWay(holder.id, card.command)),
            Open::Busy(holder) => Err(Refusal::Busy(holder)),
            Open::Refused(refusal) => Err(Refusal::Card(refusal, card.command)),
        }
    }

    /// A restore of a server that has left its rescue is no reboot: it only puts back what is still set.
    pub(super) async fn aim_now(&self, server: &Server, aim: Aim) -> Result<Aim, Refusal> {
        if aim != Aim::Restore(Back::Recorded) {
            return Ok(aim);
        }
        Ok(self.lookout.lease(server).await?.map_or(aim, |lease| way_out(&lease)))
    }

    /// The exact calls of a proposal.
    fn calls(&self, server: &Server, proposal: &Proposal) -> Vec<ExactCall> {
        exact_calls::of(&server.name, &proposal.wish, &proposal.plan, &self.settings.secret_from)
    }

    /// **Cancel** on a confirmation card.
    pub(crate) async fn dismiss(&self, asking: &Asker, id: CardId) -> Result<Reply, Refusal> {
        let card = self.own_card(asking, id).await?;
        match self.store.cancel_card(id, clock::now()).await? {
            None => Ok(Reply::text(say!(asking.locale, "card-cancelled"))),
            Some(refusal) => Err(Refusal::Card(refusal, card.command)),
        }
    }

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
        let (proposal, beside) = self.proposal_beside(&admitted.server, aim).await?;
        let guard = self.guard_press(asking, admitted, self.calls(&admitted.server, &proposal))?;
        let asks = Request { beside: Some(beside), ..request(asking, admitted, proposal.wish.clone(), None, guard) };
        if let Wish::PutBack { despite, instead: None, .. } = &proposal.wish
            && despite.is_empty()
            && proposal.remarks.is_empty()
            && asks.beside.as_ref().is_none_or(Beside::is_quiet)
        {
            return self.open_by_press(asking, admitted, asks).await;
        }
        // Whoever might break the glass is told how before they confirm: the card passes no approval.
        let emergency = match asks.guard {
            Guard::Approval(_) => self.emergency(asking, &admitted.server, Emergency::Restore),
            Guard::Unprotected | Guard::BrokenGlass { .. } => None,
        };
        let reply = self.card(asks, &proposal, restore_command(operation), asking.locale).await?;
        Ok(Reply { content: Emergency::below(reply.content, emergency.as_ref(), asking.locale), ..reply })
    }

    /// What needs no confirmation card: this very command or press opens it.
    pub(super) async fn open_at_once(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        wish: Wish,
        guard: Guard,
    ) -> Result<Reply, Refusal> {
        self.open_request(asking, admitted, &request(asking, admitted, wish, None, guard)).await
    }

    async fn open_request(&self, asking: &Asker, admitted: &Admitted, request: &Request) -> Result<Reply, Refusal> {
        match self.intake.open_from_press(&admitted.grant, asking.interaction, request).await? {
            Open::Accepted(operation, _) => Ok(Reply::text(accepted(&operation, asking))),
            Open::Busy(holder) => Err(Refusal::Busy(holder)),
            Open::Refused(_) => Err(Refusal::Unknown),
        }
    }

    /// The same by a press on a button: it passes no approval, so who might is told what does.
    pub(super) async fn open_by_press(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        request: Request,
    ) -> Result<Reply, Refusal> {
        let emergency = match request.guard {
            Guard::Approval(_) => self.emergency(asking, &admitted.server, Emergency::Restore),
            Guard::Unprotected | Guard::BrokenGlass { .. } => None,
        };
        let reply = self.open_request(asking, admitted, &request).await?;
        Ok(Reply { content: Emergency::below(reply.content, emergency.as_ref(), asking.locale), ..reply })
    }

    pub(super) async fn own_card(&self, asking: &Asker, id: CardId) -> Result<Card, Refusal> {
        let card = self.store.card(id).await?.ok_or(Refusal::Card(CardRefusal::Unknown, String::new()))?;
        if card.request.requester != asking.requester.user {
            return Err(Refusal::NotYours);
        }
        Ok(card)
    }

    /// What it would boot into is no longer what the card said: a new card says what it is now.
    async fn ask_again(&self, asking: &Asker, admitted: &Admitted, old: Card, why: String) -> Result<Reply, Refusal> {
        let aim = Aim::of(&old.request.wish);
        Ok(self.card_instead(asking, admitted, old, aim).await?.after(&why))
    }

    /// A card for `aim` takes the place of an old one, with its reason.
    pub(super) async fn card_instead(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        old: Card,
        aim: Aim,
    ) -> Result<Reply, Refusal> {
        let (proposal, beside) = self.proposal_beside(&admitted.server, aim).await?;
        if let Some(refusal) = self.store.cancel_card(old.id, clock::now()).await? {
            return Err(Refusal::Card(refusal, old.command));
        }
        let haste = ApprovalMode::of(&old.request.guard);
        let guard = self.guard(asking, admitted, haste, self.calls(&admitted.server, &proposal))?;
        let request = request(asking, admitted, proposal.wish.clone(), old.request.reason.clone(), guard);
        let request = Request { beside: Some(beside), ..request };
        self.card(request, &proposal, old.command, asking.locale).await
    }

    /// That the server's limit has room for one more operation.
    pub(super) fn would_let(&self, server: &Server) -> Result<(), Refusal> {
        let label = || Some(server.label().to_owned());
        self.intake.limits().would_let(&server.name).map_err(|too_often| Refusal::TooOften(too_often, label()))
    }

    /// What would be done for `aim` now.
    pub(super) async fn proposal(&self, server: &Server, aim: Aim) -> Result<Proposal, Refusal> {
        let lease = self.lookout.lease(server).await?;
        self.fleet.propose(server, aim, lease.as_ref()).await.map_err(|error| Refusal::from_plan(error, server.label()))
    }

    /// The same, and what others do with the server meanwhile.
    pub(super) async fn proposal_beside(&self, server: &Server, aim: Aim) -> Result<(Proposal, Beside), Refusal> {
        let lasting = match &aim {
            Aim::Enable { lease, .. } => *lease,
            Aim::Restore(_) | Aim::PutBack(_) | Aim::Reboot => SignedDuration::ZERO,
        };
        let ours = self.store.tasks_of(&server.name).await?;
        let beside = self.fleet.beside(server, &ours, None, Scope::Whole(lasting));
        let (proposal, beside) = tokio::join!(Box::pin(self.proposal(server, aim)), beside);
        Ok((proposal?, beside))
    }

    /// What others do with the server by now, but for what was `shown` and has ended.
    async fn beside(&self, server: &Server, shown: Option<&Beside>, wish: &Wish) -> Result<Beside, Refusal> {
        let lasting = match wish {
            Wish::Enable(wish) => wish.lease,
            _ => SignedDuration::ZERO,
        };
        let ours = self.store.tasks_of(&server.name).await?;
        Ok(self.fleet.beside(server, &ours, shown, Scope::Whole(lasting)).await)
    }

    async fn card(
        &self,
        request: Request,
        proposal: &Proposal,
        repeat: String,
        locale: Locale,
    ) -> Result<Reply, Refusal> {
        let card = Card { id: CardId::new(), request, command: repeat, again: None };
        let lease = self.store.lease(&card.request.server).await?;
        let content = describe(&card.request, proposal, lease.as_ref(), self.settings.remind_before);
        self.show_card(&card, content, locale).await
    }

    /// A card, stored before anybody sees it.
    pub(super) async fn show_card(&self, card: &Card, content: String, locale: Locale) -> Result<Reply, Refusal> {
        self.store.save_card(card, clock::now()).await?;
        let mut buttons = vec![Button::Confirm(card.id).create(locale)];
        if let Wish::Restore { into, .. } | Wish::PutBack { into, .. } = &card.request.wish
            && !into.is_disk()
        {
            buttons.push(Button::ToDisk(card.id).create(locale));
        }
        buttons.push(Button::Dismiss(card.id).create(locale));
        Ok(Reply { buttons, ..Reply::text(content) })
    }
}

/// Whether the operation that holds the server does just that, for the same person: then nothing is in the way.
fn is_same_deed(holder: &Operation, request: &Request) -> bool {
    let same_person = holder.request.requester == request.requester;
    same_person && holder.request.kind() == request.kind()
}

/// What ends a lease: without a reboot, where the server has left its rescue already.
fn way_out(lease: &Lease) -> Aim {
    if lease.seen.has_left() { Aim::PutBack(Back::Recorded) } else { Aim::Restore(Back::Recorded) }
}

/// What to type when a button comes too late.
fn restore_command(operation: &Operation) -> String {
    format!("/restore server:{}", operation.request.typed())
}

/// It is durable now, so the person can be told.
fn accepted(operation: &Operation, asking: &Asker) -> String {
    let accepted = accepted_waiting(operation, asking).unwrap_or_else(|| {
        let server = named(&operation.request.label);
        say!(asking.locale, "accepted", id = operation.id.to_string(), server = server)
    });
    let beside = operation.request.beside.iter().flat_map(|beside| others::works(&beside.works, asking.locale));
    std::iter::once(accepted).chain(beside).collect::<Vec<_>>().join("\n")
}

/// What `asker` asks for, on a server as it is now, allowed by their grant.
pub(super) fn request(
    asking: &Asker,
    admitted: &Admitted,
    wish: Wish,
    reason: Option<String>,
    guard: Guard,
) -> Request {
    let Admitted { server, grant, .. } = admitted;
    Request {
        wish,
        server: server.name.clone(),
        account: server.account.clone(),
        label: server.label().to_owned(),
        requester: asking.requester.user,
        locale: asking.locale,
        channel: asking.channel,
        place: asking.place,
        reason,
        rule: grant.place().to_string(),
        guard,
        known_as: Some(server.identity()),
        beside: None,
    }
}

fn kind_of(aim: &Aim) -> Kind {
    match aim {
        Aim::Enable { .. } => Kind::Enable,
        Aim::Restore(_) => Kind::Restore,
        Aim::PutBack(_) => Kind::PutBack,
        Aim::Reboot => Kind::Reboot,
    }
}
