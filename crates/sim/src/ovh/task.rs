//! Tasks: where one stands is computed from when it began, whenever somebody looks.

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{clock::date, spec::Netboot, tempo::Tempo};

/// OVHcloud's name for the end of all sessions on a server's consoles.
pub(super) const RESET_SESSIONS: &str = "resetIPMISession";

/// How a task ends.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Ending {
    /// Well.
    #[default]
    Done,
    /// `customerError`; nothing has happened to the machine.
    CustomerError,
    /// `ovhError`; nothing has happened to the machine.
    OvhError,
    /// `cancelled`; nothing has happened to the machine.
    Cancelled,
    /// Never: it stays at this word, known or not.
    Stuck(String),
    /// Well for the machine, but the task stays at this word until somebody ends it.
    Stands(String),
    /// Well, but it shows this word where it should show `doing`.
    DoneAfter(String),
}

/// Who began a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody who called this API.
    Caller,
    /// Somebody else: the control panel, OVHcloud.
    Somebody,
}

/// A task of a server.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: u64,
    pub(super) function: String,
    pub(super) comment: Option<String>,
    pub(super) by: By,
    pub(super) begun: Instant,
    /// What OVHcloud's clock showed when it began.
    pub(super) begun_at: Timestamp,
    pub(super) tempo: Tempo,
    pub(super) ending: Ending,
    pub(super) cancelled: Option<Instant>,
    /// Nobody can read it any more.
    pub(super) vanished: bool,
    /// What the machine does if the task ends well.
    pub(super) restart: Option<Restart>,
}

/// A restart that a task brings, with what was set at the moment it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Restart {
    pub(super) boot: Option<Netboot>,
    pub(super) ssh_key: Option<String>,
    pub(super) mail_to: Option<String>,
    /// The mail of this restart is on its way or will never be.
    pub(super) mail_settled: bool,
}

impl Task {
    fn todo(&self) -> Instant {
        self.begun + self.tempo.todo
    }

    fn doing(&self) -> Instant {
        self.todo() + self.tempo.doing
    }

    /// When it ends by itself, if it does.
    fn ends(&self) -> Option<Instant> {
        (!self.stands_still()).then(|| self.doing() + self.tempo.done)
    }

    /// Whether it stays at its word until somebody ends it.
    pub(super) fn stands_still(&self) -> bool {
        matches!(self.ending, Ending::Stuck(_) | Ending::Stands(_))
    }

    /// When it has ended, as things stand.
    fn ended(&self) -> Option<Instant> {
        self.cancelled.or_else(|| self.ends())
    }

    /// When the machine goes dark for it; `None` if it never does.
    pub(super) fn dark(&self) -> Option<Instant> {
        let well = matches!(self.ending, Ending::Done | Ending::DoneAfter(_) | Ending::Stands(_));
        let due = self.doing() + self.tempo.done;
        self.restart.as_ref().filter(|_| well && self.cancelled.is_none()).map(|_| due + self.tempo.dark)
    }

    /// When the machine answers again.
    pub(super) fn up(&self) -> Option<Instant> {
        self.dark().map(|dark| dark + self.tempo.up)
    }

    /// It is done and the machine goes dark now, however long it would have taken; if it is to go dark at all.
    pub(super) fn go_dark(&mut self, now: Instant) {
        self.tempo.done = self.tempo.done.min(now.saturating_duration_since(self.doing()));
        self.tempo.dark = now.saturating_duration_since(self.doing() + self.tempo.done);
    }

    /// The machine answers again now, if it is dark.
    pub(super) fn come_up(&mut self, now: Instant) {
        if let Some(dark) = self.dark() {
            self.tempo.up = now.saturating_duration_since(dark);
        }
    }

    pub(super) fn status(&self, now: Instant) -> &str {
        if self.cancelled.is_some_and(|at| now >= at) {
            return "cancelled";
        }
        match &self.ending {
            _ if now < self.todo() => "init",
            _ if now < self.doing() => "todo",
            Ending::Stuck(word) | Ending::Stands(word) => word,
            ending if self.ends().is_some_and(|end| now < end) => match ending {
                Ending::DoneAfter(word) => word,
                _ => "doing",
            },
            Ending::Done | Ending::DoneAfter(_) => "done",
            Ending::CustomerError => "customerError",
            Ending::OvhError => "ovhError",
            Ending::Cancelled => "cancelled",
        }
    }

    /// Whether it is still under way.
    pub(super) fn is_live(&self, now: Instant) -> bool {
        self.ended().is_none_or(|end| now < end)
    }

    /// Whether it can still be cancelled: before it is being done.
    pub(super) fn can_be_cancelled(&self, now: Instant) -> bool {
        self.cancelled.is_none() && now < self.doing()
    }

    /// Whether anybody can read it now.
    pub(super) fn is_readable(&self, now: Instant) -> bool {
        let purged = self.tempo.purged.and_then(|after| self.ended().map(|end| end + after));
        !self.vanished && now >= self.begun + self.tempo.readable && purged.is_none_or(|at| now < at)
    }

    /// Its body (schema `dedicated.server.Task`).
    pub(super) fn body(&self, now: Instant) -> Value {
        let at = |instant: Instant| date(self.begun_at + instant.saturating_duration_since(self.begun));
        let ended = self.ended().filter(|end| now >= *end);
        let steps = [Some(self.begun), Some(self.todo()), Some(self.doing()), ended];
        let last = steps.into_iter().flatten().filter(|step| *step <= now).max();
        json!({
            "taskId": self.id,
            "function": self.function,
            "status": self.status(now),
            "comment": self.comment,
            "startDate": date(self.begun_at),
            "lastUpdate": last.map(at),
            "doneDate": ended.map(at),
            "needSchedule": false,
            "note": null,
            "plannedInterventionId": null,
            "tags": null,
            "ticketReference": null,
        })
    }
}
