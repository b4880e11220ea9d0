//! The link: found as soon as it exists, sent to the one who asked, and nowhere else.

use std::time::{Duration, Instant};

use bernard_domain::{
    authorization::Ruling,
    operation::{Entry, Kind, Operation, Source, Wish, event::Event, state::Phase},
    server::{Boot, Server},
};
use bernard_ovh as ovh;
use bernard_platform::clock::{self, BootInstant};
use bernard_store::Append;

use super::{Context, Failure, Next, PATIENCE, Work, console::is_console_over, for_its_delivery, waited};
use crate::{
    link::{self, Found, Look, MailSource, Refused, Refusing, Target},
    messenger::Arrival,
};

/// How long a link waits for **Reveal link** before the operation ends; `/rescue link` finds it again at any time.
const REVEAL_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// After how many task polls a source that refused is asked again: with the usual ones a minute.
const ASK_AGAIN: u32 = 4;
/// The longest pause between two tries of a delivery.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Work<'_> {
    /// Looks for the link and sends it.
    pub(super) async fn search(&self) -> Result<Next, Failure> {
        if opens_by_key(self.operation) {
            return self.send(None, None).await;
        }
        let began = Instant::now();
        // That the machine is back costs no request to see, and makes the link due.
        let early = self.is_early();
        if early && let Some(seen) = self.look_at_port().await {
            return Ok(seen);
        }
        if early && self.client.is_waited_for() && !self.is_given_up() {
            return Ok(Next::Wait(self.settings().secret_poll));
        }
        let look = match self.newly_opened_console().await {
            Ok(Some(opened)) => return Ok(opened),
            Ok(None) => self.context.find_link(self.client, self.operation).await,
            Err(Failure::Ovh(error)) => Look::failed(Source::Console, error),
            Err(failure) => return Err(failure),
        };
        match look {
            Look { found: Some(found), refused, .. } => self.hand_out(found, refused).await,
            look if self.is_given_up() || self.is_refused(&look.refused) => Ok(self.not_found(look)),
            Look { trouble: Some(error), .. } => Ok(Next::Hindered(self.settings().secret_poll, Box::new(error))),
            _ => {
                // A port that is silent takes its time to say so; the link is looked for at its own pace all the same.
                let seen = if early { None } else { self.look_at_port().await };
                let pause = self.pause(self.settings().secret_poll);
                Ok(seen.unwrap_or(Next::Wait(pause.saturating_sub(began.elapsed()))))
            }
        }
    }

    /// A DM was tried and its fate is unknown: if it is not there, it is sent again.
    pub(super) async fn deliver(&self) -> Result<Next, Failure> {
        let Phase::Delivering(source) = self.operation.state.phase else {
            return Ok(Next::Reread);
        };
        let arrival = self.context.messenger.look_for_delivery(self.operation).await;
        if let Some(event) = self.settled_by(&arrival) {
            return Ok(Next::Record(event));
        }
        match arrival {
            Arrival::Missing if source.is_none() => self.send(None, None).await,
            Arrival::Missing => match self.context.find_link(self.client, self.operation).await {
                Look { found: Some(found), refused, .. } => self.hand_out(found, refused).await,
                look if self.is_given_up() || self.is_refused(&look.refused) => Ok(self.not_found(look)),
                Look { trouble: Some(error), .. } => Ok(Next::Hindered(self.growing_pause(), Box::new(error))),
                _ => Ok(Next::Wait(self.growing_pause())),
            },
            _ => Ok(Next::Wait(self.growing_pause())),
        }
    }

    /// Whether no place is left that may be asked: then nobody waits for `secret_timeout`.
    fn is_refused(&self, refused: &Refused) -> bool {
        let sources = sources(self.operation, &self.settings().secret_from);
        !sources.is_empty() && sources.iter().all(|source| refused.contains_key(source))
    }

    /// What became of the delivery, if that is settled. What Discord refuses for good is as good as closed DMs; what may heal is
    /// as good as that once the link's whole time is over.
    fn settled_by(&self, arrival: &Arrival) -> Option<Event> {
        match arrival {
            Arrival::Arrived => {
                self.context.kept.forget(self.operation.id);
                Some(Event::LinkDelivered)
            }
            Arrival::Closed => Some(Event::DmClosed { code: None }),
            Arrival::Refused(code) => Some(Event::DmClosed { code: Some(*code) }),
            Arrival::NotNow(code) if self.is_given_up() => Some(Event::DmClosed { code: Some(*code) }),
            Arrival::Unknown if self.is_given_up() => Some(Event::DmClosed { code: Some(0) }),
            Arrival::NotNow(_) | Arrival::Unknown | Arrival::Missing => None,
        }
    }

    /// Between two tries of a delivery: the longer it was tried, the longer.
    fn growing_pause(&self) -> Duration {
        (self.waited() / 3).min(LONGEST_PAUSE).max(self.settings().secret_poll)
    }

    /// Whether the link has been looked for long enough.
    fn is_given_up(&self) -> bool {
        let has_time = self.operation.state.stands() || self.waited() <= self.settings().secret_timeout;
        !has_time || is_console_over(self.operation)
    }

    /// Nobody waits for ever: what was searched is said, and what refused, and a person may have it looked for again.
    fn not_found(&self, look: Look) -> Next {
        let searched = sources(self.operation, &self.settings().secret_from);
        let query = look.troubles().last().and_then(ovh::Error::query);
        let event = Event::LinkNotFound { searched, trouble: link::words(look.troubles()), query };
        match look.refused.into_values().chain(look.trouble).last() {
            Some(error) => Next::RecordAfter(event, Box::new(error)),
            None => Next::Record(event),
        }
    }

    /// Sends the link, if whoever asked may have it: by the rights of this moment, unless the roles that came with the last press
    /// still count. While nobody can say, it is not sent.
    pub(super) async fn hand_out(&self, found: Found, refused: Refused) -> Result<Next, Failure> {
        let client = self.client.with_priority(for_its_delivery(self.operation));
        Work { client: &client, ..*self }.give(found, refused).await
    }

    /// The same, before all that is not handed out yet.
    async fn give(&self, found: Found, refused: Refused) -> Result<Next, Failure> {
        let refused = link::words(refused.values());
        let (may, trouble) = match self.client.server(self.server()).await {
            Ok(server) => (self.may_have_it(server).await, None),
            Err(error) => (None, Some(error)),
        };
        match may {
            Some(Ruling::Allowed) => self.send(Some(found), refused).await,
            // While the task stands the search goes on; whoever can be read by its end may have it.
            Some(Ruling::RolesUnreadable(_)) if self.operation.state.stands() => {
                Ok(Next::Wait(self.settings().secret_poll))
            }
            Some(Ruling::RolesUnreadable(_)) => {
                self.context.kept.forget(self.operation.id);
                Ok(self.not_told(None))
            }
            Some(
                Ruling::NoLongerAllowed
                | Ruling::NotOnDuty { .. }
                | Ruling::CannotOwn(_)
                | Ruling::ReasonUnfit(_)
                | Ruling::NotEnough { .. },
            ) => {
                self.context.kept.forget(self.operation.id);
                Ok(Next::Record(Event::LinkWithheld))
            }
            // The link is there; what is missing is whether it may be given.
            None if self.is_given_up() => Ok(self.not_told(trouble)),
            None => Ok(match trouble {
                Some(error) => Next::Hindered(self.settings().secret_poll, Box::new(error)),
                None => Next::Wait(self.settings().secret_poll),
            }),
        }
    }

    /// A link was found, and nobody could say whether its requester may still have it.
    fn not_told(&self, trouble: Option<ovh::Error>) -> Next {
        let searched = sources(self.operation, &self.settings().secret_from);
        let query = trouble.as_ref().and_then(ovh::Error::query);
        let why = trouble
            .as_ref()
            .map_or_else(|| "Discord did not tell the roles of the one who asked".to_owned(), ToString::to_string);
        let event = Event::LinkNotFound { searched, trouble: Some(format!("found, but not handed out: {why}")), query };
        match trouble {
            Some(error) => Next::RecordAfter(event, Box::new(error)),
            None => Next::Record(event),
        }
    }

    /// Whether whoever asked may have what was found, by what rules know the server by now; `None` while nobody can say. What is asked
    /// for its link alone also needs the approvals of this moment.
    async fn may_have_it(&self, server: Server) -> Option<Ruling> {
        let request = &self.operation.request;
        if self.is_fresh() && request.known_as.as_ref() == Some(&server.identity()) {
            return Some(Ruling::Allowed);
        }
        if request.kind() != Kind::Enable {
            let reboots = self.reboots().await;
            return self.context.rights.reauthorize(self.operation, &server, reboots.as_deref()).await;
        }
        self.context.rights.may_receive(self.operation, &server).await
    }

    /// Records the attempt, then sends the DM.
    async fn send(&self, found: Option<Found>, refused: Option<String>) -> Result<Next, Failure> {
        let attempt = Event::DeliveryAttempted {
            source: found.as_ref().map(|found| found.source),
            query: found.as_ref().and_then(|found| found.query.clone()),
            refused,
        };
        let Append::Done(attempted) = self.context.store.append(self.operation, &attempt, clock::now()).await? else {
            return Ok(Next::Reread);
        };
        let link = found.map(|found| (found.source, found.link));
        match self.settled_by(&self.context.messenger.deliver(&attempted, link).await) {
            Some(event) => match self.context.store.append(&attempted, &event, clock::now()).await? {
                // Whoever was faster is read again.
                Append::Done(_) | Append::Busy(_) | Append::Overtaken => {}
                Append::Illegal(illegal) => {
                    tracing::error!(operation.id = %attempted.id, %illegal, "what came of a delivery does not follow it");
                }
            },
            None => self.context.store.park(&attempted, clock::now() + self.growing_pause()).await?,
        }
        Ok(Next::Reread)
    }

    /// Waits for the button.
    pub(super) async fn await_reveal(&self) -> Result<Next, Failure> {
        if is_past_revealing(self.operation) {
            Ok(Next::Record(Event::LinkGivenUp))
        } else {
            Ok(Next::Wait(self.console_left().unwrap_or(REVEAL_LIFE / 24)))
        }
    }
}

