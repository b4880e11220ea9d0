//! The steps themselves: each does one thing for one operation and says which event that was.
//!
//! A step that fails for a passing reason is tried again later; one that records in the middle (the reboot) says why.

mod no_account;
mod approval;
mod console;
mod context;
mod due;
mod follow;
mod hindered;
mod link;
mod looked;
mod others;
mod prepare;
mod reboot;
mod sessions;
mod ticket;
mod troubles;
mod witness;

use std::{sync::Arc, time::Duration};

use bernard_domain::{
    access::WantedReason,
    authorization::Ruling,
    hindrance::Matter,
    operation::{
        Kind, Operation, Source,
        approval::Guard,
        event::{Event, NotDone, Problem, PutBack},
        state::Phase,
        step::Step,
    },
    server::Server,
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::Append;
use jiff::{SignedDuration, Timestamp};

use super::{lookout, matter::matter, plan};

pub(super) use context::Context;
pub(super) use due::due;
pub(super) use hindered::{account_gone, tell_operator};
pub(super) use looked::for_its_delivery;
pub(super) use no_account::without_account;

/// How many task polls a repeated reading may fail before something that was not begun is given up.
const PATIENCE: u32 = 20;

/// How long the roles that came with an approval, and what was read before a deed, count as those of this moment.
const FRESH: Duration = Duration::from_secs(30);
/// How long after its approval an operation may be begun: later, whoever asked no longer expects it.
const BEGIN_WITHIN: Duration = Duration::from_secs(15 * 60);

/// The waiting times and habits of the steps.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often OVHcloud's task is asked about.
    pub task_poll: Duration,
    /// How often the link is looked for.
    pub secret_poll: Duration,
    /// How long a new task is looked for after an unknown outcome.
    pub reboot_settle: Duration,
    /// How long a question waits for its answer before on-call hears of it.
    pub question_patience: Duration,
    /// What took less than this is never said to take longer than usual.
    pub longer_from: SignedDuration,
    /// How long OVHcloud's task may take before it keeps nobody from the way out any more.
    pub task_patience: Duration,
    /// How long the end of OVHcloud's test of a console is waited for.
    pub console_test: Duration,
    /// How long the link is looked for.
    pub secret_timeout: Duration,
    /// Where the link is looked for, in order.
    pub secret_from: Vec<Source>,
    /// The link's form, with `{id}`.
    pub secret_link: String,
    /// Whether the rescue's port is looked at.
    pub probe: Probe,
}

/// Whether the bot looks at ports from its own network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It does.
    On,
    /// It does not: then nothing is said about ports.
    Off,
}

/// What a step came to.
#[derive(Debug)]
pub(super) enum Next {
    /// This happened: record it, and go on at once.
    Record(Event),
    /// This happened, because that did not work: record it, and go on at once.
    RecordAfter(Event, Box<ovh::Error>),
    /// Nothing new: look again after this time.
    Wait(Duration),
    /// Nothing new, because this does not work: look again after this time, or later.
    Hindered(Duration, Box<ovh::Error>),
    /// The step recorded by itself, or was overtaken: look at the store again.
    Reread,
}

/// A step could not be done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// OVHcloud could not be asked.
    #[error(transparent)]
    Ovh(#[from] ovh::Error),
    /// The store could not be written: nothing happened.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<lookout::Failure> for Failure {
    fn from(failure: lookout::Failure) -> Self {
        match failure {
            lookout::Failure::Ovh(error) => error.into(),
            lookout::Failure::Store(error) => error.into(),
        }
    }
}

/// One step of one operation.
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) operation: &'a Operation,
    pub(super) client: &'a ovh::Client,
}

