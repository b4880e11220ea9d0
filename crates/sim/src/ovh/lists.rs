//! Whole lists: whether the account gives them, how many entries a page has, and how old they are.

use super::Ovh;

/// Whether a list is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// As if nobody had ever heard of it: v1 answers ids, v2 a 404.
    #[default]
    Unknown,
    /// It is given.
    Given,
    /// A 403.
    Refused,
}

/// How the account lists its servers. At first nothing is given but names, as OVHcloud promises no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lists {
    /// Whole objects from v1, asked for by `X-Pagination-Mode`.
    pub whole: Offer,
    /// `GET /v2/iam/resource`.
    pub names: Offer,
    /// The most entries of a page, whatever is asked for.
    pub cap: usize,
    /// Only the first so many servers are in any list.
    pub shows: Option<usize>,
    /// Each page names itself as the next one.
    pub repeats: bool,
}

impl Default for Lists {
    fn default() -> Self {
        Self { whole: Offer::Unknown, names: Offer::Unknown, cap: 5_000, shows: None, repeats: false }
    }
}

impl Lists {
    /// Everything is given.
    pub fn given() -> Self {
        Self { whole: Offer::Given, names: Offer::Given, ..Self::default() }
    }
}

impl Ovh {
    /// The account lists its servers like this from now on.
    pub fn lists(&self, lists: Lists) {
        self.world().lists = lists;
    }

    /// Whole lists stay as they are now, whatever happens: a cache.
    pub fn freeze_lists(&self) {
        let mut world = self.world();
        world.frozen = Some(world.rows(0, usize::MAX).0);
    }
}
