//! What a button means. A `custom_id` comes back from any client, also years later: it is input, and parsed like input.

use std::{fmt, str::FromStr};

use serenity::builder::{CreateActionRow, CreateButton};
use serenity::model::application::{ButtonStyle, ComponentInteractionData, ComponentInteractionDataKind};
use uuid::Uuid;

use super::guide::{self, Place};
use crate::{
    config::Locale,
    rescue::{extension::Offer, foreign::ForeignId, operation::OperationId},
    say,
    store::CardId,
};

/// Discord's limit for a label.
const LABEL: usize = 80;

/// Every button there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// **Confirm** on a confirmation card.
    Confirm(CardId),
    /// **Cancel** on a confirmation card.
    Dismiss(CardId),
    /// **Boot from disk** on the confirmation card of a way out that leads elsewhere.
    ToDisk(CardId),
    /// **Cancel** on an operation's card, until the reboot is sent.
    Cancel(OperationId),
    /// **Reboot again**, answering the question with this number.
    RebootAgain(OperationId, u32),
    /// **Leave it**, answering the question with this number.
    LeaveIt(OperationId, u32),
    /// **Approve**, in this round of asking.
    Approve(OperationId, u32),
    /// **Deny**, in this round of asking.
    Deny(OperationId, u32),
    /// **Cancel** of a request that waits for approval, in this round of asking.
    Withdraw(OperationId, u32),
    /// **Add reason**, to the denial of this round.
    AddReason(OperationId, u32),
    /// **Restore now**, for the rescue that this operation began.
    RestoreNow(OperationId),
    /// **Put netboot back**, after what this operation left behind.
    PutNetbootBack(OperationId),
    /// **Reveal link**.
    Reveal(OperationId),
    /// **Look again**.
    LookAgain(OperationId),
    /// **Try the mail**.
    TryMail(OperationId),
    /// **Delete this message**, on the DM of this operation.
    DeleteMessage(OperationId),
    /// **Extend**, for the rescue that this operation began.
    Extend(OperationId),
    /// One of the offers that **Extend** makes, for the deadline that it was shown with, in milliseconds.
    ExtendBy(OperationId, Offer, i64),
    /// **Adopt**, for a rescue that somebody else started.
    Adopt(ForeignId),
    /// **Restore**, for a rescue that somebody else started.
    RestoreForeign(ForeignId),
    /// **Guide**: opens this page beside the message.
    Guide(Place),
    /// **Next** and **Back** in the guide: turns to this page.
    Turn(Place),
}

/// What a button is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A confirmation card.
    Card(CardId),
    /// An operation.
    Operation(OperationId),
    /// A rescue that somebody else started.
    Foreign(ForeignId),
    /// A page of the guide.
    Page(Place),
}

/// The text is no button of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no button of ours")]
pub struct NotAButton;

impl Button {
    /// What it is about.
    pub fn subject(self) -> Subject {
        match self {
            Self::Confirm(card) | Self::Dismiss(card) | Self::ToDisk(card) => Subject::Card(card),
            Self::Cancel(id)
            | Self::RebootAgain(id, _)
            | Self::LeaveIt(id, _)
            | Self::Approve(id, _)
            | Self::Deny(id, _)
            | Self::Withdraw(id, _)
            | Self::AddReason(id, _)
            | Self::RestoreNow(id)
            | Self::Reveal(id)
            | Self::PutNetbootBack(id)
            | Self::LookAgain(id)
            | Self::TryMail(id)
            | Self::Extend(id)
            | Self::ExtendBy(id, ..)
            | Self::DeleteMessage(id) => Subject::Operation(id),
            Self::Adopt(id) | Self::RestoreForeign(id) => Subject::Foreign(id),
            Self::Guide(place) | Self::Turn(place) => Subject::Page(place),
        }
    }

    /// The button with its label and colour: what leads out is green, what cannot be undone is red.
    pub fn create(self, locale: Locale) -> CreateButton {
        let (label, style) = self.look(locale);
        CreateButton::new(self.to_string()).label(label).style(style)
    }

