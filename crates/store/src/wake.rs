//! Due times are by our clock, and a clock may be set back while we are down: what slept by the old time would sleep on. So at a
//! start everything that is still to be done is due; whoever looks at it sees whether its time has come.

use jiff::{SignedDuration, Timestamp};

use super::{Error, Store, database::query, millis};

/// How long a console's session lasts at most (OVHcloud's schema).
const LONGEST_SESSION: SignedDuration = SignedDuration::from_mins(15);

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    /// Every live operation, every lease, and all that is still to be posted, looked for or wiped is looked at next.
    ///
    /// # Errors
    /// [`Error::Database`]: everything sleeps as it did.
    pub async fn wake_all(&self, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let session_ends = now + LONGEST_SESSION;
        for (statement, moment) in [
            ("UPDATE operations SET due_at = $1 WHERE live = 1 AND due_at > $1", now),
            // A lease that is not due is planned anew; its deadline and what was said of it stay. What was said late is followed by
            // nothing within the hour.
            ("UPDATE leases SET due_at = $1 WHERE ended_at IS NULL AND due_at > $1 AND said < 2", now),
            ("UPDATE leases SET due_at = $1 WHERE ended_at IS NULL AND due_at > $1", now + HOUR),
            ("UPDATE notices SET due_at = $1 WHERE due_at > $1", now),
            ("UPDATE alert_cards SET due_at = $1 WHERE due_at > $1", now),
            ("UPDATE tried_deliveries SET due_at = $1 WHERE due_at > $1", now),
            ("UPDATE deliveries SET expires_at = $1 WHERE expires_at > $1 AND wiped_at IS NULL", session_ends),
        ] {
            query(statement).bind(millis(moment)).execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every live operation is looked at next: what it waited for may work now.
    ///
    /// # Errors
    /// [`Error::Database`]: they are looked at when they are due.
    pub async fn wake_operations(&self, now: Timestamp) -> Result<(), Error> {
        query("UPDATE operations SET due_at = $1 WHERE live = 1 AND due_at > $1")
            .bind(millis(now))
            .execute_alone(self)
            .await?;
        Ok(())
    }
}
