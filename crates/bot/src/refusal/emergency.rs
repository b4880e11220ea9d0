//! What may be typed where nobody may approve.

use bernard_domain::locale::Locale;
use bernard_text::say;
use bernard_untrusted::shown::span::code;

/// What an admin types in an emergency: a button passes no approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Emergency {
    /// The way out of rescue of this server.
    Restore(String),
    /// One more reboot of this server, which the question's answer must not hold then.
    Reboot(String),
}

impl Emergency {
    /// A text, and below it what its reader may type instead, if anything.
    pub(crate) fn below(text: String, emergency: Option<&Self>, locale: Locale) -> String {
        emergency.map_or_else(|| text.clone(), |emergency| format!("{text}\n{}", emergency.speak(locale)))
    }

    fn speak(&self, locale: Locale) -> String {
        let typed = |command: &str, server: &str| code(&format!("{command} server:{server} break_glass:true"));
        match self {
            Self::Restore(server) => say!(locale, "emergency-restore", command = typed("/restore", server)),
            Self::Reboot(server) => say!(locale, "emergency-reboot", command = typed("/reboot", server)),
        }
    }
}
