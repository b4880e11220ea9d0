//! The account's mails: what OVHcloud writes when a rescue is up, in the account's language.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    clock::{date, date_utc},
    machine::Running,
};

/// The language of the account's mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

/// Which address of the secret page a mail holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LinkStyle {
    /// `https://www.ovh.com/manager/secret/#?id=…`
    #[default]
    Manager,
    /// `https://www.ovh.com/secret-as-a-service-ui/#!/secret-retrieve?id=…`
    Older,
}

impl LinkStyle {
    fn link(self, secret: &str) -> String {
        match self {
            Self::Manager => format!("https://www.ovh.com/manager/secret/#?id={secret}"),
            Self::Older => format!("https://www.ovh.com/secret-as-a-service-ui/#!/secret-retrieve?id={secret}"),
        }
    }
}

/// What became of a mail on its way (schema `notification.history.ContactStatusEnum`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Delivery {
    /// It arrived.
    #[default]
    Delivered,
    /// It came back.
    Bounced,
    /// It waits.
    Queued,
}

impl Delivery {
    fn word(self) -> &'static str {
        match self {
            Self::Delivered => "DELIVERED",
            Self::Bounced => "BOUNCED",
            Self::Queued => "QUEUED",
        }
    }
}

/// A mail that OVHcloud has sent.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its id in the history.
    pub id: u64,
    /// When it was sent, by the simulated clock.
    pub sent: Timestamp,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// Where it went.
    pub to: String,
    /// What became of it.
    pub delivery: Delivery,
}

/// How mails are written, as the test has it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub(super) language: Language,
    pub(super) link: LinkStyle,
    pub(super) delivery: Delivery,
}

impl Style {
    /// Subject and text of the mail about a rescue; without a secret (an SSH key was set) there is no link in it.
    pub(super) fn rescue(
        self,
        account: &str,
        name: &str,
        ip: &str,
        system: &Running,
        secret: Option<&str>,
    ) -> [String; 2] {
        let (family, user) = match system {
            Running::WindowsRescue => ("Windows", "Administrator"),
            _ => ("Linux", "root"),
        };
        let link = secret.map(|secret| self.link.link(secret));
        let (title, text) = match (self.language, link) {
            (Language::English, Some(link)) => (
                format!("Access settings for {family} rescue mode"),
                format!("Your server is in rescue mode.\n - IP address: {ip}\n - user: {user}\n - password: {link}\n"),
            ),
            (Language::French, Some(link)) => (
                format!("Paramètres d'accès au mode rescue {family}"),
                format!(
                    "Votre serveur est en mode rescue.\n - Adresse IP : {ip}\n - utilisateur : {user}\n - mot de passe : {link}\n"
                ),
            ),
            (Language::English, None) => (
                format!("Access settings for {family} rescue mode"),
                format!("Your server is in rescue mode.\n - IP address: {ip}\n - user: {user}\n - with your SSH key\n"),
            ),
            (Language::French, None) => (
                format!("Paramètres d'accès au mode rescue {family}"),
                format!(
                    "Votre serveur est en mode rescue.\n - Adresse IP : {ip}\n - utilisateur : {user}\n - avec votre clé SSH\n"
                ),
            ),
        };
        [format!("[{account}] [{name}] {title}"), text]
    }
}

impl Mail {
    /// Its body in the history (schema `nichandle.EmailNotification`).
    pub(super) fn history(&self) -> Value {
        json!({"id": self.id, "date": date(self.sent), "subject": self.subject, "body": self.body})
    }

    /// Its notification (schema `notification.history.Notification`).
    pub(super) fn notification(&self) -> Value {
        let id = |kind: u64| Uuid::from_u64_pair(kind << 32 | 0x4333, 0x8444_0000_0000_0000 | self.id).to_string();
        let sent = (self.delivery != Delivery::Queued).then(|| date_utc(self.sent));
        let error = (self.delivery == Delivery::Bounced).then_some("550 mailbox unavailable");
        json!({
            "id": id(0x2222_2222),
            "title": self.subject,
            "createdAt": date_utc(self.sent),
            "priority": "MEDIUM",
            "categories": ["INCIDENT"],
            "attachments": [],
            "html": null,
            "text": null,
            "contacts": [{
                "id": id(0x3333_3333),
                "to": self.to,
                "type": "EMAIL",
                "status": self.delivery.word(),
                "sentAt": sent,
                "error": error,
            }],
        })
    }
}
