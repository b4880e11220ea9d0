//! The account's mails (`/me/notification/email/history`), where the rescue's link also arrives, and what became of them.

use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    client::{Call, Client},
    dedicated::filter,
    error::Error,
    wire,
};
use crate::rescue::server::ServiceName;

/// The id of a mail. Newer mails have ids that were not in the list before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailId(pub u64);

/// A mail that OVHcloud sent to the account.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// When it was sent, in whole seconds of OVHcloud's clock.
    pub date: Timestamp,
    /// Its subject, in the account's language; holds `[serviceName]` when it is about a server.
    pub subject: String,
    /// Its text, which may hold a link to a password.
    pub body: SecretString,
}

impl Client {
    /// The ids of the account's mails.
    ///
    /// # Errors
    /// As every read.
    pub async fn mail_ids(&self) -> Result<Vec<MailId>, Error> {
        let doing = format!("list the mails of the account `{}`", self.account());
        self.read(&self.mail_call(&[], doing)).await
    }

    /// One mail.
    ///
    /// # Errors
    /// As every read.
    pub async fn mail(&self, id: MailId) -> Result<Mail, Error> {
        let number = id.0.to_string();
        let doing = format!("read the mail {number} of the account `{}`", self.account());
        let mail: wire::Mail = self.read(&self.mail_call(&[&number], doing)).await?;
        Ok(mail.into())
    }

    fn mail_call(&self, rest: &[&str], doing: String) -> Call {
        let segments = ["me", "notification", "email", "history"].into_iter().chain(rest.iter().copied());
        Call::new(Method::GET, self.inner.endpoint.url(&segments.collect::<Vec<_>>()), doing)
    }
}

impl From<wire::Mail> for Mail {
    fn from(mail: wire::Mail) -> Self {
        Self { id: MailId(mail.id), date: mail.date, subject: mail.subject, body: mail.body.into() }
    }
}

/// What became of a notification (schema `notification.history`, API v2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its title: a mail's subject.
    pub title: String,
    /// When it was made.
    pub created: Timestamp,
    /// Each address it went to, and `QUEUED`, `SENT`, `DELIVERED`, `BOUNCED`, `DROPPED`, or a word of the future.
    pub deliveries: Vec<(String, String)>,
}

impl Client {
    /// The notifications made since then whose title names a server: says whether the rescue's mail was sent, and whether it bounced.
    ///
    /// # Errors
    /// As every read.
    pub async fn notices(&self, name: &ServiceName, since: Timestamp) -> Result<Vec<Notice>, Error> {
        let url = self.inner.endpoint.url_v2(&["notification", "history"]);
        let mut call = Call::new(Method::GET, url, format!("read the notifications about `{name}`")).about(name);
        filter(&mut call, "createdAfter", Some(&since.to_string()));
        filter(&mut call, "titleContains", Some(name.as_str()));
        let notices: Vec<wire::Notice> = self.read(&call).await?;
        Ok(notices.into_iter().map(Notice::from).collect())
    }
}

impl From<wire::Notice> for Notice {
    fn from(notice: wire::Notice) -> Self {
        let deliveries = notice.contacts.into_iter().map(|contact| (contact.to, contact.status)).collect();
        Self { title: notice.title, created: notice.created_at, deliveries }
    }
}