impl Work<'_> {
    /// Does the step.
    pub(super) async fn take(&self, step: Step) -> Result<Next, Failure> {
        let result = match step {
            Step::AwaitApproval => self.await_approval().await,
            Step::Prepare => self.prepare().await,
            Step::Set => self.set().await,
            Step::Reboot => self.reboot().await,
            Step::Settle => self.settle().await,
            Step::PutBack => self.put_back().await,
            Step::TestConsole => self.test_console().await,
            Step::AskConsole => self.ask_console().await,
            Step::SendTicket => self.send_ticket().await,
            Step::FindTicket => self.find_ticket().await,
            Step::FreeSessions => self.free_sessions().await,
            Step::Follow => self.follow().await,
            Step::Outlast => self.outlast().await,
            Step::Search => self.search().await,
            Step::Deliver => self.deliver().await,
            Step::AwaitReveal => self.await_reveal().await,
            Step::Watch => self.watch().await,
        };
        match result {
            Err(Failure::Ovh(error)) => self.hindered(self.after_trouble(error)).await,
            Ok(next) => self.hindered(next).await,
            failed => failed,
        }
    }

    /// What OVHcloud's trouble means here: patience for what passes and for what was begun; an end for what was not.
    fn after_trouble(&self, error: ovh::Error) -> Next {
        let (said, query) = (error.to_string(), error.query());
        tracing::warn!(operation.id = %self.operation.id, phase = self.operation.state.phase.word(), error = %said, "a step did not work");
        let lasts = self.waited() > self.settings().task_poll * PATIENCE;
        // That our own budget is spent says nothing about what was asked for.
        let hopeless = !error.is_transient() || (lasts && !error.is_for_want_of_a_permit());
        match &self.operation.state.phase {
            Phase::Opened
            | Phase::TestingConsole(..)
            | Phase::AskingConsole(_)
            | Phase::TicketReady
            | Phase::SessionsReady
                if hopeless =>
            {
                Next::RecordAfter(Event::FoundImpossible { problem: plan::trouble(&error) }, Box::new(error))
            }
            Phase::Prepared if hopeless && !self.is_worth_waiting_for(&error) => {
                let refused = error.is_refusal() || error.is_credential();
                let why = if refused { NotDone::Refused } else { NotDone::Unsent };
                Next::RecordAfter(Event::SettingRefused { why, said, query }, Box::new(error))
            }
            Phase::Ready if hopeless => {
                Next::RecordAfter(Event::RebootNotDone { why: NotDone::Unsent, said, query }, Box::new(error))
            }
            Phase::PuttingBack(_) if self.is_never_put_back(&error) => {
                let result = PutBack::Failed { said };
                Next::RecordAfter(Event::PutBack { result, queries: query.into_iter().collect() }, Box::new(error))
            }
            Phase::Rebooting(_) | Phase::OpeningConsole(_) | Phase::FreeingSessions(_) if self.is_out_of_patience() => {
                Next::Record(Event::TaskStands)
            }
            _ => Next::Hindered(self.settings().task_poll, Box::new(error)),
        }
    }

    /// Whether a way out waits for the operator to mend this: what else it puts back may be written already.
    fn is_worth_waiting_for(&self, error: &ovh::Error) -> bool {
        let lasts = self.waited() > self.settings().task_poll * PATIENCE;
        self.leads_out() && matter(error).is_the_accounts() && !lasts
    }

    /// Whether what was set cannot be put back: OVHcloud says no, or the key stays refused for as long as nobody should wait for it.
    fn is_never_put_back(&self, error: &ovh::Error) -> bool {
        match matter(error) {
            Matter::Weather => false,
            matter if matter.is_the_accounts() => self.waited() > self.settings().task_poll * PATIENCE,
            _ => error.is_refusal(),
        }
    }

    /// Whether OVHcloud's task has had all its time.
    fn is_out_of_patience(&self) -> bool {
        self.waited() > self.settings().task_patience
    }

    /// Whether what was approved may still be begun: not too late, and by the rights of this moment; the server is read for it.
    /// `None`: go on.
    async fn still_wanted(&self) -> Result<Option<Next>, Failure> {
        if let Some(stop) = self.too_late() {
            return Ok(Some(stop));
        }
        let server = self.client.server(self.server()).await?;
        let stop = self.still_allowed(&server).await?;
        // What was read for it may have waited for a budget.
        Ok(stop.or_else(|| self.too_late()))
    }

    /// The end of what was approved too long ago.
    fn too_late(&self) -> Option<Next> {
        let approval = self.operation.state.mandate.good_for;
        let good_for = approval.map_or(BEGIN_WITHIN, |length| Duration::try_from(length).unwrap_or_default());
        let late = self.age() > good_for;
        late.then(|| self.not_any_more(Event::Expired, "it was approved too long ago to be begun now"))
    }

    /// Whether it may still be done by the rights of this moment, to a server that was read just now. The roles that came with the
    /// last press count for a moment, as long as rules know the server by what they knew it by then. What is protected is always
    /// looked at before it begins: the requester's press is older than the approvals.
    async fn still_allowed(&self, server: &Server) -> Result<Option<Next>, Failure> {
        let request = &self.operation.request;
        let begins = self.operation.state.facts.intents > 0 || matches!(self.operation.state.phase, Phase::Opened);
        let guarded = self.operation.state.mandate.good_for.is_some() || request.guard != Guard::Unprotected;
        let same = request.known_as.as_ref() == Some(&server.identity());
        let stays = same && !self.context.rights.go_by_time();
        if stays && self.is_fresh() && !(begins && guarded) {
            return Ok(None);
        }
        let reboots = match request.kind() {
            Kind::Link => self.reboots().await,
            _ => None,
        };
        Ok(match self.context.rights.reauthorize(self.operation, server, reboots.as_deref()).await {
            Some(Ruling::Allowed) => None,
            Some(Ruling::NoLongerAllowed) => {
                let event = Event::FoundImpossible { problem: Problem::NoLongerAllowed };
                Some(self.not_any_more(event, "whoever approved it may not do this any more"))
            }
            Some(Ruling::NotOnDuty { read_at }) => {
                let event = Event::FoundImpossible { problem: Problem::NotOnDuty { read_at } };
                Some(self.not_any_more(event, "whoever asked for it is not on duty any more"))
            }
            Some(Ruling::RolesUnreadable(person)) => {
                let event = Event::FoundImpossible { problem: Problem::RolesUnreadable { person } };
                Some(self.not_any_more(event, "Discord did not tell the roles of whoever approved it"))
            }
            Some(Ruling::CannotOwn(person)) => {
                let event = Event::FoundImpossible { problem: Problem::CannotOwn { person } };
                Some(self.not_any_more(event, "the new owner may not own it"))
            }
            Some(Ruling::ReasonUnfit(WantedReason { rule, pattern })) => {
                let event =
                    Event::FoundImpossible { problem: Problem::ReasonUnfit { rule: rule.to_string(), pattern } };
                Some(self.not_any_more(event, "its reason is not one that the rules take now"))
            }
            Some(Ruling::NotEnough { needed, given }) => {
                let event = Event::FoundImpossible { problem: Problem::NotEnoughApprovals { needed, given } };
                Some(self.not_any_more(event, &format!("it needs {needed} approvals now and has {given}")))
            }
            None => Some(Next::Wait(self.settings().task_poll)),
        })
    }

    /// The first reboot ends with `event`; one more after an unknown one goes back to the person who decides, with the reason.
    fn not_any_more(&self, event: Event, said: &str) -> Next {
        Next::Record(match self.operation.state.facts.intents {
            0 => event,
            _ => Event::RebootNotDone { why: NotDone::Unsent, said: said.to_owned(), query: None },
        })
    }

    /// How long ago it was approved.
    fn age(&self) -> Duration {
        Duration::try_from(clock::now().duration_since(self.operation.approved)).unwrap_or_default()
    }

    /// Whether the roles that came with its approval count as those of this moment. What another process heard does not: nobody
    /// knows how long it was away.
    fn is_fresh(&self) -> bool {
        self.age() < FRESH && self.operation.approved > clock::started()
    }

    /// How long the operation has been in its phase.
    fn waited(&self) -> Duration {
        waited(self.operation)
    }

    fn settings(&self) -> Arc<Settings> {
        self.context.settings.get()
    }

    /// The name of the server that is worked on.
    fn server(&self) -> &bernard_domain::server::ServiceName {
        &self.operation.request.server
    }

    /// Records what came of what is sent once.
    async fn record_answer(&self, intended: &Operation, event: &Event, deed: &str) -> Result<(), Failure> {
        match self.context.store.append(intended, event, clock::now()).await? {
            // Nobody else writes after an intent but the search for what came of it; if that was faster, it found this very one.
            Append::Done(_) | Append::Busy(_) | Append::Overtaken => {}
            Append::Illegal(illegal) => {
                tracing::error!(operation.id = %intended.id, %illegal, "what came of the {deed} does not follow its intent");
            }
        }
        Ok(())
    }
}

/// How long an operation has been in its phase.
fn waited(operation: &Operation) -> Duration {
    Duration::try_from(clock::now().duration_since(operation.since)).unwrap_or_default()
}

/// A moment by OVHcloud's clock may look this much older than it was: its dates have whole seconds (promise 1).
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);

/// The oldest that something may look which happened after `since`.
fn earliest(since: Timestamp) -> Timestamp {
    since.checked_sub(CLOCK_SLACK).unwrap_or(Timestamp::MIN)
}

/// Whether something with this date can have happened after `since`; what has no date can.
fn not_before(date: Option<Timestamp>, since: Timestamp) -> bool {
    date.is_none_or(|date| date >= earliest(since))
}
