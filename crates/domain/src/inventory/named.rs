//! The one server that a name means: exactly, or not at all. What is merely near is for `Servers::search`.

use super::search::goes_by;
use crate::server::Server;

/// What a name means among some servers.
#[derive(Clone, Debug, PartialEq)]
pub enum Named<'a> {
    /// This one.
    One(&'a Server),
    /// Nothing goes by it.
    Nobody,
    /// Several go by it.
    Several(Vec<&'a Server>),
}

/// Which of `servers` goes by `name`: the one with that service name, else the only one with that display name, address or reverse;
/// without regard to case.
pub fn named<'a>(servers: impl Iterator<Item = &'a Server> + Clone, name: &str) -> Named<'a> {
    let name = name.trim();
    if let Some(server) = servers.clone().find(|server| server.name.as_str().eq_ignore_ascii_case(name)) {
        return Named::One(server);
    }
    let all: Vec<&Server> = servers.filter(|server| goes_by(server, name)).collect();
    match all.as_slice() {
        [] => Named::Nobody,
        [one] => Named::One(one),
        _ => Named::Several(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::tests::server;

    #[test]
    fn a_service_name_comes_first_and_what_several_go_by_names_none_of_them() {
        let called = |name: &str, label: &str, ip: &str| Server {
            display_name: Some(label.to_owned()),
            ip: Some(ip.to_owned()),
            ..server(name)
        };
        let all = [
            called("ns1.example.net", "web-1", "203.0.113.1"),
            called("ns2.example.net", "ns1.example.net", "203.0.113.2"),
            called("ns3.example.net", "web", "203.0.113.3"),
            called("ns4.example.net", "Web", "203.0.113.4"),
        ];
        let found = |name: &str| named(all.iter(), name);
        assert_eq!(found(" NS1.example.net "), Named::One(&all[0]), "its service name, whatever another is called");
        assert_eq!(found("WEB-1"), Named::One(&all[0]));
        assert_eq!(found("203.0.113.2"), Named::One(&all[1]));
        assert_eq!(found("web"), Named::Several(vec![&all[2], &all[3]]));
        for nobody in ["", "web-", "203.0.113", "ns1", "*"] {
            assert_eq!(found(nobody), Named::Nobody, "{nobody:?}");
        }
    }
}
