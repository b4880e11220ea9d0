//! What goes wrong at OVHcloud on demand.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    net::{Faults, Rule, lock},
    ovh::{Ending, Ovh},
};

/// How slow "slow" is.
const SLOW: Duration = Duration::from_secs(2);

/// Something that goes wrong: once, or until it is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Trouble {
    /// Once: a reboot is done, and its answer is lost.
    LoseReboot,
    /// Once: whatever is called next is done, and its answer is lost.
    LoseNext,
    /// Once: the next reboot's task ends as `ovhError`.
    FailTask,
    /// Until taken back: every answer takes two seconds longer.
    Slow,
    /// Until taken back: every call is answered by a 503.
    Unavailable,
}

/// Every trouble, the ones that happen once first: so a lasting one does not come before them.
const ALL: [Trouble; 5] =
    [Trouble::LoseReboot, Trouble::LoseNext, Trouble::FailTask, Trouble::Slow, Trouble::Unavailable];

impl Trouble {
    /// What it does on the wire, if that is where it happens.
    fn rule(self, faults: &Faults) -> Option<Rule> {
        let body = json!({ "message": "Service unavailable (simulated)", "class": "Server::ServiceUnavailable" });
        match self {
            Self::LoseReboot => Some(faults.next(1).lose_answer("POST", "/reboot")),
            Self::LoseNext => Some(faults.next(1).lose_answer("*", "/")),
            Self::Slow => Some(faults.always().slow("*", "/", SLOW)),
            Self::Unavailable => Some(faults.always().status("*", "/", 503, &body)),
            Self::FailTask => None,
        }
    }
}

/// What is on.
pub(super) struct Troubles {
    faults: Faults,
    on: Mutex<BTreeMap<Trouble, Rule>>,
}

impl Troubles {
    pub(super) fn of(ovh: &Ovh) -> Self {
        Self { faults: ovh.faults(), on: Mutex::default() }
    }

    /// Asks for a trouble, or takes it back while it has not happened or lasts.
    pub(super) fn toggle(&self, ovh: &Ovh, trouble: Trouble) {
        if trouble == Trouble::FailTask {
            return match ovh.endings_to_come() {
                0 => ovh.next_reboot_anywhere_ends(Ending::OvhError),
                _ => ovh.forget_endings(),
            };
        }
        let mut on = lock(&self.on);
        let wanted = !is_on(&on, trouble);
        let others = on.keys().copied().filter(|other| *other != trouble && is_on(&on, *other));
        let mut all: Vec<Trouble> = others.chain(wanted.then_some(trouble)).collect();
        all.sort_unstable();
        // All anew, in their order: the first rule that fits a request decides.
        on.values().for_each(Rule::clear);
        *on = all.into_iter().filter_map(|trouble| Some((trouble, trouble.rule(&self.faults)?))).collect();
    }

    /// Which are on now, and which are not.
    pub(super) fn now(&self, ovh: &Ovh) -> BTreeMap<Trouble, bool> {
        let on = lock(&self.on);
        let state = |trouble: Trouble| match trouble {
            Trouble::FailTask => ovh.endings_to_come() > 0,
            other => is_on(&on, other),
        };
        ALL.into_iter().map(|trouble| (trouble, state(trouble))).collect()
    }
}

/// Whether it lasts, or has yet to happen.
fn is_on(on: &BTreeMap<Trouble, Rule>, trouble: Trouble) -> bool {
    on.get(&trouble).is_some_and(|rule| match trouble {
        Trouble::Slow | Trouble::Unavailable => true,
        Trouble::LoseReboot | Trouble::LoseNext | Trouble::FailTask => rule.hits() == 0,
    })
}
