//! What a press of a button does. Buttons only work for whom they were made; the roles are those of this moment.

mod again;
mod alert;
mod approval;
mod ask_ovhcloud;
mod calls;
mod code;
mod confirmation;
mod delete;
mod disk;
mod extension;
mod foreign;
mod free_sessions;
mod look_again;
mod reveal;
mod try_again;
mod turn;
mod way;
mod way_out;

use std::pin::Pin;

use bernard_domain::operation::{ChannelId, Operation, Source};
use bernard_engine::intake::Decision;
use bernard_store::CardId;
use bernard_text::say;
use serenity::model::application::ComponentInteraction;

use crate::{
    asker::Asker,
    component::{Button, Subject},
    context::Handler,
    refusal::{LeaseRefusal, Refusal, done},
    reply::Reply,
    retype::Retype,
};

/// What one button does, on the heap and made in a frame of its own: the dispatch holds none of all that could be pressed.
fn apart<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}

impl Handler {
    pub(super) async fn pressed(&self, press: &ComponentInteraction, button: Button) -> Result<Reply, Refusal> {
        let served_guild = &self.settings.served_guild;
        match button.subject() {
            Subject::Card(card) => {
                let asking = self.asking_of_card(press, card).await?;
                match button {
                    // The form for a code was the first answer to its press.
                    Button::Confirm(_) | Button::ConfirmByCode(_) => apart(|| self.confirm(&asking, card, None)).await,
                    Button::ToDisk(_) => apart(|| self.to_the_disk(&asking, card)).await,
                    Button::ShowCalls(_) => apart(|| self.show_calls(&asking, card)).await,
                    _ => apart(|| self.dismiss(&asking, card)).await,
                }
            }
            Subject::Page(place) => self.turn(press, place),
            Subject::Way(way) => apart(|| self.take_way(press, way)).await,
            Subject::Operation(_) if matches!(button, Button::DeleteMessage(_)) => {
                apart(|| self.delete_message(press)).await
            }
            Subject::Operation(named) => {
                let operation = self.store.operation(named.id).await?;
                let operation = self.made_here(press, button, operation, |one| button.is_of(one)).await?;
                let asking = Asker::of_press(press, served_guild, &self.rest, Some(&operation.request)).await?;
                apart(|| self.about(&asking, button, &operation)).await
            }
            Subject::Alert(named) => apart(|| self.about_alerts(press, button, named)).await,
            Subject::Foreign(named) => {
                let asking = Asker::of_press(press, served_guild, &self.rest, None).await?;
                // Those that are over leave no row: then nobody can tell whose number it was.
                let foreign = self.store.foreign_rescue(named.id).await?.ok_or(Refusal::Lease(LeaseRefusal::Gone))?;
                let foreign = self.made_here(press, button, Some(foreign), |one| named == one.marked()).await?;
                match button {
                    Button::Adopt(_) => apart(|| self.adopt(&asking, &foreign)).await,
                    _ => apart(|| self.restore_foreign(&asking, &foreign)).await,
                }
            }
        }
    }

    /// What a button is about, if this store made the button for that very thing: by its mark, or, of before there were marks,
    /// because the message is ours. What another store made means nothing here, whatever has that number.
    async fn made_here<T>(
        &self,
        press: &ComponentInteraction,
        button: Button,
        named: Option<T>,
        is_its: impl Fn(&T) -> bool,
    ) -> Result<T, Refusal> {
        let elsewhere = || Refusal::MadeElsewhere(Retype::of(button, &press.message.content));
        let here = named.ok_or_else(elsewhere)?;
        if is_its(&here) {
            return Ok(here);
        }
        let channel = ChannelId(press.channel_id.get());
        match button.is_unmarked() && self.store.has_posted(channel, press.message.id.get()).await? {
            true => Ok(here),
            false => Err(elsewhere()),
        }
    }

