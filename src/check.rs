//! `bernard check --online`: proves every credential and right that the bot will need, and changes nothing.
//!
//! What cannot be proved without an effect is said to be unproved, never to be well.

use std::fmt;

use jiff::SignedDuration;

use crate::{
    clock,
    config::{Config, Credentials, SecretSource},
    discord::Rest,
    ovh::{self, AccessRule},
    rescue::server::ServiceName,
};

/// A clock that is further from OVHcloud's than this is worth a look; signatures bear about 30 s, and Bernard corrects for it.
const DRIFT: SignedDuration = SignedDuration::from_secs(10);
/// A credential that expires sooner than this is worth a look.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

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
    /// The bot will not work as configured.
    Wrong,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Well => "ok      ",
            Verdict::Unproved => "unproved",
            Verdict::Wrong => "WRONG   ",
        };
        write!(f, "{mark}  {}", self.what)
    }
}

/// Looks at everything that `config` will need, through `rest` and the clients of its accounts; only reads.
pub async fn online(config: &Config, rest: &Rest, clients: &[ovh::Client]) -> Vec<Finding> {
    let mut findings = Findings::default();
    discord(config, rest, &mut findings).await;
    for (client, account) in clients.iter().zip(&config.ovh) {
        let keys = matches!(account.credentials, Credentials::Keys { .. });
        ovhcloud(config, client, keys, &mut findings).await;
    }
    findings.0
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
        crate::access::Who::Role(id) => Some((role.place, id)),
        crate::access::Who::User(_) => None,
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
    if let Some(oncall) = config.discord.oncall_role {
        match roles.iter().find(|role| role.id.get() == oncall) {
            None => findings.add(Verdict::Wrong, format!("discord.oncall_role: the guild has no role {oncall}")),
            Some(role) if role.mentionable || held.mention_everyone() || held.administrator() => {
                findings.add(Verdict::Well, "Discord: the on-call role can be rung");
            }
            Some(role) => findings.add(
                Verdict::Wrong,
                format!(
                    "discord.oncall_role: {:?} does not ring when mentioned: make it mentionable, or let the bot mention everyone",
                    role.name
                ),
            ),
        }
    }
}

async fn ovhcloud(config: &Config, client: &ovh::Client, keys: bool, findings: &mut Findings) {
    let account = client.account().to_owned();
    let name = |what: &str| format!("OVHcloud account {account:?}: {what}");
    let Some(theirs) = findings.read(&name("its clock"), client.now().await) else { return };
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
    let Some(servers) = findings.read(&name("the list of servers"), client.servers().await) else { return };
    findings.add(Verdict::Well, name(&format!("{} servers", servers.len())));
    if let Some(server) = servers.first() {
        reads(client, server, &name, findings).await;
    }
    if config.rescue.secret_from.contains(&SecretSource::Mail) {
        match client.mail_ids().await {
            Ok(_) => findings.add(Verdict::Well, name("its mails can be read")),
            Err(error) => findings.add(Verdict::Wrong, name(&format!("rescue.secret_from has \"mail\", but {error}"))),
        }
    }
    match keys {
        true => rules(config, client, &name, findings).await,
        false => findings.add(
            Verdict::Unproved,
            name("whether the service account may change the netboot and reboot shows only when it does; see README for its rights"),
        ),
    }
}

/// What every operation reads, on one server.
async fn reads(client: &ovh::Client, server: &ServiceName, name: &impl Fn(&str) -> String, findings: &mut Findings) {
    let read = findings.read(&name("a server"), client.server(server).await).is_some()
        & findings.read(&name("its boots"), client.boots(server, Some("rescue")).await).is_some()
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
    let mut needed = vec![
        ("GET", "/dedicated/server"),
        ("GET", "/dedicated/server/x"),
        ("PUT", "/dedicated/server/x"),
        ("POST", "/dedicated/server/x/reboot"),
    ];
    if config.rescue.secret_from.contains(&SecretSource::AuthenticationSecret) {
        needed.push(("POST", "/dedicated/server/x/authenticationSecret"));
    }
    if config.roles.iter().any(|role| role.can.contains(&crate::access::Capability::Console)) {
        needed.push(("POST", "/dedicated/server/x/features/ipmi/access"));
    }
    let missing: Vec<String> = needed
        .iter()
        .filter(|(method, path)| !credential.rules.iter().any(|rule| covers(rule, method, path)))
        .map(|(method, path)| format!("{method} {}", path.replace("/x", "/*")))
        .collect();
    match missing.is_empty() {
        true => findings.add(Verdict::Well, name("the consumer key has the rules it needs")),
        false => findings.add(Verdict::Wrong, name(&format!("the consumer key lacks: {}", missing.join(", ")))),
    }
}

/// Whether a rule of a consumer key lets a call through; `*` stands for anything.
fn covers(rule: &AccessRule, method: &str, path: &str) -> bool {
    rule.method == method && wildmatch::WildMatch::new(&rule.path).matches(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_in_a_rule_stands_for_anything() {
        let rule = |path: &str| AccessRule { method: "GET".into(), path: path.into() };
        assert!(covers(&rule("/*"), "GET", "/dedicated/server/x"));
        assert!(covers(&rule("/dedicated/server/*"), "GET", "/dedicated/server/x"));
        assert!(!covers(&rule("/dedicated/server/*"), "GET", "/dedicated/server"));
        assert!(!covers(&rule("/*"), "PUT", "/dedicated/server/x"));
    }
}
