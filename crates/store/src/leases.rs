//! Leases, as they are read: one active lease a server.

use bernard_domain::{
    lease::Lease,
    operation::{Operation, OperationId},
    server::ServiceName,
};

use super::{
    Error, Store,
    database::{Connection, query_as},
    from_json,
};

impl Store {
    /// The server's active lease.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn lease(&self, server: &ServiceName) -> Result<Option<Lease>, Error> {
        let mut connection = self.pool.acquire().await?;
        active(&mut connection, server).await
    }

    /// The active lease that this operation began.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn lease_of(&self, operation: OperationId) -> Result<Option<Lease>, Error> {
        let text: Option<String> = query_as("SELECT lease FROM leases WHERE operation = $1 AND ended_at IS NULL")
            .bind(operation.0)
            .fetch_optional(&self.pool)
            .await?;
        text.map(|text| read(&text)).transpose()
    }

    /// The server's active lease, and the operation that began it.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn rescue(&self, server: &ServiceName) -> Result<Option<(Lease, Operation)>, Error> {
        let Some(lease) = self.lease(server).await? else { return Ok(None) };
        let begun_by = self.operation(lease.operation).await?;
        Ok(begun_by.map(|begun_by| (lease, begun_by)))
    }

    /// Every active lease, the one that is due first at the top.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn leases(&self) -> Result<Vec<Lease>, Error> {
        let rows: Vec<String> =
            query_as("SELECT lease FROM leases WHERE ended_at IS NULL ORDER BY deadline, operation")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|text| read(text)).collect()
    }
}

/// The server's active lease.
pub(super) async fn active(connection: &mut Connection, server: &ServiceName) -> Result<Option<Lease>, Error> {
    let text: Option<String> = query_as("SELECT lease FROM leases WHERE server = $1 AND ended_at IS NULL")
        .bind(server.as_str())
        .fetch_optional(connection)
        .await?;
    text.map(|text| read(&text)).transpose()
}

/// A lease, as it is kept.
pub(super) fn read(text: &str) -> Result<Lease, Error> {
    from_json(text, || "a lease".to_owned())
}
