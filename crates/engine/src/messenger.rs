//! What the runner asks of the other end: a channel is the outbound port, so `rescue` knows nothing of Discord.

use bernard_domain::{
    access::{Grant, UserId},
    operation::{ChannelId, Kind, Operation, Source},
    server::{Server, TaskId},
};
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};

/// Something to be done on Discord, now, with an answer.
#[derive(Debug)]
pub enum Errand {
    /// Send the requester the DM of this operation.
    Deliver {
        /// The operation.
        operation: Box<Operation>,
        /// The link, and where it was found; `None` when a key opens this rescue.
        link: Option<(Source, SecretString)>,
        /// What became of it.
        reply: oneshot::Sender<Arrival>,
    },
    /// Find out whether the requester, whoever approved it and a rescue's new owner, as Discord knows them now, may still do this to
    /// the server as it is now.
    MayStill {
        /// The operation.
        operation: Box<Operation>,
        /// The server, read just now.
        server: Box<Server>,
        /// For a link: every reboot that OVHcloud lists now; `None` when it does not say.
        reboots: Option<Vec<TaskId>>,
        /// The answer; no answer is a no that may pass.
        reply: oneshot::Sender<Option<Verdict>>,
    },
    /// Find out whether a person, as Discord knows them now, may do this to the server as it is now, without anybody's approval.
    MayNow {
        /// Who.
        person: UserId,
        /// What.
        kind: Kind,
        /// Where it counts as asked for.
        place: ChannelId,
        /// The server, read just now.
        server: Box<Server>,
        /// The answer.
        reply: oneshot::Sender<Permission>,
    },
    /// Find out whether the requester of this operation, as Discord knows them now, may still have its link.
    MayReceive {
        /// The operation.
        operation: Box<Operation>,
        /// The server, read just now.
        server: Box<Server>,
        /// The answer; no answer is a no that may pass.
        reply: oneshot::Sender<Option<Permission>>,
    },
    /// Find out whether the DM of this operation has already arrived.
    LookForDelivery {
        /// The operation.
        operation: Box<Operation>,
        /// What became of it.
        reply: oneshot::Sender<Arrival>,
    },
}

/// Whether somebody may, and the right itself.
#[derive(Debug)]
pub enum Permission {
    /// They may.
    Granted(Grant),
    /// They may not.
    Refused,
}

/// Whether somebody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
    /// They may, but the person who should own the rescue from now on has no right to.
    CannotOwn(UserId),
    /// They may, and fewer people than are needed now have approved it.
    NotEnough {
        /// How many are needed.
        needed: u32,
        /// How many of those who approved it still count.
        given: u32,
    },
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
pub struct Errands(pub mpsc::Sender<Errand>);

impl Errands {
    /// Sends the DM. [`Arrival::Unknown`] when the other end is gone.
    pub async fn deliver(&self, operation: &Operation, link: Option<(Source, SecretString)>) -> Arrival {
        let operation = Box::new(operation.clone());
        self.run(|reply| Errand::Deliver { operation, link, reply }).await.unwrap_or(Arrival::Unknown)
    }

    /// Looks whether the DM is there. [`Arrival::Unknown`] when the other end is gone.
    pub async fn look_for_delivery(&self, operation: &Operation) -> Arrival {
        let operation = Box::new(operation.clone());
        self.run(|reply| Errand::LookForDelivery { operation, reply }).await.unwrap_or(Arrival::Unknown)
    }

    /// Asks whether the requester may still, with the approvals it has; `None` while nobody can say.
    pub async fn may_still(
        &self,
        operation: &Operation,
        server: Server,
        reboots: Option<Vec<TaskId>>,
    ) -> Option<Verdict> {
        let (operation, server) = (Box::new(operation.clone()), Box::new(server));
        self.run(|reply| Errand::MayStill { operation, server, reboots, reply }).await.flatten()
    }

    /// Asks whether the requester may still have the link; `None` while nobody can say.
    pub async fn may_receive(&self, operation: &Operation, server: Server) -> Option<Permission> {
        let (operation, server) = (Box::new(operation.clone()), Box::new(server));
        self.run(|reply| Errand::MayReceive { operation, server, reply }).await.flatten()
    }

    /// Asks for a person's right of this moment; `None` while there is nobody to ask.
    pub async fn may_now(&self, person: UserId, kind: Kind, place: ChannelId, server: Server) -> Option<Permission> {
        let server = Box::new(server);
        self.run(|reply| Errand::MayNow { person, kind, place, server, reply }).await
    }

    /// The answer to an errand; `None` when the other end is gone.
    async fn run<T>(&self, errand: impl FnOnce(oneshot::Sender<T>) -> Errand) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.0.send(errand(reply)).await.ok()?;
        answer.await.ok()
    }
}
