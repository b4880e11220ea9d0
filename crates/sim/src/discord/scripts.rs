//! What tests make happen: time, people and places, refusals.

use std::time::Duration;

use serde_json::Value;

use crate::net::{Faults, Rule};

use super::{
    Asked, BOT, Discord, Dms, Id, Mentions, Person, Scope, Tempo,
    model::{ChannelKind, ChannelState, Delivery, Human, Membership, interaction::Kind},
    refusal,
};

/// The first person's id; the others follow.
const FIRST_PERSON: u64 = 200_000_000_000_000_001;
/// The first id of channels made by tests.
const FIRST_CHANNEL: u64 = 500_000_000_000_000_101;

impl Discord {
    /// Changes durations and paces.
    pub fn set_tempo(&self, change: impl FnOnce(&mut Tempo)) {
        self.change(|world| change(&mut world.tempo));
    }

    /// Moves the clock forward: tokens die, messages age, paces recover.
    pub fn advance(&self, by: Duration) {
        self.change(|world| {
            world.clock.advance(by);
            if by > world.tempo.acknowledge {
                let all: Vec<Id> = world.interactions.keys().copied().collect();
                all.into_iter().for_each(|id| world.give_up(id));
            }
        });
    }

    /// A person who is in the guild, has these roles (made if need be) and a client in this locale.
    pub fn person(&self, name: &str, locale: &str, roles: &[Id]) -> Person {
        let id = self.change(|world| {
            let id = Id(FIRST_PERSON + world.people.len() as u64);
            let (name, locale) = (name.to_owned(), locale.to_owned());
            let human = Human { name, locale, roles: Vec::new(), membership: Membership::Member, dms: Dms::Open };
            world.people.insert(id, human);
            id
        });
        let person = Person::new(self, id);
        person.set_roles(roles);
        person
    }

    /// The person of that name, if there is one.
    pub fn find_person(&self, name: &str) -> Option<Person> {
        let id = self.read(|world| world.people.iter().find(|(_, human)| human.name == name).map(|(id, _)| *id));
        id.map(|id| Person::new(self, id))
    }

    /// A person leaves the guild.
    pub fn leave(&self, person: &Person) {
        self.set_membership(person, Membership::Left);
    }

    /// A person is in the guild again.
    pub fn join(&self, person: &Person) {
        self.set_membership(person, Membership::Member);
    }

    fn set_membership(&self, person: &Person, membership: Membership) {
        self.change(|world| {
            if let Some(human) = world.people.get_mut(&person.id()) {
                human.membership = membership;
            }
        });
    }

    /// A person takes no DMs any more: sending fails with 50007.
    pub fn close_dms(&self, person: &Person) {
        self.set_dms(person, Dms::Closed);
    }

    /// Says what becomes of DMs to a person.
    pub fn set_dms(&self, person: &Person, dms: Dms) {
        self.change(|world| {
            if let Some(human) = world.people.get_mut(&person.id()) {
                human.dms = dms;
            }
        });
    }

    /// A role; one that exists is changed.
    pub fn role(&self, id: Id, name: &str, mentions: Mentions) {
        self.change(|world| world.add_role(id, name, mentions));
    }

    /// Gives a role its permissions (`permission::*`) in place of those it had.
    pub fn set_role_permissions(&self, role: Id, permissions: u64) {
        self.change(|world| {
            if let Some(role) = world.roles.get_mut(&role) {
                role.permissions = permissions;
            }
        });
    }

    /// One more text channel.
    pub fn channel(&self, name: &str) -> Id {
        self.add_channel(name, ChannelKind::Text)
    }

    /// One more thread.
    pub fn thread(&self, parent: Id, name: &str) -> Id {
        self.add_channel(name, ChannelKind::Thread { parent })
    }

    fn add_channel(&self, name: &str, kind: ChannelKind) -> Id {
        self.change(|world| {
            let id = Id(FIRST_CHANNEL + world.channels.len() as u64);
            world.add_channel(id, name, kind);
            id
        })
    }

