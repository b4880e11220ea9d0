//! What `/rescue enable`, `/restore` and `/reboot` have in common: a card first, and what pressing it does.

use bernard_domain::{
    card as life,
    lease::Lease,
    locale::Locale,
    operation::{Kind, Request, Wish, approval::Guard, exact_call::ExactCall},
    others::Beside,
    runbook,
    server::Server,
};
use bernard_engine::{
    beside::Scope,
    exact_calls, intake,
    plan::{Aim, Back, Proposal},
};
use bernard_platform::clock;
use bernard_store::{Card, CardId, Open};
use bernard_text::say;
use jiff::SignedDuration;

use crate::{
    admission::{Admitted, guard::ApprovalMode},
    asker::Asker,
    component::Button,
    context::Handler,
    refusal::{Emergency, Refusal},
    render::confirmation::{Shown, describe},
    reply::Reply,
};

pub(crate) use crate::typed::Typed;

impl Handler {
    /// Answers with a confirmation card: nothing is done before it is pressed.
    pub(crate) async fn propose(
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
        self.reason_fits(&admitted.server, kind, reason.as_deref(), &repeat)?;
        if !kind.is_always_open() {
            self.would_let(&admitted.server).await?;
        }
        self.not_held(&admitted.server, kind).await?;
        let aim = self.aim_now(&admitted.server, aim).await?;
        let (proposal, beside) = self.proposal_beside(&admitted.server, aim).await?;
        let guard = self.guard(asking, &admitted, haste, self.calls(&admitted.server, &proposal))?;
        let idle = haste == ApprovalMode::BreakGlass && guard == Guard::Unprotected;
        let request =
            Request { beside: Some(beside), ..self.request(asking, &admitted, proposal.wish.clone(), reason, guard) };
        let reply = self.card(request, &admitted.server, &proposal, repeat).await?;
        Ok(if idle { reply.after(&say!(asking.locale, "confirm-glass-idle")) } else { reply })
    }

    /// A restore of a server that has left its rescue is no reboot: it only puts back what is still set.
    pub(crate) async fn aim_now(&self, server: &Server, aim: Aim) -> Result<Aim, Refusal> {
        if aim != Aim::Restore(Back::Recorded) {
            return Ok(aim);
        }
        Ok(self.lookout.lease(server).await?.map_or(aim, |lease| way_out(&lease)))
    }

