//! `/status`: one server as OVHcloud sees it now, or the fleet in one short card from memory.

use bernard_domain::{
    access::Capability,
    inventory::{
        foreign::may_be_left_by_work,
        known::{Care, Planned},
    },
    lease::Lease,
    locale::Locale,
    operation::{Operation, event::Problem},
    runbook::about,
    server::{
        Server, Task,
        start::{Start, Unfit},
    },
};
use bernard_engine::{
    fleet::{
        details::Look,
        network::{Address, Blocked, Mitigation},
    },
    plan::Remark,
};
use bernard_platform::clock;
use bernard_text::{day, day_and_hour, from_now, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::{SignedDuration, Timestamp};

use super::Command;
use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::{
        card_links::CardLinks,
        installed,
        layout::{Accent, Block},
        message::{File, Message},
        runbook, standing, starts,
        timeline::Timeline,
        wording::{self, Headline},
    },
    reply::Reply,
    ways::Way,
};

/// How long the picture of an operation that has ended is still worth a look.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(30);
/// How many things that could not be read are shown at most; `/doctor` has them all.
const ODD: usize = 3;
/// How many planned interventions are shown at most.
const PLANNED: usize = 3;

impl Handler {
    pub(super) async fn status_of(&self, asking: &Asker, typed: &str) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        let known = self.find(asking, typed, Capability::View).await?;
        let server = match self.read_to_view(asking, &known).await {
            Ok(server) => server,
            Err(refusal) => return self.remembered(asking, &known, refusal).await,
        };
        let look = match self.fleet.look(&server).await {
            Ok(look) => look,
            Err(error) => return self.remembered(asking, &server, Refusal::from_plan(error, server.label())).await,
        };
        let lease = self.lookout.lease(&server).await?;
        let mut lines = seen(&server, &look, locale);
        let live = self.store.live_on(&server.name).await?;
        lines.extend(self.ours(lease.as_ref(), &live, locale).await?);
        lines.extend(foreign(look.next.start.as_ref(), lease.as_ref(), &live, locale));
        lines.extend(runbook::lines(&about(&self.settings.runbooks, &server), locale));
        lines.extend(datacentre(&server, &look, locale));
        lines.extend(address(&look.address, locale));
        if lease.is_none() && live.is_empty() {
            lines.extend(likely_cause(&look, clock::now(), locale));
        }
        lines.extend(odd(&self.fleet.oddities(&server), locale));
        let accent = accent(&server, &look, lease.as_ref());
        let mut blocks = vec![Block::Text(lines.join("\n"))];
        // Whoever hears of a rescue can end it, or give it more time.
        blocks.extend(lease.map(|lease| Block::Buttons(standing::buttons(&lease, locale))));
        let mut files = Vec::new();
        if let Some(operation) = self.worth_a_picture(&server, live.first()).await? {
            let events = self.store.events(operation.id).await?;
            let timeline = Timeline::of(&operation, &events, clock::now(), locale);
            files.extend(drawn(timeline).await);
        }
        let shows = |file: &File| Block::Picture(file.name.clone(), file.description.clone().unwrap_or_default());
        blocks.extend(files.iter().map(shows));
        Ok(Message { files, ..Message::framed(accent, blocks) }.into())
    }

    /// The server from memory, when OVHcloud does not answer just now: what is left of the refusal stands below it. Its tags are not
    /// known then, so a right that goes by them does not count.
    async fn remembered(&self, asking: &Asker, known: &Server, refusal: Refusal) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        let Refusal::Problem(problem, _) = &refusal else { return Err(refusal) };
        let (Problem::Weather { said, .. }, servers) = (&**problem, self.fleet.servers()) else { return Err(refusal) };
        let found = servers.get(&known.name).and_then(|known| Some((known, servers.read_at(known)?)));
        let Some((known, seen)) = found else {
            return Err(refusal);
        };
        let server = &known.server;
        self.may(asking, Capability::View, &Server { tags: None, ..server.clone() })?;
        let lease = self.store.lease(&server.name).await?;
        let live = self.store.live_on(&server.name).await?;
        let (name, service) = (named(server.label()), code(server.name.as_str()));
        let mut lines = vec![
            say!(locale, "status-remembered", server = name, service = service, when = from_now(seen)),
            say!(locale, "status-os", os = installed::in_words(&server.os), power = power(server, locale)),
        ];
        let start = self.fleet.inventory().boot_of(known).map(|boot| Start::from((*boot).clone()));
        lines.extend(start.iter().map(|start| say!(locale, "status-boots", start = starts::long(start, locale))));
        lines.extend(self.ours(lease.as_ref(), &live, locale).await?);
        lines.extend(foreign(start.as_ref(), lease.as_ref(), &live, locale));
        lines.push(format!("-# {}", code(said)));
        let again = Way::Command(Box::new(Command::Status { server: Some(server.name.to_string()) }));
        let again = self.way_buttons(asking, vec![(say!(locale, "button-try-again"), again)]).await;
        let buttons = lease.iter().flat_map(|lease| standing::buttons(lease, locale)).chain(again).collect();
        Ok(Reply::with_buttons(lines.join("\n"), buttons))
    }

    /// What Bernard itself knows of a server: its rescue, and what is under way.
    async fn ours(&self, lease: Option<&Lease>, live: &[Operation], locale: Locale) -> Result<Vec<String>, Refusal> {
        let begun_by = lease.map(|lease| lease.operation);
        let links = self.card_links(live.iter().map(|operation| operation.id).chain(begun_by)).await?;
        let mut lines: Vec<String> = lease.iter().map(|lease| lease_line(lease, &links, locale)).collect();
        lines.extend(lease.and_then(|lease| standing::seen(&lease.seen, locale)));
        for operation in live {
            let Headline { emoji, words: state } = wording::state(operation, locale);
            lines.push(say!(locale, "status-operation", emoji = emoji, id = links.number(operation.id), state = state));
        }
        Ok(lines)
    }

    /// The operation under way, or the last one if it ended just now.
    async fn worth_a_picture(&self, server: &Server, live: Option<&Operation>) -> Result<Option<Operation>, Refusal> {
        if let Some(live) = live {
            return Ok(Some(live.clone()));
        }
        let last = self.store.last_operation(&server.name).await?;
        Ok(last.filter(|operation| clock::now().duration_since(operation.since) < JUST_NOW))
    }
}

