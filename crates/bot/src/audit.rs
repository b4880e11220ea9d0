//! Refusals of rights, for the audit: recorded before the person is told, after the acknowledgement, and never for long.

use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

use bernard_domain::{
    access::UserId,
    audit::{Act, Entry},
    operation::ChannelId,
    server::ServiceName,
};
use bernard_platform::clock;
use serenity::model::application::{
    CommandDataOption, CommandDataOptionValue, CommandInteraction, ComponentInteraction, ModalInteraction,
};

use crate::{
    component::{Button, Subject},
    context::Handler,
    refusal::{LeaseRefusal, Refusal},
    tally::Tally,
};

/// How often it is looked whose minute of refusals is over.
const COUNTS_LOOK: Duration = Duration::from_secs(5);
/// How long a person waits for the record of their refusal; it is written all the same.
const PATIENCE: Duration = Duration::from_secs(1);

impl Handler {
    /// Records that a command was refused, if that is a matter of rights.
    pub(super) async fn audit_refused_command(&self, command: &CommandInteraction, refusal: &Refusal) {
        let Some(entry) = entry(refusal) else { return };
        let (name, typed) = typed(&command.data.name, &command.data.options);
        // What somebody typed that names no server is not kept.
        let server = typed.and_then(|typed| self.fleet.find_known(&typed).ok()).map(|server| server.name);
        let place = ChannelId(command.channel_id.get());
        self.record_refusal(entry.by(UserId(command.user.id.get())).asking(name).at_place(place), server).await;
    }

    /// Records that a press was refused, if that is a matter of rights.
    pub(super) async fn audit_refused_press(&self, press: &ComponentInteraction, refusal: &Refusal) {
        let pressed = Pressed { id: &press.data.custom_id, by: press.user.id.get(), place: press.channel_id.get() };
        self.audit_refused(pressed, refusal).await;
    }

    /// Records that a form was refused, if that is a matter of rights.
    pub(super) async fn audit_refused_form(&self, form: &ModalInteraction, refusal: &Refusal) {
        let pressed = Pressed { id: &form.data.custom_id, by: form.user.id.get(), place: form.channel_id.get() };
        self.audit_refused(pressed, refusal).await;
    }

    async fn audit_refused(&self, pressed: Pressed<'_>, refusal: &Refusal) {
        let Some(entry) = entry(refusal) else { return };
        let server = match pressed.id.parse::<Button>() {
            Ok(button) => self.server_behind(button).await,
            Err(_) => None,
        };
        let label = pressed.id.split(':').next().unwrap_or_default();
        let entry = entry.by(UserId(pressed.by)).asking(format!("button {label}"));
        self.record_refusal(entry.at_place(ChannelId(pressed.place)), server).await;
    }

    async fn record_refusal(&self, entry: Entry, server: Option<ServiceName>) {
        let entry = Entry { server, ..entry };
        let Some(entry) = self.refusals().note(entry, Instant::now()) else { return };
        match tokio::time::timeout(PATIENCE, self.store.audit(entry)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "a refusal is not in the audit"),
            Err(_) => tracing::warn!("a refusal is told before it is in the audit: the store is slow"),
        }
    }

    fn refusals(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes, for ever, the lines of what was counted.
    pub(super) async fn write_counts(&self) {
        let mut turns = tokio::time::interval(COUNTS_LOOK);
        loop {
            turns.tick().await;
            let due = self.refusals().due(Instant::now());
            self.write_all(due).await;
        }
    }

    /// Writes the lines of all that is still being counted: nothing is received any more.
    pub(super) async fn write_last_counts(&self) {
        let last = self.refusals().all(Instant::now());
        self.write_all(last).await;
    }

    async fn write_all(&self, counts: Vec<Entry>) {
        for count in counts {
            if let Err(error) = self.store.audit(count).await {
                tracing::error!(%error, "a count of refusals is not in the audit");
            }
        }
    }

    /// The server that a button is about.
    async fn server_behind(&self, button: Button) -> Option<ServiceName> {
        match button.subject() {
            Subject::Card(id) => self.store.card(id).await.ok()?.map(|card| card.request.server),
            Subject::Operation(named) => {
                let operation = self.store.operation(named.id).await.ok()?;
                operation.filter(|one| button.is_unmarked() || button.is_of(one)).map(|one| one.request.server)
            }
            Subject::Foreign(named) => {
                let foreign = self.store.foreign_rescue(named.id).await.ok()?;
                foreign.filter(|one| button.is_unmarked() || named == one.marked()).map(|one| one.found.server)
            }
            Subject::Alert(named) => {
                let card = self.store.alert_card(named.id).await.ok()?;
                card.filter(|one| named == one.marked()).map(|one| one.server)
            }
            Subject::Page(_) | Subject::Way(_) => None,
        }
    }
}

