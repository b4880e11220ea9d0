//! What tests ask: what stands where, who saw what, what was counted.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    APPLICATION, BOT, Discord, Id, Message, Person, Sighting,
    commands::Scope,
    model::{ChannelKind, interaction::Fate},
    people::Outcome,
    world::World,
};

/// How one interaction was answered.
#[derive(Clone, Debug)]
pub struct Timed {
    /// The interaction.
    pub id: Id,
    /// What it was: the command's name, or `component`, `autocomplete`, `modal`.
    pub what: String,
    /// When it was sent to the bot.
    pub dispatched: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

impl Discord {
    /// The messages that stand in a channel, oldest first, without ephemeral ones.
    pub fn messages(&self, channel: Id) -> Vec<Message> {
        self.read(|world| {
            let there = world.messages.values().filter(|m| m.channel == channel && m.deleted.is_none());
            there.filter(|m| m.audience == super::Audience::Channel).cloned().collect()
        })
    }

    /// What a person is called.
    pub fn name_of(&self, person: &Person) -> String {
        self.read(|world| world.name(person.id()))
    }

    /// A message as it is now, also a deleted or ephemeral one.
    pub fn message(&self, id: Id) -> Option<Message> {
        self.read(|world| world.messages.get(&id).cloned())
    }

    /// Every message there ever was, oldest first.
    pub fn every_message(&self) -> Vec<Message> {
        self.read(|world| world.messages.values().cloned().collect())
    }

    /// Waits for a message of a channel, an ephemeral one included, that fits.
    ///
    /// # Panics
    ///
    /// With everything seen so far, if it does not come within [`PATIENCE`](crate::net::PATIENCE).
    #[track_caller]
    pub fn wait_for_message<F>(&self, channel: Id, fits: F) -> impl Future<Output = Message> + use<F>
    where
        F: FnMut(&Message) -> bool,
    {
        let there = move |world: &World| {
            let fitting = |m: &&Message| m.channel == channel && m.deleted.is_none() && !m.is_thinking();
            world.messages.values().filter(fitting).cloned().collect()
        };
        self.wait_for_one(format!("a message in channel {channel}"), there, fits)
    }

    /// Every text ever shown to anybody.
    pub fn everything_ever_sent(&self) -> Vec<Sighting> {
        self.read(|world| world.shown.clone())
    }

    /// Every text that a person could ever see: when it was shown, or now by opening the channel.
    pub fn ever_visible_to(&self, person: &Person) -> Vec<Sighting> {
        self.read(|world| {
            let seen = |sighting: &&Sighting| {
                let now = world.messages.get(&sighting.message).is_some_and(|message| world.sees(person.id(), message));
                now || sighting.viewers.contains(&person.id())
            };
            world.shown.iter().filter(seen).cloned().collect()
        })
    }

    /// Links in messages that Discord's servers would have fetched for a preview.
    pub fn links_fetched(&self) -> Vec<String> {
        self.read(|world| {
            world.messages.values().filter(|m| m.author == BOT).flat_map(Message::links_fetched).collect()
        })
    }

    /// The registered commands, the guild's and the global ones, in Discord's JSON.
    pub fn commands(&self) -> Vec<Value> {
        self.read(|world| {
            [Scope::Guild, Scope::Global].iter().flat_map(|scope| world.commands.list(*scope).to_vec()).collect()
        })
    }

    /// How many requests changed the registered commands.
    pub fn command_writes(&self) -> usize {
        self.read(|world| world.commands.writes)
    }

    /// Waits until a slash command is registered.
    ///
    /// # Panics
    ///
    /// If it is not within [`PATIENCE`](crate::net::PATIENCE).
    #[track_caller]
    pub fn wait_for_command(&self, name: &str) -> impl Future<Output = ()> + use<> {
        let wanted = name.to_owned();
        self.wait(format!("the command /{name}"), move |world| world.commands.named(&wanted).map(|_| ()))
    }

    /// The requests that were refused because their body is none that Discord takes: too long, missing, unknown.
    pub fn refused_forms(&self) -> Vec<String> {
        self.read(|world| world.refused_forms.clone())
    }

    /// How many requests were answered by 401, 403 or a 429 that counts: 10,000 in ten minutes block an address.
    pub fn invalid_requests(&self) -> usize {
        self.read(|world| world.invalid_requests)
    }

    /// How every interaction was answered, in the order of dispatch.
    pub fn timeline(&self) -> Vec<Timed> {
        self.read(|world| {
            let all = world.interactions.values();
            all.map(|i| Timed {
                id: i.id,
                what: i.kind.to_string(),
                dispatched: i.dispatched,
                outcome: Outcome::of(i.fate),
            })
            .collect()
        })
    }

    /// What was seen so far, for people who read a failed test.
    pub(crate) fn account(&self) -> String {
        self.read(|world| {
            let mut lines = vec!["messages so far:".to_owned()];
            lines.extend(world.messages.values().map(|message| line(world, message)));
            lines.push("interactions so far:".to_owned());
            lines.extend(
                world.interactions.values().map(|i| format!("  {} by {}: {:?}", i.kind, world.name(i.person), i.fate)),
            );
            lines.join("\n")
        })
    }
}

fn line(world: &World, message: &Message) -> String {
    let place = match world.channels.get(&message.channel).map(|channel| (&channel.kind, &channel.name)) {
        Some((ChannelKind::Dm { with }, _)) => format!("DM of {}", world.name(*with)),
        Some((_, name)) => format!("#{name}"),
        None => message.channel.to_string(),
    };
    let mut notes = Vec::new();
    if let super::Audience::Only(person) = message.audience {
        notes.push(format!("only for {}", world.name(person)));
    }
    if message.is_thinking() {
        notes.push("thinking".to_owned());
    }
    if message.deleted.is_some() {
        notes.push("deleted".to_owned());
    }
    let author = world.name(message.author);
    format!("  {place} {author} [{}] {}", notes.join(", "), message.text().replace('\n', " ⏎ "))
}

impl World {
    fn name(&self, id: Id) -> String {
        if id == APPLICATION {
            return super::BOT_NAME.to_owned();
        }
        self.people.get(&id).map_or_else(|| id.to_string(), |human| human.name.clone())
    }
}

impl Outcome {
    pub(crate) fn of(fate: Fate) -> Self {
        match fate {
            Fate::Waiting => Self::Waiting,
            Fate::Acknowledged(after) => Self::Acknowledged { after },
            Fate::Failed => Self::DidNotRespond,
        }
    }
}