/// The colour of how it stands with a server.
fn accent(server: &Server, look: &Look, lease: Option<&Lease>) -> Accent {
    let unfit = look.next.start.as_ref().is_some_and(|start| start.unfit().is_some());
    match lease {
        Some(lease) if lease.deadline <= clock::now() => Accent::Bad,
        Some(_) => Accent::Live,
        None if unfit => Accent::Warning,
        None if server.state != "ok" => Accent::Bad,
        None => Accent::Good,
    }
}

/// A timeline's picture; `None` when it cannot be drawn, which is said in the log.
async fn drawn(timeline: Timeline) -> Option<File> {
    match tokio::task::spawn_blocking(move || timeline.file()).await {
        Ok(Ok(file)) => Some(file),
        Ok(Err(error)) => {
            tracing::error!(%error, "a timeline could not be drawn");
            None
        }
        Err(_panic) => {
            tracing::error!("a timeline could not be drawn");
            None
        }
    }
}

/// The server itself, what it boots next, and what OVHcloud is doing to it.
fn seen(server: &Server, look: &Look, locale: Locale) -> Vec<String> {
    let mut lines = vec![headline(server, look.next.start.as_ref(), locale)];
    lines.push(say!(locale, "status-os", os = installed::in_words(&server.os), power = power(server, locale)));
    lines.push(match &look.next.start {
        Some(start) => say!(locale, "status-boots", start = starts::long(start, locale)),
        None => say!(locale, "status-boots-nothing"),
    });
    if let Some((id, said)) = look.next.unread.clone() {
        lines.push(starts::remark(&Remark::Unread(id, said), locale));
    }
    if let (Some(boot), Some(_)) = (server.boot, &server.boot_script) {
        lines.push(say!(locale, "status-both", id = code(&boot.to_string())));
    }
    match &look.running {
        Ok(tasks) => lines.extend(tasks.iter().map(|task| task_line(task, locale))),
        Err(error) => lines.push(say!(locale, "status-tasks-unreadable", said = code(error))),
    }
    lines
}