    /// Deletes a channel: from now on 10003.
    pub fn delete_channel(&self, channel: Id) {
        self.change(|world| {
            if let Some(channel) = world.channels.get_mut(&channel) {
                channel.state = ChannelState::Deleted;
            }
        });
    }

    /// Somebody archives a thread, or its time has come: edits meet 50083, and a post opens it again.
    pub fn archive_thread(&self, thread: Id) {
        self.put_away(thread, ChannelState::Archived);
    }

    /// A moderator archives and locks a thread: only moderators open it again.
    pub fn lock_thread(&self, thread: Id) {
        self.put_away(thread, ChannelState::Locked);
    }

    fn put_away(&self, thread: Id, state: ChannelState) {
        self.change(|world| {
            if let Some(channel) = world.channels.get_mut(&thread) {
                assert!(matches!(channel.kind, ChannelKind::Thread { .. }), "only threads are put away");
                channel.state = state;
            }
        });
    }

    /// A moderator deletes a message: from now on 10008.
    pub fn delete_message(&self, message: Id) {
        self.change(|world| world.delete(message));
    }

    /// Takes permissions from the bot in a channel (`permission::*`); 0 gives all back.
    pub fn forbid_bot(&self, channel: Id, permissions: u64) {
        self.change(|world| world.deny(channel, BOT, permissions));
    }

    /// Takes permissions from a person in a channel; 0 gives all back.
    pub fn forbid(&self, channel: Id, person: &Person, permissions: u64) {
        self.change(|world| world.deny(channel, person.id(), permissions));
    }

    /// The next `count` requests of that method, whose path holds `path_part`, are answered by 429. [`Scope::Global`] also stops
    /// everything else for `retry_after`.
    pub fn rate_limit(&self, scope: Scope, method: &str, path_part: &str, retry_after: Duration, count: usize) {
        self.change(|world| world.pace.script(scope, method, path_part, retry_after, count));
    }

    /// Discord refuses requests of that method, whose path holds `path_part`, with this code of its error table; `faults` says how often.
    pub fn refuse(&self, faults: &Faults, method: &str, path_part: &str, code: u32) -> Rule {
        let (status, words) = refusal::known(code);
        faults.status(method, path_part, status, &serde_json::json!({ "code": code, "message": words }))
    }

    /// A channel takes no message that rings anybody: it answers with this code, or with a 500, as a thread does into which a
    /// mention would fetch a large role.
    pub fn fail_rings(&self, channel: Id, code: Option<u32>) {
        self.change(|world| world.ringless.push((channel, code)));
    }

    /// Sends any event to every session, whatever its intents.
    pub fn dispatch_raw(&self, event: &str, data: &Value) {
        self.change(|world| world.sessions.publish_to_all(event, data));
    }

    /// Sends a command that need not be registered, after `spoil` has changed the interaction's JSON: one that does not parse, one
    /// from another guild, one with options that no client would send.
    pub fn dispatch_spoilt(
        &self,
        person: &Person,
        channel: Id,
        command: &str,
        spoil: impl FnOnce(&mut Value),
    ) -> Asked {
        let kind = Kind::Command { name: command.to_owned() };
        let data = serde_json::json!({ "id": "1", "name": command, "type": 1 });
        let id = self.send_interaction(person.id(), channel, kind, &data, spoil);
        Asked::new(self, id, person.id())
    }

    /// Makes an interaction and sends it where interactions go.
    pub(crate) fn send_interaction(
        &self,
        person: Id,
        channel: Id,
        kind: Kind,
        data: &Value,
        spoil: impl FnOnce(&mut Value),
    ) -> Id {
        let (id, payload, delivery) = self.change(|world| {
            let (id, mut payload) = world.open(person, channel, kind, data);
            spoil(&mut payload);
            if matches!(world.delivery, Delivery::Gateway) {
                world.tell_interaction(&payload);
            }
            (id, payload, world.delivery.clone())
        });
        if let Delivery::Endpoint(url) = delivery {
            tokio::spawn(self.clone().deliver(id, payload, url));
        }
        let (discord, limit) = (self.clone(), self.read(|world| world.tempo.acknowledge));
        tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            discord.change(|world| world.give_up(id));
        });
        id
    }
}
