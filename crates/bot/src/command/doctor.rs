//! `/doctor`: what is not well with the fleet, the accounts and the bot itself, the most important first.

mod sinks;

use std::{collections::BTreeSet, time::Duration};

use bernard_domain::{access::Capability, locale::Locale, server::ServiceName};
use bernard_engine::{
    fleet::doctor::{self, Check, Expected, Finding, Knowledge},
    needs,
};
use bernard_platform::clock;
use bernard_store::SeenReplica;
use bernard_text::{day, day_and_hour, from_now, mention, say};
use bernard_untrusted::shown::{
    self,
    span::{code, code_within},
};
use serenity::model::id::GuildId;

use super::oncall;
use crate::{
    alert_findings::{AlertFinding, Times},
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    registration::Standing,
    render::{
        layout::{Accent, Block},
        message::{File, Message},
    },
    reply::Reply,
};

/// How many servers or accounts are named in one line; the file has them all.
const NAMED: usize = 5;
/// A replica that was not seen for so long is said to be silent.
const SILENT: Duration = Duration::from_secs(60);
/// How much of the message the findings may fill: Discord takes 2,000 characters, and the last words need some.
const ROOM: usize = 1_800;
/// How much of OVHcloud's words is shown in the message.
const WORDS: usize = 160;
/// The name of the fact that is written to see whether the store can be written.
const PULSE_FACT: &str = "doctor";

/// What holds all of it.
const FILE: &str = "doctor.txt";
/// From this place on a finding is no fault of the bot's or of its accounts.
const FIRST_NO_FAULT: usize = 5;

/// For whom a finding is put into words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    /// A message of Discord's.
    Message,
    /// A plain file.
    File,
}

/// One kind of finding with all that it concerns.
struct Group {
    rank: usize,
    title: String,
    items: Vec<[String; 2]>,
}

impl Handler {
    pub(super) async fn doctor(&self, asking: &Asker) -> Result<Reply, Refusal> {
        self.anywhere(asking, Capability::Admin)?;
        let locale = asking.locale;
        let leases = self.store.leases().await?;
        let live = self.store.live_operations().await?;
        let busy: BTreeSet<ServiceName> = live.into_iter().map(|operation| operation.request.server).collect();
        let calls = needs::key_rules(&needs::all(&self.policy.get(), &self.settings.secret_from));
        let expected = Expected { leases: &leases, busy: &busy, calls: &calls };
        let ((findings, knowledge), own) = tokio::join!(doctor::examine(&self.fleet, expected), self.own(asking));
        let mut groups = own;
        for finding in &findings {
            add(&mut groups, finding, locale);
        }
        of_alerts(&mut groups, &self.alerts.all(clock::now()), locale);
        groups.sort_by_key(|group| group.rank);
        let replicas = replicas(&self.store.replicas().await?, locale);
        Ok(told(&groups, knowledge, replicas, locale))
    }

    /// What is not well with the bot itself.
    async fn own(&self, asking: &Asker) -> Vec<Group> {
        let locale = asking.locale;
        let mut groups = match self.store.sinks(&self.settings.sinks).await {
            Ok(standings) => sinks::groups(&standings, clock::now(), locale),
            // Whoever looks at the store next says what is wrong with it.
            Err(_) => Vec::new(),
        };
        let mut add = |rank, title, item: String| {
            groups.push(Group { rank, title, items: vec![[code(&item), shown::visible(&item)]] });
        };
        if let Err(error) = self.store.set_fact(PULSE_FACT, &clock::now().to_string()).await {
            add(0, say!(locale, "doctor-store"), error.to_string());
        }
        if let Standing::Failed { said, again } = self.settings.registration.standing() {
            add(1, say!(locale, "doctor-commands", when = from_now(again)), said);
        }
        if let Err(Refusal::BotLacks(missing)) = asking.bot_can_report() {
            add(4, say!(locale, "doctor-bot-lacks"), missing.join(", "));
        }
        let schedule = self.policy.oncall().get();
        if let Some((title, said)) = oncall::finding(&schedule, clock::now(), locale) {
            add(4, title, said);
        }
        for name in schedule.reading.iter().flat_map(|reading| &reading.schedule.unknown) {
            add(13, say!(locale, "doctor-duty-names"), name.clone());
        }
        let Some(oncall) = self.settings.oncall_role else { return groups };
        match self.rest.roles(GuildId::new(self.settings.served_guild.guild)).await {
            Ok(roles) => match roles.iter().find(|role| role.id.get() == oncall) {
                None => add(4, say!(locale, "doctor-oncall-gone"), oncall.to_string()),
                Some(role) if role.mentionable || asking.bot_may_ring_roles() => {}
                Some(role) => add(4, say!(locale, "doctor-oncall-silent"), role.name.clone()),
            },
            Err(error) => add(13, say!(locale, "doctor-unchecked-oncall"), error.to_string()),
        }
        groups
    }
}