    async fn about(&self, asking: &Asker, button: Button, operation: &Operation) -> Result<Reply, Refusal> {
        match button {
            Button::Cancel(_) => apart(|| self.decide(asking, operation, Decision::Cancel)).await,
            Button::RebootAgain(_, asked) => apart(|| self.propose_again(asking, operation, asked)).await,
            Button::LeaveIt(_, asked) => apart(|| self.decide(asking, operation, Decision::LeaveIt(asked))).await,
            Button::LetGo(_) => apart(|| self.decide(asking, operation, Decision::LetGo)).await,
            Button::Approve(_, round) => apart(|| self.approve(asking, operation, round, None)).await,
            Button::Deny(_, round) => apart(|| self.deny(asking, operation, round)).await,
            Button::Withdraw(_, round) => apart(|| self.withdraw(asking, operation, round)).await,
            Button::AskedCalls(_, round) => calls::asked(operation, round, asking.locale),
            Button::RestoreNow(_) => apart(|| self.restore_now(asking, operation)).await,
            Button::PutNetbootBack(_) => apart(|| self.put_netboot_back(asking, operation)).await,
            Button::Reveal(_) => apart(|| self.reveal(asking, operation)).await,
            Button::LookAgain(_) => {
                apart(|| self.look_again(asking, operation, self.settings.secret_from.clone())).await
            }
            Button::TryMail(_) => apart(|| self.look_again(asking, operation, vec![Source::Mail])).await,
            Button::TryAgain(_) => apart(|| self.try_again(asking, operation)).await,
            Button::AskOvhcloud(_) => apart(|| self.ask_ovhcloud(asking, operation)).await,
            Button::FreeSessions(_) => apart(|| self.free_sessions(asking, operation)).await,
            Button::Console(_) => apart(|| self.console_again(asking, operation)).await,
            Button::Extend(_) => apart(|| self.offer_extension(asking, operation)).await,
            Button::ExtendBy(_, offer, shown) => apart(|| self.take_offer(asking, operation, offer, shown)).await,
            // The form of **Add reason**, or for a code, was the first answer to its press.
            Button::Confirm(_)
            | Button::ConfirmByCode(_)
            | Button::ApproveByCode(..)
            | Button::Dismiss(_)
            | Button::ToDisk(_)
            | Button::ShowCalls(_)
            | Button::DeleteMessage(_)
            | Button::AddReason(..)
            | Button::Adopt(_)
            | Button::RestoreForeign(_)
            | Button::Alert(..)
            | Button::Guide(_)
            | Button::Turn(_)
            | Button::Way(_) => Err(Refusal::Unknown),
        }
    }

    /// A confirmation card may also stand in a DM, below **Restore now**: it counts as pressed where it was asked for.
    async fn asking_of_card(&self, press: &ComponentInteraction, id: CardId) -> Result<Asker, Refusal> {
        let card = self.store.card(id).await?;
        let request = card.as_ref().map(|card| &card.request);
        Asker::of_press(press, &self.settings.served_guild, &self.rest, request).await
    }

    async fn decide(&self, asking: &Asker, operation: &Operation, decision: Decision) -> Result<Reply, Refusal> {
        let (_, grant) = self.admit_for(asking, operation, decision.needs(operation)).await?;
        done(self.intake.decide(&grant, operation.id, decision).await?)?;
        Ok(Reply::text(match decision {
            Decision::Cancel => say!(asking.locale, "decided-cancel"),
            Decision::RebootAgain(_) => say!(asking.locale, "decided-again"),
            Decision::LeaveIt(_) => say!(asking.locale, "decided-leave"),
            Decision::LetGo => say!(asking.locale, "decided-let-go"),
        }))
    }

    /// Counts a press that begins something against its asker's limit.
    pub(super) async fn press_counted(&self, asking: &Asker) -> Result<(), Refusal> {
        let counted = self.intake.limits().press(asking.requester.user).await;
        counted.map_err(|too_often| Refusal::TooOften(too_often, None))
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::second_factor::Code;

    use super::*;

    /// How large the future is that a press waits in.
    fn held<F: Future>(_: impl FnOnce(&'static Handler, &'static ComponentInteraction, Button) -> F) -> usize {
        size_of::<F>()
    }

    /// The same of what a button about an operation does.
    fn of_about<F: Future>(_: impl FnOnce(&'static Handler, &'static Asker, Button, &'static Operation) -> F) -> usize {
        size_of::<F>()
    }

    /// The same of what a card's button does.
    fn of_card<F: Future>(_: impl FnOnce(&'static Handler, &'static Asker, CardId) -> F) -> usize {
        size_of::<F>()
    }

    /// The same of **Confirm**, which a form may bring a code to.
    fn of_confirm<F: Future>(
        _: impl FnOnce(&'static Handler, &'static Asker, CardId, Option<&'static Code>) -> F,
    ) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_press_holds_little_while_it_waits() {
        let dispatch = [held(Handler::pressed), of_about(Handler::about)];
        let cards = [of_confirm(Handler::confirm), of_card(Handler::to_the_disk), of_card(Handler::show_calls)];
        println!("figure: {dispatch:?} bytes of a press, {cards:?} of a card's");
        assert!(dispatch.iter().all(|bytes| *bytes < 8 * 1024), "{dispatch:?} bytes");
        assert!(cards.iter().all(|bytes| *bytes < 32 * 1024), "{cards:?} bytes");
    }
}
