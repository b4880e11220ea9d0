//! The policy in force. Everybody who asks for it within one decision asks once, so that one policy decides.

use std::sync::{Arc, RwLock};

use bernard_domain::access::Policy;

/// The policy in force; replaced as a whole when the configuration is read again. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedPolicy(Arc<RwLock<Arc<Policy>>>);

impl SharedPolicy {
    /// This policy, until another one is set.
    pub fn new(policy: Policy) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(policy))))
    }

    /// The policy of this moment.
    pub fn get(&self) -> Arc<Policy> {
        self.0.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |policy| policy.clone())
    }

    /// From now on, this one.
    pub fn set(&self, policy: Policy) {
        match self.0.write() {
            Ok(mut current) => *current = Arc::new(policy),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(policy),
        }
    }
}