/// A button, or the form behind it, as it was pressed.
#[derive(Clone, Copy)]
struct Pressed<'a> {
    id: &'a str,
    by: u64,
    place: u64,
}

/// The command's words, and what was typed as `server`.
fn typed(name: &str, options: &[CommandDataOption]) -> (String, Option<String>) {
    match options.first().map(|option| (&option.name, &option.value)) {
        Some((sub, CommandDataOptionValue::SubCommand(inner))) => {
            let (rest, server) = typed(sub, inner);
            let slash = rest.trim_start_matches('/');
            (format!("/{name} {slash}"), server)
        }
        _ => {
            let server = options.iter().find(|option| option.name == "server").and_then(|option| option.value.as_str());
            (format!("/{name}"), server.map(|typed| typed.trim().to_owned()))
        }
    }
}

/// What the audit says of a refusal; `None` when it is not about who may do what where.
fn entry(refusal: &Refusal) -> Option<Entry> {
    let entry = Entry::act(Act::Refused, clock::now());
    Some(match refusal {
        Refusal::Denied(denial, _) | Refusal::Unseen(denial, ..) | Refusal::NoOperation(Some(denial), _) => {
            let said = entry.saying(format!("{}: {}", denial.capability, reason(&denial.reason)));
            match &denial.nearest {
                Some(nearest) => said.under(nearest.place.to_string()),
                None => said,
            }
        }
        Refusal::NobodyMayApprove(rule, _) => entry.under(rule.clone()).saying("nobody else may approve it"),
        Refusal::ReasonUnfit(wanted, _) => {
            entry.under(wanted.rule.to_string()).saying(format!("the reason does not match {}", wanted.pattern))
        }
        Refusal::Code(code) => entry.saying(code.for_the_audit()?),
        Refusal::OwnRequest => entry.saying("nobody judges what they asked for"),
        Refusal::DenyInstead => entry.saying("it is not theirs to take back"),
        Refusal::NotSparedAnyMore(_) => entry.saying("rebooted since: the link needs an approval"),
        Refusal::CountsNot => entry.saying("their approval counts already, or never does"),
        Refusal::NotHere => entry.saying("not in the guild that is served"),
        Refusal::WrongChannel(_) => entry.saying("not in a channel that is served"),
        Refusal::RolesUnreadable => entry.saying("Discord did not tell the roles"),
        Refusal::NotAMember => entry.saying("not in the guild"),
        Refusal::Paused(pause, _) => entry.saying(format!("paused by {}", pause.by.0)),
        Refusal::TooOften(..) => entry.saying("more often than the limits allow"),
        Refusal::NotYours { .. } => entry.saying("the button was made for somebody else"),
        Refusal::Lease(LeaseRefusal::CannotOwn(who, _)) => entry.saying(format!("{} may not own the rescue", who.0)),
        Refusal::Lease(_)
        | Refusal::BotLacks(_)
        | Refusal::NoServer(..)
        | Refusal::NoOperation(None, _)
        | Refusal::Typed(..)
        | Refusal::Busy(_)
        | Refusal::Problem(..)
        | Refusal::Card(..)
        | Refusal::UnderWay(..)
        | Refusal::TooLate(..)
        | Refusal::TicketThere(..)
        | Refusal::NoLinkYet(_)
        | Refusal::TheirRolesUnreadable(_)
        | Refusal::AlertOver(_)
        | Refusal::MadeElsewhere(_)
        | Refusal::WayOver
        | Refusal::Unknown
        | Refusal::Fault => return None,
    })
}

fn reason(reason: &bernard_domain::access::Reason) -> &'static str {
    use bernard_domain::{
        access::Reason as R,
        duty::{OffDuty, Unknown},
    };
    match reason {
        R::NobodyMay => "no rule at all",
        R::NoEntryForYou => "no rule speaks of them",
        R::LacksCapability => "their rules lack it",
        R::NotThisServer => "only for other servers",
        R::ServerUnread => "the server's tags could not be read",
        R::NotThisChannel { .. } => "only in other channels",
        R::OutsideHours { .. } => "only in other hours",
        R::NotOnDuty(off) => match **off {
            OffDuty::NoSchedule => "only on duty, and there is no schedule",
            OffDuty::Unknown(Unknown::NeverRead) => "only on duty, and the schedule could not be read",
            OffDuty::Unknown(Unknown::ClockSet) => "only on duty, and the machine's clock was set",
            OffDuty::Unknown(Unknown::Stale { .. }) => "only on duty, and the schedule was read too long ago",
            OffDuty::Unknown(Unknown::Empty { .. }) => "only on duty, and the schedule is empty",
            OffDuty::Others { .. } => "only on duty",
        },
    }
}
