//! Acknowledge first, then everything else.
//!
//! Discord gives three seconds and Bernard uses milliseconds: nothing is read before the acknowledgement, and if that fails,
//! nothing is done. Acknowledging is not accepting: "accepted" is said only after the commit.

use bernard_discord::{InteractionKey, RawInteraction, sender::Ack};
use bernard_domain::locale::Locale;
use bernard_text as text;
use bernard_text::say;
use serenity::{
    builder::{CreateInteractionResponse, CreateInteractionResponseMessage},
    model::{
        application::{CommandInteraction, ComponentInteraction, Interaction, ModalInteraction},
        channel::MessageFlags,
    },
};

use crate::{
    answer::Line,
    asker::Asker,
    command::Command,
    component::{self, Button},
    context::Handler,
    modal::Modal,
    reception::{Lane, Visitor},
    refusal::Refusal,
    reply::at_once,
};

impl Handler {
    /// One interaction, from the acknowledgement to the answer.
    pub(super) async fn take(&self, raw: RawInteraction, visitor: Visitor) {
        let key = raw.key();
        match raw {
            RawInteraction::Unreadable { kind, .. } => self.apologise(&key, kind).await,
            RawInteraction::Readable { interaction, .. } => match *interaction {
                Interaction::Command(command) => self.command(&key, command, visitor).await,
                Interaction::Autocomplete(command) => self.autocomplete(&key, &command).await,
                Interaction::Component(press) => self.press(&key, press, visitor).await,
                Interaction::Modal(form) => self.form(&key, form, visitor).await,
                // Discord's PING is answered where it comes in.
                _ => self.apologise(&key, None).await,
            },
        }
    }

    async fn command(&self, key: &InteractionKey, command: CommandInteraction, visitor: Visitor) {
        let locale = text::locale_of(&command.locale);
        let asking = Asker::of_command(&command, &self.settings.served_guild);
        let typed = asking.and_then(|asking| Ok((asking, Command::parse(&command.data, locale)?)));
        if let Err(too_often) = self.would_be_counted(&typed) {
            // All of the answer is the acknowledgement: a flood costs one request each, and holds nothing.
            if self.acknowledged(key, &at_once(too_often.speak(locale))).await {
                self.audit_refused_command(&command, &too_often).await;
            }
            return;
        }
        if !self.acknowledged(key, &defer()).await {
            return;
        }
        let way_out = typed.as_ref().is_ok_and(|(_, typed)| typed.is_always_open());
        let place = visitor.in_turn(if way_out { Lane::Way } else { Lane::Asked }).await;
        let (typed, reply) = match typed {
            Ok((asking, typed)) => {
                let reply = match self.counted(&asking, &typed).await {
                    // On the heap: what a command does is large, and so is what waits for it.
                    Ok(()) => Box::pin(self.execute(&asking, typed.clone())).await,
                    Err(too_often) => Err(too_often),
                };
                (Some((asking, typed)), reply)
            }
            Err(refusal) => (None, Err(refusal)),
        };
        if let Err(refusal) = &reply {
            self.audit_refused_command(&command, refusal).await;
        }
        let line = Line::of_command(key, &command);
        if !self.answer(&line, &reply).await {
            return;
        }
        if let (Some((asking, typed)), Err(refusal)) = (&typed, &reply) {
            self.offer(&line, self.ways_on(asking, typed, refusal).await).await;
        }
        drop(place);
        self.lead_to_card(&line, reply).await;
    }

    /// Counts a command against its asker's limit, unless it leads out.
    pub(super) async fn counted(&self, asking: &Asker, typed: &Command) -> Result<(), Refusal> {
        if typed.is_always_open() {
            return Ok(());
        }
        let counted = self.intake.limits().command(asking.requester.user).await;
        counted.map_err(|too_often| Refusal::TooOften(too_often, None))
    }

    /// Whether a command is one too many; counts nothing, because it is not acknowledged yet.
    fn would_be_counted(&self, typed: &Result<(Asker, Command), Refusal>) -> Result<(), Refusal> {
        match typed {
            Ok((asking, typed)) if !typed.is_always_open() => {
                let limits = self.intake.limits();
                limits.would_let_command(asking.requester.user).map_err(|too_often| Refusal::TooOften(too_often, None))
            }
            _ => Ok(()),
        }
    }

