//! **Free stuck sessions**: a card that says what is lost, and what confirming it does; and **Console**, once they are free.

use bernard_domain::{
    card as life,
    operation::{
        Kind, Operation, Request, Wish,
        approval::Guard,
        state::{Outcome, Phase},
    },
};
use bernard_engine::exact_calls;
use bernard_platform::clock;
use bernard_store::{Card, CardId};
use bernard_text::say;

use crate::{
    admission::{Admitted, guard::ApprovalMode},
    asker::Asker,
    command::{Command, ConsoleOptions},
    context::Handler,
    refusal::Refusal,
    render::sessions,
    reply::Reply,
};

impl Handler {
    /// **Free stuck sessions** below a console that stays dark: nothing is asked for before its card is confirmed.
    pub(crate) async fn free_sessions(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        if !operation.may_have_stuck_sessions() {
            return Err(Refusal::TooLate(Some(operation.id), None));
        }
        self.propose_to_free(asking, operation).await
    }

    /// The card, as it would be done now.
    pub(super) async fn propose_to_free(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        self.not_paused(asking, Kind::FreeSessions).await?;
        let admitted = self.admit_by_name(asking, operation, Kind::FreeSessions).await?;
        self.would_let(&admitted.server).await?;
        self.not_held(&admitted.server, Kind::FreeSessions).await?;
        let about = match operation.request.wish {
            Wish::FreeSessions { about } => about,
            _ => operation.id,
        };
        self.card_to_free(asking, &admitted, Wish::FreeSessions { about }).await
    }

    /// **Confirm** on that card: everything is checked again.
    pub(super) async fn confirm_to_free(&self, asking: &Asker, card: Card) -> Result<Reply, Refusal> {
        let admitted = self.admit_to_confirm(asking, &card).await?;
        let shown = card.request.beside.clone().unwrap_or_default();
        let beside = Box::pin(self.beside(&admitted.server, Some(&shown), &card.request.wish)).await?;
        if beside.asks_again(&shown) {
            if let Some(refusal) = self.store.cancel_card(card.id, clock::now()).await? {
                return Err(Refusal::Card(refusal, card.command));
            }
            let why = say!(asking.locale, "card-others");
            return Ok(Box::pin(self.card_to_free(asking, &admitted, card.request.wish)).await?.after(&why));
        }
        let guard = self.guard_to_free(asking, &admitted)?;
        self.open_confirmed(asking, &admitted, card, guard).await
    }

    /// **Console** below the end of that: as it was asked for before, but for an address that is somebody else's.
    pub(crate) async fn console_again(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        let over = matches!(operation.state.phase, Phase::Ended(Outcome::SessionsFreed | Outcome::SessionsUnknown));
        let Wish::FreeSessions { about } = operation.request.wish else { return Err(Refusal::Unknown) };
        if !over {
            return Err(Refusal::TooLate(Some(operation.id), None));
        }
        let console = self.store.operation(about).await?.ok_or(Refusal::Unknown)?;
        self.open_console_like(asking, &console).await
    }

    /// The console that an operation was, for whoever presses: the one address that may use it is its requester's own.
    pub(super) async fn open_console_like(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        let Wish::Console { minutes, ip } = &operation.request.wish else { return Err(Refusal::Unknown) };
        let theirs = operation.request.requester == asking.requester.user;
        let console = ConsoleOptions {
            server: operation.request.server.to_string(),
            minutes: Some(i64::from(minutes.get())),
            ip: ip.filter(|_| theirs).map(|ip| ip.to_string()),
        };
        Box::pin(self.execute(asking, Command::Console(console))).await
    }

    async fn card_to_free(&self, asking: &Asker, admitted: &Admitted, wish: Wish) -> Result<Reply, Refusal> {
        let server = &admitted.server;
        let beside = Box::pin(self.beside(server, None, &wish)).await?;
        let guard = self.guard_to_free(asking, admitted)?;
        let request = Request { beside: Some(beside), ..self.request(asking, admitted, wish, None, guard) };
        let content = sessions::describe(&request, server, clock::now() + life::LIFE);
        let command = say!(asking.locale, "button-free-sessions");
        self.show_card(&Card { id: CardId::new(), request, command, again: None }, content, asking.locale).await
    }

    fn guard_to_free(&self, asking: &Asker, admitted: &Admitted) -> Result<Guard, Refusal> {
        let call = exact_calls::of_session_reset(&admitted.server.name);
        self.guard(asking, admitted, ApprovalMode::None, vec![call])
    }
}
