//! Which netboot entry an id means, by the place where it means that.

use std::{collections::BTreeMap, sync::Arc};

use crate::server::{Boot, BootId};

/// Where a netboot id means the same: an account and a datacentre, for OVHcloud's ids differ by account and region; or, where
/// that was asked, one server alone, whose name then stands in the datacentre's place.
pub type BootPlace = (String, String, BootId);

/// Which netboot entry an id means. Whoever looks brings no text of their own: a list looks for each of ten thousand servers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boots(BTreeMap<BootId, BTreeMap<String, BTreeMap<String, Arc<Boot>>>>);

impl Boots {
    /// What the id means there; `None`: not read yet.
    pub fn get(&self, account: &str, place: &str, id: BootId) -> Option<&Arc<Boot>> {
        self.0.get(&id)?.get(account)?.get(place)
    }

    /// The same of a whole place.
    pub fn at(&self, (account, place, id): &BootPlace) -> Option<&Arc<Boot>> {
        self.get(account, place, *id)
    }
}

impl Extend<(BootPlace, Arc<Boot>)> for Boots {
    fn extend<T: IntoIterator<Item = (BootPlace, Arc<Boot>)>>(&mut self, read: T) {
        for ((account, place, id), boot) in read {
            self.0.entry(id).or_default().entry(account).or_default().insert(place, boot);
        }
    }
}

impl FromIterator<(BootPlace, Arc<Boot>)> for Boots {
    fn from_iter<T: IntoIterator<Item = (BootPlace, Arc<Boot>)>>(read: T) -> Self {
        let mut boots = Self::default();
        boots.extend(read);
        boots
    }
}
