//! Which ticket was opened about an operation.

use bernard_domain::operation::{Kind, Operation, OperationId, state::Outcome, state::Phase};

use super::{Error, Store, database::query_as};

impl Store {
    /// The latest ticket that OVHcloud opened about an operation: the operation that opened it, and its number.
    ///
    /// # Errors
    /// As [`Store::operation`].
    pub async fn ticket_about(&self, about: &Operation) -> Result<Option<(OperationId, u64)>, Error> {
        let ids: Vec<i64> = query_as(
            "SELECT id FROM operations WHERE server = $1 AND kind = $2 AND CAST((request ->> 'wish') ->> 'about' AS BIGINT) = $3 ORDER BY id DESC",
        )
        .bind(about.request.server.as_str())
        .bind(Kind::Ticket.as_str())
        .bind(about.id.0)
        .fetch_all(&self.pool)
        .await?;
        for id in ids.into_iter().map(OperationId) {
            if let Some(ticket) = self.operation(id).await?
                && let Phase::Ended(Outcome::TicketOpened(number)) = ticket.state.phase
            {
                return Ok(Some((id, number)));
            }
        }
        Ok(None)
    }
}
