//! One point at which the process dies: which request marks it, and what must have come of the operation in the end.

use bernard_domain::operation::{Kind, step::Step};
use sim::net::Hold;

use super::mark::Mark;
use crate::bot::TestBot;

/// When the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The request that makes the step's effect is on its way, and never arrives.
    Before,
    /// It has happened, and its answer never arrives.
    After,
    /// What it came to is recorded; what follows never arrives.
    Recorded,
}

/// One crash.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crash {
    pub(super) kind: Kind,
    pub(super) step: Step,
    pub(super) moment: Moment,
    pub(super) guard: Guard,
}

/// Whether somebody else must approve it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    None,
    Approval,
}

impl Crash {
    /// Whether an operation of this kind ever takes this step.
    pub(super) fn exists(self) -> bool {
        match self.step {
            Step::AwaitApproval => self.guard == Guard::Approval,
            Step::Prepare => true,
            Step::Set | Step::PutBack => matches!(self.kind, Kind::Enable | Kind::Restore | Kind::PutBack),
            Step::Reboot => self.kind.reboots(),
            Step::Settle => self.kind.reboots() || self.kind == Kind::FreeSessions,
            Step::TestConsole | Step::AskConsole => self.kind == Kind::Console,
            Step::SendTicket | Step::FindTicket => self.kind == Kind::Ticket,
            Step::FreeSessions => self.kind == Kind::FreeSessions,
            Step::Follow | Step::Outlast => {
                self.kind.reboots() || matches!(self.kind, Kind::Console | Kind::FreeSessions)
            }
            Step::Search | Step::Deliver | Step::AwaitReveal => self.kind.seeks_link(),
            Step::Watch => matches!(self.kind, Kind::Restore | Kind::Reboot),
        }
    }

    /// How often the server is read before it is accepted: for the confirmation card and for the press on it.
    fn reads_before_accepting(self) -> usize {
        if self.kind == Kind::Ticket {
            // Once more for what only support asks for.
            return 3;
        }
        if self.is_confirmed() { 2 } else { 1 }
    }

    /// Whether a confirmation card comes first.
    fn is_confirmed(self) -> bool {
        self.kind.reboots() || self.kind == Kind::FreeSessions
    }

    /// How often the server is read before it is begun: also for the press that approves it.
    fn reads_before_beginning(self) -> usize {
        self.reads_before_accepting() + usize::from(self.guard == Guard::Approval)
    }

    /// How often the server is read before the reboot's own look at it: also for the plan, and around the setting.
    fn reads_before_rebooting(self) -> usize {
        self.reads_before_beginning() + 1 + if self.kind == Kind::Reboot { 0 } else { 2 }
    }

    /// How often the server is read before the machine is watched: also right before the reboot.
    fn reads_before_watching(self) -> usize {
        self.reads_before_rebooting() + 1
    }

    /// The step that is due after a crash within this one: what cannot be repeated, or may have arrived, is looked for instead.
    pub(super) fn due_after(self) -> Step {
        match self.step {
            Step::Reboot | Step::FreeSessions => Step::Settle,
            Step::Search => Step::Deliver,
            Step::SendTicket => Step::FindTicket,
            other => other,
        }
    }

    /// The request that makes the step's effect.
    fn effect(self, dm: &str) -> Mark {
        match self.step {
            Step::AwaitApproval => Mark::server_read(self.reads_before_accepting()),
            Step::Prepare => Mark::server_read(self.reads_before_beginning()),
            Step::Set => Mark::ovh("PUT", "/dedicated/server/"),
            Step::Reboot => Mark::ovh("POST", "/reboot"),
            Step::Settle => Mark::ovh("GET", "/task?"),
            // Nothing took, so looking whether all is back is all there is to do: after the plan and the setting did.
            Step::PutBack if self.kind == Kind::PutBack => Mark::server_read(self.reads_before_accepting() + 2),
            Step::PutBack => Mark { nth: 1, ..Mark::ovh("PUT", "/dedicated/server/") },
            Step::TestConsole => Mark::ovh("POST", "/features/ipmi/test"),
            Step::AskConsole => Mark::ovh("POST", "/features/ipmi/access"),
            Step::SendTicket => Mark::ovh("POST", "/support/tickets/create"),
            Step::FindTicket => Mark::ovh("GET", "/support/tickets?"),
            Step::FreeSessions => Mark::ovh("POST", "/features/ipmi/resetSessions"),
            Step::Follow | Step::Outlast => Mark::ovh("GET", "/task/"),
            Step::Search => Mark::discord("POST", format!("/channels/{dm}/messages")),
            Step::Deliver => Mark::discord("GET", format!("/channels/{dm}/messages")),
            Step::AwaitReveal => Mark::discord("PATCH", "/webhooks/".to_owned()),
            Step::Watch => Mark::server_read(self.reads_before_watching()),
        }
    }

    /// The first request that reads the link.
    fn link_read(self) -> Mark {
        match self.kind {
            Kind::Console => Mark::ovh("GET", "/features/ipmi/access"),
            _ => Mark::ovh("*", "/authenticationSecret"),
        }
    }

