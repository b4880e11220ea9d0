//! Whether a rescue is still what its lease says, judged by what OVHcloud says of its server now.
//!
//! Pure. What is certain: a netboot that is no rescue any more, and a reboot that is not ours done since, is a server that has left.
//! Without that reboot it is still in rescue, and leaves with the next one. Under a rescue's netboot such a reboot means another
//! password, perhaps; and what was seen done under it took nothing out of rescue, whatever is set later.

use serde::{Deserialize, Serialize};

use crate::server::{Boot, Task, TaskId, TaskStatus};

/// OVHcloud's names of the tasks that restart a machine.
pub const RESTARTS: [&str; 2] = ["hardReboot", "reinstallServer"];

/// What others did to a rescue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sight", rename_all = "snake_case")]
pub enum Sight {
    /// It is over: the netboot is no rescue any more, and this task of others has rebooted the server since.
    Left {
        /// What it boots now; `None` when nothing is set.
        boot: Option<Boot>,
        /// The task.
        task: TaskId,
    },
    /// It still runs, and the next reboot leaves it.
    Leaving {
        /// What it boots then; `None` when nothing is set.
        boot: Option<Boot>,
    },
    /// This task of others rebooted, or reboots, the server into a rescue again.
    Rebooted {
        /// The task.
        task: TaskId,
    },
}

/// What was seen of a rescue since it began; kept with its lease.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// What others did to it, if they did.
    pub sight: Option<Sight>,
    /// The newest task of others that was seen done while the netboot was a rescue: it led into rescue again.
    pub stayed: Option<TaskId>,
}

/// What a server boots next, as far as its rescue is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Netboot {
    /// A rescue.
    Rescue,
    /// Something else; `None` when nothing is set.
    Other(Option<Boot>),
}

impl Seen {
    /// Whether nothing was seen.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the server has left the rescue.
    pub fn has_left(&self) -> bool {
        matches!(self.sight, Some(Sight::Left { .. }))
    }

    /// What is seen now: `reboots` are the tasks of others that restart the server and began after the rescue's own.
    #[must_use]
    pub fn now(&self, netboot: Netboot, reboots: &[Task]) -> Self {
        let newest =
            |fits: fn(&TaskStatus) -> bool| reboots.iter().filter(|task| fits(&task.status)).map(|task| task.id).max();
        let done = newest(|status| *status == TaskStatus::Done);
        match netboot {
            Netboot::Rescue => {
                let begun = newest(|status| *status == TaskStatus::Done || !status.is_final());
                // OVHcloud forgets tasks: what was seen of one stays true.
                let known = match self.sight {
                    Some(Sight::Rebooted { task }) => Some(task),
                    _ => None,
                };
                let sight = begun.max(known).map(|task| Sight::Rebooted { task });
                Self { sight, stayed: done.max(self.stayed) }
            }
            Netboot::Other(boot) => {
                let known = match self.sight {
                    Some(Sight::Left { task, .. }) => Some(task),
                    _ => None,
                };
                let sight = match done.filter(|task| Some(*task) > self.stayed).max(known) {
                    Some(task) => Sight::Left { boot, task },
                    None => Sight::Leaving { boot },
                };
                Self { sight: Some(sight), stayed: self.stayed }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::BootId;

    fn disk() -> Netboot {
        let boot =
            Boot { id: BootId(1), boot_type: "harddisk".into(), kernel: "hd".into(), description: String::new() };
        Netboot::Other(Some(boot))
    }

    fn task(id: u64, status: TaskStatus) -> Task {
        Task { id: TaskId(id), function: "hardReboot".into(), status, comment: None, started: None, ended: None }
    }

    fn has_left(seen: &Seen) -> bool {
        seen.has_left()
    }

    #[test]
    fn a_changed_netboot_and_a_done_reboot_of_others_is_out_of_rescue() {
        assert!(has_left(&Seen::default().now(disk(), &[task(7, TaskStatus::Done)])));
        assert!(has_left(&Seen::default().now(Netboot::Other(None), &[task(7, TaskStatus::Done)])));
    }

    #[test]
    fn without_a_reboot_that_is_done_it_is_still_in_rescue() {
        for status in [TaskStatus::Doing, TaskStatus::Cancelled, TaskStatus::OvhError, TaskStatus::Other("x".into())] {
            let seen = Seen::default().now(disk(), &[task(7, status)]);
            assert!(matches!(seen.sight, Some(Sight::Leaving { .. })), "{seen:?}");
        }
        assert!(matches!(Seen::default().now(disk(), &[]).sight, Some(Sight::Leaving { .. })));
        assert_eq!(Seen::default().now(Netboot::Rescue, &[]), Seen::default());
    }

    #[test]
    fn a_reboot_that_led_into_rescue_again_does_not_lead_out_later() {
        let done = [task(7, TaskStatus::Done)];
        let again = Seen::default().now(Netboot::Rescue, &done);
        assert_eq!(again.sight, Some(Sight::Rebooted { task: TaskId(7) }));
        let changed = again.now(disk(), &done);
        assert!(matches!(changed.sight, Some(Sight::Leaving { .. })), "{changed:?}");
        assert!(has_left(&changed.now(disk(), &[task(7, TaskStatus::Done), task(9, TaskStatus::Done)])));
    }

    #[test]
    fn what_was_seen_of_a_task_stays_true_when_ovhcloud_forgets_it() {
        let left = Seen::default().now(disk(), &[task(7, TaskStatus::Done)]);
        assert!(has_left(&left.now(disk(), &[])));
        let again = Seen::default().now(Netboot::Rescue, &[task(7, TaskStatus::Doing)]);
        assert_eq!(again.now(Netboot::Rescue, &[]), again);
    }

    #[test]
    fn a_netboot_that_is_changed_back_leaves_nothing() {
        let leaving = Seen::default().now(disk(), &[]);
        assert_eq!(leaving.now(Netboot::Rescue, &[]).sight, None);
    }
}
