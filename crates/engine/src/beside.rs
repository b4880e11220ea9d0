//! Reads what others do with a server, in few requests: two for the tasks of a quiet server, one for each open one, two or three
//! for the datacentre. Later looks ask only for what was not listed before.
//!
//! Nothing here fails: what cannot be read is named beside the rest, and one task that cannot be read hides no other.

use std::{collections::BTreeSet, time::Duration};

use bernard_domain::{
    others::{Beside, OthersWork, Source, Unread},
    server::{Server, ServiceName, TaskId},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;

use super::fleet::Fleet;

/// How long a list is waited for: a person waits.
const LIST_WITHIN: Duration = Duration::from_secs(5);
/// How long one task is.
const TASK_WITHIN: Duration = Duration::from_secs(3);
/// How many open tasks are read, the newest; of more only the ids are named.
const READ: usize = 8;
/// From so many tasks on that are not done it is asked which of them failed, instead of reading each.
const FEW: usize = 4;
/// The states in which a task has ended, but for `done`.
const FAILED: [&str; 3] = ["cancelled", "customerError", "ovhError"];
/// How many of the listed tasks are remembered: more than a server has in months.
const REMEMBERED: usize = 200;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything, for a deed that lasts so long.
    Whole(SignedDuration),
    /// What could have begun since a whole look a moment ago.
    Begun,
}

impl Fleet {
    /// What others do with a server, but for our own tasks; `shown` is what was seen before, if anything was.
    pub async fn beside(
        &self,
        server: &Server,
        ours: &BTreeSet<TaskId>,
        shown: Option<&Beside>,
        scope: Scope,
    ) -> Beside {
        match self.client(&server.account) {
            // On the heap: whoever waits for this has much of their own on the stack.
            Some(client) => Box::pin(look(&client, &server.name, ours, shown, scope)).await,
            None => Beside::default(),
        }
    }
}

/// The same with a client.
pub(super) async fn look(
    client: &ovh::Client,
    server: &ServiceName,
    ours: &BTreeSet<TaskId>,
    shown: Option<&Beside>,
    scope: Scope,
) -> Beside {
    let interventions = async {
        match scope {
            Scope::Whole(_) => within(LIST_WITHIN, client.interventions(server, 1)).await,
            Scope::Begun => Ok(ovh::Each { read: Vec::new(), bad: Vec::new() }),
        }
    };
    let (tasks, planned, interventions) = tokio::join!(
        tasks(client, server, ours, shown),
        within(LIST_WITHIN, client.planned_interventions(server)),
        interventions,
    );
    let mut beside = Beside::default();
    let mut unread = |what, said| beside.unread.push(Unread { what, said });
    let mut works = Vec::new();
    match tasks {
        Ok((open, listed)) => {
            works.extend(open);
            beside.tasks = listed;
        }
        Err(said) => unread(Source::Tasks, said),
    }
    match planned {
        Ok(planned) => {
            works.extend(planned.read.into_iter().map(|planned| OthersWork::Planned {
                id: planned.id,
                kind: planned.kind,
                begins: planned.begins,
                ends: planned.ends,
            }));
            planned.bad.first().into_iter().for_each(|error| unread(Source::Planned, error.to_string()));
        }
        Err(said) => unread(Source::Planned, said),
    }
    match interventions {
        Ok(all) => {
            let began = |one: ovh::Intervention| {
                Some(OthersWork::Intervention { id: one.id, kind: one.kind, began: one.began? })
            };
            works.extend(all.read.into_iter().filter_map(began));
            all.bad.first().into_iter().for_each(|error| unread(Source::Interventions, error.to_string()));
        }
        Err(said) => unread(Source::Interventions, said),
    }
    let lasting = match scope {
        Scope::Whole(lasting) => lasting,
        Scope::Begun => SignedDuration::ZERO,
    };
    works.retain(|work| work.is_worth_a_word(lasting, clock::now()));
    beside.works = works;
    beside
}

/// The open tasks that are not ours, and the newest of all that are listed.
async fn tasks(
    client: &ovh::Client,
    server: &ServiceName,
    ours: &BTreeSet<TaskId>,
    shown: Option<&Beside>,
) -> Result<(Vec<OthersWork>, Vec<TaskId>), String> {
    let listed: BTreeSet<TaskId> =
        within(LIST_WITHIN, client.task_ids(server, None, None)).await?.into_iter().collect();
    let known = shown.map(|shown| shown.tasks.as_slice()).unwrap_or_default();
    let open = match known.iter().min() {
        Some(oldest) => {
            listed.iter().filter(|id| *id > oldest && !known.contains(id) && !ours.contains(id)).copied().collect()
        }
        None => open(client, server, listed.iter().filter(|id| !ours.contains(id)).copied().collect()).await?,
    };
    let open: Vec<TaskId> = open.into_iter().rev().collect();
    let reads: Vec<_> = open.iter().take(READ).map(|id| one(client, server, *id)).collect();
    let read: Vec<Option<OthersWork>> = stream::iter(reads).buffered(READ).collect().await;
    let mut works: Vec<OthersWork> = read.into_iter().flatten().collect();
    works.extend(open.iter().skip(READ).map(|id| OthersWork::UnreadTask { id: *id }));
    // What was named before and is not read again is named again.
    let before = shown.iter().flat_map(|shown| &shown.works).filter(
        |work| matches!(work, OthersWork::Task { id, .. } | OthersWork::UnreadTask { id } if !open.contains(id)),
    );
    works.extend(before.filter(|_| !known.is_empty()).cloned());
    Ok((works, listed.into_iter().rev().take(REMEMBERED).collect()))
}

/// Those of `all` that have not ended, as far as OVHcloud's lists tell; a state that nobody knows is no end.
async fn open(
    client: &ovh::Client,
    server: &ServiceName,
    mut all: BTreeSet<TaskId>,
) -> Result<BTreeSet<TaskId>, String> {
    if all.is_empty() {
        return Ok(all);
    }
    let ended = async |status: &str, all: &mut BTreeSet<TaskId>| -> Result<(), String> {
        for id in within(LIST_WITHIN, client.task_ids(server, None, Some(status))).await? {
            all.remove(&id);
        }
        Ok(())
    };
    ended("done", &mut all).await?;
    if all.len() > FEW {
        for status in FAILED {
            ended(status, &mut all).await?;
        }
    }
    Ok(all)
}

/// One task, if it has not ended.
async fn one(client: &ovh::Client, server: &ServiceName, id: TaskId) -> Option<OthersWork> {
    match within(TASK_WITHIN, client.task(server, id)).await {
        Ok(Some(task)) if task.status.is_final() => None,
        Ok(Some(task)) => Some(OthersWork::Task { id, function: task.function, status: task.status }),
        Ok(None) | Err(_) => Some(OthersWork::UnreadTask { id }),
    }
}

async fn within<T>(limit: Duration, read: impl Future<Output = Result<T, ovh::Error>>) -> Result<T, String> {
    match ovh::in_time(limit, read).await {
        Some(read) => read.map_err(|error| error.to_string()),
        None => Err(format!("nothing within {} s", limit.as_secs())),
    }
}
