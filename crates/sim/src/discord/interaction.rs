//! Interactions: what is sent to the bot, and what its answer does.
//!
//! An interaction is answered once, within [`Tempo::acknowledge`](super::Tempo) of its dispatch, or it has failed for good: later
//! answers meet 10062, second ones 40060. Its token lives for [`Tempo::token_life`](super::Tempo).

use serde_json::{Value, json};

use super::{
    APPLICATION, BOT, GUILD, GUILD_LOCALE, Id,
    message::{Audience, COMPONENTS_V2, EPHEMERAL, LOADING, Message, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS},
    model::{
        ChannelKind, News,
        interaction::{Fate, Interaction, Kind},
    },
    patch::{Incoming, Patch, merge},
    refusal::Refusal,
    rules::{BodyOf, Form, check_choices, check_message, check_modal},
    world::World,
};

/// Most bytes of a file in an unboosted guild.
const ATTACHMENT_SIZE_LIMIT: u64 = 10 * 1024 * 1024;
const FORWARDED_FLAGS: u64 = EPHEMERAL | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2;

impl World {
    /// Makes an interaction. Returns its id and the JSON that the bot is to receive.
    pub(crate) fn open(&mut self, person: Id, channel: Id, kind: Kind, data: &Value) -> (Id, Value) {
        let id = self.clock.id();
        let in_guild =
            self.channels.get(&channel).is_some_and(|channel| !matches!(channel.kind, ChannelKind::Dm { .. }));
        let token =
            format!("fake-interaction-token-{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let interaction = Interaction {
            id,
            token,
            kind,
            person,
            channel,
            in_guild,
            dispatched: self.clock.now(),
            dispatched_after: self.clock.elapsed(),
            fate: Fate::Waiting,
            original: None,
            follow_ups: Vec::new(),
            choices: Vec::new(),
            modal: None,
        };
        let payload = self.interaction_json(&interaction, data);
        self.tokens.insert(interaction.token.clone(), id);
        self.interactions.insert(id, interaction);
        (id, payload)
    }

    fn interaction_json(&self, interaction: &Interaction, data: &Value) -> Value {
        let Interaction { id, token, person, channel, .. } = interaction;
        let permissions = self.permissions(*person, *channel).to_string();
        let mut place = self.channels.get(channel).map_or(Value::Null, |found| self.channel_json(*channel, found));
        merge(&mut place, json!({ "permissions": permissions }));
        let mut payload = json!({
            "id": id, "application_id": APPLICATION, "type": interaction.kind.number(), "token": token, "version": 1, "data": data,
            "channel_id": channel, "channel": place, "app_permissions": self.permissions(BOT, *channel).to_string(),
            "locale": self.people.get(person).map(|human| human.locale.clone()), "entitlements": [], "entitlement_sku_ids": [],
            "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
        });
        let extra = if interaction.in_guild {
            let mut member = self.member_json(*person).unwrap_or(Value::Null);
            merge(&mut member, json!({ "permissions": permissions, "unusual_dm_activity_until": null }));
            json!({
                "guild_id": GUILD, "guild": { "id": GUILD, "locale": GUILD_LOCALE, "features": [] }, "guild_locale": GUILD_LOCALE,
                "member": member, "context": 0, "authorizing_integration_owners": { "0": GUILD },
            })
        } else {
            json!({ "user": self.user_json(*person), "context": 1, "authorizing_integration_owners": { "0": "0" } })
        };
        merge(&mut payload, extra);
        if let Some(message) = interaction.kind.source().and_then(|message| self.messages.get(&message)) {
            payload["message"] = self.message_json(message);
        }
        payload
    }

    /// Marks an interaction as failed if nobody has answered it.
    pub(crate) fn give_up(&mut self, id: Id) {
        if let Some(interaction) = self.interactions.get_mut(&id)
            && interaction.fate == Fate::Waiting
        {
            interaction.fate = Fate::Failed;
        }
    }

    /// The bot's first answer. When this fails, the interaction is as it was.
    pub(crate) fn call_back(&mut self, id: Id, token: &str, body: Incoming) -> Result<(), Refusal> {
        let known = self.interactions.get(&id).filter(|known| known.token == token);
        let interaction = known.ok_or(Refusal::UnknownInteraction)?.clone();
        let waited = self.clock.elapsed().saturating_sub(interaction.dispatched_after);
        match interaction.fate {
            Fate::Acknowledged(_) => return Err(Refusal::AlreadyAcknowledged),
            Fate::Failed => return Err(Refusal::UnknownInteraction),
            Fate::Waiting if waited > self.tempo.acknowledge => {
                self.give_up(id);
                return Err(Refusal::UnknownInteraction);
            }
            Fate::Waiting => {}
        }
        let original = self.answer(&interaction, body)?;
        if let Some(interaction) = self.interactions.get_mut(&id) {
            interaction.original = original;
            interaction.fate = Fate::Acknowledged(waited);
        }
        Ok(())
    }

