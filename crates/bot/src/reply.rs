//! What an asker sees: an answer as data, or words at once.

use bernard_discord::fit;
use bernard_domain::{locale::Locale, operation::OperationId, server::QueryId};
use serenity::builder::{
    CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateButton, CreateInteractionResponse,
    CreateInteractionResponseMessage, CreateSelectMenu, EditInteractionResponse,
};

use super::{component, dm, refusal::Refusal};

/// What is shown to the asker, and to nobody else.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) content: String,
    pub(super) buttons: Vec<CreateButton>,
    /// A menu below the buttons.
    pub(super) menu: Option<CreateSelectMenu>,
    /// The operation whose link this shows, and the request that made its secret: recorded once the person has it, so a lost
    /// answer leaves the button.
    pub(super) reveals: Option<(OperationId, Option<QueryId>)>,
    /// What is attached.
    pub(super) files: Vec<CreateAttachment>,
}

impl Reply {
    pub(super) fn text(content: String) -> Self {
        Self { content, buttons: Vec::new(), menu: None, reveals: None, files: Vec::new() }
    }

    pub(super) fn after(mut self, first: &str) -> Self {
        self.content = format!("{first}\n{}", self.content);
        self
    }

    /// Whether it shows a link that is not in its words but in a file.
    pub(super) fn is_in_a_file(&self) -> bool {
        self.reveals.is_some() && self.files.iter().any(|file| !file.filename.ends_with(dm::REMOTE_DESKTOP))
    }

    pub(super) fn refusal(refusal: &Refusal, locale: Locale) -> Self {
        Self::text(refusal.speak(locale))
    }

    /// Nothing in an answer rings anybody.
    pub(super) fn edit(&self) -> EditInteractionResponse {
        let content = fit::cut(&self.content);
        let menu = self.menu.clone().map(CreateActionRow::SelectMenu);
        let rows = component::rows(&self.buttons).into_iter().chain(menu).collect();
        EditInteractionResponse::new().content(content).components(rows).allowed_mentions(CreateAllowedMentions::new())
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
