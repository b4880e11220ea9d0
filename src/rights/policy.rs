//! OVHcloud's IAM policy for a service account, as `POST /v2/iam/policy` and the control panel take it.

use std::collections::BTreeSet;

use bernard_engine::needs::{Call, On};
use bernard_ovh::{Account, Credentials};
use serde_json::{Value, json};

/// Stands for what only OVHcloud knows.
pub(super) const UNKNOWN: &str = "YOUR_ACCOUNT";
/// Stands for a service account that is not there yet.
const NO_CLIENT: &str = "YOUR_CLIENT_ID";

/// What an account says of itself (`GET /auth/details`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The account's name, such as `xx11111-ovh`.
    pub account: String,
    /// The URNs that policies know its credentials by.
    pub identities: Vec<String>,
}

/// The policy that allows these calls, and nothing else.
pub fn document(account: &Account, known: Option<&Known>, calls: &[Call]) -> Value {
    let region = region(account, known);
    let name = known.map_or(UNKNOWN, |known| known.account.as_str());
    let actions: BTreeSet<&str> = calls.iter().map(|call| call.action).collect();
    let mut resources = vec![json!({ "urn": format!("urn:v1:{region}:resource:dedicatedServer:*") })];
    if calls.iter().any(|call| call.on() == On::Account) {
        resources.push(json!({ "urn": format!("urn:v1:{region}:resource:account:{name}") }));
    }
    json!({
        "name": "bernard",
        "description": "What Bernard's configuration needs, printed by bernard rights",
        "identities": identities(account, known, &region, name),
        "resources": resources,
        "permissions": { "allow": actions.iter().map(|action| json!({ "action": action })).collect::<Vec<_>>() },
    })
}

/// A policy that adds these actions on these resources for whom these URNs name, and nothing else.
pub fn addition<'a>(identities: &[String], urns: &BTreeSet<String>, actions: impl Iterator<Item = &'a str>) -> Value {
    json!({
        "name": "bernard-addition",
        "description": "What Bernard's service account lacks, printed by bernard check",
        "identities": identities,
        "resources": urns.iter().map(|urn| json!({ "urn": urn })).collect::<Vec<_>>(),
        "permissions": { "allow": actions.map(|action| json!({ "action": action })).collect::<Vec<_>>() },
    })
}

/// The service account's own URNs; those of a person's keys are of no use to a policy.
fn identities(account: &Account, known: Option<&Known>, region: &str, name: &str) -> Vec<String> {
    let client = match &account.credentials {
        Credentials::OAuth2 { client_id, .. } => Some(client_id.as_str()),
        Credentials::Keys { .. } => None,
    };
    match (client, known) {
        (Some(_), Some(known)) if !known.identities.is_empty() => known.identities.clone(),
        (client, _) => {
            vec![format!("urn:v1:{region}:identity:credential:{name}/oauth2-{}", client.unwrap_or(NO_CLIENT))]
        }
    }
}

/// `eu`, `ca` or `us`: as the account's URNs have it, else as the endpoint's address does.
fn region(account: &Account, known: Option<&Known>) -> String {
    let named = known.and_then(|known| known.identities.first()?.split(':').nth(2).map(str::to_owned));
    let host = account.endpoint.base().host_str().unwrap_or_default();
    let labels = || host.split('.').find(|label| matches!(*label, "eu" | "ca" | "us"));
    named.unwrap_or_else(|| labels().unwrap_or("eu").to_owned())
}

#[cfg(test)]
mod tests {
    use bernard_config::Config;

    use super::*;

    fn account(credentials: &str, endpoint: &str) -> Account {
        let text =
            format!("[discord]\ntoken = \"fake\"\nguild = \"1\"\n[[ovh]]\nendpoint = \"{endpoint}\"\n{credentials}");
        let loaded = Config::from_text(&text, Vec::<(String, String)>::new());
        loaded.expect("it can be used").config.ovh.remove(0)
    }

    const CALLS: [Call; 2] = [
        Call { method: "GET", path: "/dedicated/server", action: "dedicatedServer:apiovh:get" },
        Call {
            method: "GET",
            path: "/me/notification/email/history",
            action: "account:apiovh:me/notification/email/history/get",
        },
    ];

    #[test]
    fn a_policy_has_the_accounts_own_urns() {
        let urn = "urn:v1:ca:identity:credential:xx11111-ovh/oauth2-fake-id";
        let known = Known { account: "xx11111-ovh".to_owned(), identities: vec![urn.to_owned()] };
        let account = account("client_id = \"fake-id\"\nclient_secret = \"fake\"\n", "ovh-ca");
        let policy = document(&account, Some(&known), &CALLS);
        assert_eq!(policy["identities"], json!([urn]));
        assert_eq!(
            policy["resources"],
            json!([{"urn": "urn:v1:ca:resource:dedicatedServer:*"}, {"urn": "urn:v1:ca:resource:account:xx11111-ovh"}])
        );
        let allow = json!([{"action": "account:apiovh:me/notification/email/history/get"}, {"action": "dedicatedServer:apiovh:get"}]);
        assert_eq!(policy["permissions"], json!({ "allow": allow }));
    }

    #[test]
    fn what_is_not_known_stands_as_a_placeholder_and_servers_alone_need_no_account() {
        let keys = "application_key = \"a\"\napplication_secret = \"b\"\nconsumer_key = \"c\"\n";
        let policy = document(&account(keys, "ovh-us"), None, &CALLS[..1]);
        assert_eq!(policy["identities"], json!(["urn:v1:us:identity:credential:YOUR_ACCOUNT/oauth2-YOUR_CLIENT_ID"]));
        assert_eq!(policy["resources"], json!([{"urn": "urn:v1:us:resource:dedicatedServer:*"}]));
    }
}
