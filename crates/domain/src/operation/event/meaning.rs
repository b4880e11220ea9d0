//! What an event says by itself, whatever came before it.

use super::Event;
use crate::server::TaskId;

impl Event {
    /// Its word, as the store knows it.
    pub fn word(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["event"].as_str().unwrap_or("an event").to_owned()
    }

    /// The task that this says is our own.
    pub fn task_of_ours(&self) -> Option<TaskId> {
        match self {
            Self::RebootAccepted { task, .. }
            | Self::TaskAdopted { task }
            | Self::ConsoleTestAsked { task, .. }
            | Self::ConsoleAsked { task, .. } => Some(*task),
            Self::SessionsAccepted(taken) => Some(taken.task),
            _ => None,
        }
    }

    /// Whether, after these events of one operation, nobody knows what became of a reboot that it was about to ask for.
    pub fn leave_reboot_unknown(all: &[Self]) -> bool {
        let intended = all.iter().any(|event| matches!(event, Self::RebootIntended { .. }));
        let known = |event: &Self| {
            matches!(event, Self::RebootAccepted { .. } | Self::TaskAdopted { .. } | Self::RebootNotDone { .. })
        };
        intended && !all.iter().any(known)
    }
}
