//! Carries links to people. A link passes through here and stays nowhere.

use std::sync::Arc;

use bernard_discord::{Error, Rest, rest::Nonce};
use bernard_domain::{
    mark::Marked,
    operation::{ChannelId, Operation, Source},
};
use bernard_engine::{
    link::SecretLink,
    messenger::{Arrival, MessengerRequest},
};
use bernard_store::{Delivery, Store};
use serenity::model::id::{ChannelId as DiscordChannel, GuildId, MessageId, UserId as DiscordUser};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::posting;
use crate::{component::Button, membership::membership, render::dm, wire};

/// "Cannot send messages to this user", "no common guild": the person takes no DMs from us.
const CLOSED: [u32; 2] = [50_007, 50_278];
/// The person, or the DM's channel, is gone.
const GONE: [u32; 2] = [10_013, 10_003];

/// Carries links.
#[derive(Debug)]
pub struct LinkDelivery {
    pub(crate) rest: Rest,
    pub(crate) store: Store,
    pub(crate) guild: GuildId,
}

impl LinkDelivery {
    /// A link delivery.
    pub fn new(rest: Rest, store: Store, guild: GuildId) -> Self {
        Self { rest, store, guild }
    }

    /// Runs messenger until `stop`, then lets those under way finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, mut messenger: mpsc::Receiver<MessengerRequest>, stop: CancellationToken) {
        let mut under_way = JoinSet::new();
        loop {
            tokio::select! {
                request = messenger.recv() => {
                    let Some(request) = request else { break };
                    let link_delivery = Arc::clone(&self);
                    under_way.spawn(async move { link_delivery.serve(request).await });
                }
                Some(_) = under_way.join_next() => {}
                () = stop.cancelled() => break,
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn serve(&self, request: MessengerRequest) {
        let (arrival, reply) = match request {
            MessengerRequest::RolesOf { person, within, reply } => {
                if reply.send(membership(&self.rest.within(within), self.guild, person).await).is_err() {
                    tracing::debug!("nobody waits for these roles any more; they are asked for again");
                }
                return;
            }
            MessengerRequest::Deliver { operation, link, reply } => (self.deliver(&operation, link).await, reply),
            MessengerRequest::LookForDelivery { operation, reply } => (self.look(&operation).await, reply),
        };
        if reply.send(arrival).is_err() {
            tracing::debug!("the runner stopped waiting for a DM; it will look for it");
        }
    }

    async fn deliver(&self, operation: &Operation, link: Option<(Source, Arc<SecretLink>)>) -> Arrival {
        let user = DiscordUser::new(operation.request.requester.0);
        let channel = match self.rest.open_dm(user).await {
            Ok(channel) => channel.id,
            Err(error) => return self.not_sent(operation, &error),
        };
        let lease = match self.store.lease(&operation.request.server).await {
            Ok(lease) => lease,
            Err(error) => {
                tracing::error!(operation.id = %operation.id, %error, "the lease cannot be read");
                return Arrival::Unknown;
            }
        };
        let dm = dm::message(operation, lease.as_ref(), link.as_ref());
        match self
            .rest
            .post(channel, &wire::unrung(&dm.message), &nonce(operation), &wire::attachments(&dm.files))
            .await
        {
            Ok(posted) => self.arrived(operation, channel, posted.id).await,
            Err(error) => self.not_sent(operation, &error),
        }
    }

    /// Looks in the DM's history for our message of this operation.
    pub(super) async fn look(&self, operation: &Operation) -> Arrival {
        let user = DiscordUser::new(operation.request.requester.0);
        let channel = match self.rest.open_dm(user).await {
            Ok(channel) => channel.id,
            Err(error) => return self.not_sent(operation, &error),
        };
        let me = match self.rest.me().await {
            Ok(me) => me,
            Err(error) => return self.not_sent(operation, &error),
        };
        let marks = match self.marks(operation).await {
            Ok(marks) => marks,
            Err(error) => {
                tracing::error!(operation.id = %operation.id, %error, "how its DM is known is not known");
                return Arrival::Unknown;
            }
        };
        let is_its = |id: &String| marks.contains(id);
        match posting::history(&self.rest, channel, operation.opened).await {
            Ok(seen) => {
                match seen.iter().find(|message| message.author == me && message.custom_ids.iter().any(is_its)) {
                    Some(message) => self.arrived(operation, channel, message.id).await,
                    None => Arrival::Missing,
                }
            }
            Err(error) => self.not_sent(operation, &error),
        }
    }

    /// The buttons by one of which the operation's DM is known again.
    async fn marks(&self, operation: &Operation) -> Result<Vec<String>, bernard_store::Error> {
        let mut marks = vec![Button::DeleteMessage(operation.marked()).to_string()];
        if self.store.was_unmarked(operation.id).await? {
            marks.push(Button::DeleteMessage(Marked { id: operation.id, mark: None }).to_string());
        }
        Ok(marks)
    }

    async fn arrived(&self, operation: &Operation, channel: DiscordChannel, message: MessageId) -> Arrival {
        let delivery = Delivery {
            operation: operation.id,
            person: operation.request.requester,
            channel: ChannelId(channel.get()),
            message: message.get(),
            expires: operation.state.facts.console_until,
        };
        match self.store.save_delivery(&delivery, &operation.request.server).await {
            Ok(()) => Arrival::Arrived,
            Err(error) => {
                tracing::error!(operation.id = %operation.id, %error, "where a DM went could not be remembered");
                Arrival::Unknown
            }
        }
    }

    fn not_sent(&self, operation: &Operation, error: &Error) -> Arrival {
        tracing::warn!(operation.id = %operation.id, %error, "a DM was not sent");
        arrival(error)
    }
}

/// What an error means for a DM: it is refused for good, or for now, or nobody can say.
fn arrival(error: &Error) -> Arrival {
    match error.code() {
        Some(code) if CLOSED.contains(&code) || GONE.contains(&code) => Arrival::Closed,
        Some(code) if code > 0 && error.is_transient() && !error.may_have_happened() => Arrival::NotNow(code),
        code if error.is_final() => Arrival::Refused(code.unwrap_or_default()),
        _ => Arrival::Unknown,
    }
}

/// The same for every attempt of one operation, so that Discord itself makes two of them one.
fn nonce(operation: &Operation) -> Nonce {
    posting::nonce(operation.mark, "link")
}
