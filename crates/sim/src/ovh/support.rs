//! Tickets with OVHcloud's support: what callers opened, and what a test does with them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ovh, clock::date};

/// A ticket, whether its caller heard of it or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// OVHcloud's id for it, by which it is read.
    pub id: u64,
    /// The number by which people speak of it.
    pub number: u64,
    /// The server that it is about, if it is about one.
    pub server: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its first message.
    pub body: String,
    pub(super) created: Timestamp,
}

impl Ticket {
    /// As a list leads to it. No published schema that we hold has it; the fields are those of OVHcloud's `support.Ticket`.
    pub(super) fn whole(&self, account: &str) -> Value {
        json!({
            "accountId": account,
            "canBeClosed": true,
            "category": "incident",
            "creationDate": date(self.created),
            "lastMessageFrom": "customer",
            "product": "dedicated",
            "score": null,
            "serviceName": self.server,
            "state": "open",
            "subject": self.subject,
            "ticketId": self.id,
            "ticketNumber": self.number,
            "type": "genericRequest",
            "updateDate": date(self.created),
        })
    }
}

impl Ovh {
    /// Every ticket that was opened, whether its answer arrived or not.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.world().tickets.clone()
    }

    /// Tickets that are opened from now on are listed nowhere: nobody finds them.
    pub fn hide_tickets(&self) {
        self.world().hides_tickets = true;
    }
}
