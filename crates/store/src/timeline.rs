//! What happened to an operation and when, for those who look at it.

use bernard_domain::{
    operation::{Operation, OperationId, event::Event},
    server::ServiceName,
};
use jiff::Timestamp;

use super::{
    Error, Store,
    database::{Row, query, query_as},
    from_json, millis, time,
};

/// An operation, as a list of the latest names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Its number.
    pub id: OperationId,
    /// The server.
    pub server: ServiceName,
    /// Of which account.
    pub account: String,
    /// What people called the server.
    pub label: String,
    /// The word of its kind.
    pub kind: String,
    /// When it was accepted.
    pub opened: Timestamp,
}

impl Store {
    /// The latest operations, the last one first. A row that does not read back is left out.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn recent_operations(&self, most: u32) -> Result<Vec<Recent>, Error> {
        let rows = query(
            "SELECT id, server, account, request ->> 'label', kind, opened_at FROM operations ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &Row| {
            let server = ServiceName::try_from(row.get::<String, _>(1)).ok()?;
            let (account, label, kind) = (row.get(2), row.get(3), row.get(4));
            Some(Recent { id: OperationId(row.get(0)), server, account, label, kind, opened: time(row.get(5)) })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// The last operation on a server, however it ended.
    ///
    /// # Errors
    /// As [`Store::operation`].
    pub async fn last_operation(&self, server: &ServiceName) -> Result<Option<Operation>, Error> {
        let id: Option<i64> = query_as("SELECT MAX(id) FROM operations WHERE server = $1")
            .bind(server.as_str())
            .fetch_one(&self.pool)
            .await?;
        match id {
            Some(id) => self.operation(OperationId(id)).await,
            None => Ok(None),
        }
    }

    /// The events of an operation in their order, each with its time by our clock.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn events(&self, operation: OperationId) -> Result<Vec<(Timestamp, Event)>, Error> {
        let rows: Vec<(i64, String)> = query_as("SELECT at, event FROM events WHERE operation = $1 ORDER BY version")
            .bind(operation.0)
            .fetch_all(&self.pool)
            .await?;
        let events =
            rows.iter().map(|(at, text)| Ok((time(*at), from_json(text, || format!("an event of {operation}"))?)));
        events.collect()
    }

    /// The operations that ended at `moment` or later.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn ended_since(&self, moment: Timestamp) -> Result<Vec<OperationId>, Error> {
        let numbers: Vec<i64> =
            query_as("SELECT id FROM operations WHERE live = 0 AND changed_at >= $1 ORDER BY changed_at")
                .bind(millis(moment))
                .fetch_all(&self.pool)
                .await?;
        Ok(numbers.into_iter().map(OperationId).collect())
    }
}
