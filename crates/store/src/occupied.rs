//! Which servers are in somebody's hands, for those who look over many at once: without any operation's story.

use std::collections::BTreeSet;

use bernard_domain::server::ServiceName;

use super::{Error, Store, database::query_as};

/// What the store knows of servers, in one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occupied {
    /// Those that an operation holds.
    pub busy: BTreeSet<ServiceName>,
    /// Those in a rescue that has an owner, or that others started.
    pub in_rescue: BTreeSet<ServiceName>,
}

impl Store {
    /// Which of these servers are in somebody's hands now.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn occupied(&self, of: &[&ServiceName]) -> Result<Occupied, Error> {
        if of.is_empty() {
            return Ok(Occupied::default());
        }
        let rows: Vec<(String, bool)> = query_as(
            "SELECT server, TRUE FROM operations WHERE holds = 1 AND server IN ($list)
             UNION ALL SELECT server, FALSE FROM leases WHERE ended_at IS NULL AND server IN ($list)
             UNION ALL SELECT server, FALSE FROM foreign_rescues WHERE server IN ($list)",
        )
        .bind_list(of.iter().map(|server| server.as_str()))
        .fetch_all(&self.pool)
        .await?;
        let mut occupied = Occupied::default();
        for (name, busy) in rows {
            // A name that was changed by hand is nobody's.
            let Ok(name) = ServiceName::try_from(name) else { continue };
            let those = if busy { &mut occupied.busy } else { &mut occupied.in_rescue };
            those.insert(name);
        }
        Ok(occupied)
    }
}
