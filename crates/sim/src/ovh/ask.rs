//! What a test asks of the world. Servers are named by service name or display name; an unknown one panics.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    Ovh,
    machine::{Running, Settings},
    mail::Mail,
    port_state::Port,
    task::{By, Ending},
};
use crate::net::PATIENCE;

/// A task as the world knows it, vanished or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSeen {
    /// Its id.
    pub id: u64,
    /// What it does.
    pub function: String,
    /// Its status now.
    pub status: String,
    /// Who began it.
    pub by: By,
}

impl Ovh {
    /// How many `POST …/reboot` were accepted, whether their answers arrived or not.
    #[track_caller]
    pub fn reboots(&self, server: &str) -> usize {
        self.world().called(server).reboots(By::Caller)
    }

    /// The id of the netboot that is set.
    #[track_caller]
    pub fn boot_of(&self, server: &str) -> Option<u64> {
        self.world().called(server).settings.boot_id
    }

    /// The kernel of the netboot that is set.
    #[track_caller]
    pub fn kernel_of(&self, server: &str) -> Option<String> {
        let mut world = self.world();
        let machine = world.called(server);
        machine.settings.boot_id.and_then(|id| machine.boot(id)).map(|boot| boot.kernel.clone())
    }

    /// The id that this kernel has in the server's list.
    ///
    /// # Panics
    ///
    /// If the list does not hold it.
    #[track_caller]
    pub fn boot_id(&self, server: &str, kernel: &str) -> u64 {
        let mut world = self.world();
        let boots = &world.called(server).spec.boots;
        boots.iter().find(|boot| boot.kernel == kernel).map(|boot| boot.id).expect("a kernel of the server's list")
    }

    /// Its service name.
    #[track_caller]
    pub fn service_name(&self, server: &str) -> String {
        self.world().called(server).spec.name.clone()
    }

    /// Everything that is written in its settings.
    #[track_caller]
    pub fn server(&self, server: &str) -> Settings {
        self.world().called(server).settings.clone()
    }

    /// What it really runs now.
    #[track_caller]
    pub fn running_system(&self, server: &str) -> Running {
        let mut world = self.world();
        let now = world.clock.instant();
        world.called(server).running(now)
    }

    /// Waits until it runs this.
    ///
    /// # Panics
    ///
    /// After [`PATIENCE`], with what it runs instead.
    pub async fn until_running(&self, server: &str, system: &Running) {
        let end = Instant::now() + PATIENCE;
        while self.running_system(server) != *system {
            let running = self.running_system(server);
            assert!(Instant::now() < end, "{server} never ran {system:?}: it runs {running:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What its address shows, for one with real ports ([`super::ServerSpec::listening`]).
    #[track_caller]
    pub fn port_of(&self, server: &str) -> Port {
        self.world().called(server).port
    }

    /// All its tasks, vanished ones too, in the order they began.
    #[track_caller]
    pub fn tasks(&self, server: &str) -> Vec<TaskSeen> {
        let mut world = self.world();
        let now = world.clock.instant();
        let tasks = world.called(server).tasks.iter().map(|task| TaskSeen {
            id: task.id,
            function: task.function.clone(),
            status: task.status(now).to_owned(),
            by: task.by,
        });
        tasks.collect()
    }

    /// How many of [`Ovh::next_reboot_anywhere_ends`] with this ending are still to come.
    pub fn endings_to_come(&self, ending: &Ending) -> usize {
        self.world().endings.iter().filter(|to_come| *to_come == ending).count()
    }

    /// How many tasks of any server stay at their word until somebody ends them.
    pub fn tasks_that_stand(&self) -> usize {
        let world = self.world();
        let now = world.clock.instant();
        let tasks = world.machines.values().flat_map(|machine| &machine.tasks);
        tasks.filter(|task| task.stands_still() && task.is_live(now)).count()
    }

    /// Whether [`Ovh::expire_credentials`] holds.
    pub fn credentials_are_expired(&self) -> bool {
        self.world().access.consumer_key_expired
    }

    /// Every secret id ever made, in no order: none may turn up where it does not belong.
    pub fn secret_ids(&self) -> Vec<String> {
        self.world().secrets.keys().cloned().collect()
    }

    /// Every console session's link ever made.
    pub fn console_links(&self) -> Vec<String> {
        self.world().consoles.iter().map(|console| console.value.clone()).collect()
    }

    /// How often somebody tried to redeem a secret.
    pub fn retrieved(&self) -> usize {
        self.world().redeemed
    }

    /// The account's mails, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.world().mails.clone()
    }

    /// How many OAuth2 tokens were issued.
    pub fn tokens_issued(&self) -> usize {
        self.world().access.tokens_issued
    }

    /// What OVHcloud's clock shows.
    pub fn now(&self) -> Timestamp {
        self.world().clock.now()
    }
}
