//! Asking those who may: owed as a notice and written into the audit, together, once for one origin.

use bernard_domain::{audit::Entry, notice::Owed};
use jiff::Timestamp;

use super::{Error, Store, audit, notices};

impl Store {
    /// Owes a notice, with `entry` in the audit, unless one of its origin was ever owed: then nothing is written. Whether it is owed anew.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing is owed.
    pub async fn ask_for_help(&self, owed: &Owed, entry: &Entry, now: Timestamp) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        if !notices::write(&mut tx, owed, now).await? {
            return Ok(false);
        }
        audit::append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}