    /// The request that is made only when the step is recorded.
    fn following(self) -> Mark {
        match self.step {
            Step::AwaitApproval => Mark::server_read(self.reads_before_beginning()),
            Step::Prepare => match self.kind {
                Kind::Enable | Kind::Restore | Kind::PutBack => Mark::ovh("PUT", "/dedicated/server/"),
                Kind::Reboot => Mark::server_read(self.reads_before_rebooting()),
                Kind::Link => Mark::ovh("*", "/authenticationSecret"),
                Kind::Adopt => Mark::end_told(1),
                // The notice is one more.
                Kind::HandOver => Mark::end_told(2),
                Kind::Console => Mark::ovh("POST", "/features/ipmi/"),
                Kind::Ticket | Kind::FreeSessions => Mark::server_read(self.reads_before_beginning() + 1),
            },
            Step::SendTicket => Mark::end_told(1),
            Step::Set if self.kind == Kind::PutBack => Mark::end_told(1),
            Step::Set => Mark::server_read(self.reads_before_rebooting()),
            Step::Reboot | Step::FreeSessions => Mark::ovh("GET", "/task/"),
            Step::TestConsole => Mark::ovh("POST", "/features/ipmi/access"),
            Step::AskConsole => Mark::ovh("GET", "/task/"),
            // Its card has long been there, or comes first.
            Step::Settle | Step::Outlast if self.kind == Kind::FreeSessions => Mark::end_told(0),
            Step::Follow if self.kind == Kind::FreeSessions => Mark::end_told(1),
            // Looking for the task and following it read the same, so what comes after both is what tells.
            Step::Settle | Step::Follow if self.kind.seeks_link() => self.link_read(),
            // The link of a console is looked for when its task is over.
            Step::Outlast if self.kind == Kind::Console => self.link_read(),
            // Here the reboot was sent already: what comes next reads the server for the first time since.
            Step::Settle | Step::Outlast => Mark::server_read(0),
            Step::Follow => Mark::server_read(self.reads_before_watching()),
            Step::PutBack | Step::Search | Step::Watch => {
                Mark::end_told(1 + usize::from(self.guard == Guard::Approval))
            }
            // Here the card has long been there.
            Step::Deliver | Step::AwaitReveal | Step::FindTicket => Mark::end_told(0),
        }
    }

    pub(super) fn hold(self, bot: &TestBot, dm: &str) -> Hold {
        match self.moment {
            // The link was found beside the task.
            Moment::Recorded if self.step == Step::Outlast && self.kind == Kind::Enable => {
                Mark::discord("POST", format!("/channels/{dm}/messages")).hold(bot, self.moment)
            }
            Moment::Before | Moment::After => self.effect(dm).hold(bot, self.moment),
            Moment::Recorded => self.following().hold(bot, self.moment),
        }
    }

    /// The operation's number: a restore and a look for the link need a rescue before them.
    pub(super) fn id(self) -> &'static str {
        match self.kind {
            Kind::Restore | Kind::Link | Kind::PutBack | Kind::HandOver | Kind::Ticket | Kind::FreeSessions => "R-2",
            Kind::Enable | Kind::Reboot | Kind::Adopt | Kind::Console => "R-1",
        }
    }

    /// What the operation must come to.
    pub(super) fn outcome(self) -> &'static str {
        match (self.step, self.moment, self.kind) {
            // Nobody can know that it never arrived, so a person decides.
            (Step::Reboot, Moment::Before, _) => "**Left as it is**",
            (Step::PutBack, ..) => "**Refused by OVHcloud**",
            (Step::SendTicket, Moment::Before, _) => "**Ticket: not known**",
            (Step::FreeSessions, Moment::Before, _) => "**Console sessions: not known**",
            (_, _, Kind::FreeSessions) => "**Console sessions freed**",
            (_, _, Kind::Enable) => "**In rescue**",
            (_, _, Kind::Restore) => "**Restored**",
            (_, _, Kind::Reboot) => "**Rebooted**",
            (_, _, Kind::Link) => "**Link sent**",
            (_, _, Kind::Adopt) => "**Adopted**",
            (_, _, Kind::HandOver) => "**Handed over**",
            (_, _, Kind::Console) => "**Console open**",
            (_, _, Kind::Ticket) => "**Ticket opened**",
            (_, _, Kind::PutBack) => "**Netboot put back**",
        }
    }

    /// How many reboots it must have caused.
    pub(super) fn reboots(self) -> usize {
        match (self.step, self.moment, self.kind) {
            (Step::Reboot, Moment::Before, _) | (Step::PutBack, ..) => 0,
            (_, _, kind) => usize::from(kind.reboots()),
        }
    }

    /// How many tickets it must have opened.
    pub(super) fn tickets(self) -> usize {
        usize::from(self.kind == Kind::Ticket && (self.step, self.moment) != (Step::SendTicket, Moment::Before))
    }

    /// How often it must have ended the sessions of consoles.
    pub(super) fn session_resets(self) -> usize {
        usize::from(self.kind == Kind::FreeSessions && (self.step, self.moment) != (Step::FreeSessions, Moment::Before))
    }

    /// How many DMs with a link it must have sent.
    pub(super) fn links(self) -> usize {
        let delivered = self.kind.seeks_link() && !matches!(self.step, Step::PutBack | Step::AwaitReveal);
        usize::from(delivered && self.outcome() != "**Left as it is**")
    }
}