    fn look(self, locale: Locale) -> (String, ButtonStyle) {
        match self {
            Self::Confirm(_) => (say!(locale, "button-confirm"), ButtonStyle::Danger),
            Self::ToDisk(_) => (say!(locale, "button-to-disk"), ButtonStyle::Secondary),
            Self::Approve(..) => (say!(locale, "button-approve"), ButtonStyle::Success),
            Self::Deny(..) => (say!(locale, "button-deny"), ButtonStyle::Danger),
            Self::AddReason(..) => (say!(locale, "button-add-reason"), ButtonStyle::Primary),
            Self::Dismiss(_) | Self::Cancel(_) | Self::Withdraw(..) => {
                (say!(locale, "button-cancel"), ButtonStyle::Secondary)
            }
            Self::RebootAgain(..) => (say!(locale, "button-reboot-again"), ButtonStyle::Danger),
            Self::LeaveIt(..) => (say!(locale, "button-leave-it"), ButtonStyle::Secondary),
            Self::RestoreNow(_) => (say!(locale, "button-restore-now"), ButtonStyle::Success),
            Self::PutNetbootBack(_) => (say!(locale, "button-put-netboot-back"), ButtonStyle::Secondary),
            Self::Reveal(_) => (say!(locale, "button-reveal"), ButtonStyle::Primary),
            Self::LookAgain(_) => (say!(locale, "button-look-again"), ButtonStyle::Primary),
            Self::TryMail(_) => (say!(locale, "button-try-mail"), ButtonStyle::Secondary),
            Self::DeleteMessage(_) => (say!(locale, "button-delete"), ButtonStyle::Secondary),
            Self::Extend(_) => (say!(locale, "button-extend"), ButtonStyle::Primary),
            Self::ExtendBy(_, Offer::Hour, _) => (say!(locale, "button-extend-hour"), ButtonStyle::Primary),
            Self::ExtendBy(_, Offer::FourHours, _) => (say!(locale, "button-extend-hours"), ButtonStyle::Primary),
            Self::ExtendBy(_, Offer::Morning, _) => (say!(locale, "button-extend-morning"), ButtonStyle::Primary),
            Self::Adopt(_) => (say!(locale, "button-adopt"), ButtonStyle::Primary),
            Self::RestoreForeign(_) => (say!(locale, "button-restore"), ButtonStyle::Success),
            Self::Guide(_) => (say!(locale, "button-guide"), ButtonStyle::Secondary),
            Self::Turn(_) => (say!(locale, "button-next"), ButtonStyle::Primary),
        }
    }

    /// The button as [`create`](Self::create) makes it, with the name of what it is about behind its label.
    pub fn create_for(self, name: &str, locale: Locale) -> CreateButton {
        let (label, style) = self.look(locale);
        let label = format!("{label} {name}").chars().take(LABEL).collect::<String>();
        CreateButton::new(self.to_string()).label(label).style(style)
    }
}

/// The rows of a message's buttons, of five at most, as Discord has it; more than that stand in pairs, which stay together.
/// They keep their order. A red one that is not the likely one gets a row of its own, where no thumb slips to it.
pub fn rows(buttons: &[CreateButton]) -> Vec<CreateActionRow> {
    let apart = |(at, button): &(usize, &CreateButton)| *at > 0 && is_dangerous(button);
    let all: Vec<_> = buttons.iter().enumerate().collect();
    let wide = if buttons.len() > 5 { 4 } else { 5 };
    let row = |buttons: &[(usize, &CreateButton)]| {
        CreateActionRow::Buttons(buttons.iter().map(|(_, button)| (*button).clone()).collect())
    };
    all.chunk_by(|one, next| !apart(one) && !apart(next)).flat_map(|run| run.chunks(wide)).map(row).collect()
}

/// The builder keeps its colour to itself, but for what it sends.
fn is_dangerous(button: &CreateButton) -> bool {
    /// Discord's number for red.
    const RED: u64 = 4;
    serde_json::to_value(button).is_ok_and(|button| button["style"] == RED)
}

