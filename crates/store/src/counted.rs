//! The figures that are counted when something is recorded, and those that are read from the store now and then.

use std::path::Path;

use bernard_domain::{
    audit,
    operation::{Operation, Source, event::Event, state::Phase},
};
use bernard_platform::metrics;
use jiff::Timestamp;

use super::{Beside, Error, Store, database::query_as, file, millis, time};

/// How it stands, as far as the store knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Operations that have not ended: the words of their kind and state.
    pub live: Vec<(&'static str, &'static str)>,
    /// When the oldest of them was opened.
    pub oldest: Option<Timestamp>,
    /// Questions that wait for a person's decision.
    pub questions: u64,
    /// Operations that wait for others' approval.
    pub approvals: u64,
    /// Rescues that are running.
    pub leases: u64,
    /// Those of them whose deadline has passed.
    pub overdue: u64,
    /// When the rescue was to be looked at that has waited longest for it; `None`: none waits.
    pub late_since: Option<Timestamp>,
    /// Servers in rescue that Bernard did not take there.
    pub foreign: u64,
    /// Notices that are owed.
    pub notices: u64,
    /// When the oldest of them was written.
    pub oldest_notice: Option<Timestamp>,
    /// DMs that are to be wiped and are not yet.
    pub to_wipe: u64,
    /// The size of the database and its log, in bytes.
    pub bytes: u64,
}

impl Store {
    /// How it stands now.
    ///
    /// # Errors
    /// As [`Store::live_operations`].
    pub async fn figures(&self, now: Timestamp) -> Result<Figures, Error> {
        let live = self.live_operations().await?;
        let in_phase = |is: fn(&Phase) -> bool| live.iter().filter(|live| is(&live.state.phase)).count() as u64;
        let (leases, overdue, late): (i64, i64, Option<i64>) = query_as(
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE deadline <= $1), MIN(due_at) FILTER (WHERE due_at <= $1)
             FROM leases WHERE ended_at IS NULL",
        )
        .bind(millis(now))
        .fetch_one(&self.pool)
        .await?;
        let (notices, oldest_notice): (i64, Option<i64>) =
            query_as("SELECT COUNT(*), MIN(written_at) FROM notices WHERE due_at IS NOT NULL")
                .fetch_one(&self.pool)
                .await?;
        let (foreign, to_wipe): (i64, i64) = query_as(
            "SELECT (SELECT COUNT(*) FROM foreign_rescues), (SELECT COUNT(*) FROM deliveries
             WHERE wipe = 1 AND wiped_at IS NULL AND wipe_given_up_at IS NULL)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Figures {
            oldest: live.iter().map(|live| live.opened).min(),
            questions: in_phase(|phase| matches!(phase, Phase::Undecided { .. })),
            approvals: in_phase(|phase| matches!(phase, Phase::AwaitingApproval)),
            live: live.iter().map(|live| (live.request.kind().as_str(), live.state.phase.word())).collect(),
            leases: leases.cast_unsigned(),
            overdue: overdue.cast_unsigned(),
            late_since: late.map(time),
            foreign: foreign.cast_unsigned(),
            notices: notices.cast_unsigned(),
            oldest_notice: oldest_notice.map(time),
            to_wipe: to_wipe.cast_unsigned(),
            bytes: self.bytes().await?,
        })
    }
}

impl Store {
    /// The size of the database and its log.
    async fn bytes(&self) -> Result<u64, Error> {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        match &*self.beside {
            Beside::File(held) => Ok(length(&held.path) + length(&file::beside(&held.path, "-wal"))),
            Beside::Replica(_) => {
                let bytes: i64 = query_as("SELECT pg_database_size(current_database())").fetch_one(&self.pool).await?;
                Ok(bytes.cast_unsigned())
            }
        }
    }
}

/// An operation was accepted.
pub(super) fn opened(operation: &Operation) {
    ::metrics::counter!(metrics::OPERATIONS_OPENED, "kind" => operation.request.kind().as_str()).increment(1);
}

/// Something happened to an operation: `before` is how it was, `after` how it is.
pub(super) fn happened(before: &Operation, after: &Operation, event: &Event, now: Timestamp) {
    let kind = after.request.kind().as_str();
    let waited = now.duration_since(before.since).as_secs_f64().max(0.0);
    let state = before.state.phase.word();
    if state != after.state.phase.word() {
        ::metrics::histogram!(metrics::OPERATION_STATE_SECONDS, "kind" => kind, "state" => state).record(waited);
    }
    if after.state.is_ended()
        && !before.state.is_ended()
        && let Some(outcome) = audit::of_event(after, event, now).outcome
    {
        ::metrics::counter!(metrics::OPERATIONS_ENDED, "kind" => kind, "outcome" => outcome).increment(1);
    }
    match event {
        Event::DeliveryAttempted { source, .. }
            if matches!(before.state.phase, Phase::Searching | Phase::Standing(_)) =>
        {
            ::metrics::histogram!(metrics::LINK_FOUND_SECONDS, "source" => place(*source)).record(waited);
        }
        Event::LinkDelivered => dm("delivered"),
        Event::DmClosed { code: None } => dm("closed"),
        Event::DmClosed { code: Some(_) } => dm("refused"),
        _ => {}
    }
}

/// A DM that holds a link came to this.
pub(super) fn dm(outcome: &'static str) {
    ::metrics::counter!(metrics::DMS, "outcome" => outcome).increment(1);
}

fn place(source: Option<Source>) -> &'static str {
    match source {
        Some(Source::AuthenticationSecret) => "authentication_secret",
        Some(Source::Mail) => "mail",
        Some(Source::Console) => "console",
        None => "key",
    }
}
