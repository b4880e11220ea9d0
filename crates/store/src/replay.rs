//! Recovery is replay: an operation is folded from the events that are kept of it.

use bernard_domain::{
    operation::{Operation, OperationId, Request, event::Event},
    server::ServiceName,
};
use bernard_platform::clock;
use jiff::SignedDuration;

use super::{
    Error,
    database::{Connection, Row, query, query_as},
    from_json, mark, time,
};

/// The operations that have not ended, of this server or of all, in the order of their numbers.
pub(super) async fn live(connection: &mut Connection, server: Option<&ServiceName>) -> Result<Vec<Operation>, Error> {
    let which = match server {
        None => query_as("SELECT id FROM operations WHERE live = 1 ORDER BY id"),
        Some(server) => {
            query_as("SELECT id FROM operations WHERE server = $1 AND live = 1 ORDER BY id").bind(server.as_str())
        }
    };
    let ids: Vec<i64> = which.fetch_all(&mut *connection).await?;
    let mut operations = Vec::with_capacity(ids.len());
    for id in ids {
        operations.extend(load(connection, OperationId(id)).await?);
    }
    Ok(operations)
}

/// An operation with everything that happened to it.
pub(super) async fn load(connection: &mut Connection, operation: OperationId) -> Result<Option<Operation>, Error> {
    let row: Option<Row> = query("SELECT request, opened_at, mark, usual FROM operations WHERE id = $1")
        .bind(operation.0)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let request: Request = from_json(row.get(0), || format!("the request of {operation}"))?;
    let events: Vec<(i64, String)> = query_as("SELECT at, event FROM events WHERE operation = $1 ORDER BY version")
        .bind(operation.0)
        .fetch_all(&mut *connection)
        .await?;
    let mut loaded = Operation::open(operation, mark(row.get(2)), request, time(row.get(1)));
    loaded.usual = row.get::<Option<i64>, _>(3).map(SignedDuration::from_millis);
    for (at, text) in &events {
        let event: Event = from_json(text, || format!("an event of {operation}"))?;
        loaded = loaded.record(&event, time(*at))?;
    }
    // What is waited since, not what happened when: buttons are named after that.
    for moment in [&mut loaded.opened, &mut loaded.since, &mut loaded.approved] {
        *moment = clock::not_ahead(*moment);
    }
    Ok(Some(loaded))
}
