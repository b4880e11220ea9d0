//! A person at Discord's client.

use serde_json::{Value, json};

use super::{
    Asked, CannotDo, Choice, Typed,
    choosing::menu_data,
    typing::{Focus, command_data},
};
use crate::discord::{
    Discord, Id, Message,
    message::ButtonState,
    model::{ChannelKind, Mentions, News, interaction::Kind},
    permission::SEND_MESSAGES,
    world::World,
};

/// Somebody who uses Discord. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Person {
    pub(super) discord: Discord,
    id: Id,
}

impl Person {
    pub(crate) fn new(discord: &Discord, id: Id) -> Self {
        Self { discord: discord.clone(), id }
    }

    /// The user id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// `<@id>`.
    pub fn mention(&self) -> String {
        format!("<@{}>", self.id)
    }

    /// The roles now.
    pub fn roles(&self) -> Vec<Id> {
        self.discord.read(|world| world.people.get(&self.id).map(|human| human.roles.clone()).unwrap_or_default())
    }

    /// Changes the roles; ones that do not exist are made, mentionable.
    pub fn set_roles(&self, roles: &[Id]) {
        self.discord.change(|world| {
            for role in roles {
                if !world.roles.contains_key(role) {
                    world.add_role(*role, &format!("role-{role}"), Mentions::Anybody);
                }
            }
            if let Some(human) = world.people.get_mut(&self.id) {
                human.roles = roles.to_vec();
            }
        });
    }

    /// Changes the client's locale.
    pub fn set_locale(&self, locale: &str) {
        self.discord.change(|world| {
            if let Some(human) = world.people.get_mut(&self.id) {
                human.locale = locale.to_owned();
            }
        });
    }

    /// Types a slash command, such as `rescue enable`, with its options: `[("server", "web-1")]`, a JSON object, or `()`.
    /// Resolves when it is acknowledged or has failed.
    ///
    /// # Panics
    ///
    /// If Discord's client would not let them: the command or an option is not registered, or a required one is missing.
    #[track_caller]
    pub fn slash<T>(&self, channel: Id, command: &str, options: T) -> impl Future<Output = Asked> + use<T>
    where
        T: Into<Typed>,
    {
        let asked = self.try_slash(channel, command, options).unwrap_or_else(|refused| panic!("{refused}"));
        settle(asked)
    }

    /// The same, saying why it cannot be done. Returns at once.
    ///
    /// # Errors
    ///
    /// If Discord's client would not let them.
    pub fn try_slash(&self, channel: Id, command: &str, options: impl Into<Typed>) -> Result<Asked, CannotDo> {
        let options = options.into();
        let data = self.discord.read(|world| command_data(world, self.id, channel, command, &options, None))?;
        let name = command.trim_start_matches('/').to_owned();
        Ok(self.send(channel, Kind::Command { name }, &data))
    }

    /// Types `partial` into an option and reads what is offered. Empty if the bot does not answer.
    ///
    /// # Panics
    ///
    /// If the command or the option is not registered, or does not autocomplete.
    #[track_caller]
    pub fn autocomplete(
        &self,
        channel: Id,
        command: &str,
        option: &str,
        partial: &str,
    ) -> impl Future<Output = Vec<Choice>> + use<> {
        self.autocomplete_with(channel, command, (), option, partial)
    }

    /// The same, with other options filled in before.
    ///
    /// # Panics
    ///
    /// If the command or an option is not registered, or the option does not autocomplete.
    #[track_caller]
    pub fn autocomplete_with<T>(
        &self,
        channel: Id,
        command: &str,
        filled: T,
        option: &str,
        partial: &str,
    ) -> impl Future<Output = Vec<Choice>> + use<T>
    where
        T: Into<Typed>,
    {
        let filled = filled.into();
        let asked = self
            .try_autocomplete(channel, command, &filled, option, partial)
            .unwrap_or_else(|refused| panic!("{refused}"));
        let settled = settle(asked);
        async move { settled.await.choices() }
    }