impl Context {
    /// The link of an operation's rescue: the one that was found already and not taken, else it is looked for, once. A source's
    /// trouble is logged and comes back beside; the next look may find it.
    pub(crate) async fn find_link(&self, client: &ovh::Client, operation: &Operation) -> Look {
        if let Some(found) = self.kept.of(operation.id) {
            return Look::of(Some(found));
        }
        let look = self.look_for_link(client, operation).await;
        if let Some(found) = &look.found {
            self.kept.keep(operation.id, found);
        }
        look
    }

    async fn look_for_link(&self, client: &ovh::Client, operation: &Operation) -> Look {
        if let Some(kind) = operation.state.facts.console {
            return super::console::find(client, operation, kind).await;
        }
        let Some(target) = target(operation) else { return Look::default() };
        let settings = self.settings.get();
        let mut sources = sources(operation, &settings.secret_from);
        if self.may_be_the_last_rescues(operation) || self.has_only_begun(operation).await {
            sources.retain(|source| *source != Source::AuthenticationSecret);
        }
        let mut memory = self.searches.take(operation.id);
        let refusing = match memory.asked {
            Some(asked) if asked.elapsed() <= settings.task_poll * ASK_AGAIN => Refusing::AreLeft,
            _ => Refusing::AreAsked,
        };
        if refusing == Refusing::AreAsked {
            memory.asked = Some(BootInstant::now());
        }
        let mailbox = self.searches.mailboxes.of(client.account());
        let mails = MailSource { mailbox, within: memory.list_within(settings.secret_poll) };
        let template = &settings.secret_link;
        let look = link::find(client, &target, &sources, &mails, template, &mut memory, refusing).await;
        self.searches.put(operation.id, memory);
        for error in look.refused.values().chain(&look.trouble) {
            if error.is_of_one_thing() {
                client.note(error);
            } else {
                tracing::warn!(operation.id = %operation.id, %error, "a source of the link could not be read");
            }
        }
        look
    }

