//! The account's mails (`/me/notification/email/history`), where the rescue's link also arrives.

use bernard_untrusted::lenient::{Field, List};
use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{call::Call, client::Client, error::Error};
use crate::bodies;

/// The id of a mail. Newer mails have ids that were not in the list before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailId(pub u64);

/// A mail that OVHcloud sent to the account.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// When it was sent, in whole seconds of OVHcloud's clock; `None` when that cannot be read.
    pub date: Option<Timestamp>,
    /// Its subject, in the account's language; holds `[serviceName]` when it is about a server.
    pub subject: String,
    /// Its text, which may hold a link to a password.
    pub body: SecretString,
}

impl Client {
    /// The ids of the account's mails; what is no id is left out and noted.
    ///
    /// # Errors
    /// As every read.
    pub async fn mail_ids(&self) -> Result<Vec<MailId>, Error> {
        let doing = format!("list the mails of the account `{}`", self.account());
        let listed: List<MailId> = self.read(&self.mail_call(&[], doing)).await?;
        Ok(listed.entries)
    }

    /// One mail.
    ///
    /// # Errors
    /// As every read.
    pub async fn mail(&self, id: MailId) -> Result<Mail, Error> {
        let number = id.0.to_string();
        let doing = format!("read the mail {number} of the account `{}`", self.account());
        // One of many: the others are not kept waiting for it.
        let mail: bodies::Mail = self.briefly().read(&self.mail_call(&[&number], doing)).await?;
        Ok(Mail::of(id, mail))
    }

    fn mail_call(&self, rest: &[&str], doing: String) -> Call {
        let segments = ["me", "notification", "email", "history"].into_iter().chain(rest.iter().copied());
        Call::new(Method::GET, self.inner.endpoint.url(&segments.collect::<Vec<_>>()), doing)
    }
}

impl Mail {
    pub(super) fn of(id: MailId, mail: bodies::Mail) -> Self {
        let text = |field: Field<String>| field.read().unwrap_or_default();
        Self { id, date: mail.date.read(), subject: text(mail.subject), body: text(mail.body).into() }
    }
}
