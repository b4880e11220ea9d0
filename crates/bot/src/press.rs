//! What a press of a button does. Buttons only work for whom they were made; the roles are those of this moment.

mod again;
mod approval;
mod ask_ovhcloud;
mod calls;
mod confirmation;
mod delete;
mod disk;
mod extension;
mod foreign;
mod look_again;
mod reveal;
mod try_again;
mod turn;
mod way;
mod way_out;

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

impl Handler {
    pub(super) async fn pressed(&self, press: &ComponentInteraction, button: Button) -> Result<Reply, Refusal> {
        let served_guild = &self.settings.served_guild;
        match button.subject() {
            Subject::Card(card) => {
                let asking = self.asking_of_card(press, card).await?;
                match button {
                    Button::Confirm(_) => self.confirm(&asking, card).await,
                    Button::ToDisk(_) => self.to_the_disk(&asking, card).await,
                    Button::ShowCalls(_) => self.show_calls(&asking, card).await,
                    _ => self.dismiss(&asking, card).await,
                }
            }
            Subject::Page(place) => self.turn(press, place),
            Subject::Way(way) => self.take_way(press, way).await,
            Subject::Operation(_) if matches!(button, Button::DeleteMessage(_)) => self.delete_message(press).await,
            Subject::Operation(named) => {
                let operation = self.store.operation(named.id).await?;
                let operation = self.made_here(press, button, operation, |one| button.is_of(one)).await?;
                let asking = Asker::of_press(press, served_guild, &self.rest, Some(&operation.request)).await?;
                self.about(&asking, button, &operation).await
            }
            Subject::Foreign(named) => {
                let asking = Asker::of_press(press, served_guild, &self.rest, None).await?;
                // Those that are over leave no row: then nobody can tell whose number it was.
                let foreign = self.store.foreign_rescue(named.id).await?.ok_or(Refusal::Lease(LeaseRefusal::Gone))?;
                let foreign = self.made_here(press, button, Some(foreign), |one| named == one.marked()).await?;
                match button {
                    Button::Adopt(_) => self.adopt(&asking, &foreign).await,
                    _ => self.restore_foreign(&asking, &foreign).await,
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
            Button::Cancel(_) => self.decide(asking, operation, Decision::Cancel).await,
            Button::RebootAgain(_, asked) => self.propose_again(asking, operation, asked).await,
            Button::LeaveIt(_, asked) => self.decide(asking, operation, Decision::LeaveIt(asked)).await,
            Button::LetGo(_) => self.decide(asking, operation, Decision::LetGo).await,
            Button::Approve(_, round) => self.approve(asking, operation, round).await,
            Button::Deny(_, round) => self.deny(asking, operation, round).await,
            Button::Withdraw(_, round) => self.withdraw(asking, operation, round).await,
            Button::AskedCalls(_, round) => calls::asked(operation, round, asking.locale),
            Button::RestoreNow(_) => self.restore_now(asking, operation).await,
            Button::PutNetbootBack(_) => self.put_netboot_back(asking, operation).await,
            Button::Reveal(_) => self.reveal(asking, operation).await,
            Button::LookAgain(_) => self.look_again(asking, operation, self.settings.secret_from.clone()).await,
            Button::TryMail(_) => self.look_again(asking, operation, vec![Source::Mail]).await,
            Button::TryAgain(_) => self.try_again(asking, operation).await,
            Button::AskOvhcloud(_) => self.ask_ovhcloud(asking, operation).await,
            Button::Extend(_) => self.offer_extension(asking, operation).await,
            Button::ExtendBy(_, offer, shown) => self.take_offer(asking, operation, offer, shown).await,
            // The form of **Add reason** was the first answer to its press.
            Button::Confirm(_)
            | Button::Dismiss(_)
            | Button::ToDisk(_)
            | Button::ShowCalls(_)
            | Button::DeleteMessage(_)
            | Button::AddReason(..)
            | Button::Adopt(_)
            | Button::RestoreForeign(_)
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