    async fn press(&self, key: &InteractionKey, press: ComponentInteraction, visitor: Visitor) {
        let button = component::meant(&press.data);
        // A confirmation card changes into its answer, and a page of the guide into another; every other press is answered
        // beside. Both are always ephemeral, so a made-up id changes no message that others read.
        // In a DM nobody else reads; there it is a card only if it has that very button.
        let in_dm = press.guild_id.is_none();
        let on_card = in_dm && component::has(&press.message, &press.data.custom_id)
            || press.message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
        let locale = text::locale_of(&press.locale);
        let first = match button {
            // A form opens only as the first answer, before anything is looked up: what is typed into it is checked when it comes.
            Ok(Button::AddReason(denied, round)) => Modal::DenialReason(denied, round).open(locale),
            Ok(Button::ApproveByCode(asked, round)) => Modal::ApprovalCode(asked, round).open(locale),
            Ok(Button::ConfirmByCode(card)) => Modal::GlassCode(card).open(locale),
            Ok(
                Button::Confirm(_)
                | Button::Dismiss(_)
                | Button::ToDisk(_)
                | Button::ExtendBy(..)
                | Button::Turn(_)
                | Button::Way(_),
            ) if on_card => CreateInteractionResponse::Acknowledge,
            // The card that asks stays in the DM until it is answered.
            Ok(Button::RestoreNow(_) | Button::RestoreForeign(_) | Button::RebootAgain(..)) if in_dm => {
                CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new())
            }
            _ => defer(),
        };
        if !self.acknowledged(key, &first).await {
            return;
        }
        let place = visitor.in_turn(Lane::Way).await;
        let reply = match button {
            Ok(Button::AddReason(..) | Button::ApproveByCode(..) | Button::ConfirmByCode(_)) => return,
            Ok(button) => Box::pin(self.pressed(&press, button)).await,
            Err(_) => Err(Refusal::Unknown),
        };
        if let Err(refusal) = &reply {
            self.audit_refused_press(&press, refusal).await;
        }
        let line = Line::of_press(key, &press);
        if !self.answer(&line, &reply).await {
            return;
        }
        if let (Ok(button), Err(refusal)) = (button, &reply) {
            self.offer(&line, self.ways_on_press(&press, button, refusal).await).await;
        }
        drop(place);
        self.lead_to_card(&line, reply).await;
    }

    async fn form(&self, key: &InteractionKey, form: ModalInteraction, visitor: Visitor) {
        if !self.acknowledged(key, &defer()).await {
            return;
        }
        let _place = visitor.in_turn(Lane::Way).await;
        let reply = Box::pin(self.submitted(&form)).await;
        if let Err(refusal) = &reply {
            self.audit_refused_form(&form, refusal).await;
        }
        let line = Line::of_form(key, &form);
        if self.answer(&line, &reply).await {
            self.lead_to_card(&line, reply).await;
        }
    }

    /// Whether Discord took the first answer, and ours. If not, nothing is done: the person saw a failure, or somebody else answered. Of
    /// replicas each has every interaction, and one of them serves it.
    pub(super) async fn acknowledged(&self, key: &InteractionKey, first: &CreateInteractionResponse) -> bool {
        match self.rest.acknowledge(key, first).await {
            // Whoever is in doubt asks the store who serves it; so whoever is not says it there.
            Ack::Acknowledged => self.store.take_interaction(key.id.get()).await.unwrap_or(true),
            Ack::PerhapsOurs => self.store.take_interaction(key.id.get()).await.unwrap_or(false),
            Ack::Taken if self.store.replica().is_some() => false,
            other => {
                tracing::warn!(interaction.id = %key.id, outcome = ?other, "an interaction was not acknowledged; nothing is done");
                false
            }
        }
    }

    /// What cannot be read is answered all the same, so that nobody waits for three seconds and a red failure.
    async fn apologise(&self, key: &InteractionKey, kind: Option<u64>) {
        /// Discord's number for autocompletion, which takes no message.
        const AUTOCOMPLETE: u64 = 4;
        if kind == Some(AUTOCOMPLETE) {
            return;
        }
        let words = format!("🚫 {}", say!(Locale::En, "refusal-unreadable"));
        self.acknowledged(key, &at_once(words)).await;
    }

    pub(super) async fn turn_away(&self, raw: RawInteraction) {
        let locale = match &raw {
            RawInteraction::Readable { interaction, .. } => match &**interaction {
                Interaction::Command(command) => text::locale_of(&command.locale),
                Interaction::Component(press) => text::locale_of(&press.locale),
                Interaction::Modal(form) => text::locale_of(&form.locale),
                Interaction::Autocomplete(_) => return,
                _ => Locale::En,
            },
            RawInteraction::Unreadable { .. } => Locale::En,
        };
        self.acknowledged(&raw.key(), &at_once(format!("🔁 {}", say!(locale, "restarting")))).await;
    }
}

/// "Thinking…", seen by the asker only; the first answer decides that for good.
fn defer() -> CreateInteractionResponse {
    CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true))
}
