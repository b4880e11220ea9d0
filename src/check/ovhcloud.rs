//! What the bot needs of an account at OVHcloud: its clock, its servers, and the rights of its credentials. A server that OVHcloud
//! refuses, as one that has expired, is said and keeps nothing of the others from being looked at.

use std::collections::BTreeMap;

use bernard_config::{Config, Places};
use bernard_domain::{
    operation::Source,
    server::{Server, ServiceName},
};
use bernard_engine::{
    fleet::doctor::{DRIFT, EXPIRES_SOON},
    needs,
};
use bernard_ovh as ovh;
use bernard_platform::clock;

use super::{
    finding::{Finding, Outcome, Report},
    reach::{self, Configured, REPEATED_FOR, Trouble},
};
use crate::rights;

/// How many servers of an account are read to hold the rules against: two minutes of the usual budget.
const DESCRIBED: usize = 100;

/// How many servers a finding names.
const NAMED: usize = 3;

/// What is looked at, and with what.
pub(super) struct Look<'a> {
    pub(super) config: &'a Config,
    pub(super) places: &'a Places,
    pub(super) configured: Configured<'a>,
    pub(super) client: ovh::Client,
    pub(super) report: &'a Report<'a>,
}

/// The servers that OVHcloud refused to tell of, by why; with the first one's whole words.
type Refused = BTreeMap<String, (String, Vec<ServiceName>)>;

/// There is nothing more to be asked: what follows would fail the same way.
struct Enough;