/// What OVHcloud's people watch, did and plan, and how long the server is paid for.
fn datacentre(server: &Server, look: &Look, locale: Locale) -> Vec<String> {
    let watched = server.monitoring.map(|is_watched| match is_watched {
        true => say!(locale, "status-monitored"),
        false => say!(locale, "status-unmonitored"),
    });
    let mut lines: Vec<String> = watched.into_iter().collect();
    if server.no_intervention {
        lines.push(say!(locale, "status-no-intervention"));
    }
    if let Some(began) = look.intervention.as_ref().and_then(|intervention| intervention.began) {
        lines.push(say!(locale, "status-intervention", when = from_now(began)));
    }
    match &look.care {
        Ok(care) => {
            lines.extend(care.planned.iter().take(PLANNED).map(|planned| planned_line(planned, locale)));
            lines.extend(care.expires.map(|expires| expiry_line(day(expires), care, locale)));
        }
        Err(error) => lines.push(say!(locale, "status-contract-unreadable", said = code(error))),
    }
    lines
}

/// What OVHcloud says of its address.
fn address(address: &Address, locale: Locale) -> Vec<String> {
    let why = |blocked: &Blocked| match blocked {
        Blocked::Antihack => say!(locale, "status-blocked-antihack"),
        Blocked::Spam => say!(locale, "status-blocked-spam"),
        Blocked::Phishing => say!(locale, "status-blocked-phishing"),
    };
    let mitigated = address.mitigation.map(|how| match how {
        Mitigation { permanent: true, .. } => say!(locale, "status-mitigated-always"),
        Mitigation { .. } => say!(locale, "status-mitigated"),
    });
    address.blocked.iter().map(why).chain(mitigated).collect()
}

/// That it is in a rescue that nobody here began, in the words of the fleet's card.
fn foreign(start: Option<&Start>, lease: Option<&Lease>, live: &[Operation], locale: Locale) -> Option<String> {
    let is_foreign = lease.is_none() && live.is_empty() && start.is_some_and(Start::is_rescue);
    is_foreign.then(|| format!("⚠️ {}", say!(locale, "fleet-foreign")))
}

/// Why a server may be in a rescue that nobody here began.
fn likely_cause(look: &Look, now: Timestamp, locale: Locale) -> Option<String> {
    let start = look.next.start.as_ref()?;
    let began = look.intervention.as_ref()?.began?;
    let is_recent = may_be_left_by_work(began, now);
    let is_rescue = matches!(start.unfit(), Some(Unfit::Rescue));
    (is_recent && is_rescue).then(|| say!(locale, "status-likely-cause", when = from_now(began)))
}

/// What could not be read and is left out.
pub(super) fn odd(oddities: &[String], locale: Locale) -> Vec<String> {
    let shown = oddities.iter().take(ODD).map(|said| say!(locale, "status-odd", said = code(said)));
    shown.collect()
}

fn planned_line(planned: &Planned, locale: Locale) -> String {
    let when = planned.begins.map_or_else(|| "?".to_owned(), day_and_hour);
    say!(locale, "status-planned", kind = code(&planned.kind), when = when)
}

fn expiry_line(day: String, care: &Care, locale: Locale) -> String {
    match care.renewed {
        _ if care.contradicts => say!(locale, "status-expires-contradicts", day = day),
        Some(true) => say!(locale, "status-expires-renewed", day = day),
        Some(false) => say!(locale, "status-expires-for-good", day = day),
        None => say!(locale, "status-expires", day = day),
    }
}

fn headline(server: &Server, start: Option<&Start>, locale: Locale) -> String {
    let name = named(server.label());
    let service = code(server.name.as_str());
    match start.and_then(Start::unfit) {
        Some(Unfit::Unreachable) => say!(locale, "status-unreachable", server = name, service = service),
        Some(Unfit::PowerOff) => say!(locale, "status-off", server = name, service = service),
        Some(_) => say!(locale, "status-rescue", server = name, service = service),
        _ if server.state == "ok" => say!(locale, "status-ok", server = name, service = service),
        _ => say!(locale, "status-trouble", server = name, service = service, state = code(&server.state)),
    }
}

fn power(server: &Server, locale: Locale) -> String {
    wording::power(server.power_state.as_deref(), locale)
}

fn task_line(task: &Task, locale: Locale) -> String {
    say!(
        locale,
        "status-task",
        task = task.id.to_string(),
        function = code(&task.function),
        status = code(task.status.as_str()),
    )
}

fn lease_line(lease: &Lease, links: &CardLinks, locale: Locale) -> String {
    let (who, id) = (mention(lease.owner), links.number(lease.operation));
    say!(
        locale,
        "status-lease",
        who = who,
        id = id,
        since = since_epoch(lease.started),
        until = since_epoch(lease.deadline)
    )
}