    /// The same, saying why it cannot be done. Returns at once; see [`Asked::choices`].
    ///
    /// # Errors
    ///
    /// If the command or an option is not registered, or the option does not autocomplete.
    pub fn try_autocomplete(
        &self,
        channel: Id,
        command: &str,
        filled: &Typed,
        option: &str,
        partial: &str,
    ) -> Result<Asked, CannotDo> {
        let focus = Focus { option, partial };
        let data = self.discord.read(|world| command_data(world, self.id, channel, command, filled, Some(&focus)))?;
        Ok(self.send(channel, Kind::Autocomplete, &data))
    }

    /// Presses the button of that label (an emoji before it does not matter). Resolves when it is acknowledged or has failed.
    ///
    /// # Panics
    ///
    /// If this person does not see the message as it is now, or it has no such button, or the button is grey or a link.
    #[track_caller]
    pub fn press(&self, message: &Message, label: &str) -> impl Future<Output = Asked> + use<> {
        settle(self.try_press(message.id, label).unwrap_or_else(|refused| panic!("{refused}")))
    }

    /// The same, saying why it cannot be done. Returns at once.
    ///
    /// # Errors
    ///
    /// If this person does not see the message as it is now, or it has no such button, or the button is grey or a link.
    pub fn try_press(&self, message: Id, label: &str) -> Result<Asked, CannotDo> {
        let message = self.seen(message)?;
        let labels: Vec<String> = message.buttons().into_iter().map(|button| button.label).collect();
        let button = message.button(label).ok_or_else(|| CannotDo(format!("no button {label:?} among {labels:?}")))?;
        if button.state == ButtonState::Disabled {
            return Err(CannotDo(format!("the button {label:?} is grey")));
        }
        let custom_id = button.custom_id.ok_or_else(|| CannotDo(format!("{label:?} is a link")))?;
        Ok(self.component(&message, &custom_id))
    }

    /// Presses the button with this custom id, where labels are not enough to tell buttons apart.
    ///
    /// # Errors
    ///
    /// If this person does not see the message as it is now, or it has no such button, or the button is grey.
    pub fn try_press_button(&self, message: Id, custom_id: &str) -> Result<Asked, CannotDo> {
        let message = self.seen(message)?;
        let buttons = message.buttons();
        let button = buttons.iter().find(|button| button.custom_id.as_deref() == Some(custom_id));
        match button.map(|button| button.state) {
            Some(ButtonState::Enabled) => Ok(self.component(&message, custom_id)),
            Some(ButtonState::Disabled) => Err(CannotDo("that button is grey".to_owned())),
            None => Err(CannotDo("that button is gone".to_owned())),
        }
    }

    /// Chooses values in a select menu, by its custom id.
    ///
    /// # Errors
    ///
    /// If this person does not see the message, or it has no such menu, or the menu is grey, has no such value or wants
    /// another number of them. Values of menus of people, roles and channels are ids.
    pub fn try_select(&self, message: Id, custom_id: &str, values: &[&str]) -> Result<Asked, CannotDo> {
        let message = self.seen(message)?;
        let found = message.custom_ids().into_iter().find(|(known, _)| known == custom_id);
        let (_, menu) = found.ok_or_else(|| CannotDo(format!("no menu {custom_id:?}")))?;
        let data = self.discord.read(|world| menu_data(world, custom_id, &menu, values))?;
        Ok(self.send(message.channel, Kind::Component { message: message.id }, &data))
    }

    /// Sends a press that no client would offer: any custom id, on any message.
    #[track_caller]
    pub fn press_raw(&self, custom_id: &str, message: &Message) -> impl Future<Output = Asked> + use<> {
        settle(self.component(message, custom_id))
    }

    fn component(&self, message: &Message, custom_id: &str) -> Asked {
        let known = message.custom_ids().into_iter().find(|(known, _)| known == custom_id);
        let number = known.map_or(json!(1), |(_, component)| component["id"].clone());
        let data = json!({ "custom_id": custom_id, "component_type": 2, "id": number });
        self.send(message.channel, Kind::Component { message: message.id }, &data)
    }

    pub(super) fn send(&self, channel: Id, kind: Kind, data: &Value) -> Asked {
        let id = self.discord.send_interaction(self.id, channel, kind, data, |_| {});
        Asked::new(&self.discord, id, self.id)
    }