/// What a press or a choice in a menu means.
///
/// # Errors
/// [`NotAButton`] when it is none of ours.
pub fn meant(data: &ComponentInteractionData) -> Result<Button, NotAButton> {
    match &data.kind {
        ComponentInteractionDataKind::Button => data.custom_id.parse(),
        ComponentInteractionDataKind::StringSelect { values } => guide::chosen(&data.custom_id, values),
        _ => Err(NotAButton),
    }
}

impl fmt::Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirm(card) => write!(f, "confirm:{card}"),
            Self::Dismiss(card) => write!(f, "dismiss:{card}"),
            Self::ToDisk(card) => write!(f, "disk:{card}"),
            Self::Cancel(id) => write!(f, "cancel:{}", id.0),
            Self::RebootAgain(id, asked) => write!(f, "again:{}:{asked}", id.0),
            Self::LeaveIt(id, asked) => write!(f, "leave:{}:{asked}", id.0),
            Self::Approve(id, round) => write!(f, "approve:{}:{round}", id.0),
            Self::Deny(id, round) => write!(f, "deny:{}:{round}", id.0),
            Self::Withdraw(id, round) => write!(f, "withdraw:{}:{round}", id.0),
            Self::AddReason(id, round) => write!(f, "why:{}:{round}", id.0),
            Self::RestoreNow(id) => write!(f, "restore:{}", id.0),
            Self::PutNetbootBack(id) => write!(f, "putback:{}", id.0),
            Self::Reveal(id) => write!(f, "reveal:{}", id.0),
            Self::LookAgain(id) => write!(f, "look:{}", id.0),
            Self::TryMail(id) => write!(f, "mail:{}", id.0),
            Self::DeleteMessage(id) => write!(f, "delete:{}", id.0),
            Self::Extend(id) => write!(f, "extend:{}", id.0),
            Self::ExtendBy(id, offer, shown) => write!(f, "longer:{}:{offer}:{shown}", id.0),
            Self::Adopt(id) => write!(f, "adopt:{}", id.0),
            Self::RestoreForeign(id) => write!(f, "return:{}", id.0),
            Self::Guide(place) => write!(f, "guide:{place}"),
            Self::Turn(place) => write!(f, "turn:{place}"),
        }
    }
}

impl FromStr for Button {
    type Err = NotAButton;

