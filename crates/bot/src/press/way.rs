//! A press on one of the ways that stand below an answer.

use serenity::model::application::ComponentInteraction;

use crate::{
    asker::Asker,
    command::Command,
    component::WayId,
    context::Handler,
    refusal::Refusal,
    reply::Reply,
    ways::{Closed, Way},
};

impl Handler {
    /// Does what was offered, as its command would be done that is typed now.
    pub(super) async fn take_way(&self, press: &ComponentInteraction, id: WayId) -> Result<Reply, Refusal> {
        let asking = Asker::of_press(press, &self.settings.served_guild, &self.rest, None).await?;
        match self.way(&asking, id).await? {
            Way::Command(command) => {
                self.counted(&asking, &command).await?;
                Box::pin(self.execute(&asking, *command)).await
            }
            Way::Ask(help) => self.ask_for_help(&asking, help).await,
            Way::Support(server) => self.ask_about(&asking, &server).await,
        }
    }

    /// The command behind a way, for what may stand below its refusal.
    pub(crate) async fn command_of(&self, asking: &Asker, id: WayId) -> Option<Command> {
        match self.way(asking, id).await.ok()? {
            Way::Command(command) => Some(*command),
            Way::Ask(_) | Way::Support(_) => None,
        }
    }

    async fn way(&self, asking: &Asker, id: WayId) -> Result<Way, Refusal> {
        self.ways.taken(&self.store, id, asking.requester.user).await.map_err(|closed| match closed {
            Closed::Over => Refusal::WayOver,
            Closed::NotYours(person) => Refusal::NotYours { whose: Some(person), command: None },
        })
    }
}
