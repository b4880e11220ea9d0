//! What a service account may do, by OVHcloud's own authorization check: each action on each server, and nothing is changed.

use std::collections::{BTreeMap, BTreeSet};

use bernard_domain::server::ServiceName;
use bernard_engine::needs::On;
use bernard_ovh as ovh;

use super::{
    finding::Outcome,
    ovhcloud::{Look, named},
    reach::{POLICY, Trouble},
};
use crate::rights;

/// How many servers of an account are asked about: each costs a request, and one more where its URN is in no list.
const ASKED: usize = 100;

impl Look<'_> {
    /// Proves each action on each server.
    pub(super) async fn policy(&self, client: &ovh::Client, servers: &[ServiceName]) {
        let calls = rights::calls(self.config, self.configured.account);
        let mut actions: Vec<&str> =
            calls.iter().filter(|call| call.on() == On::Servers).map(|call| call.action).collect();
        actions.sort_unstable();
        actions.dedup();
        let actions = self.known(client, actions).await;
        let urns = self.configured.read(client.urns()).await.unwrap_or_default();
        let mut lacking: BTreeMap<String, Vec<&ServiceName>> = BTreeMap::new();
        let mut lacking_on = BTreeSet::new();
        let (mut proved, mut unasked) = (0, BTreeMap::<String, Vec<&ServiceName>>::new());
        for (done, server) in servers.iter().take(ASKED).enumerate() {
            self.is_at("asking what the service account may do", done, servers.len().min(ASKED));
            match self.unauthorized(client, server, urns.get(server.as_str()), &actions).await {
                Ok(Some((urn, lacks))) => {
                    lacking_on.extend((!lacks.is_empty()).then_some(urn));
                    lacks.into_iter().for_each(|action| lacking.entry(action).or_default().push(server));
                    proved += 1;
                }
                Ok(None) => unasked.entry("OVHcloud tells no URN of it".to_owned()).or_default().push(server),
                Err(trouble) => match trouble.refusal() {
                    Some(why) => unasked.entry(why.to_owned()).or_default().push(server),
                    None => {
                        let what = "what the service account may do to";
                        self.unproved(&format!("{what} {server} and what follows: {trouble}"));
                        break;
                    }
                },
            }
        }
        for (why, servers) in &unasked {
            self.unproved(&format!("what the service account may do to {}: {why}", named(servers)));
        }
        if servers.len() > ASKED {
            self.unproved(&format!("only the first {ASKED} servers were asked about"));
        }
        for (action, servers) in &lacking {
            let what = format!("the service account lacks {action} on {}", named(servers));
            self.of_key(Outcome::Wrong, POLICY, &what);
        }
        if !lacking.is_empty() {
            self.addition(client, &lacking, &lacking_on).await;
        }
        if lacking.is_empty() && proved > 0 {
            let what = format!(
                "the service account may do what it must on {proved} servers, each of {} actions",
                actions.len()
            );
            self.of_key(Outcome::Well, POLICY, &what);
        }
    }

    /// The policy that a service account needs which may not even list its servers: its own is not there yet.
    pub(super) async fn whole_policy(&self, client: &ovh::Client) {
        let details = self.configured.read(client.details()).await.ok();
        let known = details.map(|details| rights::Known { account: details.account, identities: details.identities });
        let account = self.configured.account;
        let policy = rights::document(account, known.as_ref(), &rights::calls(self.config, account));
        self.of_key(Outcome::Wrong, POLICY, &format!("the service account needs this IAM policy: {policy}"));
    }

    /// The actions that OVHcloud's own list has: one that it does not know would have it refuse to answer about the others.
    async fn known<'a>(&self, client: &ovh::Client, actions: Vec<&'a str>) -> Vec<&'a str> {
        let Ok(all) = self.configured.read(client.known_actions()).await else { return actions };
        let (known, unknown): (Vec<&str>, Vec<&str>) = actions.into_iter().partition(|action| all.contains(*action));
        for action in unknown {
            self.unproved(&format!(
                "OVHcloud's list of actions does not have {action}: nobody can ask whether it is allowed"
            ));
        }
        known
    }

    /// The policy that adds what is lacking, and nothing else.
    async fn addition(
        &self,
        client: &ovh::Client,
        lacking: &BTreeMap<String, Vec<&ServiceName>>,
        urns: &BTreeSet<String>,
    ) {
        let details = self.configured.read(client.details()).await;
        let identities = details.map(|details| details.identities).unwrap_or_default();
        let policy = rights::addition(&identities, urns, lacking.keys().map(String::as_str));
        self.of_key(
            Outcome::Wrong,
            POLICY,
            &format!("this IAM policy would add what the service account lacks: {policy}"),
        );
    }

    /// A server's URN, and which of the actions the service account may not do to it; `None` where OVHcloud tells no URN.
    async fn unauthorized(
        &self,
        client: &ovh::Client,
        server: &ServiceName,
        listed: Option<&String>,
        actions: &[&str],
    ) -> Result<Option<(String, Vec<String>)>, Trouble> {
        let urn = match listed {
            Some(urn) => Some(urn.clone()),
            None => self.configured.read(client.urn(server)).await?,
        };
        let Some(urn) = urn else { return Ok(None) };
        let lacks = self.configured.read(client.unauthorized(&urn, actions)).await?;
        Ok(Some((urn, lacks)))
    }

    fn unproved(&self, what: &str) {
        self.of_key(Outcome::Unproved, POLICY, what);
    }
}
