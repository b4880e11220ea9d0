//! What opens the guide and turns its pages.

use bernard_text::locale_of;
use serenity::model::application::ComponentInteraction;

use crate::{context::Handler, refusal::Refusal, render::guide::Place, reply::Reply};

impl Handler {
    /// A press in the guide: its reader needs no right, but a button on another guild's message is none of ours.
    pub(crate) fn turn(&self, press: &ComponentInteraction, place: Place) -> Result<Reply, Refusal> {
        match press.guild_id {
            Some(guild) if guild.get() != self.settings.served_guild.guild => Err(Refusal::NotHere),
            _ => Ok(Reply::page(place, locale_of(&press.locale))),
        }
    }
}