    /// A message as this person sees it now.
    pub(super) fn seen(&self, message: Id) -> Result<Message, CannotDo> {
        self.discord.read(|world| {
            let found = world.messages.get(&message).filter(|message| world.sees(self.id, message));
            found.cloned().ok_or_else(|| CannotDo("this person does not see that message".to_owned()))
        })
    }

    /// Writes an ordinary message.
    ///
    /// # Panics
    ///
    /// If they may not write there.
    #[track_caller]
    pub fn says(&self, channel: Id, text: &str) -> Message {
        self.try_say(channel, text).unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The same, saying why it cannot be done.
    ///
    /// # Errors
    ///
    /// If they may not write there, or the text is empty or too long.
    pub fn try_say(&self, channel: Id, text: &str) -> Result<Message, CannotDo> {
        if text.is_empty() || text.chars().count() > 2_000 {
            return Err(CannotDo("a message has 1 to 2000 characters".to_owned()));
        }
        self.discord.change(|world| {
            if world.permissions(self.id, channel) & SEND_MESSAGES == 0 {
                return Err(CannotDo(format!("may not write in channel {channel}")));
            }
            let mut message = world.blank(channel, self.id);
            message.content = text.to_owned();
            message.history.push(message.version(message.created));
            world.ring(&mut message, None);
            world.keep(message.clone(), News::Created);
            Ok(message)
        })
    }

    /// What this person sees in a channel now, oldest first, with their own ephemeral messages.
    pub fn sees(&self, channel: Id) -> Vec<Message> {
        self.discord.read(|world| {
            let there = world.messages.values().filter(|message| message.channel == channel);
            there.filter(|message| world.sees(self.id, message)).cloned().collect()
        })
    }

    /// The DM channel with the bot, if there is one.
    pub fn dm_channel(&self) -> Option<Id> {
        self.discord.read(|world| self.dm_in(world))
    }

    /// Opens the DM channel with the bot, as a client does that shows it before anything was written.
    pub fn open_dms(&self) -> Id {
        self.discord.change(|world| world.dm_with(self.id))
    }

    fn dm_in(&self, world: &World) -> Option<Id> {
        let with = self.id;
        world.channels.iter().find(|(_, channel)| channel.kind == ChannelKind::Dm { with }).map(|(id, _)| *id)
    }

    /// The messages in the DM with the bot, oldest first.
    pub fn dms(&self) -> Vec<Message> {
        self.dm_channel().map(|channel| self.sees(channel)).unwrap_or_default()
    }

    /// Waits for a DM that fits.
    ///
    /// # Panics
    ///
    /// With everything seen so far, if it does not come within [`PATIENCE`](crate::net::PATIENCE).
    #[track_caller]
    pub fn wait_for_dm<F>(&self, fits: F) -> impl Future<Output = Message> + use<F>
    where
        F: FnMut(&Message) -> bool,
    {
        let person = self.clone();
        let there = move |world: &World| {
            let channel = person.dm_in(world);
            let fitting = |m: &&Message| Some(m.channel) == channel && m.deleted.is_none() && !m.is_thinking();
            world.messages.values().filter(fitting).cloned().collect()
        };
        self.discord.wait_for_one("a DM".to_owned(), there, fits)
    }

    /// Whether a message rang this person: by name or by one of their roles, and not silently. A DM always rings.
    pub fn was_rung_by(&self, message: &Message) -> bool {
        let by_role = self.roles().iter().any(|role| message.pinged_roles.contains(role));
        let in_dm = self.dm_channel() == Some(message.channel);
        let named = message.pinged_everyone || message.pinged_users.contains(&self.id) || by_role || in_dm;
        named && !message.is_silent()
    }
}

impl Asked {
    /// Who did it.
    pub fn person(&self) -> Person {
        Person::new(&self.discord, self.person)
    }
}

#[track_caller]
pub(super) fn settle(asked: Asked) -> impl Future<Output = Asked> + use<> {
    let settled = asked.settled();
    async move {
        settled.await;
        asked
    }
}
