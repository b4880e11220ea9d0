//! A closer look at one server, for the person who asks: what it boots next, what is being done to it, its contract.

use std::time::Duration;

use bernard_domain::{
    inventory::{foreign::Found, known::Care},
    server::{Server, Task},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use jiff::Timestamp;

use crate::{
    fleet::{Fleet, network::Address},
    plan,
};

/// How many running tasks are read at most.
const RUNNING: usize = 5;
/// How old what changes seldom may be to be shown, in hours.
const CARE_HOURS: i64 = 24;
/// How long a person waits for what stands beside the server itself; what is late is said to be unread.
const BESIDE: Duration = Duration::from_secs(5);
/// How long a person waits for why a server may be in rescue.
const CAUSE: Duration = Duration::from_secs(2);

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
    /// What is said of its address.
    pub address: Address,
}

impl Fleet {
    /// What a server starts next, what is being done to it, and its contract.
    ///
    /// # Errors
    /// [`plan::Error`] when the account is no longer configured; what cannot be read is said beside the rest.
    pub async fn look(&self, server: &Server) -> Result<Look, plan::Error> {
        let client = self.client_of(server)?;
        let (next, running, care, interventions, address) = tokio::join!(
            self.next_start(server),
            beside(running_tasks(&client, server)),
            beside(self.care(&client, server)),
            beside(client.interventions(&server.name, 1)),
            self.address(server),
        );
        Ok(Look {
            next: next?,
            running,
            care,
            intervention: interventions.ok().and_then(|all| all.read.into_iter().next()),
            address,
        })
    }

    /// When OVHcloud's people last began to work on a server, read at most a minute ago; `None` when they never did, or it does not say
    /// at once.
    pub async fn worked_on(&self, found: &Found) -> Option<Timestamp> {
        if let Some(began) = self.works.of(&found.server) {
            return began;
        }
        let client = self.client(&found.account)?;
        let client = client.within(Duration::ZERO);
        let read = tokio::time::timeout(CAUSE, client.interventions(&found.server, 1)).await.ok()?.ok()?;
        let began = read.read.first().and_then(|last| last.began);
        self.works.learn(&found.server, began);
        began
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
