//! What a service account may do, by OVHcloud's own authorization check: each action on each server, and nothing is changed.

use std::collections::BTreeMap;

use bernard_domain::{access::Policy, server::ServiceName};
use bernard_engine::needs::{self, On};
use bernard_ovh as ovh;

use super::{finding::Outcome, ovhcloud::Look};

/// How many servers of an account are asked about: each costs two requests.
const ASKED: usize = 100;
/// How many servers a finding names.
const NAMED: usize = 3;

impl Look<'_> {
    /// Proves each action on each server.
    pub(super) async fn policy(&self, client: &ovh::Client, servers: &[ServiceName]) {
        let policy = Policy::new(self.config.roles.clone(), self.config.protections.clone());
        let calls = needs::all(&policy, &self.config.rescue.secret_from);
        let mut actions: Vec<&str> =
            calls.iter().filter(|call| call.on() == On::Servers).map(|call| call.action).collect();
        actions.sort_unstable();
        actions.dedup();
        let mut lacking: BTreeMap<String, Vec<&ServiceName>> = BTreeMap::new();
        let mut proved = 0;
        for server in servers.iter().take(ASKED) {
            match self.unauthorized(client, server, &actions).await {
                Ok(lacks) => lacks.into_iter().for_each(|action| lacking.entry(action).or_default().push(server)),
                Err(why) => {
                    self.unproved(&format!("what the service account may do to {server} and what follows: {why}"));
                    break;
                }
            }
            proved += 1;
        }
        if proved == ASKED && servers.len() > ASKED {
            self.unproved(&format!("only the first {ASKED} servers were asked about"));
        }
        for (action, servers) in &lacking {
            let what = format!("the service account lacks {action} on {}", named(servers));
            self.of_key(Outcome::Wrong, "client_id", &format!("{what}; `bernard rights` prints its policy"));
        }
        if lacking.is_empty() && proved > 0 {
            let what = format!(
                "the service account may do what it must on {proved} servers, each of {} actions",
                actions.len()
            );
            self.of_key(Outcome::Well, "client_id", &what);
        }
    }

    async fn unauthorized(
        &self,
        client: &ovh::Client,
        server: &ServiceName,
        actions: &[&str],
    ) -> Result<Vec<String>, String> {
        let urn = self.configured.read(client.urn(server)).await.map_err(|trouble| trouble.to_string())?;
        let urn = urn.ok_or("OVHcloud tells no URN of it")?;
        let asked = self.configured.read(client.unauthorized(&urn, actions)).await;
        asked.map_err(|trouble| trouble.to_string())
    }

    fn unproved(&self, what: &str) {
        self.of_key(Outcome::Unproved, "client_id", what);
    }
}

fn named(servers: &[&ServiceName]) -> String {
    let mut names: Vec<String> = servers.iter().take(NAMED).map(ToString::to_string).collect();
    if let Some(more) = servers.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
