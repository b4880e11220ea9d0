//! What stands before something begins: the kill switch, and whoever holds the server.

use crate::{
    lease,
    operation::{Kind, Operation, event::Event},
    pause::Pause,
};

/// What an event sets going that a pause or another operation may forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Nothing that does not run already.
    Nothing,
    /// One more reboot, or asking others for it.
    Reboot,
    /// The operation, which takes its server.
    Operation,
}

/// Why something does not begin now.
#[derive(Clone, Debug, PartialEq)]
pub enum Closed {
    /// The kill switch is pulled.
    Paused(Pause),
    /// This operation holds the server.
    Busy(Box<Operation>),
}

impl Begins {
    /// What `event` sets going; `after` is the operation with it.
    pub(super) fn of(before: &Operation, after: &Operation, event: &Event) -> Self {
        let granted = after.state.facts.reboots_approved > before.state.facts.reboots_approved;
        match event {
            _ if granted && before.state.waits_to_begin() => Self::Operation,
            _ if granted => Self::Reboot,
            Event::RebootAgainAsked { .. } => Self::Reboot,
            _ => Self::Nothing,
        }
    }
}

/// The gate before an operation of this kind takes its server, or reboots it once more: `pause` is the one in force, `others` are the
/// live operations of the server that it would meet there (none, where it holds the server already).
///
/// # Errors
/// [`Closed`]: it does not begin.
pub fn gate(kind: Kind, pause: Option<Pause>, others: &[Operation]) -> Result<(), Closed> {
    if let Some(pause) = pause.filter(|_| !kind.is_always_open()) {
        return Err(Closed::Paused(pause));
    }
    match others.iter().find(|other| lease::stands_in_the_way(other, kind)) {
        Some(holder) => Err(Closed::Busy(Box::new(holder.clone()))),
        None => Ok(()),
    }
}

/// Whether an operation of this kind is opened only where its server has an active lease: what was being looked at while another press
/// put everything back has nothing left to put back.
pub fn needs_lease(kind: Kind) -> bool {
    kind == Kind::PutBack
}

/// What an operation that was just opened or approved means for the others on its server: these end, or go on, with that. As long as it
/// waits to begin it takes nothing over: its last approval does.
pub fn taken_over<'a>(operation: &Operation, others: &'a [Operation]) -> Vec<(&'a Operation, Event)> {
    if operation.state.waits_to_begin() {
        return Vec::new();
    }
    let taken = |other| Some((other, lease::overtaken(operation.id, operation.request.kind(), other)?));
    others.iter().filter_map(taken).collect()
}
