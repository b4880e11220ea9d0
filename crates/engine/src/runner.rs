//! The loop that carries operations on: whatever the store says is due is done, one step at a time for each operation.
//!
//! The loop is trivial; [`Runner::step`] is public and says what it did, so a test can be its own scheduler. Nothing is kept
//! in memory that the store does not have, so a process that dies is carried on by the next one.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use bernard_domain::operation::{Operation, OperationId, event::Event, step::Step};
use bernard_platform::clock;
use bernard_store::{Append, Error, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    fleet::Fleet,
    link::Memory,
    lookout::Lookout,
    steps::{self, Failure, Next, Settings, Troubles, Work},
};
use crate::{link::kept::Kept, messenger::Errands, reauthorize::Rights, wakeups::Pulse};

/// How long the loop rests when the store does not answer, or an operation's step panicked.
const REST: Duration = Duration::from_secs(5);

/// Carries operations on.
#[derive(Debug)]
pub struct Runner {
    pub(super) store: Store,
    pub(super) fleet: Fleet,
    pub(super) settings: Settings,
    pub(super) rights: Rights,
    pub(super) errands: Errands,
    pub(super) pulse: Pulse,
    pub(super) searches: Searches,
    pub(super) troubles: Troubles,
    /// Links that were found and not taken yet.
    pub(super) kept: Kept,
}

/// What a step came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Did {
    /// Something happened and is recorded.
    Recorded(Step),
    /// Nothing new; it is looked at again later.
    Waits(Step),
    /// It is over, or waits for a person.
    Nothing,
}

impl Runner {
    /// A runner of these operations.
    pub fn new(store: Store, fleet: Fleet, settings: Settings, rights: Rights, errands: Errands, pulse: Pulse) -> Self {
        let (searches, troubles) = (Searches::default(), Troubles::default());
        Self { store, fleet, settings, rights, errands, pulse, searches, troubles, kept: Kept::default() }
    }

    /// What notices what others do to our rescues.
    pub fn lookout(&self) -> Lookout {
        Lookout::new(self.store.clone(), self.fleet.clone(), self.pulse.clone())
    }

    /// Takes the step that is due for one operation.
    ///
    /// # Errors
    /// When the store cannot be used; then nothing happened that is not recorded, but perhaps a reboot whose intent is.
    pub async fn step(&self, id: OperationId) -> Result<Did, Error> {
        let Some(operation) = self.store.operation(id).await? else { return Ok(Did::Nothing) };
        let Some(step) = Step::of(&operation.state.phase) else { return Ok(Did::Nothing) };
        let client = self.fleet.client(&operation.request.account);
        let next = match (steps::overdue(&operation, clock::now()), client) {
            (Some(event), _) => Ok(Next::Record(event)),
            (None, Some(client)) => Work { runner: self, operation: &operation, client: &client }.take(step).await,
            (None, None) => {
                let next = steps::without_account(&operation, &self.settings);
                Ok(steps::account_gone(self, &operation, next).await?)
            }
        };
        match next {
            Ok(Next::Record(event) | Next::RecordAfter(event, _)) => {
                self.record(&operation, &event).await?;
                Ok(Did::Recorded(step))
            }
            Ok(Next::Reread) => {
                self.pulse.tap();
                Ok(Did::Recorded(step))
            }
            Ok(Next::Wait(pause) | Next::Hindered(pause, _)) => {
                self.store.park(&operation, clock::now() + pause).await?;
                Ok(Did::Waits(step))
            }
            Err(Failure::Store(error)) => Err(error),
            Err(failure) => {
                tracing::error!(operation.id = %id, error = %failure, "a step cannot be done");
                self.store.park(&operation, clock::now() + REST).await?;
                Ok(Did::Waits(step))
            }
        }
    }