impl Look<'_> {
    /// Looks at the account; its servers, as far as they can be read within reason.
    pub(super) async fn all(&self) -> Vec<Server> {
        self.look().await.unwrap_or_default()
    }

    async fn look(&self) -> Result<Vec<Server>, Enough> {
        self.clock().await?;
        let client = self.client.within(REPEATED_FOR);
        let listed = self.configured.read(client.servers()).await;
        if listed.as_ref().is_err_and(Trouble::is_of_policy) {
            self.whole_policy(&client).await;
        }
        let listed = self.read("the list of servers", listed)?;
        let servers = listed.names;
        if !listed.is_whole {
            let what = "not every entry of the list of servers is a name: it is left out";
            self.add(Outcome::Unproved, what);
        }
        self.add(Outcome::Well, &format!("{} servers", servers.len()));
        let mut refused = Refused::new();
        let looked = self.servers(&client, servers, &mut refused).await;
        for (said, servers) in refused.values() {
            self.add(Outcome::Odd, &format!("nothing can be done with {}: {said}", named(servers)));
        }
        looked
    }

    /// Looks at what operations need, and at each server.
    async fn servers(
        &self,
        client: &ovh::Client,
        servers: Vec<ServiceName>,
        refused: &mut Refused,
    ) -> Result<Vec<Server>, Enough> {
        self.reads(client, &servers, refused).await?;
        if self.config.rescue.secret_from.contains(&Source::Mail) {
            self.mails(client).await?;
        }
        match client.has_keys() {
            true => self.rules(client).await?,
            false => self.policy(client, &servers).await,
        }
        Ok(self.described(client, servers, refused).await)
    }

    fn name(&self, what: &str) -> String {
        format!("OVHcloud account {:?}: {what}", self.configured.account.name)
    }

    fn add(&self, outcome: Outcome, what: &str) {
        self.report.add(self.finding(outcome, what));
    }

    fn finding(&self, outcome: Outcome, what: &str) -> Finding {
        Finding::new(outcome, self.name(what)).address(self.configured.address())
    }

    /// What was read, or the finding that it could not be.
    fn read<T>(&self, what: &str, read: Result<T, Trouble>) -> Result<T, Enough> {
        read.map_err(|trouble| {
            self.report.add(trouble.finding(&self.name(what), self.places));
            Enough
        })
    }

    async fn clock(&self) -> Result<(), Enough> {
        let asked = async |within| self.configured.reach(within, async || self.client.now().await).await;
        let reached = reach::first(self.report, &self.name("OVHcloud"), asked).await;
        let theirs = self.read("its clock", reached)?;
        let drift = clock::now().duration_since(theirs).abs();
        match drift > DRIFT {
            true => self.add(
                Outcome::Unproved,
                &format!(
                    "this machine's clock is {} s from OVHcloud's; Bernard corrects for it, but look at NTP",
                    drift.as_secs()
                ),
            ),
            false => self.add(Outcome::Well, "the clocks agree"),
        }
        Ok(())
    }

    /// What every operation reads, on the first server that OVHcloud does not refuse.
    async fn reads(&self, client: &ovh::Client, servers: &[ServiceName], refused: &mut Refused) -> Result<(), Enough> {
        for server in servers.iter().take(DESCRIBED) {
            match self.reads_of(client, server).await {
                Ok(()) => {
                    self.add(Outcome::Well, &format!("server, boots and tasks of {server} can be read"));
                    return Ok(());
                }
                Err(trouble) if trouble.refusal().is_some() => note(refused, server, &trouble),
                Err(trouble) => return self.read(server.as_str(), Err(trouble)),
            }
        }
        Ok(())
    }

    async fn reads_of(&self, client: &ovh::Client, server: &ServiceName) -> Result<(), Trouble> {
        self.configured.read(client.server(server)).await?;
        let boots = self.configured.read(client.boots(server, Some("rescue"))).await?;
        for entry in &boots.left_out {
            self.add(Outcome::Unproved, &format!("an entry of its boots cannot be read: {}", entry.said));
        }
        self.configured.read(client.task_ids(server, None, None)).await.map(drop)
    }

    async fn mails(&self, client: &ovh::Client) -> Result<(), Enough> {
        match self.configured.read(client.mail_ids()).await {
            Ok(_) => self.add(Outcome::Well, "its mails can be read"),
            Err(trouble) if trouble.is_unreachable() => return self.read("its mails", Err(trouble)),
            Err(trouble) => {
                let what = self.name(&format!("rescue.secret_from has \"mail\", but {trouble}"));
                self.report.add(Finding::new(Outcome::Wrong, what).key(self.places.of("rescue.secret_from")));
            }
        }
        Ok(())
    }

    /// What a consumer key says of its own rights.
    async fn rules(&self, client: &ovh::Client) -> Result<(), Enough> {
        let credential = self.read("its consumer key", self.configured.read(client.current_credential()).await)?;
        let key = self.places.of(&self.configured.key("consumer_key"));
        let wrong = |what: String| self.report.add(self.finding(Outcome::Wrong, &what).key(key.clone()));
        if credential.status != "validated" {
            wrong(format!("the consumer key is {}", credential.status));
        }
        if let Some(expires) = credential.expiration
            && expires - EXPIRES_SOON < clock::now()
        {
            wrong(format!("the consumer key expires at {expires}: renew it"));
        }
        let calls = rights::calls(self.config, self.configured.account);
        let missing = credential.lacks(&needs::key_rules(&calls));
        match missing.is_empty() {
            true => self.add(Outcome::Well, "the consumer key has the rules it needs"),
            false => wrong(format!(
                "the consumer key lacks: {} (`bernard rights` prints the whole address)",
                missing.join(", ")
            )),
        }
        Ok(())
    }

    /// How far it is with so many servers, each of which costs a part of the budget: in the end that is what is waited for.
    pub(super) fn is_at(&self, doing: &str, done: usize, all: usize) {
        let paced = self.configured.account.requests_per_minute;
        let what = format!("{doing}: {done} of {all} (requests_per_minute lets {paced} requests through in a minute)");
        self.report.is_at(&self.name(&what));
    }

    /// A finding about one of the account's keys.
    pub(super) fn of_key(&self, outcome: Outcome, key: &str, what: &str) {
        self.report.add(self.finding(outcome, what).key(self.places.of(&self.configured.key(key))));
    }

    /// The servers with their tags and names; beyond the first ones, and where one cannot be read, only the service name is known.
    /// Once OVHcloud does not answer, the rest are not asked for.
    async fn described(&self, client: &ovh::Client, names: Vec<ServiceName>, refused: &mut Refused) -> Vec<Server> {
        let mut servers = Vec::with_capacity(names.len());
        let (all, mut most) = (names.len().min(DESCRIBED), DESCRIBED);
        for name in names {
            let mut described = None;
            let is_refused = refused.values().any(|(_, servers)| servers.contains(&name));
            if servers.len() < most && !is_refused {
                self.is_at("reading its servers", servers.len(), all);
                match self.configured.read(client.server(&name)).await {
                    Ok(server) => described = Some(server),
                    Err(trouble) if trouble.is_unreachable() => most = 0,
                    Err(trouble) => note(refused, &name, &trouble),
                }
            }
            servers.push(described.unwrap_or_else(|| Server::only_named(name, client.account())));
        }
        servers
    }
}

fn note(refused: &mut Refused, server: &ServiceName, trouble: &Trouble) {
    let Some(why) = trouble.refusal() else { return };
    let (_, servers) = refused.entry(why.to_owned()).or_insert_with(|| (trouble.said().to_owned(), Vec::new()));
    servers.push(server.clone());
}

/// The first of these servers, and how many more there are.
pub(super) fn named(servers: &[impl ToString]) -> String {
    let mut names: Vec<String> = servers.iter().take(NAMED).map(ToString::to_string).collect();
    if let Some(more) = servers.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
