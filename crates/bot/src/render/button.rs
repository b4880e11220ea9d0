//! Buttons as they are drawn: label and colour for each that there is, and the rows that they stand in.

use std::fmt;

use bernard_discord::fit::LABEL;
use bernard_domain::{lease::extension::Offer, locale::Locale};
use bernard_text::say;
use bernard_untrusted::shown::{self, size::shorten};

use crate::component::{Button as Meaning, OnAlert};

/// A button as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// What pressing it does.
    pub leads: Leads,
}

/// Where a button leads.
#[derive(Clone, PartialEq, Eq)]
pub enum Leads {
    /// Back to us, who know it by its custom id.
    ToUs {
        /// What comes back when it is pressed.
        custom_id: String,
        /// Its colour.
        style: ButtonStyle,
    },
    /// To an address, which may be a secret: it is never printed.
    Away(String),
}

/// A button's colour, by Discord's names: blue, grey, green, red.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonStyle {
    /// The likely one.
    Primary,
    /// Any other.
    Secondary,
    /// What leads out.
    Success,
    /// What cannot be undone.
    Danger,
}

impl fmt::Debug for Leads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToUs { custom_id, style } => write!(f, "ToUs({custom_id}, {style:?})"),
            Self::Away(_) => f.write_str("Away(…)"),
        }
    }
}

impl Button {
    /// A button that opens an address.
    pub fn link(label: String, address: String) -> Self {
        Self { label, leads: Leads::Away(address) }
    }

    /// The same with another label.
    pub(crate) fn labelled(self, label: String) -> Self {
        Self { label, ..self }
    }

    /// What comes back when it is pressed; `None` when it leads away.
    pub fn custom_id(&self) -> Option<&str> {
        match &self.leads {
            Leads::ToUs { custom_id, .. } => Some(custom_id),
            Leads::Away(_) => None,
        }
    }

    fn is_dangerous(&self) -> bool {
        matches!(self.leads, Leads::ToUs { style: ButtonStyle::Danger, .. })
    }
}

