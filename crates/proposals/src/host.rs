//! The server that a text means, as monitoring writes it: a name, an address, with a port, or the address of a page. Exactly, or not at
//! all; nothing is looked up anywhere.

use std::net::IpAddr;

use bernard_domain::{
    inventory::named::{Named, named},
    server::Server,
};

/// No name is longer, and no page's address needs to be.
const LONGEST: usize = 512;

/// The one server that goes by this text, or by the host in it.
pub fn server<'a>(servers: impl Iterator<Item = &'a Server> + Clone, text: &str) -> Option<&'a Server> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let whole = named(servers.clone(), text);
    let found = match whole {
        Named::Nobody => named(servers, &host(text)),
        found => found,
    };
    match found {
        Named::One(server) => Some(server),
        Named::Nobody | Named::Several(_) => None,
    }
}

/// The host in a text: without scheme, user, path, brackets and port; an address as everybody writes it.
pub fn host(text: &str) -> String {
    let text = text.trim();
    let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    let behind_scheme = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)).map_or(text, |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let host = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        None => without_port(place),
    };
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => host.trim_end_matches('.').to_owned(),
    }
}

/// Several colons without brackets are an address of the sixth version, which has no port then.
fn without_port(place: &str) -> &str {
    match place.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::server::ServiceName;
    use proptest::prelude::*;

    use super::*;

    fn called(name: &str, label: &str, ip: &str, reverse: &str) -> Server {
        let name = ServiceName::try_from(name.to_owned()).expect("a name");
        Server {
            display_name: Some(label.to_owned()),
            ip: Some(ip.to_owned()),
            reverse: Some(reverse.to_owned()),
            ..Server::only_named(name, "main")
        }
    }

    fn fleet() -> Vec<Server> {
        vec![
            called("ns1.ip-203-0-113.eu", "web-1", "203.0.113.1", "web1.example.org"),
            called("ns2.ip-203-0-113.eu", "web-2", "203.0.113.2", "web2.example.org"),
            called("ns3.ip-203-0-113.eu", "twin", "2001:db8::3", "web3.example.org"),
            called("ns4.ip-203-0-113.eu", "twin", "203.0.113.4", "odd:9100"),
        ]
    }

    fn found(text: &str) -> Option<String> {
        let fleet = fleet();
        server(fleet.iter(), text).map(|server| server.name.to_string()[..3].to_owned())
    }

    #[test]
    fn what_monitoring_calls_a_server_is_that_server() {
        for text in [
            "ns1.ip-203-0-113.eu",
            "NS1.ip-203-0-113.eu:9100",
            "web-1",
            " web-1:9182 ",
            "203.0.113.1",
            "203.0.113.1:9182",
            "https://web1.example.org/health?deep=1#x",
            "https://user:pw@web1.example.org:8443/",
            "web1.example.org.",
            "tcp://203.0.113.1:22",
            "web-1/metrics",
            "web-1/?next=http://203.0.113.2/",
        ] {
            assert_eq!(found(text).as_deref(), Some("ns1"), "{text}");
        }
        for text in ["2001:db8::3", "[2001:DB8:0::3]:9100", "http://[2001:db8::3]/", "2001:0db8:0:0:0:0:0:3"] {
            assert_eq!(found(text).as_deref(), Some("ns3"), "{text}");
        }
        assert_eq!(found("odd:9100").as_deref(), Some("ns4"), "what it goes by comes before what is cut of it");
    }

    #[test]
    fn what_is_merely_near_or_meant_by_several_is_no_server() {
        let long = "x".repeat(LONGEST + 1);
        for text in [
            "",
            " ",
            "web",
            "web-",
            "web-1 web-2",
            "web-1.evil.example",
            "evil.example/web-1",
            "evil.example?x=web-1",
            "evil.example#web-1",
            "web-1@evil.example",
            "ns1",
            "203.0.113",
            "203.0.113.1.evil.example",
            "twin",
            "*",
            "web-1:port",
            "web-1:",
            "localhost",
            &long,
        ] {
            let expected = if text == "web-1:" { Some("ns1") } else { None };
            assert_eq!(found(text).as_deref(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_host_is_what_stands_between_scheme_and_path(
            scheme in "([a-z]{2,5}://)?", user in "([a-z]{1,5}@)?", host in "[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,3})?",
            port in "(:[0-9]{1,5})?", path in "([/?#][ -~]{0,20})?",
        ) {
            prop_assert_eq!(super::host(&format!("{scheme}{user}{host}{port}{path}")), host);
        }

        #[test]
        fn any_text_has_a_host_or_none(text: String) {
            let host = super::host(&text);
            prop_assert!(!host.contains(['/', '?', '#']));
            found(&text);
        }
    }
}
