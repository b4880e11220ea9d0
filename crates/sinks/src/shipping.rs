//! One sink's loop: read what comes next, send it, move the sink's place when it is acknowledged.

use std::time::Duration;

use bernard_domain::{
    access::Who,
    audit::{
        Hash,
        shipping::{Pauses, Record, Shipper, Then, next, told},
        sink_trouble::Trouble,
    },
    operation::ChannelId,
};
use bernard_platform::clock;
use bernard_store::{Error, Store};
use tokio_util::sync::CancellationToken;

use crate::{Sink, dice, sender::Sender};

/// What all sinks have in common.
#[derive(Clone, Debug)]
pub struct ShippingSettings {
    /// Between two tries at a sink that is away.
    pub pauses: Pauses,
    /// How often it is looked whether there is a new line.
    pub every: Duration,
    /// Where it is told that people must act; `None`: nowhere.
    pub tell: Option<ChannelId>,
    /// Who is rung there if nobody is on call.
    pub admins: Vec<Who>,
}

/// One sink that is shipped to.
pub struct Shipping<Wake> {
    /// Where the audit is, for a loop that this replica has to itself.
    pub store: Store,
    /// Whom it is sent to.
    pub sink: Sink,
    /// How.
    pub settings: ShippingSettings,
    /// Called when something is owed.
    pub wake: Wake,
}

/// What a turn came to.
enum Did {
    /// There may be more at once.
    More,
    /// There is nothing to do for so long.
    Rests(Duration),
    /// Nothing is sent any more.
    Stopped,
}

/// What is remembered between two turns.
struct Between {
    sender: Sender,
    shipper: Shipper,
    /// What was written down last of what troubles the sink.
    trouble: Option<Trouble>,
}

impl<Wake: Fn() + Send + Sync> Shipping<Wake> {
    /// Sends until `stop`; what is under way then is sent again.
    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(self.ship()).await;
    }

    async fn ship(&self) {
        let sender = Sender::new(&self.sink.to);
        let mut between = Between { sender, shipper: Shipper::default(), trouble: None };
        loop {
            match self.turn(&mut between).await {
                Ok(Did::More) => {}
                Ok(Did::Rests(pause)) => tokio::time::sleep(pause).await,
                Ok(Did::Stopped) => return std::future::pending().await,
                Err(error) => {
                    tracing::error!(%error, sink = self.sink.name, "the store does not say what a sink is to get, or what it has");
                    tokio::time::sleep(self.settings.every).await;
                }
            }
        }
    }

    async fn turn(&self, between: &mut Between) -> Result<Did, Error> {
        let name = &self.sink.name;
        let Some(chain) = self.store.audit_chain().await? else { return Ok(Did::Rests(self.settings.every)) };
        let (cursor, most) = (self.store.sink_cursor(name).await?, between.shipper.most());
        // The last line that was acknowledged comes along: the next must follow it.
        let from = cursor.map_or(1, |cursor| cursor.number);
        let read = self.store.audit_from(from, most + usize::from(cursor.is_some())).await?;
        let batch = match next(cursor, read, chain, most) {
            Ok(batch) => batch,
            Err(trouble) => return self.stopped(between, trouble, from).await,
        };
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            return Ok(Did::Rests(self.settings.every));
        };
        let first = first.line.number;
        let answer = match between.sender.open().await {
            Ok(again) => {
                let again = self.earlier(first, again, chain).await?;
                between.sender.send(&again, &batch).await
            }
            Err(away) => away,
        };
        match between.shipper.after(answer, first, batch.len(), self.settings.pauses, dice::throw()) {
            Then::Moves => {
                if self.store.move_sink(name, cursor, last.anchor()).await? && between.trouble.take().is_some() {
                    tracing::info!(sink = name, "a sink takes the audit again");
                }
                Ok(Did::More)
            }
            Then::Fewer => Ok(Did::More),
            Then::Waits(trouble, pause) => {
                self.troubled(between, trouble, first).await?;
                Ok(Did::Rests(pause))
            }
            Then::Stops(trouble) => self.stopped(between, trouble, first).await,
        }
    }

    /// So many lines before this one, as far as there are any.
    async fn earlier(&self, first: u64, count: u64, chain: Hash) -> Result<Vec<Record>, Error> {
        let from = first.saturating_sub(count).max(1);
        let count = usize::try_from(first.saturating_sub(from)).unwrap_or(usize::MAX);
        if count == 0 {
            return Ok(Vec::new());
        }
        let lines = self.store.audit_from(from, count).await?;
        Ok(lines.into_iter().flatten().map(|line| Record::of(line, chain)).collect())
    }

    async fn stopped(&self, between: &mut Between, trouble: Trouble, at: u64) -> Result<Did, Error> {
        self.troubled(between, trouble, at).await?;
        Ok(Did::Stopped)
    }

    /// What troubles the sink is written down and told, unless that was so already.
    async fn troubled(&self, between: &mut Between, trouble: Trouble, at: u64) -> Result<(), Error> {
        if between.trouble.as_ref() == Some(&trouble) {
            return Ok(());
        }
        let Sink { name, .. } = &self.sink;
        let owed =
            self.settings.tell.and_then(|channel| told(name, at, &trouble, channel, self.settings.admins.clone()));
        self.store.trouble_sink(name, &trouble, owed.as_ref(), clock::now()).await?;
        match trouble.stops() {
            true => tracing::error!(
                sink = name,
                ?trouble,
                "a sink gets nothing of the audit any more until it is mended and the configuration read again"
            ),
            false => tracing::warn!(sink = name, ?trouble, "a sink does not take the audit; it is tried again"),
        }
        between.trouble = Some(trouble);
        if owed.is_some() {
            (self.wake)();
        }
        Ok(())
    }
}
