//! What the configuration will say.

use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf};

use bernard_domain::access::Capability;
use secrecy::{ExposeSecret as _, SecretString};

use super::files::{Place, SecretFile};

/// Discord's own address, which needs not be written.
pub(super) const DISCORD: &str = "https://discord.com";

/// Something of Discord's that has an id and a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) id: u64,
    pub(super) name: String,
}

/// A role and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoleDraft {
    pub(super) role: Named,
    pub(super) can: BTreeSet<Capability>,
}

/// An account at OVHcloud, proved.
pub(super) struct AccountDraft {
    pub(super) endpoint: String,
    pub(super) credentials: CredentialsDraft,
}

/// How it proves itself.
pub(super) enum CredentialsDraft {
    Keys { application_key: String, application_secret: SecretString, consumer_key: SecretString },
    OAuth2 { client_id: String, client_secret: SecretString, token_url: Option<String> },
}

/// Everything that was asked for.
pub(super) struct Draft {
    pub(super) api_url: String,
    pub(super) token: SecretString,
    pub(super) guild: Named,
    pub(super) channels: Vec<Named>,
    pub(super) roles: Vec<RoleDraft>,
    pub(super) account: AccountDraft,
}

impl Draft {
    /// The files and what they hold, the configuration last.
    pub(super) fn files(&self, place: &Place) -> Vec<(PathBuf, String)> {
        let mut secrets = vec![(SecretFile::DiscordToken, &self.token)];
        match &self.account.credentials {
            CredentialsDraft::Keys { application_secret, consumer_key, .. } => {
                secrets.push((SecretFile::ApplicationSecret, application_secret));
                secrets.push((SecretFile::ConsumerKey, consumer_key));
            }
            CredentialsDraft::OAuth2 { client_secret, .. } => secrets.push((SecretFile::ClientSecret, client_secret)),
        }
        let secret = |(which, secret): (SecretFile, &SecretString)| {
            (place.secret(which), format!("{}\n", secret.expose_secret()))
        };
        let config = (place.config().to_owned(), self.text(place));
        secrets.into_iter().map(secret).chain([config]).collect()
    }

    fn text(&self, place: &Place) -> String {
        let mut text = String::from(
            "# Written by bernard init. The manual explains every key, docs/configuration.md; those that are not here have\n\
             # their defaults. Is it still right? bernard check --online --config this-file\n\n",
        );
        self.discord(&mut text, place);
        self.ovh(&mut text, place);
        let store = format!("sqlite://{}", place.store().display());
        let _ = write!(text, "\n[store]\nurl = {}\n", quoted(&store));
        for RoleDraft { role, can } in &self.roles {
            let can: Vec<String> = can.iter().map(|capability| quoted(capability.as_str())).collect();
            let _ = write!(
                text,
                "\n# {}\n[[role]]\nid = \"{}\"\ncan = [{}]\nservers = [\"*\"]\n",
                shown(&role.name),
                role.id,
                can.join(", ")
            );
        }
        text.push_str(
            "\n# A second person must approve (see docs/rights.md):\n#[[protect]]\n#servers = [\"tag:env=prod\"]\n\
             #actions = [\"rescue\", \"reboot\", \"restore\"]\n",
        );
        text
    }

    fn discord(&self, text: &mut String, place: &Place) {
        let _ = writeln!(text, "[discord]\ntoken = {}", file(place, SecretFile::DiscordToken));
        let _ = writeln!(text, "# {}\nguild = \"{}\"", shown(&self.guild.name), self.guild.id);
        let ids: Vec<String> = self.channels.iter().map(|channel| format!("\"{}\"", channel.id)).collect();
        let names: Vec<String> = self.channels.iter().map(|channel| format!("#{}", shown(&channel.name))).collect();
        let names = if names.is_empty() { "all of the guild".to_owned() } else { names.join(", ") };
        let _ = writeln!(text, "# where commands are taken: {names}\nchannels = [{}]", ids.join(", "));
        text.push_str("# the role that is told when a rescue's time is over:\n#oncall_role = \"\"\n");
        if self.api_url != DISCORD {
            let _ = writeln!(text, "api_url = {}", quoted(&self.api_url));
        }
    }

    fn ovh(&self, text: &mut String, place: &Place) {
        let _ = writeln!(text, "\n[[ovh]]\nendpoint = {}", quoted(&self.account.endpoint));
        match &self.account.credentials {
            CredentialsDraft::Keys { application_key, .. } => {
                let _ = writeln!(text, "application_key = {}", quoted(application_key));
                let _ = writeln!(text, "application_secret = {}", file(place, SecretFile::ApplicationSecret));
                let _ = writeln!(text, "consumer_key = {}", file(place, SecretFile::ConsumerKey));
            }
            CredentialsDraft::OAuth2 { client_id, token_url, .. } => {
                let _ = writeln!(text, "client_id = {}", quoted(client_id));
                let _ = writeln!(text, "client_secret = {}", file(place, SecretFile::ClientSecret));
                if let Some(token_url) = token_url {
                    let _ = writeln!(text, "token_url = {}", quoted(token_url));
                }
            }
        }
    }
}

fn file(place: &Place, which: SecretFile) -> String {
    format!("{{ file = {} }}", quoted(&place.secret(which).display().to_string()))
}

/// A TOML text.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Other people's names in a comment: one line, and nothing that a terminal obeys.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use bernard_config::Config;

    use super::*;

    fn named(id: u64, name: &str) -> Named {
        Named { id, name: name.to_owned() }
    }

    #[test]
    fn what_is_written_reads_back_whatever_things_are_called() {
        let folder = tempfile::Builder::new().prefix("it's \"quoted\"").tempdir().expect("a folder");
        let out = folder.path().join("bernard.toml");
        let asker = super::super::ask::Asker::new(true);
        let place = super::super::files::place(&asker, &out).expect("there is room");
        let credentials = CredentialsDraft::OAuth2 {
            client_id: "EU.\"id\"".to_owned(),
            client_secret: "fake-client-secret".into(),
            token_url: Some("http://127.0.0.1:1/token".to_owned()),
        };
        let draft = Draft {
            api_url: "http://127.0.0.1:2".to_owned(),
            token: "fake-token".into(),
            guild: named(7, "Ann's\nkennel"),
            channels: vec![named(8, "ops")],
            roles: vec![RoleDraft { role: named(9, "on\u{7}call"), can: [Capability::View, Capability::Admin].into() }],
            account: AccountDraft { endpoint: "http://127.0.0.1:3/1.0".to_owned(), credentials },
        };
        super::super::files::write(&draft.files(&place)).expect("it is written");
        let loaded = Config::load(&out, Vec::<(String, String)>::new()).unwrap_or_else(|problems| panic!("{problems}"));
        let config = loaded.config;
        assert_eq!(config.discord.token.expose_secret(), "fake-token");
        assert_eq!((config.discord.guild, config.discord.channels), (7, [8].into()));
        assert_eq!(config.discord.api_url, "http://127.0.0.1:2");
        assert_eq!(config.roles[0].can, [Capability::View, Capability::Admin].into());
        let text = std::fs::read_to_string(&out).expect("a text");
        assert!(!text.contains("fake-") && text.contains("# Ann'skennel\n") && text.contains("# oncall\n"), "{text}");
        let quiet: Vec<String> =
            loaded.warnings.iter().map(ToString::to_string).filter(|said| !said.contains("http")).collect();
        assert!(quiet.is_empty(), "{quiet:#?}");
    }
}
