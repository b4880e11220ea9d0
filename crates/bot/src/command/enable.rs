//! `/rescue enable`: what was typed, checked as far as it can be without asking OVHcloud.

use bernard_domain::{duration, locale::Locale, server::System};
use bernard_engine::plan::{Aim, Wanted};
use bernard_text::say;
use jiff::SignedDuration;
use serenity::builder::CreateCommandOption;

use super::{EnableOptions, LONGEST_TEXT, Options, Typed, break_glass, reason, server, text};
use crate::{asker::Asker, context::Handler, refusal::Refusal, reply::Reply};

/// The kinds of public SSH keys that the Linux rescue takes.
const KEY_KINDS: [&str; 4] = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-", "sk-"];

/// The shortest body of a key: it holds at least the kind once more. Whether the key is a good one is for OVHcloud to say.
const SHORTEST_KEY: usize = 12;

impl EnableOptions {
    pub(super) fn parse(options: &Options<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            server: options.server()?,
            system: options.text("system"),
            email: options.text("email"),
            ssh_key: options.text("ssh_key"),
            length: options.text("for"),
            reason: options.text("reason"),
            haste: options.haste(),
        })
    }
}

/// The options as they are registered, in the contract's order.
pub(super) fn options() -> Vec<CreateCommandOption> {
    vec![
        server(),
        text("system", |l| say!(l, "option-system")).set_autocomplete(true),
        text("email", |l| say!(l, "option-email")),
        text("ssh_key", |l| say!(l, "option-ssh-key")).max_length(LONGEST_TEXT),
        text("for", |l| say!(l, "option-for")),
        reason(),
        break_glass(),
    ]
}

impl Handler {
    pub(super) async fn enable(&self, asking: &Asker, typed: EnableOptions) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        let lease = match &typed.length {
            None => self.settings.lease,
            Some(text) => length(text, self.settings.max_lease, locale)?,
        };
        if let Some(email) = &typed.email {
            check_email(email, &self.settings.email_domains, locale)?;
        }
        let aim = Aim::Enable {
            wanted: wanted(typed.system.as_deref()),
            email: typed.email.clone(),
            ssh_key: typed.ssh_key.as_deref().map(|key| check_key(key, locale)).transpose()?,
            lease,
        };
        let repeat = typed.repeat();
        let EnableOptions { server, reason, haste, .. } = typed;
        self.propose(asking, Typed { server, reason, haste }, aim, repeat).await
    }

    /// What was typed for an earlier rescue, by the configuration of this moment.
    pub(crate) fn still_fits(&self, aim: &Aim, locale: Locale) -> Result<(), Refusal> {
        let Aim::Enable { email, lease, .. } = aim else { return Ok(()) };
        if let Some(email) = email {
            check_email(email, &self.settings.email_domains, locale)?;
        }
        let longest = self.settings.max_lease;
        if *lease > longest { Err(too_long(longest, locale)) } else { Ok(()) }
    }
}

fn wanted(system: Option<&str>) -> Wanted {
    match system.map(str::to_ascii_lowercase).as_deref() {
        None => Wanted::ByOs,
        Some("windows") => Wanted::Family(System::Windows),
        Some("linux") => Wanted::Family(System::Linux),
        Some(_) => Wanted::Kernel(system.unwrap_or_default().to_owned()),
    }
}

fn length(text: &str, longest: SignedDuration, locale: Locale) -> Result<SignedDuration, Refusal> {
    let length = duration::parse(text).ok().and_then(|length| SignedDuration::try_from(length).ok());
    length.filter(|length| *length <= longest).ok_or_else(|| too_long(longest, locale))
}

fn too_long(longest: SignedDuration, locale: Locale) -> Refusal {
    let longest = bernard_text::duration(locale, longest);
    Refusal::Typed("for", say!(locale, "typed-duration", longest = longest))
}

/// OVHcloud sends the way to the password there, so it must look like an address, and be in an allowed domain if any are named.
fn check_email(email: &str, domains: &[String], locale: Locale) -> Result<(), Refusal> {
    let wrong = |right| Err(Refusal::Typed("email", right));
    let parts = email.split_once('@').filter(|(name, domain)| {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '@' | ',' | ';' | '<' | '>' | '"' | '\\');
        !name.is_empty() && domain.contains('.') && email.len() <= 254 && name.chars().chain(domain.chars()).all(plain)
    });
    let Some((_, domain)) = parts else { return wrong(say!(locale, "typed-email")) };
    if !domains.is_empty() && !domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain)) {
        return wrong(say!(locale, "typed-email-domain", domains = domains.join(", ")));
    }
    Ok(())
}

/// One line in OpenSSH's form; a private key pasted by mistake is refused without being kept.
fn check_key(key: &str, locale: Locale) -> Result<String, Refusal> {
    let mut words = key.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let body = words.next().unwrap_or_default();
    let known = KEY_KINDS.iter().any(|known| kind.starts_with(known));
    let base64 =
        body.len() >= SHORTEST_KEY && body.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    if known && base64 && !key.contains('\n') {
        Ok(key.to_owned())
    } else {
        Err(Refusal::Typed("ssh_key", say!(locale, "typed-ssh-key")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_look_like_one_and_be_in_an_allowed_domain() {
        let ours = ["example.com".to_owned()];
        assert!(check_email("ops@Example.com", &ours, Locale::En).is_ok());
        assert!(check_email("ops@elsewhere.example", &ours, Locale::En).is_err());
        assert!(check_email("ops@elsewhere.example", &[], Locale::En).is_ok());
        for bad in ["ops", "@example.com", "ops@localhost", "a b@example.com", "a@b@example.com", "<ops@example.com>"] {
            assert!(check_email(bad, &[], Locale::En).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_is_one_public_line() {
        let body = "A".repeat(68);
        assert!(check_key(&format!("ssh-ed25519 {body} ann@laptop"), Locale::En).is_ok());
        for bad in ["-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519", "ssh-ed25519 short"] {
            assert!(check_key(bad, Locale::En).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_lease_is_at_most_the_longest() {
        let longest = SignedDuration::from_hours(1);
        assert_eq!(length("30m", longest, Locale::En).ok(), Some(SignedDuration::from_mins(30)));
        assert!(length("2h", longest, Locale::En).is_err());
        assert!(length("soon", longest, Locale::En).is_err());
    }
}
