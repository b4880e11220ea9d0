//! A value that is replaced as a whole while everybody uses it, such as settings when the configuration is read again.

use std::sync::{Arc, PoisonError, RwLock};

/// A value of the moment. Whoever needs it twice within one decision asks once. Cheap to clone; all clones are the same.
#[derive(Debug)]
pub struct Live<T>(Arc<RwLock<Arc<T>>>);

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Live<T> {
    /// This value, until another one is set.
    pub fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }

    /// The value of this moment.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on, this one.
    pub fn set(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clones_change_and_whoever_holds_the_earlier_one_keeps_it() {
        let live = Live::new(1);
        let (clone, held) = (live.clone(), live.get());
        live.set(2);
        assert_eq!((*clone.get(), *held), (2, 1));
    }
}
