//! What goes wrong at OVHcloud on demand.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    net::{Faults, Rule, lock},
    ovh::{Ending, Ovh},
};

use super::cast::SCRIPTED;

/// How slow "slow" is.
const SLOW: Duration = Duration::from_secs(2);
/// The word at which a stuck task stays.
const STUCK_AT: &str = "doing";
/// What the owners of [`SCRIPTED`] let it start.
const SCRIPT: &str = "#!ipxe\nchain http://203.0.113.9/install.ipxe\n";
/// The netboot in the place of a script that is taken away.
const DISK: &str = "hd";

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
    /// Until taken back: the next reboot's task stays at `doing`, and the server does not restart.
    StuckTask,
    /// Until taken back: every answer takes two seconds longer.
    Slow,
    /// Until taken back: every call is answered by a 503.
    Unavailable,
    /// Until taken back: the key has expired, and every call is refused as OVHcloud refuses one then.
    ExpiredKey,
    /// Until taken back: [`SCRIPTED`] starts a boot script of its owners'. A rescue displaces it, a restore puts it back.
    SetScript,
}

/// Every trouble, the ones that happen once first: so a lasting one does not come before them.
const ALL: [Trouble; 8] = [
    Trouble::LoseReboot,
    Trouble::LoseNext,
    Trouble::FailTask,
    Trouble::StuckTask,
    Trouble::Slow,
    Trouble::Unavailable,
    Trouble::ExpiredKey,
    Trouble::SetScript,
];

impl Trouble {
    /// What it does on the wire, if that is where it happens.
    fn rule(self, faults: &Faults) -> Option<Rule> {
        let body = json!({ "message": "Service unavailable (simulated)", "class": "Server::ServiceUnavailable" });
        match self {
            Self::LoseReboot => Some(faults.next(1).lose_answer("POST", "/reboot")),
            Self::LoseNext => Some(faults.next(1).lose_answer("*", "/")),
            Self::Slow => Some(faults.always().slow("*", "/", SLOW)),
            Self::Unavailable => Some(faults.always().status("*", "/", 503, &body)),
            Self::FailTask | Self::StuckTask | Self::ExpiredKey | Self::SetScript => None,
        }
    }

    /// Whether it is on in the account, if that is where it happens.
    fn is_in_account(self, ovh: &Ovh) -> Option<bool> {
        match self {
            Self::FailTask => Some(ovh.endings_to_come(&Ending::OvhError) > 0),
            Self::StuckTask => Some(ovh.endings_to_come(&stuck()) > 0 || ovh.tasks_that_stand() > 0),
            Self::ExpiredKey => Some(ovh.credentials_are_expired()),
            Self::SetScript => Some(ovh.server(SCRIPTED).boot_script.is_some()),
            Self::LoseReboot | Self::LoseNext | Self::Slow | Self::Unavailable => None,
        }
    }

    /// Brings it into the account.
    fn begin(self, ovh: &Ovh) {
        match self {
            Self::FailTask => ovh.next_reboot_anywhere_ends(Ending::OvhError),
            Self::StuckTask => ovh.next_reboot_anywhere_ends(stuck()),
            Self::ExpiredKey => ovh.expire_credentials(),
            Self::SetScript => ovh.script_by_somebody(SCRIPTED, Some(SCRIPT)),
            Self::LoseReboot | Self::LoseNext | Self::Slow | Self::Unavailable => {}
        }
    }

    /// Takes it out of the account again; a task that was stuck ends well.
    fn end(self, ovh: &Ovh) {
        match self {
            Self::FailTask => ovh.forget_endings(&Ending::OvhError),
            Self::StuckTask => {
                ovh.forget_endings(&stuck());
                ovh.all_tasks_go_on(&Ending::Done);
            }
            Self::ExpiredKey => ovh.renew_credentials(),
            Self::SetScript => ovh.netboot_by_somebody(SCRIPTED, Some(ovh.boot_id(SCRIPTED, DISK))),
            Self::LoseReboot | Self::LoseNext | Self::Slow | Self::Unavailable => {}
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
        match trouble.is_in_account(ovh) {
            Some(true) => trouble.end(ovh),
            Some(false) => trouble.begin(ovh),
            None => self.toggle_on_the_wire(trouble),
        }
    }

    fn toggle_on_the_wire(&self, trouble: Trouble) {
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
        let state = |trouble: Trouble| trouble.is_in_account(ovh).unwrap_or_else(|| is_on(&on, trouble));
        ALL.into_iter().map(|trouble| (trouble, state(trouble))).collect()
    }
}

/// How a task ends that is stuck.
fn stuck() -> Ending {
    Ending::Stuck(STUCK_AT.to_owned())
}

/// Whether it lasts on the wire, or has yet to happen there.
fn is_on(on: &BTreeMap<Trouble, Rule>, trouble: Trouble) -> bool {
    on.get(&trouble).is_some_and(|rule| match trouble {
        Trouble::LoseReboot | Trouble::LoseNext => rule.hits() == 0,
        Trouble::Slow
        | Trouble::Unavailable
        | Trouble::FailTask
        | Trouble::StuckTask
        | Trouble::ExpiredKey
        | Trouble::SetScript => true,
    })
}
