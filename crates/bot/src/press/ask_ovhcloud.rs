//! **Ask OVHcloud**: a card with the exact text of a ticket, and what confirming it does.

use bernard_domain::{
    card as life,
    mark::Mark,
    operation::{
        Kind, Operation, Wish,
        approval::Guard,
        ticket::{TicketWish, Trouble},
    },
};
use bernard_platform::clock;
use bernard_store::{Card, CardId};
use bernard_text::say;

use crate::{
    admission::Admitted,
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::ticket::{self, Happened},
    reply::Reply,
};

impl Handler {
    /// **Ask OVHcloud** below what came to a bad end: nothing is sent before its card is confirmed.
    pub(crate) async fn ask_ovhcloud(&self, asking: &Asker, operation: &Operation) -> Result<Reply, Refusal> {
        let Some(trouble) = operation.trouble() else { return Err(Refusal::TooLate(Some(operation.id), None)) };
        let admitted = self.may_ask(asking, operation).await?;
        let events = self.store.events(operation.id).await?;
        let happened = Happened { trouble, operation: Some((operation, &events)) };
        self.ticket_card(asking, &admitted, &happened).await
    }

    /// **Ask OVHcloud** below the refusal of a server that OVHcloud itself holds.
    pub(crate) async fn ask_about(&self, asking: &Asker, typed: &str) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        self.not_paused(asking, Kind::Ticket).await?;
        let known = self.find(asking, typed, bernard_engine::intake::needed(Kind::Ticket)).await?;
        let admitted = self.admit(asking, &known, Kind::Ticket).await?;
        self.not_held(&admitted.server, Kind::Ticket).await?;
        if !admitted.server.is_held_by_ovhcloud() {
            return Err(Refusal::TooLate(None, None));
        }
        self.ticket_card(asking, &admitted, &Happened { trouble: Trouble::Held, operation: None }).await
    }

    /// **Confirm** on that card: everything is checked again.
    pub(super) async fn confirm_ticket(&self, asking: &Asker, card: Card) -> Result<Reply, Refusal> {
        let admitted = self.admit_to_confirm(asking, &card).await?;
        if let Wish::Ticket(TicketWish { about: Some(about), .. }) = &card.request.wish
            && let Some(about) = self.store.operation(*about).await?
        {
            self.not_asked_yet(&about).await?;
        }
        self.open_confirmed(asking, &admitted, card, Guard::Unprotected).await
    }

    async fn may_ask(&self, asking: &Asker, about: &Operation) -> Result<Admitted, Refusal> {
        asking.bot_can_report()?;
        self.not_paused(asking, Kind::Ticket).await?;
        let admitted = self.admit_by_name(asking, about, Kind::Ticket).await?;
        self.not_asked_yet(about).await?;
        self.not_held(&admitted.server, Kind::Ticket).await?;
        Ok(admitted)
    }

    async fn not_asked_yet(&self, about: &Operation) -> Result<(), Refusal> {
        match self.store.ticket_about(about).await? {
            Some((by, number)) => Err(Refusal::TicketThere(by, number, about.request.label.clone())),
            None => Ok(()),
        }
    }

    async fn ticket_card(
        &self,
        asking: &Asker,
        admitted: &Admitted,
        happened: &Happened<'_>,
    ) -> Result<Reply, Refusal> {
        let (server, locale) = (&admitted.server, asking.locale);
        let dossier = Box::pin(self.fleet.dossier(server)).await;
        let ticket = ticket::compose(happened, server, &dossier, Mark::new(), locale);
        let content = ticket::describe(&ticket, server, clock::now() + life::LIFE, locale);
        let request = self.request(asking, admitted, Wish::Ticket(ticket), None, Guard::Unprotected);
        let command = say!(locale, "button-ask-ovhcloud");
        self.show_card(&Card { id: CardId::new(), request, command, again: None }, content, locale).await
    }
}
