//! What speaks to a sink, whichever wire it is on.

use bernard_domain::audit::shipping::{Answer, Record};

use crate::{Destination, reached::Reached, syslog::Syslog, web::Web};

/// Looks whether a sink is there.
pub async fn reach(to: &Destination) -> Reached {
    match Sender::new(to) {
        Sender::Web(web) => web.reach().await,
        Sender::Syslog(mut syslog) => syslog.open().await.map_or_else(Reached::Not, |_| Reached::Connected),
    }
}

/// One of the two.
pub(crate) enum Sender {
    Web(Web),
    Syslog(Syslog),
}

impl Sender {
    pub(crate) fn new(to: &Destination) -> Self {
        match to {
            Destination::Web { url, token } => Self::Web(Web::new(url.clone(), token.clone())),
            Destination::Syslog { host, port, wire } => Self::Syslog(Syslog::new(host.clone(), *port, *wire)),
        }
    }

    /// Gets ready to send; how many lines that were sent before are to be sent again, as nobody knows whether they arrived.
    ///
    /// # Errors
    /// That the sink is away.
    pub(crate) async fn open(&mut self) -> Result<u64, Answer> {
        match self {
            Self::Web(_) => Ok(0),
            Self::Syslog(syslog) => syslog.open().await.map_err(|said| Answer::Away { said, again: None }),
        }
    }

    /// Sends these in their order; those of `again` were sent before.
    pub(crate) async fn send(&mut self, again: &[Record], batch: &[Record]) -> Answer {
        match self {
            Self::Web(web) => web.send(batch).await,
            Self::Syslog(syslog) => syslog.send(again.iter().chain(batch)).await,
        }
    }
}
