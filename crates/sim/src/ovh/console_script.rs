//! What a test makes happen to consoles, and what it asks of their sessions.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    Ovh,
    task::{By, Ending, RESET_SESSIONS},
};

impl Ovh {
    /// The kinds of consoles that the server has, such as `kvmipHtml5URL`; none: it has no IPMI.
    #[track_caller]
    pub fn consoles_of(&self, server: &str, kinds: &[&str]) {
        self.on(server, |machine| machine.consoles = kinds.iter().map(|kind| (*kind).to_owned()).collect());
    }

    /// The next console task of this server that has no ending yet ends like this.
    #[track_caller]
    pub fn next_console_ends(&self, server: &str, ending: Ending) {
        self.on(server, |machine| machine.console_endings.push(ending));
    }

    /// The next test of this server's console that has no ending yet ends like this.
    #[track_caller]
    pub fn next_console_test_ends(&self, server: &str, ending: Ending) {
        self.on(server, |machine| machine.test_endings.push(ending));
    }

    /// The console of this server cannot be tested.
    #[track_caller]
    pub fn console_is_untestable(&self, server: &str) {
        self.on(server, |machine| machine.is_untestable = true);
    }

    /// Sessions of consoles that begin from now on last so long, whatever was asked for.
    pub fn console_life(&self, life: Duration) {
        self.world().console_life = SignedDuration::try_from(life).ok();
    }

    /// What the links of consoles begin with from now on.
    pub fn console_base(&self, base: &str) {
        self.world().console_base = base.to_owned();
    }

    /// The sessions of this server are stuck: its console can neither be tested nor opened before they were freed.
    #[track_caller]
    pub fn sessions_stick(&self, server: &str) {
        let since = self.world().clock.instant();
        self.on(server, |machine| machine.stuck_since = Some(since));
    }

    /// The next task that frees this server's sessions and has no ending yet ends like this.
    #[track_caller]
    pub fn next_session_reset_ends(&self, server: &str, ending: Ending) {
        self.on(server, |machine| machine.reset_endings.push(ending));
    }

    /// How many `POST …/features/ipmi/resetSessions` were accepted, whether their answers arrived or not.
    #[track_caller]
    pub fn session_resets(&self, server: &str) -> usize {
        self.tasks(server).iter().filter(|task| task.function == RESET_SESSIONS && task.by == By::Caller).count()
    }

    /// How many sessions of this server can be used now.
    #[track_caller]
    pub fn open_sessions(&self, server: &str) -> usize {
        let mut world = self.world();
        let name = world.called(server).spec.name.clone();
        world.open_sessions(&name).count()
    }
}
