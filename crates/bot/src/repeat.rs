//! What to type to ask the same again: the command with every option that was typed. It is shown to who typed it and to nobody
//! else, as an address or a key may stand in it.

use bernard_untrusted::shown::{cut, span::code_within};

use crate::typed::{ApprovalMode, EnableOptions, Typed};

/// How long a command may be in a refusal: Discord takes 2,000 characters, and a sentence stands before it.
const LONGEST: usize = 1_600;

impl Typed {
    /// What to type to ask the same again, after `/command`.
    pub(crate) fn repeat(&self, command: &str) -> String {
        let glass = self.haste.typed();
        spelled(command, &[("server", Some(&self.server)), ("break_glass", glass), ("reason", self.reason.as_deref())])
    }
}

impl EnableOptions {
    /// What to type to ask the same again. A key that is too long for a message is cut: everything else is whole.
    pub(crate) fn repeat(&self) -> String {
        let with_key = |key| {
            let options = [
                ("server", Some(self.server.as_str())),
                ("system", self.system.as_deref()),
                ("email", self.email.as_deref()),
                ("ssh_key", key),
                ("for", self.length.as_deref()),
                ("break_glass", self.haste.typed()),
                ("reason", self.reason.as_deref()),
            ];
            spelled("/rescue enable", &options)
        };
        let left = LONGEST.saturating_sub(with_key(Some("")).chars().count());
        with_key(self.ssh_key.as_deref().map(|key| cut(key, left)).as_deref())
    }
}

impl ApprovalMode {
    /// What is typed for it, if anything.
    fn typed(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::BreakGlass => Some("true"),
        }
    }
}

/// The command with the options that have a value. The reason comes last: it is free text, and whatever follows it would read as a part
/// of it.
fn spelled(command: &str, options: &[(&str, Option<&str>)]) -> String {
    let typed = options.iter().filter_map(|(name, value)| Some(format!(" {name}:{}", (*value)?)));
    format!("{command}{}", typed.collect::<String>())
}

/// The same command, open for another reason than the one that was typed.
pub(crate) fn with_another_reason(command: &str, reason: Option<&str>) -> String {
    let typed = reason.map(|reason| spelled("", &[("reason", Some(reason))]));
    let bare = typed.and_then(|typed| command.strip_suffix(&typed)).unwrap_or(command);
    spelled(bare, &[("reason", Some(""))])
}

/// A command as a refusal shows it.
pub(crate) fn shown(command: &str) -> String {
    code_within(command, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that can be typed.
    fn everything() -> EnableOptions {
        EnableOptions {
            server: "mail-1".into(),
            system: Some("linux".into()),
            email: Some("ops@example.com".into()),
            ssh_key: Some("ssh-ed25519 AAAA ann@laptop".into()),
            length: Some("2h".into()),
            reason: Some("disk full".into()),
            haste: ApprovalMode::BreakGlass,
        }
    }

    #[test]
    fn every_option_that_was_typed_is_repeated() {
        assert_eq!(
            everything().repeat(),
            "/rescue enable server:mail-1 system:linux email:ops@example.com ssh_key:ssh-ed25519 AAAA ann@laptop for:2h \
             break_glass:true reason:disk full"
        );
        let bare = EnableOptions { server: "mail-1".into(), ..EnableOptions::default() };
        assert_eq!(bare.repeat(), "/rescue enable server:mail-1");
        let typed = Typed { server: "mail-1".into(), reason: Some("disk full".into()), haste: ApprovalMode::None };
        assert_eq!(typed.repeat("/reboot"), "/reboot server:mail-1 reason:disk full");
    }

    #[test]
    fn a_key_that_is_too_long_is_cut_and_nothing_else() {
        let key = format!("ssh-rsa {}", "A".repeat(3_000));
        let long = EnableOptions { ssh_key: Some(key), reason: Some("é".repeat(400)), ..everything() }.repeat();
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.contains("A… for:2h ") && long.ends_with(&"é".repeat(400)), "{long}");
        assert_eq!(shown(&long), format!("`{long}`"));
    }

    #[test]
    fn another_reason_takes_the_place_of_the_one_that_was_typed() {
        let command = everything().repeat();
        let open = with_another_reason(&command, Some("disk full"));
        assert!(open.ends_with(" break_glass:true reason:"), "{open}");
        assert_eq!(
            with_another_reason("/restore server:web-1", Some("of the rescue")),
            "/restore server:web-1 reason:"
        );
    }
}
