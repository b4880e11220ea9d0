//! Consumer keys that an application asked for, what a person makes of them, and which rights there are at all.

use std::collections::BTreeSet;

use super::{Ovh, access::KeyState, api};

impl Ovh {
    /// How many consumer keys were asked for and wait for somebody to open their page.
    pub fn keys_waiting(&self) -> usize {
        self.world().access.asked_keys.iter().filter(|asked| asked.state == KeyState::Pending).count()
    }

    /// The rules that each consumer key was asked for with, as `METHOD path`, the oldest key first.
    pub fn asked_rules(&self) -> Vec<Vec<String>> {
        let world = self.world();
        let rules =
            |rules: &[(String, String)]| rules.iter().map(|(method, path)| format!("{method} {path}")).collect();
        world.access.asked_keys.iter().map(|asked| rules(&asked.rules)).collect()
    }

    /// Somebody opens the page of every consumer key that waits, and authorizes it.
    pub fn authorize_keys(&self) {
        self.decide(KeyState::Validated);
    }

    /// Somebody refuses every consumer key that waits.
    pub fn refuse_keys(&self) {
        self.decide(KeyState::Refused);
    }

    fn decide(&self, state: KeyState) {
        let mut world = self.world();
        let waiting = world.access.asked_keys.iter_mut().filter(|asked| asked.state == KeyState::Pending);
        waiting.for_each(|asked| asked.state = state);
    }

    /// This IAM action is denied on this server alone.
    #[track_caller]
    pub fn forbid_on(&self, server: &str, action: &str) {
        let mut world = self.world();
        let name = world.called(server).spec.name.clone();
        world.access.forbidden_on.insert((name, action.to_owned()));
    }

    /// OVHcloud's list of actions does not have this one; who asks about it is refused.
    pub fn no_such_action(&self, action: &str) {
        self.world().access.unknown_actions.insert(action.to_owned());
    }

    /// Of this server's renewal OVHcloud says yes and no in turn.
    #[track_caller]
    pub fn renewal_flaps(&self, server: &str) {
        self.world().called(server).flaps = Some(0);
    }

    /// Every IAM action that a call of the API needs.
    pub fn actions() -> BTreeSet<&'static str> {
        api::actions()
    }

    /// The IAM action that a call needs, by its path below the version; `None` when it needs none.
    pub fn action_of(method: &str, path: &str) -> Option<&'static str> {
        api::action_of(method, path)
    }
}
