//! Acknowledge first, then everything else.
//!
//! Discord gives three seconds and Bernard uses milliseconds: nothing is read before the acknowledgement, and if that fails,
//! nothing is done. Acknowledging is not accepting: "accepted" is said only after the commit.

use std::sync::{Arc, Mutex};

use bernard_discord::{InteractionKey, RawInteraction, Rest, fit, sender::Ack};
use bernard_domain::{
    locale::Locale,
    operation::{OperationId, Source},
    server::QueryId,
};
use bernard_engine::{fleet::Fleet, intake::Desk, lookout::Lookout, policy::SharedPolicy, runner::Runner};
use bernard_store::Store;
use bernard_text as text;
use bernard_text::say;
use jiff::{SignedDuration, tz::TimeZone};
use serenity::{
    builder::{
        CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateButton, CreateInteractionResponse,
        CreateInteractionResponseMessage, CreateSelectMenu, EditInteractionResponse,
    },
    model::{
        application::{CommandInteraction, ComponentInteraction, Interaction, ModalInteraction},
        channel::MessageFlags,
    },
};

use super::{
    answer::Line,
    asking::{Asking, Realm},
    command::Command,
    component::{self, Button},
    dm,
    form::Form,
    reception::{Lane, Visitor},
    refusal::Refusal,
    registration::Registration,
    tally::Tally,
};

/// What the handler needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct HandlerSettings {
    /// Where commands are taken.
    pub realm: Realm,
    /// How long a rescue is meant to last, unless its requester says.
    pub lease: SignedDuration,
    /// The longest lease.
    pub max_lease: SignedDuration,
    /// How long before a lease's end its owner is reminded.
    pub remind_before: SignedDuration,
    /// The operator's time zone.
    pub zone: TimeZone,
    /// Where credentials may be mailed to; empty: anywhere.
    pub email_domains: Vec<String>,
    /// Where the link is looked for, in order.
    pub secret_from: Vec<Source>,
    /// The Discord role that is told when a deadline passes, and when somebody breaks the glass.
    pub oncall_role: Option<u64>,
    /// How the registration of the commands stands.
    pub registration: Registration,
}

/// Takes interactions.
#[derive(Debug)]
pub struct Handler {
    pub(super) rest: Rest,
    pub(super) settings: HandlerSettings,
    pub(super) policy: SharedPolicy,
    pub(super) store: Store,
    pub(super) fleet: Fleet,
    pub(super) desk: Desk,
    pub(super) runner: Arc<Runner>,
    /// Refusals that are not written one by one.
    pub(super) refusals: Mutex<Tally>,
    pub(super) lookout: Lookout,
}

/// What is shown to the asker, and to nobody else.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) content: String,
    pub(super) buttons: Vec<CreateButton>,
    /// A menu below the buttons.
    pub(super) menu: Option<CreateSelectMenu>,
    /// The operation whose link this shows, and the request that made its secret: recorded once the person has it, so a lost
    /// answer leaves the button.
    pub(super) reveals: Option<(OperationId, Option<QueryId>)>,
    /// What is attached.
    pub(super) files: Vec<CreateAttachment>,
}

impl Reply {
    pub(super) fn text(content: String) -> Self {
        Self { content, buttons: Vec::new(), menu: None, reveals: None, files: Vec::new() }
    }

    pub(super) fn after(mut self, first: &str) -> Self {
        self.content = format!("{first}\n{}", self.content);
        self
    }

    /// Whether it shows a link that is not in its words but in a file.
    pub(super) fn is_in_a_file(&self) -> bool {
        self.reveals.is_some() && self.files.iter().any(|file| !file.filename.ends_with(dm::REMOTE_DESKTOP))
    }

    pub(super) fn refusal(refusal: &Refusal, locale: Locale) -> Self {
        Self::text(refusal.speak(locale))
    }

    /// Nothing in an answer rings anybody.
    pub(super) fn edit(&self) -> EditInteractionResponse {
        let content = fit::cut(&self.content);
        let menu = self.menu.clone().map(CreateActionRow::SelectMenu);
        let rows = component::rows(&self.buttons).into_iter().chain(menu).collect();
        EditInteractionResponse::new().content(content).components(rows).allowed_mentions(CreateAllowedMentions::new())
    }
}

impl Handler {
    /// A handler of interactions.
    pub fn new(
        rest: Rest,
        settings: HandlerSettings,
        policy: SharedPolicy,
        store: Store,
        fleet: Fleet,
        desk: Desk,
        runner: Arc<Runner>,
    ) -> Self {
        let lookout = runner.lookout();
        Self { rest, settings, policy, store, fleet, desk, runner, refusals: Mutex::default(), lookout }
    }

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
        let asking = Asking::of_command(&command, &self.settings.realm);
        let typed = asking.and_then(|asking| Ok((asking, Command::parse(&command.data)?)));
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
        let _place = visitor.in_turn(if way_out { Lane::Way } else { Lane::Asked }).await;
        let reply = match typed {
            Ok((asking, typed)) => match self.counted(&asking, &typed) {
                // On the heap: what a command does is large, and so is what waits for it.
                Ok(()) => Box::pin(self.execute(&asking, typed)).await,
                Err(too_often) => Err(too_often),
            },
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &reply {
            self.audit_refused_command(&command, refusal).await;
        }
        self.answer(Line::of_command(key, &command), reply).await;
    }

    /// Counts a command against its asker's limit, unless it leads out.
    fn counted(&self, asking: &Asking, typed: &Command) -> Result<(), Refusal> {
        if typed.is_always_open() {
            return Ok(());
        }
        self.desk.limits().command(asking.requester.user).map_err(|too_often| Refusal::TooOften(too_often, None))
    }

    /// Whether a command is one too many; counts nothing, because it is not acknowledged yet.
    fn would_be_counted(&self, typed: &Result<(Asking, Command), Refusal>) -> Result<(), Refusal> {
        match typed {
            Ok((asking, typed)) if !typed.is_always_open() => {
                let limits = self.desk.limits();
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
            Ok(Button::AddReason(denied, round)) => Form::DenialReason(denied, round).open(locale),
            Ok(
                Button::Confirm(_) | Button::Dismiss(_) | Button::ToDisk(_) | Button::ExtendBy(..) | Button::Turn(_),
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
        let _place = visitor.in_turn(Lane::Way).await;
        let reply = match button {
            Ok(Button::AddReason(..)) => return,
            Ok(button) => Box::pin(self.pressed(&press, button)).await,
            Err(_) => Err(Refusal::Unknown),
        };
        if let Err(refusal) = &reply {
            self.audit_refused_press(&press, refusal).await;
        }
        self.answer(Line::of_press(key, &press), reply).await;
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
        self.answer(Line::of_form(key, &form), reply).await;
    }

    /// Whether Discord took the first answer. If not, nothing is done: the person saw a failure, or somebody else answered.
    pub(super) async fn acknowledged(&self, key: &InteractionKey, first: &CreateInteractionResponse) -> bool {
        match self.rest.acknowledge(key, first).await {
            Ack::Acknowledged => true,
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

pub(super) fn at_once(words: String) -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new()
        .ephemeral(true)
        .content(words)
        .allowed_mentions(CreateAllowedMentions::new());
    CreateInteractionResponse::Message(message)
}