    fn from_str(text: &str) -> Result<Self, NotAButton> {
        let (verb, rest) = text.split_once(':').ok_or(NotAButton)?;
        let card = || Uuid::try_parse(rest).map(CardId).map_err(|_| NotAButton);
        let operation = |text: &str| match text.parse() {
            Ok(id) if id > 0 && !text.starts_with('+') => Ok(OperationId(id)),
            _ => Err(NotAButton),
        };
        let question = || {
            let (id, asked) = rest.split_once(':').ok_or(NotAButton)?;
            Ok((operation(id)?, asked.parse().map_err(|_| NotAButton)?))
        };
        let offer = || {
            let (id, offered) = rest.split_once(':').ok_or(NotAButton)?;
            let (offer, shown) = offered.split_once(':').ok_or(NotAButton)?;
            let offer = offer.parse().map_err(|_| NotAButton)?;
            Ok(Self::ExtendBy(operation(id)?, offer, shown.parse().map_err(|_| NotAButton)?))
        };
        match verb {
            "confirm" => card().map(Self::Confirm),
            "dismiss" => card().map(Self::Dismiss),
            "disk" => card().map(Self::ToDisk),
            "cancel" => operation(rest).map(Self::Cancel),
            "again" => question().map(|(id, asked)| Self::RebootAgain(id, asked)),
            "leave" => question().map(|(id, asked)| Self::LeaveIt(id, asked)),
            "approve" => question().map(|(id, round)| Self::Approve(id, round)),
            "deny" => question().map(|(id, round)| Self::Deny(id, round)),
            "withdraw" => question().map(|(id, round)| Self::Withdraw(id, round)),
            "why" => question().map(|(id, round)| Self::AddReason(id, round)),
            "restore" => operation(rest).map(Self::RestoreNow),
            "putback" => operation(rest).map(Self::PutNetbootBack),
            "reveal" => operation(rest).map(Self::Reveal),
            "look" => operation(rest).map(Self::LookAgain),
            "mail" => operation(rest).map(Self::TryMail),
            "delete" => operation(rest).map(Self::DeleteMessage),
            "extend" => operation(rest).map(Self::Extend),
            "longer" => offer(),
            "adopt" => operation(rest).map(|id| Self::Adopt(ForeignId(id.0))),
            "return" => operation(rest).map(|id| Self::RestoreForeign(ForeignId(id.0))),
            "guide" => rest.parse().map(Self::Guide),
            "turn" => rest.parse().map(Self::Turn),
            _ => Err(NotAButton),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn button() -> impl Strategy<Value = Button> {
        let id = (1..i64::MAX).prop_map(OperationId);
        let card = any::<u128>().prop_map(|bits| CardId(Uuid::from_u128(bits)));
        prop_oneof![
            card.clone().prop_map(Button::Confirm),
            card.clone().prop_map(Button::Dismiss),
            card.prop_map(Button::ToDisk),
            id.clone().prop_map(Button::Cancel),
            (id.clone(), any::<u32>()).prop_map(|(id, asked)| Button::RebootAgain(id, asked)),
            (id.clone(), any::<u32>()).prop_map(|(id, asked)| Button::LeaveIt(id, asked)),
            (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::Approve(id, round)),
            (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::Deny(id, round)),
            (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::Withdraw(id, round)),
            (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::AddReason(id, round)),
            id.clone().prop_map(Button::RestoreNow),
            id.clone().prop_map(Button::PutNetbootBack),
            id.clone().prop_map(Button::Reveal),
            id.clone().prop_map(Button::LookAgain),
            id.clone().prop_map(Button::TryMail),
            id.clone().prop_map(Button::DeleteMessage),
            id.clone().prop_map(Button::Extend),
            (id.clone(), prop::sample::select(Offer::ALL.to_vec()), any::<i64>())
                .prop_map(|(id, offer, shown)| Button::ExtendBy(id, offer, shown)),
            id.clone().prop_map(|id| Button::Adopt(ForeignId(id.0))),
            id.prop_map(|id| Button::RestoreForeign(ForeignId(id.0))),
            proptest::sample::select(Place::all()).prop_map(Button::Guide),
            proptest::sample::select(Place::all()).prop_map(Button::Turn),
        ]
    }

    #[test]
    fn a_red_button_stands_beside_no_likely_one() {
        let count = |rows: &[CreateActionRow]| -> Vec<usize> {
            rows.iter().map(|row| if let CreateActionRow::Buttons(all) = row { all.len() } else { 0 }).collect()
        };
        let (id, card) = (OperationId(1), CardId(Uuid::nil()));
        let all = |buttons: &[Button]| buttons.iter().map(|button| button.create(Locale::En)).collect::<Vec<_>>();
        assert_eq!(count(&rows(&all(&[Button::LeaveIt(id, 1), Button::RebootAgain(id, 1)]))), [1, 1]);
        let asked = [Button::Approve(id, 1), Button::Deny(id, 1), Button::Withdraw(id, 1)];
        assert_eq!(count(&rows(&all(&asked))), [1, 1, 1], "in this order");
        assert_eq!(count(&rows(&all(&[Button::Confirm(card), Button::Dismiss(card)]))), [2], "the likely one itself");
        assert_eq!(count(&rows(&all(&[Button::RestoreNow(id), Button::LookAgain(id)]))), [2]);
        assert!(rows(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn a_button_survives_its_custom_id_which_discord_takes(button in button()) {
            let text = button.to_string();
            prop_assert!((1..=100).contains(&text.len()));
            prop_assert_eq!(text.parse(), Ok(button));
        }

        #[test]
        fn any_text_is_a_button_or_is_refused(text in ".*") {
            let _ = text.parse::<Button>();
        }

        #[test]
        fn near_misses_are_refused_or_are_buttons(verb in "[a-z]{1,8}", rest in "[-+0-9a-f:]{0,40}") {
            let _ = format!("{verb}:{rest}").parse::<Button>();
        }
    }
}