    /// Does what an answer of each type does; gives back what `@original` means from now on.
    fn answer(&mut self, interaction: &Interaction, body: Incoming) -> Result<Option<Id>, Refusal> {
        let mut form = Form::new();
        if let Some(fields) = form.object("", &body.json) {
            form.only("", fields, &["type", "data"]);
        }
        form.finish()?;
        let kind = body.json["type"].as_i64();
        let data = Incoming { json: body.json["data"].clone(), files: body.files };
        let autocomplete = matches!(interaction.kind, Kind::Autocomplete);
        let (source, modal) = (interaction.kind.source(), matches!(interaction.kind, Kind::Modal { .. }));
        match (kind, source) {
            (Some(8), _) if autocomplete => self.suggest(interaction, &data.json).map(|()| None),
            (Some(4), _) if !autocomplete => {
                let patch = Patch::read(data, BodyOf::Callback)?;
                self.new_answer(interaction.id, &patch).map(Some)
            }
            (Some(5), _) if !autocomplete => self.think(interaction, &data.json).map(Some),
            (Some(6), Some(source)) => Ok(Some(source)),
            (Some(7), Some(source)) => {
                let patch = Patch::edit(data, BodyOf::Callback, self.message(source)?)?;
                self.edit(source, &patch).map(|()| Some(source))
            }
            (Some(9), _) if !autocomplete && !modal => self.ask(interaction, &data.json).map(|()| None),
            _ => {
                let mut form = Form::new();
                form.wrong("type", "INTERACTION_TYPE_INVALID", "This answer does not fit this interaction.");
                form.finish().map(|()| None)
            }
        }
    }

    fn suggest(&mut self, interaction: &Interaction, data: &Value) -> Result<(), Refusal> {
        check_choices(data)?;
        let choices: Vec<Value> = data["choices"].as_array().cloned().unwrap_or_default();
        let body = json!(choices).to_string();
        self.show(interaction.id, interaction.channel, Audience::Only(interaction.person), body);
        if let Some(interaction) = self.interactions.get_mut(&interaction.id) {
            interaction.choices = choices;
        }
        Ok(())
    }

    fn ask(&mut self, interaction: &Interaction, data: &Value) -> Result<(), Refusal> {
        check_modal(data)?;
        self.show(interaction.id, interaction.channel, Audience::Only(interaction.person), data.to_string());
        if let Some(interaction) = self.interactions.get_mut(&interaction.id) {
            interaction.modal = Some(data.clone());
        }
        Ok(())
    }

    /// "Thinking…": what it will be seen by is decided here.
    fn think(&mut self, interaction: &Interaction, data: &Value) -> Result<Id, Refusal> {
        if !data.is_null() {
            check_message(data, BodyOf::Callback, 0)?;
        }
        let flags = data["flags"].as_u64().unwrap_or_default() & (EPHEMERAL | SUPPRESS_NOTIFICATIONS);
        let mut message = self.blank_answer(interaction, flags);
        message.flags |= LOADING;
        let id = message.id;
        self.keep(message, News::Created);
        Ok(id)
    }

    fn blank_answer(&mut self, interaction: &Interaction, flags: u64) -> Message {
        let mut message = self.blank(interaction.channel, BOT);
        message.answers = Some(interaction.id);
        message.flags = flags & FORWARDED_FLAGS;
        if flags & EPHEMERAL != 0 {
            message.audience = Audience::Only(interaction.person);
        }
        message
    }

    /// A message in answer to an interaction: its first answer, or a follow-up.
    pub(crate) fn new_answer(&mut self, interaction: Id, patch: &Patch) -> Result<Id, Refusal> {
        let interaction = self.interactions.get(&interaction).ok_or(Refusal::UnknownWebhook)?.clone();
        let mut message = self.blank_answer(&interaction, patch.flags());
        patch.apply(&mut message, &mut self.clock)?;
        self.ring(&mut message, patch.allowed_mentions());
        let id = message.id;
        self.keep(message, News::Created);
        Ok(id)
    }

    /// Changes a message; rings nobody.
    pub(crate) fn edit(&mut self, id: Id, patch: &Patch) -> Result<(), Refusal> {
        let mut message = self.message(id)?.clone();
        let was_thinking = message.is_thinking();
        message.content = message.notification().to_owned();
        if !patch.field("flags").is_null() {
            let settable = SUPPRESS_EMBEDS | COMPONENTS_V2;
            message.flags = (message.flags & !SUPPRESS_EMBEDS) | (patch.flags() & settable);
        }
        patch.apply(&mut message, &mut self.clock)?;
        // The end of "thinking…" is not an edit to people.
        message.edited = if was_thinking { None } else { Some(self.clock.now()) };
        self.keep(message, News::Updated);
        Ok(())
    }

    /// The interaction of a token that may still be used for follow-ups and edits.
    pub(crate) fn by_token(&self, application: &str, token: &str) -> Result<&Interaction, Refusal> {
        let known = self.tokens.get(token).and_then(|id| self.interactions.get(id));
        let interaction = known.filter(|_| application == APPLICATION.to_string()).ok_or(Refusal::UnknownWebhook)?;
        let age = self.clock.elapsed().saturating_sub(interaction.dispatched_after);
        if age > self.tempo.token_life {
            return Err(Refusal::DeadToken);
        }
        match interaction.fate {
            Fate::Acknowledged(_) => Ok(interaction),
            Fate::Waiting | Fate::Failed => Err(Refusal::UnknownWebhook),
        }
    }
}
