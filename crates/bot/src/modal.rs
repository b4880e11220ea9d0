//! Forms that open over the chat (Discord's modals). What comes back is input, and parsed like input: any client sends anything.

use std::{fmt, str::FromStr};

use bernard_domain::{locale::Locale, operation::MarkedOperation, second_factor::Code};
use bernard_store::CardId;
use bernard_text::say;
use serenity::{
    builder::{CreateActionRow, CreateInputText, CreateInteractionResponse, CreateModal},
    model::application::{ActionRowComponent, InputTextStyle, ModalInteractionData},
};

use crate::component::{Button, NotAButton};

/// The most characters of a reason, wherever one is given.
pub(super) const LONGEST_REASON: u16 = 400;
/// The name of the one field of the form for a reason …
const REASON: &str = "reason";
/// … and of those for a code.
const CODE: &str = "code";
/// The fewest and the most characters of a code: six digits, and what people type between them.
const CODE_LENGTH: (u16, u16) = (6, 9);

/// Every form there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modal {
    /// Why it was denied: of this operation, this round.
    DenialReason(MarkedOperation, u32),
    /// The code of whoever approves: of this operation, this round.
    ApprovalCode(MarkedOperation, u32),
    /// The code of whoever breaks the glass by this card.
    GlassCode(CardId),
}

impl Modal {
    /// The answer that opens it. It must be the first answer to a press: a form cannot follow "thinking…".
    pub fn open(self, locale: Locale) -> CreateInteractionResponse {
        let (title, field) = match self {
            Self::DenialReason(..) => {
                let field = CreateInputText::new(InputTextStyle::Paragraph, say!(locale, "form-reason-field"), REASON)
                    .placeholder(say!(locale, "form-reason-hint"))
                    .min_length(1)
                    .max_length(LONGEST_REASON);
                (say!(locale, "form-reason-title"), field)
            }
            Self::ApprovalCode(..) | Self::GlassCode(_) => {
                let field = CreateInputText::new(InputTextStyle::Short, say!(locale, "form-code-field"), CODE)
                    .placeholder(say!(locale, "form-code-hint"))
                    .min_length(CODE_LENGTH.0)
                    .max_length(CODE_LENGTH.1);
                (say!(locale, "form-code-title"), field)
            }
        };
        let form = CreateModal::new(self.to_string(), title).components(vec![CreateActionRow::InputText(field)]);
        CreateInteractionResponse::Modal(form)
    }

    /// The reason that was typed; `None` when it is empty or longer than the form allows.
    pub fn reason(data: &ModalInteractionData) -> Option<&str> {
        let reason = typed(data, REASON)?.trim();
        (!reason.is_empty() && reason.chars().count() <= usize::from(LONGEST_REASON)).then_some(reason)
    }

    /// The code that was typed; `None` when it is not six digits.
    pub fn code(data: &ModalInteractionData) -> Option<Code> {
        Code::parse(typed(data, CODE)?)
    }
}

/// What was typed into the field of this name.
fn typed<'a>(data: &'a ModalInteractionData, name: &str) -> Option<&'a str> {
    let fields = data.components.iter().flat_map(|row| &row.components);
    let mut typed = fields.filter_map(|field| match field {
        ActionRowComponent::InputText(text) if text.custom_id == name => text.value.as_deref(),
        _ => None,
    });
    typed.next()
}

/// A form's id is that of the button that opened it.
impl fmt::Display for Modal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DenialReason(id, round) => Button::AddReason(*id, *round).fmt(f),
            Self::ApprovalCode(id, round) => Button::ApproveByCode(*id, *round).fmt(f),
            Self::GlassCode(card) => Button::ConfirmByCode(*card).fmt(f),
        }
    }
}

impl FromStr for Modal {
    type Err = NotAButton;

    fn from_str(text: &str) -> Result<Self, NotAButton> {
        match text.parse()? {
            Button::AddReason(id, round) => Ok(Self::DenialReason(id, round)),
            Button::ApproveByCode(id, round) => Ok(Self::ApprovalCode(id, round)),
            Button::ConfirmByCode(card) => Ok(Self::GlassCode(card)),
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
        let code = Modal::ApprovalCode(Mark::new().on(OperationId(i64::MAX)), u32::MAX);
        for form in [code, Modal::GlassCode(CardId::new())] {
            assert_eq!(form.to_string().parse(), Ok(form));
        }
        for other in ["deny:1:1", "why:0:1", "why:1", "why:1:1:1", "why:+1:1", "", "reason"] {
            assert!(other.parse::<Modal>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_code_is_read_from_its_own_field() {
        let code = |name: &str, value: &str| Modal::code(&submitted(json!([row(name, value)])));
        assert_eq!(code("code", " 005 924").map(|code| code.digits()).as_deref(), Some("005924"));
        assert_eq!((code("code", "00592"), code("reason", "005924")), (None, None));
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
