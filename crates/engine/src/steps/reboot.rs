//! The deed that cannot be repeated, and what is done when nobody knows whether it was done.
//!
//! `POST /reboot` has no idempotency key. So the ids of the server's `hardReboot` tasks are read, and recorded together with
//! the intent; only then the call is made, by the process that wrote the intent and within five seconds of it. Whoever finds
//! an intent without an answer looks for a task that was not among the recorded ones, and never posts again on a guess.
//!
//! The order is not left to this file: a reboot is sent only with the store's proof of a recorded intent, and here no proof can be
//! made, only carried.
//!
//! ```
//! fn carried(intent: bernard_store::RecordedIntent) -> bernard_store::RecordedIntent {
//!     intent
//! }
//! ```
//!
//! ```compile_fail
//! fn made(server: &bernard_domain::server::ServiceName) -> bernard_store::RecordedIntent {
//!     bernard_intent::before_writing(server).written()
//! }
//! ```

use bernard_domain::{
    operation::{
        Intent, Operation,
        event::{Event, NotDone},
        state::Phase,
    },
    server::{HARD_REBOOT, RESET_SESSIONS, Task, TaskId},
};
use bernard_ovh as ovh;
use bernard_ovh::RebootAnswer;
use bernard_platform::clock::{self, BootInstant};

use super::{FRESH, Failure, Next, Settings, Work, not_before};

/// How many of the newest tasks are read in one look; a server has a handful of reboots a day at most.
const TASKS_AT_ONCE: usize = 10;

