//! What a person's own client shows them, as JSON for a page: the channels they see, what stands there, what they did and
//! what became of it. Nothing in it is for anybody else.

use serde_json::{Value, json};

use super::{
    BOT, BOT_NAME, Discord, Id, Message, Person,
    message::Attachment,
    model::{
        Channel, ChannelKind, ChannelState, Dms,
        interaction::{Fate, Interaction, Kind},
    },
    world::World,
};

/// The newest messages of a channel that a client loads.
const LOADED: usize = 80;
/// The newest things a person did that a client still knows about.
const REMEMBERED: usize = 20;

impl Discord {
    /// What this person's client shows now.
    pub fn client_of(&self, person: &Person) -> Value {
        self.read(|world| world.client(person.id()))
    }

    /// A file of a message that this person sees.
    pub fn file_for(&self, person: &Person, message: Id, file: Id) -> Option<Attachment> {
        self.read(|world| {
            let message = world.messages.get(&message).filter(|message| world.sees(person.id(), message))?;
            message.attachments.iter().find(|known| known.id == file).cloned()
        })
    }
}

impl World {
    fn client(&self, me: Id) -> Value {
        let channels: Vec<(&Id, &Channel)> =
            self.channels.iter().filter(|(id, channel)| self.is_listed(me, **id, channel)).collect();
        let mut messages: Vec<Value> = Vec::new();
        for (id, _) in &channels {
            let here: Vec<&Message> =
                self.messages.values().filter(|m| m.channel == **id && self.sees(me, m)).collect();
            messages.extend(here.iter().rev().take(LOADED).rev().map(|message| self.shown_to(me, message)));
        }
        let did = self.interactions.values().filter(|i| i.person == me && !matches!(i.kind, Kind::Autocomplete));
        let did: Vec<&Interaction> = did.collect();
        let names = |all: Vec<(&Id, &String)>| -> Value {
            all.into_iter().map(|(id, name)| (id.to_string(), json!(name))).collect::<serde_json::Map<_, _>>().into()
        };
        let mut people = names(self.people.iter().map(|(id, human)| (id, &human.name)).collect());
        people[BOT.to_string()] = json!(BOT_NAME);
        json!({
            "me": self.people.get(&me).map(|human| json!({
                "id": me, "name": human.name, "locale": human.locale, "roles": human.roles,
                "dms": if human.dms == Dms::Open { "open" } else { "closed" },
            })),
            "bot": BOT,
            "people": people,
            "roles": names(self.roles.iter().map(|(id, role)| (id, &role.name)).collect()),
            "channels": channels.iter().map(|(id, channel)| listed(**id, channel)).collect::<Vec<_>>(),
            "messages": messages,
            "did": did.iter().rev().take(REMEMBERED).rev().map(|i| done_by(i)).collect::<Vec<_>>(),
            "typing": self.typing.iter().filter(|(channel, _)| self.sees_channel(me, **channel))
                .map(|(channel, until)| (channel.to_string(), json!(until.as_millisecond()))).collect::<serde_json::Map<_, _>>(),
            "commands": self.commands.list(super::commands::Scope::Guild),
        })
    }

    fn is_listed(&self, me: Id, id: Id, channel: &Channel) -> bool {
        let mine = match channel.kind {
            ChannelKind::Dm { with } => with == me,
            ChannelKind::Text | ChannelKind::Thread { .. } => true,
        };
        mine && channel.state == ChannelState::There && self.sees_channel(me, id)
    }

    fn shown_to(&self, me: Id, message: &Message) -> Value {
        let mut shown = self.message_json(message);
        let roles = self.people.get(&me).map(|human| human.roles.as_slice()).unwrap_or_default();
        let named = message.pinged_users.contains(&me) || roles.iter().any(|role| message.pinged_roles.contains(role));
        shown["for_me"] = json!(named || message.pinged_everyone);
        shown["ephemeral"] = json!(message.is_ephemeral());
        shown["thinking"] = json!(message.is_thinking());
        shown["silent"] = json!(message.is_silent());
        shown["answers"] = json!(message.answers);
        shown
    }
}

fn listed(id: Id, channel: &Channel) -> Value {
    let (kind, parent) = match channel.kind {
        ChannelKind::Text => ("text", None),
        ChannelKind::Thread { parent } => ("thread", Some(parent)),
        ChannelKind::Dm { .. } => ("dm", None),
    };
    json!({ "id": id, "name": channel.name, "kind": kind, "parent": parent })
}

/// Something the person did, and what became of it.
fn done_by(interaction: &Interaction) -> Value {
    let (kind, message) = match &interaction.kind {
        Kind::Command { .. } | Kind::MessageCommand { .. } => ("command", None),
        Kind::Component { message } => ("component", Some(*message)),
        Kind::Modal { message } => ("modal", *message),
        Kind::Autocomplete => ("autocomplete", None),
    };
    let fate = match interaction.fate {
        Fate::Waiting => "waiting",
        Fate::Acknowledged(_) => "acknowledged",
        Fate::Failed => "failed",
    };
    json!({
        "id": interaction.id, "kind": kind, "what": interaction.kind.to_string(), "channel": interaction.channel,
        "message": message, "fate": fate, "modal": interaction.modal,
    })
}
