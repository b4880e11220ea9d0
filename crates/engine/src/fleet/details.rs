//! A closer look at one server, for the person who asks: what it boots next, what is being done to it, its contract.

use std::time::Duration;

use bernard_domain::{
    inventory::known::Care,
    server::{Server, Task},
};
use bernard_ovh as ovh;
use bernard_platform::clock;

use crate::{fleet::Fleet, plan};

/// How many running tasks are read at most.
const RUNNING: usize = 5;
/// How old what changes seldom may be to be shown, in hours.
const CARE_HOURS: i64 = 24;
/// How long a person waits for what stands beside the server itself; what is late is said to be unread.
const BESIDE: Duration = Duration::from_secs(5);

/// What can be seen of a server besides itself.
#[derive(Clone, Debug)]
pub struct Look {
    /// What it starts next, as far as OVHcloud shows it.
    pub next: plan::Next,
    /// The tasks that have not ended, the newest first; or why they cannot be read.
    pub running: Result<Vec<Task>, String>,
    /// Its contract and the planned interventions; or why they cannot be read.
    pub care: Result<Care, String>,
    /// What OVHcloud's people did last, if they ever did and it can be read.
    pub intervention: Option<ovh::Intervention>,
}

impl Fleet {
    /// What a server starts next, what is being done to it, and its contract.
    ///
    /// # Errors
    /// [`plan::Error`] when the account is no longer configured; what cannot be read is said beside the rest.
    pub async fn look(&self, server: &Server) -> Result<Look, plan::Error> {
        let client = self.client_of(server)?;
        let (next, running, care, interventions) = tokio::join!(
            self.next_start(server),
            beside(running_tasks(&client, server)),
            beside(self.care(&client, server)),
            beside(client.interventions(&server.name, 1)),
        );
        Ok(Look {
            next: next?,
            running,
            care,
            intervention: interventions.ok().and_then(|all| all.read.into_iter().next()),
        })
    }

    /// The latest tasks of a server, at most `most`, the newest first.
    ///
    /// # Errors
    /// [`plan::Error`].
    pub async fn tasks(&self, server: &Server, most: usize) -> Result<Vec<Task>, plan::Error> {
        let client = self.client_of(server)?;
        Ok(client.tasks(&server.name, None, most).await?)
    }

    async fn care(&self, client: &ovh::Client, server: &Server) -> Result<Care, ovh::Error> {
        let oldest = clock::now() - jiff::SignedDuration::from_hours(CARE_HOURS);
        let known = self.servers().get(&server.name).and_then(|known| known.care.clone());
        if let Some(care) = known.filter(|care| care.read >= oldest) {
            return Ok(*care);
        }
        self.read_care(client, &server.name).await
    }
}

/// What was read in time, or why nothing was.
async fn beside<T>(read: impl Future<Output = Result<T, ovh::Error>>) -> Result<T, String> {
    match tokio::time::timeout(BESIDE, read).await {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err(format!("nothing within {} s", BESIDE.as_secs())),
    }
}

async fn running_tasks(client: &ovh::Client, server: &Server) -> Result<Vec<Task>, ovh::Error> {
    let mut running = Vec::new();
    for status in ["init", "todo", "doing"] {
        running.extend(client.tasks(&server.name, Some(status), RUNNING).await?);
    }
    running.sort_by_key(|task| std::cmp::Reverse(task.id));
    running.truncate(RUNNING);
    Ok(running)
}
