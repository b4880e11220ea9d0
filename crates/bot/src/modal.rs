//! Forms that open over the chat (Discord's modals). What comes back is input, and parsed like input: any client sends anything.

use std::{fmt, str::FromStr};

use bernard_domain::{locale::Locale, operation::MarkedOperation};
use bernard_text::say;
use serenity::{
    builder::{CreateActionRow, CreateInputText, CreateInteractionResponse, CreateModal},
    model::application::{ActionRowComponent, InputTextStyle, ModalInteractionData},
};

use crate::component::{Button, NotAButton};

/// The most characters of a reason, wherever one is given.
pub(super) const LONGEST_REASON: u16 = 400;
/// The name of the form's one field.
const REASON: &str = "reason";

/// Every form there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modal {
    /// Why it was denied: of this operation, this round.
    DenialReason(MarkedOperation, u32),
}

impl Modal {
    /// The answer that opens it. It must be the first answer to a press: a form cannot follow "thinking…".
    pub fn open(self, locale: Locale) -> CreateInteractionResponse {
        let field = CreateInputText::new(InputTextStyle::Paragraph, say!(locale, "form-reason-field"), REASON)
            .placeholder(say!(locale, "form-reason-hint"))
            .min_length(1)
            .max_length(LONGEST_REASON);
        let form = CreateModal::new(self.to_string(), say!(locale, "form-reason-title"))
            .components(vec![CreateActionRow::InputText(field)]);
        CreateInteractionResponse::Modal(form)
    }

    /// The reason that was typed; `None` when it is empty or longer than the form allows.
    pub fn reason(data: &ModalInteractionData) -> Option<&str> {
        let fields = data.components.iter().flat_map(|row| &row.components);
        let typed = fields.filter_map(|field| match field {
            ActionRowComponent::InputText(text) if text.custom_id == REASON => text.value.as_deref(),
            _ => None,
        });
        let reason = typed.map(str::trim).next()?;
        (!reason.is_empty() && reason.chars().count() <= usize::from(LONGEST_REASON)).then_some(reason)
    }
}

/// A form's id is that of the button that opened it.
impl fmt::Display for Modal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DenialReason(id, round) => Button::AddReason(*id, *round).fmt(f),
        }
    }
}

impl FromStr for Modal {
    type Err = NotAButton;

    fn from_str(text: &str) -> Result<Self, NotAButton> {
        match text.parse()? {
            Button::AddReason(id, round) => Ok(Self::DenialReason(id, round)),
            _ => Err(NotAButton),
        }
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::{mark::Mark, operation::OperationId};
    use serde_json::json;

    use super::*;

    fn submitted(fields: serde_json::Value) -> ModalInteractionData {
        serde_json::from_value(json!({ "custom_id": "why:1:1", "components": fields })).expect("Discord's shape")
    }

    fn row(name: &str, value: &str) -> serde_json::Value {
        json!({ "type": 1, "components": [{ "type": 4, "custom_id": name, "value": value }] })
    }

    #[test]
    fn a_form_survives_its_custom_id_and_no_other_button_is_one() {
        let form = Modal::DenialReason(Mark::new().on(OperationId(i64::MAX)), u32::MAX);
        assert_eq!(form.to_string().parse(), Ok(form));
        assert!(form.to_string().len() <= 100);
        for other in ["deny:1:1", "why:0:1", "why:1", "why:1:1:1", "why:+1:1", "", "reason"] {
            assert!(other.parse::<Modal>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_reason_has_one_to_four_hundred_characters() {
        let reason = |value: &str| Modal::reason(&submitted(json!([row("reason", value)]))).map(str::to_owned);
        assert_eq!(reason(" not on a Friday\n").as_deref(), Some("not on a Friday"));
        assert_eq!(reason(&"é".repeat(400)), Some("é".repeat(400)));
        assert_eq!(reason(&"é".repeat(401)), None);
        assert_eq!(reason(" \n "), None);
        assert_eq!(Modal::reason(&submitted(json!([row("other", "x")]))), None);
        assert_eq!(Modal::reason(&submitted(json!([]))), None);
    }
}
