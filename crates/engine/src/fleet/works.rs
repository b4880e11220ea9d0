//! When OVHcloud's people last began to work on servers, remembered for a minute: a list of rescues that is asked for again and again
//! takes no more of the account's budget than once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bernard_domain::server::ServiceName;
use bernard_platform::clock::BootInstant;
use jiff::Timestamp;

/// How long an answer is taken for what OVHcloud would say now.
const FRESH: Duration = Duration::from_secs(60);

/// What was read lately; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Works(Arc<Mutex<BTreeMap<ServiceName, Read>>>);

#[derive(Clone, Copy, Debug)]
struct Read {
    at: BootInstant,
    began: Option<Timestamp>,
}

impl Works {
    /// When they last began to work on a server, or that they never did; `None`: nobody asked lately.
    pub(super) fn of(&self, server: &ServiceName) -> Option<Option<Timestamp>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(server).filter(|read| read.at.elapsed() < FRESH).map(|read| read.began)
    }

    /// OVHcloud has just said so.
    pub(super) fn learn(&self, server: &ServiceName, began: Option<Timestamp>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, read| read.at.elapsed() < FRESH);
        all.insert(server.clone(), Read { at: BootInstant::now(), began });
    }

    /// Other credentials are asked anew.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
