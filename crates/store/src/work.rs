//! Work that one replica does at a time. On SQLite there is only one, which has all of it.

use bernard_domain::operation::OperationId;
use jiff::Timestamp;

use super::{Beside, Error, Store, operations};

impl Store {
    /// The store for a piece of work that this process has to itself from now on: it writes only as long as that is so. `None`: another
    /// replica has it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn claim(&self, work: &str) -> Result<Option<Self>, Error> {
        Ok(self.claimed(work, None).await?.map(|(store, _)| store))
    }

    /// The same for an operation that is to be carried on. If it was in the hands of a replica that did not come to its end, whatever that
    /// one was writing may show up late.
    ///
    /// # Errors
    /// [`Error::Database`]; as [`Store::operation`].
    pub async fn claim_operation(&self, id: OperationId, now: Timestamp) -> Result<Option<Self>, Error> {
        let Some((store, former)) = self.claimed(&format!("operation {}", id.0), Some(id.0)).await? else {
            return Ok(None);
        };
        if let Some(former) = former {
            tracing::info!(operation.id = %id, former, "another replica left this; this one carries it on");
            let mut unsettled = Unsettled(Some(&store));
            operations::doubt_write(&store, id, now).await?;
            unsettled.0 = None;
        }
        Ok(Some(store))
    }

    async fn claimed(&self, name: &str, operation: Option<i64>) -> Result<Option<(Self, Option<String>)>, Error> {
        let Beside::Replica(replica) = &*self.beside else { return Ok(Some((self.clone(), None))) };
        if let Some(held) = replica.claims.of(name) {
            return Ok(Some((Self { held: Some(held), ..self.clone() }, None)));
        }
        let claimed = replica.claim(&mut self.pool.acquire().await?, name, operation).await?;
        Ok(claimed.map(|(held, former)| (Self { held: Some(held), ..self.clone() }, former)))
    }

    /// Waits until the work that this store was claimed for is another replica's.
    pub async fn lost(&self) {
        match &self.held {
            Some(held) => held.lost().await,
            None => std::future::pending().await,
        }
    }

    /// Forgets that the work is ours, so that it is claimed anew. Its former owner's name stays, and so does what follows from that.
    fn let_go(&self) {
        if let (Beside::Replica(replica), Some(held)) = (&*self.beside, &self.held) {
            replica.claims.end(held);
        }
    }
}

/// A claim that is forgotten unless what follows from it is written, be it for a panic.
struct Unsettled<'a>(Option<&'a Store>);

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        self.0.inspect(|store| store.let_go());
    }
}
