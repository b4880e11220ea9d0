//! What only the operator can mend, as long as it is not mended: a row for each account and matter, so that on-call hears of each
//! once, however many operations wait for it and however often we start.

use bernard_domain::{
    hindrance::Matter,
    notice::{Letter, Owed},
    server::ServiceName,
};
use jiff::Timestamp;

use super::{Error, Store, database::query, notices};

/// What only the operator can mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// The account, as the configuration names it.
    pub account: &'a str,
    /// What does not work there.
    pub matter: Matter,
    /// With which server, if with one.
    pub server: Option<&'a ServiceName>,
}

impl About<'_> {
    /// The fact that stands for it, also what its notice is owed under.
    fn fact_name(self) -> String {
        let server = self.server.map(ServiceName::as_str).unwrap_or_default();
        format!("trouble:{}:{server}:{}", self.matter.as_str(), self.account)
    }
}

impl Store {
    /// Something that only the operator can mend begins, and `letter` is owed about it; `false` when it had begun already.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing is owed.
    pub async fn begin_trouble(&self, about: About<'_>, letter: &Letter, now: Timestamp) -> Result<bool, Error> {
        let name = about.fact_name();
        let mut tx = self.write().await?;
        let begun = query("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(&name)
            .bind(now.to_string())
            .execute(&mut tx)
            .await?;
        if begun == 0 {
            return Ok(false);
        }
        let origin = format!("{name}@{}", now.as_nanosecond());
        notices::write(&mut tx, &Owed { origin, letter: letter.clone() }, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A trouble of an account is over: should it come again, that is told again.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end_trouble(&self, about: About<'_>) -> Result<(), Error> {
        query("DELETE FROM facts WHERE name = $1").bind(about.fact_name()).execute_alone(self).await?;
        Ok(())
    }
}