/// The rows of a message's buttons, of five at most, as Discord has it; more than that stand in pairs, which stay together.
/// They keep their order. A red one that is not the likely one gets a row of its own, where no thumb slips to it.
pub fn rows(buttons: &[Button]) -> Vec<Vec<&Button>> {
    let apart = |(at, button): &(usize, &Button)| *at > 0 && button.is_dangerous();
    let all: Vec<_> = buttons.iter().enumerate().collect();
    let wide = if buttons.len() > 5 { 4 } else { 5 };
    let row = |run: &[(usize, &'_ Button)]| run.iter().map(|(at, _)| &buttons[*at]).collect();
    all.chunk_by(|one, next| !apart(one) && !apart(next)).flat_map(|run| run.chunks(wide)).map(row).collect()
}

/// The ids of these buttons, as Discord gives them back.
pub(crate) fn ids(buttons: &[Button]) -> Vec<String> {
    buttons.iter().filter_map(Button::custom_id).map(str::to_owned).collect()
}

impl Meaning {
    /// The button with its label and colour: what leads out is green, what cannot be undone is red.
    pub fn create(self, locale: Locale) -> Button {
        let (label, style) = self.look(locale);
        Button { label, leads: Leads::ToUs { custom_id: self.to_string(), style } }
    }

    /// The button as [`create`](Self::create) makes it, with the name of what it is about behind its label.
    pub(crate) fn create_for(self, name: &str, locale: Locale) -> Button {
        let button = self.create(locale);
        let label = shorten(&format!("{} {}", button.label, shown::visible(name)), LABEL);
        button.labelled(label)
    }

    fn look(self, locale: Locale) -> (String, ButtonStyle) {
        match self {
            Self::Confirm(_) | Self::ConfirmByCode(_) => (say!(locale, "button-confirm"), ButtonStyle::Danger),
            Self::ToDisk(_) => (say!(locale, "button-to-disk"), ButtonStyle::Secondary),
            Self::ShowCalls(_) | Self::AskedCalls(..) => (say!(locale, "button-show-calls"), ButtonStyle::Secondary),
            Self::Approve(..) | Self::ApproveByCode(..) => (say!(locale, "button-approve"), ButtonStyle::Success),
            Self::Deny(..) => (say!(locale, "button-deny"), ButtonStyle::Danger),
            Self::AddReason(..) => (say!(locale, "button-add-reason"), ButtonStyle::Primary),
            Self::Dismiss(_) | Self::Cancel(_) | Self::Withdraw(..) => {
                (say!(locale, "button-cancel"), ButtonStyle::Secondary)
            }
            Self::RebootAgain(..) => (say!(locale, "button-reboot-again"), ButtonStyle::Danger),
            Self::LeaveIt(..) | Self::LetGo(_) => (say!(locale, "button-leave-it"), ButtonStyle::Secondary),
            Self::RestoreNow(_) => (say!(locale, "button-restore-now"), ButtonStyle::Success),
            Self::PutNetbootBack(_) => (say!(locale, "button-put-netboot-back"), ButtonStyle::Secondary),
            Self::Reveal(_) => (say!(locale, "button-reveal"), ButtonStyle::Primary),
            Self::LookAgain(_) => (say!(locale, "button-look-again"), ButtonStyle::Primary),
            Self::TryMail(_) => (say!(locale, "button-try-mail"), ButtonStyle::Secondary),
            Self::DeleteMessage(_) => (say!(locale, "button-delete"), ButtonStyle::Secondary),
            Self::TryAgain(_) => (say!(locale, "button-try-again"), ButtonStyle::Primary),
            Self::AskOvhcloud(_) => (say!(locale, "button-ask-ovhcloud"), ButtonStyle::Secondary),
            Self::FreeSessions(_) => (say!(locale, "button-free-sessions"), ButtonStyle::Secondary),
            Self::Console(_) => (say!(locale, "button-console"), ButtonStyle::Primary),
            // What it is called is said where it is offered.
            Self::Way(_) => (say!(locale, "button-try-again"), ButtonStyle::Primary),
            Self::Extend(_) => (say!(locale, "button-extend"), ButtonStyle::Primary),
            Self::ExtendBy(_, Offer::Hour, _) => (say!(locale, "button-extend-hour"), ButtonStyle::Primary),
            Self::ExtendBy(_, Offer::FourHours, _) => (say!(locale, "button-extend-hours"), ButtonStyle::Primary),
            Self::ExtendBy(_, Offer::Morning, _) => (say!(locale, "button-extend-morning"), ButtonStyle::Primary),
            Self::Adopt(_) => (say!(locale, "button-adopt"), ButtonStyle::Primary),
            Self::RestoreForeign(_) => (say!(locale, "button-restore"), ButtonStyle::Success),
            Self::Alert(_, OnAlert::Reboot) => (say!(locale, "button-alert-reboot"), ButtonStyle::Primary),
            Self::Alert(_, OnAlert::Rescue) => (say!(locale, "button-alert-rescue"), ButtonStyle::Primary),
            Self::Alert(_, OnAlert::Console) => (say!(locale, "button-alert-console"), ButtonStyle::Primary),
            Self::Alert(_, OnAlert::Status) => (say!(locale, "button-alert-status"), ButtonStyle::Secondary),
            Self::Alert(_, OnAlert::NotNow) => (say!(locale, "button-not-now"), ButtonStyle::Secondary),
            Self::Guide(_) => (say!(locale, "button-guide"), ButtonStyle::Secondary),
            Self::Turn(_) => (say!(locale, "button-next"), ButtonStyle::Primary),
        }
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::{mark::Mark, operation::OperationId};
    use bernard_store::CardId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_red_button_stands_beside_no_likely_one() {
        let (id, card) = (Mark::default().on(OperationId(1)), CardId(Uuid::nil()));
        let count = |all: &[Meaning]| -> Vec<usize> {
            let drawn: Vec<Button> = all.iter().map(|button| button.create(Locale::En)).collect();
            rows(&drawn).iter().map(Vec::len).collect()
        };
        assert_eq!(count(&[Meaning::LeaveIt(id, 1), Meaning::RebootAgain(id, 1)]), [1, 1]);
        let asked = [Meaning::Approve(id, 1), Meaning::Deny(id, 1), Meaning::Withdraw(id, 1)];
        assert_eq!(count(&asked), [1, 1, 1], "in this order");
        assert_eq!(count(&[Meaning::Confirm(card), Meaning::Dismiss(card)]), [2], "the likely one itself");
        assert_eq!(count(&[Meaning::RestoreNow(id), Meaning::LookAgain(id)]), [2]);
        assert!(rows(&[]).is_empty());
    }

    #[test]
    fn more_than_five_stand_in_pairs() {
        let id = Mark::default().on(OperationId(1));
        let drawn: Vec<Button> = (0..6).map(|_| Meaning::RestoreNow(id).create(Locale::En)).collect();
        assert_eq!(rows(&drawn).iter().map(Vec::len).collect::<Vec<_>>(), [4, 2]);
    }

    #[test]
    fn an_address_is_not_printed() {
        let button = Button::link("Open".to_owned(), "https://example.com/#?id=fake-secret".to_owned());
        assert!(!format!("{button:?}").contains("fake-secret"));
    }
}