/// Which replicas there are, with their versions, and which of them are silent; `None`: this process is alone.
fn replicas(seen: &[SeenReplica], locale: Locale) -> Option<String> {
    let named = |replica: &SeenReplica| {
        let name = format!("{} {}", code(&replica.name), replica.version);
        match replica.ago > SILENT {
            true => {
                let when = from_now(clock::now().saturating_sub(replica.ago).unwrap_or_default());
                say!(locale, "doctor-replica-silent", name = name, when = when)
            }
            false => name,
        }
    };
    let all: Vec<String> = seen.iter().rev().take(NAMED).map(named).collect();
    (!seen.is_empty()).then(|| say!(locale, "doctor-replicas", count = seen.len(), names = all.join(", ")))
}

/// The message, and the file with all of it.
fn told(groups: &[Group], knowledge: Knowledge, replicas: Option<String>, locale: Locale) -> Reply {
    let count: usize = groups.iter().map(|group| group.items.len()).sum();
    let title = match count {
        0 => say!(locale, "doctor-well", servers = knowledge.servers),
        _ => say!(locale, "doctor-title", count = count, servers = knowledge.servers),
    };
    let age = match knowledge.oldest {
        Some(oldest) => say!(locale, "doctor-age", when = from_now(oldest)),
        None => say!(locale, "doctor-nothing-read"),
    };
    let mut lines = vec![title];
    let mut room = ROOM.saturating_sub(replicas.as_ref().map_or(0, |replicas| replicas.chars().count()));
    for (told, group) in groups.iter().enumerate() {
        let line = in_message(group, locale);
        let Some(left) = room.checked_sub(line.chars().count() + 1) else {
            lines.push(say!(locale, "doctor-rest", count = groups.len() - told));
            break;
        };
        room = left;
        lines.push(line);
    }
    lines.push(age);
    lines.extend(replicas);
    let mut blocks = vec![Block::Text(lines.join("\n"))];
    let file = (count > 0).then(|| File::new(FILE, in_file(groups)));
    blocks.extend(file.iter().map(|file| Block::File(file.name.clone())));
    let accent = match groups.iter().map(|group| group.rank).min() {
        None => Accent::Good,
        Some(FIRST_NO_FAULT..) => Accent::Warning,
        Some(_) => Accent::Bad,
    };
    Message { files: file.into_iter().collect(), ..Message::framed(accent, blocks) }.into()
}

fn in_message(group: &Group, locale: Locale) -> String {
    let mut items: Vec<&str> = group.items.iter().map(|[message, _]| message.as_str()).take(NAMED).collect();
    let more = group.items.len() - items.len();
    let and_more = say!(locale, "doctor-more", count = more);
    if more > 0 {
        items.push(&and_more);
    }
    say!(locale, "doctor-line", title = group.title.as_str(), items = items.join(", "))
}

fn in_file(groups: &[Group]) -> String {
    let mut file = String::new();
    for group in groups {
        file += &format!("{}\n", group.title.replace("**", ""));
        for [_, item] in &group.items {
            file += &format!("  {item}\n");
        }
    }
    file
}

fn add(groups: &mut Vec<Group>, finding: &Finding, locale: Locale) {
    let (rank, title) = heading(finding, locale);
    let item = [Face::Message, Face::File].map(|face| item(finding, face));
    match groups.iter_mut().find(|group| group.title == title) {
        Some(group) => group.items.push(item),
        None => groups.push(Group { rank, title, items: vec![item] }),
    }
}

/// What is odd about the alerts that machines sent to this process.
fn of_alerts(groups: &mut Vec<Group>, findings: &[AlertFinding], locale: Locale) {
    let (mut unknown, mut clocks) = (Vec::new(), Vec::new());
    for finding in findings {
        match finding {
            AlertFinding::Unknown { source, name, times: Times { count, last } } => {
                let nameless = say!(locale, "doctor-alerts-nameless");
                let name = if name.is_empty() { nameless.as_str() } else { name.as_str() };
                let whole = format!("{source}: {name}");
                let when = from_now(*last);
                let message = say!(locale, "doctor-alerts-times", name = code(&whole), count = *count, when = when);
                unknown.push([message, format!("{} ×{count}, {last}", shown::visible(&whole))]);
            }
            AlertFinding::Clock { source, ahead } => {
                let seconds = ahead.as_secs();
                clocks.push([format!("{} ({seconds:+} s)", code(source)), format!("{source} ({seconds:+} s)")]);
            }
        }
    }
    let kinds =
        [(8, say!(locale, "doctor-alerts-unknown"), unknown), (12, say!(locale, "doctor-alerts-clock"), clocks)];
    let found = kinds.into_iter().filter(|(.., items)| !items.is_empty());
    groups.extend(found.map(|(rank, title, items)| Group { rank, title, items }));
}