    /// Whether this looks for the link of a rescue whose own operation does not trust the authentication secret yet.
    async fn has_only_begun(&self, operation: &Operation) -> bool {
        if operation.request.kind() != Kind::Link {
            return false;
        }
        match self.store.live_on(&operation.request.server).await {
            Ok(live) => live.iter().any(|other| self.may_be_the_last_rescues(other)),
            Err(error) => {
                tracing::warn!(operation.id = %operation.id, %error, "the store does not say what began the rescue");
                true
            }
        }
    }

    /// Whether the authentication secret may still be the last rescue's: the machine ran one of the same kind, and was neither
    /// seen to go away since its task was done, nor given the time for it.
    fn may_be_the_last_rescues(&self, operation: &Operation) -> bool {
        let searching = matches!(operation.state.phase, Phase::Searching | Phase::Standing(_));
        let (Wish::Enable(wish), true) = (&operation.request.wish, searching) else { return false };
        let facts = &operation.state.facts;
        let before = facts.plan.as_ref().and_then(|plan| plan.before.boot.as_ref());
        let settings = self.settings.get();
        let time = (settings.task_poll * PATIENCE).min(settings.secret_timeout / 2);
        before.and_then(|start| start.netboot()).and_then(Boot::rescue_system) == Some(wish.system)
            && facts.port_closed.is_none()
            && (operation.state.stands() || waited(operation) < time)
    }
}

/// Whether nobody takes its link by the button any more.
pub(super) fn is_past_revealing(operation: &Operation) -> bool {
    waited(operation) > REVEAL_LIFE || is_console_over(operation)
}

/// Where this operation looks: where its requester said, else where the configuration says.
fn sources(operation: &Operation, configured: &[Source]) -> Vec<Source> {
    match &operation.request.wish {
        Wish::Link { sources } => sources.clone(),
        Wish::Console { .. } => vec![Source::Console],
        _ => configured.to_vec(),
    }
}

fn target(operation: &Operation) -> Option<Target> {
    let facts = &operation.state.facts;
    let server = operation.request.server.clone();
    if let Some((system, _, since)) = &facts.rescue {
        return Some(Target { server, system: *system, since: *since, known_mails: None });
    }
    let Wish::Enable(wish) = &operation.request.wish else { return None };
    let since = facts.last_intent.as_ref()?.at;
    Some(Target { server, system: wish.system, since, known_mails: facts.plan.as_ref()?.before.mails.clone() })
}

/// Whether an SSH key opens the rescue: then OVHcloud makes no password, and the DM says how to connect.
pub(super) fn opens_by_key(operation: &Operation) -> bool {
    let facts = &operation.state.facts;
    facts.key.is_some() || facts.plan.as_ref().is_some_and(|plan| plan.entry == Entry::Key)
}
