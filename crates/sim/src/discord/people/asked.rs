//! What became of something that a person did.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::CannotDo;
use crate::discord::{
    Discord, Id, Message,
    model::interaction::{Fate, Interaction, Kind},
    rules::refuses_typed,
    world::World,
};

/// Something a person did: a command, a press, a submitted form. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Asked {
    pub(super) discord: Discord,
    id: Id,
    pub(super) person: Id,
}

/// What became of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody has answered yet, and there is still time.
    Waiting,
    /// It was answered in time.
    Acknowledged {
        /// So long after it was sent to the bot.
        after: Duration,
    },
    /// "The application did not respond."
    DidNotRespond,
}

/// A choice that autocomplete offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the person reads.
    pub name: String,
    /// What is sent when it is taken.
    pub value: String,
}

impl Asked {
    pub(crate) fn new(discord: &Discord, id: Id, person: Id) -> Self {
        Self { discord: discord.clone(), id, person }
    }

    /// The interaction's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// What became of it so far.
    pub fn outcome(&self) -> Outcome {
        self.look(|_, interaction| Outcome::of(interaction.fate)).unwrap_or(Outcome::DidNotRespond)
    }

    /// Whether the bot answered in time.
    pub fn is_acknowledged(&self) -> bool {
        matches!(self.outcome(), Outcome::Acknowledged { .. })
    }

    /// When it was sent to the bot.
    pub fn dispatched(&self) -> Option<Timestamp> {
        self.look(|_, interaction| interaction.dispatched)
    }

    /// The interaction's token, for tests that speak the protocol themselves.
    pub fn token(&self) -> String {
        self.look(|_, interaction| interaction.token.clone()).unwrap_or_default()
    }

    fn look<T>(&self, look: impl FnOnce(&World, &Interaction) -> T) -> Option<T> {
        self.discord.read(|world| world.interactions.get(&self.id).map(|interaction| look(world, interaction)))
    }

    /// The answers that are there now: the first one, then the follow-ups; without "thinking…" and deleted ones.
    pub fn messages(&self) -> Vec<Message> {
        self.look(answers).unwrap_or_default()
    }

    /// Waits for the first answer that a person can read. After a press that changes its message, that is the changed message.
    ///
    /// # Panics
    ///
    /// If the bot did not respond, or after [`PATIENCE`](crate::net::PATIENCE), with everything seen so far.
    #[track_caller]
    pub fn answer(&self) -> impl Future<Output = Message> + use<> {
        self.wait_for(|_| true)
    }

    /// Waits for an answer, the first one or a follow-up, that fits.
    ///
    /// # Panics
    ///
    /// If the bot did not respond, or after [`PATIENCE`](crate::net::PATIENCE), with everything seen so far.
    #[track_caller]
    pub fn wait_for<F>(&self, mut fits: F) -> impl Future<Output = Message> + use<F>
    where
        F: FnMut(&Message) -> bool,
    {
        let (id, caller) = (self.id, std::panic::Location::caller());
        let waiting = self.discord.wait("an answer".to_owned(), move |world| {
            let interaction = world.interactions.get(&id)?;
            if interaction.fate == Fate::Failed {
                return Some(Err(interaction.kind.to_string()));
            }
            answers(world, interaction).into_iter().find(|message| fits(message)).map(Ok)
        });
        async move {
            match waiting.await {
                Ok(message) => message,
                Err(what) => panic!("{caller}: the application did not respond to {what}"),
            }
        }
    }

    /// The form that the bot opened, in Discord's JSON.
    pub fn modal(&self) -> Option<Value> {
        self.look(|_, interaction| interaction.modal.clone()).flatten()
    }

