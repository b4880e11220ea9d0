//! The loop that carries operations on: whatever the store says is due is done, one step at a time for each operation.
//!
//! The loop is trivial; [`Runner::step`] is public and says what it did, so a test can be its own scheduler. Nothing is kept
//! in memory that the store does not have, so a process that dies is carried on by the next one.

use std::{sync::Arc, time::Duration};

use bernard_domain::operation::{Operation, OperationId, event::Event, step::Step};
use bernard_platform::{clock, keyed_tasks::UnderWay};
use bernard_store::{Append, Error, Store};
use tokio_util::sync::CancellationToken;

use super::{
    fleet::Fleet,
    link::Found,
    lookout::Lookout,
    steps::{self, Context, Failure, Next, Settings, Work},
};
use crate::{messenger::Messenger, reauthorize::Rights, wakeups::Wakeups};

/// How long the loop rests when the store does not answer, or an operation's step panicked.
const REST: Duration = Duration::from_secs(5);

/// Carries operations on.
#[derive(Debug)]
pub struct Runner {
    /// What its steps work with.
    context: Context,
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
    pub fn new(
        store: Store,
        fleet: Fleet,
        settings: Settings,
        rights: Rights,
        messenger: Messenger,
        wakeups: Wakeups,
    ) -> Self {
        Self { context: Context::new(store, fleet, settings, rights, messenger, wakeups) }
    }

    /// From now on, these waiting times and habits; what is under way goes on by them at its next step.
    pub fn exchange_settings(&self, settings: Settings) {
        self.context.settings.set(settings);
    }

    /// What notices what others do to our rescues.
    pub fn lookout(&self) -> Lookout {
        self.context.lookout()
    }

    /// The link of an operation, as its steps find it; `None` when it is not there, or nobody can ask for it.
    pub(super) async fn link_of(&self, operation: &Operation) -> Option<Found> {
        let client = self.context.fleet.client(&operation.request.account)?;
        let client = client.with_priority(steps::for_its_delivery(operation));
        self.context.find_link(&client, operation).await.found
    }

    /// The link of this operation was taken: nobody needs it any more.
    pub fn link_is_taken(&self, id: OperationId) {
        self.context.kept.forget(id);
    }

    /// Takes the step that is due for one operation, if it is in no other replica's hands.
    ///
    /// # Errors
    /// When the store cannot be used; then nothing happened that is not recorded, but perhaps a reboot whose intent is.
    pub async fn step(&self, id: OperationId) -> Result<Did, Error> {
        match self.context.store.claim_operation(id, clock::now()).await? {
            Some(store) => step(&self.context.writing_by(store), id).await,
            None => Ok(Did::Nothing),
        }
    }

    /// Runs until `stop`, then lets the steps that are under way finish; the caller bounds how long.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut steps = UnderWay::new(REST);
        while !stop.is_cancelled() {
            let sleep = self.start_due(&mut steps).await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.context.wakeups.for_runner() => {}
                () = tokio::time::sleep(sleep) => {}
                Some(panicked) = steps.ended() => {
                    // Beside the loop: what made a step panic may do so here too.
                    panicked.into_iter().for_each(|id| steps.begin_beside(Arc::clone(&self).panicked(id)));
                }
            }
        }
        steps.finish().await;
    }

    /// Starts what is due and not under way; returns how long nothing will be.
    async fn start_due(self: &Arc<Self>, steps: &mut UnderWay<OperationId>) -> Duration {
        let now = clock::now();
        // Found a moment before its delivery began, which may take as long as the search may.
        self.context.kept.let_go(self.context.settings.get().secret_timeout * 2);
        let (due, next) = match self.context.store.due(now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the store does not say what is due");
                return REST;
            }
        };
        for id in due {
            steps.begin(id, Arc::clone(self).take_step(id));
        }
        clock::until(next, now, REST)
    }

    /// One step, and a rest if the store did not take it.
    async fn take_step(self: Arc<Self>, id: OperationId) {
        match self.step(id).await {
            Ok(_) => {}
            Err(error @ Error::WorkLost) => tracing::warn!(operation.id = %id, %error, "a step is not recorded"),
            Err(error) => {
                tracing::error!(operation.id = %id, %error, "a step could not be recorded");
                tokio::time::sleep(REST).await;
            }
        }
    }

    /// A step panicked, which touches no other operation.
    async fn panicked(self: Arc<Self>, id: OperationId) {
        tracing::error!(operation.id = %id, "a step panicked; it is tried again");
        metrics::counter!(bernard_platform::metrics::STEP_PANICS).increment(1);
        if let Err(error) = self.tell_fault(id).await {
            tracing::error!(operation.id = %id, %error, "the panic could not be recorded");
        }
    }

    /// The card says that something is wrong with us, and the step is tried again after a rest.
    async fn tell_fault(&self, id: OperationId) -> Result<(), Error> {
        let Some(store) = self.context.store.claim_operation(id, clock::now()).await? else { return Ok(()) };
        if let Some(operation) = store.operation(id).await?
            && let Append::Done(faulted) = store.append(&operation, &Event::Faulted, clock::now()).await?
        {
            store.park(&faulted, clock::now() + REST).await?;
            self.context.wakeups.notify();
        }
        Ok(())
    }
}

/// The step that is due for an operation which this process has to itself.
async fn step(context: &Context, id: OperationId) -> Result<Did, Error> {
    let Some(operation) = context.store.operation(id).await? else { return Ok(Did::Nothing) };
    let Some(step) = Step::of(&operation.state.phase) else { return Ok(Did::Nothing) };
    let priority = context.looked.priority(&operation, &context.settings.get());
    let client = context.fleet.client(&operation.request.account).map(|client| client.with_priority(priority));
    let next = match (steps::due(&operation, &context.settings.get(), clock::now()), client) {
        (Some(event), _) => Ok(Next::Record(event)),
        (None, Some(client)) => Work { context, operation: &operation, client: &client }.take(step).await,
        (None, None) => {
            let next = steps::without_account(&operation, &context.settings.get());
            Ok(steps::account_gone(context, &operation, next).await?)
        }
    };
    match next {
        Ok(Next::Record(event) | Next::RecordAfter(event, _)) => {
            record(context, &operation, &event).await?;
            Ok(Did::Recorded(step))
        }
        Ok(Next::Reread) => {
            context.wakeups.notify();
            Ok(Did::Recorded(step))
        }
        Ok(Next::Wait(pause) | Next::Hindered(pause, _)) => {
            context.looked.in_vain(id);
            context.store.park(&operation, clock::now() + pause).await?;
            Ok(Did::Waits(step))
        }
        Err(Failure::Store(error)) => Err(error),
        Err(failure) => {
            tracing::error!(operation.id = %id, error = %failure, "a step cannot be done");
            context.store.park(&operation, clock::now() + REST).await?;
            Ok(Did::Waits(step))
        }
    }
}

async fn record(context: &Context, operation: &Operation, event: &Event) -> Result<(), Error> {
    match context.store.append(operation, event, clock::now()).await? {
        Append::Done(next) => {
            context.looked.found(operation.id);
            tracing::info!(
                operation.id = %next.id,
                server.name = %next.request.server,
                event = event.word(),
                phase = next.state.phase.word(),
                "an operation went on"
            );
            context.wakeups.notify();
        }
        // A person decided something meanwhile: the next look goes by that.
        Append::Busy(_) | Append::Overtaken => context.wakeups.notify(),
        Append::Illegal(illegal) => {
            tracing::error!(operation.id = %operation.id, %illegal, "a step came to something impossible");
            context.store.park(operation, clock::now() + REST).await?;
        }
    }
    Ok(())
}
