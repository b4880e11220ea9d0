//! How far a restart is, as a test has it: for stories in which every state is to be seen, however busy the machine is.

use tokio::time::Instant;

use super::{Ovh, task::Task};

impl Ovh {
    /// The server goes dark now for its latest restart, and the restart's task is over.
    #[track_caller]
    pub fn goes_dark(&self, server: &str) {
        self.restart_goes_on(server, Task::go_dark);
    }

    /// The server, which is dark, comes up now.
    #[track_caller]
    pub fn comes_up(&self, server: &str) {
        self.restart_goes_on(server, Task::come_up);
    }

    #[track_caller]
    fn restart_goes_on(&self, server: &str, change: impl FnOnce(&mut Task, Instant)) {
        let mut world = self.world();
        let now = world.clock.instant();
        let latest = world.called(server).tasks.iter_mut().rfind(|task| task.restart.is_some());
        change(latest.expect("a restart"), now);
    }
}
