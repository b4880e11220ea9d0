//! The menu of a message, where applications have their commands.

use serde_json::{Value, json};

use super::{Asked, CannotDo, Person, person::settle, typing::usable};
use crate::discord::{
    GUILD, Id, Message,
    commands::{MESSAGE_COMMAND, Scope},
    model::interaction::Kind,
    world::World,
};

impl Person {
    /// Chooses a command of this name in the menu of a message. Resolves when it is acknowledged or has failed.
    ///
    /// # Panics
    ///
    /// If Discord's client would not let them.
    #[track_caller]
    pub fn message_command(&self, message: &Message, name: &str) -> impl Future<Output = Asked> + use<> {
        settle(self.try_message_command(message.id, name).unwrap_or_else(|refused| panic!("{refused}")))
    }

    /// The same, saying why it cannot be done. Returns at once.
    ///
    /// # Errors
    ///
    /// If this person does not see the message, or the command is not registered or not offered there.
    pub fn try_message_command(&self, message: Id, name: &str) -> Result<Asked, CannotDo> {
        let message = self.seen(message)?;
        let data = self.discord.read(|world| data(world, self, &message, name))?;
        let kind = Kind::MessageCommand { name: name.to_owned(), target: message.id };
        Ok(self.send(message.channel, kind, &data))
    }
}

fn data(world: &World, person: &Person, message: &Message, name: &str) -> Result<Value, CannotDo> {
    let (scope, registered) =
        world.commands.of_messages(name).ok_or_else(|| CannotDo(format!("no command {name:?} in that menu")))?;
    usable(world, person.id(), message.channel, scope, registered)?;
    let mut data = json!({
        "id": registered["id"], "name": name, "type": MESSAGE_COMMAND, "target_id": message.id,
        "resolved": { "messages": { message.id.to_string(): world.message_json(message) } },
    });
    if scope == Scope::Guild {
        data["guild_id"] = json!(GUILD);
    }
    Ok(data)
}
