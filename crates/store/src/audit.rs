//! The audit on disk: a line is written in the transaction of what it is about, and no statement here changes or removes one.

use std::sync::{Mutex, PoisonError};

use bernard_domain::{
    audit::{Act, Anchor, Anchoring, Entry, Line, anchoring},
    operation::{ChannelId, OperationId},
    server::ServiceName,
};
use bernard_platform::{clock, metrics};
use futures_util::TryStreamExt;
use jiff::{Timestamp, civil::Date};
use tokio::sync::oneshot;

use super::{
    Error, Store,
    database::{Connection, query, query_as},
    fact, notices, set_fact,
};

/// The name of the policy's digest among the facts: what is written names the policy that is in force.
const POLICY: &str = "policy";
/// The name of the last anchor among the facts: its day, and its line's number.
const ANCHOR: &str = "anchor";
/// How many entries may wait for their turn to be written. More only come from somebody who floods us, and are counted.
const MOST_WAITING: usize = 1_024;

/// Entries that belong to nothing else and wait to be written together: a flood of refusals costs one transaction at a time.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    entries: Mutex<Queue>,
    /// Held while writing, which is its purpose.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<(Entry, oneshot::Sender<bool>)>,
    lost: u64,
}

/// What of the audit is wanted, the newest first.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only about this server.
    pub server: Option<ServiceName>,
    /// Only on this person's word.
    pub user: Option<u64>,
    /// Only about this operation.
    pub operation: Option<OperationId>,
}

/// Lines of the audit, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// The lines.
    pub lines: Vec<Line>,
    /// How many older ones there are that did not fit.
    pub more: u64,
}

impl Store {
    /// Records what belongs to no operation. When this returns it is durable; many that come at once are written together.
    ///
    /// # Errors
    /// [`Error::NotAudited`] when it could not be written, or too many wait already.
    pub async fn audit(&self, entry: Entry) -> Result<(), Error> {
        let (told, written) = oneshot::channel();
        {
            let mut queue = self.waiting.entries.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.waiting.len() >= MOST_WAITING {
                queue.lost += 1;
                return Err(Error::NotAudited);
            }
            queue.waiting.push((entry, told));
        }
        // On its own, so that a caller who waits no longer takes nobody else's entry with it.
        // And for no piece of work: what others wait for goes with it.
        let store = Self { held: None, ..self.clone() };
        tokio::spawn(async move { store.write_waiting().await });
        match written.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Error::NotAudited),
        }
    }

    async fn write_waiting(&self) {
        let _turn = self.waiting.turn.lock().await;
        let (waiting, lost) = {
            let mut queue = self.waiting.entries.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.waiting.is_empty() {
                return;
            }
            (std::mem::take(&mut queue.waiting), std::mem::take(&mut queue.lost))
        };
        let mut entries: Vec<&Entry> = waiting.iter().map(|(entry, _)| entry).collect();
        let flood = Entry::act(Act::RefusalsLost, clock::now()).saying(format!("{lost} came when too many waited"));
        if lost > 0 {
            entries.push(&flood);
        }
        let written = self.write_entries(&entries).await;
        if let Err(error) = &written {
            tracing::error!(%error, entries = entries.len(), "the audit could not be written");
            self.waiting.entries.lock().unwrap_or_else(PoisonError::into_inner).lost += lost;
        }
        for (_, told) in waiting {
            // Whoever waits no longer need not be told.
            told.send(written.is_ok()).ok();
        }
    }

    async fn write_entries(&self, entries: &[&Entry]) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for entry in entries {
            append(&mut tx, entry).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// From now on the policy with this digest is in force, as `entry` says; every later line names it.
    ///
    /// # Errors
    /// [`Error::Database`]: the old one still is.
    pub async fn audit_policy(&self, digest: &str, entry: &Entry) -> Result<(), Error> {
        let mut tx = self.write().await?;
        set_fact(&mut tx, POLICY, digest).await?;
        append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Owes `channel` the anchor of this day, unless that day, or a later one, has its own. True if it is owed now.
    ///
    /// # Errors
    /// [`Error::Database`]: it is tried again.
    pub async fn anchor(&self, day: Date, channel: ChannelId, now: Timestamp) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let last = fact(&mut tx, ANCHOR).await?;
        let head = head(&mut tx).await?;
        let due = head.and_then(|head| anchoring(last.as_deref(), head, day, channel, now));
        let Some(Anchoring { owed, entry, last }) = due else { return Ok(false) };
        notices::write(&mut tx, &owed, now).await?;
        append(&mut tx, &entry).await?;
        set_fact(&mut tx, ANCHOR, &last).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The newest lines that fit into `bytes` as they are exported, of those that `wanted` and `visible` want; `visible` is asked
    /// with the line's server, if it has one.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::BrokenAudit`] when a line was tampered with.
    pub async fn audit_page(
        &self,
        wanted: &AuditFilter,
        bytes: usize,
        mut visible: impl FnMut(Option<&str>) -> bool + Send,
    ) -> Result<AuditPage, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut rows = query(
            "SELECT entry, previous, hash, entry ->> 'server' AS server FROM audit
             WHERE ($1 IS NULL OR entry ->> 'server' = $1) AND ($2 IS NULL OR entry ->> 'who' = $2)
             AND ($3 IS NULL OR entry ->> 'operation' = $3) ORDER BY n DESC",
        )
        .bind(wanted.server.as_ref().map(ServiceName::as_str))
        .bind(wanted.user.map(|user| user.to_string()))
        .bind(wanted.operation.map(|operation| operation.to_string()))
        .fetch(&mut connection);
        let (mut page, mut left) = (AuditPage::default(), bytes);
        while let Some(row) = rows.try_next().await? {
            if !visible(row.get("server")) {
                continue;
            }
            let (previous, hash): (&str, &str) = (row.get("previous"), row.get("hash"));
            let line = Line::of_row(row.get("entry"), previous, hash)?;
            let length = line.to_json().len() + 1;
            if page.more > 0 || length > left {
                page.more += 1;
                continue;
            }
            left -= length;
            page.lines.push(line);
        }
        page.lines.reverse();
        Ok(page)
    }
}

/// One more line, in the caller's transaction, which must be a writing one from its beginning.
pub(super) async fn append(tx: &mut Connection, entry: &Entry) -> Result<(), Error> {
    let policy = fact(&mut *tx, POLICY).await?;
    let last = head(&mut *tx).await?.map(|head| (head.number, head.hash));
    let line = Line::next(last, |number| entry.canonical(number, policy.as_deref()));
    query("INSERT INTO audit (n, entry, previous, hash) VALUES ($1, $2, $3, $4)")
        .bind(super::id(line.number))
        .bind(&line.entry)
        .bind(line.previous.to_string())
        .bind(line.hash.to_string())
        .execute(&mut *tx)
        .await?;
    ::metrics::counter!(metrics::AUDIT_ENTRIES, "kind" => entry.kind.as_str()).increment(1);
    Ok(())
}

/// The last line; `None`: there is none.
pub(super) async fn head(connection: &mut Connection) -> Result<Option<Anchor>, Error> {
    let row: Option<(i64, String)> =
        query_as("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetch_optional(connection).await?;
    let Some((number, hash)) = row else { return Ok(None) };
    let number = u64::try_from(number).map_err(|_| bernard_domain::audit::NotALine::Field("n"))?;
    let hash = hash.parse().map_err(|_| bernard_domain::audit::NotALine::Field("hash"))?;
    Ok(Some(Anchor { number, hash }))
}
