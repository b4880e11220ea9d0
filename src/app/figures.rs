//! The figures that nobody counts where something happens: how it stands, looked up now and then and shown at `/metrics`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use bernard_domain::duty::Oncall;
use bernard_engine::fleet::Fleet;
use bernard_ovh::Standing;
use bernard_platform::{
    clock,
    live::Live,
    metrics::{self as named, Switch},
};
use bernard_store::{Figures, Store};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{renewed::Configs, sinks};

/// No more often than this is it looked up, whatever the pace: nobody collects figures every second.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// Shows how it stands, again and again; `readable` hears whether the store could be read.
pub(super) async fn keep(
    (store, fleet, oncall): (Store, Fleet, Live<Oncall>),
    configs: Configs,
    readable: impl Fn(bool) + Send,
    stop: CancellationToken,
) {
    metrics::gauge!(named::BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    metrics::gauge!(named::START_TIME_SECONDS).set(since_epoch(clock::now()));
    let (mut shown, mut sinks) = (Shown::default(), sinks::Shown::default());
    let show = async {
        loop {
            let now = clock::now();
            match store.figures(now).await {
                Ok(figures) => {
                    shown.operations(&figures);
                    of_the_store(&figures, now);
                    readable(true);
                }
                Err(error) => {
                    tracing::error!(%error, "the store does not say how it stands");
                    readable(false);
                }
            }
            if let Ok(pause) = store.pause().await {
                named::paused(Switch::of(pause.as_ref()));
            }
            of_the_schedule(&oncall.get(), now);
            shown.accounts(&fleet);
            shown.inventory(&fleet, now);
            let config = Arc::clone(&configs.borrow());
            sinks.show(&store, &config).await;
            let every = config.pace.reminder_tick;
            tokio::time::sleep(every.max(AT_MOST_EVERY)).await;
        }
    };
    stop.run_until_cancelled(show).await;
}

/// What was shown under labels: what is gone is shown as zero, and an account that is gone as one that nothing is wrong with.
#[derive(Default)]
struct Shown {
    operations: BTreeMap<(&'static str, &'static str), u32>,
    servers: BTreeMap<String, u32>,
    accounts: BTreeSet<String>,
}

impl Shown {
    fn operations(&mut self, figures: &Figures) {
        self.operations.values_mut().for_each(|count| *count = 0);
        for known in &figures.live {
            *self.operations.entry(*known).or_default() += 1;
        }
        for ((kind, state), count) in &self.operations {
            metrics::gauge!(named::OPERATIONS_LIVE, "kind" => *kind, "state" => *state).set(f64::from(*count));
        }
    }

    fn inventory(&mut self, fleet: &Fleet, now: Timestamp) {
        self.servers.values_mut().for_each(|count| *count = 0);
        let servers = fleet.servers();
        for known in servers.known() {
            *self.servers.entry(known.server.account.clone()).or_default() += 1;
        }
        for (account, count) in &self.servers {
            metrics::gauge!(named::INVENTORY_SERVERS, "account" => account.clone()).set(f64::from(*count));
        }
        // What was never read is not old yet: its account says why.
        let oldest = servers.known().filter_map(|known| servers.read_at(known)).min();
        metrics::gauge!(named::INVENTORY_AGE_SECONDS).set(oldest.map_or(0.0, |oldest| seconds(oldest, now)));
    }

    fn accounts(&mut self, fleet: &Fleet) {
        self.accounts.extend(fleet.accounts());
        for account in &self.accounts {
            let standing = fleet.client(account).map(|client| client.standing());
            // Nothing was asked yet: nobody knows, and nobody is to be woken for it.
            if standing == Some(Standing::Unasked) {
                continue;
            }
            let yes = |is: bool| if is { 1.0 } else { 0.0 };
            let answers = !matches!(standing, Some(Standing::Trouble(_)));
            metrics::gauge!(named::OVH_ANSWERS, "account" => account.clone()).set(yes(answers));
            let taken = !matches!(standing, Some(Standing::Refused(_)));
            metrics::gauge!(named::OVH_CREDENTIALS_TAKEN, "account" => account.clone()).set(yes(taken));
        }
    }
}

/// Without a schedule nothing is old: nobody is to be woken for one that there is not.
fn of_the_schedule(oncall: &Oncall, now: Timestamp) {
    // What was never read is as old as this process.
    let read_at = oncall.reading.as_ref().map_or_else(clock::started, |reading| reading.mark.read_at);
    let age = oncall.stale_after.map_or(0.0, |_| seconds(read_at, now));
    metrics::gauge!(named::ONCALL_AGE_SECONDS).set(age);
    let people = u64::try_from(oncall.at(now).people().len()).unwrap_or(u64::MAX);
    metrics::gauge!(named::ONCALL_PEOPLE).set(count(people));
}

fn of_the_store(figures: &Figures, now: Timestamp) {
    let age = |since: Option<Timestamp>| since.map_or(0.0, |since| seconds(since, now));
    for (name, value) in [
        (named::OPERATION_OLDEST_SECONDS, age(figures.oldest)),
        (named::REMINDER_LATE_SECONDS, age(figures.late_since)),
        (named::NOTICE_OLDEST_SECONDS, age(figures.oldest_notice)),
        (named::QUESTIONS_OPEN, count(figures.questions)),
        (named::APPROVALS_OPEN, count(figures.approvals)),
        (named::LEASES_LIVE, count(figures.leases)),
        (named::LEASES_OVERDUE, count(figures.overdue)),
        (named::RESCUES_FOREIGN, count(figures.foreign)),
        (named::NOTICES_OWED, count(figures.notices)),
        (named::DMS_TO_WIPE, count(figures.to_wipe)),
        (named::STORE_BYTES, count(figures.bytes)),
    ] {
        metrics::gauge!(name).set(value);
    }
}

fn seconds(since: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(since).as_secs_f64().max(0.0)
}

fn since_epoch(time: Timestamp) -> f64 {
    seconds(Timestamp::UNIX_EPOCH, time)
}

/// A figure is a float: what is counted here is far below where that matters.
fn count(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
