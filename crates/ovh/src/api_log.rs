//! The account's own API log: a witness that a request arrived. It is late, holds no answers, and nobody has said how much of it is
//! kept, so that something is not in it proves nothing.

use bernard_domain::server::ServiceName;
use bernard_untrusted::lenient::List;
use jiff::Timestamp;
use reqwest::Method;

use super::{account::ApiLog, call::Call, client::Client, error::Error, service::latest};
use crate::bodies;

/// How many of the newest entries are read: each costs a request.
const READ: usize = 10;

impl Client {
    /// When the account's API log has a request to reboot a server, not before `since`; the latest of several. `None` when it is not
    /// among the newest entries, or the log is not to be read.
    ///
    /// # Errors
    /// As every read.
    pub async fn logged_reboot(&self, name: &ServiceName, since: Timestamp) -> Result<Option<Timestamp>, Error> {
        if self.inner.api_log == ApiLog::Off {
            return Ok(None);
        }
        let call = self.of_log(&[]);
        let mut ids = self.read::<List<u64>>(&call).await?.entries;
        latest(&mut ids, READ);
        let entries = self.each(ids, |client, id| async move {
            client.read_whole::<bodies::ApiLogEntry>(&client.of_log(&[&id.to_string()])).await.map(Some)
        });
        let path = format!("/dedicated/server/{name}/reboot");
        let ours =
            entries.await?.read.into_iter().filter(|entry| entry.method == "POST" && entry.path.ends_with(&path));
        Ok(ours.map(|entry| entry.date).filter(|date| *date >= since).max())
    }

    /// A read of the log of what this account itself did.
    fn of_log(&self, rest: &[&str]) -> Call {
        let segments: Vec<&str> = ["me", "api", "logs", "self"].into_iter().chain(rest.iter().copied()).collect();
        let doing = format!("read the API log of the account `{}`", self.account());
        Call::new(Method::GET, self.inner.endpoint.url(&segments), doing)
    }
}
