//! What an asker sees: an answer as data, or words at once.

use bernard_domain::{locale::Locale, operation::OperationId, server::QueryId};
use serenity::builder::{CreateAllowedMentions, CreateInteractionResponse, CreateInteractionResponseMessage};

use crate::{
    refusal::Refusal,
    render::{
        button::Button,
        dm,
        guide::Place,
        guide_controls,
        message::{File, Look, Message},
    },
};

/// What is shown to the asker, and to nobody else.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) message: Message,
    /// The operation whose link this shows, and the request that made its secret: recorded once the person has it, so a lost
    /// answer leaves the button.
    pub(super) reveals: Option<(OperationId, Option<QueryId>)>,
}

impl Reply {
    pub(super) fn text(content: String) -> Self {
        Message::text(content).into()
    }

    pub(super) fn with_buttons(content: String, buttons: Vec<Button>) -> Self {
        Message::with_buttons(content, buttons).into()
    }

    pub(super) fn with_file(mut self, file: File) -> Self {
        self.message.files.push(file);
        self
    }

    /// The same with a line above its words.
    pub(super) fn after(self, first: &str) -> Self {
        self.reworded(|words| format!("{first}\n{words}"))
    }

    /// The same with other words in the place of its own.
    pub(super) fn reworded(mut self, other: impl FnOnce(&str) -> String) -> Self {
        if let Look::Plain(plain) = &mut self.message.look {
            plain.content = other(&plain.content);
        }
        self
    }

    /// A page of the guide.
    pub(super) fn page(place: Place, locale: Locale) -> Self {
        let mut message = Message::with_buttons(place.content(locale), guide_controls::buttons(place, locale));
        if let Look::Plain(plain) = &mut message.look {
            plain.menu = Some(guide_controls::topics(place, locale));
        }
        message.into()
    }

    /// Whether it shows a link that is not in its words but in a file.
    pub(super) fn is_in_a_file(&self) -> bool {
        self.reveals.is_some() && self.message.files.iter().any(|file| !file.name.ends_with(dm::REMOTE_DESKTOP))
    }

    pub(super) fn refusal(refusal: &Refusal, locale: Locale) -> Self {
        Self::text(refusal.speak(locale))
    }
}

impl From<Message> for Reply {
    fn from(message: Message) -> Self {
        Self { message, reveals: None }
    }
}

/// Words that are the whole of an answer, for the asker alone, as its acknowledgement.
pub(super) fn at_once(words: String) -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new()
        .ephemeral(true)
        .content(words)
        .allowed_mentions(CreateAllowedMentions::new());
    CreateInteractionResponse::Message(message)
}
