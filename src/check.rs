//! `bernard check --online`: proves every credential and right that the bot will need, and changes nothing.
//!
//! What cannot be proved without an effect is said to be unproved, never to be well.

mod rights;

use std::{collections::BTreeMap, fmt};

use crate::{
    access::{Policy, Who},
    clock,
    config::Config,
    discord::Rest,
    ovh,
    rescue::{
        health::{self, DRIFT, EXPIRES_SOON},
        operation::Source,
        server::{Server, ServiceName},
    },
};

/// How many servers of an account are read to hold the rules against: two minutes of the usual budget.
const DESCRIBED: usize = 100;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What came of it.
    pub verdict: Verdict,
    /// What was looked at, and what to do if it is not well.
    pub what: String,
}

/// What came of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is well.
    Well,
    /// It cannot be proved without an effect, or could not be looked at.
    Unproved,
    /// It works, but hardly as it was meant.
    Odd,
    /// The bot will not work as configured.
    Wrong,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Well => "ok      ",
            Verdict::Unproved => "unproved",
            Verdict::Odd => "odd     ",
            Verdict::Wrong => "WRONG   ",
        };
        write!(f, "{mark}  {}", self.what)
    }
}

/// Looks at everything that `config` will need, through `rest` and the clients of its accounts; only reads.
pub async fn online(config: &Config, rest: &Rest, clients: &[ovh::Client]) -> Vec<Finding> {
    let mut findings = Findings::default();
    discord(config, rest, &mut findings).await;
    let mut servers = Vec::new();
    for client in clients {
        servers.extend(ovhcloud(config, client, &mut findings).await);
    }
    findings.0.extend(rights::of_fleet(config, &servers));
    if !config.protections.is_empty() {
        let counts = rest.role_counts(config.discord.guild.into()).await;
        let counts = counts.map(|counts| counts.iter().map(|(role, count)| (role.get(), *count)).collect());
        let counts: Option<BTreeMap<u64, u64>> =
            counts.map_err(|error| findings.add(Verdict::Unproved, format!("Discord: members of roles: {error}"))).ok();
        findings.0.extend(rights::of_approvers(config, &servers, counts.as_ref()));
    }
    findings.0
}

/// What the servers that are remembered tell about the rules, without asking anybody.
pub fn remembered(config: &Config, servers: &[Server]) -> Vec<Finding> {
    let mut findings = rights::of_fleet(config, servers);
    findings.retain(|finding| finding.verdict != Verdict::Well);
    findings
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, verdict: Verdict, what: impl Into<String>) {
        self.0.push(Finding { verdict, what: what.into() });
    }

    /// What was read, or the finding that it could not be.
    fn read<T, E: fmt::Display>(&mut self, what: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(read) => Some(read),
            Err(error) => {
                self.add(Verdict::Wrong, format!("{what}: {error}"));
                None
            }
        }
    }
}

async fn discord(config: &Config, rest: &Rest, findings: &mut Findings) {
    let guild = config.discord.guild;
    let Some(application) = findings.read("Discord: the bot's token", rest.application().await) else { return };
    findings.add(Verdict::Well, format!("Discord: the token is of the application {:?}", application.name));
    let Some(seen) = findings.read("Discord: the guild (is the bot in it?)", rest.guild(guild.into()).await) else {
        return;
    };
    findings.add(Verdict::Well, format!("Discord: the bot is in the guild {:?}", seen.name));
    findings.read("Discord: the scope applications.commands", rest.commands(application.id, guild.into()).await);
    let Some(roles) = findings.read("Discord: the guild's roles", rest.roles(guild.into()).await) else { return };
    let configured = config.roles.iter().filter_map(|role| match role.who {
        Who::Role(id) => Some((role.place, id)),
        Who::User(_) => None,
    });
    for (place, id) in configured {
        if !roles.iter().any(|role| role.id.get() == id) {
            findings.add(Verdict::Wrong, format!("{place}: the guild has no role {id}"));
        }
    }
    let bot = application.bot.map_or(application.id.get(), |bot| bot.id.get());
    let Some(member) = findings.read("Discord: the bot's own roles", rest.member(guild.into(), bot.into()).await)
    else {
        return;
    };
    let held = roles
        .iter()
        .filter(|role| role.id.get() == guild || member.roles.contains(&role.id))
        .map(|role| role.permissions)
        .reduce(|all, permissions| all | permissions)
        .unwrap_or_default();
    let mut lacks = Vec::new();
    for (name, holds) in [
        ("view channels", held.view_channel()),
        ("send messages", held.send_messages()),
        ("send messages in threads", held.send_messages_in_threads()),
        ("embed links", held.embed_links()),
        ("attach files", held.attach_files()),
        ("read message history", held.read_message_history()),
    ] {
        if !holds && !held.administrator() {
            lacks.push(name);
        }
    }
    match lacks.is_empty() {
        true => findings.add(Verdict::Well, "Discord: the bot's roles give it the permissions it needs"),
        false => findings.add(Verdict::Wrong, format!("Discord: the bot's roles lack: {}", lacks.join(", "))),
    }
    for (id, place) in rights::mentioned(config) {
        let Some(role) = roles.iter().find(|role| role.id.get() == id) else {
            // What a [[role]] names was looked at above.
            if !place.starts_with('[') {
                findings.add(Verdict::Wrong, format!("{place}: the guild has no role {id}"));
            }
            continue;
        };
        let rings = role.mentionable || held.mention_everyone() || held.administrator();
        match rings {
            true => findings.add(Verdict::Well, format!("Discord: the role {:?} can be rung", role.name)),
            false => findings.add(
                Verdict::Wrong,
                format!(
                    "{place}: {:?} does not ring when mentioned: make it mentionable, or let the bot mention everyone",
                    role.name
                ),
            ),
        }
    }
}

