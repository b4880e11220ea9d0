//! What an asker sees: an answer as data, or words at once.

use bernard_domain::{
    locale::Locale,
    operation::{Operation, OperationId},
    server::QueryId,
};
use serenity::builder::{CreateAllowedMentions, CreateInteractionResponse, CreateInteractionResponseMessage};

use crate::{
    refusal::Refusal,
    render::{
        accepted::accepted,
        button::Button,
        card_links::CardLinks,
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
    /// The operation that has just begun by this: it is said where its card stands, once it does.
    pub(super) begun: Option<Box<Operation>>,
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

    /// That an operation is durable now.
    pub(super) fn accepted(operation: Box<Operation>, locale: Locale) -> Self {
        let words = accepted(&operation, &CardLinks::default(), locale);
        Self { begun: Some(operation), ..Self::text(words) }
    }

    /// Has it lead to the card of what has begun, if that stands; whether it does now.
    pub(super) fn lead_to_card(&mut self, links: &CardLinks, locale: Locale) -> bool {
        let Some(begun) = self.begun.take_if(|begun| links.address(begun.id).is_some()) else { return false };
        let before = accepted(&begun, &CardLinks::default(), locale);
        if let Look::Plain(plain) = &mut self.message.look {
            plain.content = plain.content.replace(&before, &accepted(&begun, links, locale));
        }
        true
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
        Self { message, reveals: None, begun: None }
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
