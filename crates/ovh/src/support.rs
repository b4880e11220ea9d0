//! Tickets with OVHcloud's support (`/support/tickets`). Opening one cannot be repeated: a second call opens a second one.

use bernard_domain::{operation::ticket::TicketWish, server::ServiceName};
use bernard_intent::{RecordedIntent, Ticket};
use bernard_untrusted::{lenient::Field, sieve::one_line};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    call::Call,
    client::Client,
    error::Error,
    once::{Once, Outcome},
};
use crate::{bodies, dedicated::filter};

/// How many tickets of one subject are read at most: there is one, or by a mishap two.
const READ: usize = 5;

/// What became of a request to open a ticket; OVHcloud's answer has its number.
pub type TicketAnswer = Outcome<u64>;

/// What support asks for first, and nothing here goes by: what was bought, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bought {
    /// Its commercial range.
    pub range: Option<String>,
    /// Its rack.
    pub rack: Option<String>,
    /// How much support was bought with it.
    pub support_level: Option<String>,
}

/// The right and the means to open one ticket. Hold it before the intent is written; dropped unsent, it does nothing.
#[must_use]
pub struct ReadyTicket(Once);

/// The body of the request for a ticket.
pub fn ticket_body(name: &ServiceName, ticket: &TicketWish) -> Value {
    json!({
        "subject": ticket.subject,
        "body": ticket.body,
        "serviceName": name,
        "product": "dedicated",
        "category": "incident",
    })
}

impl Client {
    /// Makes everything ready to open a ticket about a server: budget, proof, clock. Changes nothing at OVHcloud.
    ///
    /// # Errors
    /// When any of it cannot be had now; then no intent need be written.
    pub async fn prepare_ticket(&self, name: &ServiceName, ticket: &TicketWish) -> Result<ReadyTicket, Error> {
        let url = self.inner.endpoint.url(&["support", "tickets", "create"]);
        let call = Call::new(Method::POST, url, format!("open a ticket about `{name}`")).about(name);
        self.ready_once(call.with_body(&ticket_body(name, ticket))).await.map(ReadyTicket)
    }

    /// What was bought, and where it stands.
    ///
    /// # Errors
    /// As every read.
    pub async fn bought(&self, name: &ServiceName) -> Result<Bought, Error> {
        let call = self.get(name, &[], format!("read the server `{name}`"));
        let read: bodies::Bought = self.read_whole(&call).await?;
        let word = |field: Field<String>| field.read().map(|text| one_line(&text)).filter(|text| !text.is_empty());
        Ok(Bought {
            range: word(read.commercial_range),
            rack: word(read.rack),
            support_level: word(read.support_level),
        })
    }

    /// The number of the ticket about a server that has exactly this subject and is not older than `since`, by OVHcloud's clock; the
    /// earliest of several. `None` when there is none yet.
    ///
    /// # Errors
    /// As every read.
    pub async fn find_ticket(&self, name: &ServiceName, subject: &str, since: Timestamp) -> Result<Option<u64>, Error> {
        let doing = || format!("look for a ticket about `{name}`");
        let url = self.inner.endpoint.url(&["support", "tickets"]);
        let mut call = Call::new(Method::GET, url, doing()).about(name);
        // OVHcloud's dates have whole seconds.
        let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
        filter(&mut call, "serviceName", Some(name.as_str()));
        filter(&mut call, "minCreationDate", Some(&since.to_string()));
        filter(&mut call, "subject", Some(subject));
        let mut ids: Vec<u64> = self.read_whole(&call).await?;
        ids.sort_unstable();
        for id in ids.into_iter().take(READ) {
            let url = self.inner.endpoint.url(&["support", "tickets", &id.to_string()]);
            let ticket: bodies::Ticket = self.read_whole(&Call::new(Method::GET, url, doing()).about(name)).await?;
            // Whether OVHcloud narrows to whole subjects or to parts of them is not documented.
            if ticket.subject == subject {
                return Ok(Some(ticket.ticket_number));
            }
        }
        Ok(None)
    }
}

impl ReadyTicket {
    /// What time it is at OVHcloud, and a proof that holds from now on: what was read since may have taken long. The last thing before
    /// the intent.
    ///
    /// # Errors
    /// When either cannot be had now; then no intent need be written.
    pub async fn now(&mut self) -> Result<Timestamp, Error> {
        self.0.now().await
    }

    /// Signs, looks at the clock, sends. An intent that is about another server sends nothing, and neither does that of a reboot:
    ///
    /// ```compile_fail
    /// use bernard_ovh::{ReadyTicket, RecordedIntent, TicketAnswer};
    ///
    /// async fn mistaken(ready: ReadyTicket, reboot: RecordedIntent) -> TicketAnswer {
    ///     ready.send(reboot).await
    /// }
    /// ```
    pub async fn send(self, intent: RecordedIntent<Ticket>) -> TicketAnswer {
        self.0.send::<bodies::OpenedTicket, _>(intent).await.map(|opened| opened.ticket_number)
    }
}
