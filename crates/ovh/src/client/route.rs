//! The route of a request, as figures may name it: a template, whatever is asked about.

use url::Url;

/// The words of OVHcloud's routes that Bernard calls. Every other part of a path is somebody's: a server, a number, a URN.
const WORDS: [&str; 41] = [
    "access",
    "action",
    "antihack",
    "api",
    "auth",
    "authenticationSecret",
    "authorization",
    "boot",
    "check",
    "create",
    "credential",
    "currentCredential",
    "dedicated",
    "details",
    "email",
    "features",
    "hardware",
    "history",
    "iam",
    "intervention",
    "ip",
    "ipmi",
    "logs",
    "me",
    "mitigation",
    "notification",
    "phishing",
    "plannedIntervention",
    "reboot",
    "reference",
    "resetSessions",
    "resource",
    "self",
    "server",
    "serviceInfos",
    "spam",
    "specifications",
    "support",
    "task",
    "tickets",
    "time",
];

/// The template of an address below `/1.0`, `/v1` or `/v2`, such as `/dedicated/server/{}/task/{}`.
pub(super) fn of(url: &Url) -> String {
    let parts: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let version = parts.iter().position(|part| ["1.0", "v1", "v2"].contains(part));
    let parts = parts.get(version.map_or(0, |at| at + 1)..).unwrap_or_default();
    parts.iter().map(|part| if WORDS.contains(part) { format!("/{part}") } else { "/{}".to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_nobodys_server_number_or_urn() {
        let route = |path: &str| of(&Url::parse(&format!("https://eu.api.ovh.com{path}")).expect("an address"));
        assert_eq!(route("/1.0/dedicated/server"), "/dedicated/server");
        assert_eq!(route("/1.0/dedicated/server/ns1.ip-203-0-113.eu/task/7?x=y"), "/dedicated/server/{}/task/{}");
        assert_eq!(route("/sim/v1/me/notification/email/history/12"), "/me/notification/email/history/{}");
        let check = route("/v2/iam/resource/urn:v1:eu:resource:dedicatedServer:ns1/authorization/check");
        assert_eq!(check, "/iam/resource/{}/authorization/check");
        assert_eq!(route("/v2/iam/reference/action?resourceType=x"), "/iam/reference/action");
        assert_eq!(route("/1.0/nothing/known"), "/{}/{}");
    }
}
