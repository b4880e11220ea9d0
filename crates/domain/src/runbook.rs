//! What to read before acting on a server (`[[runbook]]`): advice, which decides nothing.
//!
//! Pure.

use serde::{Deserialize, Serialize};

use crate::{access::Selector, server::Server};

/// A page that says what to do, or whom to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Its address.
    pub url: String,
    /// What it is called in a message: one line, without brackets.
    pub text: String,
}

/// A page, and the servers that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbookEntry {
    /// Which servers.
    pub servers: Vec<Selector>,
    /// The page.
    pub runbook: Runbook,
}

/// The pages about a server, in the order of the file; those too that may be, where its tags or its name could not be read.
pub fn about(entries: &[RunbookEntry], server: &Server) -> Vec<Runbook> {
    let is_about = |entry: &&RunbookEntry| entry.servers.iter().any(|one| one.speaks_of(server) != Some(false));
    entries.iter().filter(is_about).map(|entry| entry.runbook.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn all_that_match_come_in_the_order_of_the_file_and_what_cannot_be_read_matches() {
        let entry = |selector: &str, text: &str| RunbookEntry {
            servers: vec![selector.parse().expect("a selector")],
            runbook: Runbook { url: format!("https://wiki.example.org/{text}"), text: text.to_owned() },
        };
        let entries = [entry("tag:env=prod", "prod"), entry("ns1*", "ns1"), entry("db-*", "db")];
        let mut server = Server::only_named("ns1.example".to_owned().try_into().expect("a name"), "main");
        let texts = |server: &Server| about(&entries, server).into_iter().map(|one| one.text).collect::<Vec<_>>();
        assert_eq!(texts(&server), ["prod", "ns1", "db"]);
        server.tags = Some(BTreeMap::from([("env".to_owned(), "prod".to_owned())]));
        assert_eq!(texts(&server), ["prod", "ns1"]);
    }
}
