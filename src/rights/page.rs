//! OVHcloud's createToken page, which makes an application's three keys, with the rules filled in.

use bernard_engine::needs::{self, Call};
use bernard_ovh::Endpoint;

/// The address of the page with one rule for each need: a method and a path with literal stars, as OVHcloud's own guides have it.
pub fn create_token(endpoint: &Endpoint, calls: &[Call]) -> String {
    let rules = needs::key_rules(calls);
    let query: Vec<String> = rules.iter().map(|(method, path)| format!("{method}={}", needs::starred(path))).collect();
    format!("{}?{}", endpoint.create_token(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use bernard_domain::{access::Policy, operation::Source};

    use super::*;

    #[test]
    fn the_page_is_the_endpoints_own_and_has_a_rule_for_each_need() {
        let calls = needs::all(&Policy::default(), &[Source::AuthenticationSecret]);
        let address = |endpoint: &str| create_token(&endpoint.parse().expect("an endpoint"), &calls);
        let rules = "?GET=/dedicated/server&GET=/dedicated/server/*";
        for (endpoint, page) in [
            ("ovh-eu", "https://eu.api.ovh.com/createToken/"),
            ("kimsufi-ca", "https://ca.api.kimsufi.com/createToken/"),
            ("https://api.eu.ovhcloud.com/v1", "https://auth.eu.ovhcloud.com/api/createToken"),
            ("http://127.0.0.1:8081/1.0", "http://127.0.0.1:8081/createToken/"),
        ] {
            assert_eq!(address(endpoint), format!("{page}{rules}"));
        }
    }
}