    /// Runs until `stop`, then lets the steps that are under way finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut under_way = HashSet::new();
        let mut steps = JoinSet::new();
        while !stop.is_cancelled() {
            let sleep = self.start_due(&mut under_way, &mut steps).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.pulse.for_runner() => {}
                () = tokio::time::sleep(sleep) => {}
                Some(done) = steps.join_next() => {
                    if let Ok(id) = done {
                        under_way.remove(&id);
                    }
                }
            }
        }
        while steps.join_next().await.is_some() {}
    }

    /// Starts what is due and not under way; returns how long nothing will be.
    async fn start_due(
        self: &Arc<Self>,
        under_way: &mut HashSet<OperationId>,
        steps: &mut JoinSet<OperationId>,
    ) -> Duration {
        let now = clock::now();
        // Found a moment before its delivery began, which may take as long as the search may.
        self.kept.let_go(self.settings.secret_timeout * 2);
        let (due, next) = match self.store.due(now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the store does not say what is due");
                return REST;
            }
        };
        for id in due {
            if under_way.insert(id) {
                steps.spawn(Arc::clone(self).guarded(id));
            }
        }
        next.map_or(REST, |next| Duration::try_from(next.duration_since(now)).unwrap_or_default().min(REST))
    }

    /// One step; a panic in it touches no other operation.
    async fn guarded(self: Arc<Self>, id: OperationId) -> OperationId {
        let runner = Arc::clone(&self);
        // A set of one: whoever drops this drops the step with it, so nothing goes on that nobody waits for.
        let mut step = JoinSet::new();
        step.spawn(async move { runner.step(id).await });
        match step.join_next().await {
            Some(Ok(Ok(_))) | None => {}
            Some(Ok(Err(error))) => {
                tracing::error!(operation.id = %id, %error, "a step could not be recorded");
                tokio::time::sleep(REST).await;
            }
            Some(Err(_)) => {
                tracing::error!(operation.id = %id, "a step panicked; it is tried again");
                metrics::counter!(bernard_platform::metrics::STEP_PANICS).increment(1);
                if let Err(error) = self.tell_fault(id).await {
                    tracing::error!(operation.id = %id, %error, "the panic could not be recorded");
                }
            }
        }
        id
    }

    /// The card says that something is wrong with us, and the step is tried again after a rest.
    async fn tell_fault(&self, id: OperationId) -> Result<(), Error> {
        if let Some(operation) = self.store.operation(id).await?
            && let Append::Done(faulted) = self.store.append(&operation, &Event::Faulted, clock::now()).await?
        {
            self.store.park(&faulted, clock::now() + REST).await?;
            self.pulse.tap();
        }
        Ok(())
    }

    async fn record(&self, operation: &Operation, event: &Event) -> Result<(), Error> {
        match self.store.append(operation, event, clock::now()).await? {
            Append::Done(next) => {
                tracing::info!(
                    operation.id = %next.id,
                    server.name = %next.request.server,
                    event = event.word(),
                    phase = next.state.phase.word(),
                    "an operation went on"
                );
                self.pulse.tap();
            }
            // A person decided something meanwhile: the next look goes by that.
            Append::Overtaken => self.pulse.tap(),
            Append::Illegal(illegal) => {
                tracing::error!(operation.id = %operation.id, %illegal, "a step came to something impossible");
                self.store.park(operation, clock::now() + REST).await?;
            }
        }
        Ok(())
    }
}

/// What searches for links remember, by operation. Only saves requests: what is lost is asked again.
#[derive(Debug, Default)]
pub(super) struct Searches(Mutex<HashMap<OperationId, Memory>>);

impl Searches {
    pub(super) fn take(&self, id: OperationId) -> Memory {
        self.0.lock().map(|mut all| all.remove(&id).unwrap_or_default()).unwrap_or_default()
    }

    pub(super) fn put(&self, id: OperationId, memory: Memory) {
        if let Ok(mut all) = self.0.lock() {
            // Ended operations leave a little behind; a hundred of them are worth nothing.
            if all.len() > 100 {
                all.clear();
            }
            all.insert(id, memory);
        }
    }
}
