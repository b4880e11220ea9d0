//! The audit's daily anchor: a line's number and hash, posted where the owner of the store cannot change them.
//!
//! Once a day of the configured time zone, at its beginning or, after an outage, as soon as somebody runs again. The day that was
//! anchored last stands in the store, in the transaction that owes the message.

use std::time::Duration;

use bernard_domain::operation::ChannelId;
use bernard_platform::clock;
use bernard_store::Store;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::wakeups::Wakeups;

/// What anchors need.
pub struct Anchors {
    /// Where the audit is.
    pub store: Store,
    /// Who is told that there is something to post.
    pub wakeups: Wakeups,
    /// Where they are posted.
    pub channel: ChannelId,
    /// Whose days count.
    pub zone: TimeZone,
    /// How often it is looked whether a day has begun.
    pub every: Duration,
}

impl Anchors {
    /// Looks until `stop` whether an anchor is due.
    pub async fn keep(self, stop: CancellationToken) {
        let looks = async {
            loop {
                self.look().await;
                tokio::time::sleep(self.every).await;
            }
        };
        stop.run_until_cancelled(looks).await;
    }

    async fn look(&self) {
        let now = clock::now();
        match self.store.anchor(now.to_zoned(self.zone.clone()).date(), self.channel, now).await {
            Ok(true) => self.wakeups.notify(),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the audit's anchor could not be written"),
        }
    }
}