    /// What `asking` asks for, on a server as it is now, allowed by their grant.
    pub(crate) fn request(
        &self,
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
            rule: grant.rule(),
            guard,
            known_as: Some(server.identity()),
            beside: None,
            runbooks: runbook::about(&self.settings.runbooks, server),
        }
    }

    /// The exact calls of a proposal.
    pub(crate) fn calls(&self, server: &Server, proposal: &Proposal) -> Vec<ExactCall> {
        exact_calls::of(&server.name, &proposal.wish, &proposal.plan, &self.settings.secret_from)
    }

    /// What needs no confirmation card: this very command or press opens it.
    pub(crate) async fn open_at_once(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        wish: Wish,
        guard: Guard,
    ) -> Result<Reply, Refusal> {
        self.open_request(asking, admitted, &self.request(asking, admitted, wish, None, guard)).await
    }

    async fn open_request(&self, asking: &Asker, admitted: &Admitted, request: &Request) -> Result<Reply, Refusal> {
        match self.intake.open_from_press(&admitted.grant, asking.interaction, request).await? {
            Open::Accepted(operation, _) => Ok(Reply::accepted(operation, asking.locale)),
            Open::Busy(holder) => Err(Refusal::Busy(holder)),
            Open::Refused(_) => Err(Refusal::Unknown),
        }
    }

    /// The same by a press on a button: it passes no approval, so who might is told what does.
    pub(crate) async fn open_by_press(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        request: Request,
    ) -> Result<Reply, Refusal> {
        let emergency = self.emergency_restore(asking, &admitted.server, &request.guard);
        let reply = self.open_request(asking, admitted, &request).await?;
        Ok(reply.reworded(|words| Emergency::below(words.to_owned(), emergency.as_ref(), asking.locale)))
    }

    /// A card for `aim` takes the place of an old one, with its reason.
    pub(crate) async fn card_instead(
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
        let request = self.request(asking, admitted, proposal.wish.clone(), old.request.reason.clone(), guard);
        let request = Request { beside: Some(beside), ..request };
        self.card(request, &admitted.server, &proposal, old.command).await
    }

    /// That the server's limit has room for one more operation.
    pub(crate) async fn would_let(&self, server: &Server) -> Result<(), Refusal> {
        let label = || Some(server.label().to_owned());
        self.intake.limits().would_let(&server.name).await.map_err(|too_often| Refusal::TooOften(too_often, label()))
    }

    /// What would be done for `aim` now.
    pub(crate) async fn proposal(&self, server: &Server, aim: Aim) -> Result<Proposal, Refusal> {
        let lease = self.lookout.lease(server).await?;
        self.fleet.propose(server, aim, lease.as_ref()).await.map_err(|error| Refusal::from_plan(error, server.label()))
    }

    /// The same, and what others do with the server meanwhile.
    pub(crate) async fn proposal_beside(&self, server: &Server, aim: Aim) -> Result<(Proposal, Beside), Refusal> {
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
    pub(crate) async fn beside(&self, server: &Server, shown: Option<&Beside>, wish: &Wish) -> Result<Beside, Refusal> {
        let lasting = match wish {
            Wish::Enable(wish) => wish.lease,
            _ => SignedDuration::ZERO,
        };
        let ours = self.store.tasks_of(&server.name).await?;
        Ok(self.fleet.beside(server, &ours, shown, Scope::Whole(lasting)).await)
    }

    pub(crate) async fn card(
        &self,
        request: Request,
        server: &Server,
        proposal: &Proposal,
        repeat: String,
    ) -> Result<Reply, Refusal> {
        let card = Card { id: CardId::new(), request, command: repeat, again: None };
        let lease = self.store.lease(&card.request.server).await?;
        let shown = Shown {
            server,
            proposal,
            lease: lease.as_ref(),
            remind_before: self.settings.remind_before,
            usual: self.store.usual(&server.name, card.request.kind()).await?,
            until: clock::now() + life::LIFE,
        };
        let content = describe(&card.request, &shown);
        self.show_card(&card, content, card.request.locale).await
    }

    /// A card, stored before anybody sees it.
    pub(crate) async fn show_card(&self, card: &Card, content: String, locale: Locale) -> Result<Reply, Refusal> {
        self.store.save_card(card, clock::now()).await?;
        let confirm = match card.request.wish {
            Wish::PutBack { .. } => say!(locale, "button-confirm-put-back"),
            Wish::Ticket(_) => say!(locale, "button-confirm-ticket"),
            Wish::FreeSessions { .. } => say!(locale, "button-confirm-free-sessions"),
            _ => say!(locale, "button-confirm-reboot"),
        };
        let press = match &card.request.guard {
            Guard::BrokenGlass { passed, .. } if passed.second_factor.is_some() => Button::ConfirmByCode(card.id),
            Guard::Unprotected | Guard::Approval(_) | Guard::BrokenGlass { .. } | Guard::Waived(_) => {
                Button::Confirm(card.id)
            }
        };
        let mut buttons = vec![press.create(locale).labelled(confirm)];
        if let Wish::Restore { into, .. } | Wish::PutBack { into, .. } = &card.request.wish
            && !into.is_disk()
        {
            buttons.push(Button::ToDisk(card.id).create(locale));
        }
        buttons.push(Button::Dismiss(card.id).create(locale));
        buttons.push(Button::ShowCalls(card.id).create(locale));
        Ok(Reply::with_buttons(content, buttons))
    }
}

/// What ends a lease: without a reboot, where the server has left its rescue already.
pub(crate) fn way_out(lease: &Lease) -> Aim {
    if lease.seen.has_left() { Aim::PutBack(Back::Recorded) } else { Aim::Restore(Back::Recorded) }
}

fn kind_of(aim: &Aim) -> Kind {
    match aim {
        Aim::Enable { .. } => Kind::Enable,
        Aim::Restore(_) => Kind::Restore,
        Aim::PutBack(_) => Kind::PutBack,
        Aim::Reboot => Kind::Reboot,
    }
}