/// Where a finding stands, the most important first, and what it is called.
fn heading(finding: &Finding, locale: Locale) -> (usize, String) {
    match finding {
        Finding::AccountAway { .. } => (1, say!(locale, "doctor-account-away")),
        Finding::Credential { .. } => (2, say!(locale, "doctor-credential")),
        Finding::Rights { .. } => (3, say!(locale, "doctor-rights")),
        Finding::Overdue { .. } => (5, say!(locale, "doctor-overdue")),
        Finding::Forgotten { .. } => (6, say!(locale, "doctor-forgotten")),
        Finding::DeadEnd { .. } => (6, say!(locale, "doctor-dead-end")),
        Finding::Trouble { .. } => (7, say!(locale, "doctor-trouble")),
        Finding::Silent { .. } => (8, say!(locale, "doctor-silent")),
        Finding::Odd { .. } => (8, say!(locale, "doctor-odd")),
        Finding::ShortList { .. } => (8, say!(locale, "doctor-short-list")),
        Finding::Ends { .. } => (9, say!(locale, "doctor-ends")),
        Finding::Contradicts { .. } => (9, say!(locale, "doctor-contradicts")),
        Finding::Planned { .. } => (10, say!(locale, "doctor-planned")),
        Finding::Retired { .. } => (11, say!(locale, "doctor-retired")),
        Finding::Drift { .. } => (12, say!(locale, "doctor-drift")),
        Finding::ClockSet { .. } => (12, say!(locale, "doctor-clock-set")),
        Finding::Unchecked { what, .. } => (13, unchecked(*what, locale)),
        Finding::NoIntervention { .. } => (14, say!(locale, "doctor-no-intervention")),
        Finding::Unmonitored { .. } => (15, say!(locale, "doctor-unmonitored")),
    }
}

fn unchecked(what: Check, locale: Locale) -> String {
    match what {
        Check::Servers => say!(locale, "doctor-unchecked-servers"),
        Check::Boots => say!(locale, "doctor-unchecked-boots"),
        Check::Contracts => say!(locale, "doctor-unchecked-contracts"),
        Check::Clock => say!(locale, "doctor-unchecked-clock"),
        Check::Credential => say!(locale, "doctor-unchecked-credential"),
        Check::Rights => say!(locale, "doctor-unchecked-rights"),
        Check::Addresses => say!(locale, "doctor-unchecked-addresses"),
    }
}

/// What a finding is about, with its particulars.
fn item(finding: &Finding, face: Face) -> String {
    let name = |name: &str| if face == Face::Message { code(name) } else { shown::visible(name) };
    let said = |said: &str| match face {
        Face::Message => code_within(said, WORDS),
        Face::File => shown::visible(said),
    };
    let moment = |at: &jiff::Timestamp| if face == Face::Message { day_and_hour(*at) } else { at.to_string() };
    let with = |label: &str, detail: String| format!("{} ({detail})", name(label));
    match finding {
        Finding::Forgotten { label, kernel } | Finding::DeadEnd { label, kernel } => with(label, said(kernel)),
        Finding::Overdue { label, owner, deadline } => match face {
            Face::Message => with(label, format!("{}, {}", mention(*owner), from_now(*deadline))),
            Face::File => with(label, format!("{}, {deadline}", owner.0)),
        },
        Finding::Trouble { label, state } => with(label, said(state)),
        Finding::Silent { label, said: words } => with(label, said(words)),
        Finding::Odd { of, said: words } => with(of, said(words)),
        Finding::Retired { label, description } => with(label, said(description)),
        Finding::Ends { label, on } => with(label, if face == Face::Message { day(*on) } else { on.to_string() }),
        Finding::Planned { label, begins } => with(label, begins.as_ref().map_or_else(|| "?".to_owned(), moment)),
        Finding::NoIntervention { label } | Finding::Unmonitored { label } | Finding::Contradicts { label } => {
            name(label)
        }
        Finding::AccountAway { account, said: words } => with(account, said(words)),
        Finding::Credential { account, status, ends } => {
            let ends = ends.as_ref().map_or_else(String::new, |ends| format!(", {}", moment(ends)));
            with(account, format!("{}{ends}", said(status)))
        }
        Finding::Rights { account, lacks } => {
            with(account, lacks.iter().map(|call| name(call)).collect::<Vec<_>>().join(", "))
        }
        Finding::ShortList { account, known, listed } => with(account, format!("{listed}/{known}")),
        Finding::ClockSet { seconds } => format!("{seconds:+} s"),
        Finding::Drift { account, seconds } => with(account, format!("{seconds:+} s")),
        Finding::Unchecked { of, said: words, .. } if words.is_empty() => name(of),
        Finding::Unchecked { of, said: words, .. } => with(of, said(words)),
    }
}
