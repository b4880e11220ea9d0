//! Sessions on a server's consoles that are stuck: where freeing them may help.
//!
//! Pure. OVHcloud ends all sessions of the server at once, those of other people too. Like a reboot that cannot be taken back, so
//! somebody confirms it, and it is asked for once.

use super::{
    Kind, Operation,
    event::{NotDone, Problem},
    state::{Link, Outcome, Phase},
};
use crate::console::Health;

impl Operation {
    /// Whether it is a console's that is over, of which stuck sessions may be the cause: OVHcloud's test of it failed, or it came to no
    /// address. What was not sent, or of which nobody knows what came, may be
    /// asked for once more.
    pub fn may_have_stuck_sessions(&self) -> bool {
        let Phase::Ended(outcome) = &self.state.phase else { return false };
        let facts = &self.state.facts;
        match self.request.kind() {
            Kind::Console => {
                let failed = matches!(facts.console_health, Some(Health::Fails { .. }));
                let no_address = match outcome {
                    Outcome::TaskFailed { .. } | Outcome::ConsoleOpen(Link::NotFound) => true,
                    Outcome::Impossible(Problem::Ovhcloud { .. }) => facts.console.is_some(),
                    _ => false,
                };
                let over = !matches!(outcome, Outcome::InDoubt | Outcome::Superseded(_));
                no_address || (failed && over)
            }
            Kind::FreeSessions => {
                matches!(outcome, Outcome::SessionsUnknown | Outcome::NotDone(NotDone::Unsent, _))
            }
            _ => false,
        }
    }
}
