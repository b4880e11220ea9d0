//! The policy in force. Everybody who asks for it within one decision asks once, so that one policy decides, as it is at one moment:
//! with the time, and with who is on duty by what was read of the schedule.

use std::sync::Arc;

use bernard_domain::{
    access::{Moment, Policy},
    duty::Oncall,
};
use bernard_platform::{clock, live::Live};

/// The policy in force; replaced as a whole when the configuration is read again. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedPolicy {
    rules: Live<Policy>,
    oncall: Live<Oncall>,
}

impl SharedPolicy {
    /// This policy, until another one is set. Nobody is on duty until a schedule was read.
    pub fn new(policy: Policy) -> Self {
        Self { rules: Live::new(policy), oncall: Live::new(Oncall::default()) }
    }

    /// The policy as it is at this moment. While the time is in doubt nobody is on duty, and no hours hold.
    pub fn get(&self) -> Arc<Policy> {
        let (now, oncall) = (clock::now(), self.oncall.get());
        let moment = match clock::is_in_doubt() {
            true => Moment { now: None, duty: oncall.without_a_clock() },
            false => Moment { now: Some(now), duty: oncall.at(now) },
        };
        Arc::new(self.rules.get().at(moment))
    }

    /// From now on, this one.
    pub fn set(&self, policy: Policy) {
        self.rules.set(policy);
    }

    /// What is known of the schedule.
    pub fn oncall(&self) -> &Live<Oncall> {
        &self.oncall
    }
}
