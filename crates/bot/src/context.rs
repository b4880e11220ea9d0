//! What an interaction is handled with: the two ends of the wire, the store, the engine, and the policy in force.

use std::sync::{Arc, Mutex};

use bernard_discord::Rest;
use bernard_domain::{operation::Source, runbook::RunbookEntry};
use bernard_engine::{fleet::Fleet, intake::Intake, lookout::Lookout, policy::SharedPolicy, runner::Runner};
use bernard_platform::sealed::SealingKey;
use bernard_store::Store;
use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    alert_findings::AlertFindings,
    asker::ServedGuild,
    registration::Registration,
    tally::Tally,
    ways::{RoleNames, Ways},
};

/// What the handler needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct HandlerSettings {
    /// Where commands are taken.
    pub served_guild: ServedGuild,
    /// How long a rescue is meant to last, unless its requester says.
    pub lease: SignedDuration,
    /// The longest lease.
    pub max_lease: SignedDuration,
    /// How long before a lease's end its owner is reminded.
    pub remind_before: SignedDuration,
    /// The operator's time zone.
    pub zone: TimeZone,
    /// Where credentials may be mailed to; empty: anywhere.
    pub email_domains: Vec<String>,
    /// Where the link is looked for, in order.
    pub secret_from: Vec<Source>,
    /// The Discord role that is told when a deadline passes, and when somebody breaks the glass.
    pub oncall_role: Option<u64>,
    /// How the registration of the commands stands.
    pub registration: Registration,
    /// What second factors are kept with; `None`: nobody can have one.
    pub second_factor_key: Option<SealingKey>,
    /// What is to be read before acting on a server.
    pub runbooks: Vec<RunbookEntry>,
    /// The sinks of the audit, by name.
    pub sinks: Vec<String>,
}

/// Takes interactions. All clones share what they know of the moment.
#[derive(Clone, Debug)]
pub struct Handler {
    pub(super) rest: Rest,
    pub(super) settings: HandlerSettings,
    pub(super) policy: SharedPolicy,
    pub(super) store: Store,
    pub(super) fleet: Fleet,
    pub(super) intake: Intake,
    pub(super) runner: Arc<Runner>,
    /// Refusals that are not written one by one.
    pub(super) refusals: Arc<Mutex<Tally>>,
    pub(super) lookout: Lookout,
    /// What stands below refusals.
    pub(super) ways: Arc<Ways>,
    pub(super) role_names: Arc<RoleNames>,
    /// What is odd about the alerts of machines.
    pub(super) alerts: AlertFindings,
}

impl Handler {
    /// A handler of interactions.
    pub fn new(
        rest: Rest,
        settings: HandlerSettings,
        policy: SharedPolicy,
        store: Store,
        fleet: Fleet,
        intake: Intake,
        runner: Arc<Runner>,
    ) -> Self {
        let lookout = runner.lookout();
        Self {
            rest,
            settings,
            policy,
            store,
            fleet,
            intake,
            runner,
            refusals: Arc::default(),
            lookout,
            ways: Arc::default(),
            role_names: Arc::default(),
            alerts: AlertFindings::default(),
        }
    }

    /// What is told of the alerts of machines, for whoever hears them.
    pub fn alert_findings(&self) -> AlertFindings {
        self.alerts.clone()
    }

    /// The same handler, as the configuration has it now; whoever is being answered keeps the earlier one.
    #[must_use]
    pub fn with_settings(&self, settings: HandlerSettings) -> Self {
        Self { settings, ..self.clone() }
    }
}
