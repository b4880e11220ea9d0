//! An account's mails as all searches know them together: one list serves all that look meanwhile, and of each mail it is
//! read only once whose it is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bernard_ovh::{Client, Error, Mail};
use bernard_platform::clock::BootInstant;
use jiff::Timestamp;

/// The mailboxes of all accounts, by their names.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes(Mutex<HashMap<String, Arc<Mailbox>>>);

/// What searches know of an account's mails; never what stands in them.
#[derive(Debug, Default)]
pub struct Mailbox {
    /// Whose turn it is to list.
    listing: tokio::sync::Mutex<()>,
    last: Mutex<Listed>,
    heads: Mutex<HashMap<u64, Head>>,
}

#[derive(Clone, Debug, Default)]
struct Listed {
    at: Option<BootInstant>,
    ids: Vec<u64>,
}

/// The turn to learn more of an account's mails, which one search has at a time.
pub(super) struct Turn<'a> {
    mailbox: &'a Mailbox,
    _held: tokio::sync::MutexGuard<'a, ()>,
}

/// What says whose a mail is.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// When it was sent.
    pub(super) date: Option<Timestamp>,
    subject: String,
}

impl Mailboxes {
    pub(crate) fn of(&self, account: &str) -> Arc<Mailbox> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(account.to_owned()).or_default())
    }
}

impl Mailbox {
    /// The turn to list the account's mails and to read those of which nobody knows whose they are, one search after the other in their
    /// order; `None` if it does not come within that time: OVHcloud may keep another one waiting.
    pub(super) async fn turn(&self, within: Duration) -> Option<Turn<'_>> {
        let held = tokio::time::timeout(within, self.listing.lock()).await.ok()?;
        Some(Turn { mailbox: self, _held: held })
    }

    /// The ids of the account's mails as they were listed last.
    pub(super) fn known_ids(&self) -> Vec<u64> {
        self.last().ids.clone()
    }

    /// Whose a mail is, if somebody has read it.
    pub(super) fn head(&self, id: u64) -> Option<Head> {
        self.heads().get(&id).cloned()
    }

    /// A mail was read.
    pub(super) fn read(&self, mail: &Mail) -> Head {
        let head = Head { date: mail.date, subject: mail.subject.clone() };
        self.heads().insert(mail.id.0, head.clone());
        head
    }

    fn last(&self) -> MutexGuard<'_, Listed> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heads(&self) -> MutexGuard<'_, HashMap<u64, Head>> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The ids of the account's mails, by a list that is no older than `within`.
    pub(super) async fn ids(&self, client: &Client, within: Duration) -> Result<Vec<u64>, Error> {
        let Listed { at, ids } = self.mailbox.last().clone();
        if at.is_some_and(|at| at.elapsed() < within) {
            return Ok(ids);
        }
        let ids: Vec<u64> = client.mail_ids().await?.into_iter().map(|id| id.0).collect();
        self.mailbox.heads().retain(|id, _| ids.contains(id));
        *self.mailbox.last() = Listed { at: Some(BootInstant::now()), ids: ids.clone() };
        Ok(ids)
    }
}

impl Head {
    /// Whether its subject names this server.
    pub(super) fn names(&self, server: &str) -> bool {
        self.subject.contains(&format!("[{server}]"))
    }
}
