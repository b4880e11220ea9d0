//! What the engine asks of the other end: a channel is the outbound port, so it knows nothing of Discord. The other end sends,
//! finds and reads; what follows from it is decided here.

use std::{sync::Arc, time::Duration};

use bernard_domain::{
    access::UserId,
    authorization::Membership,
    operation::{Operation, Source},
};
use tokio::sync::{mpsc, oneshot};

use super::link::SecretLink;

/// Something to be done on Discord, now, with an answer.
#[derive(Debug)]
pub enum MessengerRequest {
    /// Send the requester the DM of this operation.
    Deliver {
        /// The operation.
        operation: Box<Operation>,
        /// The link, and where it was found; `None` when a key opens this rescue.
        link: Option<(Source, Arc<SecretLink>)>,
        /// What became of it.
        reply: oneshot::Sender<Arrival>,
    },
    /// Find out whether the DM of this operation has already arrived.
    LookForDelivery {
        /// The operation.
        operation: Box<Operation>,
        /// What became of it.
        reply: oneshot::Sender<Arrival>,
    },
    /// Find out somebody's roles of this moment.
    RolesOf {
        /// Who.
        person: UserId,
        /// How long that may take.
        within: Duration,
        /// The answer.
        reply: oneshot::Sender<Result<Membership, NotTold>>,
    },
}

/// Why it is not known what Discord says of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTold {
    /// Discord cannot say just now.
    NotNow,
    /// There is nobody to ask: the other end is gone.
    NobodyThere,
}

/// What became of a DM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is there.
    Arrived,
    /// It is certainly not there.
    Missing,
    /// The person takes no DMs from us.
    Closed,
    /// Discord refuses it for good, with this code; 0: for a reason without one.
    Refused(u32),
    /// Discord refuses it for now, with this code.
    NotNow(u32),
    /// Nobody can say; ask again later.
    Unknown,
}

/// The sending half of the port.
#[derive(Clone, Debug)]
pub struct Messenger(pub mpsc::Sender<MessengerRequest>);

impl Messenger {
    /// Sends the DM. [`Arrival::Unknown`] when the other end is gone.
    pub async fn deliver(&self, operation: &Operation, link: Option<(Source, Arc<SecretLink>)>) -> Arrival {
        let operation = Box::new(operation.clone());
        self.run(|reply| MessengerRequest::Deliver { operation, link, reply }).await.unwrap_or(Arrival::Unknown)
    }

    /// Looks whether the DM is there. [`Arrival::Unknown`] when the other end is gone.
    pub(crate) async fn look_for_delivery(&self, operation: &Operation) -> Arrival {
        let operation = Box::new(operation.clone());
        self.run(|reply| MessengerRequest::LookForDelivery { operation, reply }).await.unwrap_or(Arrival::Unknown)
    }

    /// Asks for somebody's roles of this moment.
    ///
    /// # Errors
    /// [`NotTold`]: nobody can say now.
    pub async fn roles_of(&self, person: UserId, within: Duration) -> Result<Membership, NotTold> {
        self.run(|reply| MessengerRequest::RolesOf { person, within, reply }).await.unwrap_or(Err(NotTold::NobodyThere))
    }

    /// The answer to a request; `None` when the other end is gone.
    async fn run<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> MessengerRequest) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.0.send(request(reply)).await.ok()?;
        answer.await.ok()
    }
}
