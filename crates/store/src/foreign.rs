//! Rescues that Bernard did not start.

use std::collections::BTreeSet;

use bernard_domain::{
    inventory::foreign::{Foreign, ForeignId, Found},
    mark::Mark,
    server::ServiceName,
};
use jiff::Timestamp;

use super::{
    Error, Store,
    database::{Connection, Row, query, query_as},
    from_json, json, mark, millis, time,
};

impl Store {
    /// Whether an operation works on the server, or has since that moment: then what was seen of it before may be old.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn is_touched_since(&self, server: &ServiceName, since: Timestamp) -> Result<bool, Error> {
        let touches: i64 =
            query_as("SELECT COUNT(*) FROM operations WHERE server = $1 AND (live = 1 OR changed_at >= $2)")
                .bind(server.as_str())
                .bind(millis(since))
                .fetch_one(&self.pool)
                .await?;
        Ok(touches > 0)
    }

    /// Replaces what was found, but for the servers in `untouched`: of those nothing new is known. What was known before keeps
    /// its number and the moment it was first seen.
    ///
    /// # Errors
    /// [`Error::Database`]: what was known stands.
    pub async fn save_foreign(
        &self,
        found: &[Found],
        untouched: &BTreeSet<ServiceName>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let known: Vec<String> = query_as("SELECT server FROM foreign_rescues").fetch_all(&mut *tx).await?;
        for name in known {
            let stays = found.iter().any(|found| found.server.as_str() == name)
                || untouched.iter().any(|server| server.as_str() == name);
            if !stays {
                query("DELETE FROM foreign_rescues WHERE server = $1").bind(name).execute(&mut tx).await?;
            }
        }
        for found in found {
            query(
                "INSERT INTO foreign_rescues (server, account, label, boot, first_seen, mark)
                 SELECT $1, $2, $3, $4, $5, $6
                 WHERE NOT EXISTS (SELECT 1 FROM leases WHERE server = $1 AND ended_at IS NULL)
                 ON CONFLICT (server) DO UPDATE SET account = $2, label = $3, boot = $4",
            )
            .bind(found.server.as_str())
            .bind(&found.account)
            .bind(&found.label)
            .bind(json(&found.boot))
            .bind(millis(now))
            .bind(Mark::new().to_string())
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The rescues that Bernard did not start, the oldest first.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a row was tampered with.
    pub async fn foreign_rescues(&self) -> Result<Vec<Foreign>, Error> {
        let rows = query(
            "SELECT id, server, account, label, boot, first_seen, mark FROM foreign_rescues ORDER BY first_seen, id",
        )
        .fetch_all(&self.pool)
        .await?;
        // A name that is none was written by hand, and is nobody's server.
        Ok(rows.iter().map(read).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// One of them; `None` when it is over, or has an owner now.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the row was tampered with.
    pub async fn foreign_rescue(&self, foreign: ForeignId) -> Result<Option<Foreign>, Error> {
        let row = query("SELECT id, server, account, label, boot, first_seen, mark FROM foreign_rescues WHERE id = $1")
            .bind(foreign.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().map(read).transpose()?.flatten())
    }
}

/// The server is out of rescue, or its rescue is ours now.
pub(super) async fn forget(tx: &mut Connection, server: &ServiceName) -> Result<(), Error> {
    query("DELETE FROM foreign_rescues WHERE server = $1").bind(server.as_str()).execute(tx).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Option<Foreign>, Error> {
    let Ok(server) = ServiceName::try_from(row.get::<String, _>(1)) else { return Ok(None) };
    let boot = from_json(row.get(4), || format!("the boot of {server}"))?;
    let found = Found { account: row.get(2), label: row.get(3), boot, server };
    Ok(Some(Foreign {
        id: ForeignId(row.get(0)),
        mark: mark(row.get(6)),
        found,
        first_seen: time(row.get(5)),
        listed: None,
        worked_on: None,
    }))
}
