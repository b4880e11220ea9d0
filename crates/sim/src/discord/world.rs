//! The state of the simulated Discord: one guild, its people, roles and channels, and everything that was written.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    BOT, BOT_NAME, BOT_ROLE, GUILD, Id, ONCALL, OPS, Sighting, THREAD, Tempo,
    clock::Clock,
    commands::Registry,
    gateway::session::Sessions,
    mention::Named,
    message::{Audience, Message},
    model::{
        Channel, ChannelKind, ChannelState, Delivery, Human, Membership, Mentions, News, Role, interaction::Interaction,
    },
    pace::Pace,
    permission::{self, EVERYBODY, Overwrite, OverwriteOf},
    refusal::Refusal,
};

/// How many messages back a nonce is remembered.
const NONCES: usize = 1_000;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) tempo: Tempo,
    pub(crate) roles: BTreeMap<Id, Role>,
    pub(crate) channels: BTreeMap<Id, Channel>,
    pub(crate) people: BTreeMap<Id, Human>,
    pub(crate) messages: BTreeMap<Id, Message>,
    /// The newest message of each channel.
    pub(crate) newest: HashMap<Id, Id>,
    pub(crate) commands: Registry,
    pub(crate) interactions: BTreeMap<Id, Interaction>,
    /// The interaction of each token.
    pub(crate) tokens: HashMap<String, Id>,
    pub(crate) sessions: Sessions,
    pub(crate) pace: Pace,
    pub(crate) shown: Vec<Sighting>,
    pub(crate) nonces: VecDeque<(Id, String, Id)>,
    pub(crate) delivery: Delivery,
    pub(crate) invalid_requests: usize,
    /// What was refused as no form of Discord's, by method and path.
    pub(crate) refused_forms: Vec<String>,
    /// Channels that take no message that rings, and what they answer.
    pub(crate) ringless: Vec<(Id, Option<u32>)>,
    /// Where the bot is typing, and until when.
    pub(crate) typing: BTreeMap<Id, Timestamp>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self {
            clock: Clock::new(),
            tempo: Tempo::default(),
            roles: BTreeMap::new(),
            channels: BTreeMap::new(),
            people: BTreeMap::new(),
            messages: BTreeMap::new(),
            newest: HashMap::new(),
            commands: Registry::default(),
            interactions: BTreeMap::new(),
            tokens: HashMap::new(),
            sessions: Sessions::default(),
            pace: Pace::default(),
            shown: Vec::new(),
            nonces: VecDeque::new(),
            delivery: Delivery::Gateway,
            invalid_requests: 0,
            refused_forms: Vec::new(),
            ringless: Vec::new(),
            typing: BTreeMap::new(),
        };
        let everyone = Role { name: "@everyone".to_owned(), permissions: EVERYBODY, mentions: Mentions::Privileged };
        world.roles.insert(GUILD, everyone);
        let own = Role {
            name: BOT_NAME.to_owned(),
            permissions: permission::MENTION_EVERYONE,
            mentions: Mentions::Privileged,
        };
        world.roles.insert(BOT_ROLE, own);
        world.add_role(ONCALL, "on-call", Mentions::Anybody);
        world.add_channel(OPS, "ops", ChannelKind::Text);
        world.add_channel(THREAD, "web-1 is slow", ChannelKind::Thread { parent: OPS });
        world
    }

    pub(crate) fn add_role(&mut self, id: Id, name: &str, mentions: Mentions) {
        self.roles.insert(id, Role { name: name.to_owned(), permissions: 0, mentions });
    }

    pub(crate) fn add_channel(&mut self, id: Id, name: &str, kind: ChannelKind) {
        let channel = Channel { name: name.to_owned(), kind, overwrites: Vec::new(), state: ChannelState::There };
        self.channels.insert(id, channel);
    }

    /// The channel, unless it never was or is deleted. A thread goes with its parent.
    pub(crate) fn channel(&self, id: Id) -> Result<&Channel, Refusal> {
        let channel = self.channels.get(&id).filter(|channel| channel.state != ChannelState::Deleted);
        let channel = channel.ok_or(Refusal::UnknownChannel)?;
        if let ChannelKind::Thread { parent } = channel.kind {
            self.channel(parent)?;
        }
        Ok(channel)
    }

    /// Opens an archived thread again, as posting in it does; a locked one stays as it is.
    pub(crate) fn open_again(&mut self, id: Id) -> Result<(), Refusal> {
        let state = &mut self.channels.get_mut(&id).ok_or(Refusal::UnknownChannel)?.state;
        match state {
            ChannelState::Archived => *state = ChannelState::There,
            ChannelState::Locked => return Err(Refusal::ArchivedThread),
            ChannelState::There | ChannelState::Deleted => {}
        }
        Ok(())
    }

    /// What a member (or the bot) may do in a channel. In a DM its two people may write.
    pub(crate) fn permissions(&self, who: Id, channel: Id) -> u64 {
        let Ok(found) = self.channel(channel) else { return 0 };
        let overwrites = match found.kind {
            ChannelKind::Dm { with } => return if who == BOT || who == with { EVERYBODY } else { 0 },
            ChannelKind::Thread { parent } => {
                self.channels.get(&parent).map_or(&found.overwrites, |parent| &parent.overwrites)
            }
            ChannelKind::Text => &found.overwrites,
        };
        let roles = match self.people.get(&who) {
            Some(human) if human.membership == Membership::Member => human.roles.clone(),
            Some(_) => return 0,
            None if who == BOT => vec![BOT_ROLE],
            None => Vec::new(),
        };
        let of_roles = roles.iter().filter_map(|role| self.roles.get(role)).fold(0, |all, role| all | role.permissions);
        let base = self.roles.get(&GUILD).map_or(EVERYBODY, |everyone| everyone.permissions);
        permission::in_channel(base | of_roles, GUILD, who, &roles, overwrites)
    }

    /// Denies `permissions` in a channel to one member, or to the bot; denying nothing lifts it.
    pub(crate) fn deny(&mut self, channel: Id, who: Id, permissions: u64) {
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.overwrites.retain(|overwrite| overwrite.of != who);
            channel.overwrites.push(Overwrite { of: who, kind: OverwriteOf::Member, allow: 0, deny: permissions });
        }
    }

    pub(crate) fn sees_channel(&self, who: Id, channel: Id) -> bool {
        self.permissions(who, channel) & permission::VIEW_CHANNEL != 0
    }

    /// Whether a person can see a message now.
    pub(crate) fn sees(&self, who: Id, message: &Message) -> bool {
        let addressed = match message.audience {
            Audience::Channel => true,
            Audience::Only(person) => person == who,
        };
        addressed && message.deleted.is_none() && self.sees_channel(who, message.channel)
    }

    /// Who sees a channel.
    pub(crate) fn viewers(&self, channel: Id) -> Vec<Id> {
        self.people.keys().copied().filter(|person| self.sees_channel(*person, channel)).collect()
    }

    /// The DM channel with a person, made when it is first asked for.
    pub(crate) fn dm_with(&mut self, person: Id) -> Id {
        let known = self.channels.iter().find(|(_, channel)| channel.kind == ChannelKind::Dm { with: person });
        if let Some((id, _)) = known {
            return *id;
        }
        let id = self.clock.id();
        self.add_channel(id, "", ChannelKind::Dm { with: person });
        id
    }

    /// A message that is there.
    pub(crate) fn message(&self, id: Id) -> Result<&Message, Refusal> {
        self.messages.get(&id).filter(|message| message.deleted.is_none()).ok_or(Refusal::UnknownMessage)
    }

    /// Notes whom a new message rings. Who cannot see the channel is not rung.
    pub(crate) fn ring(&self, message: &mut Message, allowed: Option<&serde_json::Value>) {
        let named = Named::in_text(&message.content).allowed(allowed);
        let may_ring_all = self.permissions(message.author, message.channel) & permission::MENTION_EVERYONE != 0;
        let mentionable =
            |role: &Id| self.roles.get(role).is_some_and(|role| may_ring_all || role.mentions == Mentions::Anybody);
        let audience = message.audience;
        message.pinged_users = named.users;
        message.pinged_users.retain(|user| match audience {
            Audience::Channel => self.sees_channel(*user, message.channel),
            Audience::Only(person) => *user == person,
        });
        if audience == Audience::Channel {
            message.pinged_roles = named.roles;
            message.pinged_roles.retain(mentionable);
            message.pinged_everyone = named.everyone && may_ring_all;
        }
    }

    /// Refuses a message that rings where that is not borne.
    pub(crate) fn bears_ringing(&self, message: &Message) -> Result<(), Refusal> {
        let rings = !message.pinged_users.is_empty() || !message.pinged_roles.is_empty() || message.pinged_everyone;
        match self.ringless.iter().find(|(channel, _)| rings && *channel == message.channel) {
            Some((_, Some(code))) => Err(Refusal::Other(*code)),
            Some((_, None)) => Err(Refusal::Internal),
            None => Ok(()),
        }
    }

    /// A message with nothing in it yet.
    pub(crate) fn blank(&mut self, channel: Id, author: Id) -> Message {
        let id = self.clock.id();
        Message {
            id,
            channel,
            author,
            audience: Audience::Channel,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            flags: 0,
            nonce: None,
            answers: None,
            replies_to: None,
            pinged_users: Vec::new(),
            pinged_roles: Vec::new(),
            pinged_everyone: false,
            created: self.clock.now(),
            edited: None,
            deleted: None,
            history: Vec::new(),
        }
    }

    /// Keeps a new or changed message, notes who saw it, and tells the gateway.
    pub(crate) fn keep(&mut self, message: Message, news: News) {
        if !message.is_thinking() {
            let body = message.body();
            self.show(message.id, message.channel, message.audience, body);
        }
        let event = match news {
            News::Created => "MESSAGE_CREATE",
            News::Updated => "MESSAGE_UPDATE",
        };
        let id = message.id;
        let in_public = message.audience == Audience::Channel;
        let newest = self.newest.entry(message.channel).or_insert(id);
        *newest = id.max(*newest);
        self.messages.insert(id, message);
        if in_public && let Some(rendered) = self.messages.get(&id).map(|message| self.message_event(message)) {
            self.tell_about_message(event, rendered);
        }
    }

    /// Remembers that a text was shown.
    pub(crate) fn show(&mut self, message: Id, channel: Id, audience: Audience, body: String) {
        let viewers = match audience {
            Audience::Channel => self.viewers(channel),
            Audience::Only(person) => vec![person],
        };
        let at = self.clock.now();
        self.shown.push(Sighting { at, message, channel, audience, viewers, body });
    }

    /// Deletes a message; it stays in the books.
    pub(crate) fn delete(&mut self, id: Id) {
        let now: Timestamp = self.clock.now();
        let Some(message) = self.messages.get_mut(&id) else { return };
        message.deleted = Some(now);
        if message.audience == Audience::Channel {
            let gone = self.deletion_event(id);
            self.tell_about_message("MESSAGE_DELETE", gone);
        }
    }

    /// The message that was sent with this nonce a short while ago, if any.
    pub(crate) fn by_nonce(&self, channel: Id, nonce: &str) -> Option<&Message> {
        let same = self.nonces.iter().filter(|(place, known, _)| *place == channel && known == nonce);
        let mut messages = same.filter_map(|(.., id)| self.messages.get(id));
        messages.find(|message| self.age(message) < self.tempo.nonce)
    }

    pub(crate) fn remember_nonce(&mut self, channel: Id, nonce: String, message: Id) {
        self.nonces.push_back((channel, nonce, message));
        while self.nonces.len() > NONCES {
            self.nonces.pop_front();
        }
    }

    /// How old a message is.
    pub(crate) fn age(&self, message: &Message) -> Duration {
        Duration::try_from(self.clock.now().duration_since(message.created)).unwrap_or_default()
    }
}