    /// What autocomplete offered.
    pub fn choices(&self) -> Vec<Choice> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let read = |choice: &Value| Choice { name: text(&choice["name"]), value: text(&choice["value"]) };
        self.look(|_, interaction| interaction.choices.iter().map(read).collect()).unwrap_or_default()
    }

    /// Fills in the form that the bot opened, by custom ids, and sends it.
    ///
    /// # Panics
    ///
    /// If there is no form, or it has no such field.
    #[track_caller]
    pub fn submit(&self, fields: &[(&str, &str)]) -> impl Future<Output = Self> + use<> {
        let sent = self.try_submit(fields).unwrap_or_else(|refused| panic!("{refused}"));
        let done = sent.settled();
        async move {
            done.await;
            sent
        }
    }

    /// The same, saying why it cannot be done. Returns at once.
    ///
    /// # Errors
    ///
    /// If there is no form, or it has no such field, or a field does not take what is typed.
    pub fn try_submit(&self, fields: &[(&str, &str)]) -> Result<Self, CannotDo> {
        let modal = self.modal().ok_or_else(|| CannotDo("no form is open".to_owned()))?;
        let rows = modal["components"].as_array().cloned().unwrap_or_default();
        let inputs: Vec<Value> = rows
            .iter()
            .filter_map(|row| row.pointer("/components/0").or_else(|| row.get("component")).cloned())
            .collect();
        if let Some((name, _)) = fields.iter().find(|(name, _)| !inputs.iter().any(|input| input["custom_id"] == *name))
        {
            return Err(CannotDo(format!("the form has no field {name}")));
        }
        let typed = |input: &Value| {
            let typed = fields.iter().find(|(name, _)| input["custom_id"] == *name).map(|(_, value)| *value);
            typed.or_else(|| input["value"].as_str()).unwrap_or_default().to_owned()
        };
        for input in &inputs {
            if let Some(why) = refuses_typed(input, &typed(input)) {
                return Err(CannotDo(format!("{}: {why}", input["custom_id"])));
            }
        }
        // What is sent has the shape of what was opened: a row with an input, or a label with one.
        let filled = |(index, (row, input)): (usize, (&Value, &Value))| {
            let number = index * 2 + 1;
            let field = json!({ "type": 4, "id": number + 1, "custom_id": input["custom_id"], "value": typed(input) });
            match row["type"].as_i64() {
                Some(18) => json!({ "type": 18, "id": number, "component": field }),
                _ => json!({ "type": 1, "id": number, "components": [field] }),
            }
        };
        let components: Vec<Value> = rows.iter().zip(&inputs).enumerate().map(filled).collect();
        let data = json!({ "custom_id": modal["custom_id"], "components": components });
        let (channel, message) = self
            .look(|_, interaction| {
                let message = if let Kind::Component { message } = interaction.kind { Some(message) } else { None };
                (interaction.channel, message)
            })
            .ok_or_else(|| CannotDo("no form is open".to_owned()))?;
        let id = self.discord.send_interaction(self.person, channel, Kind::Modal { message }, &data, |_| {});
        Ok(Self::new(&self.discord, id, self.person))
    }

    /// Waits until it is acknowledged or has failed.
    #[track_caller]
    pub fn settled(&self) -> impl Future<Output = Outcome> + use<> {
        let id = self.id;
        self.discord.wait("an acknowledgement".to_owned(), move |world| {
            let fate = world.interactions.get(&id)?.fate;
            (fate != Fate::Waiting).then(|| Outcome::of(fate))
        })
    }
}

/// The readable answers of an interaction. The message that a press came from is one only if it changed afterwards.
fn answers(world: &World, interaction: &Interaction) -> Vec<Message> {
    let first = interaction.original.into_iter();
    let all = first.chain(interaction.follow_ups.iter().copied()).filter_map(|id| world.message(id).ok());
    let changed = |message: &&Message| {
        let own = message.answers == Some(interaction.id);
        own || message.edited.is_some_and(|edited| edited >= interaction.dispatched)
    };
    all.filter(changed).filter(|message| !message.is_thinking()).cloned().collect()
}
