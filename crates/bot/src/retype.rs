//! What to type instead of pressing a button that another store made: the button's deed as a command. The server is named
//! as the message names it, which is a help to its reader and nothing that anything is done with.

use bernard_domain::locale::Locale;
use bernard_text::say;
use bernard_untrusted::shown::span::{self, code};

use crate::component::{Button, OnAlert};

/// A command to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retype {
    command: String,
    by: By,
}

/// Who types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Whoever pressed.
    Presser,
    /// Whoever asked for what they judge.
    Requester,
}

impl Retype {
    /// What does the deed of this button, which stands under this text.
    pub fn of(button: Button, below: &str) -> Self {
        let (command, by) = match button {
            Button::RestoreNow(_) | Button::PutNetbootBack(_) | Button::RestoreForeign(_) => ("/restore", By::Presser),
            Button::Extend(_) | Button::ExtendBy(..) => ("/rescue extend", By::Presser),
            Button::Reveal(_) | Button::LookAgain(_) | Button::TryMail(_) => ("/rescue link", By::Presser),
            Button::RebootAgain(..) | Button::Alert(_, OnAlert::Reboot) => ("/reboot", By::Presser),
            Button::Alert(_, OnAlert::Rescue) => ("/rescue enable", By::Presser),
            Button::Alert(_, OnAlert::Console) => ("/console", By::Presser),
            Button::Alert(_, OnAlert::Status | OnAlert::NotNow) => ("/status", By::Presser),
            // Whose console stays dark is offered to free it.
            Button::FreeSessions(_) | Button::Console(_) => ("/console", By::Presser),
            // It may have been anything: how the server is says what is to be asked for.
            Button::TryAgain(_) | Button::AskOvhcloud(_) => ("/status", By::Presser),
            Button::LeaveIt(..) | Button::LetGo(_) | Button::Cancel(_) => ("/status", By::Presser),
            Button::Approve(..)
            | Button::ApproveByCode(..)
            | Button::Deny(..)
            | Button::Withdraw(..)
            | Button::AddReason(..)
            | Button::AskedCalls(..) => ("/status", By::Requester),
            Button::Adopt(_)
            | Button::Confirm(_)
            | Button::ConfirmByCode(_)
            | Button::Dismiss(_)
            | Button::ToDisk(_)
            | Button::ShowCalls(_)
            | Button::DeleteMessage(_)
            | Button::Guide(_)
            | Button::Turn(_)
            | Button::Way(_) => return Self { command: span::command("rescue list"), by: By::Presser },
        };
        let server = server_in(below).unwrap_or_default();
        Self { command: code(&format!("{command} server:{server}")), by }
    }

    /// The sentence.
    pub fn speak(&self, locale: Locale) -> String {
        let command = &*self.command;
        match self.by {
            By::Presser => say!(locale, "refusal-made-elsewhere", command = command),
            By::Requester => say!(locale, "refusal-made-elsewhere-judge", command = command),
        }
    }
}

/// What a message of ours calls its server: the first code span of its first line.
fn server_in(text: &str) -> Option<&str> {
    let (_, rest) = text.lines().next()?.split_once('`')?;
    let (name, _) = rest.split_once('`')?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use bernard_domain::{mark::Mark, operation::OperationId};

    use super::*;

    #[test]
    fn a_button_of_another_store_names_the_command_and_the_server_of_its_message() {
        let button = Button::RestoreNow(Mark::new().on(OperationId(1)));
        let said = |below: &str| Retype::of(button, below).speak(Locale::En);
        assert!(said("🛟 **In rescue** · `web-1` · R-1\n`x`").contains("`/restore server:web-1`"));
        for nameless in ["", "Three servers are in rescue\n`web-1`", "a ` alone", "``"] {
            assert!(said(nameless).contains("`/restore server:`"), "{nameless:?}: {}", said(nameless));
        }
    }
}
