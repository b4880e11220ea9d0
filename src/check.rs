//! `bernard check`: says what is wrong with a configuration, and with `--online` proves every credential and right that the bot
//! will need, and changes nothing.
//!
//! What cannot be proved without an effect is said to be unproved, never to be well; an end that does not answer is said to be
//! unreachable, never to be wrong. The last line is the verdict on all of it.
//!
//! In reading order: `finding` (what is found, and the verdict), `reach` (how long an end is waited for, and which key an error is
//! about), `discord`, `ovhcloud`, `policy`, `oncall` and `sinks` (the ends), `rights` (the rules against the world), `example` (the file that nobody filled in),
//! `verb` (what is printed).

mod channels;
mod discord;
mod example;
mod finding;
mod oncall;
mod ovhcloud;
mod policy;
pub(crate) mod reach;
mod rights;
mod sinks;
mod verb;

use std::{borrow::Borrow, collections::BTreeMap};

use bernard_config::{Config, Places};
use bernard_discord::Rest;
use bernard_domain::server::Server;
use bernard_ovh as ovh;
use bernard_sinks::Destination;

pub use example::{is_untouched, said as said_of_example};
pub use finding::{About, Finding, Heard, Outcome, Report, Verdict, verdict};
pub use reach::waited;
pub use verb::{Looks, run};

/// The ends that a configuration names, in its order.
#[derive(Debug)]
pub struct Ends {
    /// Discord.
    pub rest: Rest,
    /// OVHcloud, for each account.
    pub clients: Vec<ovh::Client>,
    /// The sinks of the audit.
    pub sinks: Vec<Destination>,
}

/// Looks at everything that `config` will need, all ends at once; only reads.
pub async fn online(config: &Config, places: &Places, ends: &Ends, report: &Report<'_>) {
    let Ends { rest, clients, sinks } = ends;
    let discord = discord::Look { config, places, rest: rest.clone(), report };
    let accounts = config.ovh.iter().zip(clients).enumerate().map(|(index, (account, client))| ovhcloud::Look {
        config,
        places,
        configured: reach::Configured { index, account },
        client: client.clone(),
        report,
    });
    let accounts: Vec<ovhcloud::Look<'_>> = accounts.collect();
    let servers = futures_util::future::join_all(accounts.iter().map(ovhcloud::Look::all));
    let schedule = oncall::look(config, places, report);
    let sinks = sinks::look(config, places, sinks, report);
    let (is_there, servers, (), ()) = tokio::join!(discord.all(), servers, schedule, sinks);
    let servers: Vec<Server> = servers.into_iter().flatten().collect();
    for finding in rights::of_fleet(config, places, &servers) {
        report.add(finding);
    }
    if is_there && !config.protections.is_empty() {
        approvers(config, places, rest, &servers, report).await;
    }
}

async fn approvers(config: &Config, places: &Places, rest: &Rest, servers: &[Server], report: &Report<'_>) {
    let counts = rest.within(reach::READ_WITHIN).role_counts(config.discord.guild.into()).await;
    let counts = counts.map(|counts| counts.iter().map(|(role, count)| (role.get(), *count)).collect());
    let unread = |error| {
        let finding = Finding::new(Outcome::Unproved, format!("Discord: members of roles: {error}"));
        report.add(finding.address(config.discord.api_url.clone()));
    };
    let counts: Option<BTreeMap<u64, u64>> = counts.map_err(unread).ok();
    for finding in rights::of_approvers(config, places, servers, counts.as_ref()) {
        report.add(finding);
    }
}

/// What is said of `[traces]` by a program that cannot send any.
pub const NO_TRACES: &str = "[traces]: this program was built without the feature `otlp`, so none are sent";

/// What the servers that are remembered tell about the rules, without asking anybody.
pub fn remembered(config: &Config, places: &Places, servers: &[impl Borrow<Server>]) -> Vec<Finding> {
    let mut findings = rights::of_fleet(config, places, servers);
    findings.retain(|finding| finding.outcome != Outcome::Well);
    findings
}