/// Looks at one account; its servers, as far as they can be read within reason.
async fn ovhcloud(config: &Config, client: &ovh::Client, findings: &mut Findings) -> Vec<Server> {
    let account = client.account().to_owned();
    let name = |what: &str| format!("OVHcloud account {account:?}: {what}");
    let Some(theirs) = findings.read(&name("its clock"), client.now().await) else { return Vec::new() };
    let drift = clock::now().duration_since(theirs).abs();
    match drift > DRIFT {
        true => findings.add(
            Verdict::Unproved,
            name(&format!(
                "this machine's clock is {} s from OVHcloud's; Bernard corrects for it, but look at NTP",
                drift.as_secs()
            )),
        ),
        false => findings.add(Verdict::Well, name("the clocks agree")),
    }
    let Some(listed) = findings.read(&name("the list of servers"), client.servers().await) else { return Vec::new() };
    let servers = listed.names;
    if !listed.is_whole {
        findings.add(Verdict::Unproved, name("not every entry of the list of servers is a name: it is left out"));
    }
    findings.add(Verdict::Well, name(&format!("{} servers", servers.len())));
    if let Some(server) = servers.first() {
        reads(client, server, &name, findings).await;
    }
    if config.rescue.secret_from.contains(&Source::Mail) {
        match client.mail_ids().await {
            Ok(_) => findings.add(Verdict::Well, name("its mails can be read")),
            Err(error) => findings.add(Verdict::Wrong, name(&format!("rescue.secret_from has \"mail\", but {error}"))),
        }
    }
    match client.has_keys() {
        true => rules(config, client, &name, findings).await,
        false => findings.add(
            Verdict::Unproved,
            name("whether the service account may change the netboot and reboot shows only when it does; see README for its rights"),
        ),
    }
    described(client, servers).await
}

/// The servers with their tags and names; beyond the first ones, and where one cannot be read, only the service name is known.
async fn described(client: &ovh::Client, names: Vec<ServiceName>) -> Vec<Server> {
    let mut servers = Vec::with_capacity(names.len());
    for name in names {
        let read = if servers.len() < DESCRIBED { client.server(&name).await.ok() } else { None };
        servers.push(read.unwrap_or_else(|| Server::only_named(name, client.account())));
    }
    servers
}

/// What every operation reads, on one server.
async fn reads(client: &ovh::Client, server: &ServiceName, name: &impl Fn(&str) -> String, findings: &mut Findings) {
    let boots = findings.read(&name("its boots"), client.boots(server, Some("rescue")).await);
    for entry in boots.iter().flat_map(|boots| &boots.left_out) {
        findings.add(Verdict::Unproved, name(&format!("an entry of its boots cannot be read: {}", entry.said)));
    }
    let read = findings.read(&name("a server"), client.server(server).await).is_some()
        & boots.is_some()
        & findings.read(&name("its tasks"), client.task_ids(server, None, None).await).is_some();
    if read {
        findings.add(Verdict::Well, name(&format!("server, boots and tasks of {server} can be read")));
    }
}

/// What a consumer key says of its own rights.
async fn rules(config: &Config, client: &ovh::Client, name: &impl Fn(&str) -> String, findings: &mut Findings) {
    let Some(credential) = findings.read(&name("its consumer key"), client.current_credential().await) else { return };
    if credential.status != "validated" {
        findings.add(Verdict::Wrong, name(&format!("the consumer key is {}", credential.status)));
    }
    if let Some(expires) = credential.expiration
        && expires - EXPIRES_SOON < clock::now()
    {
        findings.add(Verdict::Wrong, name(&format!("the consumer key expires at {expires}: renew it")));
    }
    let policy = Policy::new(config.roles.clone(), config.protections.clone());
    let missing = credential.lacks(&health::needed_calls(&config.rescue.secret_from, &policy));
    match missing.is_empty() {
        true => findings.add(Verdict::Well, name("the consumer key has the rules it needs")),
        false => findings.add(Verdict::Wrong, name(&format!("the consumer key lacks: {}", missing.join(", ")))),
    }
}