impl Work<'_> {
    /// Records the intent, then asks for the reboot, once.
    pub(super) async fn reboot(&self) -> Result<Next, Failure> {
        if let Some(stop) = self.too_late() {
            return Ok(stop);
        }
        // The permit first: it may take a while, and what is read after it must still be true when the intent is written.
        let mut ready = self.client.prepare_reboot(self.server()).await?;
        let began = BootInstant::now();
        if let Some(stop) = self.still_wanted().await? {
            return Ok(stop);
        }
        if let Some(stop) = self.in_others_way().await? {
            return Ok(stop);
        }
        let known = self.client.task_ids(self.server(), Some(HARD_REBOOT), None).await?;
        if let Some(earlier) = &self.operation.state.facts.last_intent
            && let [task] = self.new_among(known.clone(), earlier).await?.as_slice()
        {
            // The reboot that was thought lost has turned up: that one is ours, and no other is needed.
            return Ok(Next::Record(Event::TaskAdopted { task: *task }));
        }
        let at = ready.now().await?;
        // Each of these may have waited for the budget: then it is asked anew, unless it is too late for that.
        if let Some(stop) = self.too_late() {
            return Ok(stop);
        }
        if began.elapsed() > FRESH {
            return Ok(Next::Reread);
        }
        let intent = Intent { at, known };
        let Some((intended, proof)) = self.context.store.intend_reboot(self.operation, intent, clock::now()).await?
        else {
            return Ok(Next::Reread);
        };
        self.context.wakeups.notify();
        let answer = ready.send(proof).await;
        self.record_reboot(&intended, answer).await?;
        Ok(Next::Reread)
    }

    async fn record_reboot(&self, intended: &Operation, answer: RebootAnswer) -> Result<(), Failure> {
        let event = match answer {
            RebootAnswer::Accepted(task) => Event::RebootAccepted { task: task.value.id, query: task.query },
            RebootAnswer::Refused(error) => not_done(NotDone::Refused, &error),
            RebootAnswer::Unsent(error) => not_done(NotDone::Unsent, &error),
            RebootAnswer::Unknown(error) => Event::RebootUnknown { said: error.to_string(), query: error.query() },
        };
        tracing::info!(operation.id = %intended.id, server.name = %self.server(), event = event.word(), "the reboot was sent");
        self.record_answer(intended, &event, "reboot").await
    }

    /// Looks for the task of a reboot, or of a reset of consoles, whose outcome is unknown.
    pub(super) async fn settle(&self) -> Result<Next, Failure> {
        match &self.operation.state.phase {
            Phase::Intended(intent) | Phase::Unsettled(intent) => self.look_for_task(HARD_REBOOT, intent).await,
            Phase::SessionsIntended(intent) | Phase::SessionsUnsettled(intent) => {
                self.look_for_task(RESET_SESSIONS, intent).await
            }
            Phase::Undecided { intent, candidates } => self.await_decision(intent, candidates).await,
            _ => Ok(Next::Reread),
        }
    }

    /// One new task is adopted once it was given the time to have company.
    ///
    /// Tasks become readable late, and not in the order they were made: the first one to be seen may be somebody else's, with
    /// ours behind it. Half of `reboot_settle` costs nobody anything, because a reboot's task takes longer than that.
    async fn look_for_task(&self, function: &str, intent: &Intent) -> Result<Next, Failure> {
        let settle = self.settings().reboot_settle;
        // Before it is looked: what was listed then says nothing of the time that the answers took.
        let waited = self.waited();
        let new = match self.new_tasks(function, intent).await {
            // It is asked about all the same: the question stands while the tasks are looked at, and so does **Reboot again**.
            Err(Failure::Ovh(error)) if waited > settle => {
                let trouble = Some(error.to_string());
                return Ok(Next::Record(Event::NotSettled { candidates: Vec::new(), trouble }));
            }
            new => new?,
        };
        match new.as_slice() {
            [task] if waited > settle / 2 => Ok(Next::Record(Event::TaskAdopted { task: *task })),
            [] | [_] if waited <= settle => Ok(Next::Wait(self.settings().task_poll.min(settle / 4))),
            none_or_several => {
                Ok(Next::Record(Event::NotSettled { candidates: none_or_several.to_vec(), trouble: None }))
            }
        }
    }

    /// A person is asked: after a while on-call is too, and a task that turns up late still answers the question.
    async fn await_decision(&self, intent: &Intent, candidates: &[TaskId]) -> Result<Next, Failure> {
        let Settings { task_poll, reboot_settle, question_patience, .. } = *self.settings();
        if !self.operation.state.is_on_calls() && self.waited() > question_patience {
            return Ok(Next::Record(Event::QuestionUnanswered));
        }
        if let Some(logged) = self.logged(intent).await {
            return Ok(logged);
        }
        if !candidates.is_empty() {
            return Ok(Next::Wait(task_poll));
        }
        match self.new_tasks(HARD_REBOOT, intent).await?.as_slice() {
            [task] => Ok(Next::Record(Event::TaskAdopted { task: *task })),
            [] => Ok(Next::Wait(task_poll.min(reboot_settle / 4))),
            _ => Ok(Next::Wait(task_poll)),
        }
    }

    /// The tasks of this function that were not known before the intent and are not older than it.
    pub(super) async fn new_tasks(&self, function: &str, intent: &Intent) -> Result<Vec<TaskId>, Failure> {
        let ids = self.client.task_ids(self.server(), Some(function), None).await?;
        self.new_among(ids, intent).await
    }

    /// The same of tasks that are listed already.
    async fn new_among(&self, mut ids: Vec<TaskId>, intent: &Intent) -> Result<Vec<TaskId>, Failure> {
        ids.retain(|id| !intent.known.contains(id));
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let mut new = Vec::new();
        for id in ids.into_iter().take(TASKS_AT_ONCE) {
            // A task that is listed and cannot be read is new all the same: ids decide, dates only bound.
            let task = self.client.task(self.server(), id).await?;
            if task.is_none_or(|task| not_before(task.started, intent.at)) {
                new.push(id);
            }
        }
        Ok(new)
    }

    /// Every reboot that OVHcloud lists; `None` when it does not say.
    pub(super) async fn reboots(&self) -> Option<Vec<TaskId>> {
        match self.client.task_ids(self.server(), Some(HARD_REBOOT), None).await {
            Ok(reboots) => Some(reboots),
            Err(error) => {
                tracing::warn!(operation.id = %self.operation.id, %error, "the reboots of a server cannot be read");
                None
            }
        }
    }

    /// The newest reboot that OVHcloud remembers.
    pub(super) async fn latest_reboot(&self) -> Result<Option<Task>, Failure> {
        let ids = self.client.task_ids(self.server(), Some(HARD_REBOOT), None).await?;
        match ids.into_iter().max() {
            Some(id) => Ok(self.client.task(self.server(), id).await?),
            None => Ok(None),
        }
    }
}

fn not_done(why: NotDone, error: &ovh::Error) -> Event {
    Event::RebootNotDone { why, said: error.to_string(), query: error.query() }
}
