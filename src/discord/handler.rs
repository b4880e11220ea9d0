//! Acknowledge first, then everything else.
//!
//! Discord gives three seconds and Bernard uses milliseconds: nothing is read before the acknowledgement, and if that fails,
//! nothing is done. Acknowledging is not accepting: "accepted" is said only after the commit.

use std::sync::{Arc, RwLock};

use jiff::{SignedDuration, tz::TimeZone};
use serenity::{
    builder::{
        CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateButton, CreateInteractionResponse,
        CreateInteractionResponseMessage, CreateSelectMenu, EditInteractionResponse,
    },
    model::{
        application::{CommandInteraction, ComponentInteraction, Interaction, ModalInteraction},
        channel::MessageFlags,
        id::ApplicationId,
    },
};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    InteractionKey, RawInteraction, Rest,
    asking::{Asking, Realm},
    command::Command,
    component::{self, Button},
    form::Form,
    posting,
    refusal::Refusal,
    registration::Registration,
    sender::Ack,
};
use crate::{
    access::Policy,
    config::Locale,
    rescue::{
        desk::Desk,
        fleet::Fleet,
        operation::{OperationId, Source},
        runner::Runner,
        server::QueryId,
    },
    say,
    store::Store,
    text,
};

/// How many interactions are worked on at once.
const AT_ONCE: usize = 256;

/// The policy in force; replaced as a whole when the configuration is read again. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedPolicy(Arc<RwLock<Arc<Policy>>>);

impl SharedPolicy {
    /// This policy, until another one is set.
    pub fn new(policy: Policy) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(policy))))
    }

    /// The policy of this moment.
    pub fn get(&self) -> Arc<Policy> {
        self.0.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |policy| policy.clone())
    }

    /// From now on, this one.
    pub fn set(&self, policy: Policy) {
        match self.0.write() {
            Ok(mut current) => *current = Arc::new(policy),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(policy),
        }
    }
}

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

    fn refusal(refusal: &Refusal, locale: Locale) -> Self {
        Self::text(refusal.speak(locale))
    }

    /// Nothing in an answer rings anybody.
    fn edit(&self) -> EditInteractionResponse {
        let content = posting::cut(self.content.clone());
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
        Self { rest, settings, policy, store, fleet, desk, runner }
    }

    /// Takes what comes until `stop`, then tells the late ones that we restart; those under way are let finish.
    pub async fn run(self: Arc<Self>, mut incoming: mpsc::Receiver<RawInteraction>, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut under_way = JoinSet::new();
        loop {
            tokio::select! {
                raw = incoming.recv() => {
                    let Some(raw) = raw else { break };
                    under_way.spawn(Arc::clone(&self).take_in_turn(raw, Arc::clone(&places), stop.clone()));
                }
                Some(_) = under_way.join_next() => {}
                // What is already in the channel is still told that we restart.
                () = stop.cancelled(), if !incoming.is_closed() => incoming.close(),
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn take_in_turn(self: Arc<Self>, raw: RawInteraction, places: Arc<Semaphore>, stop: CancellationToken) {
        if stop.is_cancelled() {
            return self.turn_away(raw).await;
        }
        let Ok(_place) = places.acquire().await else { return };
        self.take(raw).await;
    }

    /// One interaction, from the acknowledgement to the answer.
    async fn take(&self, raw: RawInteraction) {
        let key = raw.key();
        match raw {
            RawInteraction::Unreadable { kind, .. } => self.apologise(&key, kind).await,
            RawInteraction::Readable { interaction, .. } => match *interaction {
                Interaction::Command(command) => self.command(&key, command).await,
                Interaction::Autocomplete(command) => self.autocomplete(&key, &command).await,
                Interaction::Component(press) => self.press(&key, press).await,
                Interaction::Modal(form) => self.form(&key, form).await,
                // Discord's PING is answered where it comes in.
                _ => self.apologise(&key, None).await,
            },
        }
    }

    async fn command(&self, key: &InteractionKey, command: CommandInteraction) {
        if !self.acknowledged(key, &defer()).await {
            return;
        }
        let locale = text::locale_of(&command.locale);
        let asking = Asking::of_command(&command, &self.settings.realm);
        let reply = match (asking, Command::parse(&command.data)) {
            (Ok(asking), Ok(typed)) => match self.counted(&asking, &typed) {
                Ok(()) => self.execute(&asking, typed).await,
                Err(too_often) => Err(too_often),
            },
            (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
        };
        if let Err(refusal) = &reply {
            self.audit_refused_command(&command, refusal).await;
        }
        self.answer(key, command.application_id, reply, locale).await;
    }

    /// Counts a command against its asker's limit, unless it leads out.
    fn counted(&self, asking: &Asking, typed: &Command) -> Result<(), Refusal> {
        if typed.is_always_open() {
            return Ok(());
        }
        self.desk.limits().command(asking.requester.user).map_err(|too_often| Refusal::TooOften(too_often, None))
    }

    async fn press(&self, key: &InteractionKey, press: ComponentInteraction) {
        let button = component::meant(&press.data);
        // A confirmation card changes into its answer, and a page of the guide into another; every other press is answered
        // beside. Both are always ephemeral, so a made-up id changes no message that others read.
        let on_card = press.message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
        let locale = text::locale_of(&press.locale);
        let first = match button {
            // A form opens only as the first answer, before anything is looked up: what is typed into it is checked when it comes.
            Ok(Button::AddReason(denied, round)) => Form::DenialReason(denied, round).open(locale),
            Ok(
                Button::Confirm(_) | Button::Dismiss(_) | Button::ToDisk(_) | Button::ExtendBy(..) | Button::Turn(_),
            ) if on_card => CreateInteractionResponse::Acknowledge,
            _ => defer(),
        };
        if !self.acknowledged(key, &first).await {
            return;
        }
        let reply = match button {
            Ok(Button::AddReason(..)) => return,
            Ok(button) => self.pressed(&press, button).await,
            Err(_) => Err(Refusal::Unknown),
        };
        if let Err(refusal) = &reply {
            self.audit_refused_press(&press, refusal).await;
        }
        self.answer(key, press.application_id, reply, locale).await;
    }

    async fn form(&self, key: &InteractionKey, form: ModalInteraction) {
        if !self.acknowledged(key, &defer()).await {
            return;
        }
        let reply = self.submitted(&form).await;
        if let Err(refusal) = &reply {
            self.audit_refused_form(&form, refusal).await;
        }
        self.answer(key, form.application_id, reply, text::locale_of(&form.locale)).await;
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

    async fn answer(&self, key: &InteractionKey, app: ApplicationId, reply: Result<Reply, Refusal>, locale: Locale) {
        let reply = reply.unwrap_or_else(|refusal| {
            tracing::info!(interaction.id = %key.id, ?refusal, "refused");
            Reply::refusal(&refusal, locale)
        });
        if let Err(error) = self.rest.edit_original(app, &key.token, &reply.edit(), &reply.files).await {
            tracing::warn!(interaction.id = %key.id, %error, "an answer could not be shown");
            return;
        }
        if let Some((operation, query)) = reply.reveals
            && let Err(error) = self.desk.revealed(operation, query).await
        {
            tracing::error!(operation.id = %operation, %error, "a revealed link could not be recorded");
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

    async fn turn_away(&self, raw: RawInteraction) {
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

fn at_once(words: String) -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new()
        .ephemeral(true)
        .content(words)
        .allowed_mentions(CreateAllowedMentions::new());
    CreateInteractionResponse::Message(message)
}
